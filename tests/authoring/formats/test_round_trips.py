"""Whatever marks stand in the texts of a question, it comes back from GIFT and from Moodle XML as it went out."""

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from portal.authoring import foreign_text, gift, moodle_xml

MARKED = (
    st.text(alphabet="ab1%50 =~#{}:\\->.<&;*_\"'กข่า", min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
SHOWN = MARKED.map(foreign_text.line_of_plain)


def single(texts: list[str]) -> dict[str, Any]:
    rows = [{"text": text, "correct": at == 0, "why": text} for at, text in enumerate(texts)]
    return {"kind": "single", "text": texts[0], "choice": rows, "why": texts[1]}


def matching(texts: list[str]) -> dict[str, Any]:
    pairs = [{"left": texts[0], "right": texts[1]}, {"left": texts[1], "right": texts[2]}]
    return {"kind": "matching", "text": texts[0], "pair": pairs, "why": texts[0]}


@pytest.mark.parametrize("format_", [gift, moodle_xml])
@pytest.mark.parametrize("make", [single, matching])
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(SHOWN, min_size=3, max_size=3, unique=True))
def test_texts_with_marks_come_back(format_: Any, make: Any, texts: list[str]) -> None:
    table = {"id": "a-1", "lesson": "why", "difficulty": "easy", "advice": True} | make(texts)
    found = format_.read(format_.write([table], images={}), "f")
    assert (found.left_out, found.tables) == ([], [table])


def test_an_answer_that_gift_would_read_as_a_pair_is_told_in_the_file() -> None:
    table = {"id": "a-1", "kind": "short", "text": "ถาม", "accepted": ["A->D"]}
    assert gift.write([table], images={}).decode() == "// a-1: short: GIFT cannot say this\n"


@pytest.mark.parametrize("format_", [gift, moodle_xml])
@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        MARKED.filter(lambda text: text.strip("*\\") and "->" not in text),
        min_size=2,
        max_size=3,
        unique=True,
    )
)
def test_typed_answers_with_marks_come_back(format_: Any, texts: list[str]) -> None:
    table = {
        "id": "a-1",
        "kind": "short",
        "lesson": "why",
        "difficulty": "easy",
        "text": "ถาม",
        "accepted": texts,
        "advice": True,
    }
    found = format_.read(format_.write([table], images={}), "f")
    assert (found.left_out, found.tables) == ([], [table])


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(MARKED.filter(lambda text: text not in ("*", "x")), min_size=2, max_size=3, unique=True)
)
def test_gaps_with_marks_come_back(texts: list[str]) -> None:
    options = [foreign_text.line_of_plain(text) for text in texts]
    gaps = [
        {"accepted": [*texts, "x"]},
        {"options": options, "answer": options[-1]},
    ]
    table = {
        "kind": "cloze",
        "id": "a-1",
        "lesson": "why",
        "difficulty": "easy",
        "text": "ก {{1}} ข {{2}}",
        "gap": gaps,
        "advice": True,
    }
    found = moodle_xml.read(moodle_xml.write([table], images={}), "f")
    assert (found.left_out, found.tables) == ([], [table])
