"""When agencies completed a course, told from the passes that count; what completing means stands in coverage."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning import coverage
from portal.learning.models import ModulePass

FEW = 500  # agencies named in a query; of more, all are asked for


def moments(course: Course, *, as_of: datetime | None = None) -> dict[int, datetime]:
    """By agency id, the moment the course was completed; agencies that did not are absent. Two queries at most.

    Who passed every required module covers each of them, so the last of the `members` people needed decides. Of now it
    is kept in the process: a later pass never moves an agency's moment, so only those newly complete are asked for.
    """
    if as_of is not None:
        return _asked(course, as_of)
    whole = coverage.whole(course)
    kept: dict[Any, tuple[int, dict[int, datetime]]] = current_app.extensions.setdefault("completed", {})
    key = str(db.engine.url), course.edition_id
    ended, known = kept.get(key, (whole.newest.ended, {}))
    complete = {agency for agency, one in whole.matrix.items() if one.is_complete}
    if ended != whole.newest.ended:
        known = {}
    missing = complete - known.keys()
    if missing:
        known = known | _asked(course, None, missing)
        kept[key] = whole.newest.ended, known
    return {agency: at for agency, at in known.items() if agency in complete}


def _asked(
    course: Course, as_of: datetime | None, agencies: Collection[int] | None = None
) -> dict[int, datetime]:
    required = [module.code for module in course.required_modules]
    if not required:
        return {}
    last_at = func.max(ModulePass.passed_at, type_=ModulePass.passed_at.type)
    people = (
        select(ModulePass.agency_id, last_at.label("at"))
        .where(
            ModulePass.course == course.code,
            ModulePass.agency_id.is_not(None),
            ModulePass.module.in_(required),
            *coverage.counting(as_of),
        )
        .group_by(ModulePass.agency_id, ModulePass.user_id)
        .having(func.count() == len(required))
    )
    if agencies is not None and len(agencies) <= FEW:
        people = people.where(ModulePass.agency_id.in_(agencies))
    return _nth(db.session.execute(people), max(1, course.members))


def _nth(rows: Iterable[Any], needed: int) -> dict[int, datetime]:
    whole: dict[int, list[datetime]] = {}
    for agency_id, at in rows:
        whole.setdefault(agency_id, []).append(at)
    return {agency: sorted(found)[needed - 1] for agency, found in whole.items() if len(found) >= needed}


def by_day(course: Course, *, as_of: datetime | None = None) -> list[tuple[date, int]]:
    """The days in Bangkok on which agencies completed the course, each with how many had by its end. One query."""
    days = sorted(clock.local(at).date() for at in moments(course, as_of=as_of).values())
    found: dict[date, int] = {}
    for count, day in enumerate(days, start=1):
        found[day] = count
    return list(found.items())
