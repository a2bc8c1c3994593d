"""The door of the app: the cookie of a session is believed only as it was signed, and no longer than it lasts."""

import time
from datetime import timedelta

import pytest
from flask import Flask, session

from portal.core import guard
from tests.cast import Cast
from tests.pages import Client


def cookie_of(client: Client) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def test_a_cookie_that_comes_again_and_again_is_read_the_same(client: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    assert [client.get("/me").status_code for _time in range(3)] == [200, 200, 200]


def test_a_cookie_with_another_letter_is_nobodys(client: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai).get("/me")
    whole = cookie_of(client)
    # Not the last one: of its six bits two say nothing, and one in sixteen others means the same.
    for at in (0, len(whole) // 2, len(whole) - 2):
        client.set_cookie("session", whole[:at] + ("A" if whole[at] != "A" else "B") + whole[at + 1 :])
        assert client.get("/me").status_code == 303


def test_a_cookie_ends_with_its_time_also_where_it_was_read_before(
    client: Client, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(cast.lamai)
    assert client.get("/me").status_code == 200
    signed = time.time()
    monkeypatch.setattr(time, "time", lambda: signed + app.permanent_session_lifetime.total_seconds() + 2)
    assert client.get("/me").status_code == 303
    monkeypatch.setattr(time, "time", lambda: signed - timedelta(days=1).total_seconds())
    assert client.get("/me").status_code == 303, "signed tomorrow"


@pytest.fixture
def saying(app: Flask) -> Client:
    """A client with a cookie in which something is left to be said."""
    client = Client(app)
    with client.session_transaction() as kept:
        kept["_flashes"] = [("ok", "บันทึกแล้ว")]
    return client


def test_what_one_request_adds_to_its_session_no_other_sees(app: Flask, saying: Client) -> None:
    before = cookie_of(saying)
    for _time in range(2):
        with app.test_request_context(headers={"Cookie": f"session={before}"}):
            assert session["_flashes"] == [["ok", "บันทึกแล้ว"]] or session["_flashes"] == [("ok", "บันทึกแล้ว")]
            session["_flashes"].append(("bad", "อีกคำหนึ่ง"))


def test_an_answer_keeps_the_headers_it_has_and_gets_those_it_lacks(app: Flask) -> None:
    response = app.response_class("x")
    response.headers["referrer-policy"] = "no-referrer"
    with app.test_request_context():
        dressed = guard._dress(response)
    assert dressed.headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert dressed.headers["X-Content-Type-Options"] == "nosniff"
