"""Our questions written as GIFT; reading is gift's matter. Kinds that GIFT does not know become comments."""

import re
from collections.abc import Callable, Mapping, Sequence

from portal.authoring import foreign_marks, foreign_text
from portal.authoring.brought import Row
from portal.courses.figures import without_tags

ARROW = "->"
ARROW_SHOWN = "-&gt;"

_MARKS = re.compile(r"[\\:#={}~]")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")


def write(quiz_tables: Sequence[Row], *, images: Mapping[str, bytes]) -> bytes:  # noqa: ARG001 - as moodle_xml.write is called
    """A GIFT file of these questions. Texts stay Markdown, which Moodle reads; images have no place in GIFT, their words stay."""
    return "\n".join(_question(table) for table in quiz_tables).encode()


def _question(table: Row) -> str:
    answers = _ANSWERS.get(table["kind"])
    if answers is None or (table["kind"] == "short" and ARROW in _short(table)):  # it would be read as pairs
        return f"// {table.get('id', '')}: {table['kind']}: GIFT cannot say this\n"
    tags = " ".join(f"[tag:{_in_comment(tag)}]" for tag in foreign_marks.tags_of(table))
    name = str(table.get("id", ""))
    why = f"####{_marked(table['why'])}" if table.get("why") else ""
    head = f"// [id:{_in_comment(name)}] {tags}\n::{_escaped(name)}::" if name else f"// {tags}\n"
    return f"{head}[markdown]{_marked(table['text'])}{{{answers(table)}{why}}}\n"


def _in_comment(text: str) -> str:
    return text.replace("\\", "\\\\").replace("]", "\\]")


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text).replace("\r", "").replace("\n", "\\n")


def _marked(text: str) -> str:
    """Markdown fit for another system."""
    text = _IMAGE.sub(r"\1", foreign_text.without_relative_links(without_tags(text.strip())))
    return _escaped(text)


def _said(row: Row) -> str:
    return f"#{_marked(row['why'])}" if row.get("why") else ""


def _choices(table: Row) -> str:
    lines = []
    is_single = table["kind"] == "single"
    for row, mark in zip(table["choice"], foreign_marks.marks_of(table), strict=True):
        sign = (
            "="
            if is_single and mark == "100"
            else "~"
            if mark == "0" and not row["text"].startswith("%")
            else f"~%{mark}%"
        )
        lines.append(f"\t{sign}{_marked(row['text'])}{_said(row)}")
    return _lines(lines)


def _true_false(table: Row) -> str:
    true, false = table["choice"]
    right, wrong = (true, false) if true.get("correct") else (false, true)
    said = f"#{_marked(wrong.get('why', ''))}#{_marked(right.get('why', ''))}"
    return ("TRUE" if right is true else "FALSE") + (said if said != "##" else "")


def _matching(table: Row) -> str:
    lines = [
        f"\t={_marked(row['left']).replace(ARROW, ARROW_SHOWN)} -> {_plain(row['right'])}"
        for row in table["pair"]
    ]
    return _lines([*lines, *(f"\t= -> {_plain(other)}" for other in table.get("others", ()))])


def _plain(text: str) -> str:
    return _escaped(foreign_text.to_plain(without_tags(text)))


def _ordering(table: Row) -> str:
    grading = "RELATIVE_NEXT_EXCLUDE_LAST" if table.get("credit") == "share" else "ALL_OR_NOTHING"
    items = [_marked(row["text"]) for row in table["item"]]
    return "\n".join([f">{len(items)} ALL VERTICAL {grading} SHOW none", *items, ""])


def _numeric(table: Row) -> str:
    return f"#{table['answer']}:{table.get('tolerance', 0)}"


def _short(table: Row) -> str:
    lines = [f"\t=%100%{_starless(text)}" for text in table["accepted"]]
    return _lines(
        [*lines, *(f"\t=%0%{_starless(row['text'])}{_said(row)}" for row in table.get("wrong", ()))]
    )


def _starless(text: str) -> str:
    """A * would stand for any letters."""
    return _escaped(without_tags(text).replace("*", "\\*"))


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(["", *lines, ""])


_ANSWERS: dict[str, Callable[[Row], str]] = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _true_false,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "short": _short,
    "writing": lambda _table: "",
}
