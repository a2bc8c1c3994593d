"""Seats and the queue as figures: how many are taken, who waits at which place and why; giving them out is registration's matter."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from portal.awards.models import Entry
from portal.core import clock
from portal.core.db import read_rows
from portal.participation import queue
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.queue import Reason
from portal.programme.models import Workshop, workshop_track

CONFIRMED = RegistrationStatus.CONFIRMED
OFFERED = RegistrationStatus.OFFERED
WAITLISTED = RegistrationStatus.WAITLISTED
TAKES_A_SEAT = (CONFIRMED, OFFERED)


# Put together once: the pages and every change of a queue ask them.
_ENTITLED = (
    select(Entry.agency_id)
    .join(workshop_track, workshop_track.c.track_id == Entry.track_id)
    .where(workshop_track.c.workshop_id == bindparam("workshop"), Entry.stage1_passed_on.is_not(None))
)
_HELD = (
    select(Registration.agency_id, func.count())
    .where(Registration.workshop_id == bindparam("workshop"), Registration.status.in_(TAKES_A_SEAT))
    .group_by(Registration.agency_id)
)
_LINE = (
    select(Registration.id, Registration.agency_id, Registration.arrival)
    .where(Registration.workshop_id == bindparam("workshop"), Registration.status == WAITLISTED)
    .order_by(Registration.arrival)
)


@dataclass(frozen=True)
class Seats:
    """The seats of one workshop. A capacity of None means that no number of seats is set."""

    capacity: int | None
    confirmed: int
    waiting: int
    offered: int = 0  # taken too, until their offers end

    @property
    def taken(self) -> int:
        return self.confirmed + self.offered

    @property
    def left(self) -> int | None:
        """Seats nobody has or is offered; never below zero, None where no number is set."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return self.left == 0

    @property
    def over(self) -> int:
        """How many hold a seat beyond the capacity, since a lowered capacity throws nobody out."""
        return 0 if self.capacity is None else max(self.taken - self.capacity, 0)


class Place(NamedTuple):
    """Where somebody stands in a queue, 1 for the first, and why they wait."""

    position: int
    reason: Reason


def seats(workshop: Workshop) -> Seats:
    """The seats of this workshop, counted now. One query."""
    return of_many([workshop])[workshop.id]


def of_many(workshops: Collection[Workshop]) -> dict[int, Seats]:
    """The seats of each workshop by its id, counted now. One query for any number."""
    rows = read_rows(_COUNTED, ids=[workshop.id for workshop in workshops])
    counts = {(workshop_id, state): number for workshop_id, state, number in rows}
    return {
        workshop.id: Seats(
            capacity=workshop.capacity,
            confirmed=counts.get((workshop.id, CONFIRMED), 0),
            waiting=counts.get((workshop.id, WAITLISTED), 0),
            offered=counts.get((workshop.id, OFFERED), 0),
        )
        for workshop in workshops
    }


def has_guarantee(workshop: Workshop) -> bool:
    """Whether seats are guaranteed to agencies at this moment. No query."""
    until = workshop.guaranteed_until
    return bool(workshop.guaranteed) and until is not None and clock.now() < until


def rule_of(workshop: Workshop) -> queue.Rule:
    """What holds for the queue of this workshop now. One query while a guarantee is in force, else none."""
    if not has_guarantee(workshop):
        return queue.Rule(workshop.capacity, workshop.per_agency)
    agencies = frozenset(read_rows(_ENTITLED, workshop=workshop.id).scalars())
    return queue.Rule(workshop.capacity, workshop.per_agency, workshop.guaranteed or 0, agencies)


def taken_in(workshop: Workshop) -> queue.Taken:
    """The seats people have or are offered, by agency. One query."""
    counts: dict[int | None, int] = dict(read_rows(_HELD, workshop=workshop.id).all())
    by_agency = {agency: number for agency, number in counts.items() if agency is not None}
    return queue.Taken(sum(counts.values()), by_agency)


def line_of(workshop: Workshop, *, most: int | None = None) -> list[queue.Waiting]:
    """Who waits, by arrival; the first `most` of them. One query."""
    line = read_rows(_LINE if most is None else _LINE.limit(most), workshop=workshop.id)
    return [queue.Waiting._make(row) for row in line]


def kept_in(workshop: Workshop) -> int:
    """How many free seats only agencies below their guarantee get now. Two queries while one is in force, else none."""
    return queue.kept(rule_of(workshop), taken_in(workshop)) if has_guarantee(workshop) else 0


def place_of(registration: Registration) -> Place | None:
    """Where this person stands in the queue and why they wait; None for who does not wait. At most three queries."""
    if registration.status is not WAITLISTED:
        return None
    workshop = registration.workshop
    rule, taken = rule_of(workshop), taken_in(workshop)
    if rule.entitled:
        line = [one.id for one in queue.order(line_of(workshop), rule, taken)]
        position = line.index(registration.id) + 1 if registration.id in line else 0
    else:
        position = _by_arrival([registration]).get(registration.id, 0)
    return Place(position, queue.reason(registration.agency_id, rule, taken))


def position(registration: Registration) -> int:
    """The place in the queue, 1 for the first; 0 for who does not wait. One query, three while a guarantee is in force."""
    if registration.status is not WAITLISTED:
        return 0
    return positions([registration]).get(registration.id, 0)


def positions(registrations: Collection[Registration]) -> dict[int, int]:
    """The places in their queues of those who wait, by id of the registration.

    One query for any number, and three for each workshop with a guarantee in force.
    """
    by_workshop: defaultdict[Workshop, set[int]] = defaultdict(set)
    plain = []
    for row in registrations:
        if row.status is WAITLISTED and has_guarantee(row.workshop):
            by_workshop[row.workshop].add(row.id)
        elif row.status is WAITLISTED:
            plain.append(row)
    found = _by_arrival(plain) if plain else {}
    for workshop, wanted in by_workshop.items():
        line = queue.order(line_of(workshop), rule_of(workshop), taken_in(workshop))
        found |= {one.id: place for place, one in enumerate(line, start=1) if one.id in wanted}
    return found


# Put together once: that takes as long as asking, and these are asked on page after page.
_COUNTED = (
    select(Registration.workshop_id, Registration.status, func.count())
    .where(Registration.workshop_id.in_(bindparam("ids", expanding=True)))
    .group_by(Registration.workshop_id, Registration.status)
)
_ahead = Registration.__table__.alias("ahead")
_BY_ARRIVAL = (
    select(Registration.id, func.count())
    .join(
        _ahead,
        (_ahead.c.workshop_id == Registration.workshop_id)
        & (_ahead.c.status == WAITLISTED)
        & (_ahead.c.arrival <= Registration.arrival),
    )
    .where(Registration.id.in_(bindparam("ids", expanding=True)), Registration.status == WAITLISTED)
    .group_by(Registration.id)
)


def _by_arrival(registrations: Collection[Registration]) -> dict[int, int]:
    """The places where arrival alone orders the queue. One query."""
    return dict(read_rows(_BY_ARRIVAL, ids=[row.id for row in registrations]).all())
