"""Calendars of attendance: one event a session with everybody who has a seat, of a workshop, an agency or a cohort, now or as it was known on a day; who may read one is the matter of feeds and pages.

As of a day: who had a seat by the ledger until that day's end, and the marks that had reached us by then, even where
they tell of an earlier moment. Meetings themselves stand as they stand today (docs/decisions/0017).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Agency
from portal.attendance import calendars, guests as seated, marks
from portal.attendance.guests import Guest, Whose
from portal.awards.models import Track
from portal.core import dates, ics
from portal.core.db import db
from portal.core.i18n import _, in_lang, language
from portal.participation.events import event_of, organizer
from portal.participation.models import AttendanceState
from portal.participation.seats import OFFERED
from portal.programme.models import Workshop, WorkshopSession

MOST_NAMES = 50  # of one state in an event's text; the ATTENDEEs are always all there
DECLINED = AttendanceState.EXCUSED.value


def of_workshop(workshop: Workshop, *, as_of: date | None = None) -> bytes:
    """Everybody with a seat in this workshop, in the language in force. Four queries."""
    whose = Whose("workshop", workshop.id, marks.end_of(as_of))
    name = _title(in_lang(workshop, "title"), as_of)
    return _calendar(_Head("attendance", name, as_of), whose, seated.guests_of(whose), [workshop])


def of_agency(agency: Agency, *, as_of: date | None = None) -> bytes:
    """The people with a seat in the name of this agency, in all workshops. Five queries."""
    head = _Head(f"agency-{agency.code}", _title(in_lang(agency, "name"), as_of), as_of)
    return _of_many(head, Whose("agency", agency.id, marks.end_of(as_of)))


def of_cohort(track: Track, *, as_of: date | None = None) -> bytes:
    """The people of the agencies that passed stage 1 in this track, in its workshops. Five queries."""
    year = track.round.year_be
    name = _("%(track)s พ.ศ. %(year)d", track=in_lang(track, "name"), year=year)
    head = _Head(f"cohort-{year}-{track.code}", _title(name, as_of), as_of)
    return _of_many(head, Whose("cohort", track.id, marks.end_of(as_of)))


@dataclass(frozen=True)
class _Head:
    """The word that begins its UIDs, its name, and as of which day it is."""

    word: str
    name: str
    as_of: date | None


def _title(name: str, as_of: date | None) -> str:
    if as_of is None:
        return _("การเข้าอบรม: %(title)s", title=name)
    day = dates.thai_date(as_of, lang="en" if language() == "en" else "th")
    return _("การเข้าอบรม: %(title)s ณ วันที่ %(day)s", title=name, day=day)


def _of_many(head: _Head, whose: Whose) -> bytes:
    guests = seated.guests_of(whose)
    ids = sorted({guest.workshop_id for guest in guests})
    return _calendar(head, whose, guests, db.session.scalars(_WORKSHOPS, {"ids": ids}).unique().all())


def _calendar(head: _Head, whose: Whose, guests: Sequence[Guest], workshops: Sequence[Workshop]) -> bytes:
    sessions = [session for workshop in workshops for session in workshop.sessions]
    # Of an agency only its own people's marks, or it would seem to change with everybody else's.
    people = None if whose.kind == "workshop" else [guest.id for guest in guests]
    told = _Told(
        marks.states_at(sessions, whose.until, people=people),
        marks.last_noted(sessions, whose.until, people=people),
        seated.last_moved(whose),
        {one.id: ics.guest(ics.Person(one.name, one.email), _agency_of(one)) for one in guests},
    )
    events = []
    for workshop in workshops:
        here = [guest for guest in guests if guest.workshop_id == workshop.id]
        days: list[WorkshopSession | None] = [*workshop.sessions] or [None]
        events += [
            _event(head.word, workshop, session, here, told)
            for session in days
            if calendars.is_kept(workshop, session, on=head.as_of)
        ]
    return ics.calendar(head.name, events)


@dataclass(frozen=True)
class _Told:
    """What is known of all sessions: states, when the last mark came, when a seat last moved, and who each one is as half a line."""

    states: marks.States
    noted: dict[int, datetime]
    moved: dict[int, datetime]
    guests: dict[int, bytes]


def _event(
    word: str, workshop: Workshop, session: WorkshopSession | None, here: Sequence[Guest], told: _Told
) -> ics.Event:
    event = event_of(workshop, session)
    states = told.states.get(session.id, {}) if session else {}
    told_of = [(one, OFFERED.value if one.is_offered else states.get(one.id)) for one in here]
    counts = Counter(state for _one, state in told_of)
    noted = told.noted.get(session.id) if session else None
    changes = (event.last_modified, noted, told.moved.get(workshop.id))
    guests = told.guests
    return replace(
        event,
        uid=f"{word}.{event.uid}",
        organizer=organizer(),
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


# Put together once: that takes longer than asking.
_WORKSHOPS = (
    select(Workshop)
    .where(Workshop.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(Workshop.sessions))
    .order_by(Workshop.starts_on, Workshop.id)
)
