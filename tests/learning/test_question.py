"""The organizer's page of one question: who answered what, why it is flagged, and whether its key was mended meanwhile."""

import pytest
from flask import Flask

from portal.courses.course import Course
from tests import kinds, packs
from tests.cast import Cast
from tests.learning.storing import submitted
from tests.learning.test_regrading import FREE, KEY, done, mended
from tests.pages import Client

PATH = "/organize/courses/sample/op/questions"
RIGHT = {"op-00": ["a"], "op-01": ["a", "b"], "op-02": ["a"], "op-03": ["a"]}


@pytest.fixture
def orn(client: Client, cast: Cast) -> Client:
    return client.sign_in(cast.orn)


def test_who_answered_what_stands_in_a_picture_and_its_table(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT | {"op-00": ["b"], "op-03": ["b"]})
    submitted(cast.sakda, course, RIGHT)
    assert orn.get(f"{PATH}/op-00").status_code == 200
    rows = [row.get_text(" ", strip=True) for row in orn.page.select(".grid-table tbody tr")]
    assert rows[0] == "ก ตัวเลือก op-00 ที่ 1 ถูก 1 50 % 0 % 100 % 100 %"
    assert rows[1] == "ข ตัวเลือก op-00 ที่ 2 1 50 % 100 % 0 % 50 %"
    assert rows[2] == "ค ตัวเลือก op-00 ที่ 3 0 0 % 0 % 0 % –"
    assert orn.page.one("figcaption").get_text().startswith("กลุ่มคะแนนสูงได้ข้อนี้ 100 % กลุ่มคะแนนต่ำได้ 0 %")
    assert len(orn.page.select(".bars svg.plot")) == 4


def test_of_one_attempt_no_choice_has_groups(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT)
    orn.get(f"{PATH}/op-00")
    rows = [row.get_text(" ", strip=True) for row in orn.page.select(".grid-table tbody tr")]
    assert rows[1] == "ข ตัวเลือก op-00 ที่ 2 0 0 % – – –"


def test_a_flag_says_what_to_look_at(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT)
    orn.get(f"{PATH}/op-01")
    assert "ทุกคนได้เต็ม" in orn.page.text


def test_what_people_typed_is_shown_as_text(app: Flask, orn: Client, cast: Cast) -> None:
    files = packs.pack(questions=1)
    files["op/quiz.toml"] += """
[[question]]
id = "op-short"
kind = "short"
lesson = "l1"
difficulty = "easy"
text = "คำใด"
advice = true
why = "เพราะ"
accepted = ["แนวทาง"]
""".encode()
    course = packs.publish(files)
    submitted(cast.lamai, course, {"op-short": ["<b>แนวทาง</b>"]})
    submitted(cast.sakda, course, {"op-short": ["แนวทาง "]})
    orn.get(f"{PATH}/op-short")
    rows = [row.get_text(" ", strip=True) for row in orn.page.select(".grid-table tbody th")]
    assert rows == ["<b>แนวทาง</b>", "แนวทาง ถูก"]


def test_a_key_that_was_mended_is_told_until_it_is_corrected(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT)
    orn.get(f"{PATH}/op-00")
    assert "ต่างจากเฉลยที่ใช้ตรวจ" not in orn.page.text
    later = mended()
    orn.get(f"{PATH}/op-00")
    assert "ต่างจากเฉลยที่ใช้ตรวจฉบับที่ 1" in orn.page.text
    assert f"{PATH}/op-00/correction/key" in orn.page.links()
    done(later, KEY)
    orn.get(f"{PATH}/op-00")
    assert "ต่างจากเฉลยที่ใช้ตรวจ" not in orn.page.text


def test_what_was_corrected_is_told_with_its_reason(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT)
    done(course, FREE)
    orn.get(f"{PATH}/op-00")
    assert "ให้คะแนนทุกคน ตัวเลือกนี้ถูกตามเกณฑ์" in orn.page.text


def test_a_question_that_is_gone_has_no_key_to_offer(orn: Client, course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, RIGHT)
    packs.publish(packs.pack(questions=3))
    assert orn.get(f"{PATH}/op-03").status_code == 200
    assert f"{PATH}/op-03/correction/key" not in orn.page.links()
    assert f"{PATH}/op-03/correction/void" in orn.page.links()


def test_a_writing_task_has_no_key_and_leads_to_what_was_written(orn: Client, cast: Cast) -> None:
    packs.publish(kinds.kinds_pack())
    answer = orn.get(f"{PATH}/k-writing")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/writing/sample/op/k-writing")
    assert orn.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("path", ["op-99", "c1-00"])
def test_no_such_question_is_not_found(orn: Client, course: Course, path: str) -> None:
    assert orn.get(f"{PATH}/{path}").status_code == 404
