"""Writes to coordinators before the report is due which parts nobody of their agency has passed; what is covered is learning's matter.

Fourteen days, seven days and one day before, in the morning, once each; who has covered all is left in peace.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from portal.accounts.models import Role, User
from portal.awards import rounds
from portal.awards.models import Entry, Round, Track
from portal.core import clock
from portal.core.db import db
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import coverage
from portal.learning.coverage import AgencyCoverage
from portal.mail import outbox, told
from portal.mail.compose import compose
from portal.mail.models import OutboxMessage
from portal.participation import portions
from portal.participation.reminders import MORNING

DAYS_BEFORE = (1, 7, 14)  # the nearest first: only the latest that is due is told


@dataclass(frozen=True)
class Countdown:
    """That the report is due on this day, told so many days before."""

    due: date
    days: int

    @property
    def key(self) -> str:
        return f"uncovered:{self.due.isoformat()}-{self.days}"

    def key_of(self, user: User) -> str:
        return f"{self.key}:{user.code}"


@dataclass(frozen=True)
class Uncovered:
    """The parts of one course that nobody of an agency has passed."""

    course: Course
    modules: Sequence[Module]


def due() -> Countdown | None:
    """What coordinators are to be told now, and were not. One query on most days, else two; no lock."""
    day = rounds.report_due()
    if day is None or day < clock.today():
        return None
    for days in DAYS_BEFORE:
        if datetime.combine(day - timedelta(days=days), MORNING) <= clock.now():
            warning = Countdown(day, days)
            return None if told.among([warning.key]) else warning
    return None


def warn(warning: Countdown) -> int:
    """Write to the next portion of coordinators whose agency has parts uncovered, and return how many that was."""
    everybody = list(_to_be_told(warning))
    portion = everybody[: portions.PORTION]
    for user, uncovered in portion:
        _write(warning, user, uncovered)
    if len(portion) == len(everybody):
        told.note(warning.key)
    return len(portion)


def _to_be_told(warning: Countdown) -> Iterator[tuple[User, list[Uncovered]]]:
    """Coordinators who have no mail of this yet, of agencies that have a report to write and parts uncovered."""
    tracks = _tracks_of_agencies()
    courses = catalog.courses()
    covered = {course.code: coverage.whole(course).matrix for course in courses}
    coordinators = _coordinators(tracks)
    said = _said([warning.key_of(user) for user in coordinators])
    for user in coordinators:
        agency = user.agency_id
        if agency is None or warning.key_of(user) in said:
            continue
        theirs = [course for course in courses if tracks[agency].intersection(course.tracks)]
        found = [
            Uncovered(course, missing)
            for course in theirs
            if (missing := covered[course.code].get(agency, AgencyCoverage(course)).missing)
        ]
        if found:
            yield user, found


def _tracks_of_agencies() -> dict[int, set[str]]:
    """By agency, the tracks of the newest round in which an entry of theirs passed stage 1: those write a report."""
    newest = select(func.max(Round.year_be)).scalar_subquery()
    passed = (
        select(Entry.agency_id, Track.code)
        .join(Entry.track)
        .join(Track.round)
        .where(Round.year_be == newest, Entry.stage1_passed_on.is_not(None))
    )
    found: dict[int, set[str]] = {}
    for agency, track in db.session.execute(passed):
        found.setdefault(agency, set()).add(track)
    return found


def _coordinators(agencies: dict[int, set[str]]) -> Sequence[User]:
    found = select(User).where(
        User.role == Role.COORDINATOR,
        User.agency_id.in_(agencies),
        User.confirmed_at.is_not(None),
        User.approved_at.is_not(None),
        User.disabled_at.is_(None),
    )
    return db.session.scalars(found.order_by(User.id)).all()


def _said(keys: Sequence[str]) -> set[str | None]:
    return set(db.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys))))


def _write(warning: Countdown, user: User, uncovered: Sequence[Uncovered]) -> None:
    composed = compose(
        "uncovered",
        language=user.language,
        reader=user,
        due=warning.due,
        days=(warning.due - clock.today()).days,
        uncovered=uncovered,
    )
    outbox.put(
        kind="organize.uncovered",
        to_email=user.email,
        to_name=user.name,
        key=warning.key_of(user),
        batch=portions.batch_of(warning.key),
        **vars(composed),
    )
