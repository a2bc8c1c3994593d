"""A module's quiz.toml as a Quiz: what each key means and what a question of each kind must have; marking answers is learning's matter."""

import re
import string
from collections.abc import Sequence

from portal.core.i18n import _
from portal.core.toml import Table
from portal.courses.course import Choice, Choices, Question, QuestionKind, Quiz
from portal.courses.prose import Prose

DIFFICULTIES = ("easy", "medium", "hard")
SOURCES = ("fact", "seed", "advice")
TRUE_FALSE = ["ถูก", "ผิด"]
FEWEST_CHOICES = {QuestionKind.SINGLE: 3, QuestionKind.MULTIPLE: 2, QuestionKind.TRUE_FALSE: 2}
MOST_CHOICES = {QuestionKind.SINGLE: 5, QuestionKind.MULTIPLE: 8, QuestionKind.TRUE_FALSE: 2}

_FACT = re.compile(r"[A-Z][A-Z0-9]*-\d{2,3}")
_SEED = re.compile(r"F\d{2}")
_QUESTION_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(file: str, prose: Prose, *, lessons: Sequence[str], taken: dict[str, str]) -> Quiz | None:
    """The quiz in this file, with every fault noted in `prose`. `taken` is the file of each question id of the course so far."""
    table = prose.table(file)
    if table is None:
        return None
    title_th, title_en = table.text("title"), table.text("title_en")
    pass_mark = table.number("pass_mark", least=1, most=100)
    shuffle = table.flag("shuffle", required=False)
    rows = table.tables("question")
    draw = table.number("draw", required=False, least=1, most=len(rows) or None)
    questions = [_question(row, file, prose, lessons, taken) for row in rows]
    if not rows and isinstance(table.values.get("question"), list):
        table.complain("question", _("แบบทดสอบต้องมีคำถามอย่างน้อยหนึ่งข้อ"))
    table.done()
    return Quiz(
        title_th=title_th,
        title_en=title_en,
        pass_mark=pass_mark or 100,
        draw=draw or len(rows),
        shuffle=shuffle is not False,
        questions=tuple(question for question in questions if question),
    )


def _question(
    row: Table, file: str, prose: Prose, lessons: Sequence[str], taken: dict[str, str]
) -> Question | None:
    id_ = _id(row, file, taken)
    kind = row.one_of("kind", list(QuestionKind))
    lesson = row.text("lesson")
    if lesson and lesson not in lessons:
        row.complain("lesson", _("ไม่มีบทเรียน %(lesson)s ในบทนี้", lesson=lesson))
    difficulty = row.one_of("difficulty", DIFFICULTIES)
    html = prose.block(row.text("text"), file, row.line_of("text"))
    source = _source(row)
    choices = row.tables("choice")
    read = tuple(
        _choice(choice, key, file, prose)
        for choice, key in zip(choices, string.ascii_lowercase, strict=False)
    )
    if kind and choices:
        _check_shape(row, QuestionKind(kind), choices)
    row.done()
    if not kind:
        return None
    return Question(id_, QuestionKind(kind), lesson, difficulty, html, Choices(read), source)


def _id(row: Table, file: str, taken: dict[str, str]) -> str:
    id_ = row.text("id")
    if id_ and (not _QUESTION_ID.fullmatch(id_) or len(id_) > 40):
        row.complain("id", _("%(key)s ใช้ได้เฉพาะ a–z 0–9 และขีดกลาง ไม่เกิน 40 ตัว", key="id"))
    elif id_ in taken:
        row.complain("id", _("รหัสคำถาม %(id)s ซ้ำกับใน %(file)s", id=id_, file=taken[id_]))
    elif id_:
        taken[id_] = file
    return id_


def _source(row: Table) -> str:
    """Where the key of a question comes from, as "fact:C1-04", "seed:F20" or "advice": exactly one of the three."""
    given = [key for key in SOURCES if key in row.values]
    fact, seed = row.text("fact", required=False), row.text("seed", required=False)
    advice = row.flag("advice", required=False)
    if len(given) != 1:
        row.complain(given[1] if given else None, _("คำถามต้องบอกที่มาหนึ่งอย่าง: fact, seed หรือ advice = true"))
    if fact and not _FACT.fullmatch(fact):
        row.complain("fact", _("fact ต้องเป็นรหัสแบบ C1-04"))
    if seed and not _SEED.fullmatch(seed):
        row.complain("seed", _("seed ต้องเป็นรหัสแบบ F20"))
    if advice is False:
        row.complain("advice", _("advice มีได้เพียง true"))
    return f"fact:{fact}" if fact else f"seed:{seed}" if seed else "advice"


def _choice(row: Table, key: str, file: str, prose: Prose) -> Choice:
    html = prose.inline(row.text("text"), file, row.line_of("text"))
    is_correct = row.flag("correct")
    why = prose.inline(row.text("why"), file, row.line_of("why"))
    row.done()
    return Choice(key, html, is_correct is True, why)


def _check_shape(row: Table, kind: QuestionKind, choices: Sequence[Table]) -> None:
    """Note what a question of this kind lacks: enough choices, one key or several, the two fixed words."""
    flags = [choice.values.get("correct") for choice in choices]
    texts = [str(choice.values.get("text", "")).strip() for choice in choices]
    right = [choice for choice, flag in zip(choices, flags, strict=True) if flag is True]
    few, many = FEWEST_CHOICES[kind], MOST_CHOICES[kind]
    if kind is QuestionKind.TRUE_FALSE:
        if texts != TRUE_FALSE:
            row.complain(None, _("คำถามถูกผิดต้องมีสองตัวเลือก “ถูก” แล้ว “ผิด”"))
    elif not few <= len(choices) <= many:
        row.complain(None, _("คำถามชนิดนี้ต้องมี %(few)d–%(many)d ตัวเลือก", few=few, many=many))
    if not right:
        row.complain(None, _("คำถามนี้ยังไม่มีคำตอบที่ถูก"))
    elif kind is QuestionKind.MULTIPLE:
        if len(right) == len(choices):
            row.complain(None, _("คำถามเลือกได้หลายข้อต้องมีตัวเลือกที่ผิดอย่างน้อยหนึ่งข้อ"))
    else:
        for choice in right[1:]:
            choice.complain("correct", _("คำถามชนิดนี้มีคำตอบที่ถูกได้เพียงข้อเดียว"))
    for at, text in enumerate(texts):
        if text and text in texts[:at]:
            choices[at].complain("text", _("ตัวเลือกนี้ซ้ำกับตัวเลือกก่อนหน้า"))
