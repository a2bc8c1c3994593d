"""TOML as text: tables and comments are found whatever stands in values, and values are written so that they read back."""

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.core import toml_text

TEXT = '''a = 1 # one
b = """
[not a table]
# no comment
"""
# of c
[c]
d = [ # inside
  ["x", "# no"],
]
  # of e
  [[c.e]] # end
  f = '#'
'''


def test_tables_are_found_with_the_comments_above_them() -> None:
    pieces = toml_text.pieces(TEXT)
    assert "".join(map(str, pieces)) == TEXT
    assert [(one.name, one.is_array, one.lead) for one in pieces] == [
        ("", False, ""),
        ("c", False, "# of c\n[c]\n"),
        ("c.e", True, "  # of e\n  [[c.e]] # end\n"),
    ]


def test_comments_are_told_from_what_only_looks_like_one() -> None:
    assert list(toml_text.comments(TEXT)) == ["# one", "# of c", "# inside", "# of e", "# end"]


def test_statements_are_whole_values() -> None:
    body = toml_text.pieces(TEXT)[0].body
    assert [toml_text.key_of(one) for one in toml_text.statements(body)] == ["a", "b"]
    assert "".join(toml_text.statements(body)) == body


@pytest.mark.parametrize(
    "value",
    [
        True,
        0,
        -3,
        1.5,
        "ก",
        'ก"',
        "a\\",
        '""""',
        '"',
        "\n",
        "x\n",
        "\r\n\t\x00\x7f",
        [],
        ["ก", "ข"],
        date(2023, 2, 20),
    ],
)
@pytest.mark.parametrize("many_lines", [True, False])
def test_a_value_reads_back(value: Any, many_lines: bool) -> None:
    assert tomllib.loads(f"a = {toml_text.value(value, many_lines=many_lines)}\n") == {"a": value}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_reads_back(text: str) -> None:
    for many_lines in (True, False):
        assert tomllib.loads(f"a = {toml_text.value(text, many_lines=many_lines)}\n")["a"] == text
    assert tomllib.loads(f"{toml_text.key(text)} = 1") == {text: 1}


def test_a_decimal_is_a_number_and_a_dict_is_refused() -> None:
    assert toml_text.value(Decimal("12.50")) == "12.50"
    with pytest.raises(TypeError):
        toml_text.value({})
