"""A forgotten password: a link by mail, and no word about who has an account."""

import pytest
from flask import Flask

from portal.accounts import recovery
from portal.core import clock
from tests.accounts.conftest import kinds, letters, path_in
from tests.cast import Cast
from tests.pages import Client


def ask(client: Client, email: str = "lamai@demo.example"):
    client.get("/forgot-password")
    return client.submit("/forgot-password", email=email)


def test_who_asks_gets_a_link_by_mail(client: Client, cast: Cast) -> None:
    response = ask(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/forgot-password/sent")
    client.follow(response)
    assert "lamai@demo.example" in client.page.main
    assert kinds("lamai@demo.example") == ["reset_password"]
    assert client.get(path_in(letters()[0])).status_code == 200


def test_an_unknown_address_gets_the_same_page_and_no_mail(client: Client, other: Client, cast: Cast) -> None:
    pages = []
    for browser, email in ((client, "lamai@demo.example"), (other, "nobody@demo.example")):
        response = ask(browser, email)
        pages.append(browser.follow(response).get_data(as_text=True).replace(email, "E"))
    assert pages[0] == pages[1]
    assert [letter.to_email for letter in letters()] == ["lamai@demo.example"]


def test_a_closed_account_gets_no_mail(client: Client, cast: Cast) -> None:
    cast.lamai.disabled_at = clock.now()
    assert ask(client).status_code == 303
    assert letters() == []


@pytest.mark.parametrize("email", ["lamai@demo.example", "nobody@demo.example"])
def test_so_many_mails_and_no_more_whoever_exists(client: Client, cast: Cast, email: str) -> None:
    for _ in range(recovery.LETTERS_TO_AN_ADDRESS):
        assert ask(client, email).status_code == 303
    assert ask(client, email).status_code == 429
    assert client.page.one("#email")["value"] == email


def test_one_network_cannot_ask_without_end(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "ASKED_BY_A_NETWORK", 1)
    ask(client)
    assert ask(client, "mali@demo.example").status_code == 429


def test_a_bad_address_is_told_at_its_field(client: Client, cast: Cast) -> None:
    assert ask(client, "lamai").status_code == 422
    assert client.page.one("#email")["value"] == "lamai"
    assert "name@agency.go.th" in client.page.errors[0]


def test_the_mail_speaks_the_language_of_its_reader(app: Flask, client: Client, cast: Cast) -> None:
    cast.lamai.language = "en"
    ask(client)
    assert '<html lang="en">' in letters()[0].html


def test_the_page_after_it_says_something_to_everybody(client: Client, cast: Cast) -> None:
    assert client.get("/forgot-password/sent").status_code == 200


def test_opening_the_page_writes_nothing(client: Client, cast: Cast, queries) -> None:
    with queries() as statements:
        client.get("/forgot-password")
    assert not [statement for statement in statements if not statement.startswith("SELECT")]
