"""Many at once, each with a thread, a session and a connection of its own: no seat twice, nobody lost, the queue in order."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.mail.models import OutboxMessage
from portal.participation import offers, registration, seats, terms
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.participation.queue import chosen
from portal.programme.models import Workshop

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED
OFFERED = RegistrationStatus.OFFERED

pytestmark = pytest.mark.both_databases


def at_once(app: Flask, jobs: Iterable[Callable[[], Any]]) -> None:
    """Run all jobs in parallel, each in its own transaction, all starting together; the first error is raised."""
    db.session.commit()
    jobs = list(jobs)
    start = threading.Barrier(len(jobs))
    errors: list[BaseException] = []

    def run(job: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                start.wait(timeout=30)
                job()
                db.session.commit()
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]
    db.session.expire_all()


def registers(workshop_id: int, user_id: int) -> Callable[[], Any]:
    return lambda: registration.register(
        db.session.get_one(Workshop, workshop_id), user=db.session.get_one(User, user_id)
    )


def cancels(registration_id: int) -> Callable[[], Any]:
    def job() -> None:
        row = db.session.get_one(Registration, registration_id)
        registration.cancel(row, by=row.user)

    return job


def answers(registration_id: int, answer: Callable[..., Any]) -> Callable[[], Any]:
    """What is refused, since another was faster, is no fault."""

    def job() -> None:
        try:
            answer(db.session.get_one(Registration, registration_id))
        except Refused:
            db.session.rollback()

    return job


def expires(workshop_id: int) -> Callable[[], Any]:
    return lambda: offers.expire(db.session.get_one(Workshop, workshop_id))


def changes(workshop_id: int, by_id: int, **new: Any) -> Callable[[], Any]:
    def job() -> None:
        workshop = db.session.get_one(Workshop, workshop_id)
        settings = vars(terms.of(workshop)) | new
        terms.change(workshop, terms.Terms(**settings), by=db.session.get_one(User, by_id))

    return job


def in_order(workshop: Workshop) -> list[Registration]:
    return list(
        db.session.scalars(
            select(Registration).where(Registration.workshop_id == workshop.id).order_by(Registration.arrival)
        )
    )


def test_forty_people_for_ten_seats(app, make_workshop, make_people):
    workshop, people = make_workshop(capacity=10), make_people(40)
    at_once(app, [registers(workshop.id, person.id) for person in people])
    rows = in_order(workshop)
    assert [row.arrival for row in rows] == list(range(1, 41))
    assert [row.status for row in rows] == [CONFIRMED] * 10 + [WAITLISTED] * 30
    assert {row.user_id for row in rows} == {person.id for person in people}
    assert Counter(db.session.scalars(select(OutboxMessage.kind))) == {
        "participation.registered": 10,
        "participation.waitlisted": 30,
    }


def test_an_agency_never_gets_more_than_its_maximum(app, make_workshop, make_people):
    workshop, people = make_workshop(capacity=20, per_agency=3), make_people(24, agencies=4)
    at_once(app, [registers(workshop.id, person.id) for person in people])
    rows = in_order(workshop)
    held = Counter(row.agency_id for row in rows if row.status is CONFIRMED)
    assert sorted(held.values()) == [3, 3, 3, 3]
    assert [row.arrival for row in rows] == list(range(1, 25))


def test_one_person_in_eight_tabs_at_once_is_registered_once(app, make_workshop, cast):
    workshop = make_workshop(capacity=10)
    at_once(app, [registers(workshop.id, cast.lamai.id)] * 8)
    [row] = in_order(workshop)
    assert (row.status, row.arrival, row.sequence) == (CONFIRMED, 1, 0)
    assert len(db.session.scalars(select(RegistrationMove)).all()) == 1
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1


def test_two_who_cancel_at_once_make_room_for_exactly_two(app, make_workshop, make_people):
    workshop, people = make_workshop(capacity=2), make_people(5)
    rows = [registration.register(workshop, user=person) for person in people]
    at_once(app, [cancels(rows[0].id), cancels(rows[1].id)])
    assert [row.status for row in in_order(workshop)] == [
        CANCELLED,
        CANCELLED,
        CONFIRMED,
        CONFIRMED,
        WAITLISTED,
    ]


def test_one_seat_cancelled_eight_times_at_once_frees_one_seat(app, make_workshop, make_people):
    workshop, people = make_workshop(capacity=1), make_people(4)
    rows = [registration.register(workshop, user=person) for person in people]
    at_once(app, [cancels(rows[0].id)] * 8)
    assert [row.status for row in in_order(workshop)] == [CANCELLED, CONFIRMED, WAITLISTED, WAITLISTED]


def test_a_mixed_rush_ends_with_every_seat_taken_and_the_queue_in_order(
    app, make_workshop, make_people, cast
):
    workshop, people = make_workshop(capacity=6, per_agency=3), make_people(30, agencies=10)
    early = [registration.register(workshop, user=person) for person in people[:12]]
    jobs = [registers(workshop.id, person.id) for person in people[12:]]
    jobs += [cancels(row.id) for row in early[:8]]
    jobs += [changes(workshop.id, cast.orn.id, capacity=9), changes(workshop.id, cast.orn.id, capacity=7)]
    at_once(app, jobs)
    db.session.refresh(workshop)
    rows = in_order(workshop)
    assert len(rows) == 30
    assert len({row.arrival for row in rows}) == 30
    seated = [row for row in rows if row.status is CONFIRMED]
    held = Counter(row.agency_id for row in seated)
    blocked = {agency for agency, count in held.items() if count >= 3}
    waiting = [row for row in rows if row.status is WAITLISTED and row.agency_id not in blocked]
    assert workshop.capacity in (7, 9)
    assert workshop.capacity <= len(seated) <= 9
    assert max(held.values()) <= 3
    assert waiting


def offered(workshop: Workshop, people: list[User], by: User) -> list[Registration]:
    """All registered for no seat at all; then there are so many, each offered for a day."""
    rows = [registration.register(workshop, user=person) for person in people]
    settings = vars(terms.of(workshop)) | {"capacity": 2, "offer_hours": 24}
    assert terms.change(workshop, terms.Terms(**settings), by=by) == rows[:2]
    db.session.commit()
    return rows


def moves_of(row: Registration) -> list[Move]:
    found = select(RegistrationMove.move).where(RegistrationMove.registration_id == row.id)
    return list(db.session.scalars(found.order_by(RegistrationMove.id)))


def test_two_who_decline_at_once_offer_exactly_two_seats_on(app, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=0)
    rows = offered(workshop, make_people(6), cast.orn)
    at_once(app, [answers(row.id, offers.decline) for row in rows[:2] for _ in range(4)])
    states = [row.status for row in in_order(workshop)]
    assert states == [CANCELLED, CANCELLED, OFFERED, OFFERED, WAITLISTED, WAITLISTED]


def test_one_offer_answered_both_ways_at_once_has_one_answer(app, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=0)
    rows = offered(workshop, make_people(4), cast.orn)
    at_once(app, [answers(rows[0].id, answer) for answer in (offers.accept, offers.decline) * 4])
    first, _second, third, last = in_order(workshop)
    assert moves_of(first)[2:] in ([Move.ACCEPTED], [Move.DECLINED])
    assert third.status is (WAITLISTED if first.status is CONFIRMED else OFFERED)
    assert last.status is WAITLISTED


def test_an_offer_that_ends_while_it_is_accepted_is_over_for_all(
    app, make_workshop, make_people, cast, clock_at
):
    workshop = make_workshop(capacity=0)
    rows = offered(workshop, make_people(5), cast.orn)
    clock_at("2023-02-14T09:00:00+07:00")
    jobs = [answers(row.id, offers.accept) for row in rows[:2] for _ in range(3)]
    at_once(app, [*jobs, *[expires(workshop.id)] * 3])
    states = [row.status for row in in_order(workshop)]
    assert states == [CANCELLED, CANCELLED, OFFERED, OFFERED, WAITLISTED]
    assert [moves_of(row)[-1] for row in rows[:2]] == [Move.EXPIRED] * 2


def test_sweeps_on_several_nodes_give_each_seat_once(app, make_workshop, make_people):
    one, other = make_workshop("one", capacity=0), make_workshop("other", capacity=0)
    people = make_people(6)
    for workshop in (one, other):
        for person in people:
            registration.register(workshop, user=person)
        workshop.capacity = 3
    at_once(app, [registration.sweep] * 6)
    for workshop in (one, other):
        assert [row.status for row in in_order(workshop)] == [CONFIRMED] * 3 + [WAITLISTED] * 3
    assert Counter(db.session.scalars(select(OutboxMessage.kind)))["participation.promoted"] == 6


def test_seats_kept_for_others_stay_kept_in_a_rush(app, make_workshop, make_people):
    until = clock.now() + timedelta(days=1)
    workshop = make_workshop(capacity=8, guaranteed=1, guaranteed_until=until)
    many, few = make_people(12, agencies=1), make_people(4)
    at_once(app, [registers(workshop.id, person.id) for person in [*many, *few]])
    held = Counter(row.agency_id for row in in_order(workshop) if row.status is CONFIRMED)
    assert sorted(held.values()) == [1, 1, 1, 1, 4]


def test_a_storm_of_everything_at_once_leaves_seats_order_and_ledger_whole(
    app, make_workshop, make_people, cast
):
    until = clock.now() + timedelta(days=1)
    workshop = make_workshop(capacity=6, per_agency=4, guaranteed=1, guaranteed_until=until, offer_hours=24)
    people = make_people(30, agencies=6)
    early = [registration.register(workshop, user=person) for person in people[:14]]
    registration.cancel(early[0], by=people[0])
    registration.cancel(early[1], by=people[1])
    db.session.commit()
    standing = [row.id for row in early if row.status is OFFERED]
    assert standing
    jobs = [registers(workshop.id, person.id) for person in people[14:]]
    jobs += [cancels(row.id) for row in early[2:7]]
    jobs += [answers(one, answer) for one in standing for answer in (offers.accept, offers.decline)]
    jobs += [changes(workshop.id, cast.orn.id, capacity=seats_now) for seats_now in (8, 10, 9)]
    jobs += [expires(workshop.id), registration.sweep]
    at_once(app, jobs)
    rows = in_order(workshop)
    db.session.refresh(workshop)
    rule, taken = seats.rule_of(workshop), seats.taken_in(workshop)
    assert len({row.user_id for row in rows}) == len({row.arrival for row in rows}) == len(rows) == 30
    assert taken.total <= 10
    assert max(taken.by_agency.values()) <= 4
    assert chosen(seats.line_of(workshop), rule, taken) == []
    for row in rows:
        last = moves_of(row)[-1]
        assert STANDS_AFTER.get(last, CANCELLED) is row.status
        assert len(moves_of(row)) == row.sequence + 1


STANDS_AFTER = {
    Move.REGISTERED: CONFIRMED,
    Move.PROMOTED: CONFIRMED,
    Move.ACCEPTED: CONFIRMED,
    Move.OFFERED: OFFERED,
    Move.WAITLISTED: WAITLISTED,
}
