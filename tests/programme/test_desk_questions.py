"""The desk's pages of what a workshop asks of who registers."""

from dataclasses import replace

import pytest

from portal.core.db import db
from portal.programme import questions
from portal.programme.questions import Choice, Kind, Question, When
from tests.programme.offer import offered
from tests.rows import once

LIST = "/organize/workshops/pmqa40-2566/questions"
NEW = f"{LIST}/new"

pytestmark = pytest.mark.usefixtures("workshop")


def asked() -> list[Question]:
    db.session.expire_all()
    return list(questions.of(offered("pmqa40-2566")))


@pytest.fixture
@once
def two(orn) -> list[Question]:
    """A question of choices, and one that hangs on its first choice."""
    orn.get(NEW)
    ways = {"choices-0-th": "รถส่วนตัว", "choices-0-en": "Own car", "choices-1-th": "รถไฟ"}
    assert orn.submit(NEW, label_th="มาอย่างไร", kind="choice", is_required="y", **ways).status_code == 303
    rename(asked()[0])
    orn.get(NEW)
    assert orn.submit(NEW, label_th="ทะเบียนรถ", kind="text", when="q1=c1").status_code == 303
    rename(asked()[1], "q2")
    return asked()


def rename(question: Question, code: str = "q1") -> None:
    """Give the question and its choices codes that a test can say."""
    workshop = offered("pmqa40-2566")
    choices = tuple(Choice(f"c{at}", one.label) for at, one in enumerate(question.choices, 1))
    now = [replace(one, code=code, choices=choices) if one == question else one for one in asked()]
    workshop.questions = [questions.to_json(one) for one in now]
    db.session.commit()


def test_without_questions_the_page_says_what_that_means(orn):
    assert orn.get(LIST).status_code == 200
    assert "ผู้ลงทะเบียนกดปุ่มเดียวก็จองที่นั่งได้" in orn.page.main
    assert NEW in orn.page.links()


def test_questions_are_added_in_order_the_second_hanging_on_the_first(two):
    way, plate = two
    assert (way.code, way.kind, way.is_required) == ("q1", Kind.CHOICE, True)
    assert [(one.code, one.label["en"]) for one in way.choices] == [("c1", "Own car"), ("c2", "")]
    assert plate.when == When("q1", "c1")


def test_the_list_tells_each_question_and_shows_how_it_will_look(orn, two):
    orn.get(LIST)
    rows = [row.get_text(" ", strip=True) for row in orn.page.select("article")]
    assert "ต้องตอบ" in rows[0]
    assert "รถส่วนตัว, รถไฟ" in rows[0]
    assert "ถามเมื่อตอบ “มาอย่างไร” ว่า “รถส่วนตัว”" in rows[1]
    assert len(orn.page.select("fieldset[disabled] input[type=radio]")) == 2


@pytest.mark.parametrize("page", [LIST, NEW, f"{LIST}/q1"])
def test_reading_writes_nothing_and_is_for_organizers_only(orn, two, closed_to_others, queries, page):
    closed_to_others(page)
    with queries() as statements:
        orn.get(page)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 11


def test_a_question_that_is_not_there_is_not_found(orn):
    assert orn.get(f"{LIST}/q9").status_code == 404


def test_saving_untouched_changes_nothing(orn, two):
    for code in ("q1", "q2"):
        orn.get(f"{LIST}/{code}")
        orn.follow(orn.submit(f"{LIST}/{code}"))
    assert asked() == two


def test_a_reworded_choice_keeps_its_code_and_a_new_one_gets_its_own(orn, two):
    orn.get(f"{LIST}/q1")
    more = {"choices-0-th": "รถของหน่วยงาน", "choices-2-th": "เครื่องบิน"}
    orn.follow(orn.submit(f"{LIST}/q1", **more))
    choices = [(one.code, one.label["th"]) for one in asked()[0].choices]
    assert choices[:2] == [("c1", "รถของหน่วยงาน"), ("c2", "รถไฟ")]
    assert choices[2][0] not in ("c1", "c2")


def test_the_code_of_a_question_that_was_removed_does_not_come_back(orn, two):
    """Answers are kept under it."""
    orn.get(LIST)
    orn.submit(f"{LIST}/q2/removal")
    orn.get(NEW)
    orn.submit(NEW, label_th="อาหาร", kind="text")
    assert asked()[1].code != "q2"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"label_th": ""}, "กรอกช่องนี้"),
        ({"label_th": "ก" * 501}, "ยาวได้ไม่เกิน 500"),
        ({"kind": "essay"}, "เลือกจากรายการ"),
        ({"choices-1-th": ""}, "เขียนตัวเลือกอย่างน้อยสองข้อ"),
        ({"choices-1-th": "", "choices-1-en": "Train"}, "เขียนภาษาไทยด้วย"),
        ({"when": "q1=c1"}, "เลือกจากรายการ"),
    ],
)
def test_a_wrong_field_answers_there_and_keeps_what_was_typed(orn, two, fields, words):
    orn.get(f"{LIST}/q1")
    assert orn.submit(f"{LIST}/q1", note="เก็บไว้", **fields).status_code == 422
    said = [*orn.page.errors, *(item.get_text() for item in orn.page.select(".errors li"))]
    assert any(words in error for error in said), said
    assert orn.page.one("input[name=note]")["value"] == "เก็บไว้"
    assert asked() == two


def test_a_choice_on_which_a_question_hangs_cannot_be_taken_away(orn, two):
    orn.get(f"{LIST}/q1")
    gone = {"choices-0-th": "", "choices-0-en": "", "choices-2-th": "เรือ"}
    assert orn.submit(f"{LIST}/q1", **gone).status_code == 422
    assert asked() == two


@pytest.mark.both_databases
def test_questions_are_moved_but_never_above_the_one_they_hang_on(orn, two):
    orn.get(NEW)
    orn.submit(NEW, label_th="อาหาร", kind="text")
    rename(asked()[2], "q3")
    orn.get(LIST)
    orn.follow(orn.submit(f"{LIST}/q3/place"))
    assert [one.code for one in asked()] == ["q1", "q3", "q2"]
    orn.follow(orn.submit(f"{LIST}/q3/place"))
    assert [one.code for one in asked()] == ["q3", "q1", "q2"]
    assert orn.submit(f"{LIST}/q2/place").status_code == 422
    assert "ต้องอยู่หลังคำถามนั้น" in orn.page.main
    assert [one.code for one in asked()] == ["q3", "q1", "q2"]


def test_a_question_is_removed_unless_another_hangs_on_it(orn, two):
    orn.get(LIST)
    assert orn.submit(f"{LIST}/q1/removal").status_code == 422
    assert "ผูกกับข้อนี้อยู่" in orn.page.main
    orn.follow(orn.submit(f"{LIST}/q2/removal"))
    assert [one.code for one in asked()] == ["q1"]


@pytest.mark.parametrize("by", ["0", "2", "", "x", None])
def test_a_bent_move_is_refused(orn, two, by):
    orn.get(LIST)
    assert orn.submit(f"{LIST}/q1/place", by=by).status_code == 400


def test_a_button_pressed_on_an_old_list_does_nothing_and_shows_the_new_one(orn, other, two):
    orn.get(LIST)
    other.get(f"{LIST}/q2")
    other.submit(f"{LIST}/q2", label_th="ทะเบียนรถและจังหวัด")
    assert orn.submit(f"{LIST}/q2/removal").status_code == 409
    assert "มีผู้จัดอีกคนบันทึกก่อน" in orn.page.main
    assert "ทะเบียนรถและจังหวัด" in orn.page.main
    assert len(asked()) == 2
    orn.follow(orn.submit(f"{LIST}/q2/removal"))
    assert len(asked()) == 1


@pytest.mark.both_databases
def test_a_stale_save_of_a_question_keeps_what_was_typed(orn, other, two):
    page = f"{LIST}/q2"
    orn.get(page)
    other.get(page)
    other.submit(page, label_th="ของหญิง")
    assert orn.submit(page, label_th="ของอร", is_required="y").status_code == 409
    assert orn.page.one("input[name=label_th]")["value"] == "ของอร"
    assert orn.page.one("input[name=is_required]").has_attr("checked")
    orn.follow(orn.submit(page))
    assert asked()[1].label["th"] == "ของอร"
