"""Signing oneself in: the code of the hall's screen turns, holds for a minute at most, only while the session's door is open, and only for who has a seat."""

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.attendance import meetings, self_check_in
from portal.core import clock
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceMark
from tests.attendance.scanning import meeting

PAGE = "/check-in"
SCREEN = "/organize/workshops/pmqa40-2566/sessions/day1/screen"


@pytest.fixture
def seated(make_workshop, cast, clock_at):
    """ละไม has a seat; it is a quarter to nine on the day, which begins at nine."""
    workshop = make_workshop(capacity=3)
    first = workshop.sessions[0]
    first.starts_at = datetime.fromisoformat("2023-02-20T09:00+07:00")
    first.ends_at = datetime.fromisoformat("2023-02-20T16:00+07:00")
    row = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    clock_at("2023-02-20T08:45:10+07:00")
    return row


def code():
    return self_check_in.code_of(meeting()).letters


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)))


def types(client, text):
    client.get(PAGE)
    return client.submit(PAGE, code=text)


def test_who_types_the_code_of_the_screen_is_noted_and_told_where_and_when(client, seated, cast):
    client.sign_in(cast.lamai)
    client.follow(types(client, f"{code()[:3].lower()}-{code()[3:]}"))
    assert client.page.h1 == "ลงชื่อแล้ว"
    assert "วันที่หนึ่ง 20 ก.พ. 2566" in client.page.main
    assert "08:45 น." in client.page.main
    [mark] = noted()
    assert (mark.registration_id, mark.state, mark.how, mark.by_id) == (
        seated.id,
        "attended",
        "self",
        cast.lamai.id,
    )


def test_the_qr_of_the_screen_brings_the_code_along_and_notes_nothing_by_itself(client, seated, cast):
    client.sign_in(cast.lamai).get(f"{PAGE}?code={code()}")
    assert client.page.one("#code")["value"] == code()
    assert noted() == []
    client.follow(client.submit(PAGE))
    assert len(noted()) == 1


def test_a_code_turns_every_half_minute_and_the_one_before_still_counts(client, seated, cast, clock_at):
    client.sign_in(cast.lamai)
    first = code()
    assert self_check_in.code_of(meeting()).until == datetime.fromisoformat("2023-02-20T08:45:30+07:00")
    clock_at("2023-02-20T08:45:59+07:00")
    assert code() != first
    assert types(client, first).status_code == 303
    clock_at("2023-02-20T08:46:00+07:00")
    answer = types(client, first)
    assert answer.status_code == 422
    assert "รหัสนี้ใช้ไม่ได้แล้ว" in client.page.errors[0]
    assert client.page.one("#code")["value"] == first
    assert len(noted()) == 1


def test_a_screen_whose_clock_is_a_little_ahead_still_shows_a_good_code(client, seated, cast, clock_at):
    clock_at("2023-02-20T08:45:31+07:00")
    ahead = code()
    clock_at("2023-02-20T08:45:29+07:00")
    assert types(client.sign_in(cast.lamai), ahead).status_code == 303
    clock_at("2023-02-20T08:46:31+07:00")
    too_far = code()
    clock_at("2023-02-20T08:45:29+07:00")
    assert types(client, too_far).status_code == 422


@pytest.mark.parametrize("moment", ["2023-02-20T07:59:00+07:00", "2023-02-20T16:15:01+07:00"])
def test_outside_the_hours_of_the_door_no_code_is_good(client, seated, cast, clock_at, moment):
    clock_at(moment)
    here = meeting()
    slot = int(clock.now().timestamp()) // self_check_in.SLOT
    assert types(client.sign_in(cast.lamai), self_check_in._letters(here, slot)).status_code == 422
    client.sign_in(cast.orn).get(SCREEN)
    assert not client.page.select(".hall-code")
    assert noted() == []


def test_the_code_of_another_session_or_for_who_has_no_seat_is_no_good(
    client, seated, cast, make_workshop, clock_at
):
    clock_at("2023-02-20T08:45:10+07:00")
    assert types(client.sign_in(cast.sakda), code()).status_code == 422
    other = self_check_in._letters(meeting("day2"), int(clock.now().timestamp()) // self_check_in.SLOT)
    assert types(client.sign_in(cast.lamai), other).status_code == 422
    assert noted() == []


def test_typed_twice_is_no_fault(client, seated, cast):
    client.sign_in(cast.lamai)
    for _ in range(2):
        client.follow(types(client, code()))
        assert client.page.h1 == "ลงชื่อแล้ว"


def test_who_guesses_is_stopped_and_who_is_right_is_not(client, seated, cast, clock_at):
    client.sign_in(cast.lamai)
    for _ in range(self_check_in.MOST_TRIES - 1):
        assert types(client, "ZZZZZZ").status_code == 422
    assert types(client, code()).status_code == 303
    assert types(client, "").status_code == 422
    assert types(client, code()).status_code == 429
    assert "ลองหลายครั้งเกินไป" in client.page.errors[0]
    clock_at("2023-02-20T08:56:00+07:00")
    assert types(client, code()).status_code == 303


def test_a_cancelled_session_has_no_code(client, seated, cast):
    known = code()
    seated.workshop.sessions[0].is_cancelled = True
    db.session.commit()
    assert types(client.sign_in(cast.lamai), known).status_code == 422
    client.sign_in(cast.orn).get(SCREEN)
    assert "ยกเลิกแล้ว" in client.page.main


def test_the_screen_shows_code_qr_and_count_and_loads_itself_anew(client, seated, cast):
    client.sign_in(cast.orn).get(SCREEN)
    assert client.page.one(".hall-code").get_text() == f"{code()[:3]}-{code()[3:]}"
    assert client.page.select("svg.qr")
    assert "จาก 1 คน ลงชื่อแล้ว" in client.page.main
    assert client.page.one("noscript meta[http-equiv=refresh]")
    assert client.page.one("#hall")["data-left"] == "20"


def test_the_screen_and_the_page_are_for_whom_they_are_for(client, seated, cast):
    assert client.sign_in(cast.lamai).get(SCREEN).status_code == 403
    assert client.sign_out().get(PAGE).status_code == 303
    assert client.get(f"{PAGE}?code=ABC234").headers["Location"].endswith("next=/check-in?code%3DABC234")


def test_what_one_noted_is_there_to_be_shown_and_nobody_elses(client, seated, cast):
    here = "/check-in/pmqa40-2566/day1"
    assert client.sign_in(cast.lamai).get(here).status_code == 200
    assert client.page.h1 == "ยังไม่ได้ลงชื่อ"
    assert client.get("/check-in/pmqa40-2566/day9").status_code == 404
    assert client.sign_in(cast.sakda).get(here).status_code == 404
    assert meetings.open_now([seated.workshop_id])
