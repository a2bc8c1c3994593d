"""When something goes wrong: a page in the reader's words, the right status, and a number that leads to the cause."""

import logging
import re
from pathlib import Path

import pytest
from flask import Flask

from portal.app import create_app
from tests.conftest import settings
from tests.pages import Client

REFERENCE = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}")


@pytest.fixture
def broken(app, monkeypatch) -> None:
    """Something nobody foresaw happens on the award page."""

    def fall() -> str:
        raise ZeroDivisionError("nobody foresaw this")

    fall.is_public = True  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "awards.timeline", fall)


@pytest.fixture
def without_database(app, tmp_path: Path) -> Client:
    """A reader of the portal where no database can be reached."""
    portal: Flask = create_app(settings(tmp_path, f"sqlite:///{tmp_path / 'gone' / 'none.sqlite'}"))
    portal.test_client_class = Client
    client = portal.test_client()
    assert isinstance(client, Client)
    return client


def test_a_failure_shows_a_number_that_is_in_the_log_beside_its_cause(client, broken, caplog):
    with caplog.at_level(logging.ERROR):
        assert client.get("/award").status_code == 500
    assert client.page.h1 == "ระบบทำงานนี้ไม่สำเร็จ"
    [shown] = REFERENCE.findall(client.page.main)
    [record] = [one for one in caplog.records if shown in one.getMessage()]
    assert "GET /award" in record.getMessage()
    assert "nobody foresaw this" in caplog.text
    assert "nobody foresaw this" not in client.page.text


def test_each_failure_has_a_number_of_its_own(client, broken):
    numbers = set()
    for _time in range(3):
        client.get("/award")
        numbers.update(REFERENCE.findall(client.page.main))
    assert len(numbers) == 3


def test_the_page_of_a_failure_says_what_to_do_and_is_kept_by_nobody(client, broken):
    response = client.get("/award?x=1")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "สิ่งที่ขึ้นว่า “บันทึกแล้ว” ยังอยู่ครบ" in client.page.main
    assert {"/award?x=1", "/"} <= set(client.page.links())


def test_who_is_signed_in_gets_the_same_page_without_being_looked_up(client, cast, broken, queries):
    client.sign_in(cast.lamai)
    assert client.get("/award").status_code == 500
    assert cast.lamai.name not in client.page.text


@pytest.mark.parametrize(
    ("method", "address", "data", "status", "title"),
    [
        ("GET", "/no/such/page", None, 404, "ไม่พบหน้านี้"),
        ("GET", "/workshops/none", None, 404, "ไม่พบหน้านี้"),
        ("GET", "/sign-out", None, 405, "เปิดหน้านี้ด้วยวิธีนี้ไม่ได้"),
        ("DELETE", "/award", None, 405, "เปิดหน้านี้ด้วยวิธีนี้ไม่ได้"),
        ("POST", "/sign-out", {"x": "x" * (5 * 1024 * 1024)}, 413, "ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป"),
        ("POST", "/sign-out", {}, 400, "ฟอร์มนี้หมดอายุ"),
    ],
)
def test_what_cannot_be_answered_is_said_in_thai_with_a_way_on(client, method, address, data, status, title):
    response = client.open(address, method=method, data=data)
    assert (response.status_code, client.page.h1) == (status, title)
    assert client.page.one("html")["lang"] == "th"
    assert client.page.select("main .btn")
    if status == 405:
        assert response.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "address", "data", "status"),
    [
        ("GET", "/no/such/page", None, 404),
        ("GET", "/sign-out", None, 405),
        ("POST", "/preferences", {"x": "x" * (5 * 1024 * 1024)}, 413),
        ("GET", "/", None, 500),
        ("GET", "/me", None, 303),
    ],
)
def test_pages_of_errors_need_no_database(without_database, method, address, data, status):
    assert without_database.open(address, method=method, data=data).status_code == status


def test_a_reader_with_a_cookie_gets_the_page_of_a_failure_without_a_database(without_database):
    with without_database.session_transaction() as session:
        session["_user_id"] = "whatever"
    assert without_database.get("/me").status_code == 500
    assert REFERENCE.search(without_database.page.main)


def test_a_failure_in_the_page_of_a_failure_still_gives_the_number(app, client, broken, monkeypatch, caplog):
    def fall(*_args, **_kwargs) -> str:
        raise RuntimeError("the template is broken too")

    monkeypatch.setattr("portal.core.errors.render_template", fall)
    client.check_pages = False
    response = client.get("/award")
    assert response.status_code == 500
    [shown] = set(REFERENCE.findall(response.text))
    assert f"reference {shown}" in caplog.text


def test_a_form_of_an_old_page_may_be_sent_again_with_what_was_typed(client, cast):
    client.sign_in(cast.lamai).get("/account")
    page = client.page
    with client.session_transaction() as session:
        session.pop("csrf_token", None)
    client.page = page
    response = client.post(
        "/account",
        data={"csrf_token": "old", "name": "ละไม ใหม่", "position": "", "language": "th"},
        headers={"Origin": "http://localhost"},
    )
    assert (response.status_code, client.page.h1) == (400, "ฟอร์มนี้หมดอายุ")
    assert client.submit("/account").status_code == 303
    assert cast.lamai.name == "ละไม ใหม่"


def test_no_password_stands_in_a_form_that_may_be_sent_again(client):
    client.post(
        "/sign-in",
        data={"email": "a@b.example", "password": "very secret"},
        headers={"Origin": "http://localhost"},
    )
    assert "very secret" not in str(client.page.soup)
    assert "a@b.example" in str(client.page.soup)
