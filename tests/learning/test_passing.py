"""Who counts as having passed: the best or the latest attempt decides, a pass is ended and never deleted, and what was told stays true."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning import coverage, passing, progress
from portal.learning.models import Attempt, ModulePass
from tests.learning.taking import course_with, take

MONDAY, TUESDAY, WEDNESDAY = (f"2023-02-{day}T09:00:00+07:00" for day in (13, 14, 15))


def settle(user, course: Course, module: str = "op", *, agency_id: int | None = None) -> None:
    passing.settle(user.id, agency_id or user.agency_id, course.code, module, at=clock.now())


def passes() -> list[ModulePass]:
    return list(db.session.scalars(select(ModulePass).order_by(ModulePass.id)))


def counts(course: Course, agency, as_of: str | None = None) -> int:
    """How many people of the agency count for OP."""
    cover = coverage.of_agency(agency.id, course, (as_of and datetime.fromisoformat(as_of)) or None)
    return cover.covers["op"].people if "op" in cover.covers else 0


@pytest.fixture
def latest(app) -> Course:
    """A course whose quiz of OP counts the latest attempt."""
    return course_with('counts = "latest"\n')


def test_a_pass_counts_from_its_submit_on(cast, course):
    attempt = take(cast.lamai, course)
    [found] = passes()
    assert (found.attempt_id, found.passed_at, found.ended_at) == (attempt.id, attempt.submitted_at, None)


def test_the_best_attempt_decides_whatever_comes_after_it(cast, course):
    take(cast.lamai, course)
    take(cast.lamai, course, mistakes=4)
    assert [one.ended_at for one in passes()] == [None]


def test_where_the_latest_decides_a_fail_ends_the_pass_and_a_new_pass_counts_anew(cast, latest, clock_at):
    take(cast.lamai, latest)
    clock_at(TUESDAY)
    take(cast.lamai, latest, mistakes=4)
    assert counts(latest, cast.agency) == 0
    clock_at(WEDNESDAY)
    take(cast.lamai, latest)
    first, second = passes()
    assert first.ended_at == datetime.fromisoformat(TUESDAY)
    assert (second.passed_at, second.ended_at) == (datetime.fromisoformat(WEDNESDAY), None)
    assert counts(latest, cast.agency) == 1


def test_what_was_told_as_of_a_day_stays_true(cast, latest, clock_at):
    take(cast.lamai, latest)
    clock_at(TUESDAY)
    take(cast.lamai, latest, mistakes=4)
    clock_at(WEDNESDAY)
    take(cast.lamai, latest)
    assert [counts(latest, cast.agency, day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [0, 1, 0]


def test_a_rule_made_later_takes_back_nothing(cast, course):
    take(cast.lamai, course)
    take(cast.lamai, course, mistakes=4)
    course_with('counts = "latest"\n')
    settle(cast.lamai, course)
    assert [one.ended_at for one in passes()] == [None]


def test_an_attempt_that_is_marked_otherwise_ends_or_brings_a_pass(cast, course, clock_at):
    attempt = take(cast.lamai, course)
    clock_at(TUESDAY)
    attempt.passed = False
    settle(cast.lamai, course)
    assert counts(course, cast.agency) == 0
    clock_at(WEDNESDAY)
    attempt.passed = True
    settle(cast.lamai, course)
    assert [one.ended_at is None for one in passes()] == [False, True]


def test_settling_again_changes_nothing(cast, course):
    take(cast.lamai, course)
    take(cast.mali, course, mistakes=4)
    for user in (cast.lamai, cast.mali):
        settle(user, course)
    assert [(one.user_id, one.ended_at) for one in passes()] == [(cast.lamai.id, None)]


def test_each_agency_has_its_own_passes(cast, course):
    take(cast.lamai, course)
    cast.lamai.agency = cast.province
    db.session.commit()
    take(cast.lamai, course, mistakes=4)
    settle(cast.lamai, course)
    assert [(one.agency_id, one.ended_at) for one in passes()] == [(cast.agency.id, None)]
    take(cast.lamai, course)
    assert {one.agency_id for one in passes()} == {cast.agency.id, cast.province.id}


def test_somebody_without_an_agency_passes_once(cast, course):
    for _again in range(2):
        take(cast.orn, course)
    assert [(one.agency_id, one.ended_at) for one in passes()] == [(None, None)]


def test_somebody_without_any_attempt_is_settled_as_having_none(cast, course):
    settle(cast.lamai, course)
    assert passes() == []


def test_readers_of_passes_see_an_ended_one_no_more(cast, course):
    attempt = take(cast.lamai, course)
    assert coverage.whole(course).totals.agencies_by_module == {"op": 1}
    attempt.passed = False
    settle(cast.lamai, course)
    assert coverage.whole(course).totals.agencies_by_module == {}
    assert coverage.passes_in(cast.agency.id, course) == {}
    assert progress.of_user(cast.lamai, [course])[course.code].passed == frozenset()
    assert db.session.scalars(progress.who_passed(course, course.modules[0])).all() == []


def test_the_whole_is_reckoned_anew_for_the_days_before_too(cast, course, clock_at):
    attempt = take(cast.lamai, course)
    later = clock.now() + timedelta(days=3)
    assert coverage.whole(course, as_of=later).totals.agencies_begun == 1
    clock_at(TUESDAY)
    attempt.passed = False
    settle(cast.lamai, course)
    assert coverage.whole(course, as_of=later).totals.agencies_begun == 0
    assert coverage.whole(course, as_of=clock.now()).totals.agencies_begun == 1


def test_many_attempts_are_settled_in_few_queries(cast, course, queries):
    for _again in range(5):
        take(cast.lamai, course)
    db.session.expire_all()
    with queries() as statements:
        settle(cast.lamai, course)
    assert len(statements) <= 5
    assert db.session.query(Attempt).count() == 5
