"""A workshop's own questions to who registers: how they are written, kept, asked, answered and shown; who answered what is participation's matter."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.dates import BadDate, Lang, parse_date, thai_date
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language, said
from portal.core.thai import plain_digits, without_heaps
from portal.core.toml import Table
from portal.programme.letters import bad_letters
from portal.programme.models import Workshop

MOST_LETTERS = 2000  # of an answer in words
MOST_QUESTIONS = 50
MOST_LETTERS_OF_A_LABEL = 500
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,6})?", re.ASCII)
_MOST_LETTERS_OF_A_NUMBER = 20  # beyond fifteen digits a number would not come back as it was written

Pair = dict[str, str]


class Kind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Choice:
    code: str
    label: Pair


@dataclass(frozen=True)
class When:
    """Ask only whose answer to this earlier question of choices `is_` this one."""

    question: str
    is_: str


@dataclass(frozen=True)
class Question:
    code: str
    kind: Kind
    label: Pair
    is_required: bool = False
    choices: tuple[Choice, ...] = field(default=())
    when: When | None = None


class BadAnswers(Refused):
    """Answers that cannot be taken; `errors` says why for each question, by its code."""

    text = _l("ตรวจคำตอบที่ทำเครื่องหมายไว้")

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = dict(errors)


def of(workshop: Workshop) -> tuple[Question, ...]:
    """The questions of this workshop, in the order in which they are asked."""
    return tuple(map(from_json, workshop.questions))


def from_json(stored: Mapping[str, Any]) -> Question:
    """A question as it is stored."""
    when = stored.get("when")
    return Question(
        code=stored["code"],
        kind=Kind(stored["kind"]),
        label=stored["label"],
        is_required=stored.get("required", False),
        choices=tuple(Choice(one["code"], one["label"]) for one in stored.get("choices", ())),
        when=When(when["question"], when["is"]) if when else None,
    )


def to_json(question: Question) -> dict[str, Any]:
    """The same question to be stored."""
    return {
        "code": question.code,
        "kind": question.kind.value,
        "label": question.label,
        "required": question.is_required,
        "choices": [{"code": one.code, "label": one.label} for one in question.choices],
        "when": {"question": question.when.question, "is": question.when.is_} if question.when else None,
    }


def read(table: Table) -> tuple[Question, ...]:
    """The `[[question]]` tables of a workshop's file; what is wrong with them becomes findings."""
    earlier: dict[str, Question] = {}
    taken: set[str] = set()
    questions = []
    rows = table.tables("question", required=False)
    if len(rows) > MOST_QUESTIONS:
        table.complain("question", _("ถามได้ไม่เกิน %(most)d ข้อ", most=MOST_QUESTIONS))
    for row in rows:
        question = _question(row, taken, earlier)
        questions.append(question)
        earlier[question.code] = question
    return tuple(questions)


def _question(row: Table, taken: set[str], earlier: Mapping[str, Question]) -> Question:
    kind = row.one_of("kind", [kind.value for kind in Kind])
    question = Question(
        code=row.code(taken=taken),
        kind=Kind(kind) if kind else Kind.TEXT,
        label=row.pair("label", most=MOST_LETTERS_OF_A_LABEL),
        is_required=bool(row.flag("required", required=False)),
        choices=_choices(row),
        when=_when(row, earlier) if "when" in row.values else None,
    )
    if kind == Kind.CHOICE and len(question.choices) < 2:
        row.complain("kind", _("คำถามแบบเลือกต้องมีตัวเลือกอย่างน้อยสองข้อ"))
    if kind and kind != Kind.CHOICE and question.choices:
        row.complain("kind", _("มีตัวเลือกได้เฉพาะคำถามแบบเลือก"))
    row.done()
    return question


def _choices(row: Table) -> tuple[Choice, ...]:
    taken: set[str] = set()
    choices = []
    for one in row.tables("choice", required=False):
        choices.append(Choice(one.code(taken=taken), one.pair("label", most=MOST_LETTERS_OF_A_LABEL)))
        one.done()
    return tuple(choices)


def _when(row: Table, earlier: Mapping[str, Question]) -> When | None:
    table = row.table("when")
    if table is None:
        return None
    when = When(table.text("question"), table.text("is"))
    table.done()
    asked = earlier.get(when.question)
    if asked is None:
        table.complain("question", _("when ต้องอ้างคำถามที่ถามก่อนหน้า ไม่พบ %(code)s", code=when.question))
    elif when.is_ not in {choice.code for choice in asked.choices}:
        table.complain("is", _("คำถาม %(code)s ไม่มีตัวเลือก %(choice)s", code=asked.code, choice=when.is_))
    return when


def is_asked(question: Question, answers: Mapping[str, Any]) -> bool:
    """Whether these answers to earlier questions lead to this one."""
    return question.when is None or answers.get(question.when.question) == question.when.is_


def check_answers(questions: Iterable[Question], sent: Mapping[str, str]) -> dict[str, Any]:
    """The answers fit to be kept, by question: texts, codes of choices, numbers, days as ISO writes them.

    Only questions that the answers before them lead to are taken; one left empty has no answer.
    Refuses with BadAnswers, which names all that is wrong at once.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for question in questions:
        if not is_asked(question, answers):
            continue
        written = _clean(sent.get(question.code) or "")
        if not written:
            if question.is_required:
                errors[question.code] = _("ตอบคำถามนี้ด้วย")
            continue
        try:
            answers[question.code] = _READERS[question.kind](question, written)
        except Refused as no:
            errors[question.code] = str(no)
    if errors:
        raise BadAnswers(errors)
    return answers


def shown(question: Question, answers: Mapping[str, Any], lang: Lang | None = None) -> str:
    """The answer to this question as a person reads it, "" where there is none; one of an older form of the question as it is."""
    answer = answers.get(question.code)
    if answer is None:
        return ""
    lang = lang or ("en" if language() == "en" else "th")
    if question.kind is Kind.CHOICE:
        labels = {choice.code: choice.label for choice in question.choices}
        return said(labels.get(str(answer)), lang) or str(answer)
    if question.kind is Kind.DATE:
        try:
            return thai_date(date.fromisoformat(str(answer)), lang=lang)
        except ValueError:
            return str(answer)
    return str(answer)


def _clean(written: str) -> str:
    """Without control characters and halves of letters, which no database keeps, and heaps of marks; lines stay lines."""
    written = without_heaps(written).replace("\r\n", "\n").replace("\r", "\n")
    return written.translate(dict.fromkeys(map(ord, bad_letters(written)))).strip()


def _text(_question: Question, written: str) -> str:
    if len(written) > MOST_LETTERS:
        raise Refused(_("ยาวเกิน %(most)s ตัวอักษร", most=f"{MOST_LETTERS:,}"))
    return written


def _choice(question: Question, written: str) -> str:
    if written not in {choice.code for choice in question.choices}:
        raise Refused(_("เลือกข้อหนึ่งจากรายการ"))
    return written


def _number(_question: Question, written: str) -> int | float:
    plain = plain_digits(written).replace(" ", "")
    if len(plain) > _MOST_LETTERS_OF_A_NUMBER or not _NUMBER.fullmatch(plain):
        raise Refused(_("เขียนเป็นตัวเลข เช่น 12 หรือ 12.5"))
    plain = plain.replace(",", "")
    if sum(one.isdigit() for one in plain) > 15:
        raise Refused(_("ตัวเลขยาวเกิน 15 หลัก"))
    return float(plain) if "." in plain else int(plain)


def _day(_question: Question, written: str) -> str:
    try:
        return parse_date(written).isoformat()
    except BadDate as no:
        raise Refused(str(no)) from no


_READERS = {Kind.TEXT: _text, Kind.CHOICE: _choice, Kind.NUMBER: _number, Kind.DATE: _day}
