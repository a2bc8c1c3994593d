"""The ledger of a workshop's seats: an agency reads its own, organizers every agency's."""

import pytest

from portal.core.db import db
from portal.participation import offers, registration
from tests.pages import squeezed

MINE = "/agency/workshops/pmqa40-2566/ledger"
ALL = "/organize/workshops/pmqa40-2566/ledger"


def lines(client):
    return [
        [squeezed(cell.get_text()) for cell in row.select("td, th")] for row in client.page.select("tbody tr")
    ]


@pytest.fixture
def story(make_workshop, make_people, cast):
    """A stranger gives back the seat that ละไม is offered and lets expire; มะลิ registers her again, อร takes her out."""
    workshop = make_workshop(capacity=1, offer_hours=24)
    [stranger] = make_people(1)
    leaving = registration.register(workshop, user=stranger)
    registration.register(workshop, user=cast.lamai)
    registration.cancel(leaving, by=stranger, why="ติดราชการ")
    db.session.commit()
    return workshop


def test_a_coordinator_reads_who_moved_when_and_why_and_nothing_of_others(client, story, cast, clock_at):
    clock_at("2023-02-14T09:00:00+07:00")
    offers.expire(story)
    mine = registration.register(story, user=cast.lamai, by=cast.mali)
    registration.cancel(mine, by=cast.orn, why="ลงทะเบียนซ้ำ")
    db.session.commit()
    client.sign_in(cast.mali).get(MINE)
    assert [line[1:] for line in lines(client)] == [
        ["ละไม ตั้งใจ", "ยกเลิก", cast.orn.name, "ลงทะเบียนซ้ำ"],
        ["ละไม ตั้งใจ", "ได้ที่นั่ง", cast.mali.name, ""],
        ["ละไม ตั้งใจ", "ไม่ยืนยันในเวลา ออกจากคิว", "คิวเดินเอง", ""],
        ["ละไม ตั้งใจ", "ถึงลำดับ มีที่นั่งให้ยืนยัน", "คิวเดินเอง", ""],
        ["ละไม ตั้งใจ", "เข้าคิวแล้ว", "ละไม ตั้งใจ", ""],
    ]
    assert lines(client)[0][0] == "14 ก.พ. 2566 09:00 น."
    assert "ติดราชการ" not in client.page.main


def test_the_agencys_page_leads_there(client, story, cast):
    client.sign_in(cast.mali).get("/agency")
    assert MINE in client.page.links()


def test_organizers_read_every_agencys_or_one(client, story, cast):
    client.sign_in(cast.orn).get(ALL)
    assert len(lines(client)) == 4
    assert "ติดราชการ" in client.page.main
    client.get(f"{ALL}?agency={cast.agency.code}")
    assert len(lines(client)) == 2
    assert "ติดราชการ" not in client.page.main
    assert client.get(f"{ALL}?agency={cast.province.code}").status_code == 200
    assert "ยังไม่มีรายการ" in client.page.main
    assert client.get(f"{ALL}?agency=NOWHERE").status_code == 404


def test_long_ledgers_come_in_pages_with_the_same_number_of_queries(
    client, make_workshop, make_people, cast, queries
):
    workshop = make_workshop(capacity=1)
    registration.register(workshop, user=make_people(1)[0])
    db.session.commit()
    client.sign_in(cast.orn).get(ALL)
    with queries() as few:
        client.get(ALL)
    for person in make_people(55, agencies=5):
        registration.register(workshop, user=person)
    db.session.commit()
    with queries() as many:
        client.get(ALL)
    assert len(lines(client)) == 50
    assert len(many) == len(few) <= 7
    assert all(statement.startswith("SELECT") for statement in many)
    client.get(f"{ALL}?page=2")
    assert len(lines(client)) == 6


def test_only_a_coordinator_opens_the_agencys_and_only_an_organizer_all(client, story, make_workshop, cast):
    assert client.get(MINE).status_code == client.get(ALL).status_code == 303
    for person in (cast.lamai, cast.sakda, cast.wit):
        client.sign_in(person)
        assert client.get(MINE).status_code == client.get(ALL).status_code == 403
    assert client.sign_in(cast.orn).get(MINE).status_code == 403
    assert client.sign_in(cast.mali).get(ALL).status_code == 403
    assert client.get("/agency/workshops/nowhere/ledger").status_code == 404
