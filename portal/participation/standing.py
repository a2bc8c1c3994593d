"""Where one person stands with one workshop, and what they may do about it now: what the panel of the workshop page says; no rule is made here."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.core.errors import Refused
from portal.participation import eligibility, offers, queue, registration, seats
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.queue import Reason, Rule
from portal.participation.seats import CONFIRMED, OFFERED, WAITLISTED, Seats
from portal.programme.models import Workshop, WorkshopStatus


class Place(StrEnum):
    """The states of the panel."""

    SEAT = "seat"  # has a seat
    OFFER = "offer"  # is offered one for a while
    QUEUE = "queue"  # waits for one
    OPEN = "open"  # may register now
    SIGN_IN = "sign_in"  # could perhaps register, who are they?
    REFUSED = "refused"  # others may register now
    SHUT = "shut"  # nobody may register now


@dataclass(frozen=True)
class Standing:
    """`position` matters in the queue; `reason` there and for who may register: why they wait or would have to, NEXT
    when nothing is in the way. `kept`: how many of the seats left are kept for guarantees. `offer` names an offer in links."""

    place: Place
    seats: Seats
    registration: Registration | None = None
    refusal: Refused | None = None
    position: int = 0
    reason: Reason = Reason.NEXT
    kept: int = 0
    agency_holds: int = 0
    may_cancel: bool = False
    offer: str = ""


def standing_of(workshop: Workshop, user: User | None) -> Standing:
    """Where this person (None: not signed in) stands with this workshop now. At most five queries."""
    counted = seats.seats(workshop)
    mine = registration.registration_of(workshop, user) if user is not None else None
    is_off = workshop.status is WorkshopStatus.CANCELLED  # then nobody has a seat in it, whatever they had
    has_place = mine is not None and (mine.status in (CONFIRMED, WAITLISTED) or offers.is_standing(mine))
    if mine is not None and has_place and not is_off:
        return _with_registration(workshop, counted, mine)
    rule, no = seats.rule_of(workshop), eligibility.not_open(workshop)
    if no is not None:
        return Standing(Place.SHUT, counted, refusal=no, kept=_kept(workshop, rule))
    if user is None:
        return Standing(Place.SIGN_IN, counted, kept=_kept(workshop, rule))
    has_passed = user.agency_id in rule.entitled if seats.has_guarantee(workshop) else None
    ineligible = eligibility.not_eligible(workshop, user, has_passed=has_passed)
    if ineligible is not None:
        return Standing(Place.REFUSED, counted, refusal=ineligible, kept=_kept(workshop, rule))
    taken = seats.taken_in(workshop)
    return Standing(
        Place.OPEN,
        counted,
        reason=queue.reason(user.agency_id, rule, taken),
        kept=queue.kept(rule, taken),
        agency_holds=taken.of(user.agency_id),
    )


def _kept(workshop: Workshop, rule: Rule) -> int:
    """How many of the seats left only agencies below their guarantee get. One query while one is in force, else none."""
    return queue.kept(rule, seats.taken_in(workshop)) if rule.entitled else 0


def _with_registration(workshop: Workshop, counted: Seats, mine: Registration) -> Standing:
    may_cancel = not registration.has_begun(workshop)
    if mine.status is CONFIRMED:
        return Standing(Place.SEAT, counted, mine, may_cancel=may_cancel)
    if offer := offers.tokens_of([mine]):
        return Standing(Place.OFFER, counted, mine, may_cancel=may_cancel, offer=offer[mine.id])
    where = seats.place_of(mine)
    return Standing(
        Place.QUEUE,
        counted,
        mine,
        position=where.position if where else 0,
        reason=where.reason if where else Reason.NEXT,
        may_cancel=may_cancel,
    )


def standing_of_user(user: User) -> dict[int, RegistrationStatus]:
    """Seat, offer or queue of a person by id of the workshop; a workshop without either is not in it. One query."""
    rows = select(Registration.workshop_id, Registration.status).where(
        Registration.user_id == user.id, Registration.status.in_((CONFIRMED, OFFERED, WAITLISTED))
    )
    return dict(db.session.execute(rows).all())
