"""Calendars of attendance: one event a session with everybody who has a seat, of a workshop, an agency or a cohort, now or as it was known on a day; who may read one is the matter of feeds and pages.

As of a day: who had a seat by the ledger until that day's end, and the marks that had reached us by then, even where
they tell of an earlier moment. Meetings themselves stand as they stand today. A cohort is a track of a round: the people
of the agencies whose entry passed stage 1 in it, in the track's workshops.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Integer, Select, bindparam, case, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Agency, User
from portal.awards.models import Entry, Track
from portal.core import dates, ics
from portal.core.db import UTCDateTime, db, read_rows
from portal.core.i18n import _, in_lang, language
from portal.participation import calendars, marks
from portal.participation.models import AttendanceState, Move, Registration, RegistrationMove
from portal.participation.seats import CONFIRMED, OFFERED, TAKES_A_SEAT
from portal.programme.models import Workshop, WorkshopSession, workshop_track

MOST_NAMES = 50  # of one state in an event's text; the ATTENDEEs are always all there
GIVES_A_SEAT = (Move.REGISTERED, Move.PROMOTED, Move.ACCEPTED, Move.TAKEN_OVER)
DECLINED = AttendanceState.EXCUSED.value

Kind = Literal["workshop", "agency", "cohort"]


class Guest(NamedTuple):
    """Somebody who has a seat or is offered one, since when."""

    id: int
    workshop_id: int
    name: str
    email: str
    agency: str | None
    status: str
    since: datetime

    @property
    def is_offered(self) -> bool:
        return self.status == OFFERED


@dataclass(frozen=True)
class _Whose:
    """Whose attendance is asked for: of which kind, under which id, in UIDs as which word, as of which day."""

    kind: Kind
    id: int
    word: str
    name: str
    as_of: date | None

    @property
    def until(self) -> datetime | None:
        return marks.end_of(self.as_of)

    @property
    def title(self) -> str:
        if self.as_of is None:
            return _("การเข้าอบรม: %(title)s", title=self.name)
        day = dates.thai_date(self.as_of, lang="en" if language() == "en" else "th")
        return _("การเข้าอบรม: %(title)s ณ วันที่ %(day)s", title=self.name, day=day)


def of_workshop(workshop: Workshop, *, as_of: date | None = None) -> bytes:
    """Everybody with a seat in this workshop, in the language in force. Four queries."""
    whose = _Whose("workshop", workshop.id, "attendance", in_lang(workshop, "title"), as_of)
    return _calendar(whose, _guests(whose), [workshop])


def of_agency(agency: Agency, *, as_of: date | None = None) -> bytes:
    """The people with a seat in the name of this agency, in all workshops. Five queries."""
    whose = _Whose("agency", agency.id, f"agency-{agency.code}", in_lang(agency, "name"), as_of)
    return _of_many(whose)


def of_cohort(track: Track, *, as_of: date | None = None) -> bytes:
    """The people of the agencies that passed stage 1 in this track, in its workshops. Five queries."""
    year = track.round.year_be
    name = _("%(track)s พ.ศ. %(year)d", track=in_lang(track, "name"), year=year)
    return _of_many(_Whose("cohort", track.id, f"cohort-{year}-{track.code}", name, as_of))


def _of_many(whose: _Whose) -> bytes:
    guests = _guests(whose)
    ids = sorted({guest.workshop_id for guest in guests})
    return _calendar(whose, guests, db.session.scalars(_WORKSHOPS, {"ids": ids}).unique().all())


def _calendar(whose: _Whose, guests: Sequence[Guest], workshops: Sequence[Workshop]) -> bytes:
    sessions = [session for workshop in workshops for session in workshop.sessions]
    told = _Told(
        marks.states_at(sessions, whose.until),
        marks.last_noted(sessions, whose.until),
        _last_moved(whose, workshops),
        {one.id: ics.guest(ics.Person(one.name, one.email), _agency_of(one)) for one in guests},
    )
    events = []
    for workshop in workshops:
        here = [guest for guest in guests if guest.workshop_id == workshop.id]
        days: list[WorkshopSession | None] = [*workshop.sessions] or [None]
        events += [
            _event(whose, workshop, session, here, told)
            for session in days
            if calendars.is_kept(workshop, session, on=whose.as_of)
        ]
    return ics.calendar(whose.title, events)


@dataclass(frozen=True)
class _Told:
    """What is known of all sessions: states, when the last mark came, when a seat last moved, and who each one is as half a line."""

    states: marks.States
    noted: dict[int, datetime]
    moved: dict[int, datetime]
    guests: dict[int, bytes]


def _event(
    whose: _Whose, workshop: Workshop, session: WorkshopSession | None, here: Sequence[Guest], told: _Told
) -> ics.Event:
    event = calendars.event_of(workshop, session)
    states = told.states.get(session.id, {}) if session else {}
    told_of = [(one, OFFERED.value if one.is_offered else states.get(one.id)) for one in here]
    counts = Counter(state for _one, state in told_of)
    noted = told.noted.get(session.id) if session else None
    changes = (event.last_modified, noted, told.moved.get(workshop.id), *(one.since for one in here))
    guests = told.guests
    return replace(
        event,
        uid=f"{whose.word}.{event.uid}",
        organizer=calendars.organizer(),
        guests=b"".join([_standing(state) + guests[one.id] for one, state in told_of]),
        description=_in_words(told_of, counts),
        extra={"X-ATTENDANCE": " ".join(f"{_word(state)}={counts[_value(state)]}" for state in _STATES)},
        last_modified=max(moment for moment in changes if moment is not None),
    )


_STATES = tuple(calendars.STATE_WORDS)


def _value(state: AttendanceState | None) -> str | None:
    return state.value if state else None


def _word(state: AttendanceState | None) -> str:
    return state.value if state else calendars.UNMARKED


@cache
def _standing(state: str | None) -> bytes:
    """How somebody stands, as the first half of a line; an offered seat waits for its answer and has no attendance."""
    if state == OFFERED:
        return ics.standing("NEEDS-ACTION", {})
    partstat = "DECLINED" if state == DECLINED else "ACCEPTED"
    return ics.standing(partstat, {"X-ATTENDANCE": state or calendars.UNMARKED})


def _agency_of(guest: Guest) -> dict[str, str]:
    return {"X-AGENCY": guest.agency} if guest.agency else {}


def _in_words(told: Collection[tuple[Guest, str | None]], counts: Counter[str | None]) -> str:
    """The people under the word for their state, as somebody reads it who only sees the event."""
    words = {_value(state): word for state, word in calendars.STATE_WORDS.items()}
    blocks = []
    for state, word in {**words, OFFERED.value: _("มีที่นั่งเสนอให้")}.items():
        if counts[state]:
            names = [f"- {one.name} ({one.agency or '–'})" for one, its in told if its == state]
            more = [_("และอีก %(count)d คน", count=len(names) - MOST_NAMES)] if len(names) > MOST_NAMES else []
            head = _("%(word)s %(count)d คน", word=word, count=counts[state])
            blocks.append("\n".join([head, *names[:MOST_NAMES], *more]))
    return "\n\n".join(blocks) or _("ยังไม่มีผู้ได้ที่นั่ง")


def _guests(whose: _Whose) -> list[Guest]:
    rows = _ask(whose, _of(whose.kind, language(), is_now=whose.as_of is None))
    return [Guest._make(row) for row in rows]


def _last_moved(whose: _Whose, workshops: Sequence[Workshop]) -> dict[int, datetime]:
    """When a seat last moved, those given back too, by id of the workshop."""
    return dict(_ask(whose, _moved(whose.kind, is_now=whose.as_of is None)).all()) if workshops else {}


def _ask(whose: _Whose, statement: Select[*tuple[Any, ...]]) -> Any:
    values: dict[str, Any] = {"id": whose.id}
    if whose.until is not None:
        values["until"] = whose.until
    return read_rows(statement, **values)


# Put together once of each kind: that takes longer than asking.
_WORKSHOPS = (
    select(Workshop)
    .where(Workshop.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(Workshop.sessions))
    .order_by(Workshop.starts_on, Workshop.id)
)
_BEFORE = RegistrationMove.at < bindparam("until", type_=UTCDateTime)
_LAST_MOVE = (
    select(func.max(RegistrationMove.id))
    .where(RegistrationMove.registration_id == Registration.id, _BEFORE)
    .correlate(Registration)
    .scalar_subquery()
)


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
def _of(kind: Kind, lang: str, *, is_now: bool) -> Select[*tuple[Any, ...]]:
    """Those with a seat or an offer, by name in Thai order."""
    in_english = func.coalesce(func.nullif(Agency.name_en, ""), Agency.name_th)
    agency: Any = Registration.agency_id if is_now else RegistrationMove.agency_id
    found = (
        select(
            Registration.id,
            Registration.workshop_id,
            User.name,
            User.email,
            in_english if lang == "en" else Agency.name_th,
            Registration.status if is_now else case((_offered, OFFERED.value), else_=CONFIRMED.value),
            Registration.changed_at if is_now else RegistrationMove.at,
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


_offered = RegistrationMove.move == Move.OFFERED


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
