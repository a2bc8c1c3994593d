"""The time of an attempt by the server's clock: when it is up, what is left, what was spent on which question; who gets more is extra_time's matter."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from portal.core import clock
from portal.courses.course import Quiz

AT_A_GO = 600  # seconds: who is away longer was not thinking about the question


class Timed(Protocol):
    """What of an attempt its time hangs on."""

    @property
    def due_at(self) -> datetime | None: ...


def due_at(quiz: Quiz, started_at: datetime, extra_per_cent: int) -> datetime | None:
    """When the time of an attempt is up, its extra time included, grace not; None where there is no limit."""
    if not quiz.minutes:
        return None
    return started_at + timedelta(minutes=quiz.minutes) * (100 + extra_per_cent) / 100


def closes_at(attempt: Timed, quiz: Quiz) -> datetime | None:
    """Up to when, inclusive, answers are still taken: the end of the grace."""
    return None if attempt.due_at is None else attempt.due_at + timedelta(seconds=quiz.grace)


def is_over(attempt: Timed, quiz: Quiz) -> bool:
    """Whether nothing more is taken, grace included."""
    end = closes_at(attempt, quiz)
    return end is not None and clock.now() > end


def seconds_left(attempt: Timed) -> int | None:
    """Whole seconds until the time is up, 0 after it; None where there is no limit."""
    if attempt.due_at is None:
        return None
    return max(0, int((attempt.due_at - clock.now()).total_seconds()))


def spent(
    so_far: Mapping[str, Any], questions: Collection[str], *, since: datetime, now: datetime
) -> dict[str, Any]:
    """The seconds by question, those from `since` to `now` shared by the questions that were saved."""
    if not questions:
        return dict(so_far)
    passed = min(max((now - since).total_seconds(), 0.0), AT_A_GO) / len(questions)
    return {**so_far, **{name: round(so_far.get(name, 0) + passed, 1) for name in questions}}
