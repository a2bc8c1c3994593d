"""Line breaks: spans hold together what readers hold together, and the text stays letter for letter."""

import re
from html import unescape

import nh3
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, strategies as st
from markupsafe import Markup, escape

from portal.core import typeset

SENTENCE = "ส่งรายงานภายใน 22 มีนาคม 2566 ให้สำนักงาน ก.พ.ร. ตามหมวด 1–6 ภาครัฐ <b>3 คน</b> & 09:02 น."

pieces = st.lists(
    st.one_of(
        st.sampled_from([*typeset.COMPOUNDS, "หมวด 1", "20–21 ก.พ. 2566", "<b>", "&amp;", '"', "3 คน"]),
        st.text(max_size=8),
    ),
    max_size=8,
).map("".join)


def text_of(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))


def held(html: str) -> list[str]:
    return [span.get_text() for span in BeautifulSoup(html, "html.parser").select(".nb")]


def test_dates_figures_and_compounds_hold_together() -> None:
    assert held(typeset.nowrap(SENTENCE)) == [
        "รายงาน",
        "22 มีนาคม 2566",
        "สำนักงาน ก.พ.ร.",
        "หมวด 1–6",
        "ภาครัฐ",
        "3 คน",
        "09:02 น.",
    ]


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("อบรม 20–21 ก.พ. 2566 ที่", ["20–21 ก.พ. 2566"]),
        ("28 ก.พ. – 1 มี.ค. 2566", ["28 ก.พ.", "1 มี.ค. 2566"]),
        ("ประจำปี พ.ศ. 2566", ["ประจำปี", "พ.ศ. 2566"]),
        ("PMQA 4.0", ["PMQA 4.0"]),
        ("ข้อ 1.1", ["ข้อ 1.1"]),
        ("ร้อยละ 91", ["ร้อยละ 91"]),
        ("1,100 คะแนน", ["1,100 คะแนน"]),
        ("วันที่ 2", ["วันที่ 2"]),
        ("ปี 2566 วันที่ 3", ["วันที่ 3"]),
        ("วันที่ 22 มีนาคม 2566", ["22 มีนาคม 2566"]),
        ("วันที่ 20–21 ก.พ. 2566", ["20–21 ก.พ. 2566"]),
        ("แบบ DDC-PMQA 4.0 ข้อ OP-12", ["DDC-PMQA 4.0", "OP-12"]),
        ("หน่วยงานต่าง ๆ และเท่า ๆ กัน", ["หน่วยงาน", "ง ๆ", "เท่า ๆ"]),
        ("ผู้มีส่วนได้ส่วนเสีย", ["ผู้มีส่วนได้ส่วนเสีย"]),
        ("สำนักงาน ก.พ.", ["สำนักงาน ก.พ."]),
        ("plain words", []),
    ],
)
def test_each_kind_is_held_whole(text: str, together: list[str]) -> None:
    assert held(typeset.nowrap(text)) == together


def test_plain_text_is_escaped() -> None:
    assert "&lt;b&gt;" in typeset.nowrap(SENTENCE)
    assert isinstance(typeset.nowrap("x"), Markup)


def test_markup_of_a_template_is_taken_as_html() -> None:
    assert typeset.nowrap(Markup("<b>ภาครัฐ</b>")) == '<b><span class="nb">ภาครัฐ</span></b>'


def test_plain_text_is_escaped_even_when_the_same_markup_came_first() -> None:
    assert typeset.nowrap(Markup("<i>1</i>")) == "<i>1</i>"
    assert typeset.nowrap("<i>1</i>") == escape("<i>1</i>")
    assert typeset.nowrap(Markup("<i>1</i>")) == "<i>1</i>"


@given(pieces)
def test_the_text_stays_letter_for_letter(text: str) -> None:
    assert text_of(typeset.nowrap(text)) == text
    assert text_of(typeset.person(text)) == text


@given(pieces)
def test_html_keeps_its_text_and_its_tags(text: str) -> None:
    html = nh3.clean(f'<p title="{escape(text)}">{text}<code>{text}</code></p>', attributes={"p": {"title"}})
    again = str(typeset.in_html(html))
    assert again.replace('<span class="nb">', "").replace("</span>", "") == html.replace(
        "<span>", ""
    ).replace("</span>", "")


def test_code_fields_and_what_is_wrapped_already_are_left_alone() -> None:
    for html in (
        "<pre><code>ภาครัฐ &amp; <b>หมวด 1</b></code></pre>",
        '<span class="nb">หมวด 1</span>',
        '<span class="name">ภาครัฐ</span>',
        "<textarea>ภาครัฐ</textarea>",
        '<img alt="ภาครัฐ" src="a.svg">',
        '<time datetime="2023-02-20">20 ก.พ. 2566</time>',
    ):
        assert typeset.in_html(html) == html


def test_text_after_what_is_left_alone_is_wrapped_again() -> None:
    assert held(typeset.in_html("<p><code>ภาครัฐ</code><br>ภาครัฐ</p>")) == ["ภาครัฐ"]


def test_each_word_of_a_name_is_held_and_may_part_from_the_next() -> None:
    assert typeset.person("นางอารีย์พันธ์ เจริญสุข") == (
        '<span class="name">นางอารีย์พันธ์</span> <span class="name">เจริญสุข</span>'
    )
    assert typeset.person("<b>") == '<span class="name">&lt;b&gt;</span>'
    assert typeset.person("") == ""


def test_no_piece_is_wider_than_a_phone() -> None:
    assert max(map(len, typeset.COMPOUNDS)) <= 20


def test_thai_on_an_english_page_is_marked_as_thai():
    assert typeset.nowrap("Learner กรมสายน้ำ (ตัวอย่าง) · 2", lang="en") == (
        'Learner <span lang="th">กรมสายน้ำ (ตัวอย่าง)</span> · 2'
    )
    assert typeset.nowrap(Markup('<a title="ไทย">Day one</a>'), lang="en") == '<a title="ไทย">Day one</a>'
    assert typeset.nowrap("กรม <b>", lang="en") == '<span lang="th">กรม</span> &lt;b&gt;'
    assert 'lang="th"' not in typeset.nowrap("กรมสายน้ำ")


def test_a_thai_name_on_an_english_page_is_marked_as_thai():
    assert BeautifulSoup(typeset.person("มะลิ ใจดี", lang="en"), "html.parser").get_text() == "มะลิ ใจดี"
    assert str(typeset.person("มะลิ", lang="en")) == '<span class="name"><span lang="th">มะลิ</span></span>'
    assert str(typeset.person("Mali", lang="en")) == '<span class="name">Mali</span>'
