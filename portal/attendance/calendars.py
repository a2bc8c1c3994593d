"""Which events a calendar holds: a workshop's, everybody's, one person's with how they attended; what an event says is participation.events' matter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import User
from portal.attendance import marks as known_marks
from portal.core import clock, ics
from portal.core.db import UTCDateTime, db
from portal.core.i18n import _, _l, in_lang, in_language
from portal.participation.events import event_of, has_left
from portal.participation.models import AttendanceState, Registration
from portal.participation.seats import CONFIRMED, OFFERED, WAITLISTED
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus, WorkshopVersion
from portal.programme.workshops import ON_OFFER

KEPT_DAYS = 90  # how long what is called off stays, so that every calendar has learned of it
UNMARKED = "unmarked"
STATE_WORDS = {
    AttendanceState.ATTENDED: _l("มาแล้ว"),
    AttendanceState.PARTIAL: _l("มาบางส่วน"),
    AttendanceState.EXCUSED: _l("ลา"),
    AttendanceState.NO_SHOW: _l("ไม่มา"),
    None: _l("ยังไม่บันทึก"),
}

Marks = Mapping[tuple[int, int], known_marks.Known]


def workshop_calendar(workshop: Workshop) -> bytes:
    """The sessions of a workshop for anybody's calendar, in the language in force; holds nothing personal."""
    return ics.calendar(in_lang(workshop, "title"), _shown_events(workshop))


def all_workshops() -> bytes:
    """The sessions of every workshop that was ever shown to everybody, in the language in force. Two queries."""
    found = db.session.scalars(_PUBLIC, {"since": _kept_since()}).unique()
    return ics.calendar(_("งานอบรมทั้งหมด"), [event for one in found for event in _shown_events(one)])


def personal(user: User) -> bytes:
    """A person's own calendar in their language: seats as meetings, offers and places in a queue as tentative ones,
    what was cancelled lately as cancelled; meetings that are past say how the person attended. Three queries."""
    with in_language(user.language):
        mine = db.session.scalars(_MINE, {"user": user.id, "since": _kept_since()}).all()
        sessions = [session for one in mine for session in one.workshop.sessions]
        marks = known_marks.known_of(sessions, mine)
        events = [
            event for one in mine for event in _shown_events(one.workshop, registration=one, marks=marks)
        ]
        return ics.calendar(_("งานอบรมของ %(name)s", name=user.name), events)


def is_kept(
    workshop: Workshop,
    session: WorkshopSession | None,
    registration: Registration | None = None,
    *,
    on: date | None = None,
) -> bool:
    """Whether the meeting is in calendars on this day (None: today): what was called off is so for KEPT_DAYS more."""
    called_off = (
        workshop.updated_at if workshop.status is WorkshopStatus.CANCELLED else None,
        session.updated_at if session is not None and session.is_cancelled else None,
        registration.changed_at if registration is not None and has_left(registration) else None,
    )
    first = min((moment for moment in called_off if moment is not None), default=None)
    return first is None or ((on or clock.today()) - clock.local(first).date()).days <= KEPT_DAYS


# Put together once: that takes longer than asking.
_STANDS = (CONFIRMED, OFFERED, WAITLISTED)
_SINCE = bindparam("since", type_=UTCDateTime)
_MINE = (
    select(Registration)
    .join(Registration.workshop)
    .options(contains_eager(Registration.workshop).selectinload(Workshop.sessions))
    .where(
        Registration.user_id == bindparam("user"),
        or_(Registration.status.in_(_STANDS), Registration.changed_at >= _SINCE),
    )
    .order_by(Workshop.starts_on, Workshop.id)
)
# One that was cancelled as a draft was never shown to anybody: it has no version that was published.
_WAS_SHOWN = or_(
    Workshop.id.in_(
        select(WorkshopVersion.workshop_id).where(WorkshopVersion.status.in_([one.value for one in ON_OFFER]))
    ),
    Workshop.id.not_in(select(WorkshopVersion.workshop_id)),
)
_CALLED_OFF = (Workshop.status == WorkshopStatus.CANCELLED) & (Workshop.updated_at >= _SINCE) & _WAS_SHOWN
_PUBLIC = (
    select(Workshop)
    .options(selectinload(Workshop.sessions), joinedload(Workshop.round))
    .where(or_(Workshop.status.in_(ON_OFFER), _CALLED_OFF))
    .order_by(Workshop.starts_on, Workshop.id)
)


def _kept_since() -> datetime:
    """No later than what stays began to be called off; is_kept counts the days."""
    return clock.now() - timedelta(days=KEPT_DAYS + 1)


def _shown_events(
    workshop: Workshop, *, registration: Registration | None = None, marks: Marks | None = None
) -> list[ics.Event]:
    """The events that a calendar shows today; for a person with how they attended."""
    sessions: list[WorkshopSession | None] = [*workshop.sessions] or [None]
    events = []
    for session in sessions:
        if not is_kept(workshop, session, registration):
            continue
        event = event_of(workshop, session, registration)
        if session is not None and registration is not None and registration.status is CONFIRMED:
            known = (marks or {}).get((registration.id, session.id))
            event = _as_attended(event, session, known)
        events.append(event)
    return events


def _as_attended(event: ics.Event, session: WorkshopSession, known: known_marks.Known | None) -> ics.Event:
    """With the attendance noted; a meeting that is past also says that nothing is noted yet."""
    state = known.state if known else None
    if state is None and (session.day >= clock.today() or event.status == "CANCELLED"):
        return event
    said = _("การเข้าอบรม: %(state)s", state=STATE_WORDS[state])
    noted = known.noted_at if known else event.last_modified
    return replace(
        event,
        description="\n".join(filter(None, (event.description, said))),
        extra={"X-ATTENDANCE": state.value if state else UNMARKED},
        last_modified=max(filter(None, (event.last_modified, noted)), default=None),
    )
