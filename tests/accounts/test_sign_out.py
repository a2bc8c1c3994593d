"""Signing out ends the sign-in itself, not only this browser's memory of it."""

from sqlalchemy import select

from portal.accounts.models import SignIn
from portal.core.db import db
from tests.accounts.conftest import verbs
from tests.cast import Cast
from tests.pages import Client


def test_a_copied_cookie_dies_with_the_sign_out(client: Client, other: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    cookie = client.get_cookie("session")
    assert cookie is not None
    other.set_cookie("session", cookie.value)
    assert other.get("/account").status_code == 200
    client.get("/account")
    assert client.submit("/sign-out").headers["Location"] == "/"
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 303
    assert db.session.scalars(select(SignIn.ended_at)).one() is not None
    assert verbs() == ["signed_out"]


def test_another_device_stays_signed_in(client: Client, other: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    other.sign_in(cast.lamai)
    client.get("/account")
    client.submit("/sign-out")
    assert other.get("/account").status_code == 200


def test_signing_out_twice_is_no_trouble(client: Client, other: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    client.get("/account")
    form = client.page.form("/sign-out")
    token = str(form.select("input[name=csrf_token]")[0]["value"])
    cookie = client.get_cookie("session")
    assert cookie is not None
    other.set_cookie("session", cookie.value)
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert other.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert verbs() == ["signed_out"]


def test_signing_out_needs_the_form(client: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 400
    assert client.get("/account").status_code == 200
