"""Keeping answers of an open attempt, in as few statements as it takes, for pages ask for it every few seconds; when it is begun and closed is attempts' matter."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert, Update, bindparam, insert, select, update

from portal.core import clock
from portal.core.db import db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.courses import catalog
from portal.courses.course import Quiz
from portal.learning import marking, timing
from portal.learning.marking import Answers, Asked, ImpossibleAnswer
from portal.learning.models import Attempt, Step, StepKind

Given = dict[str, list[str]]  # as they are stored: question id → what marking.normalised gives

MOST_PAPERS = 2_000  # kept in a process
_papers: dict[tuple[int, int], tuple[Quiz, tuple[Asked, ...]]] = {}

# Made once: putting them together took as long as asking them.
_COLUMNS = (
    Attempt.id,
    Attempt.module,
    Attempt.edition_id,
    Attempt.seed,
    Attempt.started_at,
    Attempt.due_at,
    Attempt.submitted_at,
    Attempt.seconds,
)
_LOCKED = (
    select(*_COLUMNS)
    .where(Attempt.code == bindparam("code"), Attempt.user_id == bindparam("user"))
    .with_for_update(of=Attempt)
)
LAST = (
    select(Step.id, Step.seq, Step.kind, Step.answers, Step.at)
    .where(Step.attempt_id == bindparam("attempt"))
    .order_by(Step.seq.desc())
    .limit(1)
)
ADD = insert(Step).values({name: bindparam(name) for name in ("attempt_id", "seq", "kind", "answers", "at")})
_REPLACE = (
    update(Step)
    .where(Step.id == bindparam("step"))
    .values({name: bindparam(name) for name in ("seq", "answers", "at")})
)
_SPEND = update(Attempt).where(Attempt.id == bindparam("attempt")).values(seconds=bindparam("spent"))
# PostgreSQL takes both in one: every statement is a way to the server.
_BOTH: dict[Insert | Update, Insert | Update] = {
    kept: kept.add_cte(_SPEND.cte("spending")) for kept in (ADD, _REPLACE)
}


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
    when the time is up. In a transaction that writes.

    What is stored already adds no step, however old the form; an autosave takes the place of the autosave before it.
    Refuses with AlreadySubmitted, TimeIsUp (nothing is written: attempts.close_if_over does that), Stale (both versions
    in hand), ImpossibleAnswer or TooLong. Raises NotTheirs.
    """
    attempt = read_rows(_LOCKED, code=code, user=user_id).first()
    if attempt is None:
        raise NotTheirs
    if attempt.submitted_at is not None:
        raise AlreadySubmitted
    quiz = quiz_at(attempt.edition_id, attempt.module)
    if quiz is None or timing.is_over(attempt, quiz):
        raise TimeIsUp
    given = checked(paper(quiz, attempt.seed), answers) if answers else {}
    last = read_rows(LAST, attempt=attempt.id).first()
    last_seq, stored = (last.seq, last.answers) if last else (0, {})
    if all(stored.get(name, []) == chosen for name, chosen in given.items()):
        return last_seq, given, attempt.due_at
    if seq != last_seq:
        raise Stale(last_seq, stored, claimed=seq)
    _write(attempt, last, kind, stored | given, given)
    return last_seq + 1, given, attempt.due_at


def _write(attempt: Any, last: Any, kind: StepKind, answers: Given, given: Mapping[str, Any]) -> None:
    now, connection = clock.now(), db.session.connection()
    values = {"seq": last.seq + 1 if last else 1, "answers": answers, "at": now}
    statement: Insert | Update
    if last is not None and kind is StepKind.AUTOSAVE is last.kind:
        statement, values = _REPLACE, values | {"step": last.id}
    else:
        statement, values = ADD, values | {"attempt_id": attempt.id, "kind": kind}
    seconds = timing.spent(attempt.seconds, given, since=last.at if last else attempt.started_at, now=now)
    spent = {"attempt": attempt.id, "spent": seconds}
    if connection.dialect.name == "postgresql":
        connection.execute(_BOTH[statement], values | spent)
    else:
        connection.execute(statement, values)
        connection.execute(_SPEND, spent)
