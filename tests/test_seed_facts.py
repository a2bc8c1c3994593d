"""Everything the source tells stands on some public page, word for word where it is quoted, and nothing it does not tell."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from config import ROOT
from tests import rows
from tests.pages import squeezed

CONTENT = ROOT / "content"
WORKSHOPS = ("pmqa40-2566", "excellence-2566")
SPEAKERS = ("opdc-deputy", "management-expert", "ddc-development", "kku-quality", "kku-team-1", "kku-team-2")
PAGES = (
    "/",
    "/award",
    "/workshops",
    *(f"/workshops/{code}" for code in WORKSHOPS),
    "/speakers",
    *(f"/speakers/{code}" for code in SPEAKERS),
)

QUOTED = """
สำนักงาน ก.พ.ร.
แนวทางการจัดทำรายงานผลการดำเนินการพัฒนาองค์การ (Application Report)
แนวทางการจัดทำรายงานผลการดำเนินการพัฒนาองค์การ (Application Report) ผ่านระบบอิเล็กทรอนิกส์
รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0
ระดับดีเด่นและรายหมวด
20-21 กุมภาพันธ์ 2566
23-24 กุมภาพันธ์ 2566
นางอารีย์พันธ์ เจริญสุข
รองเลขาธิการ ก.พ.ร.
เรียนรู้เคล็ดลับความสำเร็จพิชิตรางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0
ไขกุญแจความสำเร็จพิชิตรางวัลคุณภาพการบริหารจัดการภาครัฐ
รศ. รัชต์วรรณ กาญจนปัญญาคม
ผู้ทรงคุณวุฒิด้านการบริหารจัดการองค์การ
นางเบญจมาภรณ์ ภิญโญพรพาณิชย์
รักษาการนักวิชาการสาธารณสุขทรงคุณวุฒิ
ผู้อำนวยการกลุ่มพัฒนาระบบบริหาร กรมควบคุมโรค
DDC-PMQA 4.0
ส.1 สร้างความรู้ความเข้าใจ
ส.2 สร้างความรู้สึกมีส่วนร่วมของบุคลากรในองค์กร
ส.3 สร้างทีมงานเข้มแข็ง มีประสบการณ์ และร่วมกันพัฒนาผลงาน
ส.4 สร้างระบบการติดตามผลการดำเนินงานและจัดเก็บข้อมูล
ส.5 ส่งเสริม สนับสนุน และกำหนดเป็นนโยบายของผู้บริหาร
ดร.ภาวนา กิตติวิมลชัย
รักษาการแทนผู้อำนวยการกองพัฒนาคุณภาพการศึกษา มหาวิทยาลัยขอนแก่น
เกณฑ์การประเมินสถานะการเป็นระบบราชการ 4.0
รศ.พญ.สุพินดา คูณมี
รศ.โชติชนะ วิไลลักขณา
เกณฑ์คุณภาพการบริหารจัดการภาครัฐ พ.ศ. 2562
11 Core Values
มุมมองเชิงระบบ
การนำองค์การอย่างมีวิสัยทัศน์
ความเป็นเลิศที่มุ่งเน้นผู้รับบริการผู้มีส่วนได้ส่วนเสีย
การมุ่งเน้นความสำเร็จ
การสนับสนุนนวัตกรรม
20 ธันวาคม 2565
15 มกราคม 2566
365 ผลงาน
167 ผลงาน
22 มีนาคม 2566
""".strip().splitlines()

# Keys whose texts are for machines, or shown in other words: codes, dates, figures and the marks of facts.
NOT_WORDS = ("code", "facts", "tracks", "speakers", "session", "unit", "short")


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _tables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _tables(inner)


def _stating() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of the content that says which facts it stands for."""
    files = [CONTENT / "speakers.toml", *CONTENT.glob("awards/*.toml"), *CONTENT.glob("workshops/*.toml")]
    for file in files:
        for table in _tables(tomllib.loads(file.read_text("utf-8"))):
            if "facts" in table:
                yield file.name, table


@pytest.fixture
def pages(client) -> dict[str, str]:
    """The words of every public page that tells of the round, by address."""
    rows.the_round()
    rows.the_programme()
    words = {}
    for path in PAGES:
        assert client.get(path).status_code == 200, path
        words[path] = client.page.text
    return words


def test_every_fact_of_the_source_is_told_by_some_file():
    told = {fact for _, table in _stating() for fact in table["facts"]}
    assert told == {f"F{number:02}" for number in range(1, 89)}


def test_every_text_that_tells_a_fact_stands_on_some_page(pages):
    everything = "\n".join(pages.values())
    missing = [
        (file, key, value)
        for file, table in _stating()
        for key, value in table.items()
        if isinstance(value, str) and not key.endswith("_en") and key not in NOT_WORDS
        if squeezed(value) not in everything
    ]
    assert missing == []


def test_every_quoted_string_stands_on_some_page_word_for_word(pages):
    assert [text for text in QUOTED if not any(text in words for words in pages.values())] == []


@pytest.mark.parametrize("code", WORKSHOPS)
def test_a_workshop_page_tells_everything_its_file_tells(pages, code):
    table = tomllib.loads((CONTENT / "workshops" / f"{code}.toml").read_text("utf-8"))
    words = pages[f"/workshops/{code}"]
    missing = [
        value
        for part in _tables(table)
        for key, value in part.items()
        if isinstance(value, str) and not key.endswith("_en") and key not in NOT_WORDS
        if squeezed(value) not in words
    ]
    assert missing == []


def test_the_figures_and_days_of_the_round_stand_on_the_award_page(pages):
    for text in (
        "365 ผลงาน",
        "167 ผลงาน",
        "45.75",
        "คำนวณเพิ่ม",
        "20 ธันวาคม 2565",
        "15 มกราคม 2566",
        "22 มีนาคม 2566",
    ):
        assert text in pages["/award"], text


def test_how_many_speak_where_is_told(pages):
    assert "6 คน" in pages["/speakers"]
    assert pages["/speakers"].count(": 4 คน") == 2
    assert "2 คน: นางอารีย์พันธ์ เจริญสุข · ดร.ภาวนา กิตติวิมลชัย" in pages["/speakers"]


@pytest.mark.parametrize("code", WORKSHOPS)
def test_what_the_source_leaves_out_is_shown_as_not_announced(pages, code):
    words = pages[f"/workshops/{code}"]
    for label in ("เวลา", "สถานที่"):
        assert re.search(rf"{label}\s*ยังไม่ประกาศ", words), label
    assert "ยังไม่ประกาศวัน" in words
    assert re.search(r"\d\d:\d\d น\.", words) is None
