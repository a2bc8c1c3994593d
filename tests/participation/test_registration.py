"""Seats given, queued for, given back and passed on: one test for each way out of each rule, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation import eligibility, registration, seats
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests.participation.conftest import passed

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED

pytestmark = pytest.mark.both_databases


def register_all(workshop, people):
    rows = [registration.register(workshop, user=person) for person in people]
    db.session.commit()
    return rows


def test_a_free_seat_is_yours_with_ledger_and_invitation(make_workshop, cast, mails, ledger):
    workshop = make_workshop()
    mine = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    assert (mine.status, mine.arrival, mine.sequence) == (CONFIRMED, 1, 0)
    assert mine.agency_id == cast.agency.id
    assert ledger(mine) == [Move.REGISTERED]
    [mail] = mails()
    assert (mail.kind, mail.to_email, mail.calendar_method) == (
        "participation.registered",
        "lamai@demo.example",
        "REQUEST",
    )


def test_registering_twice_gives_the_same_registration_and_no_second_mail(make_workshop, cast, mails, ledger):
    workshop = make_workshop()
    first = registration.register(workshop, user=cast.lamai)
    again = registration.register(workshop, user=cast.lamai)
    assert again is first
    assert len(mails()) == 1
    assert ledger(first) == [Move.REGISTERED]


def test_who_is_registered_gets_that_back_even_after_the_window_closed(make_workshop, cast, clock_at):
    workshop = make_workshop()
    first = registration.register(workshop, user=cast.lamai)
    clock_at("2023-02-18T09:00:00+07:00")
    assert registration.register(workshop, user=cast.lamai) is first


def test_who_is_not_eligible_is_refused_and_leaves_nothing(make_workshop, cast, mails):
    with pytest.raises(eligibility.NoPassedEntry):
        registration.register(make_workshop(), user=cast.sakda)
    db.session.commit()
    assert db.session.scalars(select(Registration)).all() == []
    assert mails() == []


def test_a_full_workshop_puts_you_in_the_queue(make_workshop, make_people, kinds, ledger):
    workshop = make_workshop(capacity=1)
    first, second, third = register_all(workshop, make_people(3))
    assert (first.status, second.status, third.status) == (CONFIRMED, WAITLISTED, WAITLISTED)
    assert [seats.position(row) for row in (first, second, third)] == [0, 1, 2]
    assert ledger(second) == [Move.WAITLISTED]
    assert kinds(second.user) == ["waitlisted"]


def test_a_workshop_without_a_number_of_seats_takes_everybody(make_workshop, make_people):
    rows = register_all(make_workshop(capacity=None), make_people(12))
    assert {row.status for row in rows} == {CONFIRMED}


def test_no_seat_at_all_means_a_queue(make_workshop, cast):
    assert registration.register(make_workshop(capacity=0), user=cast.lamai).status is WAITLISTED


def test_an_agency_at_its_maximum_waits_and_others_pass_it(make_workshop, make_people):
    workshop = make_workshop(capacity=3, per_agency=1)
    same = make_people(2, agencies=1)
    other = make_people(1)
    rows = register_all(workshop, [*same, *other])
    assert [row.status for row in rows] == [CONFIRMED, WAITLISTED, CONFIRMED]


def test_who_waits_before_you_goes_first_when_seats_were_added_behind_the_rules(make_workshop, make_people):
    workshop = make_workshop(capacity=1)
    one, two, three = make_people(3)
    waiting = register_all(workshop, [one, two])[1]
    workshop.capacity = (
        2  # a restored backup, a changed file: whoever comes next finds a free seat and a queue
    )
    db.session.commit()
    late = registration.register(workshop, user=three)
    assert late.status is WAITLISTED
    assert waiting.status is CONFIRMED


def test_cancelling_frees_the_seat_for_the_next_and_mails_both(
    make_workshop, make_people, kinds, mails, ledger
):
    workshop = make_workshop(capacity=1)
    first, second, third = register_all(workshop, make_people(3))
    registration.cancel(first, by=first.user, why="ติดราชการ")
    db.session.commit()
    assert (first.status, second.status, third.status) == (CANCELLED, CONFIRMED, WAITLISTED)
    assert kinds(first.user) == ["registered", "cancelled"]
    assert kinds(second.user) == ["waitlisted", "promoted"]
    assert mails(first.user)[-1].calendar_method == "CANCEL"
    assert mails(second.user)[-1].calendar_method == "REQUEST"
    assert ledger(second) == [Move.WAITLISTED, Move.PROMOTED]
    assert seats.position(third) == 1
    told = db.session.scalars(select(RegistrationMove).order_by(RegistrationMove.id)).all()
    assert (told[-2].move, told[-2].why, told[-2].by_id) == (Move.CANCELLED, "ติดราชการ", first.user_id)
    assert (told[-1].move, told[-1].by_id) == (Move.PROMOTED, None)


def test_leaving_the_queue_promotes_nobody_and_takes_back_no_meeting(
    make_workshop, make_people, kinds, mails
):
    workshop = make_workshop(capacity=1)
    first, second, third = register_all(workshop, make_people(3))
    registration.cancel(second, by=second.user)
    assert (first.status, third.status) == (CONFIRMED, WAITLISTED)
    assert kinds(second.user) == ["waitlisted", "left_queue"]
    assert mails(second.user)[-1].calendar is None
    assert kinds(third.user) == ["waitlisted"]


def test_cancelling_twice_does_nothing_the_second_time(make_workshop, make_people, kinds, ledger):
    workshop = make_workshop(capacity=1)
    first, second, third = register_all(workshop, make_people(3))
    registration.cancel(first, by=first.user)
    registration.cancel(first, by=first.user)
    assert ledger(first) == [Move.REGISTERED, Move.CANCELLED]
    assert (second.status, third.status) == (CONFIRMED, WAITLISTED)
    assert kinds(first.user) == ["registered", "cancelled"]


def test_promotion_skips_an_agency_at_its_maximum_in_order_of_arrival(make_workshop, make_people):
    workshop = make_workshop(capacity=2, per_agency=1)
    full, second_of_full = make_people(2, agencies=1)
    leaving, late, later = make_people(3)
    rows = register_all(workshop, [full, leaving, second_of_full, late, later])
    assert [row.status for row in rows] == [CONFIRMED, CONFIRMED, WAITLISTED, WAITLISTED, WAITLISTED]
    registration.cancel(rows[1], by=leaving)
    assert [row.status for row in rows] == [CONFIRMED, CANCELLED, WAITLISTED, CONFIRMED, WAITLISTED]


def test_a_colleague_who_cancels_makes_room_for_the_own_agency(make_workshop, make_people):
    workshop = make_workshop(capacity=5, per_agency=1)
    one, two = register_all(workshop, make_people(2, agencies=1))
    assert two.status is WAITLISTED
    registration.cancel(one, by=one.user)
    assert two.status is CONFIRMED


def test_one_raise_promotes_exactly_as_many_as_fit(make_workshop, make_people):
    workshop = make_workshop(capacity=1)
    rows = register_all(workshop, make_people(6))
    workshop.capacity = 4
    promoted = registration.promote_from_waitlist(workshop)
    assert promoted == rows[1:4]
    assert [row.status for row in rows] == [CONFIRMED] * 4 + [WAITLISTED] * 2
    assert registration.promote_from_waitlist(workshop) == []


def test_the_maximum_counts_within_one_promotion(make_workshop, make_people):
    workshop = make_workshop(capacity=0, per_agency=2)
    rows = register_all(workshop, make_people(5, agencies=1) + make_people(1))
    workshop.capacity = 10
    registration.promote_from_waitlist(workshop)
    assert [row.status for row in rows] == [
        CONFIRMED,
        CONFIRMED,
        WAITLISTED,
        WAITLISTED,
        WAITLISTED,
        CONFIRMED,
    ]


def test_taking_the_limit_away_promotes_everybody(make_workshop, make_people):
    workshop = make_workshop(capacity=1, per_agency=1)
    rows = register_all(workshop, make_people(5, agencies=2))
    workshop.capacity = workshop.per_agency = None
    registration.promote_from_waitlist(workshop)
    assert {row.status for row in rows} == {CONFIRMED}


def test_a_lowered_capacity_throws_nobody_out_and_gives_nothing_on(make_workshop, make_people):
    workshop = make_workshop(capacity=3)
    rows = register_all(workshop, make_people(4))
    workshop.capacity = 1
    assert registration.promote_from_waitlist(workshop) == []
    registration.cancel(rows[0], by=rows[0].user)
    assert [row.status for row in rows] == [CANCELLED, CONFIRMED, CONFIRMED, WAITLISTED]
    counted = seats.seats(workshop)
    assert (counted.left, counted.over, counted.is_full) == (0, 1, True)


def test_registering_again_goes_to_the_end(make_workshop, make_people, kinds, ledger):
    workshop = make_workshop(capacity=1)
    people = make_people(3)
    first, _, third = register_all(workshop, people)
    registration.cancel(first, by=people[0])
    again = registration.register(workshop, user=people[0])
    db.session.commit()
    assert again is first
    assert (again.status, again.arrival) == (WAITLISTED, 4)
    assert [seats.position(row) for row in (third, again)] == [1, 2]
    assert ledger(first) == [Move.REGISTERED, Move.CANCELLED, Move.WAITLISTED]
    assert kinds(people[0]) == ["registered", "cancelled", "waitlisted"]


def test_registering_again_into_a_free_seat_invites_anew_with_a_higher_sequence(make_workshop, cast, mails):
    workshop = make_workshop()
    mine = registration.register(workshop, user=cast.lamai)
    registration.cancel(mine, by=cast.lamai)
    registration.register(workshop, user=cast.lamai)
    assert (mine.status, mine.sequence) == (CONFIRMED, 2)
    assert [mail.calendar_method for mail in mails()] == ["REQUEST", "CANCEL", "REQUEST"]


def test_the_agency_is_that_of_the_moment_of_registering(make_workshop, cast, track):
    passed(cast.province, track)
    workshop = make_workshop()
    mine = registration.register(workshop, user=cast.lamai)
    cast.lamai.agency = cast.province
    db.session.commit()
    assert mine.agency_id == cast.agency.id
    registration.cancel(mine, by=cast.lamai)
    registration.register(workshop, user=cast.lamai)
    assert mine.agency_id == cast.province.id


def test_the_ledger_says_who_registered_somebody_else(make_workshop, cast):
    registration.register(make_workshop(), user=cast.lamai, by=cast.mali)
    assert db.session.scalars(select(RegistrationMove.by_id)).all() == [cast.mali.id]


def test_once_the_workshop_has_begun_only_an_organizer_cancels(make_workshop, cast, clock_at):
    mine = registration.register(make_workshop(), user=cast.lamai)
    db.session.commit()
    clock_at("2023-02-19T23:59:59+07:00")
    assert not registration.has_begun(mine.workshop)
    clock_at("2023-02-20T00:00:00+07:00")
    with pytest.raises(registration.TooLateToCancel):
        registration.cancel(mine, by=cast.lamai)
    assert mine.status is CONFIRMED
    registration.cancel(mine, by=cast.orn)
    assert mine.status is CANCELLED


def test_with_announced_hours_the_workshop_begins_at_its_hour(make_workshop, cast, clock_at):
    workshop = make_workshop()
    workshop.sessions[0].starts_at = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
    workshop.sessions[0].ends_at = datetime.fromisoformat("2023-02-20T16:00:00+07:00")
    db.session.commit()
    clock_at("2023-02-20T08:59:00+07:00")
    assert not registration.has_begun(workshop)
    clock_at("2023-02-20T09:00:00+07:00")
    assert registration.has_begun(workshop)


@pytest.mark.parametrize("status", [WorkshopStatus.DRAFT, WorkshopStatus.CANCELLED])
def test_a_workshop_that_is_not_held_promotes_nobody(make_workshop, make_people, status):
    workshop = make_workshop(capacity=1)
    rows = register_all(workshop, make_people(2))
    workshop.status = status
    registration.cancel(rows[0], by=rows[0].user)
    assert rows[1].status is WAITLISTED


def test_a_closed_workshop_still_passes_seats_on(make_workshop, make_people, clock_at):
    workshop = make_workshop(capacity=1)
    rows = register_all(workshop, make_people(2))
    workshop.status = WorkshopStatus.CLOSED
    db.session.commit()
    clock_at("2023-02-18T09:00:00+07:00")
    registration.cancel(rows[0], by=rows[0].user)
    assert rows[1].status is CONFIRMED


def test_after_the_last_day_nobody_is_promoted(make_workshop, make_people, cast, clock_at):
    workshop = make_workshop(capacity=1)
    rows = register_all(workshop, make_people(2))
    clock_at("2023-02-21T23:00:00+07:00")
    registration.cancel(rows[0], by=cast.orn)
    assert rows[1].status is CONFIRMED
    clock_at("2023-02-22T00:00:00+07:00")
    registration.cancel(rows[1], by=cast.orn)
    assert registration.promote_from_waitlist(workshop) == []


def test_one_person_has_one_row_for_a_workshop_by_constraint(make_workshop, cast):
    workshop = make_workshop()
    registration.register(workshop, user=cast.lamai)
    db.session.add(Registration(workshop=workshop, user=cast.lamai, status=WAITLISTED, arrival=2))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_mail_and_the_fact_stand_or_fall_together(make_workshop, cast):
    workshop = make_workshop()
    registration.register(workshop, user=cast.lamai)
    db.session.rollback()
    assert db.session.scalars(select(OutboxMessage)).all() == []
    assert registration.registration_of(workshop, cast.lamai) is None


def test_two_workshops_count_apart(make_workshop, make_people):
    people = make_people(2)
    one, other = make_workshop("one", capacity=1), make_workshop("other", capacity=1)
    register_all(one, people)
    rows = register_all(other, people[::-1])
    assert [(row.status, row.arrival) for row in rows] == [(CONFIRMED, 1), (WAITLISTED, 2)]
    counted = seats.of_many([one, other])
    assert [(counted[w.id].confirmed, counted[w.id].waiting) for w in (one, other)] == [(1, 1), (1, 1)]
