"""Which facts became statements and which follow: each table of facts is read once, in the order of its rows, by a cursor; how a statement is worded stands in statements.

Nothing below knows of it. Learning and attendance only append, so that a cursor finds all: attempts (started), module
passes (passed, and completed where it was the last one needed), marks that decide (attended).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, literal_column, or_, select, true
from sqlalchemy.orm import aliased

from portal.accounts.models import Agency, User
from portal.attendance import roll
from portal.core.db import db
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning.models import Attempt, ModulePass
from portal.participation.models import AttendanceMark, AttendanceState, Registration
from portal.programme.models import Workshop, WorkshopSession
from portal.xapi import statements
from portal.xapi.models import Cursor

PAGE = 200  # facts of a table in one go

Fact = type[Attempt] | type[ModulePass] | type[AttendanceMark]


class Said(NamedTuple):
    """A statement and what kind it is."""

    kind: str
    body: dict[str, Any]


class Stretch(NamedTuple):
    """Rows of one table of facts, after the first id up to the last one, of which no statement was made."""

    facts: str
    after: int
    last: int


def waiting() -> list[Stretch]:
    """The next rows of each table; nothing where all are done. A query of an index for each table, and no lock."""
    cursors = dict(db.session.execute(select(Cursor.facts, Cursor.last_id)).all())
    found = (_stretch(name, cursors.get(name, 0)) for name in _MAKERS)
    return [stretch for stretch in found if stretch is not None]


def has_more() -> bool:
    """Whether there are facts of which nothing was said yet. One query."""
    following = [
        exists().where(
            fact.id
            > select(func.coalesce(func.max(Cursor.last_id), 0)).where(Cursor.facts == name).scalar_subquery()
        )
        for name, (fact, _make) in _MAKERS.items()
    ]
    return bool(db.session.scalar(select(or_(*following))))


def _stretch(name: str, after: int) -> Stretch | None:
    fact = _MAKERS[name][0]
    rows = db.session.execute(
        select(fact.id, _is_settled(fact)).where(fact.id > after).order_by(fact.id).limit(PAGE)
    )
    ids = [row[0] for row in takewhile(lambda row: row[1], rows)]
    return Stretch(name, after, ids[-1]) if ids else None


def _is_settled(fact: Fact) -> ColumnElement[bool]:
    """Whether no row with a smaller id can still come. SQLite has one writer; in PostgreSQL ids are given before they are
    committed, so a row waits until every transaction is over that was there when it was written."""
    if db.session.get_bind().dialect.name == "sqlite":
        return true()
    row = f'"{fact.__tablename__}".xmin'
    return literal_column(f"age({row}) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)")


def told_by(stretch: Stretch, home: str) -> list[Said]:
    """The statements that these rows come to, which may be fewer or more than they. `home`: the address of the portal."""
    _fact, make = _MAKERS[stretch.facts]
    return list(make(stretch, home))


def _quiz(home: str, course: Course | None, code: str, module: str) -> dict[str, Any]:
    """A quiz as an activity; one whose module is taught no more has no title."""
    part = course.module(module) if course else None
    title = {"th": part.title_th, "en": part.title_en} if part else {}
    return statements.activity(f"{home}/learn/{code}/{module}/quiz", statements.ASSESSMENT, title)


def _course(home: str, course: Course | None, code: str) -> dict[str, Any]:
    title = {"th": course.title_th, "en": course.title_en} if course else {}
    return statements.activity(f"{home}/learn/{code}", statements.COURSE, title)


def _started(stretch: Stretch, home: str) -> Iterable[Said]:
    rows = db.session.execute(
        select(
            Attempt.code,
            Attempt.course,
            Attempt.module,
            Attempt.started_at,
            User.code,
            Agency.code.label("agency"),
        )
        .join(User, User.id == Attempt.user_id)
        .outerjoin(Agency, Agency.id == Attempt.agency_id)
        .where(*_within(Attempt, stretch))
        .order_by(Attempt.id)
    )
    for code, of, module, at, person, agency in rows:
        course = catalog.course(of)
        yield Said(
            "started",
            statements.statement(
                home,
                statements.STARTED,
                _quiz(home, course, of, module),
                uuid=statements.uuid_of(home, "started", code),
                person=person,
                agency=agency,
                at=at,
                part_of=_course(home, course, of),
                registration=statements.uuid_of(home, "attempt", code),
            ),
        )


def _passed(stretch: Stretch, home: str) -> Iterable[Said]:
    """Each pass that still counts; then those of the same people whose course is complete."""
    rows = _passes(stretch)
    for row in rows:
        course = catalog.course(row.course)
        yield Said(
            "passed",
            statements.statement(
                home,
                statements.PASSED,
                _quiz(home, course, row.course, row.module),
                uuid=statements.uuid_of(home, "passed", row.code),
                person=row.person,
                agency=row.agency,
                at=row.passed_at,
                part_of=_course(home, course, row.course),
                registration=statements.uuid_of(home, "attempt", row.code),
                result=statements.score(row.score or 0, row.max_score or 0, passed=True),
            ),
        )
    for code in sorted({row.course for row in rows}):
        course = catalog.course(code)
        if course is not None:
            yield from _completed(course, {row.user_id: row for row in rows if row.course == code}, home)


def _passes(stretch: Stretch) -> Sequence[Any]:
    return db.session.execute(
        select(
            Attempt.code,
            Attempt.score,
            Attempt.max_score,
            ModulePass.user_id,
            ModulePass.course,
            ModulePass.module,
            ModulePass.passed_at,
            User.code.label("person"),
            Agency.code.label("agency"),
        )
        .join(Attempt, Attempt.id == ModulePass.attempt_id)
        .join(User, User.id == ModulePass.user_id)
        .outerjoin(Agency, Agency.id == ModulePass.agency_id)
        .where(*_within(ModulePass, stretch), ModulePass.ended_at.is_(None))
        .order_by(ModulePass.id)
    ).all()


def _completed(course: Course, last: dict[int, Any], home: str) -> Iterable[Said]:
    """Of these people, each with the last pass, who passed every required module by now, as of the moment it was whole.

    One who was told of before is told of with the same id again, which is the same statement.
    """
    whole = _whole_since(course, last)
    for user_id, at in whole.items():
        person = last[user_id]
        yield Said(
            "completed",
            statements.statement(
                home,
                statements.COMPLETED,
                _course(home, course, course.code),
                uuid=statements.uuid_of(home, "completed", course.code, person.person),
                person=person.person,
                agency=person.agency,
                at=at,
                result={"completion": True},
            ),
        )


def _whole_since(course: Course, user_ids: Collection[int]) -> dict[int, datetime]:
    """Since when each of these has every required module, of those who have. One query."""
    required = [module.code for module in course.required_modules]
    firsts = (
        select(ModulePass.user_id, func.min(ModulePass.passed_at).label("at"))
        .where(
            ModulePass.course == course.code,
            ModulePass.module.in_(required),
            ModulePass.user_id.in_(user_ids),
            ModulePass.ended_at.is_(None),
        )
        .group_by(ModulePass.user_id, ModulePass.module)
        .subquery()
    )
    people = (
        select(firsts.c.user_id, func.max(firsts.c.at))
        .group_by(firsts.c.user_id)
        .having(func.count() == len(required))
    )
    return dict(db.session.execute(people).all()) if required else {}


def _attended(stretch: Stretch, home: str) -> Iterable[Said]:
    """Each mark that says attended and decides; of one person at one session that is one statement for life."""
    mark = aliased(AttendanceMark)  # roll reads the table itself for the one that decides
    rows = db.session.execute(
        select(mark, Registration.code, User.code, Agency.code, WorkshopSession, Workshop)
        .join(Registration, Registration.id == mark.registration_id)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == mark.agency_id)
        .join(WorkshopSession, WorkshopSession.id == mark.session_id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(
            *_within(mark, stretch),
            mark.state == AttendanceState.ATTENDED,
            mark.id == roll.mark_at(WorkshopSession.id, Registration.id),
        )
        .order_by(mark.id)
    )
    for told, registration, person, agency, session, workshop in rows:
        address = f"{home}/workshops/{workshop.code}"
        title = {"th": workshop.title_th, "en": workshop.title_en}
        session_title = {"th": session.title_th, "en": session.title_en}
        yield Said(
            "attended",
            statements.statement(
                home,
                statements.ATTENDED,
                statements.activity(f"{address}#{session.code}", statements.MEETING, session_title),
                uuid=statements.uuid_of(home, "attended", registration, session.code),
                person=person,
                agency=agency,
                at=told.at,
                part_of=statements.activity(address, statements.EVENT, title),
                registration=statements.uuid_of(home, "registration", registration),
            ),
        )


def _within(fact: Fact, stretch: Stretch) -> tuple[ColumnElement[bool], ...]:
    return fact.id > stretch.after, fact.id <= stretch.last


_MAKERS: dict[str, tuple[Fact, Callable[[Stretch, str], Iterable[Said]]]] = {
    "attempt": (Attempt, _started),
    "module_pass": (ModulePass, _passed),
    "attendance_mark": (AttendanceMark, _attended),
}
