"""Reminds everybody with a seat seven days and one day before a workshop; how many are told at once is portions' matter.

A reminder is due in the morning, once per workshop and day. Who got the seat after that morning knows the date anyway.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, case, func, select

from portal.core import clock
from portal.core.db import UTCDateTime, db
from portal.mail import told
from portal.participation import messages, portions
from portal.participation.models import Registration
from portal.programme.models import Workshop, WorkshopSession
from portal.programme.workshops import ON_OFFER

DAYS_BEFORE = (1, 7)  # the nearest first: only the latest that is due is told
MORNING = time(8, tzinfo=clock.BANGKOK)


@dataclass(frozen=True)
class Reminder:
    """What is to be told of one workshop now."""

    workshop_id: int
    code: str
    first_day: date
    days: int  # before the first day

    @property
    def since(self) -> datetime:
        """The morning from which it is due."""
        return datetime.combine(self.first_day - timedelta(days=self.days), MORNING)

    @property
    def what(self) -> str:
        return f"{self.first_day.isoformat()}-{self.days}"

    @property
    def key(self) -> str:
        return f"reminder:{self.code}:{self.what}"


def due() -> list[int]:
    """The ids of workshops of which people are to be reminded now. Two queries, one while no workshop is near; no lock."""
    found = list(_open(_near()))
    said = told.among([one.key for one in found])
    return [one.workshop_id for one in found if one.key not in said]


def remind(workshop: Workshop) -> int:
    """Remind the next portion of those with a seat, and return how many that was; all reminded: it is noted as told."""
    now = next(_open(_near().where(Workshop.id == workshop.id)), None)
    if now is None or told.among([now.key]):
        return 0
    days_left = (now.first_day - clock.today()).days

    def do(people: Sequence[Registration]) -> None:
        for one in people:
            messages.reminder(one, days=days_left, what=now.what, batch=portions.batch_of(now.key))

    people = portions.seats_of(workshop).where(Registration.changed_at < now.since)
    return portions.tell(people, do, message="reminder", what=now.what, keys=[now.key])


def _near() -> Select[int, str, date, int, date | None, datetime | None]:
    """Workshops that begin within the days of a reminder, each with its first meeting that is held."""
    is_held = ~WorkshopSession.is_cancelled
    return (
        select(
            Workshop.id,
            Workshop.code,
            Workshop.starts_on,
            func.count(WorkshopSession.id),
            func.min(case((is_held, WorkshopSession.day)), type_=WorkshopSession.day.type),
            func.min(case((is_held, WorkshopSession.starts_at)), type_=UTCDateTime()),
        )
        .outerjoin(Workshop.sessions)
        .where(
            Workshop.status.in_(ON_OFFER),
            Workshop.ends_on >= clock.today(),
            Workshop.starts_on <= clock.today() + timedelta(days=max(DAYS_BEFORE)),
        )
        .group_by(Workshop.id)
        .order_by(Workshop.id)
    )


def _open(
    near: Select[int, str, date, int, date | None, datetime | None],
) -> Iterator[Reminder]:
    """The reminder of each that is due and not overtaken by the next one or by the workshop itself."""
    now = clock.now()
    for workshop_id, code, starts_on, meetings, first, begins in db.session.execute(near):
        if meetings and first is None:  # none of them is held
            continue
        day = first or starts_on
        has_hours = begins is not None and clock.local(begins).date() == day
        if now >= (begins if begins and has_hours else datetime.combine(day, MORNING)):
            continue
        for days in DAYS_BEFORE:
            one = Reminder(workshop_id, code, day, days)
            if one.since <= now:
                yield one
                break
