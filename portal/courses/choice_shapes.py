"""What a question with choices must have: enough of them, the right keys, credit by weights; the other kinds stand in shapes."""

import string
from collections.abc import Sequence

from portal.core.i18n import _
from portal.core.toml import Table
from portal.courses.course import Choice, Choices, Credit, QuestionKind
from portal.courses.prose import Prose

TRUE_FALSE = ["ถูก", "ผิด"]
FEWEST_CHOICES = {QuestionKind.SINGLE: 3, QuestionKind.MULTIPLE: 2, QuestionKind.TRUE_FALSE: 2}
MOST_CHOICES = {QuestionKind.SINGLE: 5, QuestionKind.MULTIPLE: 8, QuestionKind.TRUE_FALSE: 2}
# Of one right choice nothing can be shared.
CREDITS = {
    QuestionKind.SINGLE: (Credit.EXACT, Credit.WEIGHTS),
    QuestionKind.MULTIPLE: (Credit.EXACT, Credit.SHARE, Credit.WEIGHTS),
}
FULL = 100


def choices(row: Table, prose: Prose) -> Choices:
    """The choices of a single, multiple or true_false question."""
    kind = QuestionKind(row.values["kind"].strip())
    credit = credit_of(row, CREDITS.get(kind, ()))
    rows = row.tables("choice")
    read = tuple(
        _choice(choice, key, prose) for choice, key in zip(rows, string.ascii_lowercase, strict=False)
    )
    if rows:
        _check_keys(row, kind, rows)
        _check_weights(row, kind, credit, rows)
    return Choices(read, credit)


def credit_of(row: Table, offered: Sequence[Credit]) -> Credit:
    """What is given for an answer that is right in part; kinds that offer nothing do not know the key."""
    if not offered or "credit" not in row.values:
        return Credit.EXACT
    return Credit(row.one_of("credit", offered) or Credit.EXACT)


def _choice(row: Table, key: str, prose: Prose) -> Choice:
    html = prose.inline(row.text("text"), row.file.name, row.line_of("text"))
    is_correct = row.flag("correct")
    why = prose.inline(row.text("why"), row.file.name, row.line_of("why"))
    weight = row.number("weight", required=False, least=-FULL, most=FULL)
    row.done()
    return Choice(key, html, is_correct is True, why, weight)


def _check_keys(row: Table, kind: QuestionKind, rows: Sequence[Table]) -> None:
    """Note what a question of this kind lacks: enough choices, one key or several, the two fixed words."""
    flags = [choice.values.get("correct") for choice in rows]
    texts = [str(choice.values.get("text", "")).strip() for choice in rows]
    right = [choice for choice, flag in zip(rows, flags, strict=True) if flag is True]
    few, many = FEWEST_CHOICES[kind], MOST_CHOICES[kind]
    if kind is QuestionKind.TRUE_FALSE:
        if texts != TRUE_FALSE:
            row.complain(None, _("คำถามถูกผิดต้องมีสองตัวเลือก “ถูก” แล้ว “ผิด”"))
    elif not few <= len(rows) <= many:
        row.complain(None, _("คำถามชนิดนี้ต้องมี %(few)d–%(many)d ตัวเลือก", few=few, many=many))
    if not right:
        row.complain(None, _("คำถามนี้ยังไม่มีคำตอบที่ถูก"))
    elif kind is QuestionKind.MULTIPLE:
        if len(right) == len(rows):
            row.complain(None, _("คำถามเลือกได้หลายข้อต้องมีตัวเลือกที่ผิดอย่างน้อยหนึ่งข้อ"))
    else:
        for choice in right[1:]:
            choice.complain("correct", _("คำถามชนิดนี้มีคำตอบที่ถูกได้เพียงข้อเดียว"))
    for at, text in enumerate(texts):
        if text and text in texts[:at]:
            rows[at].complain("text", _("ตัวเลือกนี้ซ้ำกับตัวเลือกก่อนหน้า"))


def _check_weights(row: Table, kind: QuestionKind, credit: Credit, rows: Sequence[Table]) -> None:
    """Weights stand on all choices or on none; who takes the right ones gets everything, who takes a wrong one does not."""
    if credit is not Credit.WEIGHTS:
        for choice in rows:
            if "weight" in choice.values:
                choice.complain("weight", _('weight ใช้เฉพาะเมื่อ credit = "weights"'))
        return
    weights = [choice.values.get("weight") for choice in rows]
    for choice, weight in zip(rows, weights, strict=True):
        if weight is None:
            choice.complain(None, _("ขาด %(key)s", key="weight"))
    numbers = [weight if type(weight) is int else 0 for weight in weights]
    of_right = [
        weight for choice, weight in zip(rows, numbers, strict=True) if choice.values.get("correct") is True
    ]
    if None not in weights and sum(of_right) < FULL:
        row.complain("credit", _("weight ของตัวเลือกที่ถูกรวมกันต้องได้ 100"))
    for choice, weight in zip(rows, numbers, strict=True):
        is_right = choice.values.get("correct") is True
        if is_right and weight <= 0 and "weight" in choice.values:
            choice.complain("weight", _("ตัวเลือกที่ถูกต้องมี weight มากกว่า 0"))
        elif not is_right and weight >= (FULL if kind is QuestionKind.SINGLE else 1):
            choice.complain("weight", _("ตัวเลือกที่ผิดต้องไม่ได้คะแนนเต็ม และในคำถามเลือกได้หลายข้อต้องไม่มากกว่า 0"))
