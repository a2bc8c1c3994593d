"""What an agency still lacks, as steps to go: the part, its lessons, its quiz, and who was asked; reckoned from coverage and assignments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.courses.course import Course, Module
from portal.home.team import CourseOfTeam
from portal.learning import assignments
from portal.learning.assignments import Standing

NEAREST = 3  # people named who lack the fewest parts


@dataclass(frozen=True)
class Gap:
    """A part that nobody of the agency passed: read these lessons, then take its quiz."""

    module: Module
    asked: list[Standing]

    @property
    def label(self) -> str:
        return self.module.part

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.module.lessons)

    @property
    def can_be_assigned(self) -> bool:
        return self.module.quiz is not None

    @property
    def numbers(self) -> str:
        """The lessons by their numbers in the report, such as 4.1–4.3."""
        return numbers(self.module)


@dataclass(frozen=True)
class Nearest:
    """Somebody who works there and lacks only these parts."""

    name: str
    missing: list[Module]


@dataclass(frozen=True)
class Plan:
    course: Course
    gaps: list[Gap]
    asked: list[tuple[Module, Standing]]  # of parts that somebody passed already
    nearest: list[Nearest]  # where parts are covered, but too few people passed them all
    people_short: int

    @property
    def is_done(self) -> bool:
        return not self.gaps and not self.people_short


def numbers(module: Module) -> str:
    """A part's lessons by their numbers: 4.1–4.3; OP.1 where there is one."""
    count = len(module.lessons)
    first = f"{module.part or module.code}.1"
    return first if count == 1 else f"{first}–{module.part or module.code}.{count}"


def of_course(one: CourseOfTeam, standing: Collection[Standing]) -> Plan:
    """The plan of one course; no query."""
    asked = assignments.modules_of(one.course, standing)
    missing = one.coverage.missing
    gaps = [Gap(module, [who for part, who in asked if part is module]) for module in missing]
    others = [(part, who) for part, who in asked if part not in missing and not who.is_passed]
    short = one.coverage.people_short
    return Plan(one.course, gaps, others, _nearest(one) if short and not missing else [], short)


def _nearest(one: CourseOfTeam) -> list[Nearest]:
    required = set(one.course.required_modules)
    found = []
    for member in one.members:
        parts = zip(one.course.counted_modules, member.states, strict=True)
        missing = [module for module, state in parts if module in required and state != "passed"]
        if member.is_here and missing:
            found.append(Nearest(member.name, missing))
    return sorted(found, key=lambda who: len(who.missing))[:NEAREST]


def of_courses(courses: Sequence[CourseOfTeam], standing: Collection[Standing]) -> dict[str, Plan]:
    """By course code."""
    return {one.course.code: of_course(one, standing) for one in courses}
