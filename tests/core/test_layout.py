"""What the shared templates promise: the letterhead, the pieces of macros.html and the fields of forms.html."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from portal.core import errors, paging
from portal.core.errors import Refused
from portal.core.forms import EmailField, Form, required
from tests.pages import Page, _faults

Draw = Callable[..., BeautifulSoup]


@pytest.fixture
def draw(app: Flask) -> Draw:
    """Render a piece of template inside a request, and parse it."""

    def drawn(template: str, **values: Any) -> BeautifulSoup:
        names = "icon, fig, tag, bar, strip, memo_row, empty, flash, crumbs, fringe, pager, count_cell, state_cell, when"
        imports = '{% from "layout/macros.html" import ' + names + " %}"
        imports += '{% from "layout/forms.html" import field, errors, submit, csrf, post_button %}'
        with app.test_request_context("/somewhere?q=1"):
            return BeautifulSoup(render_template_string(imports + template, **values), "html.parser")

    return drawn


class Seat(Form):
    email = EmailField("อีเมล", [required()], description="ของหน่วยงาน")
    note = TextAreaField("หมายเหตุ")
    track = SelectField("ประเภท", choices=[SelectChoice("a", "ก"), SelectChoice("b", "ข")])
    meal = RadioField("อาหาร", choices=[SelectChoice("x", "ทั่วไป"), SelectChoice("y", "มังสวิรัติ")])
    news = BooleanField("ส่งข่าว")
    code = HiddenField()


def test_a_page_is_whole_and_says_where_it_stands(app: Flask, client: FlaskClient) -> None:
    template = """{% extends "layout/base.html" %}{% from "layout/macros.html" import crumbs %}
    {% block title %}งาน <span class="nb">A&amp;B</span>{% endblock %}
    {% block crumbs %}{{ crumbs([("/", "หน้าแรก"), (none, "งาน")]) }}{% endblock %}
    {% block content %}<h1>{{ self.title() }}</h1>{% endblock %}"""
    with app.test_request_context("/here?x=1&y=2"):
        page = Page(render_template_string(template))

    assert list(_faults(page)) == []
    assert page.one("title").get_text() == "งาน A&B – ห้องเรียนเขียนรายงาน"
    assert page.one(".crumbs [aria-current=page]").get_text() == "งาน"
    assert page.one("input[name=next]")["value"] == "/here?x=1&y=2"
    assert {str(use["href"])[1:] for use in page.select("use")} == {
        str(s["id"]) for s in page.select("symbol")
    }


def test_a_bare_page_has_no_reference_line_and_no_foot(app: Flask) -> None:
    template = """{% extends "layout/base.html" %}{% set bare = true %}
    {% block title %}ข้อ 1{% endblock %}{% block crumbs %}x{% endblock %}{% block content %}<h1>ข้อ 1</h1>{% endblock %}"""
    with app.test_request_context("/"):
        page = Page(render_template_string(template))

    assert not page.select(".refline, .foot")
    assert page.select(".letterhead")


@pytest.mark.parametrize(
    ("theme", "expected"), [("dark", "dark"), ("light", "light"), ("", None), ('"><b>', None)]
)
def test_the_chosen_brightness_stands_on_the_root_element(
    app: Flask, theme: str, expected: str | None
) -> None:
    template = '{% extends "layout/base.html" %}{% block title %}x{% endblock %}'
    with app.test_request_context("/"):
        page = Page(render_template_string(template, theme=theme))

    assert page.one("html").get("data-theme") == expected
    assert [b["value"] for b in page.select(".prefs [name=theme][aria-pressed=true]")] == [
        expected or "device"
    ]


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (37, "ahead", "เหลือ 37 วัน ส่งรายงานภายใน 22 มี.ค. 2566"),
        (0, "today", "วันนี้วันสุดท้าย ส่งรายงานภายใน 22 มี.ค. 2566"),
        (-2, "after", "เลยกำหนดส่งแล้ว 2 วัน กำหนดส่งคือ 22 มี.ค. 2566"),
    ],
)
def test_the_reference_line_tells_the_days_left(app: Flask, days: int, state: str, words: str) -> None:
    template = (
        '{% extends "layout/base.html" %}{% block title %}x{% endblock %}{% block crumbs %}x{% endblock %}'
    )
    line = {"days": days, "date": date(2023, 3, 22), "state": state}
    with app.test_request_context("/"):
        page = Page(render_template_string(template, due_line=line))

    assert " ".join(page.one(".due").get_text().split()) == words


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 413, 429, 500, 503])
def test_an_error_page_is_whole_and_offers_a_next_step(app: Flask, code: int) -> None:
    with app.test_request_context("/lost"):
        page = Page(errors.page(code, title="ไม่สำเร็จ", reference="7F3K-20D9").get_data(as_text=True))

    assert list(_faults(page)) == []
    assert page.h1 == "ไม่สำเร็จ"
    assert page.select("main a.btn")
    assert ("7F3K-20D9" in page.text) is (code >= 500)


def test_a_stale_form_is_offered_again_with_a_fresh_token(app: Flask) -> None:
    with app.test_request_context("/form", method="POST"):
        page = Page(errors.page(400, resend=[("note", 'a"b')]).get_data(as_text=True))

    form = page.form("/form")
    assert {str(i["name"]): i["value"] for i in form.select("input")}.keys() == {"csrf_token", "note"}
    assert form.select_one("[name=note]")["value"] == 'a"b'  # type: ignore[index]


def test_a_field_is_label_hint_error_control_and_says_what_describes_it(app: Flask, draw: Draw) -> None:
    with app.test_request_context("/", method="POST", data={"email": "piti@"}):
        form = Seat(meta={"csrf": False})
        form.validate()
        soup = draw("{{ field(form.email, autocomplete='email') }}", form=form)

    box = soup.select_one(".field.has-error")
    assert box is not None
    assert [tag.name for tag in box.find_all(recursive=False)] == ["label", "p", "p", "input"]
    control = box.find("input")
    assert control["type"] == "email"  # type: ignore[index]
    assert control["value"] == "piti@"  # type: ignore[index]
    assert control["aria-invalid"] == "true"  # type: ignore[index]
    assert control["aria-describedby"] == "email-hint email-error"  # type: ignore[index]
    assert {"email-hint", "email-error"} == {str(p["id"]) for p in box.find_all("p")}


def test_choices_are_a_fieldset_with_a_legend_and_a_label_each(app: Flask, draw: Draw) -> None:
    with app.test_request_context("/"):
        soup = draw("{{ field(form.meal) }}{{ field(form.news) }}", form=Seat(meta={"csrf": False}))

    assert soup.select_one("fieldset > legend").get_text() == "อาหาร"  # type: ignore[union-attr]
    assert [label["for"] for label in soup.select("fieldset label")] == ["meal-0", "meal-1"]
    assert soup.select_one("label[for=news] > input[type=checkbox]")


def test_a_hint_of_the_caller_goes_before_the_one_of_the_form_and_a_hidden_field_has_none(
    app: Flask, draw: Draw
) -> None:
    with app.test_request_context("/"):
        form = Seat(meta={"csrf": False})
        soup = draw("{{ field(form.email, 'อื่น', optional=true) }}{{ field(form.code) }}", form=form)

    assert [p.get_text() for p in soup.select("p.hint")] == ["อื่น"]
    assert soup.select_one("label").get_text() == "อีเมล (ไม่บังคับ)"  # type: ignore[union-attr]
    assert soup.select_one("input[type=hidden][name=code]")


def test_what_is_wrong_stands_on_top_and_leads_to_each_field(app: Flask, draw: Draw) -> None:
    with app.test_request_context("/", method="POST", data={"email": ""}):
        form = Seat(meta={"csrf": False})
        form.validate()
        form.refuse(Refused("ที่นั่งสุดท้ายเพิ่งถูกจองไป"))
        soup = draw("{{ errors(form, 'ยังจองไม่ได้') }}{{ field(form.email) }}{{ field(form.meal) }}", form=form)
        title = render_template_string(
            '{% extends "layout/base.html" %}{% block title %}จอง{% endblock %}', form=form
        )

    summary = soup.select_one("[role=alert]")
    assert summary is not None
    assert "ยังจองไม่ได้" in summary.get_text()
    assert "ที่นั่งสุดท้ายเพิ่งถูกจองไป" in summary.get_text()
    targets = [str(a["href"])[1:] for a in summary.select("a")]
    assert {"email", "meal-0"} <= set(targets)
    assert all(soup.find(id=target) for target in ("email", "meal-0"))
    assert "<title>ผิดพลาด: จอง – " in title


def test_a_form_without_faults_has_no_summary(app: Flask, draw: Draw) -> None:
    with app.test_request_context("/"):
        assert not draw("{{ errors(form) }}", form=Seat(meta={"csrf": False})).get_text(strip=True)


def test_a_button_that_posts_carries_the_token_and_its_hidden_fields(draw: Draw) -> None:
    soup = draw("{{ post_button('/x', 'ยกเลิก', kind='danger', about='ของปิติ', seat=7) }}")

    assert [str(i["name"]) for i in soup.select("form[method=post] input[type=hidden]")] == [
        "csrf_token",
        "seat",
    ]
    assert soup.select_one("button.btn.btn-danger").get_text() == "ยกเลิก ของปิติ"  # type: ignore[union-attr]


def test_a_strip_says_each_part_and_its_state_in_words(draw: Draw) -> None:
    cells = [
        {"code": "OP", "label": "ลักษณะสำคัญขององค์การ", "state": "passed", "href": "/op"},
        {"code": "1", "state": "begun"},
        {"code": "2", "state": "empty"},
    ]
    soup = draw("{{ strip(cells, current='1', label='ของฉัน') }}", cells=cells)

    assert soup.ol["aria-label"] == "ของฉัน"  # type: ignore[index]
    assert [li.get_text() for li in soup.select("li")] == [
        "OP ลักษณะสำคัญขององค์การ ผ่านแล้ว",
        "1 กำลังเรียน",
        "2 ยังไม่เริ่ม",
    ]
    assert [li.get("class") for li in soup.select("li")] == [["is-passed"], ["is-begun"], None]
    assert [li.get_text() for li in soup.select("[aria-current]")] == ["1 กำลังเรียน"]
    assert soup.select_one("li.is-passed > a[href='/op']")


def test_a_strip_with_names_writes_the_category_out(draw: Draw) -> None:
    soup = draw("{{ strip([{'code': '1', 'label': 'การนำองค์การ'}], names=true) }}")

    assert soup.li.get_text() == "หมวด 1 การนำองค์การ"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("taken", "total", "width"),
    [(102, 120, "85%"), (0, 120, "0%"), (130, 120, "100%"), (5, 0, "0%"), (5, None, "0%")],
)
def test_the_bar_shows_what_is_taken(draw: Draw, taken: int, total: int | None, width: str) -> None:
    assert draw("{{ bar(taken, total) }}", taken=taken, total=total).rect["width"] == width  # type: ignore[index]


def test_a_fact_that_is_not_known_is_never_left_out(draw: Draw) -> None:
    soup = draw(
        "<dl>{{ memo_row('เวลา') }}{{ memo_row('คน', 0) }}{% call memo_row('ที่') %}<b>x</b>{% endcall %}</dl>"
    )

    assert [dd.get_text() for dd in soup.select("dd")] == ["ยังไม่ประกาศ", "0", "x"]


def test_the_cells_of_a_cloth_carry_figure_or_word(draw: Draw) -> None:
    soup = draw(
        "<table><tr>{% for n in [0, 1, 9] %}{{ count_cell(n) }}{% endfor %}{{ state_cell('begun') }}</tr></table>"
    )

    assert [(td.get_text(), td["class"]) for td in soup.select("td")] == [
        ("·", ["c"]),
        ("1", ["c", "c1"]),
        ("9", ["c", "c4"]),
        ("กำลังเรียน½", ["c", "begun"]),
    ]


MEETINGS = [date(2023, 2, 20), date(2023, 2, 21), date(2023, 2, 23), date(2023, 2, 24), date(2023, 2, 21)]


@pytest.mark.parametrize(
    ("today", "past", "words", "marks_today"),
    [
        (date(2023, 2, 13), 55, "ผ่านไปแล้ว 55 วัน เหลือ 37 วัน", True),
        (date(2022, 12, 1), 0, "ผ่านไปแล้ว 0 วัน เหลือ 111 วัน", True),
        (date(2023, 3, 22), 92, "ผ่านไปแล้ว 92 วัน เหลือ 0 วัน", False),
        (date(2023, 5, 1), 92, "ผ่านไปแล้ว 93 วัน เหลือ 0 วัน", False),
    ],
)
def test_the_fringe_has_a_thread_for_each_day_of_the_round(
    draw: Draw, today: date, past: int, words: str, marks_today: bool
) -> None:
    soup = draw(
        "{{ fringe(first, last, today, meetings) }}",
        first=date(2022, 12, 20),
        last=date(2023, 3, 22),
        today=today,
        meetings=MEETINGS,
    )

    assert len(soup.select("line")) == 93
    assert len(soup.select("line.past")) == past
    assert len(soup.select("line.meet")) == 4
    assert len(soup.select("line.last")) == 1
    label = str(soup.svg["aria-label"])  # type: ignore[index]
    assert label == f"เส้นเวลา 20 ธันวาคม 2565 ถึง 22 มีนาคม 2566 หนึ่งเส้นต่อหนึ่งวัน {words}"
    assert ("วันนี้" in soup.get_text()) is marks_today


def test_a_fringe_without_workshops_is_drawn(draw: Draw) -> None:
    day = date(2022, 12, 20)
    soup = draw("{{ fringe(first, last, first, []) }}", first=day, last=date(2022, 12, 21))

    assert len(soup.select("line")) == 2


def test_days_hang_in_one_time_element(draw: Draw) -> None:
    soup = draw("{{ when(first, last) }}", first=date(2023, 2, 20), last=date(2023, 2, 21))

    assert soup.get_text() == "20–21 กุมภาพันธ์ 2566 จันทร์–อังคาร"
    assert soup.time["datetime"] == "2023-02-20"  # type: ignore[index]


def test_an_empty_list_names_the_first_step(draw: Draw) -> None:
    soup = draw("{{ empty('เปิดรับถึง 17 ก.พ.', '/workshops', 'ดูงานอบรม', title='ยังไม่ได้จอง') }}")

    assert [p.get_text() for p in soup.select("p")] == ["ยังไม่ได้จอง", "เปิดรับถึง 17 ก.พ."]
    assert soup.a["href"] == "/workshops"  # type: ignore[index]


@pytest.mark.parametrize(
    ("kind", "role"), [("ok", "status"), ("now", "status"), ("", "status"), ("bad", "alert")]
)
def test_a_flash_speaks_up_only_when_it_is_bad(draw: Draw, kind: str, role: str) -> None:
    assert draw("{{ flash('x', kind) }}", kind=kind).div["role"] == role  # type: ignore[index]


def test_a_symbol_beside_a_word_is_silent_and_one_alone_is_named(draw: Draw) -> None:
    soup = draw("{{ icon('check') }}{{ icon('check', label='ผ่าน') }}")

    assert [(svg.get("aria-hidden"), svg.get("aria-label")) for svg in soup.select("svg")] == [
        ("true", None),
        (None, "ผ่าน"),
    ]


def test_the_pages_of_a_list_keep_the_rest_of_the_address(draw: Draw) -> None:
    pages = paging.Page(items=[], number=9, pages=20, total=1000)
    soup = draw("{{ pager(page) }}", page=pages)

    assert [a.get_text() for a in soup.select("a, span.quiet")] == [
        *("หน้า 1", "…", "หน้า 7", "หน้า 8", "หน้า 9", "หน้า 10", "หน้า 11", "…", "หน้า 20")
    ]
    assert [a["href"] for a in soup.select("[aria-current]")] == ["?q=1&page=9"]


def test_a_list_of_one_page_has_no_page_numbers(draw: Draw) -> None:
    assert not draw("{{ pager(page) }}", page=paging.Page([], 1, 1, 3)).contents
