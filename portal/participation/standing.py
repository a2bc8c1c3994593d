"""Where one person stands with one workshop, and what they may do about it now: what the panel of the workshop page says; no rule is made here."""

from dataclasses import dataclass
from enum import StrEnum

from portal.accounts.models import User
from portal.core.errors import Refused
from portal.participation import eligibility, registration, seats
from portal.participation.models import Registration
from portal.participation.seats import CONFIRMED, WAITLISTED, Seats
from portal.programme.models import Workshop


class Place(StrEnum):
    """The states of the panel."""

    SEAT = "seat"  # has a seat
    QUEUE = "queue"  # waits for one
    OPEN = "open"  # may register now
    SIGN_IN = "sign_in"  # could perhaps register, who are they?
    REFUSED = "refused"  # others may register now
    SHUT = "shut"  # nobody may register now


@dataclass(frozen=True)
class Standing:
    """`position` and `is_held_up` (its agency is at its maximum) matter in the queue, `refusal` where there is one."""

    place: Place
    seats: Seats
    registration: Registration | None = None
    refusal: Refused | None = None
    position: int = 0
    is_held_up: bool = False
    agency_holds: int = 0
    may_cancel: bool = False


def standing_of(workshop: Workshop, user: User | None) -> Standing:
    """Where this person (None: not signed in) stands with this workshop now. At most six queries."""
    counted = seats.seats(workshop)
    if user is None:
        no: Refused | None = eligibility.not_open(workshop)
        return Standing(Place.SHUT if no else Place.SIGN_IN, counted, refusal=no)
    mine = registration.registration_of(workshop, user)
    if mine is not None and mine.status in (CONFIRMED, WAITLISTED):
        return _with_registration(workshop, counted, mine)
    no = eligibility.not_open(workshop)
    if no is not None:
        return Standing(Place.SHUT, counted, refusal=no)
    no = eligibility.not_eligible(workshop, user)
    if no is not None:
        return Standing(Place.REFUSED, counted, refusal=no)
    holds = seats.held_by(workshop, user.agency_id)
    return Standing(Place.OPEN, counted, agency_holds=holds, is_held_up=seats.is_most(workshop, holds))


def _with_registration(workshop: Workshop, counted: Seats, mine: Registration) -> Standing:
    may_cancel = not registration.has_begun(workshop)
    if mine.status is CONFIRMED:
        return Standing(Place.SEAT, counted, mine, may_cancel=may_cancel)
    return Standing(
        Place.QUEUE,
        counted,
        mine,
        position=seats.position(mine),
        is_held_up=seats.agency_is_at_most(workshop, mine.agency_id),
        may_cancel=may_cancel,
    )
