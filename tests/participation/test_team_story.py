"""A coordinator's Monday: a team with somebody new, who answers the invitation, and on Tuesday somebody is ill."""

import re

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from portal.accounts.models import User
from portal.attendance import calendars
from portal.core.db import db
from tests.pages import Client
from tests.participation.teaming import URL, row_of

GOOD = "ข้าวเหนียว มะม่วง 20"


@pytest.fixture
def other(app: Flask) -> Client:
    """ปิติ's own browser."""
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def meetings(user: User) -> list[tuple[str, str]]:
    """Name and state of what the person's own calendar shows."""
    db.session.expire_all()
    events = Calendar.from_ical(calendars.personal(user)).walk("VEVENT")
    return [(str(event["SUMMARY"]), str(event["STATUS"])) for event in events]


def mailed(mail) -> tuple[str, dict[str, int]]:
    calendar = Calendar.from_ical(mail.calendar)
    return str(calendar["METHOD"]), {
        str(event["UID"]): int(str(event["SEQUENCE"])) for event in calendar.walk("VEVENT")
    }


@pytest.mark.both_databases
def test_a_team_with_a_newcomer_and_a_seat_that_changes_hands(
    client, other, team_page, workshop, cast, ked, mails
):
    workshop.capacity = 3
    team_page()
    client.follow(client.submit(f"{URL}/invitations", name="ปิติ ตั้งใจ", email="piti@krom.example"))
    piti = db.session.scalars(select(User).where(User.email == "piti@krom.example")).one()
    client.follow(
        client.submit(f"{URL}/registrations", people=[cast.mali.code, cast.lamai.code, piti.code], how="all")
    )
    assert client.page.flashes == ["ได้ที่นั่ง 3 คน"]
    assert "เชิญแล้ว ยังไม่ตั้งรหัสผ่าน" in row_of(client.page, piti)

    invitation, seat = mails(piti)
    assert mailed(seat)[0] == "REQUEST"
    [path] = re.findall(r"http://localhost(/reset-password/\S+)", invitation.text)
    other.get(path)
    other.follow(other.submit("/reset-password/", password=GOOD))
    other.follow(other.submit("/sign-in", email="piti@krom.example", password=GOOD))
    other.get("/workshops/pmqa40-2566")
    assert "ปิติ ตั้งใจ ได้ที่นั่ง" in other.page.main
    assert len(meetings(piti)) == 2
    client.get(URL)
    assert "ยังไม่ตั้งรหัสผ่าน" not in row_of(client.page, piti)

    [row] = [row for row in client.page.select("table.team tbody tr") if cast.lamai.email in row.get_text()]
    client.get(row.select_one("a[href$='/swap']")["href"])
    client.follow(client.submit(to=ked.code, why="ป่วย"))
    assert "ได้ที่นั่ง" in row_of(client.page, ked)
    assert [state for _name, state in meetings(cast.lamai)] == ["CANCELLED"] * 2
    assert [state for _name, state in meetings(ked)] == ["CONFIRMED"] * 2
    invited, gone = map(mailed, mails(cast.lamai))
    [got] = map(mailed, mails(ked))
    assert (invited[0], gone[0], got[0]) == ("REQUEST", "CANCEL", "REQUEST")
    assert invited[1].keys() == gone[1].keys() == got[1].keys()
    assert all(gone[1][uid] > invited[1][uid] for uid in gone[1])
    assert len(mails(piti)) == 3  # the invitation, the seat, and that a password was set
