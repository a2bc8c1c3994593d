"""The JSON face of a door: what is taken, what is refused and how it is told, and that nothing is lost."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts.models import Role, SignIn
from portal.attendance import doors, holders, roll
from portal.core import clock
from portal.core.db import db
from portal.participation import registration, tickets
from portal.participation.models import AttendanceMark, AttendanceState
from tests.attendance.scanning import meeting
from tests.pages import Client
from tests.rows import once

SESSION = "/organize/workshops/pmqa40-2566/sessions/day1"
SCANS = f"{SESSION}/scans"


@pytest.fixture
@once
def four(make_workshop, make_people):
    workshop = make_workshop(capacity=3)
    return [registration.register(workshop, user=person) for person in make_people(4)]


@pytest.fixture
def seated(four, clock_at):
    clock_at("2023-02-20T09:00:00+07:00")
    return four


@dataclass
class Door:
    """What an organizer's phone knows of its page, and sends: door(scan, …)."""

    client: Client
    known: dict[str, Any]

    def __call__(self, *scans: Any, session: str = SESSION, token: str = "") -> TestResponse:
        body = {"scans": list(scans), "door": token or self.known["door"]}
        return self.client.post(f"{session}/scans", json=body, headers={"X-CSRFToken": self.known["csrf"]})


@pytest.fixture
def door(client, seated, cast):
    client.sign_in(cast.orn).get(f"{SESSION}/check-in")
    return Door(client, client.page.json("#door"))


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
    assert answer["now"] == "2023-02-20T02:00:00+00:00"
    [mark] = noted()
    assert (mark.state, mark.how, mark.by_id, mark.key) == ("attended", "door", cast.orn.id, "k1")


def test_a_parcel_is_told_scan_by_scan_and_one_bad_one_holds_up_no_other(door, seated):
    sent = [
        scan(seated[0].ticket, "a"),
        scan("ไม่ใช่ตั๋ว", "b"),
        {"key": "c"},
        {"key": "d", "text": 7, "ago_ms": "yesterday"},
        scan(seated[1].ticket, "e", ago_ms=-5),
        scan(seated[1].ticket, "f", ago_ms=1e300),
        scan(seated[0].ticket, "a"),
    ]
    answer = door(*sent).json
    assert [(one["key"], one["state"]) for one in answer["outcomes"]] == [
        ("a", "noted"),
        ("b", "refused"),
        ("c", "refused"),
        ("d", "refused"),
        ("e", "noted"),
        ("f", "refused"),
        ("a", "known"),
    ]
    assert all(one["message"] for one in answer["outcomes"])
    assert [mark.key for mark in noted()] == ["a", "e"]


def test_it_is_told_how_long_ago_never_when(door, seated, clock_at):
    clock_at("2023-02-22T09:00:00+07:00")  # the queue comes two days later
    answer = door(scan(seated[0].ticket, "a", ago_ms=2 * 24 * 3600 * 1000)).json
    assert answer["outcomes"][0]["state"] == "noted"
    assert answer["outcomes"][0]["at"] == "2023-02-20T02:00:00+00:00"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"scans": "k1"},
        {"scans": [7]},
        {"scans": [{"text": "ABC234"}]},
        {"scans": [{"key": "", "text": "ABC234"}]},
        {"scans": [{"key": "x" * 65, "text": "ABC234"}]},
        {"scans": [{"key": "k\u0000", "text": "ABC234"}]},
    ],
)
def test_what_no_door_sends_is_400_with_words(client, door, seated, body):
    if isinstance(body, dict):
        body["door"] = door.known["door"]
    answer = client.post(SCANS, json=body, headers={"X-CSRFToken": door.known["csrf"]})
    assert answer.status_code == 400
    assert answer.json["message"]
    assert noted() == []


def test_a_parcel_has_an_end(door, seated):
    answer = door(*(scan(seated[0].ticket, f"k{at}") for at in range(201)))
    assert answer.status_code == 413
    assert "200" in answer.json["message"]
    assert noted() == []


def test_the_page_of_another_session_is_told_to_load_anew(door, seated):
    for token in ("", "nonsense", door.known["door"][:-1] + "0", "ไทย.ไทย"):
        answer = door(scan(seated[0].ticket), token=token or "x")
        assert answer.status_code == 409
        assert "โหลดหน้านี้ใหม่" in answer.json["message"]
    assert door(scan(seated[0].ticket), session=SESSION.replace("day1", "day2")).status_code == 409
    assert noted() == []


def test_who_is_signed_out_is_told_so_as_data(client, door, seated):
    client.sign_out()
    answer = door(scan(seated[0].ticket))
    assert (answer.status_code, answer.mimetype) == (401, "application/json")
    assert "เข้าสู่ระบบ" in answer.json["message"]
    assert client.get(f"{SESSION}/counts.json").status_code == 401


def test_a_sign_in_that_ended_elsewhere_is_told_so_too(client, door, seated):
    for row in db.session.scalars(select(SignIn)):
        row.ended_at = clock.now()
    db.session.commit()
    assert door(scan(seated[0].ticket)).status_code == 401


def test_between_two_scans_a_role_is_taken_and_a_sign_in_ends_at_once(client, door, seated, cast):
    assert door(scan(seated[0].ticket, "a")).status_code == 200
    cast.orn.role = Role.SPEAKER
    db.session.commit()
    assert door(scan(seated[1].ticket, "b")).status_code == 403
    cast.orn.role, cast.orn.is_sample = Role.ADMIN, True  # and this is no demonstration
    db.session.commit()
    assert door(scan(seated[1].ticket, "b")).status_code == 401
    cast.orn.is_sample = False
    for row in db.session.scalars(select(SignIn)):
        row.ended_at = clock.now()
    db.session.commit()
    assert door(scan(seated[1].ticket, "c")).status_code == 401
    assert list(db.session.scalars(select(AttendanceMark.key))) == ["a"]


def test_after_a_new_sign_in_the_old_page_gets_a_token_and_goes_on(client, door, seated, cast):
    client.sign_in(cast.orn)
    assert door(scan(seated[0].ticket)).status_code == 400
    door.known["csrf"] = client.get(f"{SESSION}/counts.json").json["csrf"]
    assert door(scan(seated[0].ticket)).json["outcomes"][0]["state"] == "noted"


def test_only_organizers_send_scans_and_see_counts(client, door, seated, cast):
    for person in (cast.mali, cast.lamai, cast.wit):
        client.sign_in(person)
        assert client.get(f"{SESSION}/counts.json").status_code == 403
        client.get("/account")
        token = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"]
        answer = client.post(SCANS, json={"scans": []}, headers={"X-CSRFToken": token})
        assert (answer.status_code, bool(answer.json["message"])) == (403, True)


def test_a_session_that_is_not_there_is_404_as_data(door, seated):
    nowhere = meeting()._replace(code="day9")
    answer = door(
        scan(seated[0].ticket), session=SESSION.replace("day1", "day9"), token=doors.token_of(nowhere, [])
    )
    assert (answer.status_code, bool(answer.json["message"])) == (404, True)


def test_the_count_is_live_and_never_kept(client, door, seated):
    door(scan(seated[0].ticket, "a"), scan(seated[1].ticket, "b"))
    answer = client.get(f"{SESSION}/counts.json")
    assert answer.json["counts"] == {"came": 2, "seats": 3}
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_count_of_an_answer_is_the_count_of_the_page(app, client, door, seated, cast, clock_at):
    first = seated[0].workshop.sessions[0]
    clock_at("2023-02-20T09:30:00+07:00")
    roll.correct_all(first, {seated[1]: AttendanceState.NO_SHOW}, by=cast.orn)
    clock_at("2023-02-20T10:00:00+07:00")
    early = 50 * 60_000  # before the correction, so that it stands
    for sent in (
        [scan(seated[0].ticket, "a"), scan(seated[0].ticket, "b")],
        [scan(seated[1].ticket, "c", early)],
        [scan(seated[1].ticket, "d"), scan("ZZZZZZ", "e")],
        [scan(seated[0].ticket, "a"), scan(seated[2].ticket, "f"), scan(seated[2].ticket, "f")],
    ):
        answered = door(*sent).json["counts"]
        assert answered == client.get(f"{SESSION}/counts.json").json["counts"]
    assert answered == {"came": 3, "seats": 3}


def test_a_count_stands_for_a_second_and_then_sees_what_others_did(door, seated, monkeypatch):
    now = 0.0
    monkeypatch.setattr(holders, "monotonic", lambda: now)
    assert door(scan(seated[0].ticket, "a")).json["counts"]["came"] == 1
    roll.mark(
        seated[2], seated[2].workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster"
    )
    now = 0.9
    assert door(scan(seated[1].ticket, "b")).json["counts"]["came"] == 2
    now = 1.1
    assert door(scan(seated[1].ticket, "b")).json["counts"]["came"] == 3


def test_one_scan_asks_the_database_few_times(client, door, seated, queries):
    door(scan(seated[0].ticket, "a"))
    other = scan(seated[1].ticket, "b")
    db.session.remove()
    with queries() as asked:
        door(other)
    # Whose, which asks along who sends it, and the mark; apart from each other where a second passed and it is counted.
    assert len(asked) <= 3


def test_a_key_that_comes_twice_in_a_parcel_is_never_taken_for_somebody_elses_scan(door, seated):
    sent = [
        scan(seated[0].ticket, "a"),
        scan(seated[1].ticket, "a"),
        scan(tickets.address(seated[0]), "a"),
        scan("ไม่ใช่ตั๋ว", "b"),
        scan(seated[2].ticket, "b"),
    ]
    told = [(one["state"], one["name"]) for one in door(*sent).json["outcomes"]]
    first = seated[0].user.name
    assert told == [("noted", first), ("refused", ""), ("known", first), ("refused", ""), ("refused", "")]
    assert len(noted()) == 1


@pytest.mark.parametrize("ago", [10**400, -(10**400), "1" * 5000, [1], True, None])
def test_an_odd_age_of_a_scan_breaks_nothing(door, seated, ago):
    sent = [scan(seated[0].ticket, "a", ago_ms=ago), scan(seated[1].ticket, "b")]
    answer = door(*sent)
    assert answer.status_code == 200
    assert answer.json["outcomes"][1]["state"] == "noted"


@pytest.mark.parametrize("token", ["\ud800", "ก.ข.ค", ".", "x" * 10_000])
def test_an_odd_token_is_that_of_another_door(client, door, token):
    assert door(token=token).status_code == 409


def test_json_that_is_nested_without_end_is_no_parcel(client, door):
    headers = {"X-CSRFToken": door.known["csrf"], "Content-Type": "application/json"}
    assert client.post(SCANS, data="[" * 200_000, headers=headers).status_code == 400


def test_who_was_noted_as_absent_is_not_shown_as_the_last_to_come(client, door, seated, cast):
    door(scan(seated[0].ticket, "a"))
    roll.mark(
        seated[1], seated[1].workshop.sessions[0], state=AttendanceState.NO_SHOW, by=cast.orn, how="roster"
    )
    db.session.commit()
    client.get(f"{SESSION}/check-in")
    assert seated[0].user.name in client.page.select("[data-door=mark]")[0].text
    assert seated[1].user.name not in client.page.select("[data-door=mark]")[0].text
    assert seated[1].user.name not in client.page.select("[data-door=before]")[0].text
