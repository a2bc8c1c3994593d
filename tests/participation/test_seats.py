"""The organizer's form for seats, window and venue."""

from datetime import datetime

import pytest

from portal.accounts.models import Role
from portal.core.db import db
from portal.participation import registration
from portal.programme.models import Workshop
from tests import cast as cast_module

URL = "/organize/workshops/pmqa40-2566/seats"


@pytest.fixture
def workshop(make_workshop):
    return make_workshop(capacity=1, per_agency=2)


def fresh(workshop):
    db.session.expire_all()
    return db.session.get_one(Workshop, workshop.id)


def test_the_form_shows_what_holds_in_thai(client, workshop, cast):
    client.sign_in(cast.orn)
    assert client.get(URL).status_code == 200
    shown = {field["name"]: field.get("value", "") for field in client.page.select("main input.input")}
    assert shown == {
        "capacity": "1",
        "per_agency": "2",
        "guaranteed": "",
        "guaranteed_on": "",
        "guaranteed_at": "",
        "offer_hours": "0",
        "opens_on": "1 กุมภาพันธ์ 2566",
        "opens_at": "09:00",
        "closes_on": "17 กุมภาพันธ์ 2566",
        "closes_at": "16:30",
        "venue": "",
    }
    assert "รับลงทะเบียนตั้งแต่ 1 ก.พ. 2566 09:00 น. ถึง 17 ก.พ. 2566 16:30 น." in client.page.main


def test_saving_the_form_untouched_changes_nothing(client, workshop, cast):
    client.sign_in(cast.orn).get(URL)
    client.follow(client.submit(URL))
    assert client.page.flashes == ["บันทึกแล้ว"]
    now = fresh(workshop)
    assert (now.capacity, now.per_agency) == (1, 2)
    assert now.registration_closes_at == datetime.fromisoformat("2023-02-17T16:30:00+07:00")


def test_raising_the_number_promotes_and_says_how_many(client, workshop, cast, make_people):
    for person in make_people(4):
        registration.register(workshop, user=person)
    client.sign_in(cast.orn).get(URL)
    client.follow(client.submit(URL, capacity="๓"))
    assert client.page.flashes == ["บันทึกแล้ว และเลื่อนผู้รอได้ที่นั่ง 2 คน"]
    assert fresh(workshop).capacity == 3


def test_a_guarantee_and_hours_to_confirm_are_set_and_said(client, workshop, cast, make_people):
    for person in make_people(3):
        registration.register(workshop, user=person)
    client.sign_in(cast.orn).get(URL)
    answer = client.submit(
        URL, capacity="9", guaranteed="1", guaranteed_on="15/2/2566", guaranteed_at="12:00", offer_hours="24"
    )
    client.follow(answer)
    now = fresh(workshop)
    assert (now.guaranteed, now.offer_hours) == (1, 24)
    assert now.guaranteed_until == datetime.fromisoformat("2023-02-15T12:00:00+07:00")
    assert client.page.flashes == ["บันทึกแล้ว และเสนอที่นั่งให้ผู้รอ 2 คน"]
    assert "รอยืนยัน 2 คน" in client.page.main
    assert "ในจำนวนนี้ 1 ที่เก็บไว้ให้หน่วยงานที่ยังได้ไม่ครบ 1 ที่ จนถึง 15 ก.พ. 2566 12:00 น." in client.page.main


def test_lowering_it_says_that_it_is_over_full(client, workshop, cast, make_people):
    registration.register(workshop, user=make_people(1)[0])
    client.sign_in(cast.orn).get(URL)
    client.follow(client.submit(URL, capacity="0"))
    assert "เกินจำนวนที่นั่ง 1 คน" in client.page.main
    assert "ผู้ที่ได้ที่นั่งแล้วยังได้อยู่" in client.page.main


@pytest.mark.parametrize("day", ["18/2/2566", "๑๘ กุมภาพันธ์ ๒๕๖๖", "18 ก.พ. 2566", "2023-02-18"])
def test_days_may_be_written_as_people_write_them(client, workshop, cast, day):
    client.sign_in(cast.orn).get(URL)
    assert client.submit(URL, closes_on=day, closes_at="9.05 น.").status_code == 303
    assert fresh(workshop).registration_closes_at == datetime.fromisoformat("2023-02-18T09:05:00+07:00")


def test_empty_fields_mean_not_announced(client, workshop, cast):
    client.sign_in(cast.orn).get(URL)
    names = ("capacity", "per_agency", "opens_on", "opens_at", "closes_on", "closes_at")
    client.follow(client.submit(URL, **dict.fromkeys(names, "")))
    now = fresh(workshop)
    assert (now.capacity, now.per_agency, now.registration_opens_at) == (None, None, None)
    assert "ยังไม่ประกาศวันรับลงทะเบียน" in client.page.main


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("capacity", "สิบ", "กรอกเป็นจำนวนเต็ม"),
        ("capacity", "-1", "กรอกจำนวนตั้งแต่ 0"),
        ("capacity", "99999999999999999999", "กรอกจำนวนตั้งแต่ 0"),
        ("per_agency", "0", "กรอกจำนวนตั้งแต่ 1"),
        ("guaranteed", "0", "กรอกจำนวนตั้งแต่ 1"),
        ("guaranteed", "1", "ระบุวันที่รับรองที่นั่งถึงด้วย"),
        ("guaranteed_on", "15/2/2566", "ระบุเวลาของวันนี้ด้วย"),
        ("offer_hours", "-1", "กรอกจำนวนตั้งแต่ 0"),
        ("offer_hours", "721", "กรอกจำนวนตั้งแต่ 0 ถึง 720"),
        ("opens_on", "31 กุมภาพันธ์ 2566", "ไม่มีวันที่ 31 ในเดือนนี้"),
        ("opens_on", "1/2/66", "เขียนปีให้ครบสี่หลัก"),
        ("opens_at", "25:00", "เขียนเวลาแบบ 16:30"),
        ("opens_at", "", "ระบุเวลาของวันนี้ด้วย"),
        ("closes_on", "", "ระบุวันของเวลานี้ด้วย"),
        ("closes_on", "1 มกราคม 2566", "ต้องปิดรับหลังจากเปิดรับ"),
        ("venue", "ก" * 301, "ยาวได้ไม่เกิน 300 ตัวอักษร"),
    ],
)
def test_a_wrong_field_answers_at_the_field_and_keeps_what_was_typed(
    client, workshop, cast, field, value, words
):
    client.sign_in(cast.orn).get(URL)
    answer = client.submit(URL, **{"venue": "ห้องประชุม", field: value})
    assert answer.status_code == 422
    assert any(words in error for error in client.page.errors)
    assert client.page.one(f"input[name={field}]").get("value", "") == value
    assert client.page.select("[role=alert]")
    assert client.page.soup.title.get_text().startswith("ผิดพลาด:")
    assert fresh(workshop).venue == ""


def test_two_emptied_fields_of_opening_are_named_together(client, workshop, cast):
    client.sign_in(cast.orn).get(URL)
    answer = client.submit(URL, opens_on="", opens_at="")
    assert answer.status_code == 422
    assert "ระบุวันเปิดรับด้วย" in client.page.errors


def test_reading_writes_nothing(client, workshop, cast, queries):
    client.sign_in(cast.orn)
    with queries() as statements:
        client.get(URL)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 6


def test_only_organizers_enter_and_only_with_the_token(client, workshop, cast):
    assert client.get(URL).status_code == 303
    for person in (cast.mali, cast.lamai, cast.wit):
        client.sign_in(person)
        assert client.get(URL).status_code == 403
    client.sign_in(cast.orn)
    assert client.post(URL, data={"capacity": "5"}).status_code == 400
    assert client.get("/organize/workshops/nowhere/seats").status_code == 404
    assert fresh(workshop).capacity == 1


def test_a_stale_save_shows_both_and_overwrites_only_when_told_to(app, client, workshop, cast):
    other = app.test_client().sign_in(cast_module.person("ying@demo.example", "หญิง ร่วมจัด", Role.ORGANIZER))
    client.sign_in(cast.orn).get(URL)
    other.get(URL)
    other.submit(URL, capacity="5")
    assert client.submit(URL, capacity="3", venue="ห้องของอร").status_code == 409
    assert [cell.get_text(strip=True) for cell in client.page.select(".clash tbody td")] == ["1", "5", "3"]
    assert client.page.one("input[name=venue]")["value"] == "ห้องของอร"
    assert fresh(workshop).capacity == 5
    client.follow(client.submit(URL))
    assert (fresh(workshop).capacity, fresh(workshop).venue) == (3, "ห้องของอร")
