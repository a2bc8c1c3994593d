"""Who counts as having passed a module, and which rows say so: settled from the submitted attempts; how one is marked stands in attempts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.accounts.models import User
from portal.core.db import begin_write, db
from portal.courses import catalog
from portal.courses.course import Counts
from portal.learning.models import Attempt, ModulePass


def settle(user_id: int, agency_id: int | None, course: str, module: str, *, at: datetime) -> None:
    """See to it that a pass counts from `at` on, or counts no longer, as the submitted attempts of this person for this agency say.

    Which attempt decides is the rule of the edition the last one was taken in: a rule made later takes back nothing.
    Asking again changes nothing. Flushes.
    """
    begin_write()
    # PostgreSQL: who submits while somebody regrades waits here.
    db.session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    deciding = decisive(_submitted(user_id, agency_id, course, module))
    counting = db.session.scalar(
        select(ModulePass).where(
            *_same(ModulePass, user_id, agency_id, course, module), ModulePass.ended_at.is_(None)
        )
    )
    if deciding is None and counting is not None:
        counting.ended_at = at
    if deciding is not None and counting is None:
        db.session.add(
            ModulePass(
                user_id=user_id,
                agency_id=agency_id,
                course=course,
                module=module,
                attempt_id=deciding.id,
                passed_at=at,
            )
        )
    db.session.flush()


def _same(
    facts: type[Attempt] | type[ModulePass], user_id: int, agency_id: int | None, course: str, module: str
) -> tuple[ColumnElement[bool], ...]:
    return (
        facts.user_id == user_id,
        facts.agency_id.is_(None) if agency_id is None else facts.agency_id == agency_id,
        facts.course == course,
        facts.module == module,
    )


def _submitted(user_id: int, agency_id: int | None, course: str, module: str) -> Sequence[Attempt]:
    """The earliest first."""
    return db.session.scalars(
        select(Attempt)
        .where(*_same(Attempt, user_id, agency_id, course, module), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.submitted_at, Attempt.id)
    ).all()


def decisive(taken: Sequence[Attempt]) -> Attempt | None:
    """The attempt by which the module is passed; None where it is not."""
    if not taken:
        return None
    last = taken[-1]
    if counts_of(last) is Counts.LATEST:
        return last if last.passed else None
    return next((one for one in taken if one.passed), None)


def counts_of(attempt: Attempt) -> Counts:
    """Which attempt decides, as the quiz said when this one was taken."""
    module = catalog.at_edition(attempt.edition_id).module(attempt.module)
    return module.quiz.counts if module is not None and module.quiz is not None else Counts.BEST
