"""Pages kept for readers who are not signed in: the same to all of them, never anybody's own, never old."""

from types import SimpleNamespace

import pytest
from flask import Flask, flash, make_response, session
from flask.testing import FlaskClient

from portal.core import pagecache


@pytest.fixture
def seconds(monkeypatch):
    """seconds.now — the time that ages pages; set it forward to wait."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(pagecache, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def kept(app, monkeypatch):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 5)
    return app.extensions["pagecache"]


@pytest.fixture
def browser(app):
    """A client that takes gzip, as browsers do, and reads nothing."""
    client = FlaskClient(app, app.response_class)
    client.environ_base["HTTP_ACCEPT_ENCODING"] = "gzip"
    return client


def is_kept(response) -> bool:
    return bool(response.headers.get("X-Page") == "kept")


def test_the_second_reader_gets_the_page_of_the_first_without_a_query(client, kept, queries):
    first = client.get("/")
    with queries() as statements:
        second = client.get("/")
    assert (is_kept(first), is_kept(second)) == (False, True)
    assert second.data == first.data
    assert statements == []


def test_a_kept_page_protects_the_browser_as_a_fresh_one_does(client, kept):
    fresh, again = client.get("/").headers, client.get("/").headers
    for name in ("Content-Type", "Content-Security-Policy", "Cache-Control", "Vary", "X-Frame-Options"):
        assert again[name] == fresh[name], name


def test_a_page_is_made_anew_after_its_seconds(client, kept, seconds):
    client.get("/")
    seconds.now += 5
    assert is_kept(client.get("/"))
    seconds.now += 0.1
    assert not is_kept(client.get("/"))
    assert is_kept(client.get("/"))


def test_nothing_is_kept_where_the_setting_is_zero(client, app):
    client.get("/")
    assert not is_kept(client.get("/"))
    assert not app.extensions["pagecache"]


def test_who_is_signed_in_neither_gets_a_kept_page_nor_makes_one(client, cast, kept):
    client.sign_in(cast.lamai)
    client.get("/")
    assert not kept
    client.sign_out()
    client.get("/")
    client.sign_in(cast.lamai)
    assert not is_kept(client.get("/"))
    assert "ละไม" in client.page.text


def test_a_page_that_showed_a_message_to_one_reader_is_shown_to_no_other(client, cast, kept):
    client.sign_in(cast.lamai).get("/account")
    client.follow(client.submit("/sign-out"))
    assert client.page.flashes == ["ออกจากระบบแล้ว"]
    assert not kept
    client.get("/")
    assert client.page.flashes == []


def test_languages_brightness_and_encodings_are_pages_of_their_own(client, browser, kept):
    client.get("/")
    assert not is_kept(browser.get("/"))
    assert is_kept(browser.get("/"))
    client.set_cookie("theme", "dark")
    assert not is_kept(client.get("/"))
    client.set_cookie("lang", "en")
    assert not is_kept(client.get("/"))


def test_a_kept_page_is_kept_compressed(browser, kept):
    assert browser.get("/award").headers["Content-Encoding"] == "gzip"
    again = browser.get("/award")
    assert (is_kept(again), again.headers["Content-Encoding"]) == (True, "gzip")
    assert again.data[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("address", ["/?page=2", "/workshops/none", "/sign-in", "/healthz"])
def test_other_answers_are_not_kept(client, kept, address):
    client.get(address)
    assert not kept


def test_asking_for_the_head_keeps_nothing_but_may_use_what_is_kept(client, kept):
    client.check_pages = False  # a head has no page
    client.head("/")
    assert not kept
    client.get("/")
    answer = client.head("/")
    assert (is_kept(answer), answer.data) == (True, b"")


def test_only_so_many_pages_are_kept_and_the_oldest_goes_first(client, kept, monkeypatch):
    monkeypatch.setattr(pagecache, "MOST_PAGES", 2)
    for address in ("/", "/award", "/learn"):
        client.get(address)
    assert [key[0] for key in kept] == ["/award", "/learn"]


@pytest.fixture
def small() -> Flask:
    """An app whose pages for everyone break their promise."""
    app = Flask("small")
    app.config.update(PAGE_CACHE_SECONDS=5, SECRET_KEY="for tests")
    pagecache.init_app(app)

    @app.get("/cookie")
    @pagecache.for_everyone
    def cookie():
        answer = make_response("hello")
        answer.set_cookie("seen", "1")
        return answer

    @app.get("/session")
    @pagecache.for_everyone
    def token():
        session["csrf_token"] = "secret"
        return "secret"

    @app.get("/flash")
    @pagecache.for_everyone
    def message():
        flash("hello")
        return "hello"

    return app


@pytest.mark.parametrize("address", ["/cookie", "/session", "/flash"])
def test_a_page_that_gives_the_reader_something_of_their_own_is_not_kept(small, address):
    small.test_client().get(address)
    assert not small.extensions["pagecache"]
