"""Typed, matched and ordered answers of other systems as tables of our kinds: the rules that GIFT, Moodle XML and QTI share."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.authoring.brought import LeftOut, Reading, Row, joined
from portal.authoring.foreign_marks import number
from portal.core.i18n import _

FULL = 99.9  # per cent from which an answer is right


@dataclass(frozen=True)
class Typed:
    """A typed answer, what it is worth in per cent, and what is said to it."""

    text: str
    mark: float
    why: str


@dataclass(frozen=True)
class Number:
    value: int | float | None  # None for any
    tolerance: int | float
    mark: float
    why: str


def explain(table: Row, general: str) -> None:
    """The explanation of the whole: what is said in general, then what was said to single answers."""
    said = joined([general, table.pop("said", "")])
    if said:
        table["why"] = said


def short(found: Sequence[Typed], reading: Reading, line: int) -> Row:
    """A short answer. What is right in part is foreseen as wrong; * for any answer only leaves its explanation."""
    rights = [one for one in found if one.mark >= FULL and one.text.replace("\\*", "") not in ("", "*")]
    for one in rights:
        if "*" in one.text.replace("\\*", ""):
            raise LeftOut(_("คำตอบที่มี * แทนตัวอักษรใด ๆ ใช้ในระบบนี้ไม่ได้"))
    if not rights:
        raise LeftOut(_("ไม่มีคำตอบที่ได้คะแนนเต็ม"))
    others = [one for one in found if one.mark < FULL]
    if any(one.mark > 0 for one in others):
        reading.notes(line, _("คำตอบที่ได้คะแนนบางส่วนนับเป็นผิด คำอธิบายยังอยู่"))
    wrong = [
        {"text": _bare(one.text), "why": one.why}
        for one in others
        if one.why and "*" not in one.text.replace("\\*", "")
    ]
    rest = [one.why for one in others if one.text == "*"]
    table: Row = {"kind": "short", "accepted": list(dict.fromkeys(_bare(one.text) for one in rights))}
    if wrong:
        table["wrong"] = wrong
    return table | {"said": joined([one.why for one in rights]) or joined(rest)}


def _bare(text: str) -> str:
    return text.replace("\\*", "*")


def numeric(found: Sequence[Number], wrong: str, reading: Reading, line: int) -> Row:
    """A number: the answer with full marks that takes in most."""
    rights = [one for one in found if one.mark >= FULL and one.value is not None]
    if not rights:
        raise LeftOut(_("ไม่มีคำตอบที่ได้คะแนนเต็ม"))
    best = max(rights, key=lambda one: one.tolerance)
    others = [one for one in found if one is not best]
    if any(one.mark > 0 for one in others):
        reading.notes(line, _("คำถามตัวเลขมีคำตอบเต็มได้ค่าเดียว คำตอบอื่นไม่ได้นำเข้า"))
    table: Row = {"kind": "numeric", "answer": best.value}
    if best.tolerance:
        table["tolerance"] = best.tolerance
    return table | {"said": best.why or wrong or joined([one.why for one in others])}


def span(text: str) -> tuple[int | float | None, int | float]:
    """`5`, `5:0.1` or `4.9..5.1` as a number and its tolerance. Refuses with LeftOut."""
    low, between, high = text.partition("..")
    answer, colon, margin = text.partition(":")
    first = number(low if between else answer)
    second = number(high if between else margin) if between or colon else 0
    if text.strip() == "*":
        return None, 0
    if first is None or second is None:
        raise LeftOut(_("คำตอบ “%(text)s” ไม่ใช่ตัวเลข", text=text.strip()[:40]))
    if not between:
        return first, abs(second)
    ends = sorted((Decimal(str(first)), Decimal(str(second))))
    middle = (ends[0] + ends[1]) / 2
    return plainly(middle), plainly(ends[1] - middle)


def plainly(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def matching(found: Sequence[tuple[str, str]]) -> Row:
    """Pairs; a right without a left is one that belongs to none."""
    pairs = [{"left": left, "right": right} for left, right in found if left and right]
    others = [right for left, right in found if right and not left]
    if len(pairs) < 2:
        raise LeftOut(_("คำถามจับคู่ต้องมีอย่างน้อยสองคู่"))
    table: Row = {"kind": "matching", "pair": pairs, "credit": "share"}
    rights = {pair["right"] for pair in pairs}
    if others := [right for right in dict.fromkeys(others) if right not in rights]:
        table["others"] = others
    return table


def ordering(items: Sequence[str]) -> Row:
    if len(items) < 2:
        raise LeftOut(_("คำถามเรียงลำดับต้องมีอย่างน้อยสองรายการ"))
    return {"kind": "ordering", "item": [{"text": item} for item in items]}
