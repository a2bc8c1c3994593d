"""The workshop's page and the panel in each of its states."""

from datetime import datetime

import pytest

from portal.core.db import db
from portal.participation import registration, tickets
from portal.programme import desk
from portal.programme.models import WorkshopStatus
from tests.pages import squeezed

URL = "/workshops/pmqa40-2566"


def panel(client):
    client.get(URL)
    return squeezed(client.page.one("aside.panel").get_text())


def test_signed_out_the_page_is_the_same_for_all_and_holds_no_token(client, make_workshop):
    make_workshop(per_agency=4)
    assert client.get(URL).status_code == 200
    assert client.page.h1 == "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"
    assert "csrf" not in str(client.page.soup)
    words = panel(client)
    assert "เหลือ 10 จาก 10 ที่นั่ง" in words
    assert "จองได้หน่วยงานละไม่เกิน 4 ที่นั่ง" in words
    assert "เปิดรับถึง 17 ก.พ. 2566 16:30 น." in words
    assert "/sign-in?next=/workshops/pmqa40-2566" in client.page.links()


def test_who_may_register_sees_why_and_one_button(client, make_workshop, cast):
    workshop = make_workshop(per_agency=4)
    registration.register(workshop, user=cast.mali)
    client.sign_in(cast.lamai)
    words = panel(client)
    assert "กรมตัวอย่างมีผลงานผ่านขั้นตอนที่ 1 ของรางวัลนี้" in words
    assert "หน่วยงานของคุณจองแล้ว 1 จาก 4 ที่นั่ง" in words
    assert "จองในชื่อ ละไม ตั้งใจ กรมตัวอย่าง" in words
    assert [b.get_text() for b in client.page.select("aside button")] == ["จองที่นั่งของฉัน"]


def test_a_full_workshop_offers_the_queue(client, make_workshop, make_people, cast):
    registration.register(make_workshop(capacity=1), user=make_people(1)[0])
    client.sign_in(cast.lamai)
    assert "เข้าคิวรอที่นั่ง" in panel(client)
    assert [b.get_text() for b in client.page.select("aside button")] == ["เข้าคิว"]


def test_with_a_seat_the_panel_is_a_ticket(client, make_workshop, cast):
    mine = registration.register(make_workshop(), user=cast.lamai)
    db.session.commit()
    client.sign_in(cast.lamai)
    words = panel(client)
    assert "ละไม ตั้งใจ ได้ที่นั่ง" in words
    assert tickets.shown(mine.ticket) in words
    assert f"{URL}/ticket" in client.page.links()
    assert f"{URL}.ics" in client.page.links()
    assert f"{URL}/registration/cancel" in client.page.links()


def test_in_the_queue_the_panel_tells_place_and_rule(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=1)
    for person in [*make_people(3), cast.lamai]:
        registration.register(workshop, user=person)
    client.sign_in(cast.lamai)
    words = panel(client)
    assert "3 ลำดับของคุณ" in words
    assert "ที่นั่งให้ตามลำดับที่เข้าคิว" in words
    assert "ออกจากคิว" in words


def test_held_up_by_the_own_agency_the_panel_says_so(client, make_workshop, cast):
    workshop = make_workshop(per_agency=1)
    for person in (cast.mali, cast.lamai):
        registration.register(workshop, user=person)
    client.sign_in(cast.lamai)
    assert "หน่วยงานของคุณได้ที่นั่งครบ 1 ที่แล้ว" in panel(client)


def test_who_is_not_eligible_reads_why_and_whom_to_ask_and_gets_no_button(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.sakda)
    words = panel(client)
    assert "ยังจองไม่ได้" in words
    assert "ไม่พบผลงานของหน่วยงานที่ผ่านขั้นตอนที่ 1" in words
    assert "ให้ผู้ประสานงานของหน่วยงานแจ้งผู้จัด" in words
    assert client.page.select("aside form") == []


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2023-01-20T09:00:00+07:00", "เปิดรับลงทะเบียนตั้งแต่ 1 ก.พ. 2566 09:00 น."),
        ("2023-02-18T09:00:00+07:00", "ปิดรับลงทะเบียนเมื่อ 17 ก.พ. 2566 16:30 น."),
        ("2023-02-25T09:00:00+07:00", "งานอบรมนี้จบแล้ว"),
    ],
)
def test_outside_the_window_everybody_reads_when(client, make_workshop, cast, clock_at, moment, words):
    make_workshop()
    clock_at(moment)
    assert words in panel(client)
    client.sign_in(cast.lamai)
    assert words in panel(client)
    assert client.page.select("aside form") == []


def test_without_a_window_nothing_is_promised(client, make_workshop):
    make_workshop(registration_opens_at=None, registration_closes_at=None)
    assert "ยังไม่ประกาศวันเปิดรับลงทะเบียน" in panel(client)


def test_a_cancelled_workshop_says_so_and_offers_nothing(client, make_workshop, cast):
    make_workshop(status=WorkshopStatus.CANCELLED)
    client.sign_in(cast.lamai)
    assert "งานอบรมนี้ยกเลิกแล้ว" in panel(client)
    assert "งานนี้ยกเลิก" in client.page.main


def test_after_it_began_the_seat_stays_but_cannot_be_given_back(client, make_workshop, cast, clock_at):
    registration.register(make_workshop(), user=cast.lamai)
    clock_at("2023-02-20T10:00:00+07:00")
    client.sign_in(cast.lamai)
    assert "ได้ที่นั่งแล้ว" in panel(client)
    assert f"{URL}/registration/cancel" not in client.page.links()


def test_only_an_organizer_gets_the_way_to_the_roster(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.orn).get(URL)
    assert "/organize/workshops/pmqa40-2566/roster" in client.page.links()
    client.sign_in(cast.mali).get(URL)
    assert "/organize/workshops/pmqa40-2566/roster" not in client.page.links()


@pytest.mark.parametrize("code", ["nowhere", "pmqa40-2566x", "งาน"])
def test_an_unknown_workshop_is_404(client, make_workshop, code):
    make_workshop()
    assert client.get(f"/workshops/{code}").status_code == 404
    assert client.get(f"/workshops/{code}.ics").status_code == 404


def test_a_draft_is_404(client, make_workshop, cast):
    make_workshop(status=WorkshopStatus.DRAFT)
    client.sign_in(cast.lamai)
    assert client.get(URL).status_code == 404


@pytest.mark.both_databases
def test_a_draft_that_was_called_off_is_404_to_all_but_organizers(client, make_workshop, cast):
    workshop = make_workshop(status=WorkshopStatus.DRAFT)
    for _time in range(2):
        desk.cancel(workshop, by=cast.orn)
        db.session.commit()
        addresses = (
            URL,
            f"{URL}.ics",
            f"{URL}/registration",
            f"{URL}/answers",
            "/agency/workshops/pmqa40-2566",
        )
        for address in addresses:
            assert client.sign_in(cast.mali).get(address).status_code == 404, address
        assert client.sign_out().get(URL).status_code == 404
        assert client.sign_in(cast.orn).get(URL).status_code == 200
        desk.reopen(workshop, by=cast.orn)
        db.session.commit()
        assert client.get(URL).status_code == 404


def test_one_that_was_on_offer_and_called_off_says_so_to_everybody(client, make_workshop, cast):
    workshop = make_workshop(status=WorkshopStatus.DRAFT)
    desk.publish(workshop, by=cast.orn)
    desk.cancel(workshop, by=cast.orn)
    make_workshop("read-in", status=WorkshopStatus.CANCELLED)
    db.session.commit()
    for address in (URL, f"{URL}.ics", "/workshops/read-in"):
        assert client.get(address).status_code == 200, address


def test_reading_writes_nothing_and_asks_ten_questions_at_most(
    client, make_workshop, make_people, cast, queries
):
    workshop = make_workshop(capacity=1, per_agency=1)
    for person in [*make_people(2), cast.lamai]:
        registration.register(workshop, user=person)
    for person in (None, cast.orn, cast.sakda, cast.lamai, cast.mali):
        client.sign_in(person) if person else client.sign_out()
        with queries() as statements:
            client.get(URL)
        assert len(statements) <= 10
        assert all(statement.startswith("SELECT") for statement in statements)


def test_the_rule_of_the_queue_stands_on_the_page_as_this_workshop_has_it(client, make_workshop):
    make_workshop(per_agency=4)
    words = panel(client)
    assert "ที่นั่งให้ตามลำดับที่เข้าคิว" in words
    assert "ผู้ที่หน่วยงานได้ครบ 4 ที่นั่งแล้วยังรอได้ โดยคนถัดไปไม่ต้องรอตาม" in words
    assert "ผู้ที่ถึงลำดับได้ที่นั่งทันที" in words
    assert "เก็บไว้ให้" not in words
    assert "ชั่วโมง" not in words


def test_guarantee_and_hours_to_confirm_are_said_while_they_hold(client, make_workshop, cast, clock_at):
    until = datetime.fromisoformat("2023-02-15T12:00:00+07:00")
    make_workshop(guaranteed=2, guaranteed_until=until, offer_hours=24)
    words = panel(client)
    assert "จนถึง 15 ก.พ. 2566 12:00 น. หน่วยงานที่ผ่านขั้นตอนที่ 1 และยังได้ไม่ครบ 2 ที่ ได้ก่อน" in words
    assert "ในจำนวนนี้ 2 ที่เก็บไว้ให้หน่วยงานที่ยังได้ไม่ครบ 2 ที่" in words
    assert "ยืนยันภายใน 24 ชั่วโมง" in words
    clock_at("2023-02-15T12:00:00+07:00")
    words = panel(client)
    assert "หน่วยงานที่ผ่านขั้นตอนที่ 1 และยังได้ไม่ครบ" not in words
    assert "เก็บไว้ให้หน่วยงาน" not in words


def test_who_waits_for_seats_kept_for_others_reads_that(client, make_workshop, make_people, cast):
    until = datetime.fromisoformat("2023-02-15T12:00:00+07:00")
    workshop = make_workshop(capacity=2, guaranteed=1, guaranteed_until=until)
    make_people(1)
    for person in (cast.mali, cast.lamai):
        registration.register(workshop, user=person)
    client.sign_in(cast.lamai)
    words = panel(client)
    assert "1 ลำดับของคุณ" in words
    assert "ที่นั่งที่ว่างเก็บไว้ให้หน่วยงานที่ยังได้ไม่ครบ 1 ที่ จนถึง 15 ก.พ. 2566 12:00 น." in words


def test_with_a_guarantee_the_page_asks_one_question_more_at_most(
    client, make_workshop, make_people, cast, queries
):
    until = datetime.fromisoformat("2023-02-15T12:00:00+07:00")
    workshop = make_workshop(capacity=1, guaranteed=1, guaranteed_until=until, offer_hours=2)
    for person in [*make_people(2), cast.lamai]:
        registration.register(workshop, user=person)
    for person in (None, cast.orn, cast.sakda, cast.lamai, cast.mali):
        client.sign_in(person) if person else client.sign_out()
        with queries() as statements:
            client.get(URL)
        assert len(statements) <= 11
        assert all(statement.startswith("SELECT") for statement in statements)
