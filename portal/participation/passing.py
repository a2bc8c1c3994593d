"""How free seats go on to who is next, given at once or offered for some hours, and how offers that nobody took end; under the workshop's lock, which the caller holds."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.core import clock, tokens
from portal.core.db import db
from portal.participation import eligibility, ledger, messages, queue, seats
from portal.participation.models import Move, Registration, RegistrationStatus
from portal.participation.seats import CONFIRMED, OFFERED
from portal.programme.models import Workshop, WorkshopStatus

CANCELLED = RegistrationStatus.CANCELLED
PASSES_SEATS_ON = (WorkshopStatus.PUBLISHED, WorkshopStatus.CLOSED)
OFFER = "seat-offer"  # the purpose of the links in mails


def is_passing(workshop: Workshop) -> bool:
    """Whether seats of this workshop go on at all: it is held, and not over."""
    return workshop.status in PASSES_SEATS_ON and workshop.ends_on >= clock.today()


def pass_on(workshop: Workshop) -> list[Registration]:
    """Give or offer every free seat to who is next, mail them, and return them in the order of the queue's rule."""
    if not is_passing(workshop):
        return []
    counted = seats.seats(workshop)
    if counted.waiting == 0 or counted.is_full:
        return []
    rule = seats.rule_of(workshop)
    line = seats.line_of(workshop, most=counted.left if rule.is_plain else None)
    next_ones = queue.chosen(line, rule, seats.taken_in(workshop))
    found = select(Registration).where(Registration.id.in_(next_ones))
    rows = {row.id: row for row in db.session.scalars(found.execution_options(populate_existing=True))}
    until = _offered_until(workshop)
    for one in next_ones:
        _give(rows[one]) if until is None else _offer(rows[one], until)
    return [rows[one] for one in next_ones]


def expire_overdue(workshop: Workshop) -> int:
    """End the offers whose time is over, mail that, and return how many; their seats are free, not yet passed on."""
    if workshop.status not in PASSES_SEATS_ON:
        return 0
    overdue = (
        select(Registration)
        .where(
            Registration.workshop_id == workshop.id,
            Registration.status == OFFERED,
            Registration.offer_expires_at <= clock.now(),
        )
        .order_by(Registration.offer_expires_at, Registration.arrival)
    )
    rows = db.session.scalars(overdue.execution_options(populate_existing=True)).all()
    for row in rows:
        ledger.move(row, Move.EXPIRED, to=CANCELLED, by=None)
        messages.offer_expired(row, may_register=eligibility.not_open(workshop) is None)
    return len(rows)


def token_of(registration: Registration, offer: int) -> str:
    """What signs the links of one offer, named by its line in the ledger: good for that offer alone."""
    return tokens.sign(OFFER, [registration.code, offer])


def _offered_until(workshop: Workshop) -> datetime | None:
    """When offers made now end, at the latest when the workshop begins; None where seats are given at once, as in its days."""
    if workshop.offer_hours == 0 or eligibility.has_begun(workshop):
        return None
    return min(clock.now() + timedelta(hours=workshop.offer_hours), eligibility.begins_at(workshop))


def _give(row: Registration) -> None:
    ledger.move(row, Move.PROMOTED, to=CONFIRMED, by=None)
    messages.promoted(row)


def _offer(row: Registration, until: datetime) -> None:
    offer = ledger.move(row, Move.OFFERED, to=OFFERED, by=None, until=until)
    messages.offered(row, token=token_of(row, offer))
