"""QTI 2.1 and 3.0 come in, as one item or as a package, and a package made to harm gets a clear answer."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from portal.authoring import qti
from portal.authoring.brought import Brought, Unreadable
from tests.authoring.formats.questions import PNG

FILES = Path(__file__).parent


def package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def of_2_1(**more: bytes) -> dict[str, bytes]:
    parts = {"imsmanifest.xml": (FILES / "qti21" / "imsmanifest.xml").read_bytes(), "images/sign.png": PNG}
    parts |= {
        f"items/{name}.xml": (FILES / "qti21" / f"{name}.xml").read_bytes()
        for name in ("choice", "number", "hotspot")
    }
    return parts | more


def item(name: str) -> dict[str, Any]:
    found = qti.read((FILES / "qti30" / f"{name}.xml").read_bytes(), f"{name}.xml")
    assert found.left_out == []
    (table,) = found.tables
    return table


@pytest.fixture(scope="module")
def brought() -> Brought:
    return qti.read(package(of_2_1()), "quiz.zip")


def test_a_package_of_2_1_brings_its_items_in_the_order_of_the_manifest(brought: Brought) -> None:
    assert [(one.file, one.table["kind"]) for one in brought.coming] == [
        ("items/choice.xml", "single"),
        ("items/number.xml", "numeric"),
    ]


def test_a_choice_brings_its_feedback_and_its_picture(brought: Brought) -> None:
    table = brought.tables[0]
    assert table["text"] == "ดูป้ายนี้\n\n![ป้ายห้ามจอด](../img/sign.png)\n\nป้ายนี้**หมายความว่า**อะไร"
    assert table["choice"] == [
        {"text": "ห้ามจอด", "correct": True, "why": "ถูกแล้ว"},
        {"text": "จอดได้", "correct": False, "why": "ป้ายแดงคือห้าม"},
        {"text": "ทางออก", "correct": False},
    ]
    assert table["why"] == "ดูระเบียบอาคาร"
    assert brought.images == {"img/sign.png": PNG}


def test_a_number_takes_its_tolerance_from_how_it_is_compared(brought: Brought) -> None:
    table = brought.tables[1]
    assert (table["answer"], table["tolerance"], table["text"]) == (
        12.5,
        0.5,
        "หนึ่งในแปดคิดเป็นร้อยละ …… ของทั้งหมด",
    )


def test_what_cannot_come_is_told_with_its_file_and_line(brought: Brought) -> None:
    assert [(found.file, found.line) for found in brought.left_out] == [
        ("imsmanifest.xml", 11),
        ("items/hotspot.xml", 5),
        ("items/missing.xml", 1),
    ]
    assert "hotspot-interaction" in brought.left_out[1].text


def test_items_of_3_0_in_their_right_order() -> None:
    assert [row["text"] for row in item("order")["item"]] == ["วิธีการ", "นำไปใช้", "เรียนรู้"]


def test_a_match_of_3_0() -> None:
    table = item("match")
    assert [(row["left"], row["right"]) for row in table["pair"]] == [
        ("วิสัยทัศน์", "หมวด 1"),
        ("แผน", "หมวด 2"),
        ("ตัวชี้วัด", "หมวด 2"),
    ]
    assert table["others"] == ["หมวด 7"]


def test_a_mapping_of_choices_becomes_weights() -> None:
    assert [row["weight"] for row in item("multiple")["choice"]] == [50, -100, 50, -50]


def test_a_field_after_the_question_is_a_short_answer() -> None:
    table = item("entry")
    assert (table["kind"], table["text"], table["accepted"]) == (
        "short",
        "ตัว A ใน ADLI คือ",
        ["วิธีการ", "แนวทาง"],
    )


def test_fields_within_the_text_are_gaps() -> None:
    table = item("gaps")
    assert "{{1}} หมวด" in table["text"]
    assert table["gap"] == [
        {"accepted": ["เจ็ด"]},
        {"options": ["การเงิน", "การนำองค์การ"], "answer": "การนำองค์การ"},
    ]


def test_a_long_text_is_writing() -> None:
    assert item("essay") == {"kind": "writing", "text": "เขียนบริบทขององค์การ", "id": "essay"}


def test_a_package_without_a_manifest_is_tried_file_by_file() -> None:
    parts = {f"{name}.xml": (FILES / "qti30" / f"{name}.xml").read_bytes() for name in ("order", "match")}
    found = qti.read(package({"readme.txt": b"x", "broken.xml": b"<a>", **parts}), "q.zip")
    assert [one.file for one in found.coming] == ["match.xml", "order.xml"]
    assert [one.file for one in found.left_out] == ["broken.xml"]


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "a/../../evil.xml", "C:/evil.xml"])
def test_a_package_with_a_path_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(Unreadable, match="ออกนอกโฟลเดอร์"):
        qti.read(package(of_2_1() | {name: b"<a/>"}), "q.zip")


def test_a_package_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(Unreadable, match="ใหญ่เกินไปเมื่อคลายออก"):
        qti.read(package({"a.xml": b"<a>" + b" " * 20_000_000 + b"</a>"}), "q.zip")


def test_an_item_with_entities_is_left_out_and_the_rest_comes() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><assessmentItem>&b;</assessmentItem>'
    found = qti.read(package(of_2_1() | {"items/number.xml": bomb}), "q.zip")
    assert len(found.tables) == 1
    assert any("DOCTYPE" in one.text and one.file == "items/number.xml" for one in found.left_out)


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"PK\x03\x04broken", "เสียหาย"), (b"<questestinterop/>", "questestinterop"), (b"nothing", "XML")],
)
def test_another_file_gets_a_clear_answer(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        qti.read(body, "x.zip")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('adaptive="false"', 'adaptive="true"', "ปรับตัว"),
        ('identifier="RESPONSE" cardinality', 'identifier="OTHER" cardinality', "ไม่มีคำตอบที่ถูก"),
        ("<qti-value>B</qti-value>", "", "ไม่ครบทุกรายการ"),
        ("<qti-prompt>เรียงตาม ADLI</qti-prompt>", "<math/>", "MathML"),
        ("qti-order-interaction", "qti-slider-interaction", "slider-interaction"),
    ],
)
def test_an_item_beyond_our_kinds_is_left_out(old: str, new: str, said: str) -> None:
    text = (FILES / "qti30" / "order.xml").read_text(encoding="utf-8").replace(old, new)
    found = qti.read(text.encode(), "o.xml")
    assert said in found.left_out[0].text
