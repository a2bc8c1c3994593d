"""The roster and the attendance calendar as files."""

import csv
import io
from typing import Any

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from portal.attendance import roll
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState

URL = "/organize/workshops/pmqa40-2566/"


@pytest.fixture
def crowd(make_workshop, make_people):
    workshop = make_workshop(capacity=2)
    people = make_people(3)
    people[0].name = "=HYPERLINK(“x”) ชื่อแปลก"
    rows = [registration.register(workshop, user=person) for person in people]
    roll.mark(rows[0], workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
    db.session.commit()
    return workshop, rows


HEADINGS = [
    "ลำดับที่ลงทะเบียน",
    "รหัส",
    "ตั๋ว",
    "ชื่อ",
    "หน่วยงาน",
    "อีเมล",
    "สถานะ",
    "ตั้งแต่",
    "ตั้งแต่ (พ.ศ.)",
    "วันที่หนึ่ง (20 ก.พ. 2566)",
    "วันที่สอง (21 ก.พ. 2566)",
]


def test_csv_has_everybody_with_all_sessions_and_no_formula(client, crowd, cast):
    _, rows = crowd
    client.sign_in(cast.orn)
    answer = client.get(URL + "roster.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert table[0] == HEADINGS
    by_mail = {row[5]: row for row in table[1:]}
    first = by_mail[rows[0].user.email]
    assert first[0:3] == ["1", rows[0].code, rows[0].ticket]
    assert first[3].startswith("'=HYPERLINK")
    assert first[6:] == ["ได้ที่นั่ง", "2023-02-13 09:00", "13 ก.พ. 2566 09:00 น.", "มาแล้ว", "ยังไม่บันทึก"]
    assert by_mail[rows[2].user.email][6:] == ["รอในคิว", "2023-02-13 09:00", "13 ก.พ. 2566 09:00 น.", "", ""]


def test_xlsx_says_the_same(client, crowd, cast):
    client.sign_in(cast.orn)
    answer = client.get(URL + "roster.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    table = list(sheet.values)
    assert list(table[0]) == HEADINGS
    assert len(table) == 4
    assert "UTF-8''%E0%B8%A3" in answer.headers["Content-Disposition"]


def test_the_attendance_calendar_is_taken_away(client, crowd, cast):
    client.sign_in(cast.orn)
    answer = client.get(URL + "attendance.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    attendees: list[Any] = [event["ATTENDEE"] for event in Calendar.from_ical(answer.data).walk("VEVENT")]
    assert [len(people) for people in attendees] == [2, 2]


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx", "attendance.ics"])
def test_only_organizers_take_them(client, crowd, cast, name):
    assert client.get(URL + name).status_code == 303
    for person in (cast.mali, cast.lamai, cast.sakda):
        client.sign_in(person)
        assert client.get(URL + name).status_code == 403


@pytest.mark.parametrize(
    "url", [URL + "roster.pdf", "/organize/workshops/x/roster.csv", "/organize/workshops/x/attendance.ics"]
)
def test_what_is_not_there_is_404(client, crowd, cast, url):
    client.sign_in(cast.orn)
    assert client.get(url).status_code == 404


def test_as_many_queries_for_thirty_people_as_for_three(client, crowd, make_people, cast, queries):
    workshop, _ = crowd
    client.sign_in(cast.orn)
    with queries() as few:
        client.get(URL + "roster.csv")
    for person in make_people(27):
        registration.register(workshop, user=person)
    with queries() as many:
        client.get(URL + "roster.csv")
    assert len(many) == len(few) <= 6
