"""The queue of a workshop and its standing offers as lists for the organizer: where each stands and why; who gets a seat is queue's matter."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from portal.accounts import agencies
from portal.accounts.models import Agency, User
from portal.core.db import read_rows
from portal.core.i18n import language
from portal.core.paging import Page, place
from portal.participation import queue, seats
from portal.participation.models import Registration
from portal.participation.queue import Reason, Rule, Taken
from portal.participation.seats import OFFERED, WAITLISTED
from portal.programme.models import Workshop

PER_PAGE = 50


class Line(NamedTuple):
    """Somebody in the queue, the first at place 1, since when and why."""

    place: int
    code: str
    name: str
    agency: str | None
    since: datetime
    reason: Reason


class Offered(NamedTuple):
    """Somebody who is offered a seat until a moment."""

    code: str
    name: str
    agency: str | None
    since: datetime
    until: datetime


def page_of(workshop: Workshop, rule: Rule, taken: Taken, *, waiting: int, page: object = 1) -> Page:
    """The people who wait, so many, in the order of the queue, PER_PAGE at a time. One query, two while a guarantee
    is in force."""
    number, pages = place(page, waiting, PER_PAGE)
    after = (number - 1) * PER_PAGE
    if rule.entitled:
        ids = [one.id for one in queue.order(seats.line_of(workshop), rule, taken)[after : after + PER_PAGE]]
        rows = {row.id: row for row in read_rows(_these(language()), ids=ids)}
        found = [rows[one] for one in ids if one in rows]
    else:
        found = read_rows(_by_arrival(language()), workshop=workshop.id, most=PER_PAGE, after=after).all()
    items = [
        Line(at, row.code, row.name, row.agency, row.registered_at, queue.reason(row.agency_id, rule, taken))
        for at, row in enumerate(found, start=after + 1)
    ]
    return Page(items, number, pages, waiting)


def offers_of(workshop: Workshop) -> list[Offered]:
    """The first PER_PAGE standing offers, by when they end. One query."""
    rows = read_rows(_offered(language()), workshop=workshop.id, most=PER_PAGE)
    return [Offered(row.code, row.name, row.agency, row.changed_at, row.offer_expires_at) for row in rows]


# Put together once of each language, as in roster.
@cache
def _columns(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Registration.id,
            Registration.code,
            User.name,
            agencies.name_in(lang).label("agency"),
            Registration.agency_id,
            Registration.registered_at,
            Registration.changed_at,
            Registration.offer_expires_at,
        )
        .join(Registration.user)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
    )


@cache
def _these(lang: str) -> Select[*tuple[Any, ...]]:
    return _columns(lang).where(Registration.id.in_(bindparam("ids", expanding=True)))


@cache
def _by_arrival(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        _columns(lang)
        .where(Registration.workshop_id == bindparam("workshop"), Registration.status == WAITLISTED)
        .order_by(Registration.arrival)
        .limit(bindparam("most"))
        .offset(bindparam("after"))
    )


@cache
def _offered(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        _columns(lang)
        .where(Registration.workshop_id == bindparam("workshop"), Registration.status == OFFERED)
        .order_by(Registration.offer_expires_at, Registration.arrival)
        .limit(bindparam("most"))
    )
