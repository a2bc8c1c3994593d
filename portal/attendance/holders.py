"""Whose tickets these are at the door of one session, and how many came there, all asked in one statement; what becomes of their scans is check_in's matter."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from portal.accounts import agencies
from portal.accounts.access import ORGANIZER_ASKING, Asking
from portal.accounts.models import Agency, User
from portal.attendance import roll
from portal.attendance.meetings import COLUMNS, Meeting
from portal.core.db import read_rows
from portal.core.i18n import language
from portal.core.prepared import Prepared
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus
from portal.programme.models import Workshop, WorkshopSession

CAME = (AttendanceState.ATTENDED, AttendanceState.PARTIAL)


STANDS = 1.0  # seconds that a count stands while scans come in


class Counts(NamedTuple):
    """How many came to a session, of how many who have a seat."""

    came: int
    seats: int


class Holder(NamedTuple):
    """Whose ticket it is; `state` is what is noted about them at this session, `since` when that happened."""

    ticket: str
    registration_id: int
    agency_id: int | None
    status: RegistrationStatus
    name: str
    agency: str
    state: AttendanceState | None
    since: datetime | None


class AtDoor(NamedTuple):
    """A session, how many came there, and whose the tickets are that were asked for."""

    meeting: Meeting
    counts: Counts
    holders: Mapping[str, Holder]


def _came(workshop: Any, session: Any) -> Any:
    state = roll.state_at(session, _seat.id).correlate(_seat)
    return _seats(workshop).where(state.in_(CAME))


def _seats(workshop: Any) -> Select[Any]:
    return (
        select(func.count())
        .select_from(_seat)
        .where(_seat.workshop_id == workshop, _seat.status == RegistrationStatus.CONFIRMED)
    )


_seat = aliased(Registration)
_COUNTS = select(
    _came(bindparam("workshop"), bindparam("session")).scalar_subquery(),
    _seats(bindparam("workshop")).scalar_subquery(),
)
# By code, and not by way of the rows beside them: so they are asked once, however many tickets there are.
_workshop = select(Workshop.id).where(Workshop.code == bindparam("workshop")).scalar_subquery()
_session = (
    select(WorkshopSession.id)
    .where(WorkshopSession.workshop_id == _workshop, WorkshopSession.code == bindparam("session"))
    .scalar_subquery()
)


def counts(meeting: Meeting) -> Counts:
    """Counted now. One query."""
    return Counts._make(read_rows(_COUNTS, workshop=meeting.workshop_id, session=meeting.id).one())


def at_door(
    workshop: str, session: str, wanted: Collection[str], *, asking: Asking | None = None
) -> AtDoor | None:
    """The session with these codes (None where there is none), its counts, and whose these tickets are. One query, which
    mostly looks up as well who is `asking`.

    Scans come many a second, and counting takes as long as all else: so a process counts anew once a second, and adds
    what it is told by `came` in between.
    """
    known = _recent().get((workshop, session))
    is_old = known is None or monotonic() - known.counted > STANDS
    # One at a time is how they mostly come; a list is written anew into the statement at each execution.
    is_one = len(wanted) == 1
    tickets = {"ticket": next(iter(wanted))} if is_one else {"tickets": sorted(wanted)}
    values = {"workshop": workshop, "session": session} | tickets
    if is_one and not is_old and asking is not None:
        rows = _door_of_one(language()).rows(**values, **asking.values)
        if rows:
            asking.told(rows[0][-1])
    else:
        rows = read_rows(_door(language(), is_old, is_one), **values).all()
    if not rows:
        return None
    ends = len(COLUMNS)
    meeting = Meeting._make(rows[0][:ends])
    if known is None or is_old:
        known = _recent()[workshop, session] = _Recent(monotonic(), Counts._make(rows[0][-2:]))
    holders = (Holder._make(row[ends : ends + len(Holder._fields)]) for row in rows if row[ends] is not None)
    return AtDoor(meeting, known.counts, {one.ticket: one for one in holders})


def came(door: AtDoor, more: int) -> Counts:
    """The counts of this door, with so many more who came just now."""
    key = (door.meeting.workshop, door.meeting.code)
    counted = door.counts._replace(came=door.counts.came + more)
    _recent()[key] = _Recent(_recent()[key].counted, counted)
    return counted


class _Recent(NamedTuple):
    counted: float  # by time.monotonic
    counts: Counts


def _recent() -> dict[tuple[str, str], _Recent]:
    recent: dict[tuple[str, str], _Recent] = current_app.extensions.setdefault("door_counts", {})
    return recent


# Put together once of each kind: that takes as long as asking.
@cache
def _door_of_one(lang: str) -> Prepared:
    return Prepared(_door(lang, False, True).add_columns(ORGANIZER_ASKING))


@cache
def _door(lang: str, with_counts: bool, is_one: bool) -> Select[*tuple[Any, ...]]:
    since = select(func.max(AttendanceMark.at)).where(
        AttendanceMark.session_id == WorkshopSession.id, AttendanceMark.registration_id == Registration.id
    )
    is_asked = (
        Registration.ticket == bindparam("ticket")
        if is_one
        else Registration.ticket.in_(bindparam("tickets", expanding=True))
    )
    holds = and_(Registration.workshop_id == Workshop.id, is_asked)
    counted = (_came(_workshop, _session), _seats(_workshop)) if with_counts else ()
    return (
        select(
            *COLUMNS,
            Registration.ticket,
            Registration.id,
            Registration.agency_id,
            Registration.status,
            User.name,
            func.coalesce(agencies.name_in(lang), ""),
            roll.state_at(WorkshopSession.id, Registration.id),
            since.scalar_subquery(),
            *(one.scalar_subquery() for one in counted),
        )
        .select_from(WorkshopSession)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .outerjoin(Registration, holds)
        .outerjoin(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(Workshop.code == bindparam("workshop"), WorkshopSession.code == bindparam("session"))
    )
