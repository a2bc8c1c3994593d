"""Scans at the door of a session: which are taken, in any order and as often as they come, and how many came; what a ticket says is tickets' matter.

A scan says how long ago it happened, never when: so a phone's clock does not matter, and one that waited in a phone
without network is judged by its own moment. Each key is noted once. Nothing is skipped because of what is noted
already, so every order and mixture of doors' queues leaves the same marks.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import begin_write, db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.participation import attendance, tickets
from portal.participation.meetings import Meeting, refuse_outside
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus

LONGEST_AGO = timedelta(days=400)
AT_THE_DOOR = "door"  # how: a ticket was scanned, or its letters typed, by an organizer
CAME = (AttendanceState.ATTENDED, AttendanceState.PARTIAL)


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


class Person(NamedTuple):
    """Whose ticket it is, and what was noted about them before these scans."""

    ticket: str
    registration_id: int
    agency_id: int | None
    status: RegistrationStatus
    name: str
    agency: str
    state: AttendanceState | None


_BEFORE = select(AttendanceMark.key, AttendanceMark.session_id, AttendanceMark.registration_id).where(
    AttendanceMark.key.in_(bindparam("keys", expanding=True))
)
_NOTE = {
    name: insert(AttendanceMark).on_conflict_do_nothing(index_elements=["key"]).returning(AttendanceMark.key)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def scan(meeting: Meeting, scans: Sequence[Scan], *, by: User, how: str = AT_THE_DOOR) -> list[Outcome]:
    """Note all of these that may be noted and say of each what became of it, in their order; raises nothing.

    A key that was noted before is KNOWN, whatever holds now. A new key is always noted, as attended, also for who had
    come already. Three queries, four where something was sent before or is refused.
    """
    begin_write()
    first: dict[str, Scan] = {}
    for one in scans:
        first.setdefault(one.key, one)
    judged = _judged(meeting, list(first.values()))
    fresh = _note(meeting, judged, by=by, how=how)
    before = _before(meeting, [one.scan.key for one in judged if one.scan.key not in fresh])
    outcomes: dict[str, Outcome] = {}
    came: set[str] = set()
    for found in judged:
        outcome = outcomes[found.scan.key] = _outcome(found, fresh, before, came)
        if outcome.state is not OutcomeState.REFUSED:
            came.add(found.ticket)
    return _in_order(scans, outcomes)


class _Judged(NamedTuple):
    """A scan with the moment it happened, whose ticket it is, and why it is refused (None: it is not)."""

    scan: Scan
    at: datetime
    ticket: str
    person: Person | None
    no: Refused | None


def _judged(meeting: Meeting, scans: Sequence[Scan]) -> list[_Judged]:
    """One query for any number."""
    now = clock.now()
    read = [(one, now - min(max(one.ago, timedelta(0)), LONGEST_AGO), *_read(one, meeting)) for one in scans]
    people = _people(meeting, {ticket for _scan, _at, ticket, _no in read if ticket})
    return [
        _Judged(one, at, ticket, people.get(ticket), no or _refusal(meeting, at, people.get(ticket)))
        for one, at, ticket, no in read
    ]


def _read(one: Scan, meeting: Meeting) -> tuple[str, Refused | None]:
    try:
        return tickets.read(one.text, meeting.workshop), None
    except Refused as no:
        return "", no


def _refusal(meeting: Meeting, at: datetime, person: Person | None) -> Refused | None:
    if person is None:
        return tickets.UnknownTicket()
    if person.status is not RegistrationStatus.CONFIRMED:
        return NotTakingPart(_("%(name)s ไม่มีที่นั่งในงานนี้แล้ว ดูคิวและสถานะในรายชื่อ", name=person.name))
    try:
        refuse_outside(meeting, at)
    except Refused as no:
        return no
    return None


def _people(meeting: Meeting, wanted: Collection[str]) -> dict[str, Person]:
    if not wanted:
        return {}
    rows = read_rows(
        _owners(language()), workshop=meeting.workshop_id, session=meeting.id, tickets=sorted(wanted)
    )
    return {row[0]: Person._make(row) for row in rows}


@cache
def _owners(lang: str) -> Select[*tuple[Any, ...]]:
    in_english = func.coalesce(func.nullif(Agency.name_en, ""), Agency.name_th)
    return (
        select(
            Registration.ticket,
            Registration.id,
            Registration.agency_id,
            Registration.status,
            User.name,
            func.coalesce(in_english if lang == "en" else Agency.name_th, ""),
            attendance.state_at(bindparam("session"), Registration.id),
        )
        .join(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(
            Registration.workshop_id == bindparam("workshop"),
            Registration.ticket.in_(bindparam("tickets", expanding=True)),
        )
    )


def _note(meeting: Meeting, judged: Sequence[_Judged], *, by: User, how: str) -> frozenset[str]:
    """Append a mark for each that is not refused, unless its key is there already; returns the keys that were news.

    In the order of the keys, so that two doors that send the same ones never wait for each other in a circle.
    """
    news = [
        {
            "key": one.scan.key,
            "session_id": meeting.id,
            "registration_id": one.person.registration_id,
            "agency_id": one.person.agency_id,
            "state": AttendanceState.ATTENDED,
            "how": how,
            "why": "",
            "by_id": by.id,
            "at": one.at,
            "noted_at": clock.now(),
        }
        for one in sorted(judged, key=lambda one: one.scan.key)
        if one.no is None and one.person is not None
    ]
    if not news:
        return frozenset()
    connection = db.session.connection()
    noted: Any = connection.execute(_NOTE[connection.dialect.name], news).scalars()
    return frozenset(noted)


def _before(meeting: Meeting, keys: Collection[str]) -> dict[str, int | None]:
    """Which of these keys were noted before, for which registration; None where it was at another session."""
    if not keys:
        return {}
    rows = read_rows(_BEFORE, keys=list(keys))
    return {key: registration if session == meeting.id else None for key, session, registration in rows}


def _outcome(
    one: _Judged, fresh: Collection[str], before: Mapping[str, int | None], came: Collection[str]
) -> Outcome:
    key, person = one.scan.key, one.person
    no = one.no
    if key in before and (person is None or before[key] != person.registration_id):
        no = KeyTaken()
    elif key in before:
        no = None
    if no is not None:
        state, message = OutcomeState.REFUSED, str(no)
    elif key in fresh and one.ticket not in came and (person is None or person.state not in CAME):
        state, message = OutcomeState.NOTED, str(_("ลงชื่อแล้ว"))
    else:
        state, message = OutcomeState.KNOWN, str(_("ลงชื่อไว้แล้ว"))
    name, agency = (person.name, person.agency) if person else ("", "")
    return Outcome(key, state, one.ticket, name, agency, message, one.at)


def _in_order(scans: Sequence[Scan], outcomes: Mapping[str, Outcome]) -> list[Outcome]:
    """Each scan's own outcome; the same scan twice in one parcel is known the second time."""
    told: set[str] = set()
    found = []
    for one in scans:
        outcome = outcomes[one.key]
        if one.key in told and outcome.state is OutcomeState.NOTED:
            outcome = outcome._replace(state=OutcomeState.KNOWN, message=str(_("ลงชื่อไว้แล้ว")))
        told.add(one.key)
        found.append(outcome)
    return found
