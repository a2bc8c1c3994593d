"""Thanks: to those who came, the morning after or as soon as they are noted, and never twice."""

import pytest
from sqlalchemy import select

from portal import jobs
from portal.attendance import thanks
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState, Registration
from tests.participation import telling
from tests.participation.telling import AFTER, ONE, SEVEN, all_of, present
from tests.participation.test_messages import body


@pytest.fixture
def workshop(clock_at, make_workshop):
    return telling.ahead(clock_at, make_workshop)


@pytest.fixture
def seat(workshop, cast):
    return telling.seated(workshop, cast.lamai)


def test_who_came_is_thanked_on_the_morning_after(workshop, seat, cast, ked, kinds, clock_at):
    other = registration.register(workshop, user=ked)
    clock_at("2023-02-21T12:00:00+07:00")
    present(seat)
    present(other, state=AttendanceState.NO_SHOW)
    clock_at("2023-02-22T07:59:00+07:00")
    assert thanks.due() == []
    clock_at(AFTER)
    assert all_of(thanks.due, thanks.thank, workshop) == 1
    assert kinds(cast.lamai) == ["registered", "thanks"]
    assert kinds(ked) == ["registered"]


def test_who_is_noted_as_present_later_is_thanked_later_and_nobody_twice(
    workshop, seat, ked, kinds, clock_at
):
    other = registration.register(workshop, user=ked)
    present(seat)
    clock_at(AFTER)
    assert all_of(thanks.due, thanks.thank, workshop) == 1
    clock_at("2023-02-24T08:00:00+07:00")
    assert thanks.due() == []
    present(other, session=1, state=AttendanceState.PARTIAL)
    assert all_of(thanks.due, thanks.thank, workshop) == 1
    assert kinds().count("thanks") == 2
    clock_at("2023-03-08T08:00:00+07:00")
    present(other)
    assert thanks.due() == []


def test_a_mark_that_was_a_mistake_thanks_nobody(workshop, seat, kinds, clock_at):
    present(seat)
    present(seat, state=AttendanceState.WITHDRAWN)
    clock_at(AFTER)
    assert all_of(thanks.due, thanks.thank, workshop) == 0
    assert "thanks" not in kinds()


def test_it_says_what_is_next(workshop, seat, cast, mails, clock_at):
    present(seat)
    clock_at(AFTER)
    all_of(thanks.due, thanks.thank, workshop)
    text = body(mails(cast.lamai)[-1])
    assert "ขอบคุณที่มาร่วมงานอบรมนี้" in text
    assert "ทำอะไรต่อดี" not in text  # no materials, no lessons and no deadline are known
    assert "http://localhost/me" in text


def test_nobody_noted_is_no_reason_to_look_further(workshop, seat, queries, clock_at):
    clock_at(AFTER)
    with queries() as statements:
        assert thanks.due() == []
    assert len(statements) == 1


@pytest.mark.both_databases
def test_all_of_it_runs_on_both_databases(workshop, seat, kinds, clock_at):
    telling.hand_out(workshop)
    for moment in (SEVEN, ONE, "2023-02-20T09:00:00+07:00", AFTER):
        clock_at(moment)
        if moment.startswith("2023-02-20"):
            present(db.session.scalars(select(Registration)).one())
        while jobs.run().has_done:
            pass
        assert not jobs.run().has_failed
    assert kinds() == ["registered", "reminder", "materials_ready", "reminder", "thanks"]
