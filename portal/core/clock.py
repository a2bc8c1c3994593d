"""The only clock: what time it is now; formatting and parsing of dates belong to core.dates."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")


def _real() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _real


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _read()


def today() -> date:
    """The date it is now in Bangkok."""
    return now().astimezone(BANGKOK).date()


def local(moment: datetime) -> datetime:
    """The same moment on a clock in Bangkok."""
    return moment.astimezone(BANGKOK)


def start_at(moment: datetime | None, *, still: bool = False) -> None:
    """Start the clock at an aware moment, from which it runs on (or stands, for tests); None gives the real clock back."""
    global _read
    if moment is None:
        _read = _real
    elif still:
        fixed = moment.astimezone(UTC)
        _read = lambda: fixed  # noqa: E731
    else:
        shift = moment.astimezone(UTC)
        began = time.monotonic()
        _read = lambda: shift + timedelta(seconds=time.monotonic() - began)  # noqa: E731
