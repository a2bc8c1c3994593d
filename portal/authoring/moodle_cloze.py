"""Gaps as Moodle writes them into a text, `{1:SHORTANSWER:=right#why~wrong}`, as the gaps of our cloze and back."""

import re
from collections.abc import Sequence
from html import escape

from portal.authoring import foreign_text
from portal.authoring.brought import LeftOut, Row, joined
from portal.authoring.foreign_answers import FULL, Typed, span
from portal.authoring.foreign_marks import fraction
from portal.core.i18n import _

TYPED = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
NUMBERS = {"NUMERICAL", "NM"}
PICKED = {
    f"{name}{way}"
    for name, ways in (
        ("MULTICHOICE", ("", "_V", "_H", "_S", "_VS", "_HS")),
        ("MC", ("", "V", "H", "S", "VS", "HS")),
    )
    for way in ways
}

_GAP = re.compile(r"\{(\d*):(\w+):((?:\\.|[^\\}])*)\}", re.DOTALL)
ANY = "*"  # stands for any letters, in an answer for any answer

_STAR = re.compile(r"(?<!\\)\*")
_PART = re.compile(r"(?:\\.|[^\\~])+", re.DOTALL)
# A # after & begins a letter such as &#39;, not an explanation.
_ANSWER = re.compile(r"(?:(=)|%(-?\d+(?:[.,]\d*)?)%)?((?:\\.|&#|[^\\~#])*)(?:#((?:\\.|[^\\~])*))?", re.DOTALL)
_MARKS, _TYPED_MARKS, _ESCAPED = r"[\\}#~]", r"[\\}#~*]", r"\\\g<0>"
_NUMBERED = re.compile(r"\[\[(\d{1,3})\]\]")
_PLACE = re.compile(r"\{\{(\d{1,3})\}\}")


def held(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text with marks of our own where its gaps stand, and kind and answers of each gap."""
    gaps: list[tuple[str, str]] = []

    def hold(found: re.Match[str]) -> str:
        gaps.append((found[2].upper(), found[3]))
        return foreign_text.GAP.format(len(gaps))

    return _GAP.sub(hold, foreign_text.without_gaps(foreign_text.measured(text))), gaps


def placed(markdown: str) -> str:
    """The marks of `held` as `{{1}}`."""
    return foreign_text.OPEN_GAP.sub(r"{{\1}}", markdown)


def gap(kind: str, answers: str) -> tuple[Row, str]:
    """The table of a gap, and what was said to its answers. Refuses with LeftOut a kind we have not."""
    found = [_answer(part) for part in _PART.findall(answers) if part.strip()]
    of_rights = joined([one.why for one in found if one.mark >= FULL])
    said = of_rights or joined([one.why for one in found])
    rights = [one.text for one in found if one.mark >= FULL and (kind in PICKED or one.text != ANY)]
    if not rights:
        raise LeftOut(_("ช่องว่างไม่มีคำตอบที่ได้คะแนนเต็ม"))
    if kind in TYPED:
        if any(_STAR.search(text) for text in rights):
            raise LeftOut(_("คำตอบที่มี * แทนตัวอักษรใด ๆ ใช้ในระบบนี้ไม่ได้"))
        return {"accepted": list(dict.fromkeys(_bare(text) for text in rights))}, said
    if kind in NUMBERS:
        return {"accepted": [_exact(_bare(text)) for text in rights]}, said
    if kind in PICKED:
        options = [foreign_text.line_of_plain(_bare(one.text)) for one in found]
        return {
            "options": list(dict.fromkeys(options)),
            "answer": foreign_text.line_of_plain(_bare(rights[0])),
        }, said
    raise LeftOut(_("ช่องว่างชนิด %(kind)s ใช้ในระบบนี้ไม่ได้", kind=kind[:40]))


def _answer(part: str) -> Typed:
    """An answer as it is written, with its escapes."""
    found = _ANSWER.fullmatch(part)
    if found is None:
        raise LeftOut(_("อ่านคำตอบของช่องว่างไม่ได้"))
    mark = 100.0 if found[1] else fraction(found[2]) if found[2] else 0.0
    return Typed(found[3].strip(), mark, foreign_text.line_of_html(_unquoted(found[4] or "")))


def _bare(text: str) -> str:
    return foreign_text.text_of_html(_unquoted(text))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()


def numbered(text: str, options: Sequence[tuple[str, str]]) -> tuple[str, list[Row]]:
    """A text with `[[1]]` where the first of these (words, group) belongs; what may stand there is all of its group."""
    gaps: list[Row] = []

    def hold(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 0 < number <= len(options):
            raise LeftOut(_("ช่องว่าง %(gap)s ไม่มีคำตอบ", gap=found[0]))
        words, group = options[number - 1]
        offered = dict.fromkeys(one for one, of in options if of == group)
        gaps.append({"options": list(offered), "answer": words})
        return foreign_text.GAP.format(len(gaps))

    return _NUMBERED.sub(hold, foreign_text.without_gaps(foreign_text.measured(text))), gaps


def _exact(text: str) -> str:
    value, tolerance = span(text)
    if tolerance or value is None:
        raise LeftOut(_("ช่องว่างตัวเลขที่มีค่าคลาดเคลื่อนใช้ในระบบนี้ไม่ได้"))
    return str(value)


def written(table: Row) -> str:
    """The text of our cloze with its gaps as Moodle writes them."""
    gaps = table["gap"]

    def write(found: re.Match[str]) -> str:
        number = int(found[1])
        return _gap_of(gaps[number - 1]) if 0 < number <= len(gaps) else found[0]

    return _PLACE.sub(write, table["text"])


def _gap_of(row: Row) -> str:
    """Every answer with its mark, or one that begins with = would be taken for right."""
    if "options" in row:
        marks = [
            ("100" if text == row["answer"] else "0", foreign_text.to_plain(text)) for text in row["options"]
        ]
        return f"{{1:MULTICHOICE:{_answers(marks)}}}"
    return f"{{1:SHORTANSWER:{_answers([('100', text) for text in row['accepted']], marks=_TYPED_MARKS)}}}"


def _answers(found: Sequence[tuple[str, str]], marks: str = _MARKS) -> str:
    """Each answer with a backslash before these marks; they stand within HTML."""
    return "~".join(f"%{mark}%{re.sub(marks, _ESCAPED, escape(text, quote=False))}" for mark, text in found)
