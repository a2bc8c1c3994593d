"""Scans at the door of a session: which are taken, in any order and as often as they come, and how many came; what a ticket says is tickets' matter.

A scan says how long ago it happened, never when: so a phone's clock does not matter, and one that waited in a phone
without network is judged by its own moment. Each key is noted once. Nothing is skipped because of what is noted
already, so every order and mixture of doors' queues leaves the same marks.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.access import Asking
from portal.accounts.models import User
from portal.attendance import holders
from portal.attendance.holders import CAME, AtDoor, Counts, Holder
from portal.attendance.meetings import Meeting, refuse_outside
from portal.core import clock
from portal.core.db import begin_write, read_rows, together
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.prepared import Prepared
from portal.participation import tickets
from portal.participation.models import AttendanceMark, AttendanceState, RegistrationStatus

LONGEST_AGO = timedelta(days=400)
AT_THE_DOOR = "door"  # how: a ticket was scanned, or its letters typed, by an organizer


class NotTakingPart(Refused):
    """The ticket is of this workshop, but its owner has no seat; the sentence names the person."""


class KeyTaken(Refused):
    text = _l("รายการนี้ใช้เลขซ้ำกับอีกรายการ สแกนตั๋วนี้อีกครั้ง")


class Scan(NamedTuple):
    """What a door read or somebody typed, so long ago; `key` is the door's own name for this scan."""

    key: str
    text: str
    ago: timedelta = timedelta(0)


class OutcomeState(StrEnum):
    NOTED = "noted"
    KNOWN = "known"  # this scan was sent before, or this person had come already
    REFUSED = "refused"


class Outcome(NamedTuple):
    """What became of a scan. `name` and `agency` are empty where the ticket is nobody's."""

    key: str
    state: OutcomeState
    ticket: str
    name: str
    agency: str
    message: str
    at: datetime


class Scanned(NamedTuple):
    """What became of scans, in their order, at which session, and how many came there now."""

    meeting: Meeting
    outcomes: list[Outcome]
    counts: Counts


_BEFORE = select(AttendanceMark.key, AttendanceMark.session_id, AttendanceMark.registration_id).where(
    AttendanceMark.key.in_(bindparam("keys", expanding=True))
)
_NOTED = [
    "key",
    "session_id",
    "registration_id",
    "agency_id",
    "state",
    "how",
    "why",
    "by_id",
    "at",
    "noted_at",
]


def _noting(insert: Any) -> Any:
    known = insert(AttendanceMark).values({name: bindparam(name) for name in _NOTED})
    return known.on_conflict_do_nothing(index_elements=["key"]).returning(AttendanceMark.key)


_NOTE = Prepared(_noting(sqlite.insert), postgresql=_noting(postgresql.insert))


def scan(meeting: Meeting, scans: Sequence[Scan], *, by: User, how: str = AT_THE_DOOR) -> list[Outcome]:
    """As `scan_at`, for a session that is known."""
    begin_write()
    done = scan_at(meeting.workshop, meeting.code, scans, by=by, how=how)
    return done.outcomes if done else []


def scan_at(
    workshop: str, session: str, scans: Sequence[Scan], *, by: User | Asking, how: str = AT_THE_DOOR
) -> Scanned | None:
    """Note all of these that may be noted at the session with these codes and say of each what became of it; `by` is
    who sends them. Raises nothing of its own. None where there is no such session.

    A key that was noted before is KNOWN, whatever holds now. A new key is always noted, as attended, also for who had
    come already. One query, one for each new mark, and one where something was sent before or is refused. A single
    mark needs no transaction: by its key it is noted once or not at all.
    """
    first: dict[str, Scan] = {}
    for one in scans:
        first.setdefault(one.key, one)
    read = [(one, *_read(one, workshop)) for one in first.values()]
    wanted = {ticket for _scan, ticket, _no in read if ticket}
    door = holders.at_door(workshop, session, wanted, asking=by if isinstance(by, Asking) else None)
    if door is None:
        return None
    judged = [_judge(door, one, ticket, no) for one, ticket, no in read]
    fresh = _note(door.meeting, judged, by=by.id, how=how)
    before = _before(door.meeting, [one.scan.key for one in judged if one.scan.key not in fresh])
    outcomes, more = _outcomes(judged, fresh, before)
    return Scanned(door.meeting, _in_order(workshop, scans, outcomes), holders.came(door, more))


class _Judged(NamedTuple):
    """A scan with the moment it happened, whose ticket it is, and why it is refused (None: it is not)."""

    scan: Scan
    at: datetime
    ticket: str
    holder: Holder | None
    no: Refused | None


def _read(one: Scan, workshop: str) -> tuple[str, Refused | None]:
    try:
        return tickets.read(one.text, workshop), None
    except Refused as no:
        return "", no


def _judge(door: AtDoor, one: Scan, ticket: str, no: Refused | None) -> _Judged:
    at = clock.now() - min(max(one.ago, timedelta(0)), LONGEST_AGO)
    holder = door.holders.get(ticket)
    return _Judged(one, at, ticket, holder, no or _refusal(door.meeting, at, holder))


def _refusal(meeting: Meeting, at: datetime, holder: Holder | None) -> Refused | None:
    if holder is None:
        return tickets.UnknownTicket()
    if holder.status is not RegistrationStatus.CONFIRMED:
        return NotTakingPart(_("%(name)s ไม่มีที่นั่งในงานนี้แล้ว ดูคิวและสถานะในรายชื่อ", name=holder.name))
    try:
        refuse_outside(meeting, at)
    except Refused as no:
        return no
    return None


def _note(meeting: Meeting, judged: Sequence[_Judged], *, by: int, how: str) -> frozenset[str]:
    """Append a mark for each that is not refused, unless its key is there already; returns the keys that were news.

    In the order of the keys, so that two doors that send the same ones never wait for each other in a circle.
    """
    news = [
        {
            "key": one.scan.key,
            "session_id": meeting.id,
            "registration_id": one.holder.registration_id,
            "agency_id": one.holder.agency_id,
            "state": AttendanceState.ATTENDED,
            "how": how,
            "why": "",
            "by_id": by,
            "at": one.at,
            "noted_at": clock.now(),
        }
        for one in sorted(judged, key=lambda one: one.scan.key)
        if one.no is None and one.holder is not None
    ]
    with together() if len(news) > 1 else nullcontext():
        return frozenset(key for one in news for (key,) in _NOTE.rows(**one))


def _before(meeting: Meeting, keys: Collection[str]) -> dict[str, int | None]:
    """Which of these keys were noted before, for which registration; None where it was at another session."""
    if not keys:
        return {}
    rows = read_rows(_BEFORE, keys=list(keys))
    return {key: registration if session == meeting.id else None for key, session, registration in rows}


def _outcomes(
    judged: Sequence[_Judged], fresh: Collection[str], before: Mapping[str, int | None]
) -> tuple[dict[str, Outcome], int]:
    """What became of each, by key, and how many more have come by it."""
    outcomes: dict[str, Outcome] = {}
    came: set[str] = set()
    more = 0
    for one in judged:
        outcome = outcomes[one.scan.key] = _outcome(one, fresh, before, came)
        if outcome.state is not OutcomeState.REFUSED:
            came.add(one.ticket)
        if outcome.state is OutcomeState.NOTED and one.holder is not None:
            more += one.holder.since is None or one.at >= one.holder.since
    return outcomes, more


def _outcome(
    one: _Judged, fresh: Collection[str], before: Mapping[str, int | None], came: Collection[str]
) -> Outcome:
    key, holder, no = one.scan.key, one.holder, one.no
    if key in before:
        is_same = holder is not None and before[key] == holder.registration_id
        no = None if is_same else KeyTaken()
    had_come = one.ticket in came or (holder is not None and holder.state in CAME)
    if no is not None:
        state, message = OutcomeState.REFUSED, str(no)
    elif key in fresh and not had_come:
        state, message = OutcomeState.NOTED, str(_("ลงชื่อแล้ว"))
    else:
        state, message = OutcomeState.KNOWN, str(_("ลงชื่อไว้แล้ว"))
    name, agency = (holder.name, holder.agency) if holder else ("", "")
    return Outcome(key, state, one.ticket, name, agency, message, one.at)


def _in_order(workshop: str, scans: Sequence[Scan], outcomes: Mapping[str, Outcome]) -> list[Outcome]:
    """Each scan's own outcome, also of a key that comes twice in one parcel."""
    told: set[str] = set()
    found = []
    for one in scans:
        outcome = outcomes[one.key]
        found.append(_told_again(workshop, one, outcome) if one.key in told else outcome)
        told.add(one.key)
    return found


def _told_again(workshop: str, one: Scan, first: Outcome) -> Outcome:
    """As if it came in a parcel of its own: known where it is the same ticket, refused where the key is another's."""
    if _read(one, workshop)[0] != first.ticket:
        return Outcome(one.key, OutcomeState.REFUSED, "", "", "", str(KeyTaken()), first.at)
    if first.state is OutcomeState.NOTED:
        return first._replace(state=OutcomeState.KNOWN, message=str(_("ลงชื่อไว้แล้ว")))
    return first
