"""Marks are appended and the latest decides: each way out, on both databases."""

import pytest
from sqlalchemy import select

from portal.attendance import roll, roster
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceMark, AttendanceState, RegistrationStatus
from tests.rows import once

ATTENDED, PARTIAL, EXCUSED, NO_SHOW, WITHDRAWN = AttendanceState

pytestmark = pytest.mark.both_databases


@pytest.fixture
@once
def seat(make_workshop, cast):
    mine = registration.register(make_workshop(), user=cast.lamai)
    db.session.commit()
    return mine


def mark(seat, state, *, day=0, by=None, **more):
    roll.mark(seat, seat.workshop.sessions[day], state=state, by=by, how=roll.ON_THE_ROSTER, **more)


def states(seat):
    marks = select(AttendanceMark.state).where(AttendanceMark.registration_id == seat.id)
    return list(db.session.scalars(marks.order_by(AttendanceMark.id)))


def test_a_mark_says_who_when_how_and_for_which_agency(seat, cast):
    mark(seat, ATTENDED, by=cast.orn, why="ลงชื่อหน้าห้อง")
    [noted] = db.session.scalars(select(AttendanceMark))
    assert (noted.state, noted.how, noted.why, noted.by_id) == (ATTENDED, "roster", "ลงชื่อหน้าห้อง", cast.orn.id)
    assert noted.agency_id == cast.agency.id


def test_the_same_state_again_is_not_noted_again(seat):
    for _ in range(3):
        mark(seat, ATTENDED)
    assert states(seat) == [ATTENDED]


def test_a_correction_is_appended_and_decides(seat):
    for state in (ATTENDED, NO_SHOW, EXCUSED, NO_SHOW):
        mark(seat, state)
    assert states(seat) == [ATTENDED, NO_SHOW, EXCUSED, NO_SHOW]
    first = seat.workshop.sessions[0]
    assert roll.states_of([first]) == {(seat.id, first.id): NO_SHOW}


def test_the_latest_moment_decides_not_the_latest_row(seat, clock_at):
    clock_at("2023-02-20T10:00:00+07:00")
    mark(seat, ATTENDED)
    clock_at("2023-02-20T09:00:00+07:00")  # a door's queue that arrives late
    mark(seat, NO_SHOW)
    first = seat.workshop.sessions[0]
    assert roll.states_of([first]) == {(seat.id, first.id): ATTENDED}


def test_each_session_has_its_own_mark(seat):
    mark(seat, ATTENDED, day=0)
    mark(seat, PARTIAL, day=1)
    one, two = seat.workshop.sessions
    assert roll.states_of([one, two]) == {(seat.id, one.id): ATTENDED, (seat.id, two.id): PARTIAL}
    assert set(roll.last_noted([one, two])) == {one.id, two.id}
    asked = roster.Wanted(seat.status)
    page = roster.page_of(seat.workshop, two, asked, roster.counts(seat.workshop, two))
    assert [line.state for line in page.items] == [PARTIAL]


def test_a_session_of_another_workshop_is_refused(seat, make_workshop):
    other = make_workshop("other")
    with pytest.raises(roll.WrongSession):
        roll.mark(seat, other.sessions[0], state=ATTENDED, by=None, how="roster")


@pytest.mark.parametrize("status", [RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED])
def test_only_who_has_a_seat_is_marked(seat, status):
    seat.status = status
    db.session.commit()
    with pytest.raises(roll.NotTakingPart, match="ละไม ตั้งใจ"):
        mark(seat, ATTENDED)


def test_many_are_marked_together_or_not_at_all(make_workshop, make_people):
    workshop = make_workshop(capacity=2)
    rows = [registration.register(workshop, user=person) for person in make_people(3)]
    db.session.commit()
    first = workshop.sessions[0]
    with pytest.raises(roll.NotTakingPart):
        roll.mark_all(first, dict.fromkeys(rows, ATTENDED), by=None, how="roster")
    db.session.rollback()
    assert roll.states_of([first]) == {}
    assert roll.mark_all(first, dict.fromkeys(rows[:2], ATTENDED), by=None, how="roster") == 2
    assert roll.mark_all(first, dict.fromkeys(rows[:2], ATTENDED), by=None, how="roster") == 0


def test_how_it_was_noted_is_never_left_out(seat):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError):
        roll.mark(seat, seat.workshop.sessions[0], state=ATTENDED, by=None, how="")
    db.session.rollback()


def test_a_withdrawn_mark_counts_as_none_and_may_be_noted_anew(seat):
    first = seat.workshop.sessions[0]
    mark(seat, WITHDRAWN)
    assert states(seat) == []
    for state in (ATTENDED, WITHDRAWN, WITHDRAWN):
        mark(seat, state)
    assert states(seat) == [ATTENDED, WITHDRAWN]
    assert roll.states_of([first]) == {}
    assert roster.counts(seat.workshop, first)[None] == 1
    mark(seat, PARTIAL)
    assert roll.states_of([first]) == {(seat.id, first.id): PARTIAL}
