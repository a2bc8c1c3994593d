"""Moodle XML comes in as Moodle exports it, and what we write is what Moodle reads; there is no Moodle here, so its structure is checked element by element."""

import base64
from pathlib import Path

import pytest
from lxml import etree

from portal.authoring import moodle_xml
from portal.authoring.brought import Brought, Row, Unreadable
from tests.authoring.formats.questions import IMAGE, KINDS, PNG

FILES = Path(__file__).parent
# What Moodle's own import looks for in a question of each type (question/format/xml/format.php).
COMMON = {"name", "questiontext", "generalfeedback", "penalty", "hidden", "idnumber", "tags"}
OF_TYPE = {
    "multichoice": {
        "single",
        "shuffleanswers",
        "answernumbering",
        "answer",
        "correctfeedback",
        "defaultgrade",
    },
    "truefalse": {"answer", "defaultgrade"},
    "shortanswer": {"usecase", "answer", "defaultgrade"},
    "numerical": {"answer", "unitgradingtype", "showunits", "unitsleft", "defaultgrade"},
    "matching": {"shuffleanswers", "subquestion", "correctfeedback", "defaultgrade"},
    "ordering": {
        "layouttype",
        "selecttype",
        "selectcount",
        "gradingtype",
        "showgrading",
        "answer",
        "defaultgrade",
    },
    "cloze": set(),
    "essay": {
        "responseformat",
        "responserequired",
        "responsefieldlines",
        "attachments",
        "graderinfo",
        "responsetemplate",
    },
}
# The marks Moodle takes: others are refused on import.
GRADES = {
    100,
    90,
    83.33333,
    80,
    75,
    70,
    66.66667,
    60,
    50,
    40,
    33.33333,
    30,
    25,
    20,
    16.66667,
    14.28571,
    12.5,
    11.11111,
    10,
    5,
    0,
}


@pytest.fixture(scope="module")
def brought() -> Brought:
    return moodle_xml.read((FILES / "moodle.xml").read_bytes(), "moodle.xml")


def of(brought: Brought, kind: str) -> Row:
    return next(table for table in brought.tables if table["kind"] == kind)


def test_a_choice_brings_its_weights_its_feedback_and_its_picture(brought: Brought) -> None:
    table = of(brought, "single")
    assert table["id"] == "c1-ext-01"
    assert table["text"] == "ผู้บริหาร**สื่อสาร**ทิศทางด้วยวิธีใด\n\n![แผนที่การสื่อสาร](../img/leader-map.png)"
    assert [(row["text"], row["correct"], row["weight"], row.get("why")) for row in table["choice"]] == [
        ("สองทาง & ติดตามผล", True, 100, "ถูกแล้ว เพราะฟังกลับด้วย"),
        ("ประกาศทางเดียว", False, 50, "ได้เพียงครึ่งเดียว"),
        ("ไม่สื่อสาร", False, 0, None),
    ]
    assert table["why"] == "ดูหมวด 1.1"
    assert brought.images["img/leader-map.png"].startswith(b"\x89PNG")


def test_three_thirds_are_a_whole(brought: Brought) -> None:
    assert [row["weight"] for row in of(brought, "multiple")["choice"]] == [34, 33, 33, -50]


def test_marks_of_plain_text_are_no_marks_of_ours(brought: Brought) -> None:
    assert of(brought, "multiple")["choice"][2]["text"] == r"หน่วยงาน \*ในกำกับ\*"


def test_true_and_false_are_ours(brought: Brought) -> None:
    assert of(brought, "true_false")["choice"] == [
        {"text": "ถูก", "correct": True, "why": "ใช่ เจ็ดหมวด"},
        {"text": "ผิด", "correct": False, "why": "นับใหม่"},
    ]


def test_a_short_answer_foresees_what_was_right_in_part(brought: Brought) -> None:
    table = of(brought, "short")
    assert table["accepted"] == ["A", "เอ"]
    assert table["wrong"] == [{"text": "AD", "why": "เกินมาหนึ่งตัว"}]
    assert table["text"] == "ตัวย่อของ *Approach* คือ"
    assert any("บางส่วนนับเป็นผิด" in note.text and note.line == 121 for note in brought.notes)


def test_a_number_brings_its_tolerance_and_unit(brought: Brought) -> None:
    table = of(brought, "numeric")
    assert (table["answer"], table["tolerance"], table["unit"]) == (12.5, 0.05, "%")


def test_a_right_without_a_left_belongs_to_none(brought: Brought) -> None:
    table = of(brought, "matching")
    assert (table["pair"][0]["left"], table["pair"][0]["right"]) == ("หมวด 1", "การนำองค์การ")
    assert (table["others"], table["credit"]) == (["การเงิน"], "share")


def test_items_stand_in_their_right_order(brought: Brought) -> None:
    table = of(brought, "ordering")
    assert [row["text"] for row in table["item"]] == ["วิธีการ", "นำไปใช้", "เรียนรู้"]
    assert "credit" not in table


def test_gaps_of_a_text_are_gaps(brought: Brought) -> None:
    table = of(brought, "cloze")
    assert table["text"] == "เมืองหลวงของฝรั่งเศสคือ {{1}} และ {{2}} มี {{3}} หมวด"
    assert table["gap"] == [
        {"accepted": ["ปารีส"]},
        {"options": ["หมวด 1", "หมวด 2"], "answer": "หมวด 1"},
        {"accepted": ["7"]},
    ]


@pytest.mark.parametrize(("type_", "box"), [("gapselect", "selectoption"), ("ddwtos", "dragbox")])
def test_missing_words_are_gaps_to_pick(type_: str, box: str) -> None:
    words = (("การนำองค์การ", 1), ("เจ็ด", 2), ("การเงิน", 1), ("แปด", 2))
    boxes = "".join(f"<{box}><text>{word}</text><group>{group}</group></{box}>" for word, group in words)
    asked = "<questiontext format='html'><text><![CDATA[<p>รางวัลมี [[2]] หมวด หมวดแรกคือ [[1]]</p>]]></text></questiontext>"
    found = moodle_xml.read(
        f"<quiz><question type='{type_}'>{asked}{boxes}</question></quiz>".encode(), "f.xml"
    )
    assert of(found, "cloze")["text"] == "รางวัลมี {{1}} หมวด หมวดแรกคือ {{2}}"
    assert of(found, "cloze")["gap"] == [
        {"options": ["เจ็ด", "แปด"], "answer": "เจ็ด"},
        {"options": ["การนำองค์การ", "การเงิน"], "answer": "การนำองค์การ"},
    ]
    wrong = moodle_xml.read(f"<quiz><question type='{type_}'>{asked}</question></quiz>".encode(), "f.xml")
    assert "[[2]]" in wrong.left_out[0].text


def test_an_essay_waits_for_its_rubric(brought: Brought) -> None:
    assert of(brought, "writing") == {
        "kind": "writing",
        "text": "เขียนบริบทขององค์การ",
        "least": 60,
        "model": "กรมตัวอย่างมีภารกิจ…",
    }


def test_what_cannot_come_is_told_with_its_line(brought: Brought) -> None:
    assert [(found.line, found.text.split(" ")[1]) for found in brought.left_out] == [
        (214, "description"),
        (219, "calculated"),
    ]
    assert len(brought.tables) == 9
    told = " ".join(note.text for note in brought.notes)
    assert "คำใบ้ไม่ได้นำเข้า (1 ข้อ)" in told
    assert "คะแนนเต็มของข้อไม่ได้นำเข้า" in told


def test_all_our_kinds_go_out_and_come_back_the_same() -> None:
    found = moodle_xml.read(moodle_xml.write(KINDS, images={IMAGE: PNG}), "back.xml")
    assert found.left_out == []
    assert found.tables == KINDS
    assert found.images == {IMAGE: PNG}


def test_what_we_write_has_the_structure_that_moodle_reads() -> None:
    root = etree.fromstring(moodle_xml.write(KINDS, images={IMAGE: PNG}))
    assert root.tag == "quiz"
    assert {one.get("type") for one in root} == set(OF_TYPE)
    for one in root:
        assert {child.tag for child in one} >= COMMON | OF_TYPE[one.get("type") or ""], one.get("type")
        assert one.findtext("name/text")
        for text in ("questiontext", "generalfeedback", "answer", "subquestion", "graderinfo"):
            assert all(found.get("format") and found.find("text") is not None for found in one.findall(text))


def test_marks_are_those_that_moodle_takes_and_make_a_whole() -> None:
    root = etree.fromstring(moodle_xml.write(KINDS, images={}))
    for one in root.findall("question[@type='multichoice']"):
        marks = [float(answer.get("fraction") or "x") for answer in one.findall("answer")]
        assert all(abs(mark) in GRADES for mark in marks)
        if one.findtext("single") == "true":
            assert max(marks) == 100


def test_an_image_goes_along_as_base64() -> None:
    root = etree.fromstring(moodle_xml.write(KINDS, images={IMAGE: PNG}))
    file = root.find(".//questiontext/file")
    assert file is not None
    assert (file.get("name"), file.get("encoding")) == ("a.png", "base64")
    assert base64.b64decode(file.text or "") == PNG
    assert "(@@PLUGINFILE@@/a.png " in (root.xpath("string(//questiontext[file]/text)") or "")


def test_figures_of_the_story_and_links_to_lessons_go_out_as_words() -> None:
    table = KINDS[0] | {"text": "มี {กรมตัวอย่าง:คน=2,480} คน ดู[บทเรียน](how.md#x)และ[เว็บ](https://a.b/c)"}
    text = etree.fromstring(moodle_xml.write([table], images={})).findtext("question/questiontext/text")
    assert text == "มี 2,480 คน ดูบทเรียนและ[เว็บ](https://a.b/c)"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "DOCTYPE"),
        (
            b'<!DOCTYPE q [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz><question>&b;</question></quiz>',
            "DOCTYPE",
        ),
        (b"<quiz><question></quiz>", "บรรทัด 1"),
        (b"<quiz>" + b"<a>" * 500, "ซ้อนกันลึก"),
        (b"<questestinterop/>", "questestinterop"),
        (b"", "XML"),
        (b"\x00\x01\x02", "XML"),
    ],
)
def test_a_file_made_to_harm_or_of_another_kind_gets_a_clear_answer(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        moodle_xml.read(body, "bad.xml")


def test_a_file_of_windows_is_read_though_it_says_utf_8() -> None:
    text = (FILES / "moodle.xml").read_text(encoding="utf-8").replace("…", "")
    found = moodle_xml.read(text.encode("cp874"), "thai.xml")
    assert of(found, "true_false")["text"] == "รางวัลนี้มีเจ็ดหมวด"


@pytest.mark.parametrize(
    "inside",
    [
        "<answer fraction='much'><text>x</text></answer>",
        "<answer fraction='nan'><text>x</text></answer>",
        "<answer><text>x</text></answer>",
        "",
        "<single>false</single><answer fraction='20'><text>x</text></answer><answer fraction='0'><text>y</text></answer>",
    ],
)
def test_a_question_without_a_right_answer_is_left_out(inside: str) -> None:
    text = f"<quiz><question type='multichoice'><questiontext><text>q</text></questiontext>{inside}</question></quiz>"
    found = moodle_xml.read(text.encode(), "f.xml")
    assert (len(found.left_out), found.tables) == (1, [])


def test_a_photograph_becomes_a_picture_of_the_pack_and_a_broken_one_its_words() -> None:
    from io import BytesIO

    from PIL import Image

    photo = BytesIO()
    Image.new("RGB", (4, 4), "red").save(photo, "JPEG")
    body = base64.b64encode(photo.getvalue()).decode()
    text = (
        "<quiz><question type='essay'><questiontext format='html'><text><![CDATA[<p>ดู <img src='@@PLUGINFILE@@/a%20b.jpg'>"
        "<img src='@@PLUGINFILE@@/none.png' alt='หาย'><img src='https://x.example/t.gif' alt='ไกล'></p>]]></text>"
        f"<file name='a b.jpg' path='/' encoding='base64'>{body}</file></questiontext></question></quiz>"
    )
    found = moodle_xml.read(text.encode(), "f.xml")
    assert found.tables[0]["text"] == "ดู ![ภาพ a-b](../img/a-b.png)หายไกล"
    assert found.images["img/a-b.png"].startswith(b"\x89PNG")
    assert len(found.notes) == 3
