"""Calendars over HTTP: a workshop's file, the secret feed, and the page that gives its address."""

import pytest
from icalendar import Calendar

from portal.core.db import db
from portal.participation import calendars, registration

FILE = "/workshops/pmqa40-2566.ics"


@pytest.fixture
def secret(make_workshop, cast):
    registration.register(make_workshop(), user=cast.lamai)
    found = calendars.rotate(cast.lamai).secret
    db.session.commit()
    return found


def test_anybody_takes_the_workshop_as_a_file(client, make_workshop):
    make_workshop()
    answer = client.get(FILE)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert "filename=pmqa40-2566.ics" in answer.headers["Content-Disposition"]
    assert len(Calendar.from_ical(answer.data).walk("VEVENT")) == 2


@pytest.mark.parametrize("feed", [False, True])
def test_an_unchanged_calendar_is_not_sent_again(client, secret, feed):
    url = f"/calendar/{secret}.ics" if feed else FILE
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_feed_needs_no_sign_in_and_is_kept_by_nobody(client, secret):
    answer = client.get(f"/calendar/{secret}.ics")
    assert answer.status_code == 200
    assert "private" in answer.headers["Cache-Control"]
    assert len(Calendar.from_ical(answer.data).walk("VEVENT")) == 2
    assert secret.encode() not in answer.data.replace(b"\r\n ", b"")


@pytest.mark.parametrize("secret", ["", "x", "a" * 43, "../etc", "ก" * 9])
def test_a_wrong_address_is_404(client, app, secret):
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_the_page_makes_an_address_shows_it_and_changes_it(client, make_workshop, cast, queries):
    client.sign_in(cast.lamai)
    with queries() as statements:
        client.get("/calendar")
    assert all(statement.startswith("SELECT") for statement in statements)
    assert client.page.select("#address") == []
    client.follow(client.submit("/calendar/rotate"))
    first = client.page.one("#address")["value"]
    assert first.startswith("http://localhost/calendar/")
    client.follow(client.submit("/calendar/rotate"))
    second = client.page.one("#address")["value"]
    assert client.page.flashes == ["เปลี่ยนที่อยู่ปฏิทินแล้ว ที่อยู่เดิมใช้ไม่ได้อีก"]
    assert client.get(first.removeprefix("http://localhost")).status_code == 404
    assert client.get(second.removeprefix("http://localhost")).status_code == 200


def test_the_page_and_the_button_are_for_who_is_signed_in(client, app):
    assert client.get("/calendar").status_code == 303
    assert client.post("/calendar/rotate").status_code in (400, 401)


def test_without_the_token_the_address_stays(client, secret, cast):
    client.sign_in(cast.lamai)
    assert client.post("/calendar/rotate").status_code == 400
    assert client.get(f"/calendar/{secret}.ics").status_code == 200
