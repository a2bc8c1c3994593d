"""Handing a seat on over HTTP: a colleague from the list or somebody new, one of both, and the page keeps what was typed."""

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Move, RegistrationMove, RegistrationStatus
from tests import cast as people
from tests.participation.teaming import URL, row_of, standing

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED


@pytest.fixture
def seat(workshop, cast):
    row = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return row


@pytest.fixture
def swap_page(client, team_page, seat):
    """Opens the page of ละไม's seat by the link on the team page."""

    def read():
        address = f"{URL}/registrations/{seat.code}/swap"
        assert address in team_page().links()
        assert client.get(address).status_code == 200
        return client.page

    return read


def options(page) -> list[str]:
    return [option.get_text(strip=True) for option in page.select("#to option")]


def test_the_page_names_the_seat_and_who_could_take_it(swap_page, workshop, cast, ked, make_people):
    registration.register(workshop, user=make_people(1)[0])
    registration.register(workshop, user=ked)
    guest = people.person("g@demo.example", "กอ แขก", agency=cast.agency)
    guest.confirmed_at = guest.password_hash = None
    page = swap_page()
    assert page.h1 == "เปลี่ยนคน"
    assert "ละไม ตั้งใจ" in page.main
    assert "ได้ที่นั่ง" in page.main
    assert options(page) == [
        "เลือกจากรายชื่อ",
        "กอ แขก (เชิญแล้ว ยังไม่ตั้งรหัสผ่าน)",
        "เกด ขยัน (รอในคิวลำดับที่ 1)",
        "มะลิ ใจดี",
    ]


def test_a_colleague_from_the_list_takes_the_seat(client, swap_page, seat, cast, ked):
    swap_page()
    client.follow(client.submit(to=ked.code, why="ป่วย"))
    assert client.page.flashes == ["เกด ขยัน มาแทน ละไม ตั้งใจ แล้ว และส่งอีเมลบอกทั้งสองคนแล้ว"]
    assert standing() == {cast.lamai.email: CANCELLED, ked.email: CONFIRMED}
    assert "ได้ที่นั่ง" in row_of(client.page, ked)
    assert "ยังไม่ลงทะเบียน" in row_of(client.page, cast.lamai)
    moves = db.session.scalars(select(RegistrationMove).where(RegistrationMove.why == "ป่วย")).all()
    assert {move.move for move in moves} == {Move.HANDED_ON, Move.TAKEN_OVER}
    assert {move.by_id for move in moves} == {cast.mali.id}


def test_somebody_new_is_invited_and_takes_the_seat(client, swap_page, cast, kinds):
    swap_page()
    client.follow(client.submit(name="ปิติ ตั้งใจ", email="piti@krom.example"))
    person = db.session.scalars(select(User).where(User.email == "piti@krom.example")).one()
    assert standing() == {cast.lamai.email: CANCELLED, "piti@krom.example": CONFIRMED}
    assert kinds(person) == ["accounts.invited", "registered"]


def test_a_place_in_the_queue_says_what_it_is(client, team_page, workshop, cast, ked, make_people):
    for person in (*make_people(2), cast.lamai):
        mine = registration.register(workshop, user=person)
    team_page()
    client.get(f"{URL}/registrations/{mine.code}/swap")
    assert "รอในคิวลำดับที่ 1" in client.page.main
    client.follow(client.submit(to=ked.code))
    assert "รอในคิวลำดับที่ 1" in row_of(client.page, ked)


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({}, "to", "เลือกคนที่จะมาแทน"),
        ({"to": "NOBODY22"}, "to", "เลือกจากรายการที่มีให้"),
        ({"name": "ปิติ"}, "email", "กรอกอีเมล"),
        ({"email": "piti@krom.example"}, "name", "กรอกชื่อและนามสกุล"),
        ({"name": "ปิติ", "email": "no address"}, "email", "อีเมลนี้ไม่ถูกต้อง"),
        ({"name": "ก" * 201, "email": "piti@krom.example"}, "name", "ยาวได้ไม่เกิน 200"),
        ({"why": "ก" * 201}, "why", "ยาวได้ไม่เกิน 200"),
    ],
)
def test_a_bad_form_is_told_at_its_field_and_kept(client, swap_page, cast, mails, sent, field, words):
    swap_page()
    before = len(mails())
    assert client.submit(**sent).status_code == 422
    error = client.page.one(f"#{field}-error")
    assert words in error.get_text()
    for name in sent.keys() - {"to"}:
        assert client.page.one(f"#{name}")["value"] == sent[name]
    assert standing() == {cast.lamai.email: CONFIRMED}
    assert len(mails()) == before


def test_both_ways_at_once_are_refused(client, swap_page, cast, ked):
    swap_page()
    assert client.submit(to=ked.code, name="ปิติ", email="piti@krom.example").status_code == 422
    assert "อย่างใดอย่างหนึ่ง" in client.page.errors[0]
    assert client.page.one("#to option[selected]")["value"] == ked.code
    assert standing() == {cast.lamai.email: CONFIRMED}


def test_nobody_of_another_agency_is_in_the_list_or_taken_by_code(client, swap_page, cast):
    page = swap_page()
    assert "ศักดา" not in page.text
    assert client.submit(to=cast.sakda.code).status_code == 422
    assert standing() == {cast.lamai.email: CONFIRMED}


def test_an_address_in_use_elsewhere_is_refused_at_its_field(client, swap_page, cast):
    swap_page()
    assert client.submit(name="ใคร", email=cast.sakda.email).status_code == 409
    assert client.page.errors == ["เชิญอีเมลนี้ไม่ได้ ตรวจว่าพิมพ์ถูก ถ้าถูกแล้ว แจ้งผู้จัด"]
    assert standing() == {cast.lamai.email: CONFIRMED}


def test_who_is_refused_after_the_invitation_is_not_invited_either(client, swap_page, cast, clock_at, mails):
    swap_page()
    page = client.page
    clock_at("2023-02-20T08:00:00+07:00")
    client.page = page
    before = len(mails())
    assert client.submit(name="ปิติ", email="piti@krom.example").status_code == 409
    assert "งานอบรมเริ่ม" in client.page.main
    assert len(mails()) == before
    assert db.session.scalar(select(User).where(User.email == "piti@krom.example")) is None


def test_a_colleague_who_was_quicker_is_refused_with_the_reason(client, swap_page, workshop, cast, ked):
    workshop.capacity = 1
    swap_page()
    page = client.page
    registration.cancel(registration.register(workshop, user=ked), by=ked)
    ked.approved_at = None
    client.page = page
    assert client.submit(to=ked.code).status_code in (409, 422)
    assert standing()[cast.lamai.email] is CONFIRMED


def test_pressed_twice_the_seat_moves_once(client, swap_page, cast, ked, mails):
    swap_page()
    page = client.page
    client.submit(to=ked.code)
    client.page = page
    client.follow(client.submit(to=ked.code))
    assert any("ยกเลิกไปแล้ว" in flash for flash in client.page.flashes)
    assert standing() == {cast.lamai.email: CANCELLED, ked.email: CONFIRMED}
    assert len(mails(ked)) == 1


def test_looking_writes_nothing(client, swap_page, queries, seat):
    swap_page()
    with queries() as statements:
        client.get(f"{URL}/registrations/{seat.code}/swap")
    assert len(statements) <= 10
    assert all(statement.startswith("SELECT") for statement in statements)


def test_once_it_began_the_page_says_whom_to_tell(client, swap_page, seat, clock_at):
    swap_page()
    clock_at("2023-02-20T08:00:00+07:00")
    client.get(f"{URL}/registrations/{seat.code}/swap")
    assert client.page.select("main form") == []
    assert "แจ้งผู้จัด" in client.page.main


def test_who_waits_for_approval_is_not_offered(swap_page, cast, ked):
    ked.approved_at = None
    db.session.commit()
    assert options(swap_page()) == ["เลือกจากรายชื่อ", "มะลิ ใจดี"]
