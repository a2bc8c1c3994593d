"""Texts of other systems show in ours letter for letter, whatever marks stand in them."""

import re
from html import unescape
from time import process_time

import pytest
from hypothesis import given, settings, strategies as st

from portal.authoring import foreign_text
from portal.authoring.brought import LeftOut
from portal.core import markup

MARKED = st.text(alphabet="ab1 .*_`[]{}()<>#+-=!|~^&:;\\/\n\"'กข่าำ$", max_size=40)


def shown(markdown: str) -> str:
    found = markup.render(markdown, resolve_link=str, resolve_image=str)
    assert not found.findings, (markdown, found.findings)
    return " ".join(unescape(re.sub("<[^>]*>", "", str(found.html))).split())


@settings(max_examples=300, deadline=None)
@given(MARKED)
def test_plain_text_is_shown_letter_for_letter(text: str) -> None:
    assert shown(foreign_text.from_plain(text)) == " ".join(text.split())


@settings(max_examples=200, deadline=None)
@given(MARKED)
def test_plain_text_comes_back_as_it_was(text: str) -> None:
    assert foreign_text.to_plain(foreign_text.line_of_plain(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    ("html", "block", "line"),
    [
        ("<p>หนึ่ง <b>สอง</b></p><p>สาม</p>", "หนึ่ง **สอง**\n\nสาม", "หนึ่ง **สอง** สาม"),
        ("<ul><li>ก</li><li>ข<ol><li>ค</li></ol></li></ul>", "- ก\n- ข\n    1. ค", "ก ข ค"),
        ("<h1>หัว</h1><p># ไม่ใช่หัว</p>", "**หัว**\n\n\\# ไม่ใช่หัว", "หัว \\# ไม่ใช่หัว"),
        ("<table><tr><th>ก</th></tr><tr><td>1|2</td></tr></table>", "| ก |\n| --- |\n| 1\\|2 |", "ก 1\\|2"),
        (
            '<a href="https://a.b/c(1)">ก</a> <a href="x.php">ข</a>',
            "[ก](https://a.b/c%281%29) ข",
            "[ก](https://a.b/c%281%29) ข",
        ),
        ("<script>alert(1)</script><style>a{}</style>ก<!-- x -->", "ก", "ก"),
        ("a &lt; b &amp;&amp; c", "a < b && c", "a < b && c"),
        ("", "", ""),
    ],
)
def test_html_becomes_our_markdown(html: str, block: str, line: str) -> None:
    assert foreign_text.from_html(html) == block
    assert foreign_text.line_of_html(html) == line


@pytest.mark.parametrize("html", ["<div>" * 5000 + "ก", "<p>" + "ก" * 60_000])
def test_html_made_to_harm_is_left_out(html: str) -> None:
    with pytest.raises(LeftOut):
        foreign_text.from_html(html)


@pytest.mark.parametrize(
    "html", ["x" + " " * 40_000 + "x", "<p>a</p>" + "\n" * 40_000 + "<p>b</p>", "<" * 40_000, "<!--" * 10_000]
)
def test_html_made_to_take_long_is_read_in_a_moment(html: str) -> None:
    began = process_time()
    foreign_text.from_html(html)
    assert process_time() - began < 5
