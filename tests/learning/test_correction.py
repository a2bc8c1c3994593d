"""The organizer's page of a correction: whom it touches first, then, with a reason, it is done; never unseen."""

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.courses.course import Course
from portal.learning.models import Attempt, KeyCorrection
from portal.mail.models import OutboxMessage
from tests import packs
from tests.cast import Cast
from tests.learning.storing import submitted
from tests.pages import Client

PATH = "/organize/courses/sample/op/questions/op-00"
RIGHT = {"op-00": ["a"], "op-01": ["a", "b"], "op-02": ["a"], "op-03": ["a"]}


@pytest.fixture
def orn(client: Client, cast: Cast) -> Client:
    return client.sign_in(cast.orn)


@pytest.fixture
def taken(course: Course, cast: Cast) -> Course:
    """ละไม failed by op-00 and op-03, ศักดา passed."""
    submitted(cast.lamai, course, RIGHT | {"op-00": ["b"], "op-03": ["b"]})
    submitted(cast.sakda, course, RIGHT)
    return course


def corrections() -> list[KeyCorrection]:
    return list(db.session.scalars(select(KeyCorrection)))


def test_the_page_first_tells_whom_it_touches_and_changes_nothing(orn: Client, taken: Course) -> None:
    assert orn.get(f"{PATH}/correction/free").status_code == 200
    assert "ผ่านเพิ่ม 1" in orn.page.text
    rows = [row.get_text(" ", strip=True) for row in orn.page.select(".grid-table tbody tr")]
    assert rows == ["ละไม ตั้งใจ กรมตัวอย่าง", "กรมตัวอย่าง 0 1 ครอบคลุมส่วนนี้แล้ว"]
    assert corrections() == []


def test_with_a_reason_it_is_done_and_told(orn: Client, taken: Course, cast: Cast) -> None:
    orn.get(f"{PATH}/correction/free")
    answer = orn.submit(why="ตัวเลือก ข ถูกด้วย")
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    orn.get(PATH)
    assert orn.page.flashes == ["ตรวจใหม่แล้ว ส่งจดหมายถึง 1 คน"]
    assert [(one.why, one.by_id) for one in corrections()] == [("ตัวเลือก ข ถูกด้วย", cast.orn.id)]
    assert [one.to_email for one in db.session.scalars(select(OutboxMessage))] == [cast.lamai.email]


def test_without_a_reason_it_is_not_done(orn: Client, taken: Course) -> None:
    orn.get(f"{PATH}/correction/free")
    assert orn.submit(why="  ").status_code == 422
    assert orn.page.errors == ["บอกเหตุผล ผู้ที่คะแนนเปลี่ยนจะได้อ่าน"]
    assert corrections() == []


def test_what_nobody_looked_at_is_shown_before_it_is_done(orn: Client, taken: Course, cast: Cast) -> None:
    orn.get(f"{PATH}/correction/free")
    form = orn.page.form("/correction/free")
    submitted(cast.mali, taken, RIGHT | {"op-00": ["b"], "op-03": ["b"]})
    fields = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
    answer = orn.post(f"{PATH}/correction/free", data={**fields, "why": "โจทย์กำกวม"})
    assert answer.status_code == 422
    assert "ดูอีกครั้งแล้วยืนยัน" in orn.page.text
    assert "มะลิ ใจดี" in orn.page.text
    assert orn.page.one("#why").get_text().strip() == "โจทย์กำกวม"
    assert orn.submit(why="โจทย์กำกวม").status_code == 303
    assert len(corrections()) == 1


def test_nobody_touched_is_said(orn: Client, course: Course) -> None:
    orn.get(f"{PATH}/correction/void")
    assert orn.page.text.count("ไม่มีใคร") == 2
    orn.submit(why="ข้อนี้เลิกใช้")
    orn.get(PATH)
    assert orn.page.flashes == ["แก้แล้ว ไม่มีคะแนนของใครเปลี่ยน"]


def test_a_key_that_is_gone_leads_back_with_the_reason(orn: Client, taken: Course) -> None:
    packs.publish(packs.pack(questions=3))
    path = PATH.replace("op-00", "op-03")
    answer = orn.get(f"{path}/correction/key")
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


@pytest.mark.parametrize(
    "path", [f"{PATH}/correction/twice", PATH.replace("op-00", "op-99") + "/correction/free"]
)
def test_no_such_rule_or_question_is_not_found(orn: Client, taken: Course, path: str) -> None:
    assert orn.get(path).status_code == 404


@pytest.mark.parametrize(("rule", "said"), [("free", "ทุกคนได้คะแนนข้อนี้"), ("void", "ไม่นับข้อนี้")])
def test_the_learner_reads_in_the_result_which_question_was_corrected_and_why(
    client: Client, taken: Course, cast: Cast, rule: str, said: str
) -> None:
    client.sign_in(cast.orn).get(f"{PATH}/correction/{rule}")
    client.submit(why="โจทย์กำกวม")
    attempt = db.session.scalars(select(Attempt).where(Attempt.user_id == cast.lamai.id)).one()
    assert client.sign_in(cast.lamai).get(f"/attempts/{attempt.code}/result").status_code == 200
    told = client.page.one("section[aria-labelledby=h-corrected]").get_text(" ", strip=True)
    assert said in told
    assert "โจทย์กำกวม" in told
