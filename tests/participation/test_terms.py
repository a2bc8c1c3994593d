"""Capacity, maximum, window and venue as the organizer sets them: one test for each way out."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from portal.accounts.models import AuditEvent
from portal.core.db import db
from portal.participation import registration, seats, terms
from portal.participation.models import RegistrationStatus
from portal.programme import history

UNTIL = datetime.fromisoformat("2023-02-15T12:00:00+07:00")

pytestmark = pytest.mark.both_databases


@pytest.fixture
def workshop(make_workshop):
    return make_workshop(capacity=1, per_agency=1)


def change(workshop, cast, **new):
    return terms.change(workshop, replace(terms.of(workshop), **new), by=cast.orn)


def events():
    return list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def test_raising_the_capacity_promotes_who_fits_and_says_so(workshop, cast, make_people, kinds):
    rows = [registration.register(workshop, user=person) for person in make_people(4)]
    assert change(workshop, cast, capacity=3) == rows[1:3]
    assert kinds(rows[1].user) == ["waitlisted", "promoted"]
    [event] = events()
    assert (event.verb, event.subject, event.actor_id) == (
        "seats.change",
        f"workshop:{workshop.code}",
        cast.orn.id,
    )
    assert event.detail == {"capacity": [1, 3]}


def test_raising_the_maximum_promotes_the_colleagues_who_wait(make_workshop, cast, make_people):
    workshop = make_workshop(capacity=10, per_agency=1)
    rows = [registration.register(workshop, user=person) for person in make_people(3, agencies=1)]
    assert change(workshop, cast, per_agency=2) == [rows[1]]
    assert change(workshop, cast, per_agency=None) == [rows[2]]


def test_lowering_throws_nobody_out(workshop, cast, make_people):
    row = registration.register(workshop, user=make_people(1)[0])
    assert change(workshop, cast, capacity=0) == []
    assert row.status is RegistrationStatus.CONFIRMED


def test_the_same_terms_again_leave_no_trace(workshop, cast):
    assert change(workshop, cast) == []
    assert events() == []


def test_a_new_venue_moves_the_meetings_in_every_calendar(workshop, cast):
    change(workshop, cast, venue="ห้องประชุมใหญ่")
    assert [session.sequence for session in workshop.sessions] == [1, 1]
    change(workshop, cast, capacity=5)
    assert [session.sequence for session in workshop.sessions] == [1, 1]


def test_a_change_is_a_version_of_the_workshop_as_any_on_the_desk(workshop, cast):
    before = workshop.version
    change(workshop, cast, capacity=5)
    assert workshop.version > before
    latest = history.versions_of(workshop)[0]
    assert (latest.number, latest.by_id) == (workshop.version, cast.orn.id)
    assert history.text_at(latest).capacity == 5


def test_what_runs_when_a_guarantee_begins_and_ends(make_workshop, cast, make_people, clock_at):
    workshop = make_workshop(capacity=2)
    same, other = make_people(3, agencies=1), make_people(1)
    rows = [registration.register(workshop, user=person) for person in [*same, *other]]
    change(workshop, cast, guaranteed=1, guaranteed_until=UNTIL)
    assert [seats.position(row) for row in rows] == [0, 0, 2, 1]
    assert change(workshop, cast, capacity=3) == [rows[3]]
    assert change(workshop, cast, guaranteed=None, guaranteed_until=None, capacity=4) == [rows[2]]


def test_hours_to_confirm_turn_a_free_seat_into_an_offer_and_back(workshop, cast, make_people):
    rows = [registration.register(workshop, user=person) for person in make_people(4)]
    assert change(workshop, cast, capacity=2, offer_hours=24) == [rows[1]]
    assert rows[1].status is RegistrationStatus.OFFERED
    assert change(workshop, cast, capacity=3, offer_hours=0) == [rows[2]]
    assert [row.status for row in rows[1:3]] == [RegistrationStatus.OFFERED, RegistrationStatus.CONFIRMED]


def test_moments_are_noted_in_iso_form(workshop, cast):
    moment = datetime.fromisoformat("2023-02-18T16:30:00+07:00")
    change(workshop, cast, registration_closes_at=moment)
    assert datetime.fromisoformat(events()[0].detail["registration_closes_at"][1]) == moment


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"capacity": -1}, "capacity"),
        ({"per_agency": 0}, "per_agency"),
        ({"guaranteed": 0}, "guaranteed"),
        ({"guaranteed": 1}, "guaranteed_on"),
        ({"guaranteed": 2, "guaranteed_until": UNTIL}, "guaranteed"),
        ({"guaranteed_until": UNTIL}, "guaranteed"),
        ({"offer_hours": -1}, "offer_hours"),
        ({"offer_hours": 721}, "offer_hours"),
        ({"registration_opens_at": None}, "opens_on"),
        ({"registration_closes_at": datetime.fromisoformat("2023-02-01T09:00:00+07:00")}, "closes_on"),
    ],
)
def test_terms_that_cannot_hold_are_refused_at_their_field(workshop, cast, new, field):
    with pytest.raises(terms.BadTerms) as no:
        change(workshop, cast, **new)
    assert no.value.field == field
    assert events() == []
