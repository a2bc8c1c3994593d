"""A storm of registering, cancelling, answering offers, handing on, passing time and changed terms, replayed against a model on one screen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from sqlalchemy import select, update

from portal.awards.models import Entry
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.participation import offers, registration, seats, teams, terms
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus

PEOPLE, AGENCIES = 9, 3
START = datetime.fromisoformat("2023-02-13T09:00:00+07:00")
UNTIL = START + timedelta(hours=30)  # of every guarantee
BY_AGENCY = sorted(range(PEOPLE), key=lambda person: (person % AGENCIES, person))
numbers = count()

people = st.integers(0, PEOPLE - 1)
step = st.one_of(
    st.tuples(st.just("register"), people),
    st.tuples(st.just("register"), people),
    st.tuples(st.just("cancel"), people),
    st.tuples(st.just("accept"), people),
    st.tuples(st.just("accept"), people),
    st.tuples(st.just("decline"), people),
    st.tuples(st.just("swap"), st.tuples(people, st.integers(1, 2))),
    st.tuples(st.just("hours"), st.sampled_from((1, 9, 10, 24))),
    st.tuples(st.just("hours"), st.sampled_from((10, 24))),
    st.tuples(st.just("capacity"), st.one_of(st.none(), st.integers(0, PEOPLE))),
    st.tuples(st.just("per_agency"), st.one_of(st.none(), st.integers(1, 4))),
    st.tuples(st.just("guaranteed"), st.one_of(st.none(), st.integers(1, 3))),
    st.tuples(st.just("offer_hours"), st.sampled_from((0, 10, 24))),
)


def colleague(person: int, steps: int) -> int:
    """Somebody else of the same agency."""
    return (person + steps * AGENCIES) % PEOPLE


@dataclass
class Model:
    """What should be: one seat at a time to whoever is first in order and held back by nothing."""

    capacity: int | None
    per_agency: int | None
    guaranteed: int | None = None
    offer_hours: int = 0
    now: int = 0  # hours since the start
    seated: list[int] = field(default_factory=list)
    offered: dict[int, int] = field(default_factory=dict)  # until which hour
    queue: list[int] = field(default_factory=list)

    def held(self, agency: int) -> int:
        return sum(other % AGENCIES == agency for other in [*self.seated, *self.offered])

    def misses(self, agency: int) -> int:
        """How many guaranteed seats the agency has not."""
        if self.guaranteed is None or self.now >= 30:
            return 0
        share = self.guaranteed if self.per_agency is None else min(self.guaranteed, self.per_agency)
        return max(share - self.held(agency), 0)

    def line(self) -> list[int]:
        """Those for whom a guaranteed seat is missing first, then by arrival."""
        missing = {agency: self.misses(agency) for agency in range(AGENCIES)}
        first = []
        for person in self.queue:
            if missing[person % AGENCIES] > 0:
                missing[person % AGENCIES] -= 1
                first.append(person)
        return first + [person for person in self.queue if person not in first]

    def may_have_one(self, person: int) -> bool:
        agency = person % AGENCIES
        if self.per_agency is not None and self.held(agency) >= self.per_agency:
            return False
        if self.capacity is None:
            return True
        free = self.capacity - len(self.seated) - len(self.offered)
        kept = sum(self.misses(one) for one in range(AGENCIES))
        return free > 0 and (self.misses(agency) > 0 or free > kept)

    def fill(self, *, at_once: int | None = None) -> None:
        """Pass seats on; whoever came just now needs not confirm."""
        self.offered = {one: until for one, until in self.offered.items() if self.now < until}
        while (person := next(filter(self.may_have_one, self.line()), None)) is not None:
            self.queue.remove(person)
            if self.offer_hours and person != at_once:
                self.offered[person] = self.now + self.offer_hours
            else:
                self.seated.append(person)

    def leave(self, person: int) -> None:
        self.seated = [one for one in self.seated if one != person]
        self.offered.pop(person, None)
        self.queue = [one for one in self.queue if one != person]

    def stands(self, person: int) -> bool:
        return person in self.seated or person in self.offered or person in self.queue

    def take(self, kind: str, value: Any) -> None:
        self.fill()
        if kind == "register" and not self.stands(value):
            self.queue.append(value)
            return self.fill(at_once=value)
        if kind in ("cancel", "decline") and (kind == "cancel" or value in self.offered):
            self.leave(value)
        elif kind == "accept" and value in self.offered:
            self.offered.pop(value)
            self.seated.append(value)
        elif kind == "swap":
            self.hand_on(value[0], colleague(*value))
        elif kind == "hours":
            self.now += value
        elif kind in ("capacity", "per_agency", "guaranteed", "offer_hours"):
            self.change(kind, value)
        return self.fill()

    def change(self, kind: str, value: Any) -> None:
        wanted = {"per_agency": self.per_agency, "guaranteed": self.guaranteed} | {kind: value}
        if not (
            wanted["guaranteed"] and wanted["per_agency"] and wanted["guaranteed"] > wanted["per_agency"]
        ):
            setattr(self, kind, value)

    def hand_on(self, mine: int, to: int) -> None:
        """The colleague may wait already, if it is a seat that is handed on."""
        gives_way = to in self.queue and mine not in self.queue
        if not self.stands(mine) or (self.stands(to) and not gives_way):
            return
        self.queue = [one for one in self.queue if one != to]
        self.seated = [to if one == mine else one for one in self.seated]
        self.offered = {to if one == mine else one: until for one, until in self.offered.items()}
        self.queue = [to if one == mine else one for one in self.queue]


@pytest.mark.both_databases
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a storm smaller takes many minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    capacity=st.one_of(st.none(), st.integers(0, 4), st.integers(0, 4)),
    per_agency=st.one_of(st.none(), st.none(), st.integers(1, 3)),
    guaranteed=st.sampled_from((None, 1, 1, 2)),
    offer_hours=st.sampled_from((0, 10, 24)),
    first=st.one_of(st.just(BY_AGENCY), st.permutations(BY_AGENCY)),
    steps=st.lists(step, min_size=12, max_size=30),
)
def test_seats_and_queue_are_always_as_the_rule_says(
    make_workshop,
    make_people,
    cast,
    capacity: int | None,
    per_agency: int | None,
    guaranteed: int | None,
    offer_hours: int,
    first: Sequence[int],
    steps: Sequence[tuple[str, Any]],
) -> None:
    clock.start_at(START, still=True)
    forget_agencies()
    model = Model(capacity, per_agency, guaranteed, offer_hours)
    workshop = make_workshop(
        f"storm-{next(numbers)}",
        capacity=capacity,
        per_agency=per_agency,
        guaranteed=guaranteed,
        guaranteed_until=UNTIL if guaranteed else None,
        offer_hours=offer_hours,
        registration_closes_at=None,
        starts_on=date(2023, 4, 20),  # no storm lasts that long
        ends_on=date(2023, 4, 21),
    )
    crowd = make_people(PEOPLE, agencies=AGENCIES)
    for kind, value in [*(("register", person) for person in first[:6]), *steps]:
        play(workshop, crowd, cast.orn, kind, value)
        db.session.commit()
        model.take(kind, value)
        assert_is_as(workshop, crowd, model)
    assert_ledger_is_whole(workshop)


def forget_agencies():
    """Only the agencies of this example have passed stage 1: earlier ones would have seats kept for them."""
    db.session.execute(update(Entry).values(stage1_passed_on=None))
    db.session.commit()


def play(workshop, crowd, organizer, kind, value):
    """One step; what is refused changes nothing but that time has passed."""
    registration.hold(workshop)  # whoever comes, overdue offers end first
    db.session.commit()
    if kind == "hours":
        clock.start_at(clock.now() + timedelta(hours=value), still=True)
        registration.sweep()
        offers.expire(workshop)
        registration.sweep()
        return
    try:
        _play(workshop, crowd, organizer, kind, value)
    except Refused:
        db.session.rollback()


def _play(workshop, crowd, organizer, kind, value):
    if kind == "register":
        registration.register(workshop, user=crowd[value])
    elif kind == "swap":
        mine = registration.registration_of(workshop, crowd[value[0]])
        if mine is not None:
            teams.swap(mine, to=crowd[colleague(*value)], by=organizer)
    elif kind in ("cancel", "accept", "decline"):
        mine = registration.registration_of(workshop, crowd[value])
        if mine is not None and kind == "cancel":
            registration.cancel(mine, by=crowd[value])
        elif mine is not None:
            {"accept": offers.accept, "decline": offers.decline}[kind](mine)
    else:
        new = {kind: value}
        if kind == "guaranteed":
            new["guaranteed_until"] = UNTIL if value else None
        terms.change(workshop, terms.Terms(**(vars(terms.of(workshop)) | new)), by=organizer)


def assert_is_as(workshop, crowd, model):
    found = select(Registration).where(Registration.workshop_id == workshop.id)
    rows = db.session.scalars(found.execution_options(populate_existing=True))
    place = {person.id: at for at, person in enumerate(crowd)}
    of = {place[row.user_id]: row for row in rows}
    having = {status: {at for at, row in of.items() if row.status is status} for status in RegistrationStatus}
    assert having[RegistrationStatus.CONFIRMED] == set(model.seated)
    ends = {at: of[at].offer_expires_at for at in having[RegistrationStatus.OFFERED]}
    assert ends == {at: START + timedelta(hours=until) for at, until in model.offered.items()}
    waiting = having[RegistrationStatus.WAITLISTED]
    assert sorted(waiting, key=lambda at: of[at].arrival) == model.queue
    assert [seats.position(of[at]) for at in model.line()] == list(range(1, len(model.queue) + 1))
    counted = seats.seats(workshop)
    assert (counted.confirmed, counted.offered) == (len(model.seated), len(model.offered))
    assert counted.waiting == len(model.queue)


GIVES = {
    Move.REGISTERED: RegistrationStatus.CONFIRMED,
    Move.PROMOTED: RegistrationStatus.CONFIRMED,
    Move.ACCEPTED: RegistrationStatus.CONFIRMED,
    Move.OFFERED: RegistrationStatus.OFFERED,
    Move.WAITLISTED: RegistrationStatus.WAITLISTED,
}
GOOD_AFTER = {
    Move.PROMOTED: {RegistrationStatus.WAITLISTED},
    Move.OFFERED: {RegistrationStatus.WAITLISTED, RegistrationStatus.OFFERED},
    Move.ACCEPTED: {RegistrationStatus.OFFERED},
    Move.DECLINED: {RegistrationStatus.OFFERED},
    Move.EXPIRED: {RegistrationStatus.OFFERED},
}


def assert_ledger_is_whole(workshop):
    """Read from the start, the ledger leads to what stands, by steps that there may be."""
    found = (
        select(RegistrationMove)
        .join(Registration, Registration.id == RegistrationMove.registration_id)
        .where(Registration.workshop_id == workshop.id)
        .order_by(RegistrationMove.id)
    )
    at: dict[int, RegistrationStatus] = {}
    steps: Counter[int] = Counter()
    for note in db.session.scalars(found):
        before = at.get(note.registration_id, RegistrationStatus.CANCELLED)
        assert before in GOOD_AFTER.get(note.move, set(RegistrationStatus))
        is_told_again = note.move is Move.OFFERED and note.other_id is not None  # what was taken over
        steps[note.registration_id] += not is_told_again
        if note.move is Move.TAKEN_OVER:
            at[note.registration_id] = at[note.other_id or 0]
        else:
            at[note.registration_id] = GIVES.get(note.move, RegistrationStatus.CANCELLED)
    rows = db.session.scalars(select(Registration).where(Registration.workshop_id == workshop.id)).all()
    assert {row.id: row.status for row in rows} == at
    assert {row.id: row.sequence + 1 for row in rows} == steps
    assert len({row.arrival for row in rows}) == len(rows)
