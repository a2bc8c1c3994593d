"""Extra time in quizzes with a limit, for a person or for everybody of an agency: given by organizers, ended, never deleted."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.accounts import audit
from portal.accounts.access import Known
from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses import catalog
from portal.learning import timing
from portal.learning.models import Attempt, ExtraTime

LEAST, MOST = 5, 300  # per cent of the limit


class NotAShare(Refused):
    text = _l("ใส่เวลาที่เพิ่มเป็นร้อยละของเวลาปกติ ตั้งแต่ 5 ถึง 300")


class NobodyNamed(Refused):
    text = _l("เลือกคนเดียวหรือหน่วยงานเดียว")


class NotThere(Refused):
    text = _l("ไม่พบหลักสูตรหรือส่วนนี้")


def per_cent(user: User | Known, course: str, module: str) -> int:
    """How much more of the limit this person has in this quiz now, per cent: the most of what was given, not the sum."""
    whose = [ExtraTime.user_id == user.id]
    if user.agency_id is not None:
        whose.append(ExtraTime.agency_id == user.agency_id)
    found = db.session.scalars(
        select(ExtraTime.per_cent).where(
            ExtraTime.ended_at.is_(None),
            or_(*whose),
            ExtraTime.course.in_(("", course)),
            ExtraTime.module.in_(("", module)),
        )
    )
    return max(found, default=0)


def give(  # noqa: PLR0913 - all by keyword
    *,
    by: User,
    user: User | None = None,
    agency: Agency | None = None,
    course: str = "",
    module: str = "",
    per_cent: int,
    why: str,
) -> ExtraTime:
    """More time from now on, also in attempts that are open; takes the place of what was given for just the same.

    `course` and `module` "" stand for every one. Refuses with NobodyNamed, NotAShare, NotThere. Audited.
    """
    if (user is None) == (agency is None):
        raise NobodyNamed
    if not LEAST <= per_cent <= MOST:
        raise NotAShare(field="per_cent")
    _require_there(course, module)
    begin_write()
    same = {
        "user_id": user.id if user else None,
        "agency_id": agency.id if agency else None,
        "course": course,
        "module": module,
    }
    for before in db.session.scalars(select(ExtraTime).filter_by(**same, ended_at=None)):
        before.ended_at = clock.now()
    given = ExtraTime(**same, per_cent=per_cent, why=why, given_by_id=by.id)
    db.session.add(given)
    db.session.flush()
    for attempt in _open(given):
        _lengthen(attempt, per_cent)
    audit.note("extra time given", _whose(given), by=by, per_cent=per_cent, course=course, module=module)
    return given


def _require_there(course: str, module: str) -> None:
    found = catalog.course(course) if course else None
    if course and found is None:
        raise NotThere(field="module")
    if module and (found is None or found.module(module) is None):
        raise NotThere(field="module")


def end(given: ExtraTime, *, by: User) -> None:
    """No extra time for attempts begun from now on; those that are open keep theirs. Audited."""
    if given.ended_at is None:
        given.ended_at = clock.now()
        audit.note("extra time ended", _whose(given), by=by, per_cent=given.per_cent)


def _whose(given: ExtraTime) -> User | Agency | None:
    return given.user or given.agency


def _open(given: ExtraTime) -> Sequence[Attempt]:
    """The open attempts with a limit that this is for, locked."""
    meant = {
        "user_id": given.user_id,
        "agency_id": given.agency_id,
        "course": given.course,
        "module": given.module,
    }
    return db.session.scalars(
        select(Attempt)
        .where(Attempt.submitted_at.is_(None), Attempt.due_at.is_not(None))
        .filter_by(**{name: value for name, value in meant.items() if value})
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    ).all()


def _lengthen(attempt: Attempt, per_cent: int) -> None:
    """An attempt that has more already keeps it; one whose grace is over stays over."""
    module = catalog.at_edition(attempt.edition_id).module(attempt.module)
    if module is None or module.quiz is None or timing.is_over(attempt, module.quiz):
        return
    due_at = timing.due_at(module.quiz, attempt.started_at, per_cent)
    if due_at is not None and attempt.due_at is not None:
        attempt.due_at = max(due_at, attempt.due_at)


def in_force() -> list[ExtraTime]:
    """What is given now, the latest first; people and agencies are loaded with it."""
    return list(
        db.session.scalars(
            select(ExtraTime)
            .where(ExtraTime.ended_at.is_(None))
            .options(joinedload(ExtraTime.user), joinedload(ExtraTime.agency))
            .order_by(ExtraTime.given_at.desc(), ExtraTime.id.desc())
        )
    )


def by_code(code: str) -> ExtraTime | None:
    return db.session.scalar(select(ExtraTime).where(ExtraTime.code == code))
