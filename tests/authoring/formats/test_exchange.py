"""Organizers see what a file of questions would bring before it comes into the draft, and no file, however made, breaks the page."""

import io
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.authoring import drafts, exchange, gift, moodle_xml, question_text
from portal.authoring.brought import TooMany
from portal.authoring.exchange import Changed, NoQuiz, NothingComes, Sent
from portal.core.db import db
from portal.courses import catalog, editions
from tests.authoring.formats.questions import IMAGE, KINDS, PNG
from tests.cast import Cast
from tests.courses import packs
from tests.pages import Client

CODE = packs.CODE
FILES = Path(__file__).parent
WHERE = f"/organize/courses/{CODE}/op/questions"
GIFT = "// [id:op-new]\nข้อใด{=ก#ถูก ~ข#ผิด ~ค#ผิด}\n\nไม่ครบ{\n".encode()


def sent(data: bytes, filename: str = "f.gift") -> Sent:
    return Sent(data, filename, "why")


def planned(data: bytes, filename: str = "f.gift") -> exchange.Plan:
    return exchange.plan(CODE, "op", packs.sound(), sent(data, filename))


def test_a_question_gets_what_no_file_says() -> None:
    (coming,) = planned("ข้อใด{=ก ~ข ~ค}".encode()).coming
    assert {key: coming.table[key] for key in ("id", "lesson", "difficulty", "advice")} == {
        "id": "op-04",
        "lesson": "why",
        "difficulty": "medium",
        "advice": True,
    }


def test_all_kinds_come_in_fit_to_be_published() -> None:
    plan = planned(moodle_xml.write(KINDS, images={IMAGE: PNG}), "kinds.xml")
    assert (len(plan.coming), plan.faults, plan.renamed) == (12, {}, 3)
    assert plan.brought.images == {IMAGE: PNG}
    assert [table["kind"] for table in question_text.tables_of(plan.body)][3:] == [
        one["kind"] for one in KINDS
    ]


def test_what_is_to_be_mended_is_told_by_question() -> None:
    plan = planned((FILES / "moodle.xml").read_bytes(), "moodle.xml")
    assert plan.faults == {"c1-ext-01": ["ขาด why"], "op-11": ["ขาด criterion"]}


def test_our_own_questions_are_there_already() -> None:
    files = packs.spoiled("op/quiz.toml", "รายงานต้องส่ง", "{กรมตัวอย่าง:ก=รายงาน}ต้องส่ง")
    for ending in ("xml", "gift"):
        body = exchange.written(files, "op", ending)
        plan = exchange.plan(CODE, "op", files, sent(body, f"own.{ending}"))
        assert (plan.coming, plan.same) == ([], 3)
        assert plan.body == files["op/quiz.toml"]


def test_an_image_of_the_same_name_takes_no_others_place() -> None:
    body = moodle_xml.write(KINDS, images={IMAGE: PNG})
    plan = exchange.plan(CODE, "op", packs.sound() | {IMAGE: PNG + b"other"}, sent(body, "kinds.xml"))
    assert plan.brought.images == {"img/a-2.png": PNG}
    assert b"(../img/a-2.png " in plan.body


def test_more_than_a_quiz_holds_is_refused_with_how_much_fits() -> None:
    many = "\n\n".join(f"ข้อ {at}{{=ก#ใช่ ~ข#ไม่ ~ค#ไม่}}" for at in range(10_000)).encode()
    began = process_time()
    with pytest.raises(TooMany, match="แบ่งไฟล์ก่อนข้อที่"):
        planned(many)
    assert process_time() - began < 10
    with pytest.raises(TooMany, match="แบบทดสอบจะใหญ่"):
        planned("\n\n".join(f"ข้อ {at}{{=ก#ใช่ ~ข#ไม่ ~ค#ไม่}}" for at in range(900)).encode())


def test_ten_thousand_questions_in_html_are_refused_in_a_moment() -> None:
    answer = "<answer fraction='{}' format='html'><text>&lt;p&gt;<![CDATA[<i>x</i> y]]></text></answer>"
    one = f"<question type='multichoice'><questiontext><text>q <![CDATA[<b>b</b>]]></text></questiontext>{answer.format(100)}{answer.format(0)}</question>"
    began = process_time()
    with pytest.raises(TooMany):
        planned(f"<quiz>{one * 10_000}</quiz>".encode(), "many.xml")
    assert process_time() - began < 15


def test_a_module_without_a_quiz_takes_no_questions() -> None:
    with pytest.raises(NoQuiz):
        exchange.plan(CODE, "c1", packs.sound(), sent(GIFT))


@pytest.fixture
def published(app: Flask, cast: Cast) -> Cast:
    editions.publish(CODE, packs.sound(), by=None)
    db.session.commit()
    return cast


def test_what_comes_goes_into_the_draft_and_can_be_published(published: Cast) -> None:
    sound = sent(moodle_xml.write(KINDS, images={IMAGE: PNG}), "kinds.xml")
    exchange.bring_in(CODE, "op", sound, mark=None, by=published.orn)
    draft = drafts.of(CODE)
    assert draft is not None
    assert drafts.changes_of(draft).keys() == {"op/quiz.toml", IMAGE}
    drafts.publish(draft, by=published.orn)
    course = catalog.course(CODE)
    assert course is not None
    assert course.modules[0].quiz is not None
    assert len(course.modules[0].quiz.questions) == 15


def test_a_quiz_that_changed_since_it_was_shown_is_shown_again(published: Cast) -> None:
    mark = planned(GIFT).mark
    exchange.bring_in(CODE, "op", sent(GIFT), mark=mark, by=None)
    with pytest.raises(NothingComes):
        exchange.bring_in(CODE, "op", sent(GIFT), mark=mark, by=None)
    with pytest.raises(Changed):
        exchange.bring_in(CODE, "op", sent("ใหม่{T}".encode()), mark=mark, by=None)


@pytest.fixture
def orn(client: Client, published: Cast) -> Client:
    client.sign_in(published.orn)
    return client


def send(client: Client, data: bytes, filename: str, **more: Any) -> TestResponse:
    client.get(f"{WHERE}/import")
    answer = client.submit("/questions/import", file=(io.BytesIO(data), filename), **more)
    return client.follow(answer) if answer.status_code == 303 else answer


def test_a_file_is_shown_first_and_comes_when_it_is_confirmed(orn: Client) -> None:
    assert send(orn, GIFT, "ข้อสอบ.gift").status_code == 200
    assert [one.get_text() for one in orn.page.select(".facts dd")] == ["1", "1", "0"]
    assert "op-new" in orn.page.text
    assert "บรรทัด 4" in orn.page.text
    assert drafts.of(CODE) is None
    answer = orn.submit("/confirmation")
    assert answer.headers["Location"] == f"/organize/courses/{CODE}/op/quiz"
    draft = drafts.of(CODE)
    assert draft is not None
    assert b'id = "op-new"' in drafts.files_of(draft)["op/quiz.toml"]


def test_a_second_press_brings_nothing_twice(orn: Client) -> None:
    send(orn, GIFT, "f.gift")
    assert orn.submit("/confirmation").status_code == 303
    assert orn.submit("/confirmation").status_code == 422
    assert "ไม่มีคำถามใหม่ให้นำเข้า" in orn.page.text


def test_a_press_on_what_has_changed_shows_it_anew(orn: Client) -> None:
    send(orn, "ใหม่{T#ก#ข}".encode(), "f.gift")
    exchange.bring_in(CODE, "op", sent(GIFT), mark=None, by=None)
    db.session.commit()
    assert orn.submit("/confirmation").status_code == 409
    assert orn.submit("/confirmation").status_code == 303


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"\x81\xff\x00", "f.gift"),
        (b"", "f.gift"),
        (b"PK\x03\x04", "q.zip"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><quiz/>", "f.xml"),
        (b"<quiz", "f.xml"),
        (b"<html/>", "f.xml"),
        ("\n\n".join(f"ข้อ {at}{{=ก ~ข ~ค}}" for at in range(3_000)).encode(), "many.txt"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_clear_answer(orn: Client, data: bytes, filename: str) -> None:
    answer = send(orn, data, filename)
    assert answer.status_code in (200, 422)
    assert orn.page.select("[role=alert]") or "ไม่มีคำถามใหม่ให้นำเข้า" in orn.page.text
    assert not orn.page.select("form[action*=confirmation]")


def test_a_form_without_a_file_or_with_a_lesson_that_is_not_there_is_refused(orn: Client) -> None:
    orn.get(f"{WHERE}/import")
    assert orn.submit("/questions/import", file=None).status_code == 422
    assert (
        orn.submit("/questions/import", file=(io.BytesIO(GIFT), "f.gift"), lesson="none").status_code == 422
    )


def test_an_address_that_was_altered_is_gone(orn: Client) -> None:
    assert orn.get(f"{WHERE}/import/none").status_code == 410
    send(orn, GIFT, "f.gift")
    other = orn.last_path.replace("/op/", "/c1/")
    assert orn.get(other).status_code == 410


@pytest.mark.parametrize("ending", ["gift", "xml"])
def test_the_questions_go_out_as_a_file(orn: Client, ending: str) -> None:
    answer = orn.get(f"{WHERE}.{ending}")
    assert f"filename={CODE}-op.{ending}" in answer.headers["Content-Disposition"]
    read = gift.read if ending == "gift" else moodle_xml.read
    assert [table["id"] for table in read(answer.data, "out").tables] == ["op-01", "op-02", "op-03"]


def test_a_module_without_a_quiz_says_so(orn: Client) -> None:
    assert orn.get(f"/organize/courses/{CODE}/c1/questions/import").status_code == 200
    assert "บทนี้ยังไม่มีแบบทดสอบ" in orn.page.text
    assert orn.get(f"/organize/courses/{CODE}/c1/questions.xml").status_code == 422
    assert orn.get(f"/organize/courses/{CODE}/none/questions/import").status_code == 404
    assert orn.get("/organize/courses/none/op/questions.gift").status_code == 404


def test_looking_writes_nothing(orn: Client) -> None:
    send(orn, GIFT, "f.gift")
    orn.get(orn.last_path)
    assert drafts.of(CODE) is None
