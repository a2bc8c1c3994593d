"""Every version of a workshop is kept whole, told apart in words, and comes back when wanted."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from portal.core.db import begin_write, db
from portal.core.i18n import in_language
from portal.programme import desk, history, text_files
from portal.programme.desk import BadText, InThePast, Overlapping, Stale, text_of
from portal.programme.differences import Difference, differences
from portal.programme.files import SessionText, TalkText, WorkshopText
from portal.programme.models import Material, MaterialVersion, Workshop, WorkshopStatus
from portal.programme.names import Names
from portal.programme.questions import Kind, When
from tests.programme.texts import FULL, QUESTIONS, at, pair, workshop_texts
from tests.rows import once

pytestmark = pytest.mark.usefixtures("app")

LATER, MORNING, OFF = FULL.sessions
OPENING, BARE = FULL.talks
FOOD, DIET, YEARS, ARRIVES = QUESTIONS


def told(after: WorkshopText, before: WorkshopText = FULL) -> list[tuple[str, str, str]]:
    return [(one.label, one.before, one.after) for one in differences(before, after)]


def with_morning(**new) -> WorkshopText:
    return replace(FULL, sessions=(LATER, replace(MORNING, **new), OFF))


# --- differences


def test_equal_texts_have_none():
    assert differences(FULL, replace(FULL)) == []


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ({"venue": ""}, ("สถานที่", "ห้องประชุมใหญ่ กรุงเทพฯ", "")),
        ({"capacity": None}, ("จำนวนที่นั่ง", "120", "ไม่จำกัด")),
        ({"per_agency": None}, ("จำนวนสูงสุดต่อหน่วยงาน", "4", "ไม่จำกัด")),
        ({"guaranteed": None}, ("ที่นั่งที่รับรองต่อหน่วยงาน", "2", "")),
        ({"guaranteed_until": None}, ("รับรองที่นั่งถึง", "15 ก.พ. 2566 12:00 น.", "")),
        ({"offer_hours": 0}, ("เวลาให้ยืนยันที่นั่ง (ชั่วโมง)", "48", "0")),
        ({"starts_on": date(2023, 2, 19)}, ("วันแรก", "20 กุมภาพันธ์ 2566", "19 กุมภาพันธ์ 2566")),
        ({"ends_on": None}, ("วันสุดท้าย", "21 กุมภาพันธ์ 2566", "")),
        ({"round_year": 2567}, ("รอบรางวัล", "2566", "2567")),
        ({"tracks": ("category",)}, ("ประเภทรางวัล", "category, excellent", "category")),
        ({"status": WorkshopStatus.CANCELLED}, ("สถานะ", "ร่าง", "ยกเลิก")),
        ({"facts": ()}, ("ข้อความในแหล่งข่าวที่อ้างถึง", "F01, F02", "")),
        ({"registration_opens_at": None}, ("วันเปิดรับ", "1 ก.พ. 2566 09:00 น.", "")),
    ],
)
def test_what_is_set_for_the_workshop_is_told_by_its_name(new, line):
    assert told(replace(FULL, **new)) == [line]


def test_a_title_is_told_in_each_language():
    assert told(replace(FULL, title=pair("ชื่อ", "Name"))) == [
        ("ชื่องานอบรม", FULL.title["th"], "ชื่อ"),
        ("ชื่องานอบรม (อังกฤษ)", "Everything set", "Name"),
    ]


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (
            {"starts_at": at("2023-02-20T10:30:00")},
            ("เช้าวันแรก: เวลาเริ่ม", "09:00 น.", "10:30 น."),
        ),
        ({"ends_at": None}, ("เช้าวันแรก: เวลาสิ้นสุด", "12:00 น.", "")),
        ({"day": date(2023, 2, 21)}, ("เช้าวันแรก: วันที่", "20 กุมภาพันธ์ 2566", "21 กุมภาพันธ์ 2566")),
        ({"room": "ห้อง 2"}, ("เช้าวันแรก: ห้อง", "ห้อง 1", "ห้อง 2")),
        ({"link": ""}, ("เช้าวันแรก: ลิงก์เข้าอบรมออนไลน์", MORNING.link, "")),
        ({"is_cancelled": True}, ("เช้าวันแรก: ยกเลิกช่วงนี้", "", "ยกเลิก")),
        ({"title": pair("เช้า", "Morning")}, ("เช้า: ชื่อ", "เช้าวันแรก", "เช้า")),
    ],
)
def test_what_changed_of_a_session_is_told_under_its_name(new, line):
    [found] = [one for one in told(with_morning(**new)) if one[0].startswith(line[0].split(":")[0] + ":")]
    assert found == line


def test_a_difference_has_a_path_that_programs_know_it_by():
    [found] = differences(FULL, with_morning(room="ห้อง 2"))
    assert found == Difference("เช้าวันแรก: ห้อง", "ห้อง 1", "ห้อง 2", ("session", "morning", "room"))


def test_sessions_that_came_or_went_are_told_with_what_they_were():
    new = SessionText("extra", pair("ช่วงเสริม"), date(2023, 2, 21), room="ห้อง 3")
    assert told(replace(FULL, sessions=(*FULL.sessions, new))) == [
        ("เพิ่มช่วง ช่วงเสริม", "", "ช่วงเสริม · 21 กุมภาพันธ์ 2566 · ห้อง 3")
    ]
    assert told(replace(FULL, sessions=(MORNING, OFF))) == [("ลบช่วง วันที่สอง", "วันที่สอง · 21 กุมภาพันธ์ 2566", "")]


def test_another_order_is_told():
    assert told(replace(FULL, sessions=(MORNING, LATER, OFF))) == [
        ("ลำดับช่วง", "วันที่สอง, เช้าวันแรก, ช่วงที่ยกเลิก", "เช้าวันแรก, วันที่สอง, ช่วงที่ยกเลิก")
    ]
    assert told(replace(FULL, talks=(BARE, OPENING)))[0][0] == "ลำดับหัวข้อ"
    assert told(replace(FULL, questions=(FOOD, YEARS, DIET, ARRIVES)))[0][0] == "ลำดับคำถาม"


def test_talks_are_told_with_points_speakers_and_session():
    changed = replace(
        OPENING, points=OPENING.points[:1], speakers=("kku-quality",), session="later", facts=()
    )
    assert told(replace(FULL, talks=(changed, BARE))) == [
        ("หัวข้อเปิด: ประเด็น", "ข้อหนึ่ง / One\nข้อสอง", "ข้อหนึ่ง / One"),
        ("หัวข้อเปิด: วิทยากร", "kku-quality, opdc-deputy", "kku-quality"),
        ("หัวข้อเปิด: ช่วง", "เช้าวันแรก", "วันที่สอง"),
        ("หัวข้อเปิด: ข้อความในแหล่งข่าวที่อ้างถึง", "F04", ""),
    ]
    assert told(replace(FULL, talks=(OPENING,))) == [("ลบหัวข้อ มีแต่คำอธิบาย", "มีแต่คำอธิบาย", "")]
    long = TalkText("long", description=pair("ก" * 100))
    assert told(replace(FULL, talks=(*FULL.talks, long)))[0][0] == f"เพิ่มหัวข้อ {'ก' * 59}…"


def test_speakers_and_tracks_are_told_by_name_and_what_is_gone_by_its_code():
    names = Names({"kku-quality": "รศ.ดร.สมหญิง ใจดี"}, {(2566, "category"): "รายหมวด"})
    after = replace(FULL, tracks=("category",), talks=(replace(OPENING, speakers=("kku-quality",)), BARE))
    assert [(one.label, one.before, one.after) for one in differences(FULL, after, names)] == [
        ("ประเภทรางวัล", "รายหมวด, excellent", "รายหมวด"),
        ("หัวข้อเปิด: วิทยากร", "รศ.ดร.สมหญิง ใจดี, opdc-deputy", "รศ.ดร.สมหญิง ใจดี"),
    ]
    added = replace(FULL, talks=(*FULL.talks, replace(OPENING, code="again", speakers=("kku-quality",))))
    [line] = differences(FULL, added, names)
    assert "รศ.ดร.สมหญิง ใจดี" in line.after


def test_another_speaker_of_the_same_name_is_a_difference():
    names = Names({"kku-quality": "สมชาย", "opdc-deputy": "สมชาย"})
    before = replace(FULL, talks=(replace(OPENING, speakers=("kku-quality",)), BARE))
    after = replace(FULL, talks=(replace(OPENING, speakers=("opdc-deputy",)), BARE))
    assert [one.path for one in differences(before, after, names)] == [("talk", "opening", "speakers")]


def test_questions_are_told_with_choices_and_when_they_are_asked():
    changed = replace(DIET, kind=Kind.NUMBER, is_required=False, when=When("food", "any"), label=pair("กี่มื้อ"))
    assert told(replace(FULL, questions=(FOOD, changed, YEARS, ARRIVES))) == [
        ("กี่มื้อ: ข้อความคำถาม", "โปรดระบุ", "กี่มื้อ"),
        ("กี่มื้อ: ชนิดคำตอบ", "ข้อความ", "ตัวเลข"),
        ("กี่มื้อ: ต้องตอบ", "ต้องตอบ", ""),
        ("กี่มื้อ: ถามเมื่อ", "“อาหารกลางวัน” ตอบว่า “อาหารพิเศษ”", "“อาหารกลางวัน” ตอบว่า “ทานได้ทุกอย่าง”"),
    ]
    assert told(replace(FULL, questions=QUESTIONS[:3])) == [("ลบคำถาม วันเดินทางถึง", "วันเดินทางถึง · วันที่", "")]
    other = replace(FOOD, choices=FOOD.choices[::-1])
    assert told(replace(FULL, questions=(other, *QUESTIONS[1:]))) == [
        (
            "อาหารกลางวัน: ตัวเลือก",
            "ทานได้ทุกอย่าง\nอาหารพิเศษ / A special diet",
            "อาหารพิเศษ / A special diet\nทานได้ทุกอย่าง",
        )
    ]


def test_a_condition_that_lost_its_question_is_told_all_the_same():
    alone = replace(FULL, questions=(DIET,))
    assert ("โปรดระบุ: ถามเมื่อ", "food = special", "") in told(
        replace(FULL, questions=(replace(DIET, when=None),)), alone
    )


def test_what_reads_alike_but_is_not_the_same_is_told_too():
    twin = replace(LATER, code="twin")
    before = replace(FULL, sessions=(*FULL.sessions, twin), talks=(replace(OPENING, session="later"),))
    after = replace(before, talks=(replace(OPENING, session="twin"),))
    assert told(after, before) == [("หัวข้อเปิด: ช่วง", "วันที่สอง", "วันที่สอง")]


def test_days_and_titles_are_told_in_the_readers_language(app):
    with app.test_request_context("/"), in_language("en"):
        [found] = differences(FULL, with_morning(day=date(2023, 2, 21)))
    assert found.label.startswith("Morning: ")
    assert (found.before, found.after) == ("20 February 2023", "21 February 2023")


# --- versions


def test_before_the_first_change_there_is_no_version(workshop):
    assert history.versions_of(workshop) == []
    assert history.version_of(workshop, 1) is None


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [-1, 0, 2**31, 10**30])
def test_a_number_no_version_can_have_finds_none(workshop, number):
    assert history.version_of(workshop, number) is None


def test_what_would_be_refused_today_is_kept_and_read_as_it_stood(workshop, cast):
    workshop.title_en = "One line\nand another"
    workshop.guaranteed = 3
    db.session.flush()
    before = text_of(workshop)
    desk.save(workshop, replace(before, title=pair("ก"), guaranteed=None), by=cast.orn, version=1)
    old = history.version_of(workshop, 1)
    assert old is not None
    assert history.text_at(old) == before
    with pytest.raises(BadText, match="บรรทัดเดียว"):
        desk.restore(workshop, 1, by=cast.orn, version=2)


def test_what_no_version_wrote_is_not_read():
    with pytest.raises(ValueError, match="write"):
        text_files.as_kept("code = ")


def test_versions_come_the_latest_first_with_who_made_them_in_one_query(workshop, cast, queries):
    for number in range(5):
        desk.save(
            workshop, replace(text_of(workshop), capacity=number), by=cast.orn, version=workshop.version
        )
    db.session.commit()
    identity = workshop.id
    with queries() as statements:
        versions = history.versions_of(workshop)
        assert [one.by and one.by.name for one in versions] == [cast.orn.name] * 5 + [None]
    assert [one.number for one in versions] == [6, 5, 4, 3, 2, 1]
    assert len([sql for sql in statements if "workshop_version" in sql]) == 1
    assert workshop.id == identity


def test_a_note_of_any_length_is_kept_as_far_as_it_fits(workshop, cast):
    desk.save(workshop, replace(text_of(workshop), capacity=1), by=cast.orn, version=1, note="ก" * 400)
    assert len(history.versions_of(workshop)[0].note) == 300


def test_a_change_of_another_room_is_kept_in_the_same_history(workshop, cast):
    history.keep_as_it_stands(workshop)
    workshop.capacity = 5
    version = history.keep(workshop, by=cast.orn, note="ที่นั่ง")
    assert (version.number, workshop.version, history.text_at(version).capacity) == (2, 2, 5)
    history.keep_as_it_stands(workshop)
    assert [one.number for one in history.versions_of(workshop)] == [2, 1]


@pytest.mark.both_databases
def test_what_was_read_before_the_lock_is_not_kept_as_how_it_stood(app, workshop, cast):
    seen = list(workshop.sessions)
    assert [session.title_th for session in seen] == ["วันที่หนึ่ง", "วันที่สอง"]
    identity = workshop.id

    def saves() -> None:
        with app.app_context():
            row = db.session.get_one(Workshop, identity)
            sessions = tuple(replace(one, title=pair("ชื่อใหม่")) for one in text_of(row).sessions)
            desk.save(row, replace(text_of(row), sessions=sessions), by=None, version=1)
            db.session.commit()

    other = threading.Thread(target=saves)
    other.start()
    other.join()
    begin_write()
    held = (
        select(Workshop)
        .where(Workshop.id == identity)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    workshop = db.session.scalars(held).one()
    history.keep_as_it_stands(workshop)
    workshop.capacity = 5
    version = history.keep(workshop, by=None)
    assert version.number == 3
    assert [one.title["th"] for one in history.text_at(version).sessions] == ["ชื่อใหม่"] * 2


def test_a_version_counts_on_from_the_workshops_own_number(workshop, cast):
    workshop.version = 9
    desk.save(workshop, replace(text_of(workshop), capacity=1), by=cast.orn, version=9)
    assert [one.number for one in history.versions_of(workshop)] == [10, 9]


# --- back to an older one


@pytest.fixture
@once
def changed(workshop, cast):
    """Version 1 as loaded; version 2 with another venue, a third session, one talk less and a question."""
    text = text_of(workshop)
    extra = SessionText("extra", pair("ช่วงเสริม"), date(2023, 2, 21))
    new = replace(
        text,
        venue="กรุงเทพฯ",
        sessions=(replace(text.sessions[0], room="ห้อง 1"), text.sessions[1], extra),
        talks=text.talks[:-1],
        questions=(FOOD,),
        capacity=5,
    )
    desk.save(workshop, new, by=cast.orn, version=1)
    db.session.commit()
    return workshop


def test_restoring_brings_the_text_back_as_a_new_version(changed, cast):
    old = history.version_of(changed, 1)
    assert old is not None
    before = history.text_at(old)
    desk.restore(changed, 1, by=cast.orn, version=2)
    db.session.commit()
    now = text_of(changed)
    assert replace(now, sessions=now.sessions[:2]) == before
    assert [(one.code, one.is_cancelled) for one in now.sessions[2:]] == [("extra", True)]
    latest = history.versions_of(changed)[0]
    assert (latest.number, latest.by, history.text_at(latest)) == (3, cast.orn, now)
    assert "1" in latest.note


def test_restoring_keeps_the_status_of_now(changed, cast):
    desk.close(changed, by=cast.orn)
    desk.restore(changed, 1, by=cast.orn, version=changed.version)
    assert changed.status is WorkshopStatus.CLOSED


def test_restoring_what_stands_already_keeps_nothing(changed, cast):
    desk.restore(changed, 2, by=cast.orn, version=2)
    assert changed.version == 2


def test_a_version_that_is_not_there_is_not_restored(changed, cast):
    with pytest.raises(BadText, match="7"):
        desk.restore(changed, 7, by=cast.orn, version=2)


def test_restoring_over_another_organizers_change_is_refused(changed, cast):
    with pytest.raises(Stale) as no:
        desk.restore(changed, 1, by=cast.orn, version=1)
    assert no.value.theirs.venue == "กรุงเทพฯ"


def test_restoring_into_the_past_or_onto_a_shared_room_asks_first(workshop, cast, clock_at):
    text = text_of(workshop)
    one_room = tuple(replace(one, day=date(2023, 2, 20), room="ห้อง 1") for one in text.sessions)
    desk.save(workshop, replace(text, sessions=one_room), by=cast.orn, version=1, overlap_ok=True)
    desk.save(workshop, text, by=cast.orn, version=2)
    with pytest.raises(Overlapping):
        desk.restore(workshop, 2, by=cast.orn, version=3)
    clock_at("2023-02-21T09:00:00+07:00")
    with pytest.raises(InThePast):
        desk.restore(workshop, 2, by=cast.orn, version=3, overlap_ok=True)
    desk.restore(workshop, 2, by=cast.orn, version=3, overlap_ok=True, past_ok=True)
    assert text_of(workshop).sessions == one_room


def test_restoring_never_takes_a_talk_with_materials_away(workshop, cast):
    text = text_of(workshop)
    desk.save(workshop, replace(text, talks=text.talks[1:]), by=cast.orn, version=1)
    desk.save(workshop, text, by=cast.orn, version=2)
    material = Material(talk=workshop.talks[0], title="สไลด์")
    material.versions.append(MaterialVersion(number=1, url="https://slides.example/1"))
    db.session.add(material)
    db.session.flush()
    with pytest.raises(BadText, match="เอกสารประกอบ"):
        desk.restore(workshop, 2, by=cast.orn, version=3)


def test_restoring_needs_the_speakers_that_version_names(changed, cast):
    old = history.version_of(changed, 1)
    assert old is not None
    old.text = old.text.replace("opdc-deputy", "long-gone")
    db.session.flush()
    with pytest.raises(BadText, match="long-gone"):
        desk.restore(changed, 1, by=cast.orn, version=2)


KNOWN = workshop_texts(
    tracks=st.sampled_from(["category", "excellent", "pmqa40"]),
    speakers=st.sampled_from(["kku-quality", "kku-team-1", "kku-team-2", "opdc-deputy"]),
)


@pytest.mark.both_databases
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(KNOWN, min_size=2, max_size=4))
def test_whatever_follows_whatever_each_version_stands_as_it_was_saved_and_comes_back(programme_2566, texts):
    texts = [
        replace(
            one,
            code="any-code",
            round_year=2566,
            status=WorkshopStatus.DRAFT,
            tracks=tuple(sorted(one.tracks)),
        )
        for one in texts
    ]
    try:
        workshop = desk.create(texts[0], by=None, overlap_ok=True)
        for text in texts[1:]:
            desk.save(workshop, text, by=None, version=workshop.version, overlap_ok=True)
            db.session.expire_all()
            assert text_of(workshop) == text
        desk.restore(workshop, 1, by=None, version=workshop.version, overlap_ok=True)
        db.session.expire_all()
        assert text_of(workshop) == texts[0]
    finally:
        db.session.rollback()
