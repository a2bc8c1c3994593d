"""How a workshop is drawn, for the pages that show one."""

from datetime import UTC, datetime

import pytest
from flask import render_template_string

from portal.core.db import db
from portal.core.i18n import in_language
from portal.programme.models import Talk, Workshop
from tests.pages import Page
from tests.programme.offer import offered


@pytest.fixture
def workshop(programme_2566):
    return offered("pmqa40-2566")


def drawn(app, part, workshop):
    source = '{% from "programme/parts.html" import ' + part + " %}{{ " + part + "(workshop) }}"
    with app.test_request_context("/"):
        return Page(render_template_string(source, workshop=workshop))


def test_the_memo_tells_what_is_known_and_that_the_rest_is_not_announced(app, workshop):
    page = drawn(app, "memo", workshop)
    facts = dict(zip(page.select("dt"), page.select("dd"), strict=True))
    words = {dt.get_text(): dd.get_text() for dt, dd in facts.items()}
    assert words["จัดโดย"] == "สำนักงาน ก.พ.ร."
    assert words["รูปแบบ"] == "อบรมเชิงปฏิบัติการ"
    assert words["หัวข้อ"].endswith("(Application Report) ผ่านระบบอิเล็กทรอนิกส์")
    assert words["สำหรับ"] == "หน่วยงานที่ผ่านการพิจารณาในขั้นตอนที่ 1"
    assert words["ประเภทรางวัล"] == "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"
    assert words["เวลา"] == words["สถานที่"] == "ยังไม่ประกาศ"
    assert "20-21 กุมภาพันธ์ 2566" in words["ที่มา"]


def test_hours_and_place_show_once_the_organizer_set_them(app, workshop):
    workshop.venue = "ห้องประชุมตัวอย่าง"
    first = workshop.sessions[0]
    first.starts_at, first.ends_at = (
        datetime(2023, 2, 20, 2, tzinfo=UTC),
        datetime(2023, 2, 20, 9, 30, tzinfo=UTC),
    )
    text = drawn(app, "memo", workshop).text
    assert "ห้องประชุมตัวอย่าง" in text
    assert "09:00 น. – 16:30 น." in text
    assert "09:00 น. – 16:30 น." in drawn(app, "sessions_by_day", workshop).text


def test_two_tracks_are_both_named(app, programme_2566):
    text = drawn(app, "memo", offered("excellence-2566")).text
    assert "รางวัลคุณภาพการบริหารจัดการภาครัฐ ระดับดีเด่น" in text
    assert "รางวัลคุณภาพการบริหารจัดการภาครัฐ รายหมวด" in text


def test_each_day_says_that_its_hours_and_talks_are_not_announced(app, workshop):
    page = drawn(app, "sessions_by_day", workshop)
    assert [head.get_text() for head in page.select("h3")] == ["วันที่หนึ่ง", "วันที่สอง"]
    assert page.text.count("ยังไม่ประกาศเวลา") == 2
    assert page.text.count("ยังไม่ประกาศหัวข้อของช่วงนี้") == 2


def test_a_talk_moves_under_its_day_when_it_has_a_session(app, workshop):
    workshop.talks[0].session = workshop.sessions[0]
    db.session.flush()
    by_day, undated = drawn(app, "sessions_by_day", workshop), drawn(app, "talks_without_day", workshop)
    title = "เรียนรู้เคล็ดลับความสำเร็จพิชิตรางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"
    assert [head.get_text() for head in by_day.select("h4")] == [title]
    assert title not in undated.text
    assert len([tag for tag in undated.select(".tag") if tag.get_text() == "ยังไม่ประกาศวัน"]) == 3


def test_when_every_talk_has_its_day_nothing_is_said_of_the_others(app, workshop):
    for talk in workshop.talks:
        talk.session = workshop.sessions[1]
    db.session.flush()
    assert drawn(app, "talks_without_day", workshop).text == ""


def test_a_cancelled_session_says_so(app, workshop):
    workshop.sessions[1].is_cancelled = True
    page = drawn(app, "sessions_by_day", workshop)
    assert [tag.get_text() for tag in page.select(".tag")] == ["ยกเลิก"]


def test_a_workshop_without_sessions_or_speakers_is_drawn_all_the_same(app, workshop):
    bare = Workshop(
        code="bare",
        round=workshop.round,
        title_th="งาน",
        starts_on=workshop.starts_on,
        ends_on=workshop.ends_on,
    )
    bare.talks.append(Talk(code="bare", title_th="หัวข้อเปล่า"))
    db.session.add(bare)
    db.session.flush()
    assert "ยังไม่ประกาศกำหนดการรายวัน" in drawn(app, "sessions_by_day", bare).text
    assert "ยังไม่ประกาศวิทยากร" in drawn(app, "talks_without_day", bare).text
    assert "หัวข้อเปล่า" in drawn(app, "card_words", bare).text
    assert "ยังไม่ประกาศ" in drawn(app, "memo", bare).text


def test_a_card_names_the_first_talk_its_speaker_and_the_others_once(app, programme_2566):
    text = drawn(app, "card_words", offered("excellence-2566")).text
    assert "“ไขกุญแจความสำเร็จพิชิตรางวัลคุณภาพการบริหารจัดการภาครัฐ” โดย นางอารีย์พันธ์ เจริญสุข รองเลขาธิการ ก.พ.ร." in text
    assert text.endswith("วิทยากรร่วม ดร.ภาวนา กิตติวิมลชัย · รศ.พญ.สุพินดา คูณมี · รศ.โชติชนะ วิไลลักขณา")


def test_a_title_keeps_its_thai_wording_in_english(app, workshop):
    source = '{% from "programme/parts.html" import talk_name %}{{ talk_name(workshop.talks[0]) }}'
    with app.test_request_context("/"), in_language("en"):
        page = Page(render_template_string(source, workshop=workshop))
    assert page.text.startswith("Secrets of success")
    assert page.one("[lang=th]").get_text().startswith("เรียนรู้เคล็ดลับ")
