"""When agencies completed a course, told from the coverage that is kept; what completing means stands in coverage."""

from datetime import date, datetime

from portal.core import clock
from portal.courses.course import Course
from portal.learning import coverage


def moments(course: Course, *, as_of: datetime | None = None) -> dict[int, datetime]:
    """By agency id, the moment the course was completed; agencies that did not are absent. No query beside those of coverage.whole.

    Who passed every required module covers each of them, so the last of the `members` people needed decides.
    """
    known = coverage.whole(course, as_of=as_of)
    found = ((agency, known.matrix[agency].enough_at) for agency in known.complete)
    return {agency: at for agency, at in found if at is not None}


def by_day(course: Course, *, as_of: datetime | None = None) -> list[tuple[date, int]]:
    """The days in Bangkok on which agencies completed the course, each with how many had by its end."""
    days = sorted(clock.local(at).date() for at in moments(course, as_of=as_of).values())
    found: dict[date, int] = {}
    for count, day in enumerate(days, start=1):
        found[day] = count
    return list(found.items())
