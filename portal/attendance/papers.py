"""What goes on paper about who takes part: whose names, in which order, and the words of days and places; each paper is drawn in a file of its own."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select

from portal.accounts import agencies
from portal.accounts.models import Agency, User
from portal.core import dates
from portal.core.clock import BANGKOK
from portal.core.db import read_rows
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.participation.models import Registration
from portal.participation.seats import CONFIRMED
from portal.programme.models import Workshop, WorkshopSession


class NobodySeated(Refused):
    text = _l("ยังไม่มีใครได้ที่นั่งตามที่เลือก จึงยังไม่มีอะไรให้พิมพ์")


class Seat(NamedTuple):
    """One person with a seat, as papers name them."""

    ticket: str
    name: str
    agency: str


class Group(NamedTuple):
    """The people of one agency with a seat."""

    code: str
    name: str
    seats: int


class Chosen(NamedTuple):
    """Whom a paper names: everybody with a seat, those of one agency (its code), or one registration (its code)."""

    agency: str = ""
    registration: str = ""
    by_agency: bool = False  # one agency after another, else by name alone


EVERYBODY = Chosen()

_SEATED = (Registration.workshop_id == bindparam("workshop"), Registration.status == CONFIRMED)


def seats_of(workshop: Workshop, chosen: Chosen = EVERYBODY) -> list[Seat]:
    """The people chosen, names and agencies in Thai order, agencies in the language in force. One query."""
    query = _seats(language(), bool(chosen.agency), bool(chosen.registration), chosen.by_agency)
    values: dict[str, Any] = {"workshop": workshop.id}
    values |= {"agency": chosen.agency} if chosen.agency else {}
    values |= {"registration": chosen.registration} if chosen.registration else {}
    return [Seat._make(row) for row in read_rows(query, **values)]


def agencies_of(workshop: Workshop) -> list[Group]:
    """The agencies that have people with a seat, in Thai order. One query."""
    return [Group._make(row) for row in read_rows(_groups(language()), workshop=workshop.id)]


def lang() -> dates.Lang:
    """The language of a paper: that of the request."""
    return "en" if language() == "en" else "th"


def hours_of(session: WorkshopSession) -> str:
    """From when until when it lasts, or that this is not announced."""
    if session.starts_at is None or session.ends_at is None:
        return str(_("ยังไม่ประกาศเวลา"))
    start, end = (
        f"{session.starts_at.astimezone(BANGKOK):%H:%M}",
        dates.time_of(session.ends_at, lang=lang()),
    )
    return f"{start}–{end}"


def place_of(workshop: Workshop, session: WorkshopSession | None = None) -> str:
    """Room and venue, or that they are not announced."""
    places = [session.room if session else "", workshop.venue]
    return ", ".join(place for place in places if place) or str(_("ยังไม่ประกาศสถานที่"))


# Put together once of each kind: that takes as long as asking.
@cache
def _seats(lang: str, of_agency: bool, of_one: bool, by_agency: bool) -> Select[*tuple[Any, ...]]:
    first = [Agency.id.is_(None), Agency.sort_key, Agency.id] if by_agency else []
    query = (
        select(Registration.ticket, User.name, _agency(lang))
        .join(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(*_SEATED)
        .order_by(*first, User.sort_key, Registration.arrival)
    )
    if of_agency:
        query = query.where(Agency.code == bindparam("agency"))
    return query.where(Registration.code == bindparam("registration")) if of_one else query


@cache
def _groups(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Agency.code, _agency(lang), func.count())
        .join(Registration, Registration.agency_id == Agency.id)
        .where(*_SEATED)
        .group_by(Agency.id)
        .order_by(Agency.sort_key, Agency.id)
    )


def _agency(lang: str) -> Any:
    return func.coalesce(agencies.name_in(lang), "")
