"""A written answer is held against its rubric by its writer and by who reads it, and neither changes a score."""

import pytest

from portal.accounts.models import Role
from portal.core.db import db
from portal.learning import assessments, attempts
from portal.learning.models import Assessment, Attempt
from tests import kinds, packs

TEXT = "ผู้บริหารสื่อสาร<b>วิสัยทัศน์</b>\nทุกไตรมาส"
LEVELS = {"level-a": "2", "level-b": "1", "level-c": "0"}


@pytest.fixture
def course(app):
    return packs.publish(kinds.kinds_pack())


def taken(user, course, text: str = TEXT, *, submit: bool = True) -> Attempt:
    attempt = attempts.start(user, course, course.modules[0])
    seq = attempts.save(attempt, seq=0, answers={"k-writing": [text] if text else [], "k-single": ["a"]})
    if submit:
        attempts.submit(attempt, seq=seq, answers={})
    db.session.commit()
    return attempt


def page(attempt: Attempt) -> str:
    return f"/attempts/{attempt.code}/writing/k-writing"


def kept() -> list[tuple[dict[str, int], str, bool]]:
    return [(one.levels, one.comment, one.is_own) for one in db.session.query(Assessment).order_by("id")]


def test_a_result_leads_to_the_model_answer_and_the_rubric(client, cast, course):
    attempt = taken(cast.lamai, course)
    client.sign_in(cast.lamai).get(f"/attempts/{attempt.code}/result")
    assert "ผู้บริหารสื่อสาร<b>วิสัยทัศน์</b>" in client.page.main
    assert page(attempt) in client.page.links()
    client.get(page(attempt))
    assert client.page.h1 == "ประเมินงานเขียนของตน"
    assert "กรมตัวอย่างสื่อสารวิสัยทัศน์ทุกไตรมาส" in client.page.main
    assert not client.page.select(".written b")
    assert len(client.page.select("main input[type=radio]")) == 9
    assert not client.page.select("input[checked]")


def test_a_writer_assesses_the_own_text_and_nothing_is_scored(client, cast, course):
    attempt = taken(cast.lamai, course)
    before = (attempt.score, attempt.max_score, attempt.passed)
    client.sign_in(cast.lamai).get(page(attempt))
    response = client.submit(**LEVELS, comment="เพิ่มตัวเลข")
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{attempt.code}/result")
    assert kept() == [({"a": 2, "b": 1, "c": 0}, "เพิ่มตัวเลข", True)]
    client.follow(response)
    assert "คุณประเมินตนเอง" in client.page.main
    assert "เพิ่มตัวเลข" in client.page.main
    db.session.expire_all()
    assert (attempt.score, attempt.max_score, attempt.passed) == before
    assert attempt.max_score == 8


def test_a_double_click_is_one_assessment_and_another_mind_a_second(client, cast, course):
    attempt = taken(cast.lamai, course)
    client.sign_in(cast.lamai)
    for levels in (LEVELS, LEVELS, LEVELS | {"level-c": "1"}):
        client.get(page(attempt))
        client.submit(**levels)
    assert [one[0]["c"] for one in kept()] == [0, 1]
    client.get(page(attempt))
    assert [str(one["value"]) for one in client.page.select("input[checked]")] == ["2", "1", "1"]


@pytest.mark.parametrize(
    ("levels", "comment", "word"),
    [
        ({"level-a": "2"}, "ก", "ครบทุกเกณฑ์"),
        ({}, "", "ครบทุกเกณฑ์"),
        (LEVELS | {"level-a": "3"}, "", "ครบทุกเกณฑ์"),
        (LEVELS, "ก" * 2001, "ยาวเกินไป"),
    ],
)
def test_a_form_that_is_not_full_is_told_and_kept(levels, comment, word, client, cast, course):
    attempt = taken(cast.lamai, course)
    client.sign_in(cast.lamai).get(page(attempt))
    token = str(client.page.form("").select("[name=csrf_token]")[0]["value"])
    sent = {"csrf_token": token, "comment": comment} | levels
    assert client.post(page(attempt), data=sent).status_code == 422
    assert any(word in flash for flash in client.page.flashes)
    assert client.page.one("#comment").get_text() == comment
    assert kept() == []


def test_what_was_not_written_cannot_be_assessed(client, cast, course):
    attempt = taken(cast.lamai, course, "")
    client.sign_in(cast.lamai).get(page(attempt))
    assert not client.page.select("main form[method=post]")
    assert "กรมตัวอย่างสื่อสาร" in client.page.main
    one = assessments.written_as(attempt, "k-writing")
    assert one is not None
    with pytest.raises(assessments.NothingWritten):
        assessments.assess(one, levels={"a": 1, "b": 1, "c": 1}, by=cast.lamai)


def test_before_the_submit_there_is_no_model_answer(client, cast, course):
    attempt = taken(cast.lamai, course, submit=False)
    response = client.sign_in(cast.lamai).get(page(attempt))
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{attempt.code}")
    assert client.sign_in(cast.wit).get(page(attempt)).status_code == 404
    assert client.sign_in(cast.orn).get(f"/attempts/{attempt.code}/writing/none").status_code == 404


@pytest.mark.parametrize("reader", ["wit", "orn"])
def test_a_speaker_or_organizer_reads_and_the_writer_sees_it(reader, client, cast, course):
    attempt = taken(cast.lamai, course)
    client.sign_in(getattr(cast, reader)).get("/writing")
    assert "ส่งแล้ว 1 ชิ้น" in client.page.main
    client.get("/writing/sample/op/k-writing")
    assert cast.lamai.name in client.page.main
    client.get(page(attempt))
    assert cast.lamai.name in client.page.h1
    response = client.submit(**LEVELS, comment="อธิบายความครอบคลุมเพิ่ม")
    assert response.headers["Location"] == "/writing/sample/op/k-writing"
    assert kept()[0][2] is False
    client.follow(response)
    assert "ทุกชิ้นที่ส่งมามีผู้อ่านแล้ว" in client.page.main
    client.get("/writing/sample/op/k-writing?show=all")
    assert "อ่านแล้ว" in client.page.main
    client.sign_in(cast.lamai).get(f"/attempts/{attempt.code}/result")
    assert "อธิบายความครอบคลุมเพิ่ม" in client.page.main
    assert getattr(cast, reader).name in client.page.main


def test_the_own_assessment_and_a_review_stand_side_by_side(client, cast, course):
    attempt = taken(cast.lamai, course)
    for who, comment in ((cast.lamai, "ของฉัน"), (cast.wit, "ของวิทยากร")):
        client.sign_in(who).get(page(attempt))
        client.submit(**LEVELS, comment=comment)
    client.get(page(attempt))
    assert "ของฉัน" in client.page.main
    client.sign_in(cast.lamai).get(page(attempt))
    assert "ของวิทยากร" in client.page.main
    client.sign_in(cast.orn).get("/writing/sample/op/k-writing?show=all")
    assert "3/6" in client.page.main


@pytest.mark.parametrize("outsider", ["sakda", "mali"])
def test_outsiders_find_nothing(outsider, client, cast, course):
    attempt = taken(cast.lamai, course)
    client.sign_in(getattr(cast, outsider))
    assert client.get(page(attempt)).status_code == 404
    assert client.get("/writing").status_code == 403
    assert client.get("/writing/sample/op/k-writing").status_code == 403


@pytest.mark.parametrize("path", ["sample/op/none", "sample/op/k-single", "sample/c9/k-writing", "none/op/x"])
def test_a_task_that_is_not_there_is_not_found(path, client, cast, course):
    assert client.sign_in(cast.orn).get(f"/writing/{path}").status_code == 404


def test_without_tasks_and_without_answers_the_pages_say_so(client, cast, course):
    client.sign_in(cast.orn).get("/writing/sample/op/k-writing")
    assert "ยังไม่มีใครส่งงานเขียน" in client.page.main
    packs.publish(packs.pack())
    client.get("/writing")
    assert "ยังไม่มีบทใดมีงานเขียน" in client.page.main


@pytest.mark.both_databases
@pytest.mark.parametrize("people", [1, 12])
def test_the_lists_take_the_same_queries_for_one_answer_and_for_many(people, client, cast, course, queries):
    for _again in range(people):
        taken(cast.lamai, course)
    taken(cast.lamai, course, "")
    client.sign_in(cast.orn)
    for path in ("/writing", "/writing/sample/op/k-writing"):
        client.get(path)
        with queries() as statements:
            client.get(path)
        assert len(statements) <= 8
        assert str(people) in client.page.main
    assert len(client.page.select("tbody tr")) == people
    assert cast.orn.role is Role.ORGANIZER


def test_looking_writes_nothing(client, cast, course):
    attempt = taken(cast.lamai, course)
    for who in (cast.lamai, cast.wit):
        client.sign_in(who).get(page(attempt))
    assert kept() == []
