"""Offers of a seat: what a link of one stands for, taking it, declining it, and which are overdue; whom a seat is offered is passing's matter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.core import clock, tokens
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.participation import ledger, messages, passing, registration
from portal.participation.models import Move, Registration, RegistrationMove
from portal.participation.seats import CONFIRMED, OFFERED
from portal.programme.models import Workshop, WorkshopStatus

LINKS_ARE_READ = 2 * 365 * 24 * 3600  # seconds in which an old link still tells what became of its offer


class OfferIsOver(Refused):
    """The offer was answered already, or taken back; `move` is what became of it."""

    text = _l("ข้อเสนอที่นั่งนี้มีคำตอบไปแล้ว")

    def __init__(self, move: Move | None = None) -> None:
        super().__init__()
        self.move = move


class OfferExpired(OfferIsOver):
    text = _l("ข้อเสนอที่นั่งนี้หมดเวลาแล้ว ที่นั่งเลื่อนไปให้คนถัดไป")

    def __init__(self) -> None:
        super().__init__(Move.EXPIRED)


class WorkshopIsOff(Refused):
    text = _l("งานอบรมนี้ยกเลิกแล้ว จึงไม่มีที่นั่งให้ยืนยัน")


@dataclass(frozen=True)
class Offer:
    """One offer as it stands now: `became` is the move that ended it, None while it waits for an answer."""

    registration: Registration
    id: int  # its line in the ledger
    became: Move | None


def read(token: str) -> Offer | None:
    """The offer that a link names; None for a link that is not ours. At most three queries."""
    try:
        code, offer = tokens.read(passing.OFFER, token, max_age=LINKS_ARE_READ)
    except (tokens.BadToken, TypeError, ValueError):
        return None
    found = db.session.scalar(select(Registration).where(Registration.code == str(code)))
    if found is None:
        return None
    if (offer, True) not in [(number, move is Move.OFFERED) for number, move, _at in ledger.moves_of(found)]:
        return None
    became = _became(found, offer)
    return Offer(found, offer, Move.EXPIRED if became is None and not is_standing(found) else became)


def is_standing(one: Registration) -> bool:
    """Whether a seat is offered and its time not over: in the second in which it ends it has ended."""
    return one.status is OFFERED and one.offer_expires_at is not None and clock.now() < one.offer_expires_at


def tokens_of(registrations: Collection[Registration]) -> dict[int, str]:
    """What names the standing offers of these in links, by id of the registration. One query, none without an offer."""
    offered = {one.id: one for one in registrations if is_standing(one)}
    if not offered:
        return {}
    latest = (
        select(RegistrationMove.registration_id, func.max(RegistrationMove.id))
        .where(RegistrationMove.registration_id.in_(offered), RegistrationMove.move == Move.OFFERED)
        .group_by(RegistrationMove.registration_id)
    )
    return {one: passing.token_of(offered[one], move) for one, move in db.session.execute(latest)}


def accept(one: Registration, *, by: User | None = None, offer: int | None = None) -> Registration:
    """Take the offered seat, with mail and invitation; `by` None: the person, by the link in the mail.

    `offer` says which one is meant, None: whichever stands. Taken already: nothing happens. Refuses with OfferExpired
    from the second in which it ends, OfferIsOver where it was answered otherwise, WorkshopIsOff.
    """
    _hold(one)
    became = _became(one, offer)
    if became is Move.ACCEPTED and one.status is CONFIRMED:
        return one
    _check(one, became)
    ledger.move(one, Move.ACCEPTED, to=CONFIRMED, by=by or one.user)
    messages.registered(one)
    return one


def decline(
    one: Registration, *, by: User | None = None, why: str = "", offer: int | None = None
) -> Registration:
    """Let the offered seat go, mail that, and pass it on to who is next. `by`, `offer` and refusals as of `accept`.

    Declined already: nothing happens.
    """
    workshop = _hold(one)
    became = _became(one, offer)
    if became is Move.DECLINED:
        return one
    _check(one, became)
    ledger.move(one, Move.DECLINED, to=passing.CANCELLED, by=by or one.user, why=why)
    messages.left_queue(one)
    passing.pass_on(workshop)
    return one


def due(at: datetime | None = None) -> list[int]:
    """The ids of workshops in which offers are overdue, in order. One query, no lock."""
    overdue = (
        select(Registration.workshop_id)
        .join(Workshop, Workshop.id == Registration.workshop_id)
        .where(
            Registration.status == OFFERED,
            Registration.offer_expires_at <= (at or clock.now()),
            Workshop.status.in_(passing.PASSES_SEATS_ON),
        )
        .distinct()
        .order_by(Registration.workshop_id)
    )
    return list(db.session.scalars(overdue))


def expire(workshop: Workshop) -> int:
    """End the overdue offers of this workshop, mail that, pass their seats on, and return how many ended."""
    return registration.end_overdue(workshop)


def _hold(one: Registration) -> Workshop:
    workshop = registration.hold(one.workshop)
    db.session.refresh(one)
    return workshop


def _became(one: Registration, offer: int | None) -> Move | None:
    """What ended this offer (None: the latest one); None while nothing did."""
    moves = ledger.moves_of(one)
    made = [number for number, move, _at in moves if move is Move.OFFERED]
    meant = made[-1] if offer is None and made else offer
    return next((move for number, move, _at in moves if meant is not None and number > meant), None)


def _check(one: Registration, became: Move | None) -> None:
    if one.workshop.status is WorkshopStatus.CANCELLED:
        raise WorkshopIsOff
    if became is Move.EXPIRED or (became is None and one.status is OFFERED and not is_standing(one)):
        raise OfferExpired
    if became is not None or not is_standing(one):
        raise OfferIsOver(became)
