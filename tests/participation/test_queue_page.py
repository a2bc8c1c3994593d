"""The organizer's page of a queue: who waits where and why, who is offered a seat, and the way out of it."""

from datetime import datetime

import pytest

from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Registration
from tests.pages import squeezed

URL = "/organize/workshops/pmqa40-2566/queue"
UNTIL = datetime.fromisoformat("2023-02-15T12:00:00+07:00")


def lines(client):
    return [
        [squeezed(cell.get_text()) for cell in row.select("td, th")] for row in client.page.select("tbody tr")
    ]


def register_all(workshop, people):
    rows = [registration.register(workshop, user=person) for person in people]
    db.session.commit()
    return rows


def test_everybody_who_waits_stands_at_their_place_with_the_reason(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=2, per_agency=1)
    register_all(workshop, make_people(2, agencies=1) + make_people(2))
    client.sign_in(cast.orn)
    assert client.get(URL).status_code == 200
    assert [(line[0], line[3]) for line in lines(client)] == [("1", "หน่วยงานได้ครบแล้ว"), ("2", "ที่นั่งเต็ม")]
    assert "ผู้ที่หน่วยงานได้ครบ 1 ที่นั่งแล้วยังรอได้ โดยคนถัดไปไม่ต้องรอตาม" in client.page.main


def test_with_a_guarantee_the_order_is_the_one_in_which_seats_go(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=2, guaranteed=1, guaranteed_until=UNTIL)
    same, others = make_people(3, agencies=1), make_people(2)
    rows = register_all(workshop, [*same, *others])
    assert [row.status.value for row in rows] == [
        "confirmed",
        "waitlisted",
        "waitlisted",
        "confirmed",
        "waitlisted",
    ]
    client.sign_in(cast.orn).get(URL)
    assert [line[1] for line in lines(client)] == [others[1].name, same[1].name, same[2].name]
    assert "จนถึง 15 ก.พ. 2566 12:00 น. หน่วยงานที่ผ่านขั้นตอนที่ 1" in client.page.main


def test_seats_kept_are_said_and_are_the_reason(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=3, guaranteed=1, guaranteed_until=UNTIL)
    same, _other = make_people(2, agencies=1), make_people(1)
    register_all(workshop, same)
    client.sign_in(cast.orn).get(URL)
    assert [line[3] for line in lines(client)] == ["ที่ว่างเก็บไว้ให้หน่วยงานอื่น"]
    assert "ในจำนวนนี้ 2 ที่เก็บไว้ให้หน่วยงานที่ยังได้ไม่ครบ 1 ที่" in client.page.main


def test_standing_offers_stand_above_the_queue_with_their_end(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=1, offer_hours=24)
    rows = register_all(workshop, make_people(3))
    registration.cancel(rows[0], by=rows[0].user)
    db.session.commit()
    client.sign_in(cast.orn).get(URL)
    offered, waiting = lines(client)
    assert offered[0] == rows[1].user.name
    assert offered[3] == "14 ก.พ. 2566 09:00 น."
    assert waiting[1] == rows[2].user.name
    assert "ยืนยันภายใน 24 ชั่วโมง" in client.page.main


def test_nobody_waiting_is_said(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.orn).get(URL)
    assert "ไม่มีใครรอในคิว" in client.page.main


def test_long_queues_come_in_pages_that_go_on_counting(client, make_workshop, make_people, cast):
    register_all(make_workshop(capacity=0), make_people(53, agencies=5))
    client.sign_in(cast.orn).get(f"{URL}?page=2")
    assert [line[0] for line in lines(client)] == ["51", "52", "53"]
    assert client.get(f"{URL}?page=x").status_code == 200


@pytest.mark.parametrize("given", [{}, {"guaranteed": 1, "guaranteed_until": UNTIL, "offer_hours": 2}])
def test_the_same_number_of_queries_for_two_and_for_thirty(
    client, make_workshop, make_people, cast, queries, given
):
    workshop = make_workshop(capacity=0, **given)
    register_all(workshop, make_people(2))
    client.sign_in(cast.orn).get(URL)
    with queries() as few:
        client.get(URL)
    register_all(workshop, make_people(28, agencies=7))
    with queries() as many:
        client.get(URL)
    assert len(many) == len(few) <= 10
    assert all(statement.startswith("SELECT") for statement in many)


def test_somebody_is_taken_out_with_a_reason(client, make_workshop, make_people, cast, mails):
    rows = register_all(make_workshop(capacity=1), make_people(3))
    client.sign_in(cast.orn).get(URL)
    client.get(client.page.select("tbody a")[0]["href"])
    assert client.page.h1 == "นำออกจากคิว"
    client.follow(client.submit(why="ลงทะเบียนซ้ำ"))
    assert client.page.flashes == [f"นำ {rows[1].user.name} ออกจากคิวแล้ว"]
    assert [line[1] for line in lines(client)] == [rows[2].user.name]
    assert "เหตุผล: ลงทะเบียนซ้ำ" in mails(rows[1].user)[-1].text


def test_names_are_marked_as_thai_on_an_english_page(client, make_workshop, make_people, cast):
    rows = register_all(make_workshop(capacity=1), make_people(2))
    client.sign_in(cast.orn).set_cookie("lang", "en")
    client.get(URL)
    hidden = client.page.one("tbody .vh")
    assert squeezed(hidden.get_text()) == rows[1].user.name
    assert hidden.select_one("[lang=th]")
    assert client.page.select("tbody td [lang=th]")


def test_without_a_reason_nobody_is_taken_out(client, make_workshop, make_people, cast):
    rows = register_all(make_workshop(capacity=1), make_people(2))
    client.sign_in(cast.orn).get(f"{URL}/{rows[1].code}/removal")
    assert client.submit(why="  ").status_code == 422
    assert "เขียนเหตุผลสั้น ๆ" in client.page.errors[0]
    assert client.submit(why="ก" * 201).status_code == 422
    assert client.page.one("input[name=why]")["value"] == "ก" * 201
    db.session.expire_all()
    assert db.session.get_one(Registration, rows[1].id).status.value == "waitlisted"


def test_who_got_a_seat_meanwhile_keeps_it(client, make_workshop, make_people, cast):
    rows = register_all(make_workshop(capacity=1), make_people(2))
    client.sign_in(cast.orn).get(f"{URL}/{rows[1].code}/removal")
    registration.cancel(rows[0], by=rows[0].user)
    db.session.commit()
    client.follow(client.submit(why="ลงทะเบียนซ้ำ"))
    assert client.page.flashes == ["คนนี้ได้ที่นั่งไปแล้ว จึงไม่อยู่ในคิว"]
    db.session.expire_all()
    assert db.session.get_one(Registration, rows[1].id).status.value == "confirmed"


def test_who_left_already_is_said(client, make_workshop, make_people, cast):
    rows = register_all(make_workshop(capacity=1), make_people(2))
    registration.cancel(rows[1], by=rows[1].user)
    db.session.commit()
    client.follow(client.sign_in(cast.orn).get(f"{URL}/{rows[1].code}/removal"))
    assert client.page.flashes == ["การลงทะเบียนนี้ยกเลิกไปแล้ว"]


def test_only_organizers_enter_and_only_into_this_workshop(client, make_workshop, make_people, cast):
    rows = register_all(make_workshop(capacity=1), make_people(2))
    make_workshop("other")
    removal = f"{URL}/{rows[1].code}/removal"
    assert client.get(URL).status_code == 303
    for person in (cast.mali, cast.lamai, cast.wit, cast.sakda):
        client.sign_in(person)
        assert client.get(URL).status_code == client.get(removal).status_code == 403
    client.sign_in(cast.orn)
    assert client.get(f"/organize/workshops/other/queue/{rows[1].code}/removal").status_code == 404
    assert client.get("/organize/workshops/nowhere/queue").status_code == 404
    assert client.post(removal, data={"why": "x"}).status_code == 400
