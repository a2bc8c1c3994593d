"""Whether somebody may begin a quiz once more, by its number of attempts and its waiting time; beginning is attempts' matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.core import clock, dates
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.courses.course import Quiz


class Ended(Protocol):
    """What of an attempt is asked here."""

    @property
    def submitted_at(self) -> datetime | None: ...


class NoAttemptsLeft(Refused):
    text = _l("ทำแบบทดสอบนี้ครบจำนวนครั้งแล้ว ดูผลของแต่ละครั้งได้ในหน้านี้")


class TooSoon(Refused):
    """The waiting time since the last attempt is not over; `opens_at` is when it is."""

    def __init__(self, opens_at: datetime) -> None:
        moment = dates.date_time(opens_at, lang=language())
        super().__init__(_("เริ่มครั้งต่อไปได้ตั้งแต่ %(moment)s", moment=moment))
        self.opens_at = opens_at


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to somebody of a quiz."""

    left: int | None  # how many more attempts; None for any number
    opens_at: datetime | None  # before this moment none is begun; None for now

    @property
    def is_used_up(self) -> bool:
        return self.left == 0

    def refusal(self) -> Refused | None:
        """Why no attempt may be begun now; None where one may."""
        if self.is_used_up:
            return NoAttemptsLeft()
        return TooSoon(self.opens_at) if self.opens_at else None


def allowance(quiz: Quiz, taken: Sequence[Ended]) -> Allowance:
    """What the quiz leaves to somebody who submitted these attempts, in any order. Asks the clock."""
    left = max(0, quiz.attempts - len(taken)) if quiz.attempts else None
    ends = [one.submitted_at for one in taken if one.submitted_at is not None]
    if left == 0 or not ends or not quiz.wait:
        return Allowance(left, None)
    opens_at = max(ends) + timedelta(minutes=quiz.wait)
    return Allowance(left, opens_at if opens_at > clock.now() else None)
