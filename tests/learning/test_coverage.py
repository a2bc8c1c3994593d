"""Which parts an agency covers and when it completed a course, asked of passes as of any moment."""

from collections import Counter
from datetime import date, datetime

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.learning import coverage
from portal.learning.models import Attempt, ModulePass
from tests import cast as people, packs
from tests.learning.taking import take


def moment(attempt: Attempt) -> datetime:
    assert attempt.submitted_at is not None
    return attempt.submitted_at


def states(cells: list[dict[str, str]]) -> dict[str, str]:
    return {cell["code"]: cell["state"] for cell in cells}


# --- one agency


def test_nobody_passed_anything(cast, course):
    found = coverage.of_agency(cast.agency.id, course)
    assert (found.covers, found.people_complete, found.is_complete) == ({}, 0, False)
    assert [module.code for module in found.missing] == ["op", "c1"]
    assert (found.covered_count, found.people_short) == (0, 2)


def test_a_module_is_covered_when_somebody_passed_it(cast, course):
    attempt = take(cast.lamai, course, "op")
    found = coverage.of_agency(cast.agency.id, course)
    assert found.covers == {"op": coverage.Cover(1, moment(attempt))}
    assert [module.code for module in found.missing] == ["c1"]
    assert found.covered_count == 1


def test_a_failed_quiz_covers_nothing(cast, course):
    take(cast.lamai, course, "op", mistakes=4)
    assert coverage.of_agency(cast.agency.id, course).covers == {}


def test_people_are_counted_once_and_the_first_moment_stays(cast, course, clock_at):
    first = take(cast.lamai, course, "op")
    clock_at("2023-02-14T09:00:00+07:00")
    take(cast.lamai, course, "op")
    take(cast.mali, course, "op")
    assert coverage.of_agency(cast.agency.id, course).covers["op"] == coverage.Cover(2, moment(first))


def test_another_agency_sees_nothing_of_it(cast, course):
    take(cast.lamai, course, "op")
    assert coverage.of_agency(cast.province.id, course).covers == {}
    assert coverage.passes_in(cast.province.id, course) == {}


def test_another_course_sees_nothing_of_it(cast, course):
    other = packs.publish(code="other")
    take(cast.lamai, course, "op")
    assert coverage.of_agency(cast.agency.id, other).covers == {}


def test_all_modules_covered_between_two_people_is_not_complete(cast, course):
    take(cast.lamai, course, "op")
    take(cast.mali, course, "c1")
    found = coverage.of_agency(cast.agency.id, course)
    assert found.missing == ()
    assert (found.people_complete, found.people_short, found.is_complete) == (0, 2, False)


def test_one_person_with_all_modules_is_one_short(cast, course):
    take(cast.lamai, course, "op")
    take(cast.lamai, course, "c1")
    take(cast.mali, course, "op")
    found = coverage.of_agency(cast.agency.id, course)
    assert (found.people_complete, found.people_short, found.is_complete) == (1, 1, False)


def test_enough_people_with_all_modules_complete_the_course(cast, course):
    for user in (cast.lamai, cast.mali):
        for module in ("op", "c1"):
            take(user, course, module)
    found = coverage.of_agency(cast.agency.id, course)
    assert (found.people_complete, found.people_short, found.is_complete) == (2, 0, True)


def test_a_person_who_leaves_leaves_the_record_behind_and_brings_none(cast, course):
    take(cast.lamai, course, "op")
    cast.lamai.agency = cast.province
    db.session.commit()
    take(cast.lamai, course, "c1")
    old, new = (coverage.of_agency(one.id, course) for one in (cast.agency, cast.province))
    assert (set(old.covers), set(new.covers)) == ({"op"}, {"c1"})
    assert (old.people_complete, new.people_complete) == (0, 0)


def test_somebody_without_an_agency_covers_nothing(cast, course):
    take(cast.orn, course, "op")
    assert coverage.matrix(course) == {}


# --- what is asked


def test_modules_that_are_coming_are_not_asked(cast):
    course = packs.publish(packs.pack(published=("op",), coming=("c1", "c2"), members=1))
    take(cast.lamai, course, "op")
    found = coverage.of_agency(cast.agency.id, course)
    assert (found.missing, found.covered_count, found.is_complete) == ((), 1, True)


def test_a_module_published_later_is_asked_from_then_on(cast):
    course = packs.publish(packs.pack(published=("op",), coming=("c1",), members=1))
    take(cast.lamai, course, "op")
    course = packs.publish(packs.pack(published=("op", "c1"), coming=(), members=1))
    found = coverage.of_agency(cast.agency.id, course)
    assert ([module.code for module in found.missing], found.is_complete) == (["c1"], False)
    assert found.people_complete == 0


def test_a_module_taken_back_is_asked_no_more_but_what_was_passed_stays(cast, course):
    take(cast.lamai, course, "op")
    take(cast.lamai, course, "c1")
    course = packs.publish(packs.pack(published=("op",), coming=("c1",), members=1))
    found = coverage.of_agency(cast.agency.id, course)
    assert (found.is_complete, found.people_complete, set(found.covers)) == (True, 1, {"op", "c1"})


def test_modules_outside_the_report_are_not_asked(cast):
    course = packs.publish(packs.pack(published=("start", "op"), coming=(), members=1))
    take(cast.lamai, course, "op")
    assert coverage.of_agency(cast.agency.id, course).is_complete


def test_a_course_of_coming_modules_only_is_completed_by_nobody(cast):
    course = packs.publish(packs.pack(published=("start",), coming=("op",), members=1))
    take(cast.lamai, course, "start")
    found = coverage.of_agency(cast.agency.id, course)
    assert (found.people_complete, found.is_complete) == (0, False)


# --- as of


def test_as_of_a_day_is_its_last_minute_in_bangkok(cast, course, clock_at):
    clock_at("2023-03-22T23:59:00+07:00")
    take(cast.lamai, course, "op")
    clock_at("2023-03-23T00:00:00+07:00")
    take(cast.lamai, course, "c1")
    end = coverage.end_of(date(2023, 3, 22))
    assert end == datetime.fromisoformat("2023-03-23T00:00:00+07:00")
    assert set(coverage.of_agency(cast.agency.id, course, as_of=end).covers) == {"op"}
    assert set(coverage.of_agency(cast.agency.id, course).covers) == {"op", "c1"}


def test_as_of_asks_completion_too(cast, course, clock_at):
    for user in (cast.lamai, cast.mali):
        take(user, course, "op")
    take(cast.lamai, course, "c1")
    clock_at("2023-02-15T09:00:00+07:00")
    take(cast.mali, course, "c1")
    before = coverage.of_agency(cast.agency.id, course, as_of=coverage.end_of(date(2023, 2, 14)))
    assert (before.people_complete, before.is_complete) == (1, False)
    assert coverage.of_agency(cast.agency.id, course).is_complete


def test_before_the_first_pass_there_is_nothing(cast, course):
    take(cast.lamai, course, "op")
    assert coverage.matrix(course, as_of=coverage.end_of(date(2023, 2, 12))) == {}


# --- many agencies


def test_the_matrix_holds_every_agency_with_a_pass(cast, course):
    take(cast.lamai, course, "op")
    take(cast.sakda, course, "c1")
    found = coverage.matrix(course)
    assert {agency: set(one.covers) for agency, one in found.items()} == {
        cast.agency.id: {"op"},
        cast.province.id: {"c1"},
    }


def test_the_matrix_may_be_asked_for_some_agencies_or_for_none(cast, course):
    take(cast.lamai, course, "op")
    take(cast.sakda, course, "op")
    assert set(coverage.matrix(course, agency_ids=[cast.province.id])) == {cast.province.id}
    assert coverage.matrix(course, agency_ids=[]) == {}


def test_the_matrix_is_one_query_however_many_agencies(cast, course, queries):
    take(cast.lamai, course, "op")
    with queries() as few:
        coverage.matrix(course)
    for number in range(29):
        agency = people.agency(f"X{number}", f"หน่วยงานที่ {number}")
        take(people.person(f"p{number}@demo.example", "คน", agency=agency), course, "op")
    with queries() as many:
        assert len(coverage.matrix(course)) == 30
    assert len(few) == len(many) == 1


def test_totals_count_agencies_by_module_and_those_complete(cast, course):
    for user in (cast.lamai, cast.mali):
        for module in ("op", "c1"):
            take(user, course, module)
    take(cast.sakda, course, "op")
    found = coverage.totals(course)
    assert found.agencies_by_module == {"op": 2, "c1": 1}
    assert (found.agencies_begun, found.agencies_complete) == (2, 1)


def test_totals_are_kept_until_somebody_passes(cast, course, queries):
    take(cast.lamai, course, "op")
    coverage.totals(course)
    with queries() as again:
        coverage.totals(course)
    assert len(again) == 1
    take(cast.sakda, course, "op")
    assert coverage.totals(course).agencies_by_module == {"op": 2}


def test_totals_of_another_day_are_other_totals(cast, course, clock_at):
    take(cast.lamai, course, "op")
    clock_at("2023-02-14T09:00:00+07:00")
    take(cast.sakda, course, "op")
    first_day = coverage.end_of(date(2023, 2, 13))
    assert coverage.totals(course).agencies_by_module == {"op": 2}
    assert coverage.totals(course, as_of=first_day).agencies_by_module == {"op": 1}


def test_a_pass_stored_after_a_later_one_is_counted(cast, course):
    """Two people pass at once: the second number may be stored before the first."""
    attempt = take(cast.lamai, course, "op")
    take(cast.sakda, course, "op")
    [first, _second] = db.session.scalars(select(ModulePass).order_by(ModulePass.id)).all()
    stored = {"user_id": first.user_id, "agency_id": first.agency_id, "course": "sample", "module": "op"}
    first_id = first.id
    db.session.delete(first)
    db.session.commit()
    assert coverage.totals(course).agencies_by_module == {"op": 1}
    db.session.add(ModulePass(id=first_id, attempt_id=attempt.id, **stored))
    db.session.commit()
    assert coverage.totals(course).agencies_by_module == {"op": 2}


def test_what_is_kept_is_what_would_be_reckoned_anew(cast, course):
    """Only agencies with a new pass are reckoned again; the others stay as they were."""
    for user, module in (
        (cast.lamai, "op"),
        (cast.sakda, "op"),
        (cast.mali, "op"),
        (cast.mali, "c1"),
        (cast.lamai, "c1"),
    ):
        take(user, course, module)
        kept = coverage.whole(course)
        anew = coverage.matrix(course)
        assert kept.matrix == anew
        assert kept.complete == {agency for agency, one in anew.items() if one.is_complete}
        assert kept.totals.agencies_by_module == Counter(code for one in anew.values() for code in one.covers)


def test_passes_taken_back_before_they_were_stored_are_not_kept(cast, course):
    take(cast.lamai, course, "op")
    before = coverage.whole(course).totals
    attempt = db.session.scalars(select(ModulePass.attempt_id)).first()
    db.session.add(
        ModulePass(
            user_id=cast.sakda.id,
            agency_id=cast.province.id,
            course="sample",
            module="op",
            attempt_id=attempt,
        )
    )
    db.session.rollback()
    assert coverage.whole(course).totals == before


def test_totals_are_kept_for_a_limited_number_of_questions(cast, course, monkeypatch):
    monkeypatch.setattr(coverage, "MOST_KEPT", 2)
    take(cast.lamai, course, "op")
    for day in range(1, 8):
        coverage.totals(course, as_of=coverage.end_of(date(2023, 3, day)))
    assert len(coverage._kept) <= 2


# --- the agency's own page


def test_who_passed_what_in_an_agency(cast, course):
    op = take(cast.lamai, course, "op")
    take(cast.mali, course, "op")
    c1 = take(cast.lamai, course, "c1")
    found = coverage.passes_in(cast.agency.id, course)
    assert found[cast.lamai.id] == {"op": op.submitted_at, "c1": c1.submitted_at}
    assert set(found[cast.mali.id]) == {"op"}


def test_the_strip_of_an_agency_shows_each_part_of_the_report(cast, course):
    take(cast.lamai, course, "op")
    begun = frozenset({"c1"})
    found = coverage.of_agency(cast.agency.id, course)
    assert states(coverage.strip_of_agency(found, begun)) == {"OP": "passed", "1": "begun", "2": "coming"}
    assert states(coverage.strip_of_agency(found)) == {"OP": "passed", "1": "empty", "2": "coming"}


@pytest.mark.both_databases
def test_both_databases_answer_alike(cast, course, clock_at):
    take(cast.lamai, course, "op")
    clock_at("2023-02-14T00:00:00+07:00")
    take(cast.lamai, course, "c1")
    whole, first_day = (
        coverage.of_agency(cast.agency.id, course, as_of=as_of)
        for as_of in (None, coverage.end_of(date(2023, 2, 13)))
    )
    assert (whole.people_complete, set(whole.covers)) == (1, {"op", "c1"})
    assert whole.covers["c1"].first_at == datetime.fromisoformat("2023-02-14T00:00:00+07:00")
    assert (first_day.people_complete, set(first_day.covers)) == (0, {"op"})
    assert coverage.matrix(course, agency_ids=[]) == {}
