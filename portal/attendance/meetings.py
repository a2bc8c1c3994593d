"""A session as its door needs it, and from when until when anything is noted there; what is noted is check_in's and self_check_in's matter."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select

from portal.core import clock, dates
from portal.core.clock import BANGKOK
from portal.core.db import read_rows
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus

OPENS_BEFORE = timedelta(hours=1)
CLOSES_AFTER = timedelta(minutes=15)


class NotYet(Refused):
    """The scan happened before the door opens; the sentence says when it does."""


class Over(Refused):
    """The scan happened after the door closed; the sentence says when that was."""


class SessionCancelled(Refused):
    text = _l("ช่วงอบรมนี้ยกเลิกแล้ว จึงไม่มีการลงชื่อ")


class Meeting(NamedTuple):
    """A session as its door needs it."""

    id: int
    code: str
    title_th: str
    title_en: str
    day: date
    starts_at: datetime | None
    ends_at: datetime | None
    is_cancelled: bool
    workshop_id: int
    workshop: str  # its code
    status: WorkshopStatus

    @property
    def opens(self) -> datetime:
        """From when scans are taken: an hour before it starts, or from the first minute of a day without hours."""
        if self.starts_at is not None:
            return self.starts_at - OPENS_BEFORE
        return datetime.combine(self.day, time(), tzinfo=BANGKOK)

    @property
    def closes(self) -> datetime:
        """Until when: a quarter of an hour after it ends, or to the end of that day."""
        if self.ends_at is not None:
            return self.ends_at + CLOSES_AFTER
        return datetime.combine(self.day + timedelta(days=1), time(), tzinfo=BANGKOK)

    @property
    def is_off(self) -> bool:
        return self.is_cancelled or self.status is WorkshopStatus.CANCELLED


COLUMNS = (  # of a Meeting, in its order
    WorkshopSession.id,
    WorkshopSession.code,
    WorkshopSession.title_th,
    WorkshopSession.title_en,
    WorkshopSession.day,
    WorkshopSession.starts_at,
    WorkshopSession.ends_at,
    WorkshopSession.is_cancelled,
    Workshop.id,
    Workshop.code,
    Workshop.status,
)
_MEETINGS = select(*COLUMNS).join(Workshop, Workshop.id == WorkshopSession.workshop_id)
_MEETING = _MEETINGS.where(
    Workshop.code == bindparam("workshop"), WorkshopSession.code == bindparam("session")
)
_AROUND = _MEETINGS.where(
    Workshop.id.in_(bindparam("workshops", expanding=True)),
    WorkshopSession.day.between(bindparam("yesterday"), bindparam("tomorrow")),
).order_by(WorkshopSession.day, WorkshopSession.position)


def meeting_of(workshop: str, session: str) -> Meeting | None:
    """The session with these codes; None where there is none. One query."""
    row = read_rows(_MEETING, workshop=workshop, session=session).first()
    return None if row is None else Meeting._make(row)


def open_now(workshops: Collection[int]) -> list[Meeting]:
    """The sessions of these workshops (their ids) whose doors are open at this moment. One query."""
    now, today, a_day = clock.now(), clock.today(), timedelta(days=1)
    rows = read_rows(_AROUND, workshops=list(workshops), yesterday=today - a_day, tomorrow=today + a_day)
    found = [Meeting._make(row) for row in rows]
    return [one for one in found if not one.is_off and one.opens <= now <= one.closes]


def refuse_outside(meeting: Meeting, at: datetime) -> None:
    """Refuses with SessionCancelled, NotYet and Over what is not noted at this session at this moment."""
    lang: dates.Lang = "en" if language() == "en" else "th"
    if meeting.is_off:
        raise SessionCancelled
    if at < meeting.opens:
        raise NotYet(_("ยังไม่ถึงเวลาลงชื่อ เปิด %(at)s", at=dates.date_time(meeting.opens, lang=lang)))
    if at > meeting.closes:
        raise Over(_("หมดเวลาลงชื่อของช่วงนี้แล้ว ปิดเมื่อ %(at)s", at=dates.date_time(meeting.closes, lang=lang)))
