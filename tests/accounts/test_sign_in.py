"""Signing in: the right password opens, anything else says the same whoever exists."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import passwords, people, sign_ins
from portal.accounts.models import Role, SignIn, ThrottleHit
from portal.core import clock
from portal.core.db import db
from tests.accounts.conftest import GOOD, kinds, person_with, verbs
from tests.cast import PASSWORD, Cast
from tests.pages import Client

WRONG = "อีเมลหรือรหัสผ่านไม่ถูกต้อง"
PHONE = (
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0 Mobile Safari/537.36"
)


def attempt(client: Client, email: str = "lamai@demo.example", password: str = PASSWORD, **others):
    client.get("/sign-in")
    return client.submit("/sign-in", email=email, password=password, **others)


def is_signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_the_right_password_opens_the_portal(client: Client, cast: Cast) -> None:
    response = attempt(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/me")
    assert is_signed_in(client)
    assert verbs() == ["signed_in"]


def test_the_address_may_be_written_in_capitals_and_with_blanks(client: Client, cast: Cast) -> None:
    assert attempt(client, " LAMAI@Demo.Example ").status_code == 303


def test_sign_in_goes_on_to_the_page_that_was_wanted(client: Client, cast: Cast) -> None:
    wanted = client.get("/account")
    assert wanted.headers["Location"] == "/sign-in?next=/account"
    client.follow(wanted)
    response = client.submit("/sign-in", email="lamai@demo.example", password=PASSWORD)
    assert response.headers["Location"] == "/account"


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_never_leads_away_from_the_site(client: Client, cast: Cast, target: str) -> None:
    client.get("/sign-in", query_string={"next": target})
    assert not client.page.select("main input[name=next]")
    assert attempt(client, next=target).headers["Location"] == "/me"


def test_who_is_signed_in_already_goes_on(client: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    assert client.get("/sign-in?next=/account").headers["Location"] == "/account"
    assert client.get("/sign-in").headers["Location"] == "/me"


def test_a_wrong_password_keeps_the_address_and_never_the_password(client: Client, cast: Cast) -> None:
    response = attempt(client, password="not this one", next="/account")
    assert response.status_code == 422
    assert client.page.one("#email")["value"] == "lamai@demo.example"
    assert not client.page.one("#password").get("value")
    assert client.page.one("main input[name=next]")["value"] == "/account"
    assert WRONG in client.page.errors[0]
    assert client.page.soup.title is not None
    assert client.page.soup.title.get_text().startswith("ผิดพลาด:")
    assert not is_signed_in(client)


def test_an_unknown_address_gets_the_very_same_page(client: Client, cast: Cast) -> None:
    pages = []
    for email in ("lamai@demo.example", "nobody@demo.example"):
        response = attempt(client, email, "not this one")
        text = response.get_data(as_text=True).replace(email, "E")
        token = str(client.page.one("main input[name=csrf_token]")["value"])
        pages.append((response.status_code, text.replace(token, "T")))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "email", ["lamai@demo.example", "nobody@demo.example", "gone@demo.example", "unset@demo.example"]
)
def test_a_password_is_always_verified_once_whoever_exists(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    people.create_user(email="gone@demo.example", name="ลาออก", password=GOOD).disabled_at = clock.now()
    people.create_user(email="unset@demo.example", name="ยังไม่ตั้ง")
    verified = []
    real = passwords.verify

    def verify(kept: str | None, typed: str) -> bool:
        verified.append(typed)
        return real(kept, typed)

    monkeypatch.setattr(passwords, "verify", verify)
    assert attempt(client, email, "not this one").status_code == 422
    assert len(verified) == 1


def test_a_closed_account_does_not_open_even_with_its_password(client: Client, cast: Cast) -> None:
    cast.lamai.disabled_at = clock.now()
    assert attempt(client).status_code == 422
    assert WRONG in client.page.errors[0]


def test_an_account_closed_meanwhile_is_out_at_the_next_page(client: Client, cast: Cast) -> None:
    attempt(client)
    person_with("lamai@demo.example").disabled_at = clock.now()
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "", "password": "x"}, "กรอกอีเมล"),
        ({"email": "lamai", "password": "x"}, "อีเมลนี้ไม่ถูกต้อง"),
        ({"email": "lamai@demo.example", "password": ""}, "กรอกรหัสผ่าน"),
        ({"email": "lamai@demo.example", "password": "x" * 5000}, "ไม่เกิน 200"),
    ],
)
def test_a_bad_form_says_so_at_the_field(
    client: Client, cast: Cast, fields: dict[str, Any], words: str
) -> None:
    client.get("/sign-in")
    assert client.submit("/sign-in", **fields).status_code == 422
    assert words in client.page.errors[0]


def test_the_lock_of_the_database_is_free_while_the_password_is_checked(
    app: Flask, client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(app.config["DATABASE_URL"].removeprefix("sqlite:///"))
    real = passwords.verify

    def verify(kept: str | None, typed: str) -> bool:
        with sqlite3.connect(file, timeout=0, isolation_level=None) as neighbour:
            neighbour.execute("BEGIN IMMEDIATE")
            neighbour.execute("ROLLBACK")
        return real(kept, typed)

    monkeypatch.setattr(passwords, "verify", verify)
    assert attempt(client).status_code == 303


@pytest.mark.parametrize("email", ["lamai@demo.example", "nobody@demo.example"])
def test_ten_wrong_passwords_are_enough_for_any_address(client: Client, cast: Cast, email: str) -> None:
    for _ in range(sign_ins.TRIES_OF_AN_ADDRESS):
        assert attempt(client, email, "wrong").status_code == 422
    for password in ("wrong", PASSWORD):
        assert attempt(client, email, password).status_code == 429
        assert "รออีก 15 นาที" in client.page.main
        assert client.page.one("#email")["value"] == email
    clock.start_at(clock.now() + sign_ins.WITHIN, still=True)
    assert attempt(client, email, "wrong").status_code == 422


def test_one_network_cannot_try_address_after_address(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "TRIES_OF_A_NETWORK", 3)
    for number in range(3):
        assert attempt(client, f"p{number}@demo.example").status_code == 422
    assert attempt(client, "p4@demo.example").status_code == 429
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert attempt(client, "p4@demo.example").status_code == 422


def test_a_room_full_of_people_who_know_their_passwords_is_never_shut_out(client: Client, cast: Cast) -> None:
    attempt(client)
    assert db.session.scalar(select(func.count(ThrottleHit.id))) == 0


def test_a_hash_of_former_days_is_made_anew(client: Client, cast: Cast) -> None:
    attempt(client)
    fresh = person_with("lamai@demo.example").password_hash
    assert fresh is not None
    assert not passwords.is_dated(fresh)
    assert passwords.verify(fresh, PASSWORD)


def test_an_address_not_yet_confirmed_gets_its_link_again(client: Client, cast: Cast) -> None:
    cast.lamai.confirmed_at = None
    response = attempt(client)
    assert response.headers["Location"] == "/sign-up/sent"
    client.follow(response)
    assert "lamai@demo.example" in client.page.main
    assert kinds("lamai@demo.example") == ["confirm_email"]
    assert not is_signed_in(client)


def test_a_sign_in_lasts_a_day_and_a_remembered_one_two_weeks(
    client: Client, other: Client, cast: Cast
) -> None:
    attempt(client)
    attempt(other, remember="y")
    began = clock.now()
    cookie = other.get_cookie("session")
    assert cookie is not None
    assert cookie.max_age is not None or cookie.expires is not None
    for passed, first, second in (
        (23, True, True),
        (25, False, True),
        (24 * 14 - 1, False, True),
        (24 * 14, False, False),
    ):
        clock.start_at(began + timedelta(hours=passed), still=True)
        assert (is_signed_in(client), is_signed_in(other)) == (first, second)


def test_the_cookie_holds_a_key_and_no_number_of_a_person(client: Client, cast: Cast) -> None:
    attempt(client)
    row = db.session.scalars(select(SignIn)).one()
    with client.session_transaction() as session:
        assert session["_user_id"] == row.key
    assert len(row.key) >= 43


def test_a_sign_in_starts_a_new_session(client: Client, cast: Cast) -> None:
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    attempt(client)
    with client.session_transaction() as session:
        assert "planted" not in session


def test_the_portal_speaks_the_language_of_the_account_unless_this_browser_chose_one(
    client: Client, other: Client, cast: Cast
) -> None:
    cast.lamai.language = "en"
    assert "lang=en" in str(attempt(client).headers.getlist("Set-Cookie"))
    other.set_cookie("lang", "th")
    assert "lang=" not in str(attempt(other).headers.getlist("Set-Cookie"))


def test_the_device_is_named_for_its_owner(client: Client, cast: Cast) -> None:
    client.get("/sign-in")
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    client.submit("/sign-in", email="lamai@demo.example", password=PASSWORD)
    assert db.session.scalars(select(SignIn.device)).one() == "Chrome · Android"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (PHONE, "Chrome · Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3 like Mac OS X) Version/16.3 Mobile Safari/604.1 Line/13.1",
            "LINE · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/110 Safari/537.36 Edg/110", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/16 Safari/605", "Safari · Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/110.0", "Firefox · Linux"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_its_browser_and_system(agent: str, name: str) -> None:
    assert sign_ins.device_name(agent) == name


def test_opening_the_page_writes_nothing(client: Client, cast: Cast, queries) -> None:
    with queries() as statements:
        client.get("/sign-in")
    assert not [statement for statement in statements if not statement.startswith("SELECT")]


def test_sample_people_are_unknown_in_production(client: Client, cast: Cast) -> None:
    cast.lamai.is_sample = True
    client.get("/sign-in")
    assert not client.page.select("aside")
    assert client.post(f"/sign-in/as/{cast.lamai.code}").status_code == 404
    assert attempt(client).status_code == 422
    client.sign_in(cast.lamai)
    assert not is_signed_in(client)


def test_in_a_demonstration_one_click_signs_in(demo_app: Flask) -> None:
    orn = people.create_user(
        email="orn@demo.example", name="อร รักงาน", role=Role.ORGANIZER, password=GOOD, is_sample=True
    )
    real = people.create_user(email="real@demo.example", name="คนจริง", password=GOOD)
    for number in range(8):
        people.create_user(
            email=f"p{number}@demo.example", name=f"คน {number}", password=GOOD, is_sample=True
        )
    db.session.commit()
    client = demo_app.test_client()
    assert isinstance(client, Client)
    client.get("/sign-in?next=/account")
    assert "อร รักงาน" in client.page.one("aside").get_text()
    assert "คนจริง" not in client.page.main
    assert client.submit(f"/sign-in/as/{orn.code}").headers["Location"] == "/account"
    assert is_signed_in(client)
    client.sign_out()
    client.get("/sign-in")
    token = str(client.page.select("aside input[name=csrf_token]")[0]["value"])
    assert client.post(f"/sign-in/as/{real.code}", data={"csrf_token": token}).status_code == 404
    assert client.post("/sign-in/as/NOBODY", data={"csrf_token": token}).status_code == 404
    assert client.post(f"/sign-in/as/{orn.code}").status_code == 400


def test_the_list_of_sample_people_costs_the_same_however_many(demo_app: Flask, queries) -> None:
    client = demo_app.test_client()
    counts = []
    for number in range(2):
        people.create_user(
            email=f"p{number}@demo.example", name=f"คน {number}", password=GOOD, is_sample=True
        )
        db.session.commit()
        with queries() as statements:
            client.get("/sign-in")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 2
