"""How long somebody was in a video meeting, as its list tells it, and what that comes to; who it was is attendance_lists' matter."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.thai import plain_digits
from portal.participation.models import AttendanceState
from portal.programme.models import WorkshopSession

ALL_DAY = 360  # minutes of a session whose hours nobody announced
SHARE = 80  # per cent of a session from which on somebody attended it
MOST = 24 * 60

_clock = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_units = re.compile(
    r"(?:(\d+)\s*(?:ชั่วโมง|ชม\.?|hours?|hrs?|h))?\s*(?:(\d+)\s*(?:นาที|minutes?|mins?|m))?\s*(?:(\d+)\s*(?:วินาที|seconds?|secs?|s))?",
    re.IGNORECASE,
)
_number = re.compile(r"\d{1,5}(?:\.\d+)?")
_FORMATS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%y, %I:%M:%S %p",
    "%H:%M:%S",
    "%H:%M",
)


class BadMinutes(Refused):
    text = _l("อ่านเวลานี้ไม่ได้ ใส่เป็นนาที เช่น 95 หรือ 1:35:00 หรือ 1h 35m")


class Stay(NamedTuple):
    """One time in the meeting: how many minutes, and from when to when where the list says so."""

    minutes: float
    since: datetime | None = None
    until: datetime | None = None


def read(text: str) -> float:
    """Minutes as lists write them: 95, 1:35:00, 1h 35m 20s, 1 ชม. 35 นาที. Refuses with BadMinutes."""
    text = plain_digits(text).strip()
    if _number.fullmatch(text):
        minutes = float(text)
    elif found := _clock.fullmatch(text):
        minutes = int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) / 60
    elif (found := _units.fullmatch(text)) and any(found.groups()):
        hours, full, seconds = (int(part or 0) for part in found.groups())
        minutes = hours * 60 + full + seconds / 60
    else:
        raise BadMinutes
    if minutes > MOST:
        raise BadMinutes
    return minutes


def moment(text: str) -> datetime | None:
    """The moment somebody came or went, only to be reckoned with others of the same list; None where it cannot be told."""
    text = plain_digits(text).strip().upper()
    for form in _FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - a list's own time, never compared with ours
    return None


def stay(minutes: str, join: str, leave: str) -> Stay:
    """One row of a list. Refuses with BadMinutes one that tells neither minutes nor both moments."""
    since, until = moment(join), moment(leave)
    if since is not None and until is not None and until >= since:
        told = read(minutes) if minutes else (until - since).total_seconds() / 60
        return Stay(told, since, until)
    return Stay(read(minutes))


def together(stays: Sequence[Stay]) -> float:
    """All of somebody's times in minutes; being there with two devices at once counts once, where the list tells when."""
    spans = sorted((one.since, one.until) for one in stays if one.since and one.until)
    if len(spans) < len(stays):
        return sum(one.minutes for one in stays)
    seconds, end = 0.0, None
    for since, until in spans:
        start = since if end is None else max(since, end)
        seconds += max((until - start).total_seconds(), 0)
        end = until if end is None else max(end, until)
    # Rounding of the list's own minutes is not held against anybody.
    longest = max(one.minutes for one in stays)
    return min(max(seconds / 60, longest), sum(one.minutes for one in stays))


def length_of(session: WorkshopSession) -> int:
    """Minutes of a session by its hours; ALL_DAY where none are announced."""
    if session.starts_at is None or session.ends_at is None:
        return ALL_DAY
    return max(round((session.ends_at - session.starts_at).total_seconds() / 60), 1)


def state_of(minutes: float, *, length: int, share: int) -> AttendanceState | None:
    """Attended from that share of the length on, else partial; None for who was not there for a minute."""
    if minutes < 1:
        return None
    return AttendanceState.ATTENDED if minutes * 100 >= length * share else AttendanceState.PARTIAL


def said(stays: Iterable[Stay], *, length: int) -> str:
    """The same in words, for the page and for the mark."""
    minutes = together(list(stays))
    return str(_("อยู่ %(minutes)d จาก %(length)d นาที", minutes=minutes, length=length))
