"""Setting a new password from a link: once, soon, and every device is signed out."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.accounts import links, passwords, recovery
from portal.core.db import db
from portal.core.tokens import BadToken
from tests.accounts.conftest import GOOD, kinds, person_with, verbs
from tests.cast import PASSWORD, Cast
from tests.pages import Client


def link_for(user) -> str:
    return f"/reset-password/{links.make('reset', user)}"


def test_a_new_password_opens_and_the_old_one_no_longer(client: Client, cast: Cast) -> None:
    client.get(link_for(cast.lamai))
    response = client.submit("/reset-password/", password=GOOD)
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")
    kept = person_with("lamai@demo.example").password_hash
    assert passwords.verify(kept, GOOD)
    assert not passwords.verify(kept, PASSWORD)
    assert kinds("lamai@demo.example") == ["password_changed"]
    assert "password_changed" in verbs()


def test_the_link_dies_on_use(client: Client, cast: Cast) -> None:
    path = link_for(cast.lamai)
    client.get(path)
    token = str(client.page.one("main input[name=csrf_token]")["value"])
    assert client.post(path, data={"csrf_token": token, "password": GOOD}).status_code == 303
    assert client.post(path, data={"csrf_token": token, "password": "another good one"}).status_code == 410
    assert client.get(path).status_code == 410
    assert passwords.verify(person_with("lamai@demo.example").password_hash, GOOD)


def test_a_change_from_the_account_page_kills_links_that_are_under_way(client: Client, cast: Cast) -> None:
    path = link_for(cast.lamai)
    recovery.set_password(cast.lamai, passwords.hash_password(GOOD))
    assert client.get(path).status_code == 410


def test_a_link_dies_after_two_hours(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(hours=2) == recovery.RESET_WITHIN
    path = link_for(cast.lamai)
    monkeypatch.setattr(recovery, "RESET_WITHIN", timedelta(seconds=-1))
    assert client.get(path).status_code == 410


def test_every_device_is_signed_out(client: Client, other: Client, cast: Cast) -> None:
    other.sign_in(cast.lamai)
    client.get(link_for(cast.lamai))
    client.submit("/reset-password/", password=GOOD)
    assert other.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("password", "words"),
    [("", "ตั้งรหัสผ่านใหม่"), ("12345678", "เพิ่มอีก 2 ตัว"), ("lamai@demo.example", "ต่างจากอีเมล")],
)
def test_a_weak_password_is_told_at_its_field_and_the_link_lives(
    client: Client, cast: Cast, password: str, words: str
) -> None:
    path = link_for(cast.lamai)
    client.get(path)
    assert client.submit("/reset-password/", password=password).status_code == 422
    assert words in client.page.errors[0]
    assert not client.page.one("#password").get("value")
    assert client.get(path).status_code == 200


def test_who_reads_the_mail_has_confirmed_the_address(client: Client, cast: Cast) -> None:
    cast.lamai.confirmed_at = cast.lamai.approved_at = None
    client.get(link_for(cast.lamai))
    client.submit("/reset-password/", password=GOOD)
    assert person_with("lamai@demo.example").confirmed_at is not None
    assert kinds("mali@demo.example") == ["someone_waits"]


def test_a_link_for_confirming_sets_no_password(client: Client, cast: Cast) -> None:
    assert client.get(f"/reset-password/{links.make('confirm', cast.lamai)}").status_code == 410


@pytest.mark.both_databases
def test_one_link_used_at_two_places_at_once_works_for_the_first(app: Flask, cast: Cast) -> None:
    token = links.make("reset", cast.lamai)
    recovery.reset(token, passwords.hash_password(GOOD))
    db.session.commit()
    with pytest.raises(BadToken):
        recovery.reset(token, passwords.hash_password("another good one"))
