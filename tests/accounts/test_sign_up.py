"""Signing up: an agency from the list, an address to be confirmed, and nothing told about others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import passwords, signup
from portal.accounts.models import Role, User
from portal.core import clock
from portal.core.db import db
from tests.accounts.conftest import GOOD, kinds, letters, path_in, person_with, verbs
from tests.cast import Cast, agency
from tests.pages import Client

PITI = {
    "name": "ปิติ ตั้งใจ",
    "position": "นักวิเคราะห์นโยบายและแผน",
    "agency": "กรมตัวอย่าง",
    "email": "piti@krom.example",
    "password": GOOD,
}


def send(client: Client, **changed):
    client.get("/sign-up")
    return client.submit("/sign-up", **(PITI | changed))


def test_a_sign_up_waits_for_its_address(client: Client, cast: Cast) -> None:
    response = send(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-up/sent")
    client.follow(response)
    assert "piti@krom.example" in client.page.main
    user = person_with("piti@krom.example")
    assert (user.name, user.position, user.role) == ("ปิติ ตั้งใจ", "นักวิเคราะห์นโยบายและแผน", Role.LEARNER)
    assert user.agency_id == cast.agency.id
    assert user.confirmed_at is None
    assert not user.is_approved
    assert passwords.verify(user.password_hash, GOOD)
    assert kinds() == ["confirm_email"]
    assert "/confirm/" in path_in(letters()[0])
    assert verbs() == ["signed_up"]


def test_no_citizen_number_is_asked_for(client: Client, cast: Cast) -> None:
    client.get("/sign-up")
    names = {str(field["name"]) for field in client.page.select("main input[name]")}
    assert names == {"csrf_token", "name", "position", "agency", "email", "password"}


def test_the_agencies_stand_in_the_list(client: Client, cast: Cast) -> None:
    client.get("/sign-up")
    assert [option["value"] for option in client.page.select("#agencies option")] == [
        "กรมตัวอย่าง",
        "จังหวัดสมมติ",
    ]
    assert client.page.one("#agency")["list"] == "agencies"


def test_a_taken_address_gets_the_same_answer_and_its_owner_a_mail(
    client: Client, other: Client, cast: Cast
) -> None:
    before = (cast.lamai.name, cast.lamai.password_hash)
    new, taken = send(client), send(other, email="lamai@demo.example")
    assert (new.status_code, new.headers["Location"]) == (taken.status_code, taken.headers["Location"])
    pages = [one.follow(response).get_data(as_text=True) for one, response in ((client, new), (other, taken))]
    assert pages[0].replace("piti@krom.example", "E") == pages[1].replace("lamai@demo.example", "E")
    assert kinds("lamai@demo.example") == ["address_taken"]
    user = person_with("lamai@demo.example")
    assert (user.name, user.password_hash) == before


def test_a_password_is_hashed_once_whether_or_not_the_address_is_taken(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    real = passwords.hash_password

    def hash_password(password: str) -> str:
        hashed.append(password)
        return real(password)

    monkeypatch.setattr(passwords, "hash_password", hash_password)
    send(client)
    send(client, email="lamai@demo.example")
    assert hashed == [GOOD, GOOD]


def test_a_closed_account_is_left_alone(client: Client, cast: Cast) -> None:
    cast.lamai.disabled_at = clock.now()
    assert send(client, email="lamai@demo.example").status_code == 303
    assert letters() == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "name", "กรอกชื่อ"),
        ({"name": "ก" * 201}, "name", "ไม่เกิน 200"),
        ({"agency": ""}, "agency", "พิมพ์ชื่อหน่วยงาน"),
        ({"agency": "ธนาคารโลก"}, "agency", "ไม่พบ “ธนาคารโลก” ในรายการ"),
        ({"agency": "กรมตัวยาง"}, "agency", "หมายถึง กรมตัวอย่าง ใช่หรือไม่"),
        ({"email": ""}, "email", "กรอกอีเมล"),
        ({"email": "piti@ddc"}, "email", "name@agency.go.th"),
        ({"email": "ปิติ@ddc.example"}, "email", "name@agency.go.th"),
        ({"password": ""}, "password", "ตั้งรหัสผ่าน"),
        ({"password": "12345678"}, "password", "ตอนนี้มี 8 ตัว เพิ่มอีก 2 ตัว"),
        ({"password": "1234567890"}, "password", "เดาได้"),
        ({"password": "piti@krom.example"}, "password", "ต่างจากอีเมล"),
    ],
)
def test_a_bad_form_says_so_at_the_field_and_keeps_what_was_typed(
    client: Client, cast: Cast, changed: dict[str, str], field: str, words: str
) -> None:
    assert send(client, **changed).status_code == 422
    assert client.page.one(f"#{field}")["aria-invalid"] == "true"
    assert words in client.page.one(f"#{field}-error").get_text()
    assert client.page.select(f'.errors a[href="#{field}"]')
    for name, value in (PITI | changed).items():
        shown = "" if name == "password" else " ".join(value.split())
        assert client.page.one(f"#{name}").get("value", "") == shown
    assert db.session.scalar(select(func.count(User.id))) == 5


def test_all_that_is_wrong_is_told_at_once(client: Client, cast: Cast) -> None:
    assert send(client, name="", agency="x", email="y", password="z").status_code == 422
    assert len(client.page.errors) == 4


def test_an_agency_that_was_meant_is_taken_by_a_tick(client: Client, cast: Cast) -> None:
    send(client, agency="กรมตัวยาง")
    assert client.page.one("input[name=meant]")["value"] == "กรมตัวอย่าง"
    response = client.submit("/sign-up", password=GOOD, meant="กรมตัวอย่าง")
    assert response.status_code == 303
    assert person_with("piti@krom.example").agency_id == cast.agency.id


def test_a_tick_for_another_agency_than_the_one_offered_counts_for_nothing(
    client: Client, cast: Cast
) -> None:
    assert send(client, agency="กรมตัวยาง", meant="จังหวัดสมมติ").status_code == 422


def test_an_agency_may_be_given_by_its_short_name(client: Client, cast: Cast) -> None:
    cast.agency.abbrev_th = "ตย."
    assert send(client, agency="ตย").status_code == 303


def test_a_double_press_makes_one_account_and_one_mail(client: Client, cast: Cast) -> None:
    send(client)
    send(client)
    assert kinds() == ["confirm_email"]
    assert db.session.scalar(select(func.count(User.id))) == 6


@pytest.mark.both_databases
def test_two_sign_ups_at_the_same_moment_make_one_account(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {
        "name": "ปิติ",
        "email": "piti@krom.example",
        "agency": cast.agency,
        "password_hash": "x",
    }
    signup.sign_up(**given)
    db.session.commit()
    monkeypatch.setattr(signup, "_by_email", lambda _: None)
    signup.sign_up(**given)
    db.session.commit()
    assert kinds() == ["confirm_email"]


def test_an_address_nobody_confirmed_may_be_signed_up_anew(
    client: Client, cast: Cast, clock_at: Callable[[str], None]
) -> None:
    send(client, name="คนแรก", password="another good one")
    old = path_in(letters()[0])
    clock.start_at(clock.now() + timedelta(minutes=2), still=True)
    send(client)
    user = person_with("piti@krom.example")
    assert user.name == "ปิติ ตั้งใจ"
    assert passwords.verify(user.password_hash, GOOD)
    assert kinds() == ["confirm_email"] * 2
    assert client.get(old).status_code == 410
    assert client.get(path_in(letters()[1])).status_code == 200


@pytest.mark.parametrize("email", ["piti@krom.example", "lamai@demo.example"])
def test_so_many_mails_and_no_more_whoever_has_the_address(client: Client, cast: Cast, email: str) -> None:
    for number in range(signup.LETTERS_TO_AN_ADDRESS):
        assert send(client, email=email, name=f"ปิติ {number}").status_code == 303
    assert send(client, email=email).status_code == 429
    assert client.page.one("#name")["value"] == "ปิติ ตั้งใจ"
    assert len(letters(email)) == signup.LETTERS_TO_AN_ADDRESS


def test_one_network_cannot_sign_up_without_end(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signup, "SIGN_UPS_OF_A_NETWORK", 1)
    send(client)
    assert send(client, email="other@krom.example").status_code == 429


def test_a_form_without_its_token_is_refused(client: Client, cast: Cast) -> None:
    assert client.post("/sign-up", data=PITI).status_code == 400
    assert db.session.scalar(select(func.count(User.id))) == 5


def test_the_page_asks_as_often_for_thirty_agencies_as_for_two(client: Client, cast: Cast, queries) -> None:
    with queries() as two:
        client.get("/sign-up")
    for number in range(30):
        agency(f"A{number}", f"กรมที่ {number}")
    with queries() as thirty:
        client.get("/sign-up")
    assert len(two) == len(thirty) <= 3


def test_the_page_after_it_says_something_to_everybody(client: Client, cast: Cast) -> None:
    assert client.get("/sign-up/sent").status_code == 200
