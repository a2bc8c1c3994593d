"""Paper: what is written can be read again, letter for letter, and stands where it was put."""

import re
import zlib

import pytest

from portal.core import i18n, pdf
from portal.core.fitting import Room
from portal.core.pdf import Style
from tests.core import papers

TEXTS = [
    "ปู่ ปื้ กฐิน น้ำ ทำ กำลัง ฎู ญู ฐุ ที่นี่ ผู้ เก้าอี้ ปฏิบัติ ฟ้า ฝ้าย",
    "นางสาวกมลวรรณ พัฒนพงศ์ศิริกุลวัฒนา",
    "สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน (องค์การมหาชน) “ก–ข” ฯลฯ ๆ ๑๒๓",
    "ศ.ดร.น.พ. ณัฏฐ์ชุดา วิศิษฏ์สรอรรถ",
    "An official office, AVATAR (1/2) [brackets] \\ Tö",
]


@pytest.fixture
def paper(app) -> pdf.Paper:
    made = pdf.Paper("ใบทดสอบ")
    made.page()
    return made


@pytest.mark.parametrize("weight", [400, 600])
def test_what_is_written_is_read_again_letter_for_letter(paper, weight):
    for at, text in enumerate(TEXTS):
        paper.text(text, 10, 20 + 10 * at, Style(12, weight))
    file = paper.done()
    assert papers.read(file) == [TEXTS]
    assert papers.read_plainly(file) == [TEXTS]


def test_marks_are_shaped_and_not_only_strung_together(paper):
    """Over ป a tone mark steps aside and sinks, with another mark below it it rises: unshaped it would stand still."""
    paper.text("ป่ ปี้ ปู่", 10, 20, Style(12))
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper.done(), re.S)
    operators = next(text for text in map(_unpacked, streams) if b" TJ" in text)
    assert operators.count(b">") > 3  # the marks are placed one by one
    assert re.search(rb">-?\d+<", operators)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_a_text_stands_where_it_was_put(paper):
    style = Style(40)
    width = paper.width("HHHH", style)
    paper.text("HHHH", 150, 100, style, "right")
    left, top, right, bottom = papers.ink(paper.done())
    assert right == pytest.approx(150, abs=2)
    assert left == pytest.approx(150 - width, abs=2)
    assert bottom == pytest.approx(100, abs=0.5)
    assert top == pytest.approx(100 - 40 * 0.7 / pdf.POINT, abs=1)


def test_a_block_keeps_to_its_room(paper):
    name = "สำนักงานนโยบายและแผนทรัพยากรธรรมชาติและสิ่งแวดล้อม"
    block = paper.fit(name, Room(60, 14, (20, 16, 12)), Style(20, 600))
    below = paper.block(block, 50, 100)
    assert "".join(block.lines) == name
    assert below == pytest.approx(100 + block.height)
    assert block.height <= 14
    left, top, right, bottom = papers.ink(paper.done())
    assert top > 100
    assert left > 49.5
    assert right < 110.5
    assert bottom < below


def test_a_letter_that_the_font_has_not_is_seen_to_be_missing(paper):
    paper.text("王 สมศรี 🙂", 10, 20, Style(12))
    assert papers.read(paper.done()) == [["? สมศรี ?"]]


def test_marks_without_a_letter_and_odd_signs_do_no_harm(paper):
    for at, text in enumerate(["่้๊", "ำ", "", " ", "\u200bก\u0000ข\n่ค", "(((\\"]):
        paper.text(text, 10, 20 + 10 * at, Style(12))
    assert "กข ค" in " ".join(papers.read(paper.done())[0]).replace("่", "")


def test_a_qr_code_is_read_again(paper):
    address = "https://portal.example/tickets/pmqa40-2566/K7M4QX.abcdefghij"
    paper.qr(address, 20, 30, 25)
    file = paper.done()
    assert papers.codes(file) == [address]
    assert papers.ink(file) == pytest.approx((20, 30, 45, 55), abs=0.3)


def test_the_file_says_what_it_is_when_and_in_which_language(app, clock_at):
    clock_at("2023-02-20T08:30:00+07:00")
    with app.test_request_context(), i18n.in_language("en"):
        paper = pdf.Paper("Name badges")
        paper.page()
        said = papers.about(paper.done())
    assert (said["title"], said["lang"]) == ("Name badges", "en")
    assert said["at"].isoformat() == "2023-02-20T01:30:00+00:00"


def test_the_same_paper_is_the_same_file(app):
    def made() -> bytes:
        paper = pdf.Paper("ใบทดสอบ")
        paper.page()
        paper.text(TEXTS[0], 10, 20, Style(12))
        return paper.done()

    assert made() == made()


def test_a_paper_that_lies_is_wider_than_high_and_is_measured_from_the_same_corner(app):
    paper = pdf.Paper("ใบทดสอบ", lies=True)
    paper.page()
    paper.fill((20, 30), 250, 10, colour=pdf.INK)
    paper.shape("0 0 m 1 0 l 0 1 l h", (20, 150), 40, colour=pdf.INK)
    file = paper.done()
    assert papers.ink(file) == pytest.approx((20, 30, 270, 190), abs=0.3)
    assert papers.ink(file, within=(0, 140, 297, 210)) == pytest.approx((20, 150, 60, 190), abs=0.3)


def test_a_long_text_has_a_code_too(paper):
    paper.qr("x" * pdf.L, 20, 30, 150)
    assert papers.codes(paper.done()) == ["x" * pdf.L]
