"""Calendars read back as a calendar program reads them, and looked at octet by octet."""

from datetime import date, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.core import clock
from portal.core.db import db
from portal.participation import attendance, calendars, registration, terms
from portal.participation.models import AttendanceState, CalendarFeed
from portal.programme.models import WorkshopStatus


def events(body: bytes):
    calendar = Calendar.from_ical(body)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def assert_is_well_formed(body: bytes) -> None:
    """RFC 5545 §3.1: CRLF everywhere, no line above 75 octets, UTF-8 whole in every line."""
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert body.count(b"\n") == body.count(b"\r\n") == body.count(b"\r")
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")
    assert b"BEGIN:VTIMEZONE" in body
    assert b"TZID:Asia/Bangkok" in body


@pytest.fixture
def workshop(make_workshop):
    workshop = make_workshop(venue="โรงแรมตัวอย่าง, ห้อง “บุษบา”; ชั้น 2")
    first = workshop.sessions[0]
    first.starts_at = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
    first.ends_at = datetime.fromisoformat("2023-02-20T16:30:00+07:00")
    first.room = "ห้อง 1"
    db.session.commit()
    return workshop


@pytest.fixture
def seat(workshop, cast):
    mine = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return mine


def test_a_workshop_has_one_event_a_session_timed_or_all_day(workshop):
    body = calendars.workshop_calendar(workshop)
    assert_is_well_formed(body)
    found = events(body)
    timed, whole = found["pmqa40-2566.day1@pmqa-portal"], found["pmqa40-2566.day2@pmqa-portal"]
    assert timed["DTSTART"].dt == datetime(2023, 2, 20, 9, tzinfo=clock.BANGKOK)
    assert timed["DTSTART"].params["TZID"] == "Asia/Bangkok"
    assert timed["DTEND"].dt == datetime(2023, 2, 20, 16, 30, tzinfo=clock.BANGKOK)
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (date(2023, 2, 21), date(2023, 2, 22))
    assert timed["SUMMARY"] == "วันที่หนึ่ง · รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"
    assert timed["LOCATION"] == "ห้อง 1 · โรงแรมตัวอย่าง, ห้อง “บุษบา”; ชั้น 2"
    assert timed["URL"] == "http://localhost/workshops/pmqa40-2566"


def test_the_public_calendar_names_nobody(workshop, seat):
    body = calendars.workshop_calendar(workshop).decode()
    assert "ATTENDEE" not in body
    assert "lamai" not in body


def test_without_sessions_the_days_are_one_event(make_workshop):
    workshop = make_workshop()
    for session in list(workshop.sessions):
        db.session.delete(session)
    db.session.commit()
    [event] = events(calendars.workshop_calendar(workshop)).values()
    assert event["UID"] == "pmqa40-2566@pmqa-portal"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2023, 2, 20), date(2023, 2, 22))


def test_a_cancelled_session_or_workshop_stays_as_cancelled(workshop):
    workshop.sessions[1].is_cancelled = True
    db.session.commit()
    states = [event["STATUS"] for event in events(calendars.workshop_calendar(workshop)).values()]
    assert states == ["CONFIRMED", "CANCELLED"]
    workshop.status = WorkshopStatus.CANCELLED
    assert {event["STATUS"] for event in events(calendars.workshop_calendar(workshop)).values()} == {
        "CANCELLED"
    }


def test_a_moved_meeting_keeps_its_uid_and_raises_its_sequence(workshop, cast, seat):
    before = events(calendars.personal(cast.lamai))
    terms.change(workshop, terms.Terms(**(vars(terms.of(workshop)) | {"venue": "ที่ใหม่"})), by=cast.orn)
    after = events(calendars.personal(cast.lamai))
    assert before.keys() == after.keys()
    for uid, event in after.items():
        assert event["SEQUENCE"] == before[uid]["SEQUENCE"] + 1


def test_the_same_facts_give_the_same_bytes(workshop, cast, seat, clock_at):
    first = calendars.workshop_calendar(workshop), calendars.personal(cast.lamai)
    clock_at("2023-02-15T12:00:00+07:00")
    assert (calendars.workshop_calendar(workshop), calendars.personal(cast.lamai)) == first


def test_an_invitation_asks_one_person_and_matches_the_published_event(workshop, seat, mails):
    [mail] = mails()
    assert_is_well_formed(mail.calendar)
    calendar = Calendar.from_ical(mail.calendar)
    assert (calendar["METHOD"], mail.calendar_method) == ("REQUEST", "REQUEST")
    found = events(mail.calendar)
    assert found.keys() == events(calendars.workshop_calendar(workshop)).keys()
    for event in found.values():
        attendee = event["ATTENDEE"]
        assert str(attendee) == "mailto:lamai@demo.example"
        assert attendee.params["CN"] == "ละไม ตั้งใจ"
        assert attendee.params["PARTSTAT"] == "ACCEPTED"
        assert str(event["ORGANIZER"]) == "mailto:no-reply@portal.example"


def test_a_cancellation_takes_back_what_the_invitation_gave(workshop, seat, cast, mails):
    registration.cancel(seat, by=cast.lamai)
    invitation, cancellation = (events(mail.calendar) for mail in mails())
    assert Calendar.from_ical(mails()[1].calendar)["METHOD"] == "CANCEL"
    assert invitation.keys() == cancellation.keys()
    for uid, event in cancellation.items():
        assert event["STATUS"] == "CANCELLED"
        assert event["SEQUENCE"] > invitation[uid]["SEQUENCE"]
        assert str(event["ATTENDEE"]) == "mailto:lamai@demo.example"


def test_who_waits_sees_it_as_tentative_and_who_left_sees_nothing(make_workshop, make_people):
    workshop = make_workshop(capacity=1)
    one, two = make_people(2)
    seat, place = (registration.register(workshop, user=person) for person in (one, two))
    waiting = events(calendars.personal(two))
    assert {event["STATUS"] for event in waiting.values()} == {"TENTATIVE"}
    assert all(event["SUMMARY"].startswith("(รอคิว) ") for event in waiting.values())
    registration.cancel(seat, by=one)
    promoted = events(calendars.personal(two))
    assert {event["STATUS"] for event in promoted.values()} == {"CONFIRMED"}
    for uid, event in promoted.items():
        assert event["SEQUENCE"] > waiting[uid]["SEQUENCE"]
    assert events(calendars.personal(one)) == {}
    assert place.user_id == two.id


def test_a_feed_speaks_its_persons_language(workshop, seat, cast):
    cast.lamai.language = "en"
    assert "PMQA 4.0" in str(next(iter(events(calendars.personal(cast.lamai)).values()))["SUMMARY"])


def test_an_empty_feed_is_a_calendar_too(cast):
    assert_is_well_formed(calendars.personal(cast.sakda))


class TestAttendanceCalendar:
    @pytest.fixture
    def marked(self, make_workshop, make_people):
        """Five with a seat: attended, partial, excused, no_show and not marked; one who waits."""
        workshop = make_workshop(capacity=5)
        people = make_people(6)
        people[0].name = "สมหญิง; “ป้าแดง”, ณ อยุธยา"
        rows = [registration.register(workshop, user=person) for person in people]
        db.session.commit()
        first = workshop.sessions[0]
        for row, state in zip(rows, AttendanceState, strict=False):
            attendance.mark(row, first, state=state, by=None, how="roster")
        db.session.commit()
        return workshop, rows

    def test_one_event_a_session_with_everybody_who_has_a_seat(self, marked):
        workshop, rows = marked
        body = calendars.attendance_calendar(workshop)
        assert_is_well_formed(body)
        found = events(body)
        assert list(found) == [
            "attendance.pmqa40-2566.day1@pmqa-portal",
            "attendance.pmqa40-2566.day2@pmqa-portal",
        ]
        for event in found.values():
            assert len(event["ATTENDEE"]) == 5
        assert "METHOD" not in Calendar.from_ical(body)
        assert rows[5].user.email not in body.decode()

    def test_each_attendee_has_partstat_and_state(self, marked):
        workshop, rows = marked
        event = next(iter(events(calendars.attendance_calendar(workshop)).values()))
        told = {str(who): (who.params["PARTSTAT"], who.params["X-ATTENDANCE"]) for who in event["ATTENDEE"]}
        assert [told[f"mailto:{row.user.email}"] for row in rows[:5]] == [
            ("ACCEPTED", "attended"),
            ("ACCEPTED", "partial"),
            ("DECLINED", "excused"),
            ("ACCEPTED", "no_show"),
            ("ACCEPTED", "unmarked"),
        ]
        assert event["X-ATTENDANCE"] == "attended=1 partial=1 excused=1 no_show=1 unmarked=1"

    def test_the_state_can_be_read_by_a_person_too(self, marked):
        workshop, rows = marked
        one, two = events(calendars.attendance_calendar(workshop)).values()
        assert "มาแล้ว 1 คน\n- สมหญิง; “ป้าแดง”, ณ อยุธยา (หน่วยงานตัวอย่างที่ 0)" in one["DESCRIPTION"]
        assert f"ไม่มา 1 คน\n- {rows[3].user.name}" in one["DESCRIPTION"]
        assert two["DESCRIPTION"].startswith("ยังไม่บันทึก 5 คน")

    def test_the_agency_stands_beside_the_name(self, marked):
        workshop, rows = marked
        event = next(iter(events(calendars.attendance_calendar(workshop)).values()))
        of = {str(who): who.params["X-AGENCY"] for who in event["ATTENDEE"]}
        assert of[f"mailto:{rows[1].user.email}"] == "หน่วยงานตัวอย่างที่ 1"

    def test_a_new_mark_shows_as_a_later_change(self, marked, clock_at):
        workshop, rows = marked
        before = next(iter(events(calendars.attendance_calendar(workshop)).values()))
        clock_at("2023-02-20T17:00:00+07:00")
        attendance.mark(rows[4], workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        after = next(iter(events(calendars.attendance_calendar(workshop)).values()))
        assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
        assert after["DTSTAMP"].dt > before["DTSTAMP"].dt

    def test_nobody_yet_is_said(self, make_workshop):
        [event, _] = events(calendars.attendance_calendar(make_workshop())).values()
        assert event["DESCRIPTION"] == "ยังไม่มีผู้ได้ที่นั่ง"
        assert "ATTENDEE" not in event

    def test_as_many_queries_for_thirty_people_as_for_five(self, marked, make_people, queries):
        workshop, _ = marked
        assert workshop.sessions
        with queries() as few:
            calendars.attendance_calendar(workshop)
        workshop.capacity = None
        for person in make_people(25):
            registration.register(workshop, user=person)
        db.session.commit()
        assert workshop.sessions
        with queries() as many:
            calendars.attendance_calendar(workshop)
        assert len(many) <= len(few) <= 5


class TestFeed:
    def test_the_first_rotation_makes_the_address_and_the_next_kills_it(self, cast):
        assert calendars.feed_of(cast.lamai) is None
        first = calendars.rotate(cast.lamai).secret
        db.session.commit()
        found = calendars.feed_by_secret(first)
        assert found is not None
        assert found.user is cast.lamai
        second = calendars.rotate(cast.lamai).secret
        db.session.commit()
        assert second != first
        assert calendars.feed_by_secret(first) is None
        assert len(db.session.scalars(select(CalendarFeed)).all()) == 1

    def test_the_address_of_a_disabled_person_is_dead(self, cast):
        secret = calendars.rotate(cast.lamai).secret
        cast.lamai.disabled_at = clock.now()
        db.session.commit()
        assert calendars.feed_by_secret(secret) is None


def test_an_offered_seat_is_tentative_and_says_that_it_waits_for_an_answer(make_workshop, make_people, cast):
    workshop = make_workshop(capacity=0, offer_hours=24)
    registration.register(workshop, user=cast.lamai)
    workshop.capacity = 1
    registration.promote_from_waitlist(workshop)
    db.session.commit()
    text = calendars.personal(cast.lamai).decode().replace("\r\n ", "")
    assert text.count("STATUS:TENTATIVE") == 2
    assert text.count("SUMMARY:(รอยืนยัน)") == 2
