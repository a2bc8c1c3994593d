"""A workshop made, copied, changed, published, closed, cancelled: what holds, what is kept, what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts import audit
from portal.accounts.models import User
from portal.core.db import db
from portal.programme import desk, history, rows
from portal.programme.desk import BadText, InThePast, NotFromHere, Overlapping, Stale, text_of
from portal.programme.files import DATES, SessionText, TalkText, WorkshopText
from portal.programme.models import (
    Material,
    MaterialVersion,
    Workshop,
    WorkshopSession,
    WorkshopStatus,
    WorkshopVersion,
)
from tests.participation.test_races import at_once
from tests.programme.texts import FULL, QUESTIONS, at, pair
from tests.rows import once

DRAFT, PUBLISHED, CLOSED, CANCELLED = (
    WorkshopStatus(one) for one in ("draft", "published", "closed", "cancelled")
)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def with_session(text: WorkshopText, number: int, **new: Any) -> WorkshopText:
    sessions = list(text.sessions)
    sessions[number] = replace(sessions[number], **new)
    return replace(text, sessions=tuple(sessions))


def save(workshop: Workshop, text: WorkshopText, by: User | None = None, **other: Any) -> Workshop:
    return desk.save(workshop, text, by=by, version=workshop.version, **other)


def refused(
    kind: type[BadText], workshop: Workshop, text: WorkshopText, **other: Any
) -> dict[tuple[str, ...], str]:
    """What the refusal says, by place; nothing is kept."""
    before, version = text_of(workshop), workshop.version
    with pytest.raises(kind) as no:
        save(workshop, text, **other)
    assert type(no.value) is kind
    assert all(fault.text in str(no.value) for fault in no.value.findings)
    assert (text_of(workshop), workshop.version, count(WorkshopVersion)) == (before, version, 0)
    return {fault.path: fault.text for fault in no.value.findings}


def sequences(workshop: Workshop) -> list[int]:
    return [session.sequence for session in sorted(workshop.sessions, key=lambda one: one.position)]


@pytest.fixture
@once
def draft(workshop, cast) -> Workshop:
    """Everything set, not published."""
    made = desk.create(FULL, by=cast.orn)
    db.session.commit()
    return made


# --- saving


def test_a_change_is_kept_with_who_when_and_how_it_stood_before(workshop, cast):
    before = text_of(workshop)
    after = replace(before, title=pair("ชื่อใหม่", "New title"), venue="กรุงเทพฯ")
    assert save(workshop, after, by=cast.orn, note="แก้ชื่อ") is workshop
    db.session.commit()
    assert text_of(workshop) == after
    assert (workshop.title_th, workshop.title_en, workshop.version) == ("ชื่อใหม่", "New title", 2)
    new, old = history.versions_of(workshop)
    assert (new.number, new.by, new.note, new.status, history.text_at(new)) == (
        2,
        cast.orn,
        "แก้ชื่อ",
        "published",
        after,
    )
    assert (old.number, old.by, old.note, history.text_at(old)) == (1, None, "", before)
    [event] = audit.events_of(workshop)
    assert (event.verb, event.actor_id, event.detail) == (
        "workshop.change",
        cast.orn.id,
        {"version": 2, "note": "แก้ชื่อ"},
    )


def test_everything_that_a_text_can_say_is_saved(workshop, cast):
    kept = replace(FULL, code=workshop.code, status=PUBLISHED)
    save(workshop, kept, by=cast.orn)
    db.session.commit()
    db.session.expire_all()
    now = text_of(workshop)
    gone = tuple(replace(one, is_cancelled=True) for one in text_of(workshop).sessions[3:])
    assert [one.code for one in gone] == ["day1", "day2"]
    assert now == replace(kept, sessions=kept.sessions + gone)


def test_saving_what_is_there_already_keeps_nothing(workshop, cast):
    save(workshop, text_of(workshop), by=cast.orn)
    assert (workshop.version, count(WorkshopVersion), audit.events_of(workshop)) == (1, 0, [])


def test_the_status_of_a_text_is_not_saved(workshop, cast):
    save(workshop, replace(text_of(workshop), status=DRAFT, venue="กรุงเทพฯ"), by=cast.orn)
    assert workshop.status is PUBLISHED


def test_blanks_and_ends_of_lines_are_tidied(workshop):
    save(workshop, replace(text_of(workshop), venue="  กรุงเทพฯ \r\n"))
    assert workshop.venue == "กรุงเทพฯ"


def test_the_second_of_two_organizers_is_told_what_the_first_changed(workshop, cast):
    base = text_of(workshop)
    theirs = replace(base, venue="กรุงเทพฯ")
    save(workshop, theirs, by=cast.orn)
    mine = replace(base, venue="นนทบุรี", title=pair("ชื่อใหม่"))
    with pytest.raises(Stale) as no:
        desk.save(workshop, mine, by=cast.wit, version=1)
    stale = no.value
    assert (stale.by, stale.version, stale.base, stale.theirs) == (cast.orn, 2, base, theirs)
    assert stale.at is not None
    told = {one.path: (one.before, one.after) for one in stale.differences}
    assert told[("venue",)] == ("กรุงเทพฯ", "นนทบุรี")
    assert told[("title",)] == (base.title["th"], "ชื่อใหม่")
    assert text_of(workshop) == theirs
    desk.save(workshop, mine, by=cast.wit, version=stale.version)
    assert text_of(workshop) == mine


def test_a_double_click_on_save_is_no_conflict(workshop, cast):
    text = replace(text_of(workshop), venue="กรุงเทพฯ")
    for _click in range(2):
        desk.save(workshop, text, by=cast.orn, version=1)
    assert (workshop.version, count(WorkshopVersion)) == (2, 2)


def test_a_change_made_elsewhere_is_kept_as_a_version_of_its_own(workshop, cast):
    save(workshop, replace(text_of(workshop), venue="กรุงเทพฯ"), by=cast.orn)
    workshop.capacity = 7
    db.session.flush()
    save(workshop, replace(text_of(workshop), venue="นนทบุรี"), by=cast.orn)
    kept = [
        (one.number, history.text_at(one).capacity, history.text_at(one).venue)
        for one in history.versions_of(workshop)
    ]
    assert kept == [(4, 7, "นนทบุรี"), (3, 7, "กรุงเทพฯ"), (2, None, "กรุงเทพฯ"), (1, None, "")]
    assert workshop.version == 4


def test_letters_that_got_in_elsewhere_do_not_lock_the_desk(workshop, cast):
    workshop.venue = "ห้อง\x07หนึ่ง"
    db.session.flush()
    save(workshop, replace(text_of(workshop), venue="ห้องหนึ่ง", title=pair("ใหม่")), by=cast.orn)
    assert workshop.venue == "ห้องหนึ่ง"


# --- what is refused


DAY = date(2023, 2, 20)


@pytest.mark.parametrize(
    ("new", "path", "words"),
    [
        ({"day": date(2023, 2, 19)}, "day", "นอกวันอบรม"),
        ({"day": None}, "day", "ระบุวัน"),
        (
            {"starts_at": at("2023-02-20T12:00:00"), "ends_at": at("2023-02-20T09:00:00")},
            "ends_at",
            "หลังเวลาเริ่ม",
        ),
        (
            {"starts_at": at("2023-02-20T12:00:00"), "ends_at": at("2023-02-20T12:00:00")},
            "ends_at",
            "หลังเวลาเริ่ม",
        ),
        ({"starts_at": at("2023-02-20T12:00:00")}, "ends_at", "ทั้งเวลาเริ่ม"),
        (
            {"starts_at": at("2023-02-21T09:00:00"), "ends_at": at("2023-02-21T12:00:00")},
            "starts_at",
            "ในวันของช่วงนี้",
        ),
        (
            {"starts_at": at("2023-02-20T23:00:00"), "ends_at": at("2023-02-21T01:00:00")},
            "starts_at",
            "ในวันของช่วงนี้",
        ),
        ({"code": "day2"}, "code", "ซ้ำ"),
    ],
)
def test_a_session_that_cannot_be_is_refused_by_name(workshop, new, path, words):
    text = with_session(text_of(workshop), 0, **new)
    found = refused(BadText, workshop, text)
    [told] = [told for place, told in found.items() if place[0] == "session" and place[2] == path]
    assert words in told
    assert "วันที่หนึ่ง" in told or path == "code"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"ends_on": date(2023, 2, 19)}, "วันสุดท้าย"),
        ({"starts_on": None}, "ระบุวันแรก"),
        ({"ends_on": None}, "ระบุวันสุดท้าย"),
        ({"title": {}}, "title"),
        ({"title": pair("ก" * 301)}, "300"),
        ({"title": pair("ก\nข")}, "บรรทัดเดียว"),
        ({"venue": "ห้อง\x00"}, "อักขระควบคุม"),
        ({"tracks": ("gold",)}, "gold"),
        ({"round_year": 2599}, "2599"),
        ({"capacity": -1}, "capacity"),
        (
            {
                "registration_opens_at": at("2023-02-02T09:00:00"),
                "registration_closes_at": at("2023-02-01T09:00:00"),
            },
            "ปิดรับ",
        ),
        ({"code": "other"}, "เปลี่ยนรหัสไม่ได้"),
        ({"talks": (TalkText("t", pair("ก"), speakers=("nobody",)),)}, "nobody"),
        ({"talks": (TalkText("t", pair("ก")), TalkText("t", pair("ข")))}, "รหัส t ซ้ำ"),
        ({"talks": (TalkText("t"),)}, "title หรือ description"),
        ({"talks": (TalkText("t", pair("ก"), session="day9"),)}, "ไม่มีแล้ว"),
        ({"questions": (QUESTIONS[1],)}, "ก่อนหน้า"),
        ({"questions": (QUESTIONS[0], QUESTIONS[0])}, "รหัส food ซ้ำ"),
    ],
)
def test_a_text_that_cannot_stand_is_refused_in_words(workshop, new, words):
    found = refused(BadText, workshop, replace(text_of(workshop), **new))
    assert any(words in told for told in found.values()), found


def test_everything_wrong_is_told_at_once(workshop):
    text = with_session(with_session(text_of(workshop), 0, day=date(2023, 3, 1)), 1, day=date(2023, 3, 1))
    assert len(refused(BadText, workshop, text)) == 2


# --- one room, two sessions


def in_rooms(workshop: Workshop, *sessions: tuple[str, str, str]) -> WorkshopText:
    """The workshop with one session for each (room, from, to); no hours: all day."""
    return replace(
        text_of(workshop),
        sessions=tuple(
            SessionText(
                f"day{number}",
                pair(f"ช่วง {number}"),
                DAY,
                starts_at=at(f"2023-02-20T{starts}:00") if starts else None,
                ends_at=at(f"2023-02-20T{ends}:00") if ends else None,
                room=room,
            )
            for number, (room, starts, ends) in enumerate(sessions, 1)
        ),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ห้อง 1", "09:00", "12:00"), ("ห้อง 1", "11:59", "13:00")),
        (("Hall A", "09:00", "12:00"), ("hall a", "10:00", "11:00")),
        (("ห้อง 1", "", ""), ("ห้อง 1", "11:59", "13:00")),
        (("ห้อง 1", "", ""), ("ห้อง 1", "", "")),
    ],
)
def test_two_sessions_in_one_room_at_one_time_are_refused_by_name_unless_that_is_wanted(workshop, one, other):
    text = in_rooms(workshop, one, other)
    [told] = refused(Overlapping, workshop, text).values()
    assert "ช่วง 1" in told
    assert "ช่วง 2" in told
    save(workshop, text, overlap_ok=True)
    assert workshop.version == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ห้อง 1", "09:00", "12:00"), ("ห้อง 1", "12:00", "13:00")),
        (("ห้อง 1", "09:00", "12:00"), ("ห้อง 2", "09:00", "12:00")),
        (("", "09:00", "12:00"), ("", "09:00", "12:00")),
    ],
)
def test_sessions_that_do_not_meet_are_taken(workshop, one, other):
    save(workshop, in_rooms(workshop, one, other))
    assert workshop.version == 2


def test_a_cancelled_session_needs_no_room(workshop):
    text = in_rooms(workshop, ("ห้อง 1", "", ""), ("ห้อง 1", "", ""))
    save(workshop, with_session(text, 0, is_cancelled=True))
    assert workshop.version == 2


def test_an_overlap_that_was_wanted_is_not_asked_about_again(workshop):
    save(workshop, in_rooms(workshop, ("ห้อง 1", "", ""), ("ห้อง 1", "", "")), overlap_ok=True)
    save(workshop, replace(text_of(workshop), venue="กรุงเทพฯ"))
    assert workshop.venue == "กรุงเทพฯ"


# --- the past


def test_a_session_of_a_published_workshop_does_not_move_into_the_past_unless_that_is_wanted(
    workshop, clock_at
):
    clock_at("2023-02-21T10:00:00+07:00")
    text = with_session(text_of(workshop), 1, day=DAY)
    [told] = refused(InThePast, workshop, text).values()
    assert "วันที่สอง" in told
    assert "ผ่านไปแล้ว" in told
    save(workshop, text, past_ok=True)
    assert workshop.sessions[1].day == DAY


def test_a_session_ends_before_it_is_past(workshop, clock_at):
    clock_at("2023-02-20T11:00:00+07:00")
    hours = {"starts_at": at("2023-02-20T08:00:00"), "ends_at": at("2023-02-20T11:00:00")}
    refused(InThePast, workshop, with_session(text_of(workshop), 0, **hours))
    save(workshop, with_session(text_of(workshop), 0, **hours | {"ends_at": at("2023-02-20T11:30:00")}))
    assert workshop.version == 2


def test_words_of_a_meeting_that_is_over_may_still_be_put_right(workshop, clock_at):
    clock_at("2023-03-01T10:00:00+07:00")
    save(workshop, with_session(text_of(workshop), 0, title=pair("วันแรก"), room="ห้อง 9"))
    assert workshop.sessions[0].title_th == "วันแรก"


@pytest.mark.parametrize("turn", [desk.close, desk.cancel])
def test_once_closed_a_workshop_may_be_put_right_in_the_past(workshop, cast, clock_at, turn):
    turn(workshop, by=cast.orn)
    clock_at("2023-02-21T10:00:00+07:00")
    save(workshop, with_session(text_of(workshop), 1, day=DAY))
    assert workshop.sessions[1].day == DAY


def test_a_new_session_and_one_back_from_cancellation_are_not_in_the_past_either(workshop, clock_at):
    save(workshop, with_session(text_of(workshop), 0, is_cancelled=True))
    db.session.commit()
    clock_at("2023-02-21T10:00:00+07:00")
    text = text_of(workshop)
    for new in (
        replace(text, sessions=(*text.sessions, SessionText("extra", pair("เพิ่ม"), DAY))),
        with_session(text, 0, is_cancelled=False),
    ):
        with pytest.raises(InThePast):
            save(workshop, new)


# --- what people are told: SEQUENCE


@pytest.mark.parametrize(
    "new",
    [
        {"day": date(2023, 2, 21)},
        {"starts_at": at("2023-02-20T09:00:00"), "ends_at": at("2023-02-20T12:00:00")},
        {"room": "ห้อง 9"},
        {"link": "https://meet.example/x"},
        {"is_cancelled": True},
    ],
)
def test_the_sequence_grows_for_a_meeting_that_moved_and_for_no_other(workshop, new):
    save(workshop, with_session(text_of(workshop), 0, **new))
    assert sequences(workshop) == [1, 0]


def test_words_and_order_alone_are_no_move(workshop):
    text = with_session(text_of(workshop), 0, title=pair("วันแรก"))
    save(workshop, replace(text, sessions=text.sessions[::-1], title=pair("ชื่อ"), capacity=3))
    assert sequences(workshop) == [0, 0]


def test_a_new_venue_is_a_move_of_every_meeting_that_takes_place(workshop):
    save(workshop, with_session(text_of(workshop), 0, is_cancelled=True))
    save(workshop, replace(text_of(workshop), venue="นนทบุรี"))
    assert sequences(workshop) == [1, 1]


def test_a_cancelled_meeting_moves_only_when_it_is_held_again(workshop):
    save(workshop, with_session(text_of(workshop), 0, is_cancelled=True))
    save(workshop, with_session(text_of(workshop), 0, room="ห้อง 9"))
    assert sequences(workshop) == [1, 0]
    save(workshop, with_session(text_of(workshop), 0, is_cancelled=False))
    assert sequences(workshop) == [2, 0]


def test_of_a_draft_nobody_knows_so_nothing_moves(draft):
    save(draft, replace(with_session(text_of(draft), 1, room="ห้อง 9"), venue="นนทบุรี"))
    assert sequences(draft) == [0, 0, 0]


def test_a_session_added_to_what_is_published_is_news_to_a_draft_it_is_not(workshop, draft):
    for one, expected in ((workshop, 1), (draft, 0)):
        text = text_of(one)
        save(one, replace(text, sessions=(*text.sessions, SessionText("extra", pair("เพิ่ม"), DAY))))
        [new] = [session for session in one.sessions if session.code == "extra"]
        assert new.sequence == expected


# --- parts that go


def test_a_session_that_people_may_know_of_is_cancelled_not_deleted(workshop):
    text = text_of(workshop)
    save(workshop, replace(text, sessions=text.sessions[1:]))
    kept = {session.code: (session.is_cancelled, session.sequence) for session in workshop.sessions}
    assert kept == {"day1": (True, 1), "day2": (False, 0)}
    save(workshop, replace(text_of(workshop), sessions=text.sessions))
    assert [(one.code, one.is_cancelled) for one in text_of(workshop).sessions] == [
        ("day1", False),
        ("day2", False),
    ]


def test_a_session_of_a_draft_is_deleted(draft):
    text = text_of(draft)
    save(draft, replace(text, sessions=text.sessions[:2], talks=()))
    db.session.commit()
    db.session.expire_all()
    assert text_of(draft).sessions == text.sessions[:2]
    assert count(WorkshopSession) == 2 + 4


def test_a_draft_keeps_the_session_that_a_talk_stands_in(draft):
    with pytest.raises(BadText, match="หัวข้อเปิด"):
        save(draft, replace(text_of(draft), sessions=()))


def test_talks_come_go_and_change_places_with_their_speakers(draft):
    opening, bare = text_of(draft).talks
    row = {talk.code: talk.id for talk in draft.talks}
    new = TalkText("third", pair("หัวข้อใหม่"), speakers=("kku-team-1",))
    talks = (
        new,
        replace(bare, speakers=("ddc-development",)),
        replace(opening, speakers=("opdc-deputy", "kku-quality", "kku-team-2")),
    )
    save(draft, replace(text_of(draft), talks=talks))
    db.session.commit()
    db.session.expire_all()
    assert text_of(draft).talks == talks
    assert {talk.code: talk.id for talk in draft.talks} | row == {talk.code: talk.id for talk in draft.talks}
    save(draft, replace(text_of(draft), talks=(replace(opening, speakers=("kku-quality",)),)))
    db.session.commit()
    db.session.expire_all()
    assert text_of(draft).talks == (replace(opening, speakers=("kku-quality",)),)


def test_a_talk_with_materials_stays_until_they_are_withdrawn(workshop, cast):
    talk = workshop.talks[0]
    material = Material(talk=talk, title="สไลด์")
    material.versions.append(MaterialVersion(number=1, url="https://slides.example/1", by=cast.wit))
    db.session.add(material)
    db.session.commit()
    text = text_of(workshop)
    found = refused(BadText, workshop, replace(text, talks=text.talks[1:]))
    assert "เอกสารประกอบ" in found[("talk", "opening")]
    material.withdrawn_at = material.created_at
    db.session.commit()
    save(workshop, replace(text, talks=text.talks[1:]))
    assert "opening" not in {talk.code for talk in workshop.talks}


# --- making and copying


def test_a_new_workshop_is_a_draft_with_its_first_version(workshop, cast):
    made = desk.create(replace(FULL, status=PUBLISHED), by=cast.orn, note="ใหม่")
    db.session.commit()
    db.session.expire_all()
    assert (made.status, made.version, text_of(made)) == (DRAFT, 1, FULL)
    [version] = history.versions_of(made)
    assert (version.number, version.by, version.note, history.text_at(version)) == (1, cast.orn, "ใหม่", FULL)
    assert [event.verb for event in audit.events_of(made)] == ["workshop.create"]


def test_a_code_is_used_once(workshop, cast):
    with pytest.raises(BadText) as no:
        desk.create(replace(FULL, code=workshop.code), by=cast.orn)
    [fault] = no.value.findings
    assert fault.path == ("code",)
    assert workshop.code in fault.text


def test_a_new_workshop_is_checked_like_any_other(workshop, cast):
    with pytest.raises(BadText):
        desk.create(replace(FULL, title={}), by=cast.orn)
    crowded = with_session(with_session(FULL, 0, room="ห้อง 1", day=DAY), 1, room="ห้อง 1")
    with pytest.raises(Overlapping):
        desk.create(crowded, by=cast.orn)
    assert count(Workshop) == 2
    desk.create(crowded, by=cast.orn, overlap_ok=True)


def test_a_copy_is_a_draft_on_other_days(draft, cast):
    before = text_of(draft)
    made = desk.copy(draft, code="full-2567", first_day=date(2024, 2, 28), by=cast.orn)
    db.session.commit()
    text = text_of(made)
    assert (made.status, text.starts_on, text.ends_on) == (DRAFT, date(2024, 2, 28), date(2024, 2, 29))
    assert [(one.code, one.day) for one in text.sessions] == [
        ("later", date(2024, 2, 29)),
        ("morning", date(2024, 2, 28)),
    ]
    assert text.sessions[1].starts_at == at("2024-02-28T09:00:00")
    assert (text.guaranteed_until, text.registration_opens_at, text.registration_closes_at) == (
        None,
        None,
        None,
    )
    assert (text.facts, text.talks[0].facts, text.notes[DATES]) == ((), (), "")
    assert text.talks[0].points == (pair("ข้อหนึ่ง", "One"), pair("ข้อสอง"))
    same = ("title", "venue", "capacity", "per_agency", "offer_hours", "questions", "tracks")
    assert [getattr(text, name) for name in same] == [getattr(before, name) for name in same]
    assert text_of(draft) == before
    assert "full-2566" in history.versions_of(made)[0].note


def test_a_copy_of_what_is_held_leaves_talks_of_cancelled_sessions_without_one(draft, cast):
    save(draft, with_session(text_of(draft), 1, is_cancelled=True))
    made = desk.copy(draft, code="again", first_day=DAY + timedelta(days=70), by=cast.orn)
    assert [talk.session for talk in text_of(made).talks] == ["", ""]


def test_a_copy_needs_a_code_of_its_own(draft, cast):
    for code in (draft.code, "Not a code", "new"):
        with pytest.raises(BadText):
            desk.copy(draft, code=code, first_day=DAY, by=cast.orn)


# --- status


@pytest.mark.parametrize(
    ("turn", "since", "to"),
    [
        (desk.publish, DRAFT, PUBLISHED),
        (desk.close, PUBLISHED, CLOSED),
        (desk.reopen, CLOSED, PUBLISHED),
        (desk.reopen, CANCELLED, PUBLISHED),
        (desk.cancel, DRAFT, CANCELLED),
        (desk.cancel, PUBLISHED, CANCELLED),
        (desk.cancel, CLOSED, CANCELLED),
    ],
)
def test_a_turn_is_kept_with_who_and_why_and_twice_is_once(workshop, cast, turn, since, to):
    workshop.status = since
    db.session.commit()
    for _click in range(2):
        assert turn(workshop, by=cast.orn, why="เพราะ") is workshop
    assert (workshop.status, workshop.version) == (to, 2)
    new, old = history.versions_of(workshop)
    assert (new.status, new.by, new.note, old.status) == (to.value, cast.orn, "เพราะ", since.value)
    [event] = audit.events_of(workshop)
    assert event.verb == f"workshop.{turn.__name__}"
    assert event.detail == {"version": 2, "why": "เพราะ"}


@pytest.mark.parametrize(
    ("turn", "since"),
    [
        (desk.publish, CLOSED),
        (desk.publish, CANCELLED),
        (desk.close, DRAFT),
        (desk.close, CANCELLED),
        (desk.reopen, DRAFT),
    ],
)
def test_a_turn_from_elsewhere_is_refused(workshop, cast, turn, since):
    workshop.status = since
    db.session.commit()
    with pytest.raises(NotFromHere, match="สถานะ"):
        turn(workshop, by=cast.orn)
    assert (workshop.status, count(WorkshopVersion)) == (since, 0)


def test_calling_off_and_taking_that_back_are_news_of_every_meeting_held(workshop, cast):
    save(workshop, with_session(text_of(workshop), 0, is_cancelled=True))
    desk.cancel(workshop, by=cast.orn)
    assert sequences(workshop) == [1, 1]
    desk.reopen(workshop, by=cast.orn)
    assert sequences(workshop) == [1, 2]
    desk.close(workshop, by=cast.orn)
    desk.reopen(workshop, by=cast.orn)
    assert sequences(workshop) == [1, 2]


def test_a_draft_called_off_and_taken_back_is_a_draft_that_nobody_saw(draft, cast):
    desk.cancel(draft, by=cast.orn)
    desk.reopen(draft, by=cast.orn)
    assert (draft.status, set(sequences(draft))) == (DRAFT, {0})
    desk.publish(draft, by=cast.orn)
    desk.cancel(draft, by=cast.orn)
    desk.reopen(draft, by=cast.orn)
    assert draft.status is PUBLISHED


def test_a_draft_called_off_is_no_news(draft, cast):
    desk.cancel(draft, by=cast.orn)
    assert sequences(draft) == [0, 0, 0]


# --- many at once


@pytest.mark.both_databases
def test_of_two_who_save_at_once_one_is_told_of_the_other(app, workshop, cast):
    texts = [replace(text_of(workshop), venue=venue) for venue in ("กรุงเทพฯ", "นนทบุรี")]
    stale: list[Stale] = []

    def saves(text: WorkshopText, workshop_id: int, by_id: int):
        def job() -> None:
            try:
                row = db.session.get_one(Workshop, workshop_id)
                desk.save(row, text, by=db.session.get_one(User, by_id), version=1)
            except Stale as no:
                stale.append(no)

        return job

    at_once(app, [saves(text, workshop.id, cast.orn.id) for text in texts])
    [told] = stale
    assert {told.theirs.venue, told.differences[0].after} == {"กรุงเทพฯ", "นนทบุรี"}
    assert (workshop.venue, workshop.version) == (told.theirs.venue, 2)
    assert [one.number for one in history.versions_of(workshop)] == [2, 1]


@pytest.mark.both_databases
def test_publishing_eight_times_at_once_is_publishing_once(app, workshop, cast):
    workshop.status = DRAFT
    identity = workshop.id
    at_once(app, [lambda: desk.publish(db.session.get_one(Workshop, identity), by=None)] * 8)
    assert (workshop.status, workshop.version, count(WorkshopVersion)) == (PUBLISHED, 2, 2)


@pytest.mark.both_databases
def test_of_four_who_make_the_same_code_at_once_one_does(app, workshop):
    no: list[BadText] = []

    def makes() -> None:
        try:
            desk.create(FULL, by=None)
        except BadText as refusal:
            no.append(refusal)

    at_once(app, [makes] * 4)
    assert len(no) == 3
    assert all(refusal.findings[0].path == ("code",) for refusal in no)
    assert (count(Workshop), count(WorkshopVersion)) == (3, 1)


@pytest.mark.both_databases
def test_everything_set_is_saved_and_read_alike(workshop, cast):
    made = desk.create(FULL, by=cast.orn)
    db.session.commit()
    db.session.expire_all()
    assert rows.text_of(made) == FULL
