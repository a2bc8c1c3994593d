"""Which events a calendar holds: a workshop's, one person's, the organizer's with attendance, and those that travel with mails; their syntax is core.ics.

An event is a session. Its UID never changes, and it is the same in the workshop's file, a personal feed and a mail,
so that one meeting stands once in a calendar; the attendance calendar is another thing and has UIDs of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import User
from portal.core import clock, ics
from portal.core.db import begin_write, db
from portal.core.i18n import _, _l, in_lang, in_language
from portal.core.tokens import new_secret
from portal.mail import mime
from portal.mail.compose import link
from portal.participation import attendance, roster
from portal.participation.models import AttendanceState, CalendarFeed, Registration
from portal.participation.seats import CONFIRMED, OFFERED, WAITLISTED
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus

DOMAIN = "pmqa-portal"  # of UIDs: not the host name, which may change while a UID may not
UNMARKED = "unmarked"
STATE_WORDS = {
    AttendanceState.ATTENDED: _l("มาแล้ว"),
    AttendanceState.PARTIAL: _l("มาบางส่วน"),
    AttendanceState.EXCUSED: _l("ลา"),
    AttendanceState.NO_SHOW: _l("ไม่มา"),
    None: _l("ยังไม่บันทึก"),
}


def workshop_calendar(workshop: Workshop) -> bytes:
    """The sessions of a workshop for anybody's calendar, in the language in force; holds nothing personal."""
    return ics.calendar(in_lang(workshop, "title"), events_of(workshop))


def personal(user: User) -> bytes:
    """A person's own calendar in their language: seats as meetings, offers and places in a queue as tentative ones. Two queries."""
    with in_language(user.language):
        events = [
            event for mine in roster.of_user(user) for event in events_of(mine.workshop, registration=mine)
        ]
        return ics.calendar(_("งานอบรมของ %(name)s", name=user.name), events)


def invitation(registration: Registration, *, sessions: Sequence[WorkshopSession] | None = None) -> bytes:
    """The meetings of a seat (or these of them) as an invitation that a mail carries (METHOD:REQUEST), in the language in force."""
    return _to_attendee(registration, method="REQUEST", sessions=sessions)


def cancellation(registration: Registration, *, sessions: Sequence[WorkshopSession] | None = None) -> bytes:
    """The same meetings taken out of the calendar again (METHOD:CANCEL), in the language in force."""
    return _to_attendee(registration, method="CANCEL", sessions=sessions)


def attendance_calendar(workshop: Workshop) -> bytes:
    """For organizers: one event a session, everybody with a seat as ATTENDEE, with PARTSTAT and the attendance state
    as parameter X-ATTENDANCE and in words in the description. In the language in force. Three queries."""
    lines = [line for line in roster.roster_of(workshop) if line.status is CONFIRMED]
    states = attendance.states_of(workshop.sessions)
    noted = attendance.last_noted(workshop.sessions)
    events = []
    for session in workshop.sessions:
        marked = [line._replace(state=states.get((line.id, session.id))) for line in lines]
        events.append(_attendance_event(workshop, session, marked, noted.get(session.id)))
    return ics.calendar(_("การเข้าอบรม: %(title)s", title=in_lang(workshop, "title")), events)


def events_of(
    workshop: Workshop,
    *,
    registration: Registration | None = None,
    sessions: Sequence[WorkshopSession] | None = None,
) -> list[ics.Event]:
    """The sessions (None: all) as events; for a registration also with what it adds: tentative while it waits, its SEQUENCE."""
    if not workshop.sessions:
        return [_event(workshop, None, registration)]
    wanted = workshop.sessions if sessions is None else sessions
    return [_event(workshop, session, registration) for session in wanted]


def feed_of(user: User) -> CalendarFeed | None:
    """The person's feed, if they asked for one."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.user_id == user.id))


def feed_by_secret(secret: str) -> CalendarFeed | None:
    """The feed with this address, unless the address was rotated away or the person is gone."""
    feed = db.session.scalar(select(CalendarFeed).where(CalendarFeed.secret == secret))
    return feed if feed is not None and feed.user.is_active else None


def rotate(user: User) -> CalendarFeed:
    """Give the person's feed a new secret address, the first one too; the old address is dead at once."""
    begin_write()
    feed = feed_of(user)
    if feed is None:
        feed = CalendarFeed(user=user)
        db.session.add(feed)
    feed.secret = new_secret()
    feed.rotated_at = clock.now()
    db.session.flush()
    return feed


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
            organizer=_organizer(),
            attendees=(me,),
            status="CANCELLED" if is_off else event.status,
        )
        for event in events_of(workshop, registration=registration, sessions=sessions)
    ]
    return ics.calendar(in_lang(workshop, "title"), events, method=method)


def _event(
    workshop: Workshop, session: WorkshopSession | None, registration: Registration | None
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
    summary = event.summary
    if is_offered:
        summary = _("(รอยืนยัน) %(meeting)s", meeting=summary)
    elif waits:
        summary = _("(รอคิว) %(meeting)s", meeting=summary)
    return replace(
        event,
        sequence=event.sequence + registration.sequence,
        summary=summary,
        status="TENTATIVE" if waits and event.status == "CONFIRMED" else event.status,
        last_modified=max(registration.changed_at, event.last_modified or registration.changed_at),
    )


def _organizer() -> ics.Person:
    name, email = mime.sender()
    return ics.Person(name, email)


def _attendance_event(
    workshop: Workshop, session: WorkshopSession, lines: Sequence[roster.Line], noted: datetime | None
) -> ics.Event:
    counts = Counter(line.state for line in lines)
    event = _event(workshop, session, None)
    changes = [event.last_modified, noted, *(line.since for line in lines)]
    return replace(
        event,
        uid=f"attendance.{event.uid}",
        organizer=_organizer(),
        attendees=tuple(map(_attendee, lines)),
        description=_attendance_in_words(lines, counts),
        extra={"X-ATTENDANCE": " ".join(f"{_state(state)}={counts[state]}" for state in STATE_WORDS)},
        last_modified=max(filter(None, changes)),
    )


def _attendee(line: roster.Line) -> ics.Attendee:
    return ics.Attendee(
        line.name,
        line.email,
        partstat="DECLINED" if line.state is AttendanceState.EXCUSED else "ACCEPTED",
        params={"X-ATTENDANCE": _state(line.state), "X-AGENCY": line.agency or ""},
    )


def _attendance_in_words(lines: Sequence[roster.Line], counts: Mapping[AttendanceState | None, int]) -> str:
    """The people under the word for their state, as somebody reads it who only sees the event."""
    blocks = []
    for state, word in STATE_WORDS.items():
        if counts.get(state):
            names = [f"- {line.name} ({line.agency or '–'})" for line in lines if line.state is state]
            blocks.append("\n".join([_("%(word)s %(count)d คน", word=word, count=counts[state]), *names]))
    return "\n\n".join(blocks) or _("ยังไม่มีผู้ได้ที่นั่ง")


def _state(state: AttendanceState | None) -> str:
    return state.value if state else UNMARKED
