"""Marks of attendance as calendars ask for them: of one person with the moment, of thousands in one go, and as they were known on a day; what a mark means and which decides is attendance's matter."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, select, type_coerce

from portal.core import clock
from portal.core.db import UTCDateTime, read_rows
from portal.participation.models import AttendanceMark, AttendanceState, Registration
from portal.programme.models import WorkshopSession

States = dict[int, dict[int, str]]  # by id of the session, then of the registration: the value of the state


class Known(NamedTuple):
    """What the deciding mark says of one person at one session, and when it reached us; state None: withdrawn."""

    state: AttendanceState | None
    noted_at: datetime


def end_of(day: date | None) -> datetime | None:
    """The moment before which a mark was known on that day in Bangkok; None for now."""
    return datetime.combine(day + timedelta(days=1), time(), clock.BANGKOK) if day else None


def known_of(
    sessions: Collection[WorkshopSession], registrations: Sequence[Registration]
) -> dict[tuple[int, int], Known]:
    """By (registration id, session id); who was never marked is not in it. One query."""
    if not sessions or not registrations:
        return {}
    rows = read_rows(
        _OF_FEW,
        sessions=[session.id for session in sessions],
        people=[one.id for one in registrations],
    )
    return {
        (row.registration_id, row.session_id): Known(
            None if row.state is AttendanceState.WITHDRAWN else row.state, row.noted_at
        )
        for row in rows
    }


def states_at(
    sessions: Collection[WorkshopSession],
    until: datetime | None = None,
    *,
    people: Collection[int] | None = None,
) -> States:
    """What was known before that moment (None: now) of everybody at these sessions, or of these registrations. One query.

    It is a mark's `noted_at` that says since when it is known; which of the known ones decides, its `at` says.
    """
    found: States = defaultdict(dict)
    for session, registration, state in _ask(_states, sessions, until, people):
        found[session][registration] = state  # the last one decides
    for states in found.values():
        for registration in [one for one, state in states.items() if state == AttendanceState.WITHDRAWN]:
            del states[registration]
    return found


def last_noted(
    sessions: Collection[WorkshopSession],
    until: datetime | None = None,
    *,
    people: Collection[int] | None = None,
) -> dict[int, datetime]:
    """When the last mark of each session reached us, by its id; one without marks is not in it. As states_at. One query."""
    return dict(_ask(_last_noted, sessions, until, people).all())


def _ask(
    statement: Any,
    sessions: Collection[WorkshopSession],
    until: datetime | None,
    people: Collection[int] | None,
) -> Any:
    values: dict[str, Any] = {"sessions": [session.id for session in sessions]}
    if until is not None:
        values["until"] = until
    if people is not None:
        values["people"] = list(people)
    return read_rows(statement(is_now=until is None, of_all=people is None), **values)


# Put together once: that takes longer than asking.
_HERE = AttendanceMark.session_id.in_(bindparam("sessions", expanding=True))
_THESE = AttendanceMark.registration_id.in_(bindparam("people", expanding=True))
_BEFORE = AttendanceMark.noted_at < bindparam("until", type_=UTCDateTime)
# As the index has it, so that nothing is sorted; of two at one moment the one noted last decides.
_IN_ORDER = (
    AttendanceMark.session_id,
    AttendanceMark.registration_id,
    AttendanceMark.at,
    AttendanceMark.id,
)
_OF_FEW = (
    select(
        AttendanceMark.registration_id,
        AttendanceMark.session_id,
        AttendanceMark.state,
        AttendanceMark.noted_at,
    )
    .where(_HERE, _THESE)
    .order_by(*_IN_ORDER)
)


@cache
def _states(*, is_now: bool, of_all: bool) -> Select[*tuple[Any, ...]]:
    state = type_coerce(AttendanceMark.state, String)  # thousands are told apart by their text
    found = select(AttendanceMark.session_id, AttendanceMark.registration_id, state)
    return found.where(_which(is_now, of_all)).order_by(*_IN_ORDER)


@cache
def _last_noted(*, is_now: bool, of_all: bool) -> Select[*tuple[Any, ...]]:
    found = select(AttendanceMark.session_id, func.max(AttendanceMark.noted_at))
    return found.where(_which(is_now, of_all)).group_by(AttendanceMark.session_id)


def _which(is_now: bool, of_all: bool) -> ColumnElement[bool]:
    return and_(_HERE, *(() if is_now else (_BEFORE,)), *(() if of_all else (_THESE,)))
