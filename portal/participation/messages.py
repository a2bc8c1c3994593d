"""The mails of participation, one function each: told in the person's language, put in the outbox with the fact that caused them; sending is mail's matter."""

from portal.core.i18n import in_language
from portal.mail import outbox
from portal.mail.compose import compose
from portal.participation import calendars
from portal.participation.models import Registration


def registered(registration: Registration) -> None:
    """You have a seat; with the invitation."""
    _send("registered", registration, method="REQUEST")


def waitlisted(registration: Registration, *, position: int, is_held_up: bool) -> None:
    """You wait, at this place, because it is full or (`is_held_up`) because your agency has its maximum."""
    _send("waitlisted", registration, position=position, is_held_up=is_held_up)


def promoted(registration: Registration) -> None:
    """A seat became free and is yours; with the invitation."""
    _send("promoted", registration, method="REQUEST")


def cancelled(registration: Registration) -> None:
    """Your seat is given back; takes the meetings out of the calendar."""
    _send("cancelled", registration, method="CANCEL")


def left_queue(registration: Registration) -> None:
    """You no longer wait. No meeting was sent, so none is taken back."""
    _send("left_queue", registration)


def _send(message: str, registration: Registration, *, method: str | None = None, **context: object) -> None:
    """One mail a move: the key names the registration and its sequence, so the same move never mails twice."""
    user = registration.user
    calendar = None
    with in_language(user.language):
        if method == "REQUEST":
            calendar = calendars.invitation(registration)
        elif method == "CANCEL":
            calendar = calendars.cancellation(registration)
    composed = compose(
        message,
        language=user.language,
        person=user,
        workshop=registration.workshop,
        registration=registration,
        **context,
    )
    outbox.enqueue(
        kind=f"participation.{message}",
        to_email=user.email,
        to_name=user.name,
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
        calendar=calendar,
        calendar_method=method,
        key=f"{message}:{registration.code}:{registration.sequence}",
    )
