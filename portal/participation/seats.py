"""Seats and the queue as figures: how many are taken, who waits at which place and why; giving them out is registration's matter."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.core.db import db
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import Workshop

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED


@dataclass(frozen=True)
class Seats:
    """The seats of one workshop. A capacity of None means that no number of seats is set."""

    capacity: int | None
    confirmed: int
    waiting: int

    @property
    def left(self) -> int | None:
        """Seats nobody has; never below zero, None where no number is set."""
        return None if self.capacity is None else max(self.capacity - self.confirmed, 0)

    @property
    def is_full(self) -> bool:
        return self.left == 0

    @property
    def over(self) -> int:
        """How many hold a seat beyond the capacity, since a lowered capacity throws nobody out."""
        return 0 if self.capacity is None else max(self.confirmed - self.capacity, 0)


def seats(workshop: Workshop) -> Seats:
    """The seats of this workshop, counted now. One query."""
    return of_many([workshop])[workshop.id]


def of_many(workshops: Collection[Workshop]) -> dict[int, Seats]:
    """The seats of each workshop by its id, counted now. One query for any number."""
    status = Registration.status
    counted = (
        select(Registration.workshop_id, status, func.count())
        .where(Registration.workshop_id.in_([workshop.id for workshop in workshops]))
        .group_by(Registration.workshop_id, status)
    )
    counts = {(workshop_id, state): number for workshop_id, state, number in db.session.execute(counted)}
    return {
        workshop.id: Seats(
            capacity=workshop.capacity,
            confirmed=counts.get((workshop.id, CONFIRMED), 0),
            waiting=counts.get((workshop.id, WAITLISTED), 0),
        )
        for workshop in workshops
    }


def held_by(workshop: Workshop, agency_id: int | None) -> int:
    """How many seats people registered for this agency hold. One query."""
    held = select(func.count()).where(
        Registration.workshop_id == workshop.id,
        Registration.agency_id == agency_id,
        Registration.status == CONFIRMED,
    )
    return db.session.scalar(held) or 0


def is_most(workshop: Workshop, held: int) -> bool:
    """Whether an agency that holds so many seats has as many as one agency may. No query."""
    return workshop.per_agency is not None and held >= workshop.per_agency


def agency_is_at_most(workshop: Workshop, agency_id: int | None) -> bool:
    """Whether this agency holds as many seats as one agency may; who has no agency is never limited. One query."""
    if workshop.per_agency is None or agency_id is None:
        return False
    return is_most(workshop, held_by(workshop, agency_id))


def position(registration: Registration) -> int:
    """The place in the queue, 1 for the first; 0 for who does not wait. One query."""
    if registration.status is not WAITLISTED:
        return 0
    return positions([registration])[registration.id]


def positions(registrations: Collection[Registration]) -> dict[int, int]:
    """The places in their queues of those who wait, by id of the registration. One query for any number."""
    ahead = Registration.__table__.alias("ahead")
    counted = (
        select(Registration.id, func.count())
        .join(
            ahead,
            (ahead.c.workshop_id == Registration.workshop_id)
            & (ahead.c.status == WAITLISTED)
            & (ahead.c.arrival <= Registration.arrival),
        )
        .where(
            Registration.id.in_([row.id for row in registrations if row.status is WAITLISTED]),
            Registration.status == WAITLISTED,
        )
        .group_by(Registration.id)
    )
    return dict(db.session.execute(counted).all())
