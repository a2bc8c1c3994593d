"""What a door shows of its session: who has a seat, the latest marks, and the token that a door's page carries; taking scans is check_in's matter."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from portal.accounts import agencies
from portal.accounts.models import Agency, User
from portal.attendance import roll
from portal.attendance.check_in import AT_THE_DOOR
from portal.attendance.holders import CAME
from portal.attendance.meetings import Meeting
from portal.attendance.self_check_in import BY_ONESELF
from portal.core.db import read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l, language
from portal.participation import tickets
from portal.participation.models import AttendanceMark, AttendanceState, Registration
from portal.participation.seats import CONFIRMED
from portal.programme.models import WorkshopSession

SIGNATURE = 20  # letters
LATEST = 8

STATE_WORDS = {
    AttendanceState.ATTENDED: _l("มาแล้ว"),
    AttendanceState.PARTIAL: _l("มาบางส่วน"),
    AttendanceState.EXCUSED: _l("ลา"),
    AttendanceState.NO_SHOW: _l("ไม่มา"),
    AttendanceState.WITHDRAWN: _l("ถอนการบันทึก"),
}
HOW_WORDS = {
    AT_THE_DOOR: _l("ที่ประตู"),
    BY_ONESELF: _l("ลงชื่อเอง"),
    roll.ON_THE_ROSTER: _l("ในรายชื่อ"),
    "import": _l("นำเข้าไฟล์"),
}


class OtherDoor(Refused):
    text = _l("หน้านี้เป็นของช่วงอื่น โหลดหน้านี้ใหม่ รายการที่รอส่งจะยังอยู่")


class Guest(NamedTuple):
    """Somebody with a seat, as a door looks them up without network; `state` is what is noted now."""

    ticket: str
    name: str
    agency: str
    state: AttendanceState | None


class Latest(NamedTuple):
    """A mark of this session, for the list of what came in last."""

    name: str
    agency: str
    state: AttendanceState
    how: str
    at: datetime


class Mark(NamedTuple):
    """One mark of one person, in full: when it happened, when it reached us, how, who noted it and why."""

    session: str
    title_th: str
    title_en: str
    day: date
    state: AttendanceState
    how: str
    at: datetime
    noted_at: datetime
    by: str | None
    why: str


_MARK = roll.state_at(bindparam("session"), Registration.id)
_SEATED = (Registration.workshop_id == bindparam("workshop"), Registration.status == CONFIRMED)
_MARKS = (
    select(
        WorkshopSession.code,
        WorkshopSession.title_th,
        WorkshopSession.title_en,
        WorkshopSession.day,
        AttendanceMark.state,
        AttendanceMark.how,
        AttendanceMark.at,
        AttendanceMark.noted_at,
        User.name,
        AttendanceMark.why,
    )
    .join(WorkshopSession, WorkshopSession.id == AttendanceMark.session_id)
    .outerjoin(User, User.id == AttendanceMark.by_id)
    .where(AttendanceMark.registration_id == bindparam("registration"))
    .order_by(
        WorkshopSession.day, WorkshopSession.position, AttendanceMark.at.desc(), AttendanceMark.id.desc()
    )
)


def roster_of(meeting: Meeting) -> list[Guest]:
    """Everybody with a seat, in Thai order, agencies in the language in force. One query."""
    rows = read_rows(_guests(language()), workshop=meeting.workshop_id, session=meeting.id)
    return [Guest._make(row) for row in rows]


def latest(meeting: Meeting, *, by: User | None = None) -> list[Latest]:
    """The last to come to this session (noted by this person), the latest first, unless that was taken back. One query."""
    values = {"session": meeting.id, "most": LATEST} | ({} if by is None else {"by": by.id})
    return [Latest._make(row) for row in read_rows(_latest(language(), by is not None), **values)]


def token_of(meeting: Meeting, roster: Sequence[Guest]) -> str:
    """What the page of a door carries and sends along with its scans: which session it is, and that this roster came
    from us. It never grows old: what waits in a phone is judged by its own moment."""
    named = f"{meeting.workshop}.{meeting.code}.{_digest(roster)}"
    return f"{named}.{_signature(named)}"


def check(token: str, workshop: str, session: str) -> None:
    """Refuses with OtherDoor a token of another session (by its codes), and one that is not ours."""
    named, _dot, signature = token.rpartition(".")
    # JSON brings halves of letters that cannot even be compared.
    if not token.isascii() or not hmac.compare_digest(_signature(named), signature):
        raise OtherDoor
    if not named.startswith(f"{workshop}.{session}."):
        raise OtherDoor


def _signature(named: str) -> str:
    return tickets.letters_of(f"door:{named}", SIGNATURE)


def _digest(roster: Sequence[Guest]) -> str:
    """What changes with any name, ticket or mark of a roster."""
    return hashlib.sha256(json.dumps(roster).encode()).hexdigest()[:32]


def marks_of(registration: Registration) -> list[Mark]:
    """Everything noted about this person in this workshop, the deciding mark of each session first. One query."""
    return [Mark._make(row) for row in read_rows(_MARKS, registration=registration.id)]


# Put together once of each kind: that takes as long as asking.
@cache
def _guests(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Registration.ticket, User.name, _agency(lang), _MARK)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(*_SEATED)
        .order_by(User.sort_key, Registration.arrival)
    )


@cache
def _latest(lang: str, of_one: bool) -> Select[*tuple[Any, ...]]:
    mark = aliased(AttendanceMark)
    found = (
        select(User.name, _agency(lang), mark.state, mark.how, mark.at)
        .join(Registration, Registration.id == mark.registration_id)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Agency, Agency.id == mark.agency_id)
        .where(
            mark.session_id == bindparam("session"),
            mark.state.in_(CAME),
            roll.state_at(mark.session_id, mark.registration_id).in_(CAME),
        )
        .order_by(mark.id.desc())
        .limit(bindparam("most"))
    )
    return found.where(mark.by_id == bindparam("by")) if of_one else found


def _agency(lang: str) -> Any:
    return func.coalesce(agencies.name_in(lang), "")
