"""Answers to a workshop's own questions: which still wait, keeping them with a registration, and how they add up; how one answer is checked is programme.questions' matter."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.accounts.models import Agency, User
from portal.core.db import db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l, language, said
from portal.participation import eligibility, registration
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.seats import TAKES_A_SEAT
from portal.programme import questions
from portal.programme.models import Workshop, WorkshopStatus
from portal.programme.questions import Kind, Question


class TooLateToAnswer(Refused):
    text = _l("งานอบรมเริ่มแล้วจึงแก้คำตอบเองไม่ได้ ถ้าต้องแก้ แจ้งผู้จัด")


class NotRegistered(Refused):
    text = _l("การลงทะเบียนนี้ยกเลิกไปแล้ว จึงไม่ต้องตอบคำถาม")


class CalledOff(Refused):
    text = _l("งานอบรมนี้ยกเลิกแล้ว จึงไม่ต้องตอบคำถาม")


def register(workshop: Workshop, *, user: User, sent: Mapping[str, str]) -> Registration:
    """Register this person as registration.register does, with the answers they sent, in one transaction.

    Who was registered meanwhile, perhaps by their coordinator, keeps that registration and has answered it.
    Refuses with BadAnswers before anything else, then as registration does.
    """
    checked = questions.check_answers(questions.of(workshop), sent)
    mine = registration.register(workshop, user=user, answers=checked)
    if checked and mine.answers != checked and not eligibility.has_begun(workshop):
        mine.answers = checked
        db.session.flush()
    return mine


def keep(mine: Registration, *, sent: Mapping[str, str]) -> Registration:
    """Put these answers in the place of those before. Refuses with NotRegistered, CalledOff, TooLateToAnswer, BadAnswers."""
    db.session.refresh(mine, with_for_update=True)
    if mine.status is RegistrationStatus.CANCELLED:
        raise NotRegistered
    if mine.workshop.status is WorkshopStatus.CANCELLED:
        raise CalledOff
    if eligibility.has_begun(mine.workshop):
        raise TooLateToAnswer
    mine.answers = questions.check_answers(questions.of(mine.workshop), sent)
    db.session.flush()
    return mine


def are_waiting(mine: Registration) -> bool:
    """Whether a question that must be answered is not, while it still can be. No query for a workshop without questions."""
    workshop = mine.workshop
    is_off = workshop.status is WorkshopStatus.CANCELLED or mine.status is RegistrationStatus.CANCELLED
    if not workshop.questions or is_off:
        return False
    return bool(unanswered(questions.of(workshop), mine.answers)) and not eligibility.has_begun(workshop)


def unanswered(asked: Sequence[Question], answers: Mapping[str, Any]) -> list[Question]:
    """The questions that these answers lead to, that must be answered and are not."""
    return [
        one
        for one in asked
        if one.is_required and questions.is_asked(one, answers) and not _is_answered(one, answers)
    ]


def _is_answered(question: Question, answers: Mapping[str, Any]) -> bool:
    """An answer that is a choice no longer is none."""
    if question.kind is Kind.CHOICE:
        return answers.get(question.code) in {choice.code for choice in question.choices}
    return question.code in answers


def of_workshop(workshop: Workshop) -> dict[int, dict[str, Any]]:
    """The answers of everybody ever registered, by id of the registration. One query, none without questions."""
    if not workshop.questions:
        return {}
    rows = select(Registration.id, Registration.answers).where(Registration.workshop_id == workshop.id)
    return dict(db.session.execute(rows).all())


class Line(NamedTuple):
    """What one person with a seat answered to one question, in words."""

    name: str
    agency: str
    answer: str


@dataclass(frozen=True)
class Counted:
    """One answer and how many gave it."""

    answer: str
    count: int


@dataclass
class Result:
    """One question: how many of those with a seat it concerned and how many answered; choices and days counted, the rest listed."""

    question: Question
    asked: int = 0
    counted: list[Counted] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    numbers: list[int | float] = field(default_factory=list)

    @property
    def is_counted(self) -> bool:
        return self.question.kind in (Kind.CHOICE, Kind.DATE)

    @property
    def answered(self) -> int:
        return len(self.lines)

    @property
    def total(self) -> int | float:
        """The sum of the numbers, without the dust of binary fractions."""
        total = round(sum(self.numbers), 6)
        return int(total) if total == int(total) else total


_SEATED = (
    select(User.name, Agency.name_th, Agency.name_en, Registration.answers)
    .join(Registration.user)
    .outerjoin(Agency, Agency.id == Registration.agency_id)
    .order_by(User.sort_key, Registration.arrival)
)


def results(workshop: Workshop, asked: Collection[Question] | None = None) -> list[Result]:
    """What people with a seat answered to these questions (None: all), in the order of the questions and of the roster. One query."""
    seated = read_rows(
        _SEATED.where(Registration.workshop_id == workshop.id, Registration.status.in_(TAKES_A_SEAT))
    ).all()
    wanted = questions.of(workshop) if asked is None else asked
    return [_result(question, seated) for question in wanted]


def _result(question: Question, seated: Sequence[Any]) -> Result:
    result = Result(question)
    counts: Counter[str] = Counter()
    is_english = language() == "en"
    for name, agency_th, agency_en, answers in seated:
        result.asked += questions.is_asked(question, answers)
        answer = answers.get(question.code)
        if answer is None:
            continue
        counts[str(answer)] += 1
        agency = (is_english and agency_en) or agency_th or ""
        result.lines.append(Line(name, agency, questions.shown(question, answers)))
        if question.kind is Kind.NUMBER and isinstance(answer, int | float):
            result.numbers.append(answer)
    if result.is_counted:
        result.counted = _counted(question, counts)
    return result


def _counted(question: Question, counts: Counter[str]) -> list[Counted]:
    """Every choice in its order, those nobody made too, then what an older form of the question offered; days by date."""
    now = [choice.code for choice in question.choices]
    order = [*now, *sorted(counts.keys() - set(now))]
    return [Counted(questions.shown(question, {question.code: one}), counts[one]) for one in order]


def label_of(question: Question) -> str:
    """The question in the language in force."""
    return said(question.label)


def condition_of(question: Question, asked: Sequence[Question]) -> tuple[str, str] | None:
    """Which earlier question, and which answer to it, this one hangs on, in words; None for what is asked of all."""
    if question.when is None:
        return None
    earlier = next(one for one in asked if one.code == question.when.question)
    chosen = {choice.code: choice.label for choice in earlier.choices}.get(question.when.is_)
    return label_of(earlier), said(chosen) or question.when.is_
