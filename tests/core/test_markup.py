"""The Markdown of lessons. The HTML that stylesheets may rely on:

- `## x` → `<h2 id="x">`, `### x` → `<h3 id>`; nothing else makes a heading
- `!!! note "ข้อสังเกต"` → `<div class="admonition note"><p class="admonition-title">ข้อสังเกต</p>…</div>`; kinds: note, warning,
  source, example, draft, better
- `!!! draft` directly followed by `!!! better` → both boxes inside one `<div class="redline">`
- `~~weak~~` → `<del>`, `^^good^^` → `<ins>`, `<span class="adli">A</span>` stays
- a paragraph of one image → `<figure><img alt src><figcaption>title</figcaption></figure>` (no title: no figcaption)
- `- [ ] x` → `<ul class="task-list"><li class="task-list-item"><label><input type="checkbox"><span>x</span></label></li></ul>`
- tables: `<th scope="col">`, right-aligned cells `class="num"`; one too wide for a phone is `<table class="blocks">` whose
  cells carry `data-label`
- footnotes: `<sup id="fnref-1"><a class="footnote-ref" href="#fn-1">1</a></sup>` and `<div class="footnote">` at the end
- dates, figures and compounds stand in `<span class="nb">`
"""

import re
import textwrap
from collections.abc import Callable

import nh3
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import example, given, strategies as st

from portal.core import markup, markup_check
from portal.core.markup import Heading, Rendered

KNOWN_LINKS = {"situation.md": "/learn/c/op/situation", "../c1/vision.md#a": "/learn/c/c1/vision#a"}
KNOWN_IMAGES = {"../img/a.svg": "/learn/c/files/a.svg"}


def render(text: str, *, first_line: int = 1) -> Rendered:
    return markup.render(
        textwrap.dedent(text).lstrip("\n"),
        resolve_link=KNOWN_LINKS.get,
        resolve_image=KNOWN_IMAGES.get,
        first_line=first_line,
    )


def soup(text: str) -> BeautifulSoup:
    rendered = render(text)
    assert rendered.findings == ()
    return BeautifulSoup(re.sub(r'<span class="nb">([^<]*)</span>', r"\1", rendered.html), "html.parser")


def one(text: str, css: str) -> Tag:
    found = soup(text).select_one(css)
    assert found is not None
    return found


def lines(text: str) -> list[int]:
    return [finding.line for finding in render(text).findings]


def test_headings_have_ids_of_their_own_letters_and_make_the_contents() -> None:
    rendered = render("## บริบทของ *องค์การ*\n\n### 1.1 การนำ {#lead}\n\n## บริบทของ องค์การ\n")
    assert rendered.toc == (
        Heading(2, "บริบทของ-องค์การ", "บริบทของ องค์การ"),
        Heading(3, "lead", "1.1 การนำ"),
        Heading(2, "บริบทของ-องค์การ_1", "บริบทของ องค์การ"),
    )
    assert rendered.findings == ()


@pytest.mark.parametrize(
    ("heading", "slug"), [("ก่อน & หลัง!", "ก่อน-หลัง"), ("“PMQA 4.0”", "pmqa-4-0"), ("…", "section")]
)
def test_an_id_keeps_thai_marks_and_drops_punctuation(heading: str, slug: str) -> None:
    assert markup.slug(heading) == slug


def test_a_box_keeps_its_thai_label() -> None:
    box = one('!!! note "ข้อควรจำ *สำคัญ*"\n    ย่อหน้าแรก\n\n    ย่อหน้าที่สอง\n', "div.admonition.note")
    assert [child.name for child in box.find_all(recursive=False)] == ["p", "p", "p"]
    assert one('!!! note "ข้อควรจำ"\n    ก\n', ".admonition-title").text == "ข้อควรจำ"


@pytest.mark.parametrize(
    ("kind", "label"), [("note", "ข้อสังเกต"), ("warning", "ระวัง"), ("source", "ที่มา"), ("example", "ตัวอย่าง")]
)
def test_a_box_without_a_label_gets_the_usual_one(kind: str, label: str) -> None:
    assert one(f"!!! {kind}\n    ก\n", f".{kind} > .admonition-title:first-child").text == label
    assert one(f'!!! {kind} ""\n    ก\n', f".{kind} > .admonition-title:first-child").text == label


def test_a_draft_and_its_better_stand_in_one_pair() -> None:
    page = soup("""
        !!! draft "ร่างแรก"
            “อธิบดี~~ให้ความสำคัญ~~”

        !!! better "ร่างที่ปรับแล้ว"
            “อธิบดี^^สื่อสารผ่าน Town Hall^^<span class="adli">A</span>”

        ต่อไป

        !!! draft
            เดี่ยว
        """)
    pair = page.select_one("div.redline")
    assert pair is not None
    assert [" ".join(child["class"]) for child in pair.find_all(recursive=False)] == [
        "admonition draft",
        "admonition better",
    ]
    assert [part.text for part in pair.select("del, ins, span.adli")] == [
        "ให้ความสำคัญ",
        "สื่อสารผ่าน Town Hall",
        "A",
    ]
    assert len(page.select(".redline")) == 1
    assert len(page.select(".draft")) == 2


def test_an_image_alone_is_a_figure_with_its_title_as_caption() -> None:
    figure = one('![ระบบการนำ](../img/a.svg "ภาพ 1-1 ระบบการนำ")\n', "figure")
    image = figure.img
    assert image is not None
    assert image.attrs == {"alt": "ระบบการนำ", "src": "/learn/c/files/a.svg"}
    assert figure.figcaption is not None
    assert figure.figcaption.text == "ภาพ 1-1 ระบบการนำ"
    assert one("![ระบบ](../img/a.svg)\n", "figure").figcaption is None


def test_an_image_inside_a_sentence_stays_there() -> None:
    assert one("ก่อน ![ระบบ](../img/a.svg) หลัง\n", "p > img")["src"] == "/learn/c/files/a.svg"


def test_links_lead_where_the_course_says() -> None:
    page = soup(
        "[ก](situation.md) [ข](../c1/vision.md#a) [ค](https://opdc.go.th/x?a=1&b=2) [ง](mailto:a@b.example) <https://a.example/>\n"
    )
    assert [link["href"] for link in page.select("a")] == [
        "/learn/c/op/situation",
        "/learn/c/c1/vision#a",
        "https://opdc.go.th/x?a=1&b=2",
        "mailto:a@b.example",
        "https://a.example/",
    ]


def test_a_link_inside_the_page_needs_its_anchor() -> None:
    assert lines("## ก {#a}\n\n[ไป](#a)\n\n[ไป](#b)\n") == [5]


def test_footnotes_lead_there_and_back() -> None:
    page = soup("ข้อความ[^1]\n\n[^1]: ที่มาของ*ข้อความ*\n")
    there, back = page.select("a")
    assert there["href"] == f"#{page.select('.footnote li')[0]['id']}"
    assert back["href"] == f"#{page.select('sup')[0]['id']}"
    assert back["aria-label"] == "กลับไปที่เชิงอรรถ 1 ในเนื้อหา"


def test_a_checklist_has_boxes_with_their_words_as_labels() -> None:
    page = soup("- [ ] ทุกหัวข้อ**มี**คำตอบ\n- [x] ผ่านแล้ว\n")
    labels = page.select("ul.task-list > li.task-list-item > label")
    assert [label.text for label in labels] == ["ทุกหัวข้อมีคำตอบ", "ผ่านแล้ว"]
    assert [box.get("checked") is not None for box in page.select("label > input[type=checkbox]")] == [
        False,
        True,
    ]
    assert page.select("label > span > strong")


def test_a_checklist_with_blank_lines_and_lists_inside_is_one_too() -> None:
    page = soup("- [ ] หนึ่ง\n\n- [ ] สอง\n\n    - ย่อย\n")
    assert [label.text for label in page.select("li > label")] == ["หนึ่ง", "สอง"]
    assert page.select_one("li > label + ul") is not None


def test_a_narrow_table_stays_a_table_with_its_figures_on_the_right() -> None:
    table = one("| หมวด | คะแนน |\n|---|---:|\n| 1 | 110 |\n", "table")
    assert table.get("class") is None
    assert [cell["scope"] for cell in table.select("th")] == ["col", "col"]
    assert [cell.text for cell in table.select("td.num")] == ["110"]


def test_a_wide_table_carries_its_headings_in_its_cells() -> None:
    table = one(f"| มิติ | ผู้ประเมินถามว่า |\n|---|---|\n| A | {'วิธีการ' * 9} |\n", "table.blocks")
    assert [cell["data-label"] for cell in table.select("td")] == ["มิติ", "ผู้ประเมินถามว่า"]


def test_an_empty_corner_of_a_table_is_no_heading() -> None:
    assert len(one("| | ข |\n|---|---|\n| 1 | 2 |\n", "thead").select("th")) == 1


def test_definitions_and_lists_are_kept() -> None:
    page = soup("คำ\n:   ความหมาย\n\n1. หนึ่ง\n2. สอง\n")
    assert page.select_one("dl > dt + dd") is not None
    assert len(page.select("ol > li")) == 2


def test_text_is_held_together_but_not_in_code() -> None:
    html = render("ภาครัฐ `ภาครัฐ`\n").html
    assert html == '<p><span class="nb">ภาครัฐ</span> <code>ภาครัฐ</code></p>'


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=x>",
        '<iframe src="https://x.example"></iframe>',
        '<img src=x onerror="alert(1)">',
        "<b>หนา</b>",
        "<br>",
        '<span class="adli" onclick="x()">A</span>',
        '<span class="adli">ยาวเกินไป</span>',
        "<style>p{}</style>",
        "<!-- ซ่อน -->",
        "<svg onload=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html,x)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x](file:///etc/passwd)",
        "[x](situation.md){ onclick=alert(1) }",
        '[x](situation.md){ href="javascript:alert(1)" }',
        "[x](situation.md){ style=color:red }",
        "[x](situation.md){ target=_blank }",
        "![x](https://evil.example/p.png)",
        "![x](data:image/png;base64,x)",
        "![x](../img/a.svg){ srcset=x }",
        "[x][r]\n\n[r]: javascript:alert(1)",
        "<a href='javascript:x'>x</a>",
    ],
)
def test_what_is_not_safe_is_found_and_never_written(bad: str) -> None:
    rendered = render(f"ก\n\nข {bad}\n")
    assert rendered.findings
    assert {finding.line for finding in rendered.findings} <= {3, 5}
    page = BeautifulSoup(rendered.html, "html.parser")
    assert not page.select(
        "script, iframe, style, svg, b, br, [onclick], [onerror], [style], [target], [srcset]"
    )
    assert not [link for link in page.select("a[href]") if "script:" in str(link["href"]).lower()]


def test_raw_html_is_shown_as_text() -> None:
    assert "&lt;script&gt;" in render("<script>alert(1)</script>\n").html


def test_html_in_code_is_code_and_an_arrow_is_an_arrow() -> None:
    assert render("`<b>` 1 < 2 > 0 <ชื่อหน่วยงาน> และ\n\n    <script>\n").findings == ()


def test_an_element_is_told_once_not_at_its_end_too() -> None:
    assert lines("ก\n\n<div>\nข\n</div>\n") == [3]


def test_code_does_not_draw_the_line_of_a_finding_to_itself() -> None:
    assert lines("ใช้ `<b>` ไม่ได้\n\nก <b>\n\nข <b>\n") == [3, 5]


def test_findings_know_their_lines_in_the_file() -> None:
    text = """
        ## หัวข้อ

        ![](../img/a.svg)

        ![ภาพ](../img/none.svg)

        [ลิงก์](none.md) และ [อีก](none.md)

        !!! warning
            # หัวข้อใหญ่

            <b>หนา</b>

        #### ลึก
        """
    assert lines(text) == [3, 5, 7, 7, 10, 12, 14]
    assert [finding.line for finding in render(text, first_line=9).findings] == [11, 13, 15, 15, 18, 20, 22]


def test_a_heading_of_level_one_belongs_to_the_title() -> None:
    assert lines("ก\n\n# ใหญ่\n") == [3]
    assert lines("ใหญ่\n===\n") == [1]


def test_a_skipped_level_is_found_where_it_stands() -> None:
    assert lines("### เริ่ม\n") == [1]
    assert lines("## ก\n\nตัวอย่าง\n\n### ตัวอย่าง\n\n## ข\n\n#### ตัวอย่าง\n") == [9]


def test_an_unknown_box_is_found() -> None:
    (finding,) = render('ก\n\n!!! tip "ลอง"\n    ข\n').findings
    assert finding.line == 3
    assert "tip" in finding.message


def test_a_doubled_anchor_is_found_at_its_second_place() -> None:
    assert lines("## ก {#a}\n\n## ข {#a}\n") == [3]


def test_lines_are_the_same_with_windows_line_ends() -> None:
    assert lines("ก\r\n\r\n<b>\r\n") == [3]


@pytest.mark.parametrize("css", ["p > img", "a", "em"])
def test_a_second_text_starts_afresh(css: str) -> None:
    assert render("## ก {#a}\n\n[^1]\n\n[^1]: x\n\n<b>").findings
    page = soup("## ก {#a}\n\n*ก* ![ภาพ](../img/a.svg) [ก](situation.md)")
    assert page.select_one(css)
    assert not page.select(".footnote")


fragments = st.sampled_from(
    [
        *(
            "## ก\n",
            "\n\n",
            "- [ ] ",
            "    ",
            "> ",
            "!!! note\n    ",
            "!!! draft\n    ข\n",
            "!!! better\n    ข\n",
            "| ก | ข |\n|---|---|\n| ",
            " | ",
        ),
        *(
            "<b>",
            "<script>",
            "</script>",
            "<",
            ">",
            '"',
            "'",
            "&",
            "&lt;",
            "`",
            "**",
            "~~",
            "^^",
            "[",
            "](",
            ")",
            "![",
            "{ onclick=x }",
            "{#a}",
        ),
        *(
            "javascript:x",
            "\\",
            "\x02",
            "\x03",
            "[^1]",
            "[^1]: ก\n",
            "หมวด 1",
            '<span class="adli">A</span>',
            "<!--",
            "-->",
            ":   ก\n",
        ),
    ]
)


@given(st.lists(st.one_of(fragments, st.text(max_size=3)), max_size=14).map("".join))
def test_whatever_is_written_the_page_stays_clean(text: str) -> None:
    rendered = markup.render(text, resolve_link="/to/".__add__, resolve_image="/img/".__add__)
    page = BeautifulSoup(rendered.html, "html.parser")
    assert {element.name for element in page.find_all(True)} <= markup_check.TAGS
    assert not page.select("[onclick], [style]")
    assert "javascript:x" not in [link.get("href") for link in page.select("a")]
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= finding.line <= last for finding in rendered.findings)


@pytest.mark.parametrize(
    "sample",
    [
        test_a_draft_and_its_better_stand_in_one_pair,
        test_footnotes_lead_there_and_back,
        test_findings_know_their_lines_in_the_file,
    ],
)
def test_the_allow_list_takes_nothing_from_what_the_check_lets_through(
    sample: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned: list[tuple[str, str]] = []
    clean = nh3.clean

    def watched(html: str, **rules: object) -> str:
        cleaned.append((html, clean(html, **rules)))  # type: ignore[arg-type]
        return cleaned[-1][1]

    monkeypatch.setattr(nh3, "clean", watched)
    sample()
    for before, after in cleaned:
        assert BeautifulSoup(after, "html.parser") == BeautifulSoup(before, "html.parser") or "<h1" in before


@given(st.text(alphabet="กขุ่ำ ๑aZ19“”‘’()%,.;:?/·–—→…", max_size=30))
@example("1. ข้อแรก")
@example("10) ข้อสิบ")
@example("คำ_เน้น_คำ __หนัก__")
@example(": คำอธิบาย")
@example(" เว้นหน้า")
@example("เว้นหลัง  ")
@example("1.5 เท่า")
def test_a_line_of_mere_words_reads_as_it_does_by_all_the_rules(text: str) -> None:
    quick = render_as_it_is(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_words", re.compile("(?!)"))
        assert render_as_it_is(text) == quick


def render_as_it_is(text: str) -> Rendered:
    return markup.render(text, resolve_link=KNOWN_LINKS.get, resolve_image=KNOWN_IMAGES.get)
