"""Attempts at a quiz: begun once, saved step by step, submitted once; marking is pure and stands in marking.

An attempt is on the server from its first moment. Its steps are appended and numbered; the form carries the number
it was made from, so a stale tab is refused instead of overwriting. An autosave takes the place of the one before it.
"""

import secrets

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses import catalog
from portal.courses.course import Course, Module, QuestionKind, Quiz
from portal.learning import marking, passing
from portal.learning.marking import Answers, Asked
from portal.learning.models import Attempt, Step, StepKind

Given = dict[str, list[str]]  # as they are stored: question id → keys of the chosen choices, in order


class QuizNotThere(Refused):
    text = _l("หมวดนี้ยังไม่มีแบบทดสอบ")


class NotApprovedYet(Refused):
    text = _l("รอผู้ประสานงานของหน่วยงานยืนยันก่อน จึงทำแบบทดสอบได้ ระหว่างนี้อ่านบทเรียนได้ทั้งหมด")


class AlreadySubmitted(Refused):
    text = _l("ส่งแบบทดสอบนี้ไปแล้ว คำตอบที่ส่งไว้ไม่เปลี่ยน")


class ImpossibleAnswer(Refused):
    text = _l("คำตอบนี้ไม่มีในตัวเลือกของข้อ เลือกใหม่อีกครั้ง")


class Stale(Refused):
    """The form was made from an older step than the last: `answers` is what is stored, `seq` its number."""

    text = _l("มีคำตอบใหม่กว่าจากอีกหน้าต่างหรืออีกเครื่อง เทียบสองฉบับแล้วเลือก")

    def __init__(self, seq: int, answers: Given) -> None:
        super().__init__()
        self.seq = seq
        self.answers = answers


def quiz_of(attempt: Attempt) -> Quiz:
    """The quiz as it was in the edition the attempt is pinned to."""
    module = catalog.at_edition(attempt.edition_id).module(attempt.module)
    if module is None or module.quiz is None:
        raise QuizNotThere
    return module.quiz


def paper_of(attempt: Attempt) -> tuple[Asked, ...]:
    """The questions of this attempt, in its order."""
    return marking.paper(quiz_of(attempt), attempt.seed)


def open_attempt(user: User, course: str, module: str) -> Attempt | None:
    """The attempt this person has begun and not submitted."""
    return db.session.scalar(
        select(Attempt).where(
            Attempt.user_id == user.id,
            Attempt.course == course,
            Attempt.module == module,
            Attempt.submitted_at.is_(None),
        )
    )


def start(user: User, course: Course, module: Module) -> Attempt:
    """The open attempt of this person at this quiz, or a new one pinned to the current edition.

    Refuses with QuizNotThere, or NotApprovedYet: a pass counts for an agency, so somebody must have vouched for the person.
    """
    if module.quiz is None or not module.is_published:
        raise QuizNotThere
    if not user.is_approved:
        raise NotApprovedYet
    begin_write()
    # PostgreSQL: a double click waits here for the first click.
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    found = open_attempt(user, course.code, module.code)
    if found is not None:
        return found
    attempt = Attempt(
        user_id=user.id,
        agency_id=user.agency_id,
        course=course.code,
        module=module.code,
        edition_id=course.edition_id,
        seed=secrets.randbits(31),
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def latest(attempt: Attempt) -> tuple[int, Given]:
    """The number of the last step and the answers as they stand after it; (0, {}) before the first."""
    step = _last_step(attempt)
    return (step.seq, step.answers) if step else (0, {})


def _last_step(attempt: Attempt) -> Step | None:
    return db.session.scalar(
        select(Step)
        .where(Step.attempt_id == attempt.id)
        .order_by(Step.seq.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _locked(attempt: Attempt) -> Attempt:
    begin_write()
    return db.session.execute(
        select(Attempt)
        .where(Attempt.id == attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _checked(attempt: Attempt, answers: Answers) -> Given:
    """The same answers, each choice once. Refuses with ImpossibleAnswer what the paper does not ask or offer."""
    questions = {one.question.id: one.question for one in paper_of(attempt)}
    for name, chosen in answers.items():
        question = questions.get(name)
        if question is None or not set(chosen) <= {choice.key for choice in question.choices}:
            raise ImpossibleAnswer
        if question.kind is not QuestionKind.MULTIPLE and len(set(chosen)) > 1:
            raise ImpossibleAnswer
    return {name: sorted(set(chosen)) for name, chosen in answers.items()}


def save(attempt: Attempt, *, seq: int, answers: Answers, kind: StepKind = StepKind.ANSWER) -> int:
    """Keep these answers beside those already there; gives the number that the next form carries.

    What is stored already adds no step, however old the form. Refuses with AlreadySubmitted, Stale (both versions in
    hand) or ImpossibleAnswer.
    """
    attempt = _locked(attempt)
    if attempt.submitted_at is not None:
        raise AlreadySubmitted
    given = _checked(attempt, answers)
    last_seq, stored = latest(attempt)
    if all(stored.get(name, []) == chosen for name, chosen in given.items()):
        return last_seq
    if seq != last_seq:
        raise Stale(last_seq, stored)
    return _append(attempt, kind, stored | given).seq


def _append(attempt: Attempt, kind: StepKind, answers: Given) -> Step:
    """The next step; an autosave takes the place of the autosave before it."""
    step = _last_step(attempt)
    seq = step.seq + 1 if step else 1
    if step is None or kind is not StepKind.AUTOSAVE or step.kind is not StepKind.AUTOSAVE:
        step = Step(attempt_id=attempt.id, kind=kind)
        db.session.add(step)
    step.seq, step.answers, step.at = seq, answers, clock.now()
    db.session.flush()
    return step


def submit(attempt: Attempt, *, seq: int, answers: Answers) -> Attempt:
    """Close and mark the attempt, and note the first pass. A second submit changes nothing and gives the same result.

    Refuses with Stale, also where the form adds no answer: nobody submits what they have not seen. Or ImpossibleAnswer.
    """
    attempt = _locked(attempt)
    if attempt.submitted_at is not None:
        return attempt
    given = _checked(attempt, answers)
    last_seq, stored = latest(attempt)
    if seq != last_seq:
        raise Stale(last_seq, stored)
    step = _append(attempt, StepKind.SUBMIT, stored | given)
    marked = marking.mark(paper_of(attempt), step.answers)
    attempt.submitted_at = step.at
    attempt.score = sum(one.points for one in marked)
    attempt.max_score = float(len(marked))
    attempt.passed = marking.is_pass(quiz_of(attempt), attempt.score, attempt.max_score)
    db.session.flush()
    passing.settle(attempt.user_id, attempt.agency_id, attempt.course, attempt.module, at=step.at)
    return attempt


def result_of(attempt: Attempt) -> tuple[marking.Marked, ...]:
    """Every question of the paper with what was chosen and what it was worth."""
    return marking.mark(paper_of(attempt), latest(attempt)[1])


def earlier(user: User, course: str, module: str) -> list[Attempt]:
    """The submitted attempts of this person at this quiz, newest first."""
    return list(
        db.session.scalars(
            select(Attempt)
            .where(
                Attempt.user_id == user.id,
                Attempt.course == course,
                Attempt.module == module,
                Attempt.submitted_at.is_not(None),
            )
            .order_by(Attempt.submitted_at.desc(), Attempt.id.desc())
        )
    )


def number_of(attempt: Attempt) -> int:
    """Which go of this person at this quiz it is, from 1."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Attempt.user_id == attempt.user_id,
                Attempt.course == attempt.course,
                Attempt.module == attempt.module,
                Attempt.id <= attempt.id,
            )
        )
        or 0
    )


def of_user(user: User, code: str) -> Attempt | None:
    """The attempt with this code, if it is this person's own."""
    return db.session.scalar(select(Attempt).where(Attempt.code == code, Attempt.user_id == user.id))
