"""Two doors at once, each with a connection of its own: nobody is lost, no key is noted twice, and nobody waits in a circle."""

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.attendance import check_in, holders
from portal.attendance.check_in import Outcome, OutcomeState, Scan
from portal.core import clock
from portal.core.db import db, writing
from portal.participation import registration
from portal.participation.models import AttendanceMark
from tests.attendance.scanning import meeting
from tests.participation.test_races import at_once

NOTED, KNOWN, REFUSED = OutcomeState
PEOPLE, DOORS = 12, 4

pytestmark = pytest.mark.both_databases


@pytest.fixture
def seated(make_workshop, make_people):
    workshop = make_workshop(capacity=PEOPLE)
    rows = [registration.register(workshop, user=person) for person in make_people(PEOPLE)]
    db.session.commit()
    clock.start_at(datetime.fromisoformat("2023-02-20T09:00:00+07:00"), still=True)
    return [(row.id, row.ticket) for row in rows]


def sends(parcel, by_id, told):
    """One door's request: its own transaction, as a POST begins it."""

    def job():
        with writing():
            here = meeting()
            told.append(check_in.scan(here, parcel, by=db.session.get_one(User, by_id)))
            db.session.commit()

    return job


def marks():
    return list(db.session.execute(select(AttendanceMark.key, AttendanceMark.registration_id)))


def test_two_doors_that_send_the_same_scans_at_once_note_each_once(app, seated, cast):
    parcel = [Scan(f"k{at}", ticket) for at, (_id, ticket) in enumerate(seated)]
    by_id = cast.orn.id
    told: list[list[Outcome]] = []
    jobs = [sends(parcel if at % 2 else parcel[::-1], by_id, told) for at in range(DOORS)]
    at_once(app, jobs)
    assert sorted(marks()) == sorted((f"k{at}", row) for at, (row, _ticket) in enumerate(seated))
    states = [one.state for outcomes in told for one in outcomes]
    assert states.count(NOTED) == PEOPLE
    assert states.count(KNOWN) == PEOPLE * (DOORS - 1)


def test_four_doors_that_scan_one_by_one_lose_nobody(app, seated, cast):
    by_id = cast.orn.id
    told: list[list[Outcome]] = []
    lines = [seated[at::DOORS] + seated[:2] for at in range(DOORS)]

    def stands(number, line):
        jobs = [sends([Scan(f"{number}-{at}", ticket)], by_id, told) for at, (_id, ticket) in enumerate(line)]

        def all_of_them():
            for job in jobs:
                job()

        return all_of_them

    at_once(app, [stands(number, line) for number, line in enumerate(lines)])
    assert len(marks()) == sum(map(len, lines))
    assert holders.counts(meeting()) == (PEOPLE, PEOPLE)
    assert not [one for outcomes in told for one in outcomes if one.state is REFUSED]
