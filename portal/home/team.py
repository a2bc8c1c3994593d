"""One agency for its coordinator: who registered, which modules are covered and by whom; one person's own page is mine's matter."""

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.accounts.models import Agency, User
from portal.attendance import roll
from portal.core import clock, thai
from portal.core.db import db
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning import coverage, progress
from portal.learning.coverage import AgencyCoverage
from portal.learning.models import LessonMark, ModulePass
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus
from portal.programme.models import Workshop, WorkshopStatus

ON_OFFER = (WorkshopStatus.PUBLISHED, WorkshopStatus.CLOSED)


@dataclass(frozen=True)
class Person:
    """Somebody who works for the agency, or who passed something there and has left."""

    id: int
    name: str
    is_here: bool


@dataclass(frozen=True)
class Member:
    """One person in one course, with the states of its parts in the order of the report."""

    name: str
    is_here: bool
    states: list[str]


@dataclass(frozen=True)
class CourseOfTeam:
    course: Course
    coverage: AgencyCoverage
    strip: list[dict[str, str]]
    members: list[Member]


@dataclass(frozen=True)
class SeatsOfTeam:
    """The names of who has a seat, is offered one, or waits."""

    workshop: Workshop
    confirmed: list[str]
    offered: list[str]
    waiting: list[str]


def people_of(agency: Agency) -> list[Person]:
    """The approved people of the agency, and those who passed something there before they left, in Thai order. One query."""
    works_here = (User.agency_id == agency.id) & User.approved_at.is_not(None) & User.disabled_at.is_(None)
    passed_here = User.id.in_(
        select(ModulePass.user_id).where(ModulePass.agency_id == agency.id, ModulePass.ended_at.is_(None))
    )
    rows = db.session.execute(
        select(User.id, User.name, works_here.label("is_here")).where(works_here | passed_here)
    )
    people = [Person(row.id, row.name, bool(row.is_here)) for row in rows]
    return sorted(people, key=lambda person: (thai.sort_key(person.name), person.id))


def courses_of(agency: Agency, people: list[Person]) -> list[CourseOfTeam]:
    """Coverage of every course, and what each of these people passed or began here. Two queries a course, and one."""
    read = select(LessonMark.course, LessonMark.user_id, LessonMark.module)
    rows = db.session.execute(read.where(LessonMark.agency_id == agency.id))
    begun = {(course, user_id, module) for course, user_id, module in rows}
    return [_course(agency, course, people, begun) for course in catalog.courses()]


def _course(
    agency: Agency, course: Course, people: list[Person], begun: set[tuple[str, int, str]]
) -> CourseOfTeam:
    passes = coverage.passes_in(agency.id, course)
    covered = coverage.of_agency(agency.id, course)
    begun_modules = frozenset(module for code, _user, module in begun if code == course.code)
    members = [
        Member(
            person.name,
            person.is_here,
            [
                progress.state(
                    module,
                    is_passed=module.code in passes.get(person.id, {}),
                    is_begun=(course.code, person.id, module.code) in begun,
                )
                for module in course.counted_modules
            ],
        )
        for person in people
        if person.is_here or person.id in passes
    ]
    return CourseOfTeam(course, covered, coverage.strip_of_agency(covered, begun_modules), members)


def seats_of(agency: Agency) -> list[SeatsOfTeam]:
    """The agency's people per workshop by arrival; those to come without anybody registered too. One query."""
    ours = (Registration.agency_id == agency.id) & (Registration.status != RegistrationStatus.CANCELLED)
    is_to_come = Workshop.status.in_(ON_OFFER) & (Workshop.ends_on >= clock.today())
    rows = db.session.execute(
        select(Workshop, User.name, Registration.status)
        .outerjoin(Registration, (Registration.workshop_id == Workshop.id) & ours)
        .outerjoin(User, User.id == Registration.user_id)
        .where(is_to_come | Registration.id.is_not(None))
        .order_by(Workshop.starts_on, Workshop.id, Registration.arrival)
    )
    found: dict[int, SeatsOfTeam] = {}
    for workshop, name, status in rows:
        one = found.setdefault(workshop.id, SeatsOfTeam(workshop, [], [], []))
        if status is not None:
            names = {RegistrationStatus.CONFIRMED: one.confirmed, RegistrationStatus.OFFERED: one.offered}
            names.get(status, one.waiting).append(name)
    return list(found.values())


def attended_of(agency: Agency) -> dict[int, int]:
    """How many people of the agency came to at least a part of each workshop, by its id. One query."""
    ours = select(Registration.id).where(Registration.agency_id == agency.id)
    marks = roll.deciding(AttendanceMark.registration_id.in_(ours))
    came = marks.c.state.in_((AttendanceState.ATTENDED, AttendanceState.PARTIAL))
    rows = db.session.execute(
        select(Registration.workshop_id, func.count(marks.c.registration_id.distinct()))
        .join(marks, marks.c.registration_id == Registration.id)
        .where(came)
        .group_by(Registration.workshop_id)
    )
    return dict(rows.all())
