"""The page of a door: what it carries for its script, and that it is a plain form without one."""

import pytest
from sqlalchemy import select

from portal.attendance import doors, meetings, roll
from portal.core.db import db
from portal.participation import registration, tickets
from portal.participation.models import AttendanceMark, AttendanceState

SESSION = "/organize/workshops/pmqa40-2566/sessions/day1"
DOOR, CHECK_INS = f"{SESSION}/check-in", f"{SESSION}/check-ins"


@pytest.fixture
def seated(make_workshop, make_people, cast, clock_at):
    workshop = make_workshop(capacity=3)
    people = [cast.lamai, *make_people(3)]
    rows = [registration.register(workshop, user=person) for person in people]
    db.session.commit()
    clock_at("2023-02-20T08:47:00+07:00")
    return rows


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)))


def test_it_carries_what_a_phone_needs_without_network(client, seated, cast):
    client.sign_in(cast.orn).get(DOOR)
    door = client.page.json("#door")
    assert {one[0]: one[1] for one in door["roster"]} == {row.ticket: row.user.name for row in seated[:3]}
    assert (door["session"], door["workshop"]) == ("day1", "pmqa40-2566")
    assert door["opens"] < door["now"] < door["closes"]
    assert door["counts"] == {"came": 0, "seats": 3}
    assert door["addresses"]["scans"] == f"{SESSION}/scans"
    doors.check(door["door"], "pmqa40-2566", "day1")
    with pytest.raises(doors.OtherDoor):
        doors.check(door["door"], "pmqa40-2566", "day2")


def test_a_typed_code_is_noted_and_the_last_one_stands_on_top(client, seated, cast):
    client.sign_in(cast.orn).get(DOOR)
    assert "ยังไม่มีใครลงชื่อ" in client.page.main
    client.follow(client.submit(CHECK_INS, code=f" {seated[0].ticket.lower()} "))
    assert client.page.flashes == ["ละไม ตั้งใจ ลงชื่อแล้ว"]
    assert client.page.one(".mark").get_text().startswith("ละไม ตั้งใจกรมตัวอย่าง08:47")
    assert client.page.one("[data-door=came]").get_text() == "1"
    assert client.page.json("#door")["counts"] == {"came": 1, "seats": 3}


def test_a_pasted_qr_is_taken_too(client, seated, cast):
    client.sign_in(cast.orn).get(DOOR)
    client.follow(client.submit(CHECK_INS, code=tickets.address(seated[1])))
    assert [mark.registration_id for mark in noted()] == [seated[1].id]


def test_the_button_pressed_twice_is_one_mark(client, seated, cast):
    client.sign_in(cast.orn).get(DOOR)
    page = client.page
    client.follow(client.submit(CHECK_INS, code=seated[0].ticket))
    client.page = page
    client.follow(client.submit(CHECK_INS, code=seated[0].ticket))
    assert client.page.flashes == ["ละไม ตั้งใจ ลงชื่อไว้แล้ว"]
    assert len(noted()) == 1


def test_what_is_refused_stays_typed_with_the_reason_at_the_field(client, seated, cast):
    client.sign_in(cast.orn).get(DOOR)
    answer = client.submit(CHECK_INS, code="ZZZ-ZZZ")
    assert answer.status_code == 409
    assert client.page.one("#code")["value"] == "ZZZ-ZZZ"
    assert "ไม่มีตั๋วรหัสนี้" in client.page.errors[0]
    assert client.page.soup.title.get_text().startswith("ผิดพลาด:")
    assert noted() == []


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2023-02-19T20:00:00+07:00", "ยังไม่ถึงเวลาลงชื่อ เปิด 20 ก.พ. 2566 00:00 น."),
        ("2023-02-21T08:00:00+07:00", "หมดเวลาลงชื่อของช่วงนี้แล้ว"),
    ],
)
def test_outside_its_hours_it_says_so(client, seated, cast, clock_at, moment, words):
    clock_at(moment)
    client.sign_in(cast.orn).get(DOOR)
    assert words in client.page.main


def test_a_get_writes_nothing_and_asks_the_same_for_few_and_many(
    client, cast, make_workshop, make_people, queries
):
    workshop = make_workshop(capacity=40)
    people = make_people(31)
    counted = []
    for some in (people[:1], people[1:]):
        for person in some:
            registration.register(workshop, user=person)
        db.session.commit()
        client.sign_in(cast.orn).get(DOOR)
        with queries() as asked:
            client.get(DOOR)
        counted.append(len(asked))
        assert all(one.startswith("SELECT") for one in asked)
    assert counted[0] == counted[1] <= 7


def test_only_organizers_stand_at_the_door(client, seated, cast):
    for person in (cast.mali, cast.lamai, cast.wit, cast.sakda):
        assert client.sign_in(person).get(DOOR).status_code == 403
    assert client.sign_out().get(DOOR).status_code == 303
    client.sign_in(cast.orn)
    assert client.get(DOOR.replace("day1", "day9")).status_code == 404
    assert client.get(DOOR.replace("pmqa40", "none")).status_code == 404


def test_a_form_without_its_key_is_refused(client, seated, cast):
    client.sign_in(cast.orn).get(DOOR)
    assert client.submit(CHECK_INS, code=seated[0].ticket, key="").status_code == 400
    assert noted() == []


def test_who_was_taken_back_does_not_stand_among_the_last_to_come(client, seated, cast):
    session = seated[0].workshop.sessions[0]
    roll.mark(seated[0], session, state=AttendanceState.ATTENDED, by=cast.orn, how="roster")
    roll.mark(seated[1], session, state=AttendanceState.ATTENDED, by=cast.orn, how="roster")
    roll.mark(seated[1], session, state=AttendanceState.WITHDRAWN, by=cast.orn, how="roster", why="ผิดคน")
    meeting = meetings.meeting_of("pmqa40-2566", "day1")
    assert meeting is not None
    assert [one.name for one in doors.latest(meeting)] == [seated[0].user.name]
