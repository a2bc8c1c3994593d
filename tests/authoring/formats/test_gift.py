"""GIFT is read as Moodle reads it, in the letters Thai files have, and every kind that GIFT knows comes back as it went out."""

from pathlib import Path
from time import process_time

import pytest

from portal.authoring import gift
from portal.authoring.brought import Brought, Unreadable
from tests.authoring.formats.questions import IMAGE, KINDS, PNG

TEXT = (Path(__file__).parent / "questions.gift").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["utf-8", "utf-8-sig", "utf-16", "cp874"])
def brought(request: pytest.FixtureRequest) -> Brought:
    return gift.read(TEXT.encode(request.param), "questions.gift")


def one(text: str) -> dict[str, object]:
    found = gift.read(text.encode(), "one.gift")
    assert found.left_out == []
    (table,) = found.tables
    return table


def test_every_kind_comes_in_whatever_letters_the_file_is_in(brought: Brought) -> None:
    assert [(coming.line, coming.table["kind"]) for coming in brought.coming] == [
        (5, "single"),
        (11, "single"),
        (13, "multiple"),
        (20, "true_false"),
        (22, "true_false"),
        (24, "short"),
        (26, "numeric"),
        (28, "numeric"),
        (30, "matching"),
        (36, "ordering"),
        (42, "writing"),
        (44, "true_false"),
    ]


def test_what_cannot_come_is_told_with_its_line(brought: Brought) -> None:
    assert [(found.line, found.text.split(" (")[0][:20]) for found in brought.left_out] == [
        (46, "ข้อความไม่มีคำตอบในว"),
        (48, "วงเล็บปีกกาไม่ครบคู่"),
        (50, "วงเล็บปีกกาไม่ครบคู่"),
        (52, "มีวงเล็บปีกกามากกว่า"),
        (54, "ไม่มีคำตอบที่ถูก หรื"),
        (56, "คำตอบ “ไม่ใช่ตัวเลข”"),
    ]


def test_feedback_tags_and_escapes_are_read(brought: Brought) -> None:
    table = brought.tables[0]
    assert [row["why"] for row in table["choice"]] == ["การนำไปใช้", "การเรียนรู้", "ถูก เพราะ 1 = วิธีการ"]
    assert (table["id"], table["why"], table["topic"], table["difficulty"]) == (
        "g-01",
        "ดูเกณฑ์หน้าแรก",
        "adli",
        "hard",
    )


def test_a_missing_word_leaves_a_gap_to_see(brought: Brought) -> None:
    assert brought.tables[1]["text"] == "รางวัลนี้มี …… หมวด"


def test_equal_shares_against_equal_losses_are_our_share(brought: Brought) -> None:
    assert brought.tables[2]["credit"] == "share"
    assert [row["correct"] for row in brought.tables[2]["choice"]] == [True, True, False, False]


def test_true_and_false_take_the_feedback_of_wrong_and_right(brought: Brought) -> None:
    assert [row["why"] for row in brought.tables[3]["choice"]] == ["ใช่แล้ว", "ลองอ่านอีกครั้ง"]
    assert [row["correct"] for row in brought.tables[4]["choice"]] == [False, True]


def test_numbers_have_a_margin_or_two_ends(brought: Brought) -> None:
    assert [(table["answer"], table["tolerance"]) for table in brought.tables[6:8]] == [
        (2566, 0.5),
        (3.1415, 0.0005),
    ]


def test_html_becomes_our_markdown_and_markdown_stays(brought: Brought) -> None:
    assert brought.tables[10]["text"] == "เขียน**สรุป**"
    assert brought.tables[11]["text"] == "ใช้ **เครื่องหมาย** { } ได้"


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("ถาม{=ก ~%50%ข ~ค}", [100, 50, 0]),
        ("ถาม{~%33.33333%ก ~%33.33333%ข ~%33.33333%ค ~%-25%ง}", [34, 33, 33, -25]),
    ],
)
def test_weights_come_in(text: str, weights: list[int]) -> None:
    table = one(text)
    assert table["credit"] == "weights"
    assert [row["weight"] for row in table["choice"]] == weights  # type: ignore[attr-defined]


def test_plain_marks_of_ours_mean_nothing_in_plain_text() -> None:
    assert one("# 5 * 3 _x_ [a](b) <b {=15}")["text"] == r"\# 5 \* 3 \_x\_ \[a](b) &lt;b"


def test_all_kinds_that_gift_knows_go_out_and_come_back_the_same() -> None:
    known = [
        table
        for table in KINDS
        if table["kind"] not in ("cloze", "writing") and "../img" not in table["text"]
    ]
    body = gift.write(KINDS, images={IMAGE: PNG})
    found = {table["id"]: table for table in gift.read(body, "back.gift").tables}
    assert [found[str(table["id"])] for table in known] == known


def test_a_kind_that_gift_has_not_is_told_in_the_file() -> None:
    assert "// op-11: cloze: GIFT cannot say this" in gift.write(KINDS, images={}).decode()
    assert len(gift.read(gift.write(KINDS, images={}), "f.gift").tables) == len(KINDS) - 1


def test_questions_without_blank_lines_between_them_all_come_in() -> None:
    found = gift.read(b"$CATEGORY: a\n::1::x{T}\n::2::y{=a\n~b\n}\n$CATEGORY: b\n// z\n::3::z{#3}", "f.gift")
    assert [(one.line, one.table["kind"]) for one in found.coming] == [
        (2, "true_false"),
        (3, "single"),
        (8, "numeric"),
    ]
    assert found.left_out == []


def test_an_image_that_gift_cannot_carry_leaves_its_words() -> None:
    found = gift.read('[html]<img src="@@PLUGINFILE@@/a.png" alt="ผัง"> คือ{T}'.encode(), "f.gift")
    assert found.tables[0]["text"] == "ผัง คือ"
    assert "ผัง" in found.notes[0].text


@pytest.mark.parametrize("body", [b"\x81\x8d\xff\x00\x01", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_what_is_no_text_gets_a_clear_answer(body: bytes) -> None:
    with pytest.raises(Unreadable, match="ไม่ใช่ข้อความ"):
        gift.read(body, "x.gift")


@pytest.mark.parametrize(
    "text",
    [
        "{", "}", "}{", "{}", "::", "::a", "::a::", "{{}}", "{{{}}}", "a{=}", "a{~}", "a{#}", "a{->}", "a{=->}", "a{>}", "a{####}",
        "a{=%%x}", "a{=%999%x}", "a{~%1%x ~y}", "a{T#}", "a{#1:x}", "a{#1..}", "a{#..1}", "a{#1e999}", "\\", "a\\{b", "[html]{T}",
        "a{=*}", "a{=x*}", "$CATEGORY: x", "// x", "a{\n=b\n\n~c}",
    ],
)  # fmt: skip
def test_no_spelling_breaks_the_reading(text: str) -> None:
    found = gift.read(text.encode(), "x.gift")
    assert len(found.tables) + len(found.left_out) <= 2


def test_ten_thousand_questions_are_read_in_a_moment() -> None:
    body = "\n\n".join(f"::q{at}::ข้อ {at} คือ{{=ก#ใช่ ~ข#ไม่ ~ค#ไม่}}" for at in range(10_000)).encode()
    began = process_time()
    assert len(gift.read(body, "many.gift").tables) == 10_000
    assert process_time() - began < 10
