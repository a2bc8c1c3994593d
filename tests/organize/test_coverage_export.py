"""The same table as a file: every agency that the filter finds, no formula, and in both files what the page shows."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from portal.core.db import db
from tests import cast as people
from tests.organize.conftest import passes
from tests.organize.test_coverage import table
from tests.pages import only_read

HEADS = [
    "รหัสหน่วยงาน",
    "หน่วยงาน",
    "กระทรวง",
    "OP ลักษณะสำคัญขององค์การ",
    "1 การนำองค์การ",
    "2 การวางแผนเชิงยุทธศาสตร์",
    "ส่วนที่มีผู้ผ่าน",
    "คนที่ผ่านครบทุกส่วน",
    "ครบหลักสูตร",
    "OP ผ่านครั้งแรก",
    "1 ผ่านครั้งแรก",
    "2 ผ่านครั้งแรก",
    "ข้อมูล ณ สิ้นวันที่ (พ.ศ.)",
    "ข้อมูล ณ สิ้นวันที่ (ISO)",
]


def csv_rows(client, query: str = "") -> list[list[str]]:
    response = client.get(f"/organize/coverage.csv?{query}")
    assert response.status_code == 200
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def xlsx_rows(client, query: str = "") -> Any:
    response = client.get(f"/organize/coverage.xlsx?{query}")
    assert response.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def as_shown(row: list[str]) -> list[str]:
    """A row of a file as the page writes it: people per part, then how far the agency is."""
    parts = ["·" if count == "0" else count for count in row[3:6]]
    return [*parts, "ครบ" if row[8] == "ครบ" else f"{row[6]}/2"]


@pytest.fixture
def filled(cast, course):
    """One agency complete, one begun, one not."""
    for person in (cast.lamai, cast.mali):
        passes(person, course, ["op"], at="2023-02-08T23:30:00+07:00")
        passes(person, course, ["c1"], at="2023-02-10T08:00:00+07:00")
    begun = people.agency("B1", "กรมเริ่ม")
    passes(people.person("b@demo.example", "คน เริ่ม", agency=begun), course, ["op"])
    db.session.commit()


@pytest.mark.both_databases
def test_the_csv_tells_what_the_page_tells(orn, filled):
    heads, *rows = csv_rows(orn)
    assert heads == HEADS
    orn.get("/organize/coverage")
    assert {row[1]: as_shown(row) for row in rows} == table(orn)
    assert [row[1] for row in rows] == list(table(orn))
    assert rows[0][9:] == ["2023-02-08", "2023-02-10", "", "13 กุมภาพันธ์ 2566", "2023-02-13"]


def test_the_workbook_tells_the_same_with_numbers_and_dates_as_such(orn, filled):
    heads, *rows = xlsx_rows(orn)
    assert heads == HEADS
    first = rows[0]
    assert first[:9] == ["SAMPLE-DEPT", "กรมตัวอย่าง", "กระทรวงตัวอย่าง", 2, 2, 0, 2, 2, "ครบ"]
    assert first[9:] == [date(2023, 2, 8), date(2023, 2, 10), "", "13 กุมภาพันธ์ 2566", "2023-02-13"]
    told = [[str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    assert told == csv_rows(orn)[1:]


@pytest.mark.parametrize(
    "query",
    ["state=begun", "ministry=กระทรวงมหาดไทย", "q=เริ่ม", "as_of=2566-02-09", "as_of=2566-02-07&state=empty"],
)
def test_a_file_holds_what_the_filter_finds(orn, filled, query):
    orn.get(f"/organize/coverage?{query}")
    shown = table(orn)
    assert shown
    assert {row[1]: as_shown(row) for row in csv_rows(orn, query)[1:]} == shown
    assert [row[1] for row in xlsx_rows(orn, query)[1:]] == list(shown)


def test_a_file_tells_the_day_asked_for(orn, filled):
    row = csv_rows(orn, "as_of=๙+ก.พ.+๒๕๖๖")[1]
    assert row[9:] == ["2023-02-08", "", "", "9 กุมภาพันธ์ 2566", "2023-02-09"]


def test_a_file_holds_all_pages(orn, course, make_agencies):
    make_agencies(120)
    assert len(csv_rows(orn)) == 1 + 122
    assert len(xlsx_rows(orn, "page=2")) == 1 + 122


def test_no_name_of_an_agency_is_taken_for_a_formula(orn, cast, course):
    cast.agency.name_th = '=HYPERLINK("http://elsewhere.example")'
    cast.agency.ministry_th = "+1"
    [named] = [row for row in csv_rows(orn) if "HYPERLINK" in row[1]]
    assert named[1].startswith("'=")
    assert named[2] == "'+1"
    [named] = [row for row in xlsx_rows(orn) if "HYPERLINK" in str(row[1])]
    assert named[1] == '=HYPERLINK("http://elsewhere.example")'


def test_a_file_says_in_its_name_what_it_holds(orn, course):
    header = orn.get("/organize/coverage.xlsx?as_of=2566-02-09").headers["Content-Disposition"]
    assert "coverage-sample-2023-02-09.xlsx" in header
    assert header.startswith("attachment")


def test_a_table_without_a_line_is_still_a_file(orn, course):
    assert csv_rows(orn, "q=ไม่มี") == [HEADS]
    assert xlsx_rows(orn, "q=ไม่มี") == [HEADS]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_no_date_or_no_course_is_no_file(orn, course, ending):
    assert orn.get(f"/organize/coverage.{ending}?as_of=เมื่อวาน").status_code == 422
    assert orn.page.one("#f-as_of")["value"] == "เมื่อวาน"
    assert orn.get(f"/organize/coverage.{ending}?course=none").status_code == 404


def test_there_is_no_other_ending_and_no_file_before_a_course(orn):
    assert orn.get("/organize/coverage.pdf").status_code == 404
    assert orn.get("/organize/coverage.csv").status_code == 404


def test_a_file_of_many_costs_four_questions(app, orn, cast, course, make_agencies, queries, monkeypatch):
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 600)
    make_agencies(60)
    passes(cast.lamai, course, ["op"])
    csv_rows(orn)
    with queries() as statements:
        csv_rows(orn)
    assert len(statements) <= 4
    assert only_read(statements)
