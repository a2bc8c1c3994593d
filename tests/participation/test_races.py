"""Many at once, each with a thread, a session and a connection of its own: no seat twice, nobody lost, the queue in order."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation import registration, terms
from portal.participation.models import Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import Workshop

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED

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
