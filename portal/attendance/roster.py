"""Who takes part, as lists: the roster of a workshop, a person's and an agency's registrations; reads only, and columns where they are long."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from flask import current_app
from sqlalchemy import (
    Engine,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased, contains_eager

from portal.accounts import agencies
from portal.accounts.models import Agency, User
from portal.attendance import roll
from portal.core import thai
from portal.core.db import db, read_rows
from portal.core.i18n import language
from portal.core.paging import Page, place
from portal.participation.models import (
    AttendanceMark,
    AttendanceState,
    Registration,
    RegistrationMove,
    RegistrationStatus,
)
from portal.participation.seats import CONFIRMED, OFFERED, WAITLISTED
from portal.programme.models import Workshop, WorkshopSession

PER_PAGE = 50
BEYOND = 10**9  # more than there can be
_STANDS = (CONFIRMED, OFFERED, WAITLISTED)

Counts = Counter[RegistrationStatus | AttendanceState | None]


@dataclass(frozen=True)
class Wanted:
    """Which lines: of this status, with this mark ("" for not marked yet, None for any), with all these words in
    name, agency, mail or code, spelled in any way a search takes."""

    status: RegistrationStatus
    state: AttendanceState | Literal[""] | None = None
    text: str = ""
    page: str = "1"


class Line(NamedTuple):
    """One registration on the roster, since when it has its status, and the mark of the session asked for: how and when."""

    code: str
    ticket: str
    name: str
    agency: str | None
    since: datetime
    state: AttendanceState | None
    how: str | None
    at: datetime | None


class Registered(NamedTuple):
    """Somebody who ever registered, as the tables of a workshop tell of them; `since` is of their status."""

    id: int
    code: str
    ticket: str
    name: str
    email: str
    agency: str | None
    status: RegistrationStatus
    arrival: int
    since: datetime


class Meeting(NamedTuple):
    """A session as the head of the roster names it."""

    id: int
    code: str
    title_th: str
    title_en: str
    day: date
    newest_mark: int | None  # the number of the last mark, which grows with each


class Head(NamedTuple):
    """The workshop of a roster and its sessions in order, as its head shows them."""

    id: int
    code: str
    title_th: str
    title_en: str
    starts_on: date
    ends_on: date
    has_questions: bool
    newest_move: int | None  # the same of the ledger, of all workshops
    sessions: tuple[Meeting, ...]


_ABOUT = (
    Workshop.id,
    Workshop.code,
    Workshop.title_th,
    Workshop.title_en,
    Workshop.starts_on,
    Workshop.ends_on,
    Workshop.questions,
    select(func.max(RegistrationMove.id)).scalar_subquery(),
)
_OF_A_MEETING = (
    WorkshopSession.id,
    WorkshopSession.code,
    WorkshopSession.title_th,
    WorkshopSession.title_en,
    WorkshopSession.day,
    select(func.max(AttendanceMark.id))
    .where(AttendanceMark.session_id == WorkshopSession.id)
    .correlate(WorkshopSession)
    .scalar_subquery(),
)
_HEAD = (
    select(*_ABOUT, *_OF_A_MEETING)
    .outerjoin(WorkshopSession, WorkshopSession.workshop_id == Workshop.id)
    .where(Workshop.code == bindparam("code"))
    .order_by(WorkshopSession.day, WorkshopSession.position)
)


def head_of(code: str) -> Head | None:
    """The head of a workshop's roster, drafts and cancelled ones too; None where there is no such workshop. One query."""
    rows = read_rows(_HEAD, code=code).all()
    if not rows:
        return None
    *about, questions, newest = rows[0][: len(_ABOUT)]
    meetings = [Meeting._make(row[len(_ABOUT) :]) for row in rows if row[len(_ABOUT)] is not None]
    return Head._make((*about, bool(questions), newest, tuple(meetings)))


def roster_of(workshop: Workshop) -> list[Registered]:
    """Everybody ever registered for this workshop: those with a seat by name in Thai order, who is offered one, then the
    queue by arrival, then who cancelled; agencies in the language in force. One query."""
    return [Registered._make(row) for row in read_rows(_everybody(language()), workshop=workshop.id)]


def page_of(
    workshop: Workshop | Head, session: WorkshopSession | Meeting | None, asked: Wanted, counted: Counts
) -> Page:
    """The lines asked for, in the same order and with the marks of this session, a page of PER_PAGE at a time.

    `counted` is what counts() gave for the same session. One query, three for a page of words beyond the end.
    """
    words = [key for word in asked.text.split() if (key := thai.search_key(word))]
    values: dict[str, Any] = {f"word{at}": f"%{word}%" for at, word in enumerate(words)}
    values |= {"workshop": workshop.id, "session": session.id if session else None, "status": asked.status}
    if asked.state is not None:
        values["state"] = asked.state
    kind = _Kind(
        language(),
        tuple([word.isascii() for word in words]),
        by_state=asked.state is not None,
        is_queue=asked.status in (OFFERED, WAITLISTED),
    )
    if words:
        return _searched(kind, values, asked.page)
    total = _total(asked, counted)
    number, pages = place(asked.page, total, PER_PAGE)
    rows = read_rows(_page(kind), **values, most=PER_PAGE, after=(number - 1) * PER_PAGE)
    return Page([Line._make(row) for row in rows], number, pages, total)


def _searched(kind: "_Kind", values: Mapping[str, Any], asked: str) -> Page:
    """A page of what is looked for, found and counted in one pass; another one where the page is beyond the end."""
    number, _pages = place(asked, BEYOND, PER_PAGE)
    rows = read_rows(_page(kind), **values, most=PER_PAGE, after=(number - 1) * PER_PAGE).all()
    if not rows and number > 1:
        total = read_rows(_count(kind), **values).scalar_one()
        return _searched(kind, values, str(place(asked, total, PER_PAGE)[1]))
    total = rows[0].total if rows else 0
    return Page([Line._make(row[:-1]) for row in rows], number, place(asked, total, PER_PAGE)[1], total)


def counts(workshop: Workshop | Head, session: WorkshopSession | Meeting | None) -> Counts:
    """How many registrations have each status, and how many with a seat have each mark (None: not marked yet). One query."""
    found: Counts = Counter()
    for status, state, number in read_rows(
        _COUNTS, workshop=workshop.id, session=session.id if session else None
    ):
        found[status] += number
        if status is CONFIRMED:
            found[state] += number
    return found


def counts_now(head: Head, meeting: Meeting | None) -> Counts:
    """The same for the head of a page just read. Every change appends a move or a mark, so what was counted at the same
    last ones is not counted again for as long as pages are kept; not longer, for two at once may end out of order."""
    seconds = current_app.config["PAGE_CACHE_SECONDS"]
    if not seconds:
        return counts(head, meeting)
    return _counted(db.engine, head, meeting, time.monotonic() // seconds)


@lru_cache(maxsize=256)
def _counted(_of: Engine, head: Head, meeting: Meeting | None, _span: float) -> Counts:
    return counts(head, meeting)


def _total(asked: Wanted, counted: Counts) -> int:
    return counted[asked.status] if asked.state is None else counted[asked.state or None]


def of_user(user: User) -> Sequence[Registration]:
    """A person's registrations that stand, earliest workshop first, with workshop and sessions. Two queries."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.workshop)
        .options(contains_eager(Registration.workshop).selectinload(Workshop.sessions))
        .where(Registration.user_id == user.id, Registration.status.in_(_STANDS))
        .order_by(Workshop.starts_on, Workshop.id)
    ).all()


@dataclass(frozen=True)
class _Kind:
    """What the text of a query hangs on; all else are its values."""

    lang: str
    words: tuple[bool, ...]  # of each whether it may be letters of a code
    by_state: bool
    is_queue: bool


_MARK = roll.state_at(bindparam("session"), Registration.id)
_marked = (
    select(Registration.status, _MARK.label("state"))
    .where(Registration.workshop_id == bindparam("workshop"))
    .subquery()
)
_COUNTS = select(_marked.c.status, _marked.c.state, func.count()).group_by(_marked.c.status, _marked.c.state)
_noted = aliased(AttendanceMark)
_GROUP = case({CONFIRMED: 0, OFFERED: 1, WAITLISTED: 2}, value=Registration.status, else_=3)
_IN_QUEUE = case((Registration.status.in_((OFFERED, WAITLISTED)), Registration.arrival), else_=0)


# Queries are put together once of each kind: that takes as long as asking them.
@cache
def _everybody(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Registration.id,
            Registration.code,
            Registration.ticket,
            User.name,
            User.email,
            agencies.name_in(lang),
            Registration.status,
            Registration.arrival,
            Registration.changed_at,
        )
        .join(Registration.user)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(Registration.workshop_id == bindparam("workshop"))
        .order_by(_GROUP, _IN_QUEUE, User.sort_key, Registration.arrival)
    )


@cache
def _lines(lang: str) -> Select[*tuple[Any, ...]]:
    """Lines with the mark that decides, in no order."""
    decides = roll.mark_at(bindparam("session"), Registration.id)
    return (
        select(
            Registration.code,
            Registration.ticket,
            User.name,
            agencies.name_in(lang),
            Registration.changed_at,
            _noted.state,
            _noted.how,
            _noted.at,
        )
        .join(Registration.user)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .outerjoin(_noted, and_(_noted.id == decides, _noted.state != AttendanceState.WITHDRAWN))
    )


@lru_cache(maxsize=64)
def _meant(kind: _Kind) -> Select[*tuple[Any, ...]]:
    """The registrations of one status, with a mark and words where these are asked for."""
    meant = (
        select(Registration.id)
        .join(Registration.user)
        .where(Registration.workshop_id == bindparam("workshop"), Registration.status == bindparam("status"))
    )
    if kind.by_state:
        meant = meant.where(func.coalesce(type_coerce(_MARK, String), "") == bindparam("state", type_=String))
    if kind.words:
        meant = meant.outerjoin(Agency, Agency.id == Registration.agency_id)
    for at, may_be_code in enumerate(kind.words):
        word = bindparam(f"word{at}", type_=String)
        codes = (func.lower(Registration.code), func.lower(Registration.ticket)) if may_be_code else ()
        places = (User.searched, Agency.searched, *codes)
        meant = meant.where(or_(*(place.like(word) for place in places)))
    return meant


@lru_cache(maxsize=64)
def _page(kind: _Kind) -> Select[*tuple[Any, ...]]:
    """The lines of a page: cut first, so that names and marks are read of those shown alone."""
    order = (Registration.arrival,) if kind.is_queue else (User.sort_key, Registration.arrival)
    cut = _meant(kind)
    if kind.words:
        cut = cut.add_columns(func.count().over().label("total"))
    found = cut.order_by(*order).limit(bindparam("most")).offset(bindparam("after")).subquery()
    lines = _lines(kind.lang).join(found, found.c.id == Registration.id).order_by(*order)
    return lines.add_columns(found.c.total) if kind.words else lines


@lru_cache(maxsize=64)
def _count(kind: _Kind) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(_meant(kind).subquery())
