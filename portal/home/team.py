"""One agency for its coordinator: who registered, which modules are covered and by whom; one person's own page is mine's matter."""

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.accounts.models import Agency, User
from portal.core import thai
from portal.core.db import db
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning import coverage
from portal.learning.coverage import AgencyCoverage
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import Workshop


@dataclass(frozen=True)
class Member:
    """Somebody who works for the agency or passed something there."""

    id: int
    name: str
    is_here: bool  # False: has left; what was passed here stays here
    passed: frozenset[str]


@dataclass(frozen=True)
class CourseOfTeam:
    course: Course
    coverage: AgencyCoverage
    strip: list[dict[str, str]]
    members: list[Member]


@dataclass(frozen=True)
class SeatsOfTeam:
    workshop: Workshop
    confirmed: list[str]
    waiting: list[str]


def _people(agency: Agency, also: set[int]) -> dict[int, tuple[str, bool]]:
    """Name and whether still here, by user id: the approved people of the agency and those named in `also`."""
    rows = db.session.execute(
        select(User.id, User.name, User.agency_id == agency.id).where(
            ((User.agency_id == agency.id) & User.approved_at.is_not(None) & User.disabled_at.is_(None))
            | User.id.in_(also)
        )
    )
    return {user_id: (name, bool(is_here)) for user_id, name, is_here in rows}


def courses_of(agency: Agency) -> list[CourseOfTeam]:
    """Coverage of every course with the people and what each passed here, in Thai order of names."""
    found = []
    for course in catalog.courses():
        passes = coverage.passes_in(agency.id, course)
        people = _people(agency, set(passes))
        members = [
            Member(user_id, name, is_here, frozenset(passes.get(user_id, {})))
            for user_id, (name, is_here) in sorted(people.items(), key=lambda item: thai.sort_key(item[1][0]))
        ]
        covered = coverage.of_agency(agency.id, course)
        strip = coverage.strip_of_agency(covered, coverage.begun_in(agency.id, course))
        found.append(CourseOfTeam(course, covered, strip, members))
    return found


def seats_of(agency: Agency) -> list[SeatsOfTeam]:
    """The agency's people per workshop, those with a seat and those in the queue in its order."""
    rows = db.session.execute(
        select(Workshop, User.name, Registration.status)
        .join(Registration, Registration.workshop_id == Workshop.id)
        .join(User, User.id == Registration.user_id)
        .where(Registration.agency_id == agency.id, Registration.status != RegistrationStatus.CANCELLED)
        .order_by(Workshop.starts_on, Registration.arrival)
    )
    found: dict[int, SeatsOfTeam] = {}
    for workshop, name, status in rows:
        seats = found.setdefault(workshop.id, SeatsOfTeam(workshop, [], []))
        (seats.confirmed if status is RegistrationStatus.CONFIRMED else seats.waiting).append(name)
    return list(found.values())


def size_of(agency: Agency) -> int:
    """How many approved people work for the agency."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(User)
            .where(User.agency_id == agency.id, User.approved_at.is_not(None))
        )
        or 0
    )
