"""Every kind of question is asked by a plain form, kept as it is stored, and shown again as it was answered."""

import pytest

from portal.core.db import db
from portal.courses.course import Gap
from portal.learning import attempts
from portal.learning.marking import Asked
from portal.learning.models import Attempt
from tests import kinds, packs
from tests.rows import laid

# What is typed or picked in the form of each kind, and how it is stored.
TYPED = {
    "k-matching": ({"answer-a": "1", "answer-b": "2", "answer-c": "3"}, kinds.RIGHT["k-matching"]),
    "k-ordering": (
        {"answer-a": "1", "answer-b": "2", "answer-c": "3", "answer-d": "4"},
        kinds.RIGHT["k-ordering"],
    ),
    "k-numeric": ({"answer": " ๑๒.๕ "}, ["๑๒.๕"]),
    "k-short": ({"answer": "Stakeholder"}, ["Stakeholder"]),
    "k-cloze": ({"answer-1": "approach", "answer-2": "a"}, kinds.RIGHT["k-cloze"]),
    "k-writing": ({"answer": "ย่อหน้าแรก\nย่อหน้าสอง"}, ["ย่อหน้าแรก\nย่อหน้าสอง"]),
}


@pytest.fixture
def begun(client, cast) -> Attempt:
    course = packs.publish(kinds.kinds_pack())
    attempt = laid("begun", lambda: attempts.start(cast.lamai, course, course.modules[0]))
    client.sign_in(cast.lamai)
    return attempt


def asked(attempt: Attempt, name: str) -> Asked:
    return next(one for one in attempts.paper_of(attempt) if one.question.id == name)


def show(client, attempt: Attempt, name: str) -> Asked:
    one = asked(attempt, name)
    assert client.get(f"/attempts/{attempt.code}?q={one.number}").status_code == 200
    return one


def stored(attempt: Attempt, name: str) -> list[str]:
    db.session.expire_all()
    return attempts.latest(attempt)[1].get(name, [])


def keep(attempt: Attempt, name: str, given: list[str]) -> None:
    attempts.save(attempt, seq=attempts.latest(attempt)[0], answers={name: given})
    db.session.commit()


def fields(client) -> dict[str, str]:
    """What stands in the fields of the form."""
    found = {}
    for field in client.page.select("main form [name^=answer]"):
        if field.name == "select":
            picked = field.select("option[selected]")
            found[field["name"]] = str(picked[0].get("value", picked[0].get_text())) if picked else ""
        elif field.get("type") not in ("radio", "checkbox"):
            found[field["name"]] = str(field.get("value", field.get_text()))
    return found


@pytest.mark.parametrize("name", TYPED)
def test_a_plain_form_takes_an_answer_of_every_kind(name, client, begun):
    show(client, begun, name)
    typed, kept = TYPED[name]
    assert client.submit(**typed, button=("go", "next")).status_code == 303
    assert stored(begun, name) == kept


@pytest.mark.parametrize("name", TYPED)
def test_a_stored_answer_stands_in_the_form_again(name, client, begun):
    typed, kept = TYPED[name]
    keep(begun, name, kept)
    show(client, begun, name)
    assert fields(client) == {field: value.strip() for field, value in typed.items()}
    assert client.submit(button=("go", "next")).status_code == 303
    assert stored(begun, name) == kept


@pytest.mark.parametrize("name", kinds.RIGHT)
def test_the_page_gives_no_key_away(name, client, begun):
    one = show(client, begun, name)
    text = client.page.soup.decode()
    for secret in ("k-single", "เป็นหน้าที่ของผู้บริหาร", "stakeholder", "Approach", "กรมตัวอย่าง", "92.5 ลบ"):
        assert secret not in text or secret == one.question.id
    assert one.question.why_html == "" or one.question.why_html not in text


def test_every_left_has_a_select_of_all_rights(client, begun):
    one = show(client, begun, "k-matching")
    assert len(client.page.select("main select")) == 3
    for select in client.page.select("main select"):
        options = [(str(option["value"]), option.get_text()) for option in select.select("option")]
        assert options[0][0] == ""
        assert options[1:] == [(right.key, right.text) for right in one.offered[0]]
    assert [label["for"] for label in client.page.select(".matching label")] == [
        f"answer-{left.key}" for left in one.order if not isinstance(left, Gap)
    ]


def test_fields_of_a_cloze_stand_in_its_text(client, begun):
    show(client, begun, "k-cloze")
    first, second = client.page.select("#question li")
    assert first.select("input[name=answer-1]")
    assert first.get_text().startswith("ขั้นแรกคือ แนวทาง")
    assert second.select("select option")[0].get_text() == "เลือก"
    assert "{{" not in client.page.main


def test_a_number_is_asked_with_its_unit_and_the_keys_for_numbers(client, begun):
    show(client, begun, "k-numeric")
    assert client.page.one("#figure")["inputmode"] == "decimal"
    assert client.page.one("#unit").get_text() == "จุด"
    assert client.page.one("#figure + #unit")


def test_per_cent_is_asked_before_its_number_as_thai_says_it(client, cast):
    pack = kinds.kinds_pack(kinds.QUIZ.replace('unit = "จุด"', 'unit = "ร้อยละ"'))
    course = packs.publish(pack)
    begun = attempts.start(cast.lamai, course, course.modules[0])
    db.session.commit()
    show(client.sign_in(cast.lamai), begun, "k-numeric")
    assert client.page.one("#unit + #figure")


def test_a_writing_task_tells_its_length_and_criteria_and_that_it_is_not_scored(client, begun):
    show(client, begun, "k-writing")
    assert "30–200 คำ" in client.page.main
    assert "บอกสิ่งที่ปรับปรุง" in client.page.main
    assert "ไม่คิดคะแนน" in client.page.one("legend").get_text()


def test_an_order_stands_as_it_was_put(client, begun):
    keep(begun, "k-ordering", ["c", "a", "d", "b"])
    show(client, begun, "k-ordering")
    assert [str(field["name"]) for field in client.page.select(".ordering select")] == [
        "answer-c",
        "answer-a",
        "answer-d",
        "answer-b",
    ]


def test_two_items_at_one_place_are_kept_and_told(client, begun):
    show(client, begun, "k-ordering")
    client.submit(**{"answer-a": "1", "answer-b": "1", "answer-c": "2"})
    assert stored(begun, "k-ordering") == ["a=1", "b=1", "c=2"]
    show(client, begun, "k-ordering")
    assert "มากกว่าหนึ่งรายการในลำดับที่ 1" in client.page.main
    assert fields(client) == {"answer-a": "1", "answer-b": "1", "answer-c": "2", "answer-d": ""}


@pytest.mark.parametrize(
    ("name", "field", "value", "word"),
    [
        ("k-short", "answer", "ก" * 4_001, "ยาวเกินไป"),
        ("k-writing", "answer", "ก" * 20_001, "ยาวเกินไป"),
        ("k-matching", "answer-a", "9", "ไม่มีในตัวเลือก"),
        ("k-ordering", "answer-a", "5", "ไม่มีในตัวเลือก"),
        ("k-cloze", "answer-2", "แนวทาง", "ไม่มีในตัวเลือก"),
        ("k-cloze", "answer-9", "แนวทาง", "ไม่มีในตัวเลือก"),
    ],
)
def test_a_refused_answer_is_told_and_the_text_is_kept(name, field, value, word, client, begun):
    one = show(client, begun, name)
    token = client.page.form("/attempts")
    sent = {str(tag["name"]): str(tag["value"]) for tag in token.select("input[type=hidden]")}
    assert client.post(f"/attempts/{begun.code}", data=sent | {field: value}).status_code == 422
    assert any(word in flash for flash in client.page.flashes)
    assert f"ข้อ {one.number}" in client.page.h1
    assert stored(begun, name) == []
    if field == "answer":
        assert fields(client)[field] == value


@pytest.mark.parametrize("name", [*TYPED, "k-single", "k-multiple", "k-true-false"])
def test_an_old_tab_shows_both_versions_of_every_kind(name, client, begun):
    show(client, begun, name)
    theirs = kinds.WRONG[name] or ["ข้อเขียนเดิม"]
    keep(begun, name, theirs)
    mine = TYPED.get(name, ({"answer": kinds.RIGHT[name]}, kinds.RIGHT[name]))
    assert client.submit(**mine[0]).status_code == 409
    first, second = client.page.select(".half > div")
    assert first.get_text() != second.get_text()
    for told in WORDS[name]:
        assert told in second.get_text()
    assert "{{" not in client.page.main
    assert stored(begun, name) == theirs
    assert client.submit().status_code == 303
    assert stored(begun, name) == mine[1]


WORDS = {
    "k-single": ["กำหนดวิสัยทัศน์"],
    "k-multiple": ["คำสั่งแต่งตั้ง", "รายงานการประชุม"],
    "k-true-false": ["ถูก"],
    "k-matching": ["แนวทาง", "การนำไปใช้", "การเรียนรู้"],
    "k-ordering": ["1. กำหนดวิธีการ", "4. เชื่อมโยงกับแผน"],
    "k-numeric": ["๑๒.๕"],
    "k-short": ["Stakeholder"],
    "k-cloze": ["approach", "การนำไปใช้"],
    "k-writing": ["ย่อหน้าแรก", "ย่อหน้าสอง"],
}


def test_markup_in_an_answer_is_text(client, begun):
    for name in ("k-short", "k-writing", "k-cloze"):
        keep(begun, name, ["1=<b>x</b>" if name == "k-cloze" else "</textarea><b>x</b>"])
        show(client, begun, name)
        assert not client.page.select("main form b")


@pytest.mark.parametrize("name", ["k-short", "k-writing", "k-numeric", "k-cloze", "k-single"])
def test_a_megabyte_is_refused_with_words_and_loses_nothing(name, client, begun):
    keep(begun, name, kinds.WRONG[name] or ["ข้อเขียนเดิม"])
    one = show(client, begun, name)
    sent = {str(tag["name"]): str(tag["value"]) for tag in client.page.select("#asked input[type=hidden]")}
    field = "answer-1" if name == "k-cloze" else "answer"
    huge = "ก" * 1_000_000
    assert client.post(f"/attempts/{begun.code}", data=sent | {field: huge}).status_code in (413, 422)
    fields = {one.question.id: [[field, huge]]}
    told = client.post(
        f"/attempts/{begun.code}/autosave",
        json={"seq": int(sent["seq"]), "fields": fields},
        headers={"X-CSRFToken": sent["csrf_token"]},
    )
    assert told.status_code in (413, 422)
    assert stored(begun, name) == (kinds.WRONG[name] or ["ข้อเขียนเดิม"])
