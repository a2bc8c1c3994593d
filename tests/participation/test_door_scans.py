"""The JSON face of a door: what is taken, what is refused and how it is told, and that nothing is lost."""

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.participation import doors, meetings, registration, tickets
from portal.participation.models import AttendanceMark

SESSION = "/organize/workshops/pmqa40-2566/sessions/day1"
SCANS = f"{SESSION}/scans"


@pytest.fixture
def seated(make_workshop, make_people, clock_at):
    workshop = make_workshop(capacity=3)
    rows = [registration.register(workshop, user=person) for person in make_people(4)]
    db.session.commit()
    clock_at("2023-02-20T09:00:00+07:00")
    return rows


@pytest.fixture
def door(client, seated, cast):
    """door({key: text}) — what an organizer's phone sends; the answer as JSON."""
    client.sign_in(cast.orn).get(f"{SESSION}/check-in")
    known = client.page.json("#door")

    def send(*scans, session=SESSION, token=None, **more):
        body = {"scans": list(scans), "door": token or known["door"], **more}
        return client.post(f"{session}/scans", json=body, headers={"X-CSRFToken": known["csrf"]})

    send.known = known
    return send


def scan(text, key="k1", ago_ms=0):
    return {"key": key, "text": text, "ago_ms": ago_ms}


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)))


def test_a_scanned_ticket_is_noted_and_counted(door, seated, cast):
    answer = door(scan(tickets.address(seated[0]))).json
    [one] = answer["outcomes"]
    assert (one["state"], one["name"], one["ticket"]) == ("noted", seated[0].user.name, seated[0].ticket)
    assert answer["counts"] == {"came": 1, "seats": 3}
    [mark] = noted()
    assert (mark.state, mark.how, mark.by_id, mark.key) == ("attended", "door", cast.orn.id, "k1")
