"""One's own account: name, language, password, devices."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts import passwords, recovery, sign_ins
from portal.accounts.models import SignIn
from portal.core.db import db
from tests.accounts.conftest import GOOD, kinds, person_with, verbs
from tests.cast import PASSWORD, Cast
from tests.pages import Client


@pytest.fixture
def lamai(client: Client, cast: Cast) -> Client:
    return client.sign_in(cast.lamai)


def device_of(cast: Cast, name: str = "Chrome · Android") -> SignIn:
    row = sign_ins.start(cast.lamai, device=name)
    db.session.commit()
    return row


def test_a_visitor_is_asked_to_sign_in(client: Client, cast: Cast) -> None:
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"
    client.get("/sign-in")
    token = {"csrf_token": str(client.page.one("main input[name=csrf_token]")["value"])}
    for path in ("/account", "/account/password", "/account/sign-ins/X/end", "/account/sign-ins/end-others"):
        assert client.post(path, data=token).status_code == 401


def test_the_page_shows_who_one_is(lamai: Client, cast: Cast) -> None:
    lamai.get("/account")
    assert "lamai@demo.example" in lamai.page.main
    assert "กรมตัวอย่าง" in lamai.page.main
    assert lamai.page.one("#name")["value"] == "ละไม ตั้งใจ"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "ยืนยันแล้ว"),
        ({"approved_at": None}, "รอการยืนยัน"),
        ({"approved_at": None, "declined_at": 1}, "ยังยืนยันไม่ได้"),
    ],
)
def test_the_page_says_whether_the_agency_is_settled(
    lamai: Client, cast: Cast, state: dict, words: str
) -> None:
    for name, value in state.items():
        setattr(cast.lamai, name, cast.lamai.created_at if value else None)
    lamai.get("/account")
    assert lamai.page.one(".memo .tag").get_text() == words


def test_a_speaker_without_an_agency_has_an_account_too(client: Client, cast: Cast) -> None:
    client.sign_in(cast.wit).get("/account")
    assert "ไม่ได้สังกัดหน่วยงาน" in client.page.main


def test_name_position_and_language_are_saved(lamai: Client, cast: Cast) -> None:
    lamai.get("/account")
    response = lamai.submit("/account", name="ละไม  ตั้งใจมาก", position="ผู้อำนวยการกอง", language="en")
    assert (response.status_code, response.headers["Location"]) == (303, "/account")
    assert "lang=en" in response.headers["Set-Cookie"]
    user = person_with("lamai@demo.example")
    assert (user.name, user.position, user.language) == ("ละไม ตั้งใจมาก", "ผู้อำนวยการกอง", "en")


def test_a_bad_form_keeps_what_was_typed_and_saves_nothing(lamai: Client, cast: Cast) -> None:
    lamai.get("/account")
    assert lamai.submit("/account", name="", position="ใหม่", language="en").status_code == 422
    assert lamai.page.one("#position")["value"] == "ใหม่"
    assert lamai.page.soup.title is not None
    assert lamai.page.soup.title.get_text().startswith("ผิดพลาด:")
    assert lamai.submit("/account", name="ละไม", language="fr").status_code == 422
    assert "เลือกจากรายการ" in lamai.page.errors[0]
    assert person_with("lamai@demo.example").language == "th"


def test_nothing_else_can_be_changed_by_the_form(lamai: Client, cast: Cast) -> None:
    lamai.get("/account")
    lamai.submit("/account", role="organizer", email="x@y.example", agency_id=str(cast.province.id), code="X")
    user = person_with("lamai@demo.example")
    assert (user.role.value, user.agency_id) == ("learner", cast.agency.id)


def test_a_new_password_ends_all_other_sign_ins_and_is_told_by_mail(
    lamai: Client, other: Client, cast: Cast
) -> None:
    other.sign_in(cast.lamai)
    lamai.get("/account")
    response = lamai.submit("/account/password", current=PASSWORD, password=GOOD)
    assert (response.status_code, response.headers["Location"]) == (303, "/account")
    assert lamai.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert passwords.verify(person_with("lamai@demo.example").password_hash, GOOD)
    assert kinds("lamai@demo.example") == ["password_changed"]
    assert verbs() == ["signed_out", "password_changed"]


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({"current": "wrong", "password": GOOD}, "current", "รหัสผ่านปัจจุบันไม่ถูกต้อง"),
        ({"current": "", "password": GOOD}, "current", "กรอกรหัสผ่านปัจจุบัน"),
        ({"current": PASSWORD, "password": "12345678"}, "password", "เพิ่มอีก 2 ตัว"),
        ({"current": PASSWORD, "password": "lamai@demo.example"}, "password", "ต่างจากอีเมล"),
    ],
)
def test_a_bad_change_of_password_is_told_at_its_field(
    lamai: Client, cast: Cast, fields: dict[str, Any], at: str, words: str
) -> None:
    lamai.get("/account")
    assert lamai.submit("/account/password", **fields).status_code == 422
    assert words in lamai.page.one(f"#{at}-error").get_text()
    assert not lamai.page.one("#current").get("value")
    assert not lamai.page.one("#password").get("value")
    assert lamai.page.one("#name")["value"] == "ละไม ตั้งใจ"
    assert passwords.verify(person_with("lamai@demo.example").password_hash, PASSWORD)


def test_the_current_password_cannot_be_guessed_without_end(
    lamai: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "CHANGES", 1)
    lamai.get("/account")
    lamai.submit("/account/password", current="wrong", password=GOOD)
    assert lamai.submit("/account/password", current=PASSWORD, password=GOOD).status_code == 429


def test_the_address_of_a_bad_change_leads_back_to_the_account(lamai: Client, cast: Cast) -> None:
    assert lamai.get("/account/password").headers["Location"] == "/account"


def test_devices_are_listed_with_this_one_marked(lamai: Client, cast: Cast) -> None:
    device_of(cast)
    lamai.get("/account")
    rows = [row.get_text(" ", strip=True) for row in lamai.page.select("section li")]
    assert len(rows) == 2
    assert sum("เครื่องนี้" in row.replace("ออกจากเครื่องนี้", "") for row in rows) == 1
    assert any("Chrome · Android" in row for row in rows)


def test_no_key_of_a_sign_in_stands_on_the_page(lamai: Client, cast: Cast) -> None:
    device_of(cast)
    html = lamai.get("/account").get_data(as_text=True)
    for key in db.session.scalars(select(SignIn.key)):
        assert key not in html


def test_another_device_can_be_signed_out(lamai: Client, cast: Cast) -> None:
    row = device_of(cast)
    lamai.get("/account")
    assert lamai.submit(f"/account/sign-ins/{row.code}/end").status_code == 303
    assert db.session.get_one(SignIn, row.id).ended_at is not None
    assert lamai.get("/account").status_code == 200


def test_signing_out_this_device_signs_out(lamai: Client, cast: Cast) -> None:
    lamai.get("/account")
    assert lamai.submit("/end").headers["Location"] == "/"
    assert lamai.get("/account").status_code == 303


def test_all_other_devices_can_be_signed_out_at_once(lamai: Client, other: Client, cast: Cast) -> None:
    other.sign_in(cast.lamai)
    device_of(cast)
    lamai.get("/account")
    lamai.submit("/account/sign-ins/end-others")
    assert lamai.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert not lamai.page.select("form[action$=end-others]")


def test_nobody_ends_the_sign_in_of_another_person(lamai: Client, other: Client, cast: Cast) -> None:
    other.sign_in(cast.sakda)
    foreign = db.session.scalars(select(SignIn).where(SignIn.user_id == cast.sakda.id)).one()
    lamai.get("/account")
    token = str(lamai.page.form("/sign-out").select("input[name=csrf_token]")[0]["value"])
    assert lamai.post(f"/account/sign-ins/{foreign.code}/end", data={"csrf_token": token}).status_code == 404
    assert other.get("/account").status_code == 200


def test_the_page_asks_as_often_for_many_devices_as_for_one(lamai: Client, cast: Cast, queries) -> None:
    with queries() as one:
        lamai.get("/account")
    for _ in range(30):
        device_of(cast)
    with queries() as many:
        lamai.get("/account")
    assert len(one) == len(many) <= 5
    assert not [statement for statement in many if not statement.startswith("SELECT")]
