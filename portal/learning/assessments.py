"""Written answers held against their rubric: by who wrote them, and by a speaker or organizer who reads them; never a score.

An assessment is added, not changed: the latest of each kind is shown. What an attempt is worth is marking's matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, literal, select, union_all
from sqlalchemy.orm import aliased

from portal.accounts.models import Agency, User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses import catalog
from portal.courses.course import Course, Module, Question, Writing
from portal.learning import attempts
from portal.learning.models import Assessment, Attempt, Step, StepKind

LEVELS = {2: _l("ครบ"), 1: _l("บางส่วน"), 0: _l("ยังไม่มี")}
LONGEST_COMMENT = 2_000

_ENDS = (StepKind.SUBMIT, StepKind.TIMEOUT)


class NothingWritten(Refused):
    text = _l("ยังไม่มีข้อเขียน จึงยังไม่มีอะไรให้ประเมิน")


class NotEveryCriterion(Refused):
    text = _l("เลือกระดับให้ครบทุกเกณฑ์")


class CommentTooLong(Refused):
    text = _l("ความเห็นยาวเกินไป เขียนได้ไม่เกิน 2,000 ตัวอักษร")


@dataclass(frozen=True, slots=True)
class Written:
    """A writing task of a submitted attempt, its answer, and how it was assessed last."""

    attempt: Attempt
    question: Question
    shape: Writing
    text: str
    own: Assessment | None
    review: Assessment | None


@dataclass(frozen=True, slots=True)
class Task:
    """A writing task that people may read answers to, with how many were handed in and how many nobody has read."""

    course: Course
    module: Module
    question: Question
    handed_in: int
    waiting: int


def may_review(user: User) -> bool:
    """Whether the person may read and assess what others wrote: speakers and organizers."""
    return user.may_organize or user.is_speaker


def written_in(attempt: Attempt) -> list[Written]:
    """The writing tasks of a submitted attempt, in the order of the paper."""
    tasks = [
        (one.question, one.question.shape)
        for one in attempts.paper_of(attempt)
        if isinstance(one.question.shape, Writing)
    ]
    if not tasks or attempt.submitted_at is None:
        return []
    answers = attempts.latest(attempt)[1]
    latest = _latest(attempt)
    return [
        Written(
            attempt,
            question,
            shape,
            next(iter(answers.get(question.id, ())), ""),
            latest.get((question.id, True)),
            latest.get((question.id, False)),
        )
        for question, shape in tasks
    ]


def written_as(attempt: Attempt, question: str) -> Written | None:
    """One writing task of a submitted attempt."""
    return next((one for one in written_in(attempt) if one.question.id == question), None)


def _latest(attempt: Attempt) -> dict[tuple[str, bool], Assessment]:
    found = db.session.scalars(
        select(Assessment).where(Assessment.attempt_id == attempt.id).order_by(Assessment.id)
    )
    return {(one.question, one.is_own): one for one in found}


def assess(written: Written, *, levels: Mapping[str, int], comment: str = "", by: User) -> Assessment:
    """Hold a written answer against its rubric; the writer's own assessment is kept apart from a reviewer's.

    The same once more adds nothing. Refuses with NothingWritten, NotEveryCriterion or CommentTooLong. Flushes.
    """
    comment = comment.replace("\r\n", "\n").replace("\0", "").strip()
    if not written.text:
        raise NothingWritten
    keys = {criterion.key for criterion in written.shape.criteria}
    if levels.keys() != keys or not set(levels.values()) <= LEVELS.keys():
        raise NotEveryCriterion
    if len(comment) > LONGEST_COMMENT:
        raise CommentTooLong(field="comment")
    is_own = by.id == written.attempt.user_id
    last = written.own if is_own else written.review
    if last and (last.levels, last.comment, last.by_id) == (dict(levels), comment, by.id):
        return last
    made = Assessment(
        attempt_id=written.attempt.id,
        question=written.question.id,
        by_id=by.id,
        is_own=is_own,
        levels=dict(levels),
        comment=comment,
    )
    db.session.add(made)
    db.session.flush()
    return made


# --- What was handed in


def tasks() -> list[Task]:
    """Every writing task of the courses as they are now, with its counts. One query."""
    found = [
        (course, module, question)
        for course in catalog.courses()
        for module in course.modules
        if module.quiz
        for question in module.quiz.questions
        if not question.is_scored
    ]
    counts = _counts((course.code, module.code, question.id) for course, module, question in found)
    return [
        Task(course, module, question, *counts.get((course.code, question.id), (0, 0)))
        for course, module, question in found
    ]


def task(course: str, module: str, question: str) -> Task | None:
    """One writing task with its counts."""
    found = catalog.course(course)
    part = found.module(module) if found else None
    asked = part.quiz.question(question) if part and part.quiz else None
    if found is None or part is None or asked is None or asked.is_scored:
        return None
    counts = _counts([(course, module, question)])
    return Task(found, part, asked, *counts.get((course, question), (0, 0)))


def _reviewed(question: str) -> Any:
    return exists().where(
        Assessment.attempt_id == Attempt.id, Assessment.question == question, ~Assessment.is_own
    )


def _narrowed(query: Select[*tuple[Any, ...]], course: str, module: str, question: str) -> Select[Any]:
    """The query of attempts narrowed to those that were submitted with an answer to this task."""
    return query.join(Step, Step.attempt_id == Attempt.id).where(
        Attempt.course == course,
        Attempt.module == module,
        Attempt.submitted_at.is_not(None),
        Step.kind.in_(_ENDS),
        Step.answers[(question, 0)].as_string().is_not(None),
    )


def _counts(places: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    queries = [
        _narrowed(
            select(
                literal(course).label("course"),
                literal(question).label("question"),
                func.count().label("handed_in"),
                func.count().filter(~_reviewed(question)).label("waiting"),
            ).select_from(Attempt),
            course,
            module,
            question,
        )
        for course, module, question in places
    ]
    if not queries:
        return {}
    rows = db.session.execute(union_all(*queries))
    return {(row.course, row.question): (row.handed_in, row.waiting) for row in rows}


def handed_in(one: Task, *, only_waiting: bool) -> Select[Any]:
    """The answers to a task, newest first, as rows: code, submitted_at, name, agency_th, agency_en, reviewed_at, own_levels."""
    question = one.question.id
    own, review = aliased(Assessment, name="own"), aliased(Assessment, name="review")
    query = _narrowed(
        select(
            Attempt.code,
            Attempt.submitted_at,
            User.name,
            Agency.name_th,
            Agency.name_en,
            review.at.label("reviewed_at"),
            own.levels.label("own_levels"),
        )
        .join(User, User.id == Attempt.user_id)
        .outerjoin(Agency, Agency.id == Attempt.agency_id)
        .outerjoin(own, own.id == _last_id(question, is_own=True))
        .outerjoin(review, review.id == _last_id(question, is_own=False)),
        one.course.code,
        one.module.code,
        question,
    )
    if only_waiting:
        query = query.where(review.id.is_(None))
    return query.order_by(Attempt.submitted_at.desc(), Attempt.id.desc())


def _last_id(question: str, *, is_own: bool) -> Any:
    return (
        select(func.max(Assessment.id))
        .where(
            Assessment.attempt_id == Attempt.id,
            Assessment.question == question,
            Assessment.is_own.is_(is_own),
        )
        .scalar_subquery()
    )


def reached(levels: Mapping[str, int], criteria: int) -> tuple[int, int]:
    """How many levels of how many were reached."""
    return sum(levels.values()), criteria * max(LEVELS)
