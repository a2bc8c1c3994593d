"""The list of workshops with their seats."""

from datetime import date

from portal.core.db import db
from portal.participation import registration
from portal.programme.models import WorkshopStatus


def test_anybody_sees_days_tracks_and_seats(client, make_workshop, make_people):
    workshop = make_workshop(capacity=10)
    for person in make_people(3):
        registration.register(workshop, user=person)
    assert client.get("/workshops").status_code == 200
    for words in (
        "20–21 กุมภาพันธ์ 2566",
        "จันทร์–อังคาร",
        "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
        "เหลือ 7 จาก 10 ที่นั่ง",
        "เปิดรับ",
    ):
        assert words in client.page.main
    assert "/workshops/pmqa40-2566" in client.page.links()


def test_a_full_workshop_says_how_many_wait(client, make_workshop, make_people):
    workshop = make_workshop(capacity=1)
    for person in make_people(3):
        registration.register(workshop, user=person)
    client.get("/workshops")
    assert "เต็ม 1 ที่นั่ง · รอในคิว 2 คน" in client.page.main
    assert "เข้าคิวรอที่นั่ง" in client.page.main


def test_what_is_not_announced_is_said_not_invented(client, make_workshop):
    make_workshop(capacity=None, registration_opens_at=None, registration_closes_at=None)
    client.get("/workshops")
    assert "ยังไม่ประกาศจำนวนที่นั่ง" in client.page.main
    assert "ยังไม่ประกาศวันรับ" in client.page.main


def test_the_state_of_each_workshop_is_told(client, make_workshop, clock_at):
    make_workshop()
    for moment, words in (
        ("2023-01-20T09:00:00+07:00", "ยังไม่เปิดรับ"),
        ("2023-02-18T09:00:00+07:00", "ปิดรับแล้ว"),
        ("2023-02-25T09:00:00+07:00", "งานจบแล้ว"),
    ):
        clock_at(moment)
        client.get("/workshops")
        assert words in client.page.one("article .tag").get_text()


def test_my_own_state_is_told_to_me_alone(client, make_workshop, make_people):
    workshop = make_workshop(capacity=1)
    one, two = make_people(2)
    registration.register(workshop, user=one)
    registration.register(workshop, user=two)
    for person, words in ((one, "ได้ที่นั่งแล้ว"), (two, "อยู่ในคิว")):
        client.sign_in(person).get("/workshops")
        assert words in client.page.one("article .tag").get_text()
    client.sign_out().get("/workshops")
    assert "ได้ที่นั่งแล้ว" not in client.page.main


def test_a_draft_or_cancelled_workshop_is_not_offered(client, make_workshop):
    make_workshop("draft", status=WorkshopStatus.DRAFT)
    make_workshop("gone", status=WorkshopStatus.CANCELLED)
    client.get("/workshops")
    assert "ยังไม่ประกาศงานอบรม" in client.page.main


def test_as_many_queries_for_thirty_workshops_as_for_one(client, cast, make_workshop, queries):
    make_workshop("w0")
    client.sign_in(cast.lamai)
    with queries() as one:
        client.get("/workshops")
    for number in range(1, 30):
        make_workshop(f"w{number}", starts_on=date(2023, 3, 1), ends_on=date(2023, 3, 2))
    db.session.commit()
    with queries() as thirty:
        client.get("/workshops")
    assert len(client.page.select("article")) == 30
    assert len(thirty) == len(one) <= 10
    assert all(statement.startswith("SELECT") for statement in thirty)
