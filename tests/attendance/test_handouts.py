"""Who may see a material: everyone, who has a seat, who came; from when; and always who gives the talk."""

from datetime import datetime, timedelta

import pytest

from portal.attendance import handouts, roll
from portal.attendance.handouts import Hidden
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState, RegistrationStatus
from portal.programme import materials
from portal.programme.models import Audience, WorkshopStatus
from tests.programme import handed
from tests.programme.handed import hand_out
from tests.rows import once

pytestmark = pytest.mark.both_databases

LATER = datetime.fromisoformat("2023-02-20T09:00:00+07:00")


@pytest.fixture
def workshop(make_workshop):
    return make_workshop(capacity=1)


@pytest.fixture
def talk(workshop, cast):
    return handed.talk(workshop, cast.wit)


@pytest.fixture
@once
def seat(workshop, cast):
    made = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return made


def why(material, user) -> Hidden | None:
    return handouts.hidden(material, handouts.reader_of(material.talk.workshop, user))


def came(seat, workshop, state, *, session=0):
    roll.mark(seat, workshop.sessions[session], state=state, by=None, how="roster")
    db.session.commit()


def test_what_is_for_everyone_is_seen_by_everyone(talk, cast):
    material = hand_out(talk, cast.wit)
    for user in (None, cast.sakda, cast.lamai, cast.orn, cast.wit):
        assert handouts.hidden_from(material, user) is None


def test_what_is_for_those_with_a_seat_is_seen_by_them_only(talk, cast, seat):
    material = hand_out(talk, cast.wit, audience=Audience.REGISTERED)
    assert why(material, cast.lamai) is None
    for user in (None, cast.sakda, cast.mali):
        assert why(material, user) is Hidden.REGISTERED


def test_a_place_in_the_queue_and_a_seat_given_back_are_no_seat(talk, cast, seat, make_people, workshop):
    material = hand_out(talk, cast.wit, audience=Audience.REGISTERED)
    (waiting,) = make_people(1)
    registration.register(workshop, user=waiting)
    assert why(material, waiting) is Hidden.REGISTERED
    registration.cancel(seat, by=cast.lamai)
    assert why(material, cast.lamai) is Hidden.REGISTERED


def test_a_seat_that_is_only_offered_is_no_seat_yet(talk, cast, seat):
    material = hand_out(talk, cast.wit, audience=Audience.REGISTERED)
    seat.status, seat.offer_expires_at = RegistrationStatus.OFFERED, LATER
    db.session.commit()
    assert why(material, cast.lamai) is Hidden.REGISTERED


@pytest.mark.parametrize("state", AttendanceState)
@pytest.mark.parametrize("session", [0, 1])
def test_what_is_for_those_who_came_is_seen_after_one_session_in_whole_or_part(
    talk, cast, seat, workshop, state, session
):
    material = hand_out(talk, cast.wit, audience=Audience.ATTENDED)
    assert why(material, cast.lamai) is Hidden.ATTENDED
    came(seat, workshop, state, session=session)
    is_there = state in (AttendanceState.ATTENDED, AttendanceState.PARTIAL)
    assert why(material, cast.lamai) is (None if is_there else Hidden.ATTENDED)


def test_the_latest_mark_of_a_session_decides(talk, cast, seat, workshop):
    material = hand_out(talk, cast.wit, audience=Audience.ATTENDED)
    came(seat, workshop, AttendanceState.ATTENDED)
    came(seat, workshop, AttendanceState.NO_SHOW)
    assert why(material, cast.lamai) is Hidden.ATTENDED


def test_who_came_keeps_what_is_for_those_with_a_seat(talk, cast, seat, workshop):
    material = hand_out(talk, cast.wit, audience=Audience.REGISTERED)
    came(seat, workshop, AttendanceState.ATTENDED)
    seat.status = RegistrationStatus.CANCELLED
    db.session.commit()
    assert why(material, cast.lamai) is None


def test_before_its_time_only_who_may_change_it_sees_it(talk, cast, seat, clock_at):
    material = hand_out(talk, cast.wit, visible_from=LATER)
    assert why(material, cast.lamai) is Hidden.NOT_YET
    assert why(material, cast.wit) is why(material, cast.orn) is None
    clock_at("2023-02-20T08:59:59+07:00")
    assert why(material, None) is Hidden.NOT_YET
    clock_at("2023-02-20T09:00:00+07:00")
    assert why(material, None) is None


def test_what_is_withdrawn_is_seen_by_nobody(talk, cast):
    material = hand_out(talk, cast.wit)
    materials.withdraw(material, by=cast.wit)
    for user in (None, cast.lamai, cast.wit, cast.orn):
        assert handouts.hidden_from(material, user) is Hidden.WITHDRAWN


def test_of_a_draft_only_who_may_change_it_sees_anything(talk, cast, workshop):
    material = hand_out(talk, cast.wit)
    workshop.status = WorkshopStatus.DRAFT
    db.session.commit()
    seen = [handouts.hidden_from(material, user) for user in (None, cast.lamai, cast.wit, cast.orn)]
    assert seen == [Hidden.PRIVATE, Hidden.PRIVATE, None, None]


def test_a_seat_in_another_workshop_opens_nothing(talk, cast, make_workshop):
    other = make_workshop("other")
    registration.register(other, user=cast.lamai)
    db.session.commit()
    assert why(hand_out(talk, cast.wit, audience=Audience.REGISTERED), cast.lamai) is Hidden.REGISTERED


def test_downloads_are_counted_one_by_one(talk, cast):
    first, second = hand_out(talk, cast.wit), hand_out(talk, cast.wit, title="สอง")
    handouts.count([first.versions[0].id])
    handouts.count([first.versions[0].id, second.versions[0].id])
    db.session.expire_all()
    assert (first.versions[0].downloads, second.versions[0].downloads) == (2, 1)


def test_shelves_hold_talks_with_something_and_for_who_may_change_them_empty_ones_too(
    talk, cast, workshop, seat
):
    empty = handed.talk(workshop, cast.wit, code="empty", title="ว่าง")
    hand_out(talk, cast.wit, visible_from=LATER + timedelta(days=1))
    shown = handouts.shelves_of(workshop, cast.lamai)
    assert [shelf.talk for shelf in shown] == [talk]
    assert handouts.at_hand(shown) == []
    own = handouts.shelves_of(workshop, cast.wit)
    assert [shelf.talk for shelf in own] == [talk, empty]
    assert len(handouts.at_hand(own)) == 1
