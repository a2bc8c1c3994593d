"""Keeping answers of an open attempt, in as few statements as it takes, for pages ask for it every few seconds; when it is begun and closed is attempts' matter."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from portal.core import clock
from portal.core.db import connection, together
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.prepared import Prepared
from portal.courses import catalog
from portal.courses.course import Quiz
from portal.learning import marking, timing
from portal.learning.marking import Answers, Asked, ImpossibleAnswer
from portal.learning.models import Attempt, Step, StepKind

Given = dict[str, list[str]]  # as they are stored: question id → what marking.normalised gives

MOST_PAPERS = 2_000  # kept in a process
_papers: dict[tuple[int, int], tuple[Quiz, tuple[Asked, ...]]] = {}

# Made once: putting them together took as long as asking them.
_step = aliased(Step)
_LATEST = select(func.max(_step.seq)).where(_step.attempt_id == Attempt.id).scalar_subquery()
_AS_IT_IS = Prepared(
    select(
        Attempt.id,
        Attempt.code,
        Attempt.module,
        Attempt.edition_id,
        Attempt.seed,
        Attempt.started_at,
        Attempt.due_at,
        Attempt.submitted_at,
        Attempt.seconds,
        Step.id,
        Step.seq,
        Step.kind,
        Step.answers,
        Step.at,
    )
    .outerjoin(Step, and_(Step.attempt_id == Attempt.id, Step.seq == _LATEST))
    .where(Attempt.code == bindparam("code"), Attempt.user_id == bindparam("user"))
)
_LAST = Prepared(
    select(Step.seq, Step.kind, Step.answers)
    .where(Step.attempt_id == bindparam("attempt"))
    .order_by(Step.seq.desc())
    .limit(1)
)
ADD = Prepared(
    insert(Step).values({name: bindparam(name) for name in ("attempt_id", "seq", "kind", "answers", "at")})
)

# Nothing is locked between reading and writing: what writes looks once more whether the attempt is open and nobody has
# taken the next number, and writes nothing otherwise.
_STILL_OPEN = (
    select(Attempt.id)
    .where(Attempt.id == bindparam("attempt"), Attempt.submitted_at.is_(None))
    .with_for_update(of=Attempt)
    .cte("still_open")
)
_NEXT = {one.key: bindparam(one.key, type_=one.type) for one in (Step.seq, Step.kind, Step.answers, Step.at)}
_REPLACED = delete(Step).where(Step.id == bindparam("replaced"))
_SPENT = update(Attempt).values(seconds=bindparam("spent"))


def _adding(insert: Any) -> Any:
    # With a condition, or SQLite would read ON CONFLICT as that of a join.
    step = select(_STILL_OPEN.c.id, *_NEXT.values()).where(true())
    added = insert(Step).from_select(["attempt_id", *_NEXT], step)
    return added.on_conflict_do_nothing(index_elements=["attempt_id", "seq"]).returning(Step.attempt_id)


def _all_in_one() -> Any:
    added = _adding(postgresql.insert).cte("added")
    gone = _REPLACED.where(Step.attempt_id == added.c.attempt_id).cte("gone")
    return _SPENT.where(Attempt.id == added.c.attempt_id).returning(Attempt.id).add_cte(gone)


# PostgreSQL takes all three in one: every statement is a way to the server.
_KEEP = Prepared(_all_in_one())
_ADD = Prepared(_adding(sqlite.insert))
_REPLACE = Prepared(_REPLACED)
_SPEND = Prepared(_SPENT.where(Attempt.id == bindparam("attempt")))


class Found(NamedTuple):
    """An attempt with its last step; before the first, all of that is None."""

    id: int
    code: str
    module: str
    edition_id: int
    seed: int
    started_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    seconds: dict[str, Any]
    step: int | None
    seq: int | None
    kind: StepKind | None
    answers: Given | None
    at: datetime | None


class AlreadySubmitted(Refused):
    text = _l("ส่งแบบทดสอบนี้ไปแล้ว คำตอบที่ส่งไว้ไม่เปลี่ยน")


class TimeIsUp(Refused):
    text = _l("หมดเวลาแล้ว สิ่งที่ส่งมาหลังหมดเวลาไม่นับ คำตอบที่บันทึกไว้ก่อนหน้านับครบ")


class NotTheirs(LookupError):
    """This person has no attempt with this code."""


class Stale(Refused):
    """The form was not made from the last step: `answers` is what is stored, `seq` its number, `claimed` the form's.

    A number from the future is one that was acknowledged and lost with the database, or made up: nothing is known of it.
    """

    text = _l("มีคำตอบใหม่กว่าจากอีกหน้าต่างหรืออีกเครื่อง เทียบสองฉบับแล้วเลือก")

    def __init__(self, seq: int, answers: Given, *, claimed: int = 0) -> None:
        super().__init__(_("คำตอบที่บันทึกไว้ในระบบไม่ตรงกับที่หน้านี้รู้ เทียบสองฉบับแล้วเลือก") if claimed > seq else None)
        self.seq = seq
        self.answers = answers


class Last(NamedTuple):
    """The last step of an attempt."""

    seq: int
    kind: StepKind
    answers: Given


def found(user_id: int, code: str) -> Found | None:
    """The attempt with this code as it is now, if it is this person's own. One query, and nothing is locked."""
    row = _AS_IT_IS.first(code=code, user=user_id)
    return None if row is None else Found._make(row)


def last_step(attempt_id: int) -> Last | None:
    """As it is now; None before the first. One query."""
    row = _LAST.first(attempt=attempt_id)
    return None if row is None else Last._make(row)


def quiz_at(edition_id: int, module: str) -> Quiz | None:
    """The quiz of this module as it was in this edition."""
    part = catalog.at_edition(edition_id).module(module)
    return part.quiz if part else None


def paper(quiz: Quiz, seed: int) -> tuple[Asked, ...]:
    """The paper of this quiz and seed, kept: to draw it anew at every touch took longer than to save."""
    key = id(quiz), seed
    known = _papers.get(key)
    if known is not None and known[0] is quiz:
        return known[1]
    drawn = marking.paper(quiz, seed)
    if len(_papers) >= MOST_PAPERS:
        _papers.clear()
    _papers[key] = quiz, drawn
    return drawn


def checked(paper: tuple[Asked, ...], answers: Answers) -> Given:
    """The answers as they are stored. Refuses with ImpossibleAnswer what the paper does not ask or offer, and TooLong."""
    found = {}
    for name, given in answers.items():
        question = next((one.question for one in paper if one.question.id == name), None)
        if question is None:
            raise ImpossibleAnswer
        found[name] = marking.normalised(question, given)
    return found


def keep(user_id: int, code: str, *, seq: int, answers: Answers, kind: StepKind) -> tuple[int, Given, Any]:
    """Keep these answers beside those already there; gives the number of the last step, them as they are stored, and
    when the time is up.

    What is stored already adds no step, however old the form; an autosave takes the place of the autosave before it.
    Refuses with AlreadySubmitted, TimeIsUp (nothing is written: attempts.close_if_over does that), Stale (both versions
    in hand), ImpossibleAnswer or TooLong. Raises NotTheirs.
    """
    while True:
        attempt = found(user_id, code)
        if attempt is None:
            raise NotTheirs
        if attempt.submitted_at is not None:
            raise AlreadySubmitted
        quiz = quiz_at(attempt.edition_id, attempt.module)
        if quiz is None or timing.is_over(attempt, quiz):
            raise TimeIsUp
        given = checked(paper(quiz, attempt.seed), answers) if answers else {}
        last_seq, stored = attempt.seq or 0, attempt.answers or {}
        if all(stored.get(name, []) == chosen for name, chosen in given.items()):
            return last_seq, given, attempt.due_at
        if seq != last_seq:
            raise Stale(last_seq, stored, claimed=seq)
        if _write(attempt, kind, stored | given, given):
            return last_seq + 1, given, attempt.due_at
        # Somebody was faster: what they wrote is seen now.


def _write(attempt: Found, kind: StepKind, answers: Given, given: Collection[str]) -> bool:
    """Append the step, unless the attempt was closed or its next number taken meanwhile; says whether it did."""
    now = clock.now()
    replaced = attempt.step if kind is StepKind.AUTOSAVE is attempt.kind else None
    step = {"attempt": attempt.id, "seq": (attempt.seq or 0) + 1, "kind": kind, "answers": answers, "at": now}
    spent = timing.spent(attempt.seconds, given, since=attempt.at or attempt.started_at, now=now)
    if connection().dialect.name == "postgresql":
        return bool(_KEEP.rows(**step, replaced=replaced, spent=spent))
    with together():
        if not _ADD.rows(**step):
            return False
        if replaced is not None:
            _REPLACE.rows(replaced=replaced)
        _SPEND.rows(attempt=attempt.id, spent=spent)
    return True
