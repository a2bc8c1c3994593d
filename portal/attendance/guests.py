"""Who has a seat, now or as of a day, in a workshop, in the name of an agency or in a cohort: long lists, as columns; what is told of them is attendance_calendars' matter.

As of a day the ledger is asked, up to that day's end. A cohort is a track of a round: the people of the agencies whose
entry passed stage 1 in it, in the track's workshops.
"""

from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Integer, Select, bindparam, case, func, select

from portal.accounts import agencies
from portal.accounts.models import Agency, User
from portal.awards.models import Entry
from portal.core.db import UTCDateTime, read_rows
from portal.core.i18n import language
from portal.participation.models import Move, Registration, RegistrationMove
from portal.participation.seats import CONFIRMED, OFFERED, TAKES_A_SEAT
from portal.programme.models import workshop_track

GIVES_A_SEAT = (Move.REGISTERED, Move.PROMOTED, Move.ACCEPTED, Move.TAKEN_OVER)

Kind = Literal["workshop", "agency", "cohort"]


class Guest(NamedTuple):
    """Somebody who has a seat or is offered one."""

    id: int
    workshop_id: int
    name: str
    email: str
    agency: str | None
    status: str

    @property
    def is_offered(self) -> bool:
        return self.status == OFFERED


class Whose(NamedTuple):
    """Of a workshop, an agency or a track with this id, before this moment; None for now."""

    kind: Kind
    id: int
    until: datetime | None


def guests_of(whose: Whose) -> list[Guest]:
    """By name in Thai order, agencies in the language in force. One query."""
    rows = _ask(whose, _seats(whose.kind, language(), is_now=whose.until is None))
    return [Guest._make(row) for row in rows]


def last_moved(whose: Whose) -> dict[int, datetime]:
    """When a seat last moved, those given back too, by id of the workshop. One query."""
    return dict(_ask(whose, _moved(whose.kind, is_now=whose.until is None)).all())


def _ask(whose: Whose, statement: Select[*tuple[Any, ...]]) -> Any:
    values: dict[str, Any] = {"id": whose.id}
    if whose.until is not None:
        values["until"] = whose.until
    return read_rows(statement, **values)


# Put together once of each kind: that takes longer than asking.
_BEFORE = RegistrationMove.at < bindparam("until", type_=UTCDateTime)
_LAST_MOVE = (
    select(func.max(RegistrationMove.id))
    .where(RegistrationMove.registration_id == Registration.id, _BEFORE)
    .correlate(Registration)
    .scalar_subquery()
)
_AS_OF_THEN = case((RegistrationMove.move == Move.OFFERED, OFFERED.value), else_=CONFIRMED.value)


def _scope(kind: Kind, agency: Any) -> Any:
    """Whose registrations count; `agency` is the column that says in whose name somebody had a seat then."""
    this = bindparam("id", type_=Integer)
    if kind == "workshop":
        return Registration.workshop_id == this
    if kind == "agency":
        return this == agency
    passed = select(Entry.agency_id).where(Entry.track_id == this, Entry.stage1_passed_on.is_not(None))
    here = select(workshop_track.c.workshop_id).where(workshop_track.c.track_id == this)
    return Registration.workshop_id.in_(here) & agency.in_(passed)


@cache
def _seats(kind: Kind, lang: str, *, is_now: bool) -> Select[*tuple[Any, ...]]:
    """Those with a seat or an offer, by name in Thai order."""
    agency: Any = Registration.agency_id if is_now else RegistrationMove.agency_id
    found = (
        select(
            Registration.id,
            Registration.workshop_id,
            User.name,
            User.email,
            agencies.name_in(lang),
            Registration.status if is_now else _AS_OF_THEN,
        )
        .join(Registration.user)
        .order_by(User.sort_key, Registration.id)
    )
    if is_now:
        found = found.where(Registration.status.in_(TAKES_A_SEAT))
    else:
        found = found.join(RegistrationMove, RegistrationMove.id == _LAST_MOVE).where(
            RegistrationMove.move.in_((*GIVES_A_SEAT, Move.OFFERED))
        )
    return found.outerjoin(Agency, Agency.id == agency).where(_scope(kind, agency))


@cache
def _moved(kind: Kind, *, is_now: bool) -> Select[*tuple[Any, ...]]:
    found = select(
        Registration.workshop_id, func.max(Registration.changed_at if is_now else RegistrationMove.at)
    ).group_by(Registration.workshop_id)
    if is_now:
        return found.where(_scope(kind, Registration.agency_id))
    return found.join(RegistrationMove, RegistrationMove.registration_id == Registration.id).where(
        _BEFORE, _scope(kind, RegistrationMove.agency_id)
    )
