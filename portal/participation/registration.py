"""Seats given, queued for, given back and passed on: each a counted decision under the workshop's lock; who may register is eligibility's matter.

One order holds everywhere: the workshop is locked first, then everything is counted anew. So no seat is given
twice, and after every rule here no seat is free that somebody in the queue could have (queue.py says who).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select

from portal.accounts.models import User
from portal.awards.models import Entry
from portal.core import clock, tokens
from portal.core.db import UTCDateTime, begin_write, db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.participation import eligibility, ledger, messages, passing, queue, seats, tickets
from portal.participation.models import Move, Registration, RegistrationStatus
from portal.participation.queue import Reason, Rule, Taken
from portal.participation.seats import CONFIRMED, OFFERED, TAKES_A_SEAT, WAITLISTED
from portal.programme.models import Workshop, workshop_track

CANCELLED = RegistrationStatus.CANCELLED
HELD = "workshops held"  # in the session's notes: which transaction locked which workshop

has_begun = eligibility.has_begun
note = ledger.note


class TooLateToCancel(Refused):
    text = _l("งานอบรมเริ่มแล้วจึงยกเลิกเองไม่ได้ ถ้ามาไม่ได้ แจ้งผู้จัด")


class HasSeat(Refused):
    text = _l("คนนี้ได้ที่นั่งไปแล้ว จึงไม่อยู่ในคิว")


def register(
    workshop: Workshop, *, user: User, by: User | None = None, answers: Mapping[str, Any] | None = None
) -> Registration:
    """Give this person a seat, or a place at the end of the queue, and mail them which; `by` is who asked, if another.

    Who is registered already gets that registration back and no second mail. Refuses as eligibility does.
    `answers` are those to the workshop's own questions, checked already.
    """
    workshop = hold(workshop)
    ticket = tokens.new_ticket()
    found = _look(workshop, user, ticket)
    mine = registration_of(workshop, user) if found.mine is not None else None
    if mine is not None and mine.status is not CANCELLED:
        return mine
    no = eligibility.refusal(workshop, user, by=by, has_passed=found.has_passed)
    if no is not None:
        raise no
    if found.waiting and not found.is_full(workshop) and passing.pass_on(workshop):
        found = _look(workshop, user, ticket)
    why = _what_holds_back(workshop, user.agency_id, found)
    if found.has_ticket:
        ticket = tickets.free_in(workshop)
    mine = mine or Registration(workshop=workshop, user=user, ticket=ticket, sequence=-1)
    mine.agency_id = user.agency_id
    mine.arrival = (found.last_arrival or 0) + 1
    mine.registered_at = clock.now()
    if answers is not None:
        mine.answers = dict(answers)
    db.session.add(mine)
    if why is Reason.NEXT:
        ledger.move(mine, Move.REGISTERED, to=CONFIRMED, by=by or user)
        messages.registered(mine)
    else:
        ledger.move(mine, Move.WAITLISTED, to=WAITLISTED, by=by or user)
        is_last = not seats.has_guarantee(workshop)  # else an agency below its guarantee stands before others
        mine.place = found.waiting + 1 if is_last else seats.position(mine)
        messages.waitlisted(mine, position=mine.place, reason=why)
    return mine


def cancel(registration: Registration, *, by: User, why: str = "") -> Registration:
    """Give the seat, the offer or the place in the queue back, mail that, and pass a freed seat on to who is next.

    Cancelled already: nothing happens. Refuses with TooLateToCancel once the workshop has begun, organizers excepted.
    """
    workshop = hold(registration.workshop)
    db.session.refresh(registration)
    if registration.status is CANCELLED:
        return registration
    if has_begun(workshop) and not by.may_organize:
        raise TooLateToCancel
    had_seat = registration.status is CONFIRMED
    ledger.move(registration, Move.CANCELLED, to=CANCELLED, by=by, why=why)
    told = "" if by.id == registration.user_id else why
    (messages.cancelled if had_seat else messages.left_queue)(registration, by=by, why=told)
    passing.pass_on(workshop)
    return registration


def take_out(registration: Registration, *, by: User, why: str) -> Registration:
    """Take somebody who waits, or is offered a seat, out of the queue; told by mail with the reason. As `cancel`.

    Refuses with HasSeat who got a seat meanwhile: that is not taken away here.
    """
    hold(registration.workshop)
    db.session.refresh(registration)
    if registration.status is CONFIRMED:
        raise HasSeat
    return cancel(registration, by=by, why=why)


def promote_from_waitlist(workshop: Workshop) -> list[Registration]:
    """Give or offer every free seat to who is next, mail them, and return them in the order of the queue.

    An agency at its maximum waits without holding up others. A workshop that is cancelled or over promotes nobody.
    """
    return passing.pass_on(hold(workshop))


def sweep() -> int:
    """Do the same for every workshop where somebody waits beside a free seat, for what changed by another way: a
    date past, a file loaded. Returns how many got or were offered a seat. Locks only where something may be done."""
    at = Registration.workshop_id == Workshop.id
    taken = select(func.count()).where(at, Registration.status.in_(TAKES_A_SEAT)).scalar_subquery()
    worth_a_look = (
        select(Workshop.id)
        .where(
            Workshop.status.in_(passing.PASSES_SEATS_ON),
            Workshop.ends_on >= clock.today(),
            exists().where(at, Registration.status == WAITLISTED),
            or_(Workshop.capacity.is_(None), Workshop.capacity > taken),
        )
        .order_by(Workshop.id)
    )
    found = [db.session.get_one(Workshop, one) for one in db.session.scalars(worth_a_look).all()]
    return sum(len(promote_from_waitlist(workshop)) for workshop in found if _would_pass_on(workshop))


def registration_of(workshop: Workshop, user: User) -> Registration | None:
    """This person's registration for this workshop as it stands in the database, cancelled ones too. One query."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.workshop_id == workshop.id, Registration.user_id == user.id)
        .execution_options(populate_existing=True)
    )


def hold(workshop: Workshop) -> Workshop:
    """Lock the workshop until the transaction ends and load it anew, so that what is counted now stays true.

    Offers whose time is over have ended then, and their seats are passed on. Held already: nothing is asked.
    """
    return _hold(Workshop.id, workshop.id) or workshop


def held(code: str) -> Workshop | None:
    """The workshop with this code, locked as by `hold`; None where there is none."""
    return _hold(Workshop.code, code)


def end_overdue(workshop: Workshop) -> int:
    """End the offers whose time is over, mail that, pass their seats on, and return how many ended."""
    _lock(Workshop.id, workshop.id)
    ended = passing.expire_overdue(workshop)
    if ended:
        passing.pass_on(workshop)
    return ended


_OVERDUE = exists().where(
    Registration.workshop_id == Workshop.id,
    Registration.status == OFFERED,
    Registration.offer_expires_at <= bindparam("now", type_=UTCDateTime),
)
_BY = {
    column: select(Workshop, _OVERDUE)
    .where(column == bindparam("key"))
    .with_for_update(of=Workshop)
    .execution_options(populate_existing=True)
    for column in (Workshop.id, Workshop.code)
}


def _hold(column: Any, key: int | str) -> Workshop | None:
    found = _lock(column, key)
    if found is None:
        return None
    workshop, has_overdue = found
    if has_overdue:
        end_overdue(workshop)
    return workshop


def _lock(column: Any, key: int | str) -> tuple[Workshop, bool] | None:
    """The locked workshop, and whether offers of it are overdue. One query, none for one that is locked already."""
    begin_write()
    session = db.session()
    locked = session.info.setdefault(HELD, {})
    transaction, workshop = locked.get(key, (None, None))
    if transaction is not None and transaction.is_active:
        return workshop, False
    found = session.execute(_BY[column], {"key": key, "now": clock.now()}).one_or_none()
    if found is None:
        return None
    workshop, has_overdue = found
    # With a savepoint that is taken back its lock is gone too: so the innermost transaction stands here.
    innermost = session.get_nested_transaction() or session.get_transaction()
    locked[workshop.id] = locked[workshop.code] = (innermost, workshop)
    return workshop, has_overdue


class _Found(NamedTuple):
    """What a decision about one person of one agency stands on, counted under the lock."""

    taken: int
    of_agency: int
    waiting: int
    last_arrival: int | None
    mine: int | None
    has_passed: bool
    has_ticket: bool  # the ticket thought of is another's

    def is_full(self, workshop: Workshop) -> bool:
        return workshop.capacity is not None and self.taken >= workshop.capacity


_here = Registration.workshop_id == bindparam("workshop")
_of_agency = Registration.agency_id == bindparam("agency")


def _number(*where: ColumnElement[bool]) -> Any:
    return select(func.count()).where(_here, *where).scalar_subquery()


# Asked by everybody in a rush while all others wait: one statement, made once, each part read from an index.
_LOOK = select(
    _number(Registration.status.in_(TAKES_A_SEAT)),
    _number(Registration.status.in_(TAKES_A_SEAT), _of_agency),
    _number(Registration.status == WAITLISTED),
    select(func.max(Registration.arrival)).where(_here).scalar_subquery(),
    select(Registration.id).where(_here, Registration.user_id == bindparam("user")).scalar_subquery(),
    exists().where(
        Entry.agency_id == bindparam("agency"),
        Entry.stage1_passed_on.is_not(None),
        and_(
            workshop_track.c.track_id == Entry.track_id, workshop_track.c.workshop_id == bindparam("workshop")
        ),
    ),
    exists().where(_here, Registration.ticket == bindparam("ticket")),
)


def _look(workshop: Workshop, user: User, ticket: str) -> _Found:
    """Under the lock, which the caller holds. One query."""
    row = read_rows(_LOOK, workshop=workshop.id, agency=user.agency_id, user=user.id, ticket=ticket).one()
    return _Found._make(row)


def _what_holds_back(workshop: Workshop, agency_id: int | None, found: _Found) -> Reason:
    """Why somebody new of this agency has to wait; NEXT when nothing holds them back. Two queries while a guarantee is
    in force, else none."""
    if seats.has_guarantee(workshop):
        return queue.reason(agency_id, seats.rule_of(workshop), seats.taken_in(workshop))
    of_agency = {} if agency_id is None else {agency_id: found.of_agency}
    return queue.reason(
        agency_id, Rule(workshop.capacity, workshop.per_agency), Taken(found.taken, of_agency)
    )


def _would_pass_on(workshop: Workshop) -> bool:
    """Whether anybody in the queue could have a seat, as it looks without the lock. At most four queries."""
    rule = seats.rule_of(workshop)
    return bool(queue.chosen(seats.line_of(workshop), rule, seats.taken_in(workshop)))
