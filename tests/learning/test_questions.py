"""The organizer's list of a quiz's questions: figures, flags, picture, export, and the same few queries for any number."""

import csv
import io

import pytest
from flask import Flask

from portal.core import tables
from portal.courses.course import Course
from tests import cast as people, packs
from tests.cast import Cast
from tests.learning.storing import submitted
from tests.pages import Client

PATH = "/organize/courses/sample/op/questions"
RIGHT = {"op-00": ["a"], "op-01": ["a", "b"], "op-02": ["a"], "op-03": ["a"]}


@pytest.fixture
def orn(client: Client, cast: Cast) -> Client:
    return client.sign_in(cast.orn)


@pytest.fixture
def answered(course: Course, cast: Cast) -> Course:
    """Nobody knows op-02, all know op-01; ละไม knows op-00 only, the others op-03 only."""
    submitted(cast.lamai, course, RIGHT | {"op-02": ["b"], "op-03": ["b"]}, seconds={"op-00": 30})
    for user in (cast.sakda, cast.mali):
        submitted(user, course, RIGHT | {"op-02": ["b"], "op-00": ["c"]})
    return course


def test_every_question_has_its_figures_and_flags(orn: Client, answered: Course) -> None:
    assert orn.get(PATH).status_code == 200
    rows = [row.get_text(" ", strip=True) for row in orn.page.select(".grid-table tbody tr")]
    assert len(rows) == 4
    assert "33 % −1.00 30 คนเก่งตอบผิดมากกว่า" in rows[0]
    assert "100 % – – ทุกคนตอบถูก" in rows[1]
    assert "0 % – – ไม่มีใครตอบถูก" in rows[2]
    assert "มี 4 ข้อที่ควรดู" in orn.page.text


def test_the_picture_says_what_it_shows(orn: Client, answered: Course) -> None:
    orn.get(PATH)
    assert orn.page.one("svg.plot")["aria-label"] == "มี 4 ข้อที่ควรดู"
    assert len(orn.page.select("svg.plot path.odd")) == 2  # what differs at all has a place


def test_all_attempts_or_only_first_ones(orn: Client, answered: Course, cast: Cast) -> None:
    submitted(cast.lamai, answered, RIGHT)
    orn.get(PATH)
    assert "จากครั้งแรกของ 3 คน" in orn.page.text
    orn.get(f"{PATH}?of=all")
    assert "จากทุกครั้งที่ส่ง 4 ครั้ง" in orn.page.text


def test_only_what_should_be_looked_at(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT | {"op-02": ["b"]})
    submitted(cast.sakda, course, RIGHT | {"op-00": ["b"], "op-03": ["b"], "op-02": ["b"]})
    orn.get(f"{PATH}?show=flagged")
    assert len(orn.page.select(".grid-table tbody tr")) == 2


def test_a_quiz_that_nobody_took_says_what_will_be_here(orn: Client, course: Course) -> None:
    assert orn.get(PATH).status_code == 200
    assert "ยังไม่มีใครส่งแบบทดสอบนี้" in orn.page.text


@pytest.mark.parametrize("path", ["sample/none", "none/op", "sample/c2"])
def test_no_such_quiz_is_not_found(orn: Client, course: Course, path: str) -> None:
    assert orn.get(f"/organize/courses/{path}/questions").status_code == 404


def test_the_export_has_a_row_for_every_question(orn: Client, answered: Course) -> None:
    body = orn.get(f"{PATH}.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[1][1:8] == ["op-00", "คำถาม op-00", "เลือกหนึ่งข้อ", "3", "0", "0.3333", "-1.0"]
    assert rows[1][11].startswith("ก ตัวเลือก op-00 ที่ 1 33;")
    answer = orn.get(f"{PATH}.xlsx")
    assert len(list(tables.read_table(io.BytesIO(answer.data), "x.xlsx").rows)) == 4


@pytest.mark.parametrize("questions", [1, 30])
def test_the_same_queries_for_one_question_and_for_thirty(
    app: Flask, client: Client, cast: Cast, queries, questions: int
) -> None:
    course = packs.publish(packs.pack(questions=questions))
    for at in range(3):
        submitted(people.person(f"q{at}@demo.example", "คน"), course, {})
    client.sign_in(cast.orn).get(PATH)
    with queries() as statements:
        client.get(PATH)
    assert len(statements) <= 6
