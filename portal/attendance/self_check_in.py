"""Signing oneself in: the code on the hall's screen, which turns every half minute, and noting who types it; what a door scans is check_in's matter."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select

from portal.accounts import throttle
from portal.accounts.models import User
from portal.attendance import check_in, meetings
from portal.attendance.meetings import Meeting
from portal.core import clock
from portal.core.db import begin_write, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.mail.compose import link
from portal.participation import tickets
from portal.participation.models import Registration
from portal.participation.seats import CONFIRMED

# Seconds that a code stands on the screen; the one before still counts, and so does the next one, which a machine
# whose clock is a little ahead may show already.
SLOT = 30
BY_ONESELF = "self"  # how: the person typed the code of the screen
MOST_TRIES = 10
WITHIN = timedelta(minutes=10)


class WrongCode(Refused):
    text = _l("รหัสนี้ใช้ไม่ได้แล้วหรือไม่ใช่ของงานที่คุณมีที่นั่ง พิมพ์รหัสที่อยู่บนจอในห้องตอนนี้")


class Code(NamedTuple):
    """What stands on the screen now, and when the next one follows."""

    letters: str
    until: datetime


class CheckedIn(NamedTuple):
    """Where and when somebody signed in; `is_news` is False who had come already."""

    meeting: Meeting
    at: datetime
    is_news: bool


# Those who may sign in somewhere: their tickets by session, for the sessions of workshops in which they have a seat.
_SEATS = (
    select(Registration.workshop_id, Registration.ticket)
    .where(Registration.user_id == bindparam("user"), Registration.status == CONFIRMED)
    .order_by(Registration.id)
)


def code_of(meeting: Meeting) -> Code:
    """The code of this session at this moment. Refuses as `meetings.refuse_outside` does."""
    now = clock.now()
    meetings.refuse_outside(meeting, now)
    slot = int(now.timestamp()) // SLOT
    return Code(_letters(meeting, slot), now.fromtimestamp((slot + 1) * SLOT, tz=now.tzinfo))


def check_in_with(text: str, *, user: User) -> CheckedIn:
    """Note that this person came to the session on whose screen this code stands, or stood half a minute ago.

    Refuses with WrongCode, and with throttle.TooMany who tries too often. A try counts once the caller commits, also
    when it is refused.
    """
    begin_write()
    hit = throttle.take(f"self-check-in:{user.id}", most=MOST_TRIES, within=WITHIN)
    wanted = tickets.letters_in(text)
    found = _meeting_of(wanted, user)
    if found is None:
        raise WrongCode
    meeting, ticket = found
    now = clock.now()
    key = f"self:{meeting.id}:{ticket}:{int(now.timestamp()) // SLOT}"
    [outcome] = check_in.scan(meeting, [check_in.Scan(key, ticket)], by=user, how=BY_ONESELF)
    if outcome.state is check_in.OutcomeState.REFUSED:
        raise WrongCode(outcome.message)
    throttle.give_back(hit.id)
    return CheckedIn(meeting, now, outcome.state is check_in.OutcomeState.NOTED)


def _meeting_of(code: str, user: User) -> tuple[Meeting, str] | None:
    """The open session with this code among those of the person's seats, with their ticket."""
    seats = dict(read_rows(_SEATS, user=user.id).all())
    slot = int(clock.now().timestamp()) // SLOT
    for meeting in meetings.open_now(list(seats)) if code else ():
        if code in [_letters(meeting, near) for near in (slot, slot - 1, slot + 1)]:
            return meeting, seats[meeting.workshop_id]
    return None


def _letters(meeting: Meeting, slot: int) -> str:
    return tickets.letters_of(f"self-check-in:{meeting.id}:{slot}", tickets.LETTERS)


def address_of(code: Code) -> str:
    """What the QR on the screen holds: the page that asks for the code, with it filled in."""
    return f"{link('check_in.oneself')}?code={code.letters}"
