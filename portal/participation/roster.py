"""Who takes part, as lists: the roster of a workshop, a person's and an agency's registrations; reads only, and columns where they are long."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.models import Agency, User
from portal.core import thai
from portal.core.db import db, read_rows
from portal.core.i18n import language
from portal.participation import attendance
from portal.participation.models import (
    AttendanceState,
    Registration,
    RegistrationStatus,
)
from portal.participation.seats import CONFIRMED, WAITLISTED
from portal.programme.models import Workshop, WorkshopSession

# A roster is sorted by the same names again and again.
_sort_key = lru_cache(maxsize=20_000)(thai.sort_key)
_search_key = lru_cache(maxsize=20_000)(thai.search_key)


class Line(NamedTuple):
    """One registration on the roster, its status since when, and the mark of the session asked for."""

    id: int
    code: str
    name: str
    email: str
    agency: str | None
    status: RegistrationStatus
    arrival: int
    since: datetime
    state: AttendanceState | None


_WITH_SESSIONS = (
    select(Workshop).where(Workshop.code == bindparam("code")).options(joinedload(Workshop.sessions))
)


def with_sessions(code: str) -> Workshop | None:
    """The workshop of a roster, drafts and cancelled ones too, with its sessions; talks are left out. One query."""
    return db.session.scalars(_WITH_SESSIONS, {"code": code}).unique().one_or_none()


def roster_of(workshop: Workshop, *, session: WorkshopSession | None = None) -> list[Line]:
    """Everybody ever registered for this workshop: those with a seat by name in Thai order, then the queue
    by arrival, then who cancelled; with the marks of one session, agencies in the language in force. One query."""
    rows = read_rows(_lines(language()), workshop=workshop.id, session=session.id if session else None)
    return sorted(map(Line._make, rows), key=_order)


def matching(
    lines: Iterable[Line],
    *,
    status: RegistrationStatus | None = None,
    state: AttendanceState | str | None = None,
    text: str = "",
) -> list[Line]:
    """The lines with this status, this mark (an AttendanceState, or "" for not marked yet; None: any) and these
    words in name, agency, mail or code; spelling variants agree as in any search."""
    wanted = [_search_key(word) for word in text.split()]
    return [
        line
        for line in lines
        if (status is None or line.status is status)
        and (state is None or (line.state or "") == state)
        and all(word in _haystack(line) for word in wanted)
    ]


def counts(lines: Iterable[Line]) -> Counter[RegistrationStatus | AttendanceState | None]:
    """How many lines have each status, and how many with a seat have each mark (None: not marked yet)."""
    found: Counter[RegistrationStatus | AttendanceState | None] = Counter()
    for line in lines:
        found[line.status] += 1
        if line.status is CONFIRMED:
            found[line.state] += 1
    return found


def of_user(user: User) -> Sequence[Registration]:
    """A person's registrations that stand, earliest workshop first, with workshop and sessions. Two queries."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.workshop)
        .options(contains_eager(Registration.workshop).selectinload(Workshop.sessions))
        .where(Registration.user_id == user.id, Registration.status.in_((CONFIRMED, WAITLISTED)))
        .order_by(Workshop.starts_on, Workshop.id)
    ).all()


def standing_of_user(user: User) -> dict[int, RegistrationStatus]:
    """Seat or queue of a person by id of the workshop; a workshop without either is not in it. One query."""
    rows = select(Registration.workshop_id, Registration.status).where(
        Registration.user_id == user.id, Registration.status.in_((CONFIRMED, WAITLISTED))
    )
    return dict(db.session.execute(rows).all())


@cache
def _lines(lang: str) -> Executable:
    """The query of a roster, put together once a language: that would take as long as asking it."""
    in_english = func.coalesce(func.nullif(Agency.name_en, ""), Agency.name_th)
    return (
        select(
            Registration.id,
            Registration.code,
            User.name,
            User.email,
            in_english if lang == "en" else Agency.name_th,
            Registration.status,
            Registration.arrival,
            Registration.changed_at,
            attendance.state_at(bindparam("session"), Registration.id),
        )
        .join(Registration.user)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(Registration.workshop_id == bindparam("workshop"))
    )


_GROUPS = {CONFIRMED: 0, WAITLISTED: 1, RegistrationStatus.CANCELLED: 2}


def _order(line: Line) -> tuple[int, int, str, int]:
    queue = line.arrival if line.status is WAITLISTED else 0
    return _GROUPS[line.status], queue, _sort_key(line.name), line.arrival


def _haystack(line: Line) -> str:
    return _search_key(f"{line.name} {line.agency or ''} {line.email} {line.code}")
