"""A ticket on the page, the address in its QR, and the history of one person's marks."""

import pytest
from sqlalchemy import select

from portal.attendance import roll
from portal.core.db import db
from portal.participation import registration, tickets
from portal.participation.models import AttendanceMark, AttendanceState

PAGE = "/workshops/pmqa40-2566/ticket"


@pytest.fixture
def mine(make_workshop, cast, ked, clock_at):
    workshop = make_workshop(capacity=1, per_agency=None)
    row = registration.register(workshop, user=cast.lamai)
    registration.register(workshop, user=ked)
    db.session.commit()
    return row


def path(row):
    return tickets.address(row).removeprefix("http://localhost")


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)))


def test_a_ticket_shows_qr_code_name_and_day(client, mine, cast):
    assert client.sign_in(cast.lamai).get(PAGE).status_code == 200
    ticket = client.page.one(".ticket").get_text()
    assert tickets.shown(mine.ticket) in ticket
    assert "ละไม ตั้งใจ" in ticket
    assert client.page.select(".ticket svg.qr")


def test_it_says_what_was_noted_of_each_day(client, mine, cast, clock_at):
    clock_at("2023-02-20T09:00:00+07:00")
    roll.mark(mine, mine.workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="door")
    db.session.commit()
    client.sign_in(cast.lamai).get(PAGE)
    assert "มาแล้ว 20 ก.พ. 2566 09:00 น." in client.page.main


def test_who_waits_has_no_ticket_yet_and_who_never_registered_no_page(client, mine, ked, cast):
    client.sign_in(ked).get(PAGE)
    assert "ยังไม่มีที่นั่งในงานนี้" in client.page.main
    assert not client.page.select(".qr")
    assert client.sign_in(cast.sakda).get(PAGE).status_code == 404
    assert client.sign_out().get(PAGE).status_code == 303
    assert client.get("/workshops/nowhere/ticket").status_code == 303


def test_the_address_in_the_qr_shows_its_owner_the_ticket(client, mine, cast):
    assert client.sign_in(cast.lamai).get(path(mine)).status_code == 200
    assert client.page.h1 == "ตั๋วของฉัน"


def test_to_others_it_is_not_there(client, mine, cast, ked):
    for person in (cast.mali, ked, cast.sakda, cast.wit):
        assert client.sign_in(person).get(path(mine)).status_code == 404
    assert client.sign_out().get(path(mine)).status_code == 303


@pytest.mark.parametrize("end", ["", "2", ".", "?x=1"])
def test_an_organizer_opens_true_tickets_only(client, mine, cast, end):
    forged = path(mine)[:-1] + end
    assert client.sign_in(cast.orn).get(forged).status_code == 404
    assert client.get(path(mine).replace("pmqa40", "none")).status_code == 404
    assert client.get("/tickets/pmqa40-2566/ไทย.ไทย").status_code == 404


def test_an_organizer_signs_in_with_any_phones_camera(client, mine, cast, clock_at):
    clock_at("2023-02-20T09:00:00+07:00")
    client.sign_in(cast.orn).get(path(mine))
    assert client.page.h1 == "ละไม ตั้งใจ"
    assert noted() == []
    client.follow(client.submit("/day1/check-ins"))
    assert client.page.flashes == ["ละไม ตั้งใจ ลงชื่อแล้ว"]
    assert [(mark.state, mark.how) for mark in noted()] == [("attended", "door")]
    client.get(path(mine))
    assert "ลงชื่อไว้แล้ว" in client.page.main
    assert not client.page.select("main form")


def test_while_no_door_is_open_there_is_no_button(client, mine, cast):
    client.sign_in(cast.orn).get(path(mine))
    assert "ไม่มีช่วงใดของงานนี้เปิดให้ลงชื่อ" in client.page.main
    assert not client.page.select("main form")


def test_the_history_says_what_when_how_by_whom_and_why(client, mine, cast, clock_at):
    first, second = mine.workshop.sessions
    url = f"/organize/workshops/pmqa40-2566/roster/{mine.code}/marks"
    client.sign_in(cast.orn).get(url)
    assert "ยังไม่มีการบันทึก" in client.page.main
    clock_at("2023-02-20T09:00:00+07:00")
    roll.mark(mine, first, state=AttendanceState.ATTENDED, by=cast.orn, how="door")
    clock_at("2023-02-20T10:00:00+07:00")
    roll.correct_all(first, {mine: AttendanceState.WITHDRAWN}, by=cast.orn, why="สแกนผิดคน")
    roll.mark(mine, second, state=AttendanceState.EXCUSED, by=None, how="import")
    db.session.commit()
    client.get(url)
    rows = [" ".join(row.get_text(" ", strip=True).split()) for row in client.page.select("tbody tr")]
    assert len(rows) == 3
    assert "20 ก.พ. 2566 10:00 น." in rows[0]
    assert "ถอนการบันทึก" in rows[0]
    assert "สแกนผิดคน" in rows[0]
    assert "อร รักงาน" in rows[1]
    assert "นำเข้าไฟล์" in rows[2]
    assert client.sign_in(cast.mali).get(url).status_code == 403
    assert client.sign_in(cast.orn).get(url.replace(mine.code, "NOBODY22")).status_code == 404
