"""Seats offered for a while: made, taken, declined, expired, passed on; one test for each way out, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.core import tokens
from portal.core.db import db
from portal.participation import offers, passing, registration, seats
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import Workshop, WorkshopStatus
from tests.rows import once

CONFIRMED = RegistrationStatus.CONFIRMED
OFFERED = RegistrationStatus.OFFERED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED

ENDS = "2023-02-14T09:00:00+07:00"  # twenty-four hours after the moment of all tests
JUST_BEFORE = "2023-02-14T08:59:59+07:00"

pytestmark = pytest.mark.both_databases


@pytest.fixture
def workshop(make_workshop):
    """One seat, a day to confirm."""
    return make_workshop(capacity=1, offer_hours=24)


@pytest.fixture
@once
def rows(workshop, make_people):
    """Four registered in this order; the first gave the seat back, so the second is offered it."""
    rows = [registration.register(workshop, user=person) for person in make_people(4)]
    registration.cancel(rows[0], by=rows[0].user)
    db.session.commit()
    return rows


def states(rows):
    return [db.session.get_one(Registration, row.id).status for row in rows]


def link(row):
    """What the mail of the offer carried."""
    return offers.tokens_of([row])[row.id]


def became(token):
    found = offers.read(token)
    assert found is not None
    return found.became


def last_by(row):
    moves = select(RegistrationMove.by_id).where(RegistrationMove.registration_id == row.id)
    return db.session.scalars(moves.order_by(RegistrationMove.id.desc())).first()


def test_a_free_seat_is_offered_and_taken_until_the_answer(rows, workshop, kinds, ledger, mails):
    assert states(rows) == [CANCELLED, OFFERED, WAITLISTED, WAITLISTED]
    assert rows[1].offer_expires_at == datetime.fromisoformat(ENDS).astimezone(UTC)
    assert ledger(rows[1]) == [Move.WAITLISTED, Move.OFFERED]
    assert kinds(rows[1].user) == ["waitlisted", "offered"]
    assert "14 ก.พ. 2566 09:00 น." in mails(rows[1].user)[-1].subject
    assert mails(rows[1].user)[-1].calendar is None
    counted = seats.seats(workshop)
    assert (counted.confirmed, counted.offered, counted.left, counted.waiting) == (0, 1, 0, 2)
    assert seats.position(rows[2]) == 1


def test_who_comes_while_a_seat_is_offered_waits(rows, workshop, make_people):
    assert registration.register(workshop, user=make_people(1)[0]).status is WAITLISTED


def test_a_seat_that_nobody_waits_for_needs_no_confirmation(workshop, cast):
    assert registration.register(workshop, user=cast.lamai).status is CONFIRMED


def test_an_offer_counts_for_the_maximum_of_its_agency(make_workshop, make_people):
    workshop = make_workshop(capacity=1, per_agency=1, offer_hours=24)
    first, same, later, other = make_people(1) + make_people(2, agencies=1) + make_people(1)
    rows = [registration.register(workshop, user=one) for one in (first, same, later, other)]
    workshop.capacity = 3
    registration.promote_from_waitlist(workshop)
    assert states(rows) == [CONFIRMED, OFFERED, WAITLISTED, OFFERED]


def test_accepting_gives_the_seat_with_the_invitation(rows, kinds, mails, ledger):
    offers.accept(rows[1])
    db.session.commit()
    assert states(rows) == [CANCELLED, CONFIRMED, WAITLISTED, WAITLISTED]
    assert rows[1].offer_expires_at is None
    assert ledger(rows[1]) == [Move.WAITLISTED, Move.OFFERED, Move.ACCEPTED]
    assert last_by(rows[1]) == rows[1].user_id
    assert kinds(rows[1].user) == ["waitlisted", "offered", "registered"]
    assert mails(rows[1].user)[-1].calendar_method == "REQUEST"


def test_accepting_twice_does_nothing_the_second_time(rows, kinds, ledger):
    offers.accept(rows[1])
    offers.accept(rows[1])
    assert ledger(rows[1])[-2:] == [Move.OFFERED, Move.ACCEPTED]
    assert kinds(rows[1].user).count("registered") == 1


def test_declining_passes_the_seat_to_the_next(rows, kinds, ledger):
    offers.decline(rows[1], by=rows[1].user)
    db.session.commit()
    assert states(rows) == [CANCELLED, CANCELLED, OFFERED, WAITLISTED]
    assert ledger(rows[1])[-1] is Move.DECLINED
    assert kinds(rows[1].user) == ["waitlisted", "offered", "left_queue"]
    assert kinds(rows[2].user) == ["waitlisted", "offered"]


def test_declining_twice_passes_one_seat_on(rows):
    offers.decline(rows[1])
    offers.decline(rows[1])
    assert states(rows) == [CANCELLED, CANCELLED, OFFERED, WAITLISTED]


def test_the_ledger_says_who_answered_for_somebody_else(rows, cast):
    offers.accept(rows[1], by=cast.orn)
    assert last_by(rows[1]) == cast.orn.id


def test_a_second_before_its_end_an_offer_stands(rows, clock_at):
    clock_at(JUST_BEFORE)
    assert offers.due() == []
    assert offers.accept(rows[1]).status is CONFIRMED


@pytest.mark.parametrize("answer", [offers.accept, offers.decline])
def test_in_the_second_of_its_end_an_offer_has_ended(rows, clock_at, answer):
    clock_at(ENDS)
    with pytest.raises(offers.OfferExpired):
        answer(rows[1])


def test_an_overdue_offer_leaves_the_queue_and_the_seat_goes_on(
    rows, workshop, clock_at, kinds, ledger, mails
):
    clock_at(ENDS)
    assert offers.due() == [workshop.id]
    assert offers.expire(workshop) == 1
    db.session.commit()
    assert states(rows) == [CANCELLED, CANCELLED, OFFERED, WAITLISTED]
    assert ledger(rows[1])[-1] is Move.EXPIRED
    assert last_by(rows[1]) is None
    assert kinds(rows[1].user) == ["waitlisted", "offered", "offer_expired"]
    assert "ลงทะเบียนใหม่ได้ที่หน้างานอบรม" in mails(rows[1].user)[-1].text
    assert (offers.due(), offers.expire(workshop)) == ([], 0)


def end_overdue() -> int:
    return sum(offers.expire(db.session.get_one(Workshop, one)) for one in offers.due())


def test_the_job_ends_what_is_overdue_in_every_workshop(rows, make_workshop, make_people, clock_at):
    other = make_workshop("other", capacity=1, offer_hours=1)
    there = [registration.register(other, user=person) for person in make_people(3)]
    registration.cancel(there[0], by=there[0].user)
    db.session.commit()
    clock_at("2023-02-13T10:00:00+07:00")
    assert end_overdue() == 1
    assert states(there) == [CANCELLED, CANCELLED, OFFERED]
    clock_at(ENDS)
    assert end_overdue() == 2


def test_whoever_counts_ends_overdue_offers_first(rows, workshop, make_people, clock_at):
    clock_at(ENDS)
    late = registration.register(workshop, user=make_people(1)[0])
    assert late.status is WAITLISTED
    assert states(rows) == [CANCELLED, CANCELLED, OFFERED, WAITLISTED]
    assert [seats.position(one) for one in (rows[3], late)] == [1, 2]


def test_who_let_an_offer_expire_may_register_again_at_the_end(rows, workshop, clock_at):
    clock_at(ENDS)
    again = registration.register(workshop, user=rows[1].user)
    assert (again.status, again.arrival) == (WAITLISTED, 5)


def test_when_registration_has_closed_the_mail_promises_nothing(rows, workshop, clock_at, mails):
    clock_at("2023-02-18T09:00:00+07:00")
    offers.expire(workshop)
    assert "ลงทะเบียนใหม่" not in mails(rows[1].user)[-1].text


def test_pressing_register_while_a_seat_is_offered_changes_nothing(rows, workshop, kinds):
    assert registration.register(workshop, user=rows[1].user) is rows[1]
    assert rows[1].status is OFFERED
    assert kinds(rows[1].user) == ["waitlisted", "offered"]


def test_cancelling_an_offered_place_passes_it_on(rows, ledger, kinds):
    registration.cancel(rows[1], by=rows[1].user)
    assert states(rows) == [CANCELLED, CANCELLED, OFFERED, WAITLISTED]
    assert ledger(rows[1])[-1] is Move.CANCELLED
    assert kinds(rows[1].user)[-1] == "left_queue"
    with pytest.raises(offers.OfferIsOver):
        offers.accept(rows[1])


def test_what_was_declined_cannot_be_accepted_and_the_other_way_round(rows):
    offers.decline(rows[1])
    with pytest.raises(offers.OfferIsOver) as no:
        offers.accept(rows[1])
    assert no.value.move is Move.DECLINED
    offers.accept(rows[2])
    with pytest.raises(offers.OfferIsOver) as no:
        offers.decline(rows[2])
    assert no.value.move is Move.ACCEPTED


def test_who_waits_has_nothing_to_accept(rows):
    with pytest.raises(offers.OfferIsOver):
        offers.accept(rows[3])


def test_the_link_of_an_old_offer_answers_no_new_one(rows, workshop, clock_at):
    old = offers.read(link(rows[1]))
    assert old is not None
    offers.decline(rows[1])
    registration.register(workshop, user=rows[1].user)
    for row in rows[2:]:
        offers.decline(row)
    assert rows[1].status is OFFERED
    with pytest.raises(offers.OfferIsOver):
        offers.accept(rows[1], offer=old.id)
    assert offers.decline(rows[1], offer=old.id).status is OFFERED
    now = offers.read(link(rows[1]))
    assert now is not None
    assert offers.accept(rows[1], offer=now.id).status is CONFIRMED


def test_a_cancelled_workshop_has_no_seat_to_confirm_and_its_offers_rest(rows, workshop, clock_at):
    workshop.status = WorkshopStatus.CANCELLED
    db.session.commit()
    with pytest.raises(offers.WorkshopIsOff):
        offers.accept(rows[1])
    clock_at(ENDS)
    assert offers.due() == []
    assert offers.expire(workshop) == 0
    workshop.status = WorkshopStatus.PUBLISHED
    db.session.commit()
    assert offers.expire(workshop) == 1


def test_a_closed_workshop_still_ends_offers_and_passes_seats_on(rows, workshop, clock_at):
    workshop.status = WorkshopStatus.CLOSED
    db.session.commit()
    clock_at(ENDS)
    assert offers.expire(workshop) == 1
    assert states(rows) == [CANCELLED, CANCELLED, OFFERED, WAITLISTED]


def test_no_offer_outlives_the_beginning_of_the_workshop(rows, workshop, clock_at):
    clock_at("2023-02-19T20:00:00+07:00")
    offers.expire(workshop)
    assert rows[2].offer_expires_at == datetime.fromisoformat("2023-02-20T00:00:00+07:00").astimezone(UTC)


def test_in_its_days_a_seat_is_given_at_once(rows, workshop, clock_at):
    clock_at("2023-02-20T08:00:00+07:00")
    offers.expire(workshop)
    assert states(rows) == [CANCELLED, CANCELLED, CONFIRMED, WAITLISTED]


def test_a_lowered_capacity_takes_no_offer_back(rows, workshop):
    workshop.capacity = 0
    assert registration.promote_from_waitlist(workshop) == []
    assert seats.seats(workshop).over == 1
    assert offers.accept(rows[1]).status is CONFIRMED


def test_a_link_names_its_offer_and_what_became_of_it(rows, clock_at):
    token = link(rows[1])
    found = offers.read(token)
    assert found is not None
    assert (found.registration.id, found.became) == (rows[1].id, None)
    clock_at(ENDS)
    assert became(token) is Move.EXPIRED
    clock_at(JUST_BEFORE)
    offers.accept(rows[1])
    assert became(token) is Move.ACCEPTED
    registration.cancel(rows[1], by=rows[1].user)
    assert became(token) is Move.ACCEPTED


def test_links_that_are_not_ours_name_nothing(rows):
    good = link(rows[1])
    forged = [good[:-2], good + "x", "", "none", tokens.sign("reset-password", [rows[1].code, 1])]
    forged += [tokens.sign(passing.OFFER, what) for what in ("ab", [rows[1].code, 10**9], [rows[2].code, 1])]
    forged += [tokens.sign(passing.OFFER, what) for what in (7, None, [rows[1].code], ["NOBODY22", 1])]
    assert [offers.read(token) for token in forged] == [None] * len(forged)


def test_the_sweep_offers_what_was_freed_behind_the_rules(rows, workshop):
    workshop.capacity = 2
    db.session.commit()
    assert registration.sweep() == 1
    assert states(rows) == [CANCELLED, OFFERED, OFFERED, WAITLISTED]
    assert registration.sweep() == 0


def test_the_sweep_gives_out_what_was_kept_once_its_date_is_past(make_workshop, make_people, clock_at):
    until = datetime.fromisoformat("2023-02-15T12:00:00+07:00")
    workshop = make_workshop(capacity=2, guaranteed=1, guaranteed_until=until)
    same = make_people(3, agencies=1)
    make_people(1)
    rows = [registration.register(workshop, user=person) for person in same]
    db.session.commit()
    assert states(rows) == [CONFIRMED, WAITLISTED, WAITLISTED]
    assert registration.sweep() == 0
    clock_at("2023-02-15T12:00:00+07:00")
    assert registration.sweep() == 1
    assert states(rows) == [CONFIRMED, CONFIRMED, WAITLISTED]


def test_somebody_taken_out_of_the_queue_reads_why(rows, cast, mails, ledger):
    registration.take_out(rows[2], by=cast.orn, why="ลงทะเบียนซ้ำ")
    assert states(rows) == [CANCELLED, OFFERED, CANCELLED, WAITLISTED]
    assert "เหตุผล: ลงทะเบียนซ้ำ" in mails(rows[2].user)[-1].text
    registration.take_out(rows[1], by=cast.orn, why="ขอถอน")
    assert states(rows) == [CANCELLED, CANCELLED, CANCELLED, OFFERED]
    offers.accept(rows[3])
    with pytest.raises(registration.HasSeat):
        registration.take_out(rows[3], by=cast.orn, why="ผิดคน")
    assert rows[3].status is CONFIRMED
