"""What a coordinator does for several at once: a team registered together, a seat handed to a colleague; what fits is registration's and the queue's matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from portal.accounts import invitations
from portal.accounts.access import may_see_agency
from portal.accounts.models import User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _l, in_lang
from portal.participation import eligibility, ledger, messages, passing, registration, seats, tickets
from portal.participation.models import (
    AttendanceMark,
    Move,
    Registration,
    RegistrationMove,
    RegistrationStatus,
)
from portal.participation.queue import Reason
from portal.participation.seats import CONFIRMED, TAKES_A_SEAT, WAITLISTED
from portal.programme.models import Workshop, WorkshopStatus

CANCELLED = RegistrationStatus.CANCELLED


class HoldsAPlace(Refused):
    """Who has a seat, or waits for one, stays invited; the sentence says where."""


class NotOfAgency(Refused):
    text = _l("ไม่ใช่คนของหน่วยงานนี้ หรือบัญชีถูกปิดแล้ว")


class TeamRefused(Refused):
    """Some of them may not register, so nobody was; `refusals` names each with the reason."""

    def __init__(self, refusals: Sequence[tuple[User, Refused]]) -> None:
        self.refusals = refusals
        whole = " ".join(f"{person.name}: {no}" for person, no in refusals)
        super().__init__(_("ยังไม่ลงทะเบียนใคร เพราะบางคนลงทะเบียนไม่ได้ %(whole)s", whole=whole))


class NotAllFit(Refused):
    """The team was to have all its seats or none, and only `fit` of `asked` are to be had."""

    def __init__(self, fit: int, asked: int, why: str) -> None:
        self.fit, self.asked = fit, asked
        text = _(
            "ได้ที่นั่งเพียง %(fit)d จาก %(asked)d คน เพราะ%(why)s จึงยังไม่ลงทะเบียนใคร", fit=fit, asked=asked, why=why
        )
        super().__init__(text)


class CannotHandOn(Refused):
    """A seat that stays where it is; the sentence says why."""


class NothingToHandOn(CannotHandOn):
    text = _l("การลงทะเบียนนี้ยกเลิกไปแล้ว จึงไม่มีที่นั่งให้เปลี่ยนคน")


class TooLateToHandOn(CannotHandOn):
    text = _l("งานอบรมเริ่มหรือบันทึกการเข้าอบรมแล้ว จึงเปลี่ยนคนเองไม่ได้ แจ้งผู้จัด")


class OtherAgency(CannotHandOn):
    text = _l("เปลี่ยนคนได้เฉพาะภายในหน่วยงานเดียวกัน")


class HasPlace(CannotHandOn):
    text = _l("คนนี้ลงทะเบียนงานนี้ไว้แล้ว เลือกคนอื่น")


@dataclass(frozen=True)
class TeamResult:
    """Of a team that was registered: who has a seat now, who waits, and who was registered before; in the order given."""

    seated: list[Registration]
    waiting: list[Registration]
    kept: list[Registration]


def register_team(workshop: Workshop, people: Iterable[User], *, by: User, all_or_none: bool) -> TeamResult:
    """Register these people one after the other: as many as fit get seats, the rest wait; who is registered stays so.

    With `all_or_none` either everybody new gets a seat or nothing happens (NotAllFit). Refuses as a whole as
    eligibility.not_open does, and with TeamRefused when any of them may not register. Each is mailed as by `register`.
    """
    workshop = registration.hold(workshop)
    team = list(dict.fromkeys(people))
    kept = _standing(workshop, team)
    known = {row.user_id for row in kept}
    newcomers = [person for person in team if person.id not in known]
    if newcomers:
        _refuse_unfit(workshop, newcomers, by)
    with db.session.begin_nested():
        rows = [registration.register(workshop, user=person, by=by) for person in newcomers]
        seated = [row for row in rows if row.status is not WAITLISTED]
        waiting = [row for row in rows if row.status is WAITLISTED]
        if all_or_none and waiting:
            raise NotAllFit(len(seated), len(rows), _why(waiting[0]))
    return TeamResult(seated, waiting, kept)


def swap(mine: Registration, *, to: User, by: User, why: str = "") -> Registration:
    """Hand a seat, an offer or a place in the queue to a colleague, who keeps its place; both are mailed.

    Returns the colleague's registration; the same done twice is done once. Answers stay with the person who gave
    them. Refuses with CannotHandOn's kinds, and as eligibility.not_eligible does for the colleague.
    """
    workshop = registration.hold(mine.workshop)
    db.session.refresh(mine)
    if mine.status is CANCELLED:
        before = _handed_to(mine, to)
        if before is None:
            raise NothingToHandOn
        return before
    theirs = registration.registration_of(workshop, to)
    _refuse_hand_on(workshop, mine, to, by, theirs)
    theirs = theirs or Registration(workshop=workshop, user=to, ticket=tickets.free_in(workshop), sequence=-1)
    _exchange(mine, theirs)
    ledger.move(
        theirs, Move.TAKEN_OVER, to=theirs.status, until=theirs.offer_expires_at, by=by, why=why, other=mine
    )
    had = mine.status
    ledger.move(mine, Move.HANDED_ON, to=CANCELLED, by=by, why=why, other=theirs)
    _tell(mine, theirs, had, by)
    return theirs


def _standing(workshop: Workshop, team: Sequence[User]) -> list[Registration]:
    """Those of the team who have a seat, an offer or a place in the queue, in the team's order. One query."""
    rows = db.session.scalars(
        select(Registration)
        .where(
            Registration.workshop_id == workshop.id,
            Registration.user_id.in_([person.id for person in team]),
            Registration.status != CANCELLED,
        )
        .execution_options(populate_existing=True)
    )
    by_person = {row.user_id: row for row in rows}
    return [by_person[person.id] for person in team if person.id in by_person]


def _refuse_unfit(workshop: Workshop, newcomers: Sequence[User], by: User) -> None:
    shut = eligibility.not_open(workshop)
    if shut is not None:
        raise shut
    refusals = [(person, no) for person in newcomers if (no := _unfit(workshop, person, by)) is not None]
    if refusals:
        raise TeamRefused(refusals)


def _unfit(workshop: Workshop, person: User, by: User) -> Refused | None:
    if not person.is_active or not may_see_agency(by, person.agency_id):
        return NotOfAgency()
    return eligibility.not_eligible(workshop, person, by=by)


def _why(waiting: Registration) -> str:
    """What keeps this person from a seat, in words that follow “because”."""
    place = seats.place_of(waiting)
    if place is not None and place.reason is Reason.AT_MOST:
        return str(_("หน่วยงานได้ที่นั่งครบ %(most)d ที่แล้ว", most=waiting.workshop.per_agency))
    if place is not None and place.reason is Reason.KEPT:
        return str(_("ที่นั่งที่เหลือเก็บไว้ให้หน่วยงานที่ยังได้ไม่ครบตามที่รับรองไว้"))
    return str(_("ที่นั่งเต็ม"))


def _refuse_hand_on(
    workshop: Workshop, mine: Registration, to: User, by: User, theirs: Registration | None
) -> None:
    if mine.agency_id is None or to.agency_id != mine.agency_id or not may_see_agency(by, mine.agency_id):
        raise OtherAgency
    if not to.is_active:
        raise NotOfAgency
    if workshop.status is WorkshopStatus.CANCELLED:
        raise eligibility.WorkshopCancelled
    if not by.may_organize and (registration.has_begun(workshop) or _is_marked(mine)):
        raise TooLateToHandOn
    if theirs is not None and not _may_swap_into(theirs, mine):
        raise HasPlace
    no = eligibility.not_eligible(workshop, to, by=by)
    if no is not None:
        raise no


def _may_swap_into(theirs: Registration, mine: Registration) -> bool:
    """Whether this earlier registration of the colleague gives way: it is cancelled, or waits while a seat is handed on."""
    return theirs.status is CANCELLED or (theirs.status is WAITLISTED and mine.status in TAKES_A_SEAT)


def _is_marked(mine: Registration) -> bool:
    marks = exists().where(AttendanceMark.registration_id == mine.id)
    return bool(db.session.scalar(select(marks)))


def _exchange(mine: Registration, theirs: Registration) -> None:
    """The colleague gets status, arrival and offer. An arrival stands once in a workshop, so the old row leaves it first."""
    arrival = mine.arrival
    last = select(func.max(Registration.arrival)).where(Registration.workshop_id == mine.workshop_id)
    mine.arrival = (db.session.scalar(last) or 0) + 1
    db.session.flush()
    theirs.arrival = arrival
    theirs.agency_id = mine.agency_id
    theirs.status, theirs.offer_expires_at = mine.status, mine.offer_expires_at
    theirs.registered_at = theirs.changed_at = clock.now()
    db.session.add(theirs)
    db.session.flush()


def _handed_to(mine: Registration, to: User) -> Registration | None:
    """The registration of this colleague, if it is to them that this one went last and it still stands."""
    return db.session.scalar(
        select(Registration)
        .join(RegistrationMove, RegistrationMove.other_id == Registration.id)
        .where(
            RegistrationMove.registration_id == mine.id,
            RegistrationMove.move == Move.HANDED_ON,
            RegistrationMove.at == mine.changed_at,
            Registration.user_id == to.id,
            Registration.status != CANCELLED,
        )
    )


def _tell(mine: Registration, theirs: Registration, had: RegistrationStatus, by: User) -> None:
    """Whose meetings are in the calendar gets them taken out; who has a seat now gets them, who is offered one is asked."""
    if had is CONFIRMED:
        messages.cancelled(mine, heir=theirs.user, by=by)
        messages.registered(theirs, before=mine.user)
        return
    messages.left_queue(mine, heir=theirs.user, by=by)
    place = seats.place_of(theirs)
    if place is None:
        offer = ledger.note(theirs, Move.OFFERED, by=by, other=mine)
        messages.offered(theirs, token=passing.token_of(theirs, offer))
    else:
        messages.waitlisted(theirs, position=place.position, reason=place.reason)


def withdraw_invitation(person: User, *, by: User) -> None:
    """Take back the invitation of somebody who has not opened the account. Refuses with invitations.NotInvited, and with
    HoldsAPlace while they are registered for a workshop to come: the seat is given back or handed on first."""
    held = select(Workshop).join(Registration, Registration.workshop_id == Workshop.id)
    to_come = Workshop.ends_on >= clock.today(), Workshop.status != WorkshopStatus.CANCELLED
    stands = Registration.user_id == person.id, Registration.status != CANCELLED
    place = db.session.scalar(held.where(*stands, *to_come).order_by(Workshop.starts_on).limit(1))
    if place is not None:
        title = in_lang(place, "title")
        raise HoldsAPlace(
            _("%(name)s ลงทะเบียนงาน %(title)s ไว้ ยกเลิกหรือเปลี่ยนคนก่อน", name=person.name, title=title)
        )
    invitations.withdraw(person, by=by)
