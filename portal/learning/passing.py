"""Who counts as having passed a module, and which rows say so: settled from the submitted attempts; how one is marked stands in attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, bindparam, insert, select

from portal.accounts.models import User
from portal.core.db import begin_write, db, read_rows
from portal.courses import catalog
from portal.courses.course import Counts
from portal.learning.models import Attempt, ModulePass


class Taken(Protocol):
    """What of a submitted attempt tells whether it decides."""

    @property
    def edition_id(self) -> int: ...
    @property
    def module(self) -> str: ...
    @property
    def passed(self) -> bool | None: ...


T = TypeVar("T", bound=Taken)


def _same(facts: type[Attempt] | type[ModulePass], *, has_agency: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        facts.user_id == bindparam("user"),
        facts.agency_id == bindparam("agency") if has_agency else facts.agency_id.is_(None),
        facts.course == bindparam("course"),
        facts.module == bindparam("module"),
    )


# Made once, for people with an agency and without. The earliest attempt first.
_SUBMITTED = {
    has_agency: select(Attempt.id, Attempt.edition_id, Attempt.module, Attempt.passed)
    .where(*_same(Attempt, has_agency=has_agency), Attempt.submitted_at.is_not(None))
    .order_by(Attempt.submitted_at, Attempt.id)
    for has_agency in (True, False)
}
_COUNTING = {
    has_agency: select(ModulePass.id).where(
        *_same(ModulePass, has_agency=has_agency), ModulePass.ended_at.is_(None)
    )
    for has_agency in (True, False)
}
_PERSON = select(User.id).where(User.id == bindparam("user")).with_for_update(key_share=True)
_PASS = insert(ModulePass).values(
    user_id=bindparam("user"),
    agency_id=bindparam("agency"),
    course=bindparam("course"),
    module=bindparam("module"),
    attempt_id=bindparam("attempt"),
    passed_at=bindparam("at"),
)


def settle(user_id: int, agency_id: int | None, course: str, module: str, *, at: datetime) -> None:
    """See to it that a pass counts from `at` on, or counts no longer, as the submitted attempts of this person for this agency say.

    Which attempt decides is the rule of the edition the last one was taken in: a rule made later takes back nothing.
    Asking again changes nothing. Flushes.
    """
    begin_write()
    if db.session.get_bind().dialect.name != "sqlite":
        # Who submits while somebody regrades waits here; SQLite has one writer anyhow.
        read_rows(_PERSON, user=user_id)
    whose = {"user": user_id, "agency": agency_id, "course": course, "module": module}
    has_agency = agency_id is not None
    deciding = decisive(read_rows(_SUBMITTED[has_agency], **whose).all())
    counting = read_rows(_COUNTING[has_agency], **whose).scalar()
    if deciding is None and counting is not None:
        db.session.get_one(ModulePass, counting).ended_at = at
    if deciding is not None and counting is None:
        db.session.connection().execute(_PASS, {**whose, "attempt": deciding.id, "at": at})
    db.session.flush()


def decisive(taken: Sequence[T]) -> T | None:
    """The attempt, of these with the earliest first, by which the module is passed; None where it is not."""
    if not taken:
        return None
    last = taken[-1]
    if counts_of(last) is Counts.LATEST:
        return last if last.passed else None
    return next((one for one in taken if one.passed), None)


def counts_of(attempt: Taken) -> Counts:
    """Which attempt decides, as the quiz said when this one was taken."""
    module = catalog.at_edition(attempt.edition_id).module(attempt.module)
    return module.quiz.counts if module is not None and module.quiz is not None else Counts.BEST
