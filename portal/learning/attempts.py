"""Attempts at a quiz: begun once, saved step by step, submitted once; marking is pure and stands in marking.

An attempt is on the server from its first moment. Its steps are appended and numbered; the form carries the number
it was made from, so a stale tab is refused instead of overwriting. An autosave takes the place of the one before it.
Where there is a limit the server's clock closes it, with what was saved: at the next touch, or by the worker.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from portal.accounts.access import Known
from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.prepared import Prepared
from portal.courses.course import Course, Module, Quiz
from portal.learning import corrections, extra_time, keeping, marking, passing, timing
from portal.learning.allowances import allowance
from portal.learning.keeping import Found, Given, Last, Stale
from portal.learning.marking import Answers, Asked
from portal.learning.models import Attempt, StepKind

# Made once: putting them together took as long as asking them.
_AT_THE_QUIZ = (
    Attempt.user_id == bindparam("user"),
    Attempt.course == bindparam("course"),
    Attempt.module == bindparam("module"),
)
_OPEN = select(Attempt).where(*_AT_THE_QUIZ, Attempt.submitted_at.is_(None))
_TAKEN = Prepared(
    select(
        Attempt.id,
        Attempt.code,
        Attempt.course,
        Attempt.module,
        Attempt.edition_id,
        Attempt.started_at,
        Attempt.due_at,
        Attempt.submitted_at,
        Attempt.score,
        Attempt.max_score,
        Attempt.passed,
    ).where(*_AT_THE_QUIZ)
)
_OF_USER = select(Attempt).where(Attempt.code == bindparam("code"), Attempt.user_id == bindparam("user"))
_HELD = _OF_USER.with_for_update(of=Attempt).execution_options(populate_existing=True)


class Go(NamedTuple):
    """One go at a quiz, as lists and rules ask of it."""

    id: int
    code: str
    course: str
    module: str
    edition_id: int
    started_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    score: float | None
    max_score: float | None
    passed: bool | None


class QuizNotThere(Refused):
    text = _l("หมวดนี้ยังไม่มีแบบทดสอบ")


class NotApprovedYet(Refused):
    text = _l("รอผู้ประสานงานของหน่วยงานยืนยันก่อน จึงทำแบบทดสอบได้ ระหว่างนี้อ่านบทเรียนได้ทั้งหมด")


def quiz_of(attempt: Attempt | Found | Go) -> Quiz:
    """The quiz as it was in the edition the attempt is pinned to."""
    quiz = keeping.quiz_at(attempt.edition_id, attempt.module)
    if quiz is None:
        raise QuizNotThere
    return quiz


def paper_of(attempt: Attempt | Found) -> tuple[Asked, ...]:
    """The questions of this attempt, in its order."""
    return keeping.paper(quiz_of(attempt), attempt.seed)


def open_attempt(user: User, course: str, module: str) -> Attempt | None:
    """The attempt this person has begun and not submitted."""
    return db.session.scalar(_OPEN, {"user": user.id, "course": course, "module": module})


def start(user: User, course: Course, module: Module) -> Attempt:
    """The open attempt of this person at this quiz, or a new one pinned to the current edition.

    An open one whose time is up is closed, and then there may be no other. Refuses with QuizNotThere, NoAttemptsLeft,
    TooSoon, or NotApprovedYet: a pass counts for an agency, so somebody must have vouched for the person.
    """
    quiz = module.quiz
    if quiz is None or not module.is_published:
        raise QuizNotThere
    if not user.is_approved:
        raise NotApprovedYet
    begin_write()
    # PostgreSQL: a double click waits here for the first click.
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    found = open_attempt(user, course.code, module.code)
    if found is not None and not close_if_over(found):
        return found
    refusal = allowance(quiz, earlier(user, course.code, module.code)).refusal()
    if refusal is not None:
        raise refusal
    attempt = Attempt(
        user_id=user.id,
        agency_id=user.agency_id,
        course=course.code,
        module=module.code,
        edition_id=course.edition_id,
        seed=secrets.randbits(31),
        started_at=clock.now(),
    )
    attempt.due_at = timing.due_at(
        quiz, attempt.started_at, extra_time.per_cent(user, course.code, module.code) if quiz.minutes else 0
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def latest(attempt: Attempt) -> tuple[int, Given]:
    """The number of the last step and the answers as they stand after it; (0, {}) before the first."""
    step = keeping.last_step(attempt.id)
    return (step.seq, step.answers) if step else (0, {})


def _locked(attempt: Attempt) -> Attempt:
    """The attempt as it is now, held until this transaction ends. SQLite has one writer: what it loaded before is loaded anew."""
    begin_write()
    if db.session.get_bind().dialect.name == "sqlite":
        return attempt
    return db.session.execute(
        select(Attempt)
        .where(Attempt.id == attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).scalar_one()


def save(attempt: Attempt, *, seq: int, answers: Answers, kind: StepKind = StepKind.ANSWER) -> int:
    """Keep these answers beside those already there; gives the number that the next form carries.

    What is stored already adds no step, however old the form. Refuses as keeping.keep does, which does it.
    """
    begin_write()
    db.session.flush()
    kept, _given, _due_at = keeping.keep(attempt.user_id, attempt.code, seq=seq, answers=answers, kind=kind)
    db.session.expire(attempt)
    return kept


def _append(attempt: Attempt, kind: StepKind, answers: Given, last: Last | None) -> datetime:
    """Write the step that closes; gives its moment."""
    now = clock.now()
    values = {"attempt_id": attempt.id, "seq": last.seq + 1 if last else 1, "kind": kind}
    keeping.ADD.rows(**values, answers=answers, at=now)
    return now


def submit(attempt: Attempt, *, seq: int, answers: Answers, is_held: bool = False) -> Attempt:
    """Close and mark the attempt, and settle who passed. A second submit changes nothing and gives the same result.

    After the grace the clock closed it already: with what was saved, whatever comes now. Refuses with Stale, also where
    the form adds no answer: nobody submits what they have not seen. Or ImpossibleAnswer.
    `is_held`: it was loaded by held_of_user in this transaction.
    """
    attempt = attempt if is_held else _locked(attempt)
    if _is_closed(attempt):
        return attempt
    given = keeping.checked(paper_of(attempt), answers)
    step = keeping.last_step(attempt.id)
    last_seq, stored = (step.seq, step.answers) if step else (0, {})
    if seq != last_seq:
        raise Stale(last_seq, stored, claimed=seq)
    at = _append(attempt, StepKind.SUBMIT, stored | given, step)
    _close(attempt, stored | given, at=at)
    return attempt


def close_if_over(attempt: Attempt) -> bool:
    """Close an attempt whose time is up, grace included, with the answers that were saved; says whether it is closed.

    It ends when its grace did, however late that is noticed; a pass counts from now on, for what was told stays true.
    """
    return _is_closed(_locked(attempt))


def _is_closed(attempt: Attempt) -> bool:
    quiz = quiz_of(attempt)
    end = timing.closes_at(attempt, quiz)
    if attempt.submitted_at is None and end is not None and timing.is_over(attempt, quiz):
        last = keeping.last_step(attempt.id)
        answers = last.answers if last else {}
        _append(attempt, StepKind.TIMEOUT, answers, last)
        _close(attempt, answers, at=end)
    return attempt.submitted_at is not None


def _close(attempt: Attempt, answers: Given, *, at: datetime) -> None:
    keys = corrections.rulings(attempt.course, attempt.module, attempt.edition_id, is_held=True)
    marked = marking.mark(paper_of(attempt), answers, keys)
    attempt.submitted_at = at
    attempt.score, attempt.max_score = marking.total(marked)
    attempt.points = {one.asked.question.id: one.points for one in marked if one.most}
    attempt.passed = marking.is_pass(quiz_of(attempt), attempt.score, attempt.max_score)
    db.session.flush()
    passing.settle(attempt.user_id, attempt.agency_id, attempt.course, attempt.module, at=clock.now())


def overdue(limit: int = 200) -> list[int]:
    """The ids of open attempts whose time is up, grace included, the longest over first. Takes no lock."""
    found = db.session.scalars(
        select(Attempt)
        .where(Attempt.submitted_at.is_(None), Attempt.due_at < clock.now())
        .order_by(Attempt.due_at)
        .limit(limit)
    )
    return [one.id for one in found if timing.is_over(one, quiz_of(one))]


def is_closed_by_clock(attempt: Attempt) -> bool:
    """Whether the time was up before the person submitted."""
    step = keeping.last_step(attempt.id)
    return step is not None and step.kind is StepKind.TIMEOUT


def result_of(attempt: Attempt) -> tuple[marking.Marked, ...]:
    """Every question of the paper with what was chosen and what it was worth, by the keys as they were corrected since."""
    keys = corrections.rulings(attempt.course, attempt.module, attempt.edition_id)
    return marking.mark(corrections.shown(paper_of(attempt), keys), latest(attempt)[1], keys)


def earlier(user: User, course: str, module: str) -> list[Go]:
    """The submitted attempts of this person at this quiz, newest first."""
    return [one for one in taken(user, course, module) if one.submitted_at is not None]


def taken(user: User | Known, course: str, module: str) -> list[Go]:
    """All attempts of this person at this quiz, the open one first, then newest first. One query."""
    found = [Go._make(row) for row in _TAKEN.rows(user=user.id, course=course, module=module)]
    return sorted(found, key=lambda one: (one.submitted_at is not None, -_when(one), -one.id))


def _when(attempt: Go) -> float:
    return (attempt.submitted_at or attempt.started_at).timestamp()


def of_user(user: User | Known, code: str) -> Attempt | None:
    """The attempt with this code, if it is this person's own."""
    return db.session.scalar(_OF_USER, {"code": code, "user": user.id})


def held_of_user(user: User | Known, code: str) -> Attempt | None:
    """As of_user, held until this transaction ends, in the same statement; SQLite has one writer anyhow."""
    begin_write()
    return db.session.scalar(_HELD, {"code": code, "user": user.id})


def with_code(code: str) -> Attempt:
    return db.session.scalars(select(Attempt).where(Attempt.code == code)).one()
