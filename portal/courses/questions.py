"""A [[question]] of quiz.toml as a Question: what all kinds have in common; what a kind asks for stands in shapes and choice_shapes."""

import re
from collections.abc import Callable, Sequence

from portal.core.i18n import _
from portal.core.toml import CODE, MOST_LETTERS_OF_A_CODE, Table
from portal.courses import choice_shapes, shapes
from portal.courses.course import Question, QuestionKind, Shape
from portal.courses.prose import Prose

DIFFICULTIES = ("easy", "medium", "hard")
SOURCES = ("fact", "seed", "advice")
MOST_SECONDS = 3600
# Their answers are no choices with reasons of their own, so the whole is explained.
EXPLAINED = frozenset(
    {
        QuestionKind.NUMERIC,
        QuestionKind.SHORT,
        QuestionKind.CLOZE,
        QuestionKind.ORDERING,
        QuestionKind.MATCHING,
    }
)

_FACT = re.compile(r"[A-Z][A-Z0-9]*-\d{2,3}")
_SEED = re.compile(r"F\d{2}")

_READERS: dict[QuestionKind, Callable[[Table, Prose], Shape]] = {
    QuestionKind.SINGLE: choice_shapes.choices,
    QuestionKind.MULTIPLE: choice_shapes.choices,
    QuestionKind.TRUE_FALSE: choice_shapes.choices,
    QuestionKind.MATCHING: shapes.matching,
    QuestionKind.ORDERING: shapes.ordering,
    QuestionKind.NUMERIC: shapes.numeric,
    QuestionKind.SHORT: shapes.short,
    QuestionKind.CLOZE: shapes.cloze,
    QuestionKind.WRITING: shapes.writing,
}


def read(
    row: Table, file: str, prose: Prose, lessons: Sequence[str], taken: dict[str, str]
) -> Question | None:
    """The question of this table; None where its kind is unknown. Faults are noted in `prose`, the id in `taken`."""
    id_ = _id(row, file, taken)
    kind = row.one_of("kind", list(QuestionKind))
    lesson = row.text("lesson")
    if lesson and lesson not in lessons:
        row.complain("lesson", _("ไม่มีบทเรียน %(lesson)s ในบทนี้", lesson=lesson))
    difficulty = row.one_of("difficulty", DIFFICULTIES)
    source = _source(row)
    topic = row.code("topic") if "topic" in row.values else ""
    seconds = row.number("time", required=False, least=1, most=MOST_SECONDS)
    why_html = _why(row, kind, file, prose)
    text = row.text("text")
    if not kind:
        prose.block(text, file, row.line_of("text"))
        return None
    if kind == QuestionKind.CLOZE:
        html = shapes.text_with_gaps(row, text, prose)
    else:
        html = prose.block(text, file, row.line_of("text"))
    shape = _READERS[QuestionKind(kind)](row, prose)
    row.done()
    return Question(
        id=id_,
        kind=QuestionKind(kind),
        lesson=lesson,
        difficulty=difficulty,
        html=html,
        shape=shape,
        source=source,
        topic=topic,
        why_html=why_html,
        seconds=seconds or 0,
    )


def _id(row: Table, file: str, taken: dict[str, str]) -> str:
    id_ = row.text("id")
    if id_ and (not CODE.fullmatch(id_) or len(id_) > MOST_LETTERS_OF_A_CODE):
        row.complain("id", _("%(key)s ใช้ได้เฉพาะ a–z 0–9 และขีดกลาง ไม่เกิน 40 ตัว", key="id"))
    elif id_ in taken:
        row.complain("id", _("รหัสคำถาม %(id)s ซ้ำกับใน %(file)s", id=id_, file=taken[id_]))
    elif id_:
        taken[id_] = file
    return id_


def _why(row: Table, kind: str, file: str, prose: Prose) -> str:
    if kind in EXPLAINED and "why" not in row.values:
        row.complain(None, _("คำถามชนิดนี้ต้องมีคำอธิบาย why"))
    why = row.text("why", required=False)
    return prose.block(why, file, row.line_of("why")) if why else ""


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
