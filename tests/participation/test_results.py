"""What people answered, for the organizer: on a page, and as columns of the roster's export."""

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from portal.core.db import db
from portal.participation import answers, registration
from tests.participation.asking import QUESTIONS
from tests.rows import once

URL = "/organize/workshops/pmqa40-2566/answers"
EXPORT = "/organize/workshops/pmqa40-2566/roster"


@pytest.fixture
def workshop(make_workshop):
    return make_workshop(capacity=40, questions=QUESTIONS)


def answered(workshop, people, *given):
    rows = [registration.register(workshop, user=person) for person in people]
    for row, one in zip(rows, given, strict=False):
        row.answers = one
    db.session.commit()
    return rows


@pytest.fixture
@once
def crowd(workshop, make_people):
    """Four with a seat, one of whom answered nothing and one a choice that is gone; one waits, one left."""
    workshop.capacity = 4
    rows = answered(
        workshop,
        make_people(6),
        {"food": "any", "years": 2, "arrives": "2023-02-19"},
        {"food": "other", "diet": "เจ\nไม่ใส่ผักฉุน <b>", "years": 1.5},
        {"food": "vegan", "arrives": "2023-02-19", "bus": "yes"},
        {},
        {"food": "halal", "years": 99},
        {"food": "halal"},
    )
    registration.cancel(rows[5], by=rows[5].user)
    db.session.commit()
    return rows


def table(page, section):
    rows = page.one(f'section[aria-labelledby="{section}"] table').select("tbody tr")
    return [[cell.get_text().strip() for cell in row.find_all(["th", "td"])] for row in rows]


def test_choices_are_counted_with_those_nobody_made_and_those_that_are_gone(client, crowd, cast):
    client.sign_in(cast.orn).get(URL)
    assert table(client.page, "h-food") == [
        ["ทั่วไป", "1", "33%"],
        ["ฮาลาล", "0", "0%"],
        ["อื่น ๆ", "1", "33%"],
        ["vegan", "1", "33%"],
    ]
    assert "ถาม 4 คน ตอบแล้ว 3 คน" in client.page.main


def test_a_conditional_question_says_whom_it_was_asked(client, crowd, cast):
    client.sign_in(cast.orn).get(URL)
    assert "ถามเมื่อเลือก “อื่น ๆ” ในข้อ “อาหารกลางวัน” · ถาม 1 คน ตอบแล้ว 1 คน" in client.page.main
    assert table(client.page, "h-diet") == [["เจ\nไม่ใส่ผักฉุน <b>", "บุคคล ที่1", "หน่วยงานตัวอย่างที่ 1"]]


def test_numbers_are_added_up_and_days_counted(client, crowd, cast):
    client.sign_in(cast.orn).get(URL)
    facts = client.page.one('section[aria-labelledby="h-years"] .facts').get_text(" ", strip=True)
    assert facts == "รวม 3.5 ต่ำสุด 1.5 สูงสุด 2"
    assert table(client.page, "h-arrives") == [["19 กุมภาพันธ์ 2566", "2", "100%"]]


def test_one_question_alone_shows_everybody_a_page_at_a_time(client, workshop, make_people, cast):
    workshop.capacity = None
    answered(workshop, make_people(60), *[{"food": "any", "years": at} for at in range(60)])
    client.sign_in(cast.orn).get(URL)
    assert len(table(client.page, "h-years")) == 5
    assert f"{URL}?question=years" in client.page.links()
    client.get(f"{URL}?question=years")
    assert len(client.page.select("section.section")) == 1
    assert len(table(client.page, "h-years")) == 50
    client.get(f"{URL}?question=years&page=2")
    assert len(table(client.page, "h-years")) == 10
    client.get(f"{URL}?question=years&page=x")
    assert len(table(client.page, "h-years")) == 50


def test_a_question_that_is_not_there_shows_all(client, crowd, cast):
    assert client.sign_in(cast.orn).get(f"{URL}?question=none").status_code == 200
    assert len(client.page.select("section.section")) == len(QUESTIONS)


def test_nobody_answered_yet_and_no_questions_are_said(client, workshop, cast):
    client.sign_in(cast.orn).get(URL)
    assert "ยังไม่มีผู้ตอบ" in client.page.main
    workshop.questions = []
    client.get(URL)
    assert "งานนี้ไม่มีคำถาม" in client.page.main


def test_the_roster_leads_to_it_where_there_are_questions(client, workshop, cast):
    client.sign_in(cast.orn).get(EXPORT)
    assert URL in client.page.links()
    workshop.questions = []
    client.get(EXPORT)
    assert URL not in client.page.links()


def test_only_organizers_see_answers(client, crowd, cast):
    assert client.get(URL).status_code == 303
    for person in (cast.mali, cast.lamai, cast.sakda, cast.wit):
        assert client.sign_in(person).get(URL).status_code == 403
    assert client.sign_in(cast.orn).get("/organize/workshops/none/answers").status_code == 404


def test_as_many_queries_for_forty_people_as_for_two(client, workshop, make_people, cast, queries):
    client.sign_in(cast.orn)
    counts = []
    for number in (2, 38):
        answered(workshop, make_people(number), *[{"food": "any", "years": 1}] * number)
        with queries() as asked:
            client.get(URL)
        counts.append(len(asked))
        assert all(one.startswith("SELECT") for one in asked)
    assert counts[0] == counts[1] <= 6


def test_the_order_is_that_of_the_roster(workshop, make_people):
    people = make_people(3)
    for person, name in zip(people, ("เอก ค", "แดง ข", "ขวัญ ก"), strict=True):
        person.name = name
    answered(workshop, people, *[{"years": 1}] * 3)
    result = next(one for one in answers.results(workshop) if one.question.code == "years")
    assert [line.name for line in result.lines] == ["ขวัญ ก", "แดง ข", "เอก ค"]


class TestExport:
    def test_each_question_is_a_column(self, client, crowd, cast):
        client.sign_in(cast.orn)
        body = client.get(f"{EXPORT}.csv").data.decode("utf-8-sig")
        heads, *lines = csv.reader(io.StringIO(body))
        labels = [one["label"]["th"] for one in QUESTIONS]
        day = labels[3]
        assert heads[-6:] == [*labels[:4], f"{day} (พ.ศ.)", labels[4]]
        by_mail = {line[5]: line[-6:] for line in lines}
        assert by_mail["p0@demo.example"] == ["ทั่วไป", "", "2", "2023-02-19", "19 กุมภาพันธ์ 2566", ""]
        assert by_mail["p1@demo.example"] == ["อื่น ๆ", "เจ\nไม่ใส่ผักฉุน <b>", "1.5", "", "", ""]
        assert by_mail["p2@demo.example"] == ["vegan", "", "", "2023-02-19", "19 กุมภาพันธ์ 2566", "ใช้"]
        assert by_mail["p3@demo.example"] == [""] * 6
        assert by_mail["p4@demo.example"][0] == "ฮาลาล"

    def test_a_sheet_can_reckon_with_numbers_and_days_and_runs_no_formula(self, client, crowd, cast):
        crowd[1].answers = {"food": "other", "diet": "=1+1", "years": 1.5, "arrives": "soon"}
        client.sign_in(cast.orn)
        sheet = load_workbook(io.BytesIO(client.get(f"{EXPORT}.xlsx").data)).active
        rows = {row[5].value: row[-6:] for row in sheet.iter_rows(min_row=2)}
        first, second = rows["p0@demo.example"], rows["p1@demo.example"]
        assert (first[2].value, first[3].value) == (2, datetime(2023, 2, 19))
        assert (second[1].value, second[1].data_type) == ("=1+1", "s")
        assert second[3].value == "soon"

    def test_one_query_more_than_without_questions(self, client, crowd, workshop, cast, queries):
        client.sign_in(cast.orn)
        with queries() as asked:
            client.get(f"{EXPORT}.csv")
        assert len(asked) <= 7
