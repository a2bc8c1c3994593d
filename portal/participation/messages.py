"""The mails of participation, one function each: told in the person's language, put in the outbox with the fact that caused them; sending is mail's matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from portal.accounts.models import User
from portal.core.i18n import in_language
from portal.courses.course import Course
from portal.mail import outbox
from portal.mail.compose import compose
from portal.participation import events
from portal.participation.models import Registration, RegistrationStatus, SessionNews
from portal.participation.queue import Reason
from portal.programme.models import Material, WorkshopSession

NAMED = 100  # of an outbox key, for the sessions


@dataclass(frozen=True)
class Next:
    """What comes after a workshop; `report_due` None: not announced, or past."""

    has_materials: bool
    courses: Sequence[Course]
    report_due: date | None


@dataclass(frozen=True)
class SessionChange:
    """A meeting as it is now, and as it was when people were last told of it (None: they never were)."""

    session: WorkshopSession
    before: SessionNews | None

    @property
    def was_cancelled(self) -> bool:
        return self.before is not None and self.before.is_cancelled

    @property
    def has_moved(self) -> bool:
        """Whether day, hours, room or venue differ, so that both are worth saying."""
        now, then = self.session, self.before
        return then is not None and (then.day, then.starts_at, then.ends_at, then.room, then.venue) != (
            now.day,
            now.starts_at,
            now.ends_at,
            now.room,
            now.workshop.venue,
        )


def registered(registration: Registration, *, before: User | None = None) -> None:
    """You have a seat, in the place of a colleague (`before`) or your own; with the invitation."""
    _send("registered", registration, method="REQUEST", before=before)


def waitlisted(registration: Registration, *, position: int, reason: Reason) -> None:
    """You wait, at this place, for this reason."""
    _send("waitlisted", registration, position=position, reason=reason.value)


def promoted(registration: Registration) -> None:
    """A seat became free and is yours; with the invitation."""
    _send("promoted", registration, method="REQUEST")


def offered(registration: Registration, *, token: str) -> None:
    """A seat became free and is kept for you for a while; with the links to take it and to let it go."""
    _send("offered", registration, token=token)


def offer_expired(registration: Registration, *, may_register: bool) -> None:
    """The seat you were offered went on to others; how to register again, while one may."""
    _send("offer_expired", registration, may_register=may_register)


def cancelled(
    registration: Registration, *, heir: User | None = None, by: User | None = None, why: str = ""
) -> None:
    """Your seat is given back by you or `by`, or `by` handed it to a colleague (`heir`); takes the meetings out of the calendar.

    `why`: what somebody else gave as the reason.
    """
    _send("cancelled", registration, method="CANCEL", heir=heir, by=by, why=why)


def left_queue(
    registration: Registration, *, heir: User | None = None, by: User | None = None, why: str = ""
) -> None:
    """You no longer wait: you left, `by` took you out or handed your place to a colleague (`heir`). No meeting was sent,
    so none is taken back.

    `why`: what somebody else gave as the reason.
    """
    _send("left_queue", registration, heir=heir, by=by, why=why)


def session_moved(registration: Registration, changes: Sequence[SessionChange]) -> None:
    """Meetings of your seat have another time or place, are new or back again; changes them in the calendar."""
    _tell_of("session_moved", registration, changes, method="REQUEST")


def session_cancelled(registration: Registration, changes: Sequence[SessionChange]) -> None:
    """Meetings of your seat are not held, the others are; takes them out of the calendar."""
    _tell_of("session_cancelled", registration, changes, method="CANCEL")


def workshop_cancelled(
    registration: Registration, *, sessions: Sequence[WorkshopSession] | None, number: int, why: str = ""
) -> None:
    """The workshop is not held, and why; told for the `number`th time, it takes these meetings (None: all) from who has a seat."""
    has_seat = registration.status is RegistrationStatus.CONFIRMED
    _send(
        "workshop_cancelled",
        registration,
        method="CANCEL" if has_seat else None,
        sessions=sessions,
        key=f"workshop_cancelled:{registration.code}:{number}",
        why=why,
    )


def workshop_restored(
    registration: Registration, *, sessions: Sequence[WorkshopSession] | None, number: int
) -> None:
    """It is held after all; puts these meetings (None: all) back in the calendar of who has a seat."""
    has_seat = registration.status is RegistrationStatus.CONFIRMED
    _send(
        "workshop_restored",
        registration,
        method="REQUEST" if has_seat else None,
        sessions=sessions,
        key=f"workshop_restored:{registration.code}:{number}",
        has_seat=has_seat,
    )


def reminder(registration: Registration, *, days: int, what: str, batch: str) -> None:
    """The workshop of your seat begins in so many days (0: today); when and where each meeting is, and the ticket."""
    _send("reminder", registration, key=f"reminder:{registration.code}:{what}", batch=batch, days=days)


def materials_ready(
    registration: Registration, materials: Sequence[Material], *, what: str, batch: str
) -> None:
    """These materials can be had now by this person; none: no mail."""
    if materials:
        key = f"materials_ready:{registration.code}:{what}"
        _send("materials_ready", registration, key=key, batch=batch, materials=materials)


def thanks(registration: Registration, *, next: Next, what: str, batch: str) -> None:
    """Thank you for coming; and what is next: materials, lessons of the award's tracks, the day the report is due."""
    _send("thanks", registration, key=f"thanks:{registration.code}:{what}", batch=batch, next=next)


def _tell_of(
    message: str, registration: Registration, changes: Sequence[SessionChange], *, method: str
) -> None:
    """The key names each meeting with its sequence: the same change never mails twice, the next one does."""
    sessions = [change.session for change in changes]
    names = "+".join(f"{one.code}.{one.sequence}" for one in sessions)
    if len(names) > NAMED:
        names = sha256(names.encode()).hexdigest()
    key = f"{message}:{registration.code}:{names}"
    _send(message, registration, method=method, sessions=sessions, key=key, changes=changes)


def _send(  # noqa: PLR0913 - all but the first two by keyword
    message: str,
    registration: Registration,
    *,
    method: str | None = None,
    sessions: Sequence[WorkshopSession] | None = None,
    key: str | None = None,
    batch: str | None = None,
    **context: object,
) -> None:
    """One mail a move: the key names the registration and its sequence, so the same move never mails twice.

    The calendar holds these sessions, None: all of the workshop.
    """
    user = registration.user
    composed = compose(
        message,
        language=user.language,
        person=user,
        workshop=registration.workshop,
        registration=registration,
        **context,
    )
    outbox.put(
        kind=f"participation.{message}",
        to_email=user.email,
        to_name=user.name,
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
        calendar=_calendar(registration, method, sessions),
        calendar_method=method,
        key=key or f"{message}:{registration.code}:{registration.sequence}",
        batch=batch,
    )


def _calendar(
    registration: Registration, method: str | None, sessions: Sequence[WorkshopSession] | None
) -> bytes | None:
    """The meetings as the mail carries them, in the language of its reader; None for a mail without."""
    if method is None:
        return None
    make = events.invitation if method == "REQUEST" else events.cancellation
    with in_language(registration.user.language):
        return make(registration, sessions=sessions)
