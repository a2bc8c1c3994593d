"""A storm of registering, cancelling and changed terms, replayed against a model that fits on one screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from portal.core.db import db
from portal.participation import registration, seats, terms
from portal.participation.models import RegistrationStatus

PEOPLE, AGENCIES = 9, 3
numbers = count()

step = st.one_of(
    st.tuples(st.just("register"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("cancel"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("capacity"), st.one_of(st.none(), st.integers(0, PEOPLE))),
    st.tuples(st.just("per_agency"), st.one_of(st.none(), st.integers(1, 4))),
)


@dataclass
class Model:
    """What should be: seats are given in order of arrival to whoever is not held up by the agency's maximum."""

    capacity: int | None
    per_agency: int | None
    seated: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)

    def fits(self, person: int) -> bool:
        colleagues = sum(other % AGENCIES == person % AGENCIES for other in self.seated)
        return (self.capacity is None or len(self.seated) < self.capacity) and (
            self.per_agency is None or colleagues < self.per_agency
        )

    def fill(self) -> None:
        for person in list(self.queue):
            if self.fits(person):
                self.queue.remove(person)
                self.seated.append(person)

    def take(self, kind: str, value: Any) -> None:
        if kind == "register" and value not in self.seated and value not in self.queue:
            self.queue.append(value)
        elif kind == "cancel":
            self.seated = [person for person in self.seated if person != value]
            self.queue = [person for person in self.queue if person != value]
        elif kind in ("capacity", "per_agency"):
            setattr(self, kind, value)
        self.fill()


@pytest.mark.both_databases
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    capacity=st.one_of(st.none(), st.integers(0, 5)),
    per_agency=st.one_of(st.none(), st.integers(1, 3)),
    steps=st.lists(step, max_size=20),
)
def test_seats_and_queue_are_always_as_the_rule_says(
    make_workshop,
    make_people,
    cast,
    capacity: int | None,
    per_agency: int | None,
    steps: Sequence[tuple[str, Any]],
) -> None:
    workshop = make_workshop(f"storm-{next(numbers)}", capacity=capacity, per_agency=per_agency)
    people = make_people(PEOPLE, agencies=AGENCIES)
    model = Model(capacity, per_agency)
    for kind, value in steps:
        play(workshop, people, cast.orn, kind, value)
        model.take(kind, value)
        db.session.commit()
        assert_is_as(workshop, people, model)


def play(workshop, people, organizer, kind, value):
    if kind == "register":
        registration.register(workshop, user=people[value])
    elif kind == "cancel":
        mine = registration.registration_of(workshop, people[value])
        if mine is not None:
            registration.cancel(mine, by=people[value])
    else:
        terms.change(workshop, terms.Terms(**(vars(terms.of(workshop)) | {kind: value})), by=organizer)


def assert_is_as(workshop, people, model):
    rows = [registration.registration_of(workshop, person) for person in people]
    of = {at: row for at, row in enumerate(rows) if row is not None}
    seated = {at for at, row in of.items() if row.status is RegistrationStatus.CONFIRMED}
    waiting = [at for at, row in of.items() if row.status is RegistrationStatus.WAITLISTED]
    assert seated == set(model.seated)
    assert sorted(waiting, key=lambda at: of[at].arrival) == model.queue
    assert [seats.position(of[at]) for at in model.queue] == list(range(1, len(model.queue) + 1))
    counted = seats.seats(workshop)
    assert (counted.confirmed, counted.waiting) == (len(model.seated), len(model.queue))
