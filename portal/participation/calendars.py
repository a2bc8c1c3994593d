"""Which events a calendar holds: a workshop's, everybody's, one person's, and those that travel with mails; their syntax is core.ics.

An event is a session. Its UID never changes, and it is the same in the workshop's file, a personal feed and a mail,
so that one meeting stands once in a calendar; calendars of attendance are another thing and have UIDs of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import User
from portal.core import clock, ics
from portal.core.db import UTCDateTime, db
from portal.core.i18n import _, _l, in_lang, in_language
from portal.mail import mime
from portal.mail.compose import link
from portal.participation import marks as known_marks
from portal.participation.models import AttendanceState, Registration, RegistrationStatus
from portal.participation.seats import CONFIRMED, OFFERED, WAITLISTED
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus, WorkshopVersion
from portal.programme.workshops import ON_OFFER

DOMAIN = "pmqa-portal"  # of UIDs: not the host name, which may change while a UID may not
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


def invitation(registration: Registration, *, sessions: Sequence[WorkshopSession] | None = None) -> bytes:
    """The meetings of a seat (or these of them) as an invitation that a mail carries (METHOD:REQUEST), in the language in force."""
    return _to_attendee(registration, method="REQUEST", sessions=sessions)


def cancellation(registration: Registration, *, sessions: Sequence[WorkshopSession] | None = None) -> bytes:
    """The same meetings taken out of the calendar again (METHOD:CANCEL), in the language in force."""
    return _to_attendee(registration, method="CANCEL", sessions=sessions)


def events_of(
    workshop: Workshop,
    *,
    registration: Registration | None = None,
    sessions: Sequence[WorkshopSession] | None = None,
) -> list[ics.Event]:
    """The sessions (None: all) as events; for a registration also with what it adds: tentative while it waits, its SEQUENCE."""
    if not workshop.sessions:
        return [event_of(workshop, None, registration)]
    wanted = workshop.sessions if sessions is None else sessions
    return [event_of(workshop, session, registration) for session in wanted]


def event_of(
    workshop: Workshop, session: WorkshopSession | None, registration: Registration | None = None
) -> ics.Event:
    """One session; all days of the workshop as one event while it has no session."""
    title = in_lang(workshop, "title")
    event = ics.Event(
        uid=f"{workshop.code}@{DOMAIN}",
        start=workshop.starts_on,
        end=workshop.ends_on,
        summary=title,
        location=workshop.venue,
        url=link("participation.workshop", code=workshop.code),
        sequence=workshop.version - 1,
        status="CANCELLED" if workshop.status is WorkshopStatus.CANCELLED else "CONFIRMED",
        last_modified=workshop.updated_at,
    )
    if session is not None:
        event = _as_session(event, session)
    if registration is not None:
        event = _as_mine(event, registration)
        if session is not None and session.link and registration.status is CONFIRMED:
            event = replace(event, description=_("เข้าร่วมทางออนไลน์ที่ %(link)s", link=session.link))
    return event


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
        registration.changed_at if registration is not None and _has_left(registration) else None,
    )
    first = min((moment for moment in called_off if moment is not None), default=None)
    return first is None or ((on or clock.today()) - clock.local(first).date()).days <= KEPT_DAYS


def organizer() -> ics.Person:
    """Who calls the meetings: the portal, from whose address the mails come."""
    name, email = mime.sender()
    return ics.Person(name, email)


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


def _has_left(registration: Registration) -> bool:
    return registration.status is RegistrationStatus.CANCELLED


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


def _to_attendee(
    registration: Registration, *, method: str, sessions: Sequence[WorkshopSession] | None
) -> bytes:
    """Each meeting with this one person, as RFC 5546 wants it for a mail."""
    is_off = method == "CANCEL"
    user, workshop = registration.user, registration.workshop
    me = ics.Attendee(user.name, user.email, partstat="DECLINED" if is_off else "ACCEPTED")
    events = [
        replace(
            event,
            organizer=organizer(),
            attendees=(me,),
            status="CANCELLED" if is_off else event.status,
        )
        for event in events_of(workshop, registration=registration, sessions=sessions)
    ]
    return ics.calendar(in_lang(workshop, "title"), events, method=method)


def _as_session(event: ics.Event, session: WorkshopSession) -> ics.Event:
    code, at = event.uid.split("@")
    return replace(
        event,
        uid=f"{code}.{session.code}@{at}",
        start=session.starts_at or session.day,
        end=session.ends_at,
        summary=f"{in_lang(session, 'title')} · {event.summary}",
        sequence=session.sequence,
        location=" · ".join(filter(None, (session.room, event.location))),
        status="CANCELLED" if session.is_cancelled else event.status,
        last_modified=max(session.updated_at, event.last_modified or session.updated_at),
    )


def _as_mine(event: ics.Event, registration: Registration) -> ics.Event:
    is_offered = registration.status is OFFERED
    waits = is_offered or registration.status is WAITLISTED
    summary, status = event.summary, event.status
    if is_offered:
        summary = _("(รอยืนยัน) %(meeting)s", meeting=summary)
    elif waits:
        summary = _("(รอคิว) %(meeting)s", meeting=summary)
    if waits and status == "CONFIRMED":
        status = "TENTATIVE"
    return replace(
        event,
        sequence=event.sequence + registration.sequence,
        summary=summary,
        status="CANCELLED" if _has_left(registration) else status,
        last_modified=max(registration.changed_at, event.last_modified or registration.changed_at),
    )
