"""The meetings of a workshop as events of a calendar, for everybody and for one person, and as mails carry them; how somebody attended is attendance's matter.

An event is a session. Its UID never changes, and it is the same in the workshop's file, a personal feed and a mail,
so that one meeting stands once in a calendar; calendars of attendance are another thing and have UIDs of their own.
"""

from collections.abc import Sequence
from dataclasses import replace

from portal.core import ics
from portal.core.i18n import _, in_lang
from portal.mail import mime
from portal.mail.compose import link
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.seats import CONFIRMED, OFFERED, WAITLISTED
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus

DOMAIN = "pmqa-portal"  # of UIDs: not the host name, which may change while a UID may not


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


def organizer() -> ics.Person:
    """Who calls the meetings: the portal, from whose address the mails come."""
    name, email = mime.sender()
    return ics.Person(name, email)


def has_left(registration: Registration) -> bool:
    """Whether the person has neither seat nor place in the queue any more."""
    return registration.status is RegistrationStatus.CANCELLED


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
        status="CANCELLED" if has_left(registration) else status,
        last_modified=max(registration.changed_at, event.last_modified or registration.changed_at),
    )
