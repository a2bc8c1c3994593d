"""Seats given, queued for, given back and passed on: each a counted decision under the workshop's lock; who may register is eligibility's matter.

One order holds everywhere: the workshop is locked first, then everything is counted anew. So no seat is given
twice, and after every rule here no seat is free while somebody waits whom nothing but the queue holds back.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.participation import eligibility, messages, seats
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import Workshop, WorkshopStatus

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED
PASSES_SEATS_ON = (WorkshopStatus.PUBLISHED, WorkshopStatus.CLOSED)


class TooLateToCancel(Refused):
    text = _l("งานอบรมเริ่มแล้วจึงยกเลิกเองไม่ได้ ถ้ามาไม่ได้ แจ้งผู้จัด")


def register(workshop: Workshop, *, user: User, by: User | None = None) -> Registration:
    """Give this person a seat, or a place at the end of the queue, and mail them which; `by` is who asked, if another.

    Who is registered already gets that registration back and no second mail. Refuses as eligibility does.
    """
    workshop = hold(workshop)
    mine = registration_of(workshop, user)
    if mine is not None and mine.status is not CANCELLED:
        return mine
    no = eligibility.refusal(workshop, user, by=by)
    if no is not None:
        raise no
    counted = _count(workshop, user.agency_id)
    if counted.waiting and not counted.is_full and _promote(workshop):
        counted = _count(workshop, user.agency_id)
    mine = mine or Registration(workshop=workshop, user=user, sequence=-1)
    mine.status = CONFIRMED if counted.has_room else WAITLISTED
    mine.agency_id = user.agency_id
    mine.arrival = counted.last_arrival + 1
    mine.registered_at = mine.changed_at = clock.now()
    mine.sequence += 1
    if counted.has_room:
        _note(mine, Move.REGISTERED, by=by or user)
        messages.registered(mine)
    else:
        _note(mine, Move.WAITLISTED, by=by or user)
        messages.waitlisted(mine, position=counted.waiting + 1, is_held_up=counted.agency_is_at_most)
    return mine


def cancel(registration: Registration, *, by: User, why: str = "") -> Registration:
    """Give the seat or the place in the queue back, mail that, and pass a freed seat on to who is next.

    Cancelled already: nothing happens. Refuses with TooLateToCancel once the workshop has begun, organizers excepted.
    """
    workshop = hold(registration.workshop)
    db.session.refresh(registration)
    if registration.status is CANCELLED:
        return registration
    if has_begun(workshop) and not by.may_organize:
        raise TooLateToCancel
    had_seat = registration.status is CONFIRMED
    registration.status = CANCELLED
    registration.changed_at = clock.now()
    registration.sequence += 1
    _note(registration, Move.CANCELLED, by=by, why=why)
    (messages.cancelled if had_seat else messages.left_queue)(registration)
    _promote(workshop)
    return registration


def promote_from_waitlist(workshop: Workshop) -> list[Registration]:
    """Give every free seat to who is next, mail them, and return them in order of arrival.

    An agency at its maximum waits without holding up others. A workshop that is cancelled or over promotes nobody.
    """
    return _promote(hold(workshop))


def registration_of(workshop: Workshop, user: User) -> Registration | None:
    """This person's registration for this workshop as it stands in the database, cancelled ones too. One query."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.workshop_id == workshop.id, Registration.user_id == user.id)
        .execution_options(populate_existing=True)
    )


def has_begun(workshop: Workshop) -> bool:
    """Whether the first meeting has begun: at its hour where hours are announced, else with its day in Bangkok."""
    first = workshop.starts_on
    hours = [at.starts_at for at in workshop.sessions if at.day == first and at.starts_at is not None]
    return clock.now() >= (min(hours) if hours else datetime.combine(first, time(), tzinfo=clock.BANGKOK))


def hold(workshop: Workshop) -> Workshop:
    """Lock the workshop until the transaction ends and load it anew, so that what is counted now stays true."""
    begin_write()
    locked = select(Workshop).where(Workshop.id == workshop.id).with_for_update()
    return db.session.scalars(locked.execution_options(populate_existing=True)).one()


@dataclass(frozen=True)
class _Counted:
    """What a decision about one person of one agency stands on, counted under the lock."""

    is_full: bool
    agency_is_at_most: bool
    waiting: int
    last_arrival: int

    @property
    def has_room(self) -> bool:
        return not self.is_full and not self.agency_is_at_most


def _count(workshop: Workshop, agency_id: int | None) -> _Counted:
    """Under the lock, which the caller holds. One query."""
    has_seat = Registration.status == CONFIRMED
    confirmed, of_agency, waiting, last = db.session.execute(
        select(
            func.count().filter(has_seat),
            func.count().filter(has_seat, Registration.agency_id == agency_id),
            func.count().filter(Registration.status == WAITLISTED),
            func.max(Registration.arrival),
        ).where(Registration.workshop_id == workshop.id)
    ).one()
    return _Counted(
        is_full=workshop.capacity is not None and confirmed >= workshop.capacity,
        agency_is_at_most=seats.is_most(workshop, of_agency) and agency_id is not None,
        waiting=waiting,
        last_arrival=last or 0,
    )


def _promote(workshop: Workshop) -> list[Registration]:
    """Under the lock, which the caller holds."""
    if workshop.status not in PASSES_SEATS_ON or workshop.ends_on < clock.today():
        return []
    counted = seats.seats(workshop)
    if counted.waiting == 0 or counted.is_full:
        return []
    chosen = _next_in_line(workshop, counted.left)
    rows = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(chosen))
        .order_by(Registration.arrival)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.status = CONFIRMED
        row.changed_at = clock.now()
        row.sequence += 1
        _note(row, Move.PROMOTED, by=None)
        messages.promoted(row)
    return list(rows)


def _next_in_line(workshop: Workshop, free: int | None) -> list[int]:
    """Who gets the free seats (None: any number), in order of arrival, past those whose agency is at its maximum."""
    waiting = db.session.execute(
        select(Registration.id, Registration.agency_id)
        .where(Registration.workshop_id == workshop.id, Registration.status == WAITLISTED)
        .order_by(Registration.arrival)
    )
    held = _held_by_agency(workshop)
    chosen: list[int] = []
    for registration_id, agency_id in waiting:
        if free is not None and len(chosen) >= free:
            break
        if agency_id is not None and workshop.per_agency is not None:
            if held[agency_id] >= workshop.per_agency:
                continue
            held[agency_id] += 1
        chosen.append(registration_id)
    return chosen


def _held_by_agency(workshop: Workshop) -> Counter[int]:
    held = (
        select(Registration.agency_id, func.count())
        .where(
            Registration.workshop_id == workshop.id,
            Registration.status == CONFIRMED,
            Registration.agency_id.is_not(None),
        )
        .group_by(Registration.agency_id)
    )
    return Counter(
        {agency_id: count for agency_id, count in db.session.execute(held) if agency_id is not None}
    )


def _note(registration: Registration, move: Move, *, by: User | None, why: str = "") -> None:
    db.session.add(
        RegistrationMove(
            registration=registration,
            agency_id=registration.agency_id,
            move=move,
            at=registration.changed_at,
            by_id=by.id if by else None,
            why=why[:200],
        )
    )
    db.session.flush()
