"""What the pictures of coverage show: completion over days, and the way from registration to coverage; drawn by the template, each with its table."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from portal.attendance import roll
from portal.awards import rounds
from portal.awards.models import Track
from portal.core import clock
from portal.core.db import db
from portal.core.i18n import _
from portal.courses.course import Course
from portal.learning import completion, coverage
from portal.learning.models import LessonMark, ModulePass
from portal.organize import coverage_table
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus
from portal.programme.models import Workshop


@dataclass(frozen=True)
class Curve:
    """How many agencies had completed the course by the end of each day, from the first to the last of these."""

    first: date
    last: date
    due: date | None
    today: date
    days: list[tuple[date, int]]
    most: int  # agencies that take part

    def x(self, day: date) -> float:
        """Where a day stands, in per cent."""
        span = max(1, (self.last - self.first).days)
        return max(0.0, min(100.0, 100 * (day - self.first).days / span))

    def y(self, count: int) -> float:
        """Where a count stands, in per cent from above."""
        return 100 - 100 * count / max(1, self.most)

    @property
    def points(self) -> str:
        """The curve as steps: it stays until the day on which it grows."""
        at, path = 0, [f"0,{self.y(0):.2f}"]
        for day, count in self.days:
            path += [f"{self.x(day):.2f},{self.y(at):.2f}", f"{self.x(day):.2f},{self.y(count):.2f}"]
            at = count
        path.append(f"{self.x(min(self.today, self.last)):.2f},{self.y(at):.2f}")
        return " ".join(path)

    @property
    def now(self) -> int:
        return self.days[-1][1] if self.days else 0


def curve(course: Course) -> Curve:
    """Of the days of the round, or of the passes where there is none. Five queries."""
    days = completion.by_day(course)
    current = rounds.current_round()
    span = rounds.span_of(current) if current else None
    due = rounds.report_due()
    today = clock.today()
    known = [day for day, _count in days] + [today]
    first, last = (span.first, span.last) if span else (min(known), max(known))
    agencies = len(coverage_table.directory(course).agencies)
    return Curve(min(first, *known), max(last, due or last, *known), due, today, days, agencies)


@dataclass(frozen=True)
class Stage:
    """One step on the way to coverage, and how many people got so far."""

    name: str
    people: int


def funnel(course: Course) -> list[Stage]:
    """People registered for a workshop of the course's tracks → attended → read a lesson → passed a part → work for an
    agency that is complete: each of those before it. Two queries beside those of coverage."""
    covered = coverage.whole(course).complete
    registered = _registered(course)
    attended = Registration.id.in_(_attended(registered))
    read = exists().where(LessonMark.user_id == Registration.user_id, LessonMark.course == course.code)
    passed = exists().where(
        ModulePass.user_id == Registration.user_id,
        ModulePass.course == course.code,
        ModulePass.ended_at.is_(None),
    )
    steps = [and_(attended), and_(attended, read), and_(attended, read, passed)]
    counts = [func.count(Registration.user_id.distinct()), *map(_people, steps)]
    so_far = db.session.execute(select(*counts).where(registered)).one()
    by_agency = (
        select(Registration.agency_id, func.count(Registration.user_id.distinct()))
        .where(registered, steps[-1])
        .group_by(Registration.agency_id)
    )
    done = sum(count for agency, count in db.session.execute(by_agency) if agency in covered)
    names = (
        _("ลงทะเบียน"),
        _("เข้าอบรม"),
        _("อ่านบทเรียนจบอย่างน้อยหนึ่งบท"),
        _("ผ่านแบบทดสอบอย่างน้อยหนึ่งส่วน"),
        _("หน่วยงานครบหลักสูตร"),
    )
    counted = (*so_far, done)
    return [Stage(name, people) for name, people in zip(names, counted, strict=True)]


def _people(of: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((of, Registration.user_id)).distinct())


def _registered(course: Course) -> ColumnElement[bool]:
    of_tracks = select(Workshop.id).where(Workshop.tracks.any(Track.code.in_(course.tracks)))
    holds = or_(
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.status == RegistrationStatus.OFFERED,
        Registration.status == RegistrationStatus.WAITLISTED,
    )
    return and_(holds, Registration.workshop_id.in_(of_tracks))


def _attended(registered: ColumnElement[bool]) -> Select[Any]:
    marks = roll.deciding(AttendanceMark.registration_id.in_(select(Registration.id).where(registered)))
    return select(marks.c.registration_id).where(
        marks.c.state.in_((AttendanceState.ATTENDED, AttendanceState.PARTIAL))
    )
