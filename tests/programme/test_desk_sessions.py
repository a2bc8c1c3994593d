"""The desk's pages of a workshop's sessions."""

from datetime import date, datetime

import pytest

from portal.core.db import db
from portal.programme import history
from portal.programme.models import WorkshopSession, WorkshopStatus
from tests.programme.offer import offered

LIST = "/organize/workshops/pmqa40-2566/sessions"
NEW = f"{LIST}/new"
DAY1 = f"{LIST}/day1"
CANCEL = f"{DAY1}/cancellation"

pytestmark = pytest.mark.usefixtures("workshop")


def session(code: str = "day1") -> WorkshopSession:
    db.session.expire_all()
    return next(one for one in offered("pmqa40-2566").sessions if one.code == code)


def test_the_sessions_stand_in_a_table_by_day(orn):
    assert orn.get(LIST).status_code == 200
    rows = [row.get_text(" ", strip=True) for row in orn.page.select("tbody tr")]
    assert len(rows) == 2
    assert "วันที่หนึ่ง" in rows[0]
    assert "ทั้งวัน" in rows[0]
    assert {NEW, DAY1, CANCEL} <= set(orn.page.links())


def test_a_workshop_without_sessions_says_what_to_do_first(orn, workshop):
    for one in workshop.sessions:
        db.session.delete(one)
    db.session.commit()
    orn.get(LIST)
    assert "ยังไม่มีช่วงอบรม" in orn.page.main
    assert NEW in orn.page.links()


@pytest.mark.parametrize("page", [LIST, NEW, DAY1, CANCEL])
def test_reading_writes_nothing_and_is_for_organizers_only(orn, closed_to_others, queries, page):
    closed_to_others(page)
    with queries() as statements:
        orn.get(page)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 11


def test_thirty_sessions_cost_no_more_queries_than_two(orn, workshop, queries):
    with queries() as few:
        orn.get(LIST)
    for number in range(28):
        one = WorkshopSession(code=f"s{number}", workshop=workshop, title_th="ช่วง", day=date(2023, 2, 20))
        db.session.add(one)
    db.session.commit()
    with queries() as many:
        orn.get(LIST)
    assert len(orn.page.select("tbody tr")) == 30
    assert len(many) == len(few)


@pytest.mark.parametrize("page", [f"{LIST}/day9", f"{LIST}/day9/cancellation"])
def test_a_session_that_is_not_there_is_not_found(orn, page):
    assert orn.get(page).status_code == 404


def test_a_session_is_added_with_hours_as_people_write_them(orn):
    orn.get(NEW)
    assert orn.page.one("input[name=code]")["value"] == "day3"
    orn.follow(
        orn.submit(NEW, title_th="ปฏิบัติ", day="๒๑/๒/๒๕๖๖", starts="13.30 น.", ends="๑๖:๐๐", room="ห้อง 2")
    )
    added = session("day3")
    assert added.starts_at == datetime.fromisoformat("2023-02-21T13:30:00+07:00")
    assert added.ends_at == datetime.fromisoformat("2023-02-21T16:00:00+07:00")
    assert added.sequence == 1


@pytest.mark.both_databases
def test_sending_a_new_session_twice_makes_one(orn):
    orn.get(NEW)
    data = {"title_th": "ปฏิบัติ", "day": "21/2/2566"}
    assert orn.submit(NEW, **data).status_code == 303
    assert orn.submit(NEW, **data).status_code == 422
    assert any("ใช้แล้ว" in error for error in orn.page.errors)
    assert len(offered("pmqa40-2566").sessions) == 3


def test_a_moved_session_grows_its_sequence_and_its_code_stays(orn):
    orn.get(DAY1)
    orn.follow(
        orn.submit(
            DAY1,
            code="other",
            starts="09:00",
            ends="16:30",
            link="https://meet.example/abc?x=1",
        )
    )
    assert session().sequence == 1
    assert session().link == "https://meet.example/abc?x=1"
    orn.get(DAY1)
    assert orn.page.one("input[name=starts]")["value"] == "09:00"


def test_a_session_may_become_all_day_again(orn):
    orn.get(DAY1)
    orn.submit(DAY1, starts="09:00", ends="16:30")
    orn.get(DAY1)
    orn.submit(DAY1, starts="", ends="")
    assert session().starts_at is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title_th", "", "กรอกช่องนี้"),
        ("day", "", "กรอกช่องนี้"),
        ("day", "30 กุมภาพันธ์ 2566", "ไม่มีวันที่ 30"),
        ("day", "1 มีนาคม 2566", "วันนี้อยู่นอกวันอบรม"),
        ("starts", "25:00", "เขียนเวลาแบบ 16:30"),
        ("starts", "", "ระบุทั้งเวลาเริ่มและเวลาเลิก"),
        ("ends", "08:00", "เวลาเลิกต้องอยู่หลังเวลาเริ่ม"),
        ("link", "javascript:alert(1)", "ลิงก์นี้อ่านไม่ได้"),
        ("link", "meet.example", "ลิงก์นี้อ่านไม่ได้"),
        ("link", "https://meet.example:99999/room", "ลิงก์นี้อ่านไม่ได้"),
        ("room", "ก" * 201, "ยาวได้ไม่เกิน 200"),
        ("title_en", "x" * 301, "ยาวได้ไม่เกิน 300"),
    ],
)
def test_a_wrong_field_answers_there_and_keeps_what_was_typed(orn, field, value, words):
    orn.get(DAY1)
    answer = orn.submit(DAY1, **{"starts": "09:00", "ends": "12:00", "note": "เก็บไว้", field: value})
    assert answer.status_code == 422
    assert any(words in error for error in orn.page.errors), orn.page.errors
    assert orn.page.one(f"input[name={field}]").get("value", "") == value
    assert orn.page.one("input[name=note]")["value"] == "เก็บไว้"
    assert session().starts_at is None


def test_a_session_moved_into_the_past_asks_first(orn, clock_at):
    clock_at("2023-02-20T13:00:00+07:00")
    orn.get(DAY1)
    assert orn.submit(DAY1, starts="08:00", ends="10:00").status_code == 422
    assert any("เวลาใหม่ผ่านไปแล้ว" in error for error in orn.page.errors)
    assert session().starts_at is None
    orn.follow(orn.submit(DAY1, past_ok="y"))
    assert session().starts_at == datetime.fromisoformat("2023-02-20T08:00:00+07:00")


def test_two_sessions_in_one_room_at_one_time_ask_first(orn):
    orn.get(DAY1)
    orn.submit(DAY1, room="ห้อง 1")
    orn.get(NEW)
    data = {"title_th": "ซ้อน", "day": "20/2/2566", "starts": "09:00", "ends": "10:00", "room": "ห้อง 1"}
    assert orn.submit(NEW, **data).status_code == 422
    assert any("ในเวลาเดียวกัน" in error for error in orn.page.errors)
    assert orn.submit(NEW, overlap_ok="y").status_code == 303


def test_a_cancelled_session_of_a_published_workshop_stays_and_says_so(orn, cast):
    orn.get(CANCEL)
    assert "ทุกคนที่มีที่นั่งจะได้จดหมายหนึ่งฉบับ" in orn.page.main
    orn.follow(orn.submit(CANCEL, note="ห้องน้ำท่วม"))
    assert session().is_cancelled
    assert session().sequence == 1
    assert history.versions_of(offered("pmqa40-2566"))[0].note == "ห้องน้ำท่วม"
    assert orn.page.flashes == ["ยกเลิกช่วงอบรมแล้ว"]
    assert "ยกเลิก" in orn.page.select("tbody tr")[0].get_text()


def test_a_cancelled_session_may_be_held_again(orn):
    session().is_cancelled = True
    db.session.commit()
    orn.get(DAY1)
    orn.follow(orn.submit(DAY1, again="y"))
    assert not session().is_cancelled


def test_of_a_draft_the_session_is_taken_out_and_its_talks_stay(orn, workshop):
    workshop.status = WorkshopStatus.DRAFT
    workshop.talks[0].session = workshop.sessions[0]
    db.session.commit()
    orn.get(CANCEL)
    assert orn.submit(CANCEL, note="").status_code == 422
    orn.follow(orn.submit(CANCEL, note="ไม่จัด"))
    db.session.expire_all()
    assert [one.code for one in workshop.sessions] == ["day2"]
    assert len(workshop.talks) == 4
    assert workshop.talks[0].session is None


@pytest.mark.both_databases
def test_a_stale_save_of_the_same_session_shows_both_and_decides(orn, other):
    orn.get(DAY1)
    other.get(DAY1)
    other.submit(DAY1, room="ห้องของหญิง")
    answer = orn.submit(DAY1, room="ห้องของอร")
    assert answer.status_code == 409
    cells = [cell.get_text(strip=True) for cell in orn.page.select(".clash tbody td")]
    assert cells == ["ไม่มี", "ห้องของหญิง", "ห้องของอร"]
    assert orn.page.one("input[name=room]")["value"] == "ห้องของอร"
    assert session().room == "ห้องของหญิง"
    orn.follow(orn.submit(DAY1))
    assert session().room == "ห้องของอร"


def test_a_session_taken_out_meanwhile_is_told_and_nothing_typed_is_lost(orn, other, workshop):
    workshop.status = WorkshopStatus.DRAFT
    db.session.commit()
    orn.get(NEW)
    other.get(CANCEL)
    other.submit(CANCEL, note="ไม่จัด")
    assert orn.submit(NEW, code="day1", title_th="วันแรกใหม่", day="20/2/2566").status_code == 409
    assert orn.page.one("input[name=title_th]")["value"] == "วันแรกใหม่"
    assert orn.submit(NEW).status_code == 303
