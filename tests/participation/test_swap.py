"""A seat handed to a colleague: the place stays, the person changes, both are told, and no seat is made or lost."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from portal.accounts import invitations
from portal.attendance import roll
from portal.core import clock
from portal.core.db import db
from portal.participation import eligibility, offers, passing, registration, seats, teams
from portal.participation.models import (
    AttendanceState,
    Move,
    RegistrationMove,
    RegistrationStatus,
)
from portal.programme.models import WorkshopStatus
from tests.rows import once

CONFIRMED = RegistrationStatus.CONFIRMED
OFFERED = RegistrationStatus.OFFERED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED

BEGUN = "2023-02-20T09:30:00+07:00"


@pytest.fixture
@once
def seat(make_workshop, cast, make_people):
    """ละไม's seat, the second of two; one person of another agency waits behind."""
    workshop = make_workshop(capacity=2)
    first, last = make_people(2)
    registration.register(workshop, user=first)
    mine = registration.register(workshop, user=cast.lamai)
    registration.register(workshop, user=last)
    db.session.commit()
    return mine


def swap(mine, to, cast, **given):
    row = teams.swap(mine, **({"to": to, "by": cast.mali} | given))
    db.session.commit()
    return row


def events(mail):
    calendar = Calendar.from_ical(mail.calendar)
    return str(calendar["METHOD"]), {
        str(event["UID"]): int(str(event["SEQUENCE"])) for event in calendar.walk("VEVENT")
    }


@pytest.mark.both_databases
def test_the_colleague_gets_the_seat_and_its_place_and_nobody_else_moves(app, seat, ked, cast, ledger):
    arrival, before = seat.arrival, seats.seats(seat.workshop)
    taken = swap(seat, ked, cast, why="ป่วย")
    assert (taken.user, taken.status, taken.arrival, taken.agency) == (ked, CONFIRMED, arrival, cast.agency)
    assert (seat.status, seat.user) == (CANCELLED, cast.lamai)
    assert seat.arrival > 3
    assert seats.seats(seat.workshop) == before
    assert ledger(seat) == [Move.REGISTERED, Move.HANDED_ON]
    assert ledger(taken) == [Move.TAKEN_OVER]


def test_the_ledger_names_who_did_it_why_and_the_other_end(app, seat, ked, cast):
    taken = swap(seat, ked, cast, why="ป่วย")
    moves = {row.move: row for row in db.session.query(RegistrationMove)}
    handed, got = moves[Move.HANDED_ON], moves[Move.TAKEN_OVER]
    assert (handed.other_id, got.other_id) == (taken.id, seat.id)
    assert {handed.by_id, got.by_id} == {cast.mali.id}
    assert {handed.why, got.why} == {"ป่วย"}


def test_both_are_told_and_their_calendars_end_right(app, seat, ked, cast, mails):
    swap(seat, ked, cast)
    first, gone = mails(cast.lamai)
    [got] = mails(ked)
    assert gone.kind == "participation.cancelled"
    assert "มะลิ ใจดี ให้ เกด ขยัน เข้าอบรมนี้แทนคุณ" in gone.text
    assert got.kind == "participation.registered"
    assert "คุณเข้าอบรมแทน ละไม ตั้งใจ" in got.text
    invited, off, on = events(first), events(gone), events(got)
    assert (off[0], on[0]) == ("CANCEL", "REQUEST")
    assert invited[1].keys() == off[1].keys() == on[1].keys()
    assert all(off[1][uid] > invited[1][uid] for uid in off[1])


def test_a_colleague_who_had_cancelled_before_gets_events_that_count_on(app, seat, ked, cast, mails):
    """Else their calendar would take the new invitation for an old one and leave the meeting out."""
    seat.workshop.capacity = 9
    registration.cancel(registration.register(seat.workshop, user=ked), by=ked)
    swap(seat, ked, cast)
    _first, off, on = (events(mail)[1] for mail in mails(ked))
    assert all(on[uid] > off[uid] for uid in on)


def test_a_seat_may_come_back_by_another_swap(app, seat, ked, cast, ledger):
    back = swap(swap(seat, ked, cast), cast.lamai, cast)
    assert back is seat
    assert (back.status, back.arrival) == (CONFIRMED, 2)
    assert ledger(back) == [Move.REGISTERED, Move.HANDED_ON, Move.TAKEN_OVER]


def test_answers_stay_with_the_person_who_gave_them(app, seat, ked, cast):
    seat.answers = {"meal": "veg"}
    taken = swap(seat, ked, cast)
    assert (seat.answers, taken.answers) == ({"meal": "veg"}, {})


def test_pressed_twice_it_is_done_once(app, seat, ked, cast, kinds, ledger):
    taken = swap(seat, ked, cast)
    assert swap(seat, ked, cast) is taken
    assert ledger(taken) == [Move.TAKEN_OVER]
    assert kinds(ked) == ["registered"]


@pytest.mark.both_databases
def test_a_place_in_the_queue_goes_along_with_its_position(app, make_workshop, make_people, ked, cast, kinds):
    workshop = make_workshop(capacity=1)
    first, behind = make_people(2)
    registration.register(workshop, user=first)
    mine = registration.register(workshop, user=cast.lamai)
    last = registration.register(workshop, user=behind)
    taken = swap(mine, ked, cast)
    assert (taken.status, seats.position(taken), seats.position(last)) == (WAITLISTED, 1, 2)
    assert kinds(cast.lamai) == ["waitlisted", "left_queue"]
    assert kinds(ked) == ["waitlisted"]


def test_who_waits_may_take_over_a_seat_and_leaves_the_queue_for_it(app, seat, ked, cast, ledger):
    waiting = registration.register(seat.workshop, user=ked)
    assert waiting.status is WAITLISTED
    assert swap(seat, ked, cast) is waiting
    assert (waiting.status, waiting.arrival) == (CONFIRMED, 2)
    assert ledger(waiting) == [Move.WAITLISTED, Move.TAKEN_OVER]
    assert seats.seats(seat.workshop).waiting == 1


def became(token: str) -> Move | None:
    """What became of the offer that this link names."""
    offer = offers.read(token)
    assert offer is not None
    return offer.became


@pytest.mark.both_databases
def test_an_offered_seat_is_offered_to_the_colleague_until_the_same_moment(
    app, make_workshop, make_people, ked, cast, mails
):
    workshop = make_workshop(capacity=1, offer_hours=24)
    first = registration.register(workshop, user=make_people(1)[0])
    mine = registration.register(workshop, user=cast.lamai)
    registration.cancel(first, by=first.user)
    assert mine.status is OFFERED
    old = offers.tokens_of([mine])[mine.id]
    until = mine.offer_expires_at
    taken = swap(mine, ked, cast)
    assert (taken.status, taken.offer_expires_at) == (OFFERED, until)
    assert (mine.status, mine.offer_expires_at) == (CANCELLED, None)
    assert became(old) is Move.HANDED_ON
    token = offers.tokens_of([taken])[taken.id]
    assert token in mails(ked)[-1].text
    assert became(token) is None
    assert offers.accept(taken).status is CONFIRMED


def test_an_offer_whose_time_is_over_cannot_be_handed_on(app, make_workshop, make_people, ked, cast):
    workshop = make_workshop(capacity=1, offer_hours=1)
    first = registration.register(workshop, user=make_people(1)[0])
    mine = registration.register(workshop, user=cast.lamai)
    registration.cancel(first, by=first.user)
    db.session.commit()
    clock.start_at(clock.now() + timedelta(hours=1), still=True)
    with pytest.raises(teams.NothingToHandOn):
        swap(mine, ked, cast)


def test_the_maximum_of_the_agency_is_no_hindrance_for_the_number_stays(app, make_workshop, ked, cast):
    workshop = make_workshop(per_agency=1)
    mine = registration.register(workshop, user=cast.lamai)
    assert swap(mine, ked, cast).status is CONFIRMED


def test_an_overfull_workshop_lets_seats_be_handed_on_too(app, seat, ked, cast):
    seat.workshop.capacity = 0
    assert swap(seat, ked, cast).status is CONFIRMED


def test_a_window_that_is_shut_is_no_hindrance(app, seat, ked, cast, clock_at):
    clock_at("2023-02-19T12:00:00+07:00")
    assert swap(seat, ked, cast).status is CONFIRMED


def test_an_invited_colleague_may_take_the_seat(app, seat, cast, kinds):
    guest = invitations.invite(email="g@demo.example", name="แขก", agency=cast.agency, by=cast.mali)
    assert swap(seat, guest, cast).status is CONFIRMED
    assert kinds(guest) == ["accounts.invited", "registered"]


def refused(kind, seat, to, cast, **given):
    db.session.commit()
    state = (seat.status, seat.arrival)
    with pytest.raises(kind) as no:
        swap(seat, to, cast, **given)
    db.session.rollback()
    db.session.refresh(seat)
    assert (seat.status, seat.arrival) == state
    return str(no.value)


def test_nobody_of_another_agency_takes_the_seat(app, seat, make_people, cast):
    [stranger] = make_people(1)
    assert "หน่วยงานเดียวกัน" in refused(teams.OtherAgency, seat, stranger, cast)
    refused(teams.OtherAgency, seat, stranger, cast, by=cast.orn)


@pytest.mark.parametrize("by", ["sakda", "lamai", "wit"])
def test_only_the_agencys_coordinator_or_an_organizer_hands_on(app, seat, ked, cast, by):
    refused(teams.OtherAgency, seat, ked, cast, by=getattr(cast, by))


def test_a_colleague_who_has_a_seat_cannot_take_a_second_one(app, make_workshop, ked, cast):
    workshop = make_workshop()
    mine = registration.register(workshop, user=cast.lamai)
    registration.register(workshop, user=ked)
    assert "ลงทะเบียนงานนี้ไว้แล้ว" in refused(teams.HasPlace, mine, ked, cast)
    refused(teams.HasPlace, mine, cast.lamai, cast)


def test_who_waits_cannot_take_another_place_to_wait(app, make_workshop, make_people, ked, cast):
    workshop = make_workshop(capacity=0)
    mine = registration.register(workshop, user=cast.lamai)
    registration.register(workshop, user=ked)
    refused(teams.HasPlace, mine, ked, cast)


def test_a_colleague_who_may_not_register_is_refused_with_the_reason(app, seat, ked, cast):
    ked.approved_at = None
    db.session.commit()
    refused(eligibility.NotApproved, seat, ked, cast)


def test_a_colleague_whose_account_is_shut_is_refused(app, seat, ked, cast):
    ked.disabled_at = clock.now()
    db.session.commit()
    refused(teams.NotOfAgency, seat, ked, cast)


def test_what_was_cancelled_cannot_be_handed_on(app, seat, ked, cast):
    registration.cancel(seat, by=cast.lamai)
    db.session.commit()
    refused(teams.NothingToHandOn, seat, ked, cast)


def test_what_went_to_one_colleague_cannot_go_to_a_second(app, seat, ked, cast):
    swap(seat, ked, cast)
    refused(teams.NothingToHandOn, seat, cast.mali, cast)


def test_a_workshop_that_is_cancelled_has_no_seats_to_hand_on(app, seat, ked, cast):
    seat.workshop.status = WorkshopStatus.CANCELLED
    db.session.commit()
    refused(eligibility.WorkshopCancelled, seat, ked, cast)


def test_once_it_began_only_an_organizer_hands_on(app, seat, ked, cast, clock_at):
    clock_at(BEGUN)
    assert "แจ้งผู้จัด" in refused(teams.TooLateToHandOn, seat, ked, cast)
    assert swap(seat, ked, cast, by=cast.orn).status is CONFIRMED


def test_once_attendance_is_marked_only_an_organizer_hands_on(app, seat, ked, cast):
    session = seat.workshop.sessions[0]
    roll.mark(seat, session, state=AttendanceState.EXCUSED, by=cast.orn, how="roster")
    db.session.commit()
    refused(teams.TooLateToHandOn, seat, ked, cast)
    assert swap(seat, ked, cast, by=cast.orn).status is CONFIRMED


def test_a_seat_handed_on_is_passed_to_nobody_else(app, seat, ked, cast):
    swap(seat, ked, cast)
    assert passing.pass_on(registration.hold(seat.workshop)) == []
