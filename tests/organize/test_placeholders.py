"""Words in braces: known ones are filled once, unknown ones refused by name, and nothing that comes in is taken for anything but text."""

import pytest
from bs4 import BeautifulSoup

from portal.accounts.models import User
from portal.core.db import db
from portal.organize import group_letters
from portal.organize.group_letters import Draft
from portal.organize.placeholders import OddBrace, UnknownPlaceholder, check
from portal.organize.recipients import Group, Kind
from portal.participation import tickets
from tests import packs
from tests.organize.writing import hold, look, mails, press_send, seat

EVERY = "{ชื่อ}|{หน่วยงาน}|{งาน}|{วันที่}|{สถานที่}|{รหัสตั๋ว}|{ลิงก์ตั๋ว}|{ลิงก์งาน}|{ลิงก์บทเรียน}"


@pytest.fixture
def workshop(track, cast):
    return hold(track)


def sent(workshop, by: User, body: str, *, subject: str = "เรื่อง", group: Group | None = None, **given: str):
    """The mails of a letter that everybody with a seat got."""
    group = group or Group(Kind.REGISTERED)
    draft = Draft("K7M4QX2A", group, subject, body, **given)
    count = group_letters.preview(workshop, draft).count
    group_letters.send(workshop, draft, by=by, count=count)
    db.session.commit()
    return mails()


@pytest.mark.parametrize("text", ["ไม่มีปีกกา", "{ชื่อ}{ ชื่อ }{Name}{ TICKET }", "{workshop link}", ""])
def test_known_ones_may_be_written_with_blanks_and_in_english(text):
    check(text, field="body_th")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{ชือ}", "ไม่รู้จัก {ชือ} หมายถึง {ชื่อ} ใช่หรือไม่"),
        ("{ลิงค์บทเรียน}", "หมายถึง {ลิงก์บทเรียน} ใช่หรือไม่"),
        ("{}", "ไม่รู้จัก {} ที่ใช้ได้คือ {ชื่อ} {หน่วยงาน}"),
        ("{ชื่อ.__class__}", "ไม่รู้จัก {ชื่อ.__class__}"),
        ("{a\nb}", "ไม่รู้จัก {a\nb}"),
    ],
)
def test_an_unknown_one_is_refused_by_name(text, said):
    with pytest.raises(UnknownPlaceholder) as no:
        check(text, field="body_th")
    assert said in str(no.value)
    assert no.value.field == "body_th"


@pytest.mark.parametrize("text", ["{", "}", "ก } ข {", "{ชื่อ", "{{ชื่อ}}", "{% if x %}{"])
def test_a_brace_without_its_pair_is_refused(text):
    with pytest.raises((OddBrace, UnknownPlaceholder)):
        check(text, field="body_th")


def test_each_reader_gets_their_own_words(app, cast, workshop):
    rows = seat(workshop, cast.mali, cast.sakda)
    texts = [mail.text.partition("\n")[0] for mail in sent(workshop, cast.orn, EVERY)]
    assert texts == [
        f"{name}|{agency}|รางวัลคุณภาพ 4.0|20–21 กุมภาพันธ์ 2566|ห้อง ก|{tickets.shown(row.ticket)}"
        "|http://localhost/workshops/pmqa40-2566/ticket"
        "|http://localhost/workshops/pmqa40-2566|http://localhost/learn"
        for row, name, agency in zip(rows, ("มะลิ ใจดี", "ศักดา สมมติ"), ("กรมตัวอย่าง", "จังหวัดสมมติ"), strict=True)
    ]


def test_who_has_no_seat_is_told_no_letters_that_open_no_door(app, cast, workshop):
    seat(workshop, cast.mali, status="waitlisted")
    mail = sent(workshop, cast.orn, "รหัส {รหัสตั๋ว}", group=Group(Kind.WAITING))[0]
    assert mail.text.partition("\n")[0] == "รหัส –"


def test_the_lessons_of_a_part_that_is_missing_are_linked(app, cast, workshop):
    course = packs.publish()
    seat(workshop, cast.lamai)
    group = Group(Kind.NOT_PASSED, f"{course.code}/c1")
    [mail] = sent(workshop, cast.orn, "เริ่มที่ {ลิงก์บทเรียน}", group=group)
    address = f"http://localhost/learn/{course.code}/c1"
    assert f"เริ่มที่ {address}\n" in mail.text
    assert f'<a href="{address}"' in mail.html


@pytest.mark.parametrize(
    "name",
    [
        "{ชื่อ} {หน่วยงาน}",
        "{{ 7 * 7 }}",
        "{% for x in y %}",
        "<b>ละไม</b> & 'เพื่อน' \"",
        "</p><script>alert(1)</script>",
        "https://evil.example/x",
        "%(name)s \\1 \\g<0>",
        "\x02name\x03",
    ],
)
def test_a_name_is_text_and_nothing_else(app, cast, workshop, name):
    seat(workshop, cast.lamai)
    cast.lamai.name = name
    db.session.commit()
    [mail] = sent(workshop, cast.orn, "เรียน {ชื่อ} จาก {หน่วยงาน}", subject="ถึง {ชื่อ}")
    assert mail.subject == f"ถึง {name}"
    assert mail.text.startswith(f"เรียน {name} จาก กรมตัวอย่าง\n")
    page = BeautifulSoup(mail.html, "html.parser")
    assert page.title is not None
    assert page.title.get_text() == f"ถึง {name}"
    assert f"เรียน {name} จาก กรมตัวอย่าง" in page.get_text()
    assert page.select("script, b") == []
    assert [link["href"] for link in page.select("a")] == [
        "http://localhost/workshops/pmqa40-2566",
        "http://localhost",
    ]


def test_a_name_of_several_lines_cannot_write_a_line_of_the_letter_or_a_header(app, cast, workshop):
    seat(workshop, cast.lamai)
    cast.lamai.name = "ละไม\r\nBcc: x@y.example\n\nหมายเหตุ"
    db.session.commit()
    [mail] = sent(workshop, cast.orn, "เรียน {ชื่อ}", subject="ถึง {ชื่อ}")
    assert mail.subject == "ถึง ละไม Bcc: x@y.example หมายเหตุ"
    assert mail.text.startswith("เรียน ละไม Bcc: x@y.example หมายเหตุ\n")
    assert mail.to_name == "ละไม Bcc: x@y.example หมายเหตุ"


def test_what_the_organizer_writes_is_text_too_and_its_lines_stay(app, cast, workshop):
    seat(workshop, cast.lamai)
    body = "บรรทัด 1\n<i>บรรทัด</i> 2 %s\n\nย่อหน้า https://www.opdc.go.th/a?b=1&c=2"
    [mail] = sent(workshop, cast.orn, body)
    assert mail.text.startswith(body)
    page = BeautifulSoup(mail.html, "html.parser")
    assert "บรรทัด 1<br/>" in str(page)
    assert "<i>บรรทัด</i> 2 %s" in page.get_text()
    assert page.select("i") == []
    assert page.select("a")[0]["href"] == "https://www.opdc.go.th/a?b=1&c=2"


def test_a_title_with_braces_is_not_read_again(app, cast, workshop):
    seat(workshop, cast.lamai)
    workshop.title_th = "งาน {ชื่อ}"
    db.session.commit()
    [mail] = sent(workshop, cast.orn, "{งาน}")
    assert mail.text.startswith("งาน {ชื่อ}\n")


def test_who_has_no_agency_and_a_venue_that_is_not_known_are_said_so(app, cast, workshop):
    seat(workshop, cast.wit)
    workshop.venue = ""
    db.session.commit()
    [mail] = sent(workshop, cast.orn, "{หน่วยงาน} {สถานที่}")
    assert mail.text.startswith("ไม่สังกัดหน่วยงานในระบบ ยังไม่ประกาศ\n")


def test_each_reads_it_in_the_language_of_their_account_where_it_was_written(app, cast, workshop):
    seat(workshop, cast.mali, cast.lamai)
    cast.lamai.language = "en"
    db.session.commit()
    thai, english = sent(
        workshop, cast.orn, "เรียน {ชื่อ} {วันที่} {งาน}", subject_en="Days", body_en="Dear {name} {วันที่} {workshop}"
    )
    assert thai.text.startswith("เรียน มะลิ ใจดี 20–21 กุมภาพันธ์ 2566 รางวัลคุณภาพ 4.0\n")
    assert english.text.startswith("Dear ละไม ตั้งใจ 20–21 February 2023 PMQA 4.0\n")
    assert english.subject == "Days"
    assert english.text.endswith("-- \nThe report-writing classroom\nhttp://localhost\n")
    assert '<html lang="en">' in english.html


def test_a_letter_in_thai_alone_is_thai_for_everybody_also_its_dates(app, cast, workshop):
    seat(workshop, cast.lamai)
    cast.lamai.language = "en"
    db.session.commit()
    [mail] = sent(workshop, cast.orn, "{วันที่}")
    assert mail.text.startswith("20–21 กุมภาพันธ์ 2566\n")
    assert mail.text.endswith("-- \nห้องเรียนเขียนรายงาน\nhttp://localhost\n")


def test_what_was_seen_is_what_is_sent(orn, cast, workshop):
    seat(workshop, cast.lamai)
    cast.lamai.name = "<b>{ชื่อ}</b>"
    db.session.commit()
    look(orn, subject_en="Hello {name}", body_en="Dear {name}")
    shown = orn.page.select("pre")[0].get_text()
    assert shown.startswith("เรียน <b>{ชื่อ}</b>\n")
    assert [heading.get_text() for heading in orn.page.select("h2[lang=en]")] == ["Hello <b>{ชื่อ}</b>"]
    press_send(orn)
    [mail] = mails()
    assert mail.text == shown
