"""How far one person is: lessons finished, modules passed, what comes next; whole agencies are coverage's matter."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, literal, null, select, union_all
from sqlalchemy.exc import IntegrityError

from portal.accounts.access import Known
from portal.accounts.models import User
from portal.core.db import begin_write, db
from portal.core.i18n import in_lang
from portal.core.prepared import Prepared
from portal.courses.course import Course, Lesson, Module
from portal.learning.models import Attempt, LessonMark, LessonPlace, ModulePass


@dataclass(frozen=True)
class Place:
    """Where somebody stopped reading."""

    module: str
    lesson: str
    heading: str  # its id; "" at the beginning
    at: datetime


@dataclass(frozen=True)
class Progress:
    """What one person did in one course."""

    course: Course
    finished: frozenset[tuple[str, str]] = frozenset()  # (module, lesson)
    passed: frozenset[str] = frozenset()  # modules
    tried: frozenset[str] = frozenset()  # modules with any attempt
    places: tuple[Place, ...] = ()  # the latest first

    def lessons_finished(self, module: Module) -> int:
        return sum((module.code, lesson.slug) in self.finished for lesson in module.lessons)

    @cached_property
    def _begun(self) -> frozenset[str]:
        return self.tried | {module for module, _lesson in self.finished}

    def is_begun(self, module: Module) -> bool:
        return module.code in self._begun

    def state(self, module: Module) -> str:
        """ "passed", "begun", "coming" or "empty", as the strip draws it."""
        return state(module, is_passed=module.code in self.passed, is_begun=self.is_begun(module))

    @property
    def is_started(self) -> bool:
        return bool(self.finished or self.passed or self.tried)

    @property
    def passed_count(self) -> int:
        """How many of the required modules are passed."""
        return sum(module.code in self.passed for module in self.course.required_modules)

    def next_lesson(self) -> tuple[Module, Lesson] | None:
        """The lesson left last, if it is not finished; else the first not finished, in the order of the course.

        Of modules that are passed none.
        """
        for place in self.places:
            module = self.course.module(place.module)
            lesson = module.lesson(place.lesson) if module and module.is_published else None
            if module and lesson and module.code not in self.passed:
                if (module.code, lesson.slug) in self.finished:
                    break  # they went on from there
                return module, lesson
        for module in self.course.modules:
            if not module.is_published or module.code in self.passed:
                continue
            for lesson in module.lessons:
                if (module.code, lesson.slug) not in self.finished:
                    return module, lesson
        return None

    def heading_in(self, module: Module, lesson: Lesson) -> str | None:
        """The id of the heading under which they stopped reading this lesson; None at its beginning or when it is finished."""
        if (module.code, lesson.slug) in self.finished:
            return None
        here = (place for place in self.places if (place.module, place.lesson) == (module.code, lesson.slug))
        heading = next((place.heading for place in here), "")
        return heading if any(heading == one.id for one in lesson.toc) else None

    def next_quiz(self) -> Module | None:
        """The first module whose lessons are all finished and whose quiz is not passed."""
        for module in self.course.modules:
            if module.quiz is None or not module.is_published or module.code in self.passed:
                continue
            if self.lessons_finished(module) == len(module.lessons):
                return module
        return None


FINISHED, PASSED, TRIED, STOPPED = "finished", "passed", "tried", "stopped"
# The places first: their columns say how the heading and the moment are read.
_DONE = Prepared(
    union_all(
        *(
            select(literal(kind), fact.course, fact.module, lesson, heading, at).where(
                fact.user_id == bindparam("user"), *only
            )
            for kind, fact, lesson, heading, at, only in (
                (STOPPED, LessonPlace, LessonPlace.lesson, LessonPlace.heading, LessonPlace.at, ()),
                (FINISHED, LessonMark, LessonMark.lesson, literal(""), null(), ()),
                (PASSED, ModulePass, literal(""), literal(""), null(), (ModulePass.ended_at.is_(None),)),
                (TRIED, Attempt, literal(""), literal(""), null(), ()),
            )
        )
    )
)


def of_user(user: User | Known, courses: Iterable[Course]) -> dict[str, Progress]:
    """The progress of this person by course code; one query however many courses."""
    done: dict[tuple[str, str], set[Any]] = {}
    places: dict[str, list[Place]] = {}
    for kind, code, module, lesson, heading, at in _DONE.rows(user=user.id):
        if kind == STOPPED:
            places.setdefault(code, []).append(Place(module, lesson, heading, at))
        else:
            done.setdefault((kind, code), set()).add((module, lesson) if kind == FINISHED else module)
    return {
        course.code: Progress(
            course=course,
            finished=frozenset(done.get((FINISHED, course.code), ())),
            passed=frozenset(done.get((PASSED, course.code), ())),
            tried=frozenset(done.get((TRIED, course.code), ())),
            places=tuple(sorted(places.get(course.code, ()), key=lambda place: place.at, reverse=True)),
        )
        for course in courses
    }


def who_passed(course: Course, module: Module) -> Select[int]:
    """The ids of the people who passed this module, for whichever agency, as a part of a list's query."""
    return select(ModulePass.user_id).where(
        ModulePass.course == course.code, ModulePass.module == module.code, ModulePass.ended_at.is_(None)
    )


def finish(user: User, course: Course, module: Module, lesson: Lesson) -> None:
    """Note that the person finished the lesson, with the agency of now; finishing twice notes nothing more."""
    begin_write()
    same = {"user_id": user.id, "course": course.code, "module": module.code, "lesson": lesson.slug}
    if db.session.scalar(select(LessonMark.id).filter_by(**same)) is not None:
        return
    # PostgreSQL: a double click may have noted it a moment ago.
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(LessonMark(**same, agency_id=user.agency_id if user.is_approved else None))


def strip_of_user(progress: Progress) -> list[dict[str, str]]:
    """The cells of the strip: the parts of the report in their order, each with its state."""
    return [cell(module, progress.state(module)) for module in progress.course.counted_modules]


def state(module: Module, *, is_passed: bool, is_begun: bool) -> str:
    """The state of a part, the furthest that is true."""
    if is_passed:
        return "passed"
    if is_begun:
        return "begun"
    return "empty" if module.is_published else "coming"


def cell(module: Module, state: str) -> dict[str, str]:
    """One cell of a strip as the macro takes it."""
    title = in_lang(module, "title")
    return {"code": module.part, "label": title, "title": title, "state": state}
