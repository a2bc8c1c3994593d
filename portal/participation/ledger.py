"""The ledger of registrations: each move with who, when and why, appended and never changed; which moves there may be is registration's and offers' matter."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, insert, select
from sqlalchemy.orm import aliased

from portal.accounts import agencies
from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import db, read_rows
from portal.core.i18n import _l, language
from portal.core.paging import Page, place
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import Workshop

PER_PAGE = 50
WHY_LENGTH = 200

MOVE_WORDS = {
    Move.REGISTERED: _l("ได้ที่นั่ง"),
    Move.WAITLISTED: _l("เข้าคิวแล้ว"),
    Move.PROMOTED: _l("เลื่อนจากคิว ได้ที่นั่ง"),
    Move.OFFERED: _l("ถึงลำดับ มีที่นั่งให้ยืนยัน"),
    Move.ACCEPTED: _l("ยืนยันที่นั่งแล้ว"),
    Move.DECLINED: _l("สละที่นั่งที่เสนอให้"),
    Move.EXPIRED: _l("ไม่ยืนยันในเวลา ออกจากคิว"),
    Move.HANDED_ON: _l("ให้เพื่อนร่วมหน่วยงานมาแทน"),
    Move.TAKEN_OVER: _l("มาแทนเพื่อนร่วมหน่วยงาน"),
    Move.CANCELLED: _l("ยกเลิก"),
}

_NOTE = insert(RegistrationMove).returning(RegistrationMove.id)


class Entry(NamedTuple):
    """One line of the ledger. `by` is None where the queue itself moved; `other` is the colleague of a handed-on seat."""

    at: datetime
    move: Move
    name: str
    code: str
    agency: str | None
    by: str | None
    why: str
    other: str | None


class Known(NamedTuple):
    """An agency of which something stands in a ledger."""

    id: int
    code: str
    name: str


def move(  # noqa: PLR0913 - as a move is told: what, to which state, by whom, why, until when
    registration: Registration,
    move: Move,
    *,
    to: RegistrationStatus,
    by: User | None,
    why: str = "",
    until: datetime | None = None,
    other: Registration | None = None,
) -> int:
    """Give the registration this status and note it; its calendar events are numbered on. `until` is an offer's end.

    Under the workshop's lock, which the caller holds. Returns the id of the note.
    """
    registration.status = to
    registration.offer_expires_at = until
    registration.changed_at = clock.now()
    registration.sequence += 1
    return note(registration, move, by=by, why=why, other=other)


def note(
    registration: Registration,
    move: Move,
    *,
    by: User | None,
    why: str = "",
    other: Registration | None = None,
) -> int:
    """Append one move at the moment the registration changed; returns its id. `by` None: the queue itself. Flushes."""
    db.session.flush()
    values = {
        "registration_id": registration.id,
        "agency_id": registration.agency_id,
        "move": move,
        "at": registration.changed_at,
        "by_id": by.id if by else None,
        "why": why[:WHY_LENGTH],
        "other_id": other.id if other else None,
    }
    return int(db.session.connection().execute(_NOTE, values).scalar_one())


def moves_of(registration: Registration) -> list[tuple[int, Move, datetime]]:
    """All moves of one registration in their order: id, move, when. One query."""
    found = select(RegistrationMove.id, RegistrationMove.move, RegistrationMove.at).where(
        RegistrationMove.registration_id == registration.id
    )
    return [(row.id, row.move, row.at) for row in db.session.execute(found.order_by(RegistrationMove.id))]


def page_for(workshop: Workshop, agency_id: int | None, *, page: object = 1) -> Page:
    """What moved in this workshop for this agency (None: for all), the latest first, as pages of Entry; agencies are
    named in the language in force. Two queries."""
    kind = (language(), agency_id is not None)
    values = {"workshop": workshop.id} | ({} if agency_id is None else {"agency": agency_id})
    total = read_rows(_count(*kind), **values).scalar_one()
    number, pages = place(page, total, PER_PAGE)
    rows = read_rows(_page(*kind), **values, most=PER_PAGE, after=(number - 1) * PER_PAGE)
    return Page([Entry._make(row) for row in rows], number, pages, total)


# Put together once of each kind: that takes as long as asking.
@cache
def _meant(of_agency: bool) -> Select[*tuple[Any, ...]]:
    meant = (
        select(RegistrationMove.id)
        .join(Registration, Registration.id == RegistrationMove.registration_id)
        .where(Registration.workshop_id == bindparam("workshop"))
    )
    return meant.where(RegistrationMove.agency_id == bindparam("agency")) if of_agency else meant


@cache
def _count(_lang: str, of_agency: bool) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(_meant(of_agency).subquery())


@cache
def _page(lang: str, of_agency: bool) -> Select[*tuple[Any, ...]]:
    by, other, colleague = aliased(User), aliased(Registration), aliased(User)
    cut = _meant(of_agency).order_by(RegistrationMove.id.desc())
    cut = cut.limit(bindparam("most")).offset(bindparam("after"))
    return (
        select(
            RegistrationMove.at,
            RegistrationMove.move,
            User.name,
            Registration.code,
            agencies.name_in(lang),
            by.name,
            RegistrationMove.why,
            colleague.name,
        )
        .join(Registration, Registration.id == RegistrationMove.registration_id)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == RegistrationMove.agency_id)
        .outerjoin(by, by.id == RegistrationMove.by_id)
        .outerjoin(other, other.id == RegistrationMove.other_id)
        .outerjoin(colleague, colleague.id == other.user_id)
        .where(RegistrationMove.id.in_(cut))
        .order_by(RegistrationMove.id.desc())
    )


def agencies_in(workshop: Workshop) -> list[Known]:
    """The agencies of which something stands in this workshop's ledger, in Thai order. One query."""
    return [Known._make(row) for row in read_rows(_known(language()), workshop=workshop.id)]


@cache
def _known(lang: str) -> Select[*tuple[Any, ...]]:
    moved = (
        select(RegistrationMove.agency_id)
        .join(Registration, Registration.id == RegistrationMove.registration_id)
        .where(Registration.workshop_id == bindparam("workshop"))
    )
    name = agencies.name_in(lang)
    return select(Agency.id, Agency.code, name).where(Agency.id.in_(moved)).order_by(Agency.sort_key)
