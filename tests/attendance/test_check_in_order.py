"""Any order, repetition and mixture of two doors' queues, with corrections on the roster in between, gives the same attendance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from portal.accounts.models import User
from portal.attendance import check_in, roll
from portal.attendance.check_in import OutcomeState, Scan
from portal.core import clock
from portal.core.db import db, writing
from portal.participation import registration
from portal.participation.models import AttendanceState, Registration
from tests.attendance.scanning import meeting

PEOPLE, MINUTES = 3, 40
NINE = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
LATER = timedelta(days=2)  # by then everything has arrived

pytestmark = pytest.mark.both_databases


@dataclass(frozen=True)
class Read:
    """What a door read at this minute."""

    door: str
    person: int
    minute: int

    @property
    def at(self) -> datetime:
        return NINE + timedelta(minutes=self.minute)


@dataclass(frozen=True)
class Correction:
    """What an organizer chose on the roster, half a minute after this one."""

    person: int
    minute: int
    state: AttendanceState

    @property
    def at(self) -> datetime:
        return NINE + timedelta(minutes=self.minute, seconds=30)


@dataclass(frozen=True)
class Parcel:
    """Some of what was read, in any order, so long after the last of it, perhaps not for the first time."""

    reads: Sequence[int]
    late: timedelta


people, minutes = st.integers(0, PEOPLE - 1), st.integers(0, MINUTES)
reads = st.lists(st.builds(Read, st.sampled_from("AB"), people, minutes), min_size=1, max_size=8)
corrections = st.lists(
    st.builds(Correction, people, minutes, st.sampled_from(AttendanceState)),
    max_size=4,
    unique_by=lambda one: (one.person, one.minute),
)
lateness = st.one_of(st.just(0), st.integers(0, 3 * MINUTES)).map(
    lambda late: timedelta(minutes=late, seconds=7)
)


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Read], list[Correction], list[Parcel]]:
    """What happened on a day, and how it came to the server."""
    read = draw(reads)
    parcel = st.lists(st.integers(0, len(read) - 1), min_size=1, max_size=6)
    parcels = draw(st.lists(st.builds(Parcel, parcel, lateness), max_size=6))
    parcels.append(Parcel(draw(st.permutations(range(len(read)))), LATER))
    return read, draw(corrections), parcels


def expected(read: Sequence[Read], corrected: Sequence[Correction]) -> dict[int, AttendanceState]:
    """For each person what happened last; who was taken back counts as not marked."""
    told = [(one.at, one.person, AttendanceState.ATTENDED) for one in read]
    told += [(one.at, one.person, one.state) for one in corrected]
    last = {person: state for _at, person, state in sorted(told, key=lambda one: one[0])}
    return {person: state for person, state in last.items() if state is not AttendanceState.WITHDRAWN}


@pytest.fixture
def seated(make_workshop, make_people):
    workshop = make_workshop(capacity=PEOPLE)
    rows = [registration.register(workshop, user=person) for person in make_people(PEOPLE)]
    db.session.commit()
    return rows


@given(day=days())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=False,
)
def test_the_same_day_told_in_any_way_leaves_the_same_attendance(seated, cast, day):
    read, corrected, parcels = day
    db.session.rollback()
    with writing():
        try:
            found = replay(seated, cast.orn, read, corrected, parcels)
        finally:
            db.session.rollback()
    assert found == expected(read, corrected)


def replay(
    seated: Sequence[Registration],
    by: User,
    read: Sequence[Read],
    corrected: Sequence[Correction],
    parcels: Sequence[Parcel],
) -> dict[int, AttendanceState]:
    """Let it all arrive at its time, and say what the roster then shows of each person."""
    session = seated[0].workshop.sessions[0]
    here = meeting()
    arrivals = [(max(read[n].at for n in one.reads) + one.late, one) for one in parcels]
    events: list[tuple[datetime, Parcel | Correction]] = [*arrivals, *((one.at, one) for one in corrected)]
    for at, one in sorted(events, key=lambda pair: pair[0]):
        clock.start_at(at, still=True)
        if isinstance(one, Correction):
            roll.correct_all(session, {seated[one.person]: one.state}, by=by, why="ตรวจแล้ว")
            continue
        scans = [
            Scan(f"{read[n].door}{n}", seated[read[n].person].ticket, at - read[n].at) for n in one.reads
        ]
        outcomes = check_in.scan(here, scans, by=by)
        assert all(outcome.state is not OutcomeState.REFUSED for outcome in outcomes)
    known = roll.states_of([session])
    return {at: known[row.id, session.id] for at, row in enumerate(seated) if (row.id, session.id) in known}
