"""Answers to a workshop's own questions: out, mended in a spreadsheet, and back in."""

import io
from typing import Any

import pytest

from portal.core import tables
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Registration
from tests.organize.importing import a_file, cells, changes, counts, listed
from tests.participation.asking import QUESTIONS
from tests.participation.conftest import make_people, make_workshop  # noqa: F401 - fixtures of the neighbour
from tests.rows import once

PAGE = "/organize/workshops/pmqa40-2566/imports"
OUT = "/organize/workshops/pmqa40-2566/"
GIVEN: tuple[dict[str, Any], ...] = (
    {"food": "other", "diet": "=ผัก\nทุกวัน", "years": 12.5, "arrives": "2023-02-19", "bus": "yes"},
    {"food": "any", "years": 3, "gone": "คำถามเดิม"},
    {},
    {"food": "vegan", "arrives": "soon"},  # of an older form of the questions
)


@pytest.fixture
@once
def answered(make_workshop, make_people) -> list[Registration]:  # noqa: F811
    workshop = make_workshop(capacity=10, questions=QUESTIONS)
    rows = []
    for person, given in zip(make_people(len(GIVEN)), GIVEN, strict=True):
        row = registration.register(workshop, user=person)
        row.answers = given
        rows.append(row)
    db.session.commit()
    return rows


def brought(orn: Any, file: Any) -> Any:
    orn.get(PAGE)
    answer = orn.submit(PAGE + "/answers", file=file)
    return orn.follow(answer) if answer.status_code == 303 else answer


def exported(orn: Any, name: str = "answers") -> tuple[list[str], list[list[str]]]:
    table = tables.read_table(io.BytesIO(orn.get(f"{OUT}{name}.csv").data), "a.csv")
    rows = [[*row.cells, *[""] * (len(table.header) - len(row.cells))] for row in table.rows]
    return list(table.header), rows


def given(rows: list[Registration]) -> list[dict[str, Any]]:
    db.session.expire_all()
    return [row.answers for row in rows]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["answers", "roster"])
def test_an_export_comes_back_and_changes_nothing(orn, answered, name, ending):
    body = orn.get(f"{OUT}{name}.{ending}").data
    assert brought(orn, (io.BytesIO(body), f"{name}.{ending}")).status_code == 200, listed(orn)
    assert counts(orn) == [0, 0, 4]


def test_what_was_mended_in_the_sheet_comes_in_and_all_else_stays(orn, answered):
    header, rows = exported(orn)
    food, diet, years, day, be = (header.index(one) for one in header[7:12])
    rows[1][food], rows[1][diet], rows[1][years] = "อื่น ๆ", "ปลา", "๑๒"
    rows[2][food], rows[2][day], rows[2][be] = "halal", "20/2/2566", "20 ก.พ. 2566"
    assert brought(orn, a_file(header, rows)).status_code == 200, listed(orn)
    assert counts(orn) == [1, 1, 2]
    assert "อาหารกลางวัน: ทั่วไป → อื่น ๆ" in changes(orn)[0]
    orn.follow(orn.submit("/confirmation"))
    assert given(answered) == [
        GIVEN[0],
        {"food": "other", "diet": "ปลา", "years": 12, "gone": "คำถามเดิม"},
        {"food": "halal", "arrives": "2023-02-20"},
        GIVEN[3],
    ]
    answered[2].answers = {"food": "any"}
    db.session.commit()
    orn.follow(orn.submit("/undoing"))
    assert "คงไว้ 1 รายการ" in orn.page.flashes[0]
    assert given(answered) == [GIVEN[0], GIVEN[1], {"food": "any"}, GIVEN[3]]


def test_every_wrong_answer_is_told_at_its_cell(orn, answered):
    header, rows = exported(orn)
    food, diet, years, _day, be = range(7, 12)
    rows[0][years], rows[0][be] = "หลายปี", "1 มีนาคม 2566"
    rows[1][food] = "อื่น ๆ"
    rows[2][food] = "พิซซ่า"
    rows.append(list(rows[3]))
    assert brought(orn, a_file(header, rows)).status_code == 422
    assert cells(orn) == ["J2", "L2", "I3", "H4", "6"]
    assert diet == 8
    assert given(answered) == list(GIVEN)


def test_a_table_without_questions_is_refused(orn, answered):
    assert brought(orn, a_file(["อีเมล", "ชื่อ"], [["x@x.example", "x"]])).status_code == 422
    assert "ไม่พบคอลัมน์ของคำถาม" in orn.page.text


def test_questions_with_the_names_of_other_columns_are_told_apart(orn, answered):
    workshop = answered[0].workshop
    again = {**QUESTIONS[2], "code": "again"}
    workshop.questions = [
        {**QUESTIONS[2], "label": {"th": "ชื่อ", "en": "Name"}},
        *QUESTIONS[3:],
        again,
        {**again, "code": "more"},
    ]
    db.session.commit()
    header, _rows = exported(orn, "roster")
    assert {"ชื่อ", "ชื่อ [years]", "ทำงานด้านนี้มากี่ปี [again]", "ทำงานด้านนี้มากี่ปี [more]"} <= set(header)
    body = orn.get(OUT + "roster.csv").data
    assert brought(orn, (io.BytesIO(body), "a.csv")).status_code == 200
    assert counts(orn) == [0, 0, 4]


def test_a_form_without_its_file_is_refused(orn, answered):
    orn.get(PAGE)
    assert orn.submit(PAGE + "/answers").status_code == 422
    assert orn.page.one("#file-answers")["aria-invalid"] == "true"
    assert not orn.page.one("#file-attendance").has_attr("aria-invalid")
