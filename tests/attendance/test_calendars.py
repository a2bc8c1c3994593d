"""Calendars read back as a calendar program reads them, and looked at octet by octet."""

from datetime import date, datetime

import pytest
from icalendar import Calendar

from portal.attendance import calendars, roll
from portal.core import clock
from portal.core.db import db
from portal.participation import registration, terms
from portal.participation.models import AttendanceState
from portal.programme import desk
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


def test_who_waits_sees_it_as_tentative_and_who_left_sees_it_as_cancelled(make_workshop, make_people):
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
    assert {event["STATUS"] for event in events(calendars.personal(one)).values()} == {"CANCELLED"}
    assert place.user_id == two.id


def test_a_feed_speaks_its_persons_language(workshop, seat, cast):
    cast.lamai.language = "en"
    assert "PMQA 4.0" in str(next(iter(events(calendars.personal(cast.lamai)).values()))["SUMMARY"])


def test_an_empty_feed_is_a_calendar_too(cast):
    assert_is_well_formed(calendars.personal(cast.sakda))


def test_an_offered_seat_is_tentative_and_says_that_it_waits_for_an_answer(make_workshop, make_people, cast):
    workshop = make_workshop(capacity=0, offer_hours=24)
    registration.register(workshop, user=cast.lamai)
    workshop.capacity = 1
    registration.promote_from_waitlist(workshop)
    db.session.commit()
    text = calendars.personal(cast.lamai).decode().replace("\r\n ", "")
    assert text.count("STATUS:TENTATIVE") == 2
    assert text.count("SUMMARY:(รอยืนยัน)") == 2


class TestCalledOff:
    """What is called off stays as cancelled for ninety days, counted in Bangkok, and is gone on the next."""

    LAST, AFTER = (
        "2023-05-14T23:59:00+07:00",
        "2023-05-15T00:01:00+07:00",
    )  # 90 and 91 days after the 13th of February

    def test_a_session(self, workshop, cast, seat, clock_at):
        workshop.sessions[1].is_cancelled = True
        db.session.commit()
        for moment, left in ((self.LAST, ["CONFIRMED", "CANCELLED"]), (self.AFTER, ["CONFIRMED"])):
            clock_at(moment)
            for body in (
                calendars.workshop_calendar(workshop),
                calendars.personal(cast.lamai),
                calendars.all_workshops(),
            ):
                assert [event["STATUS"] for event in events(body).values()] == left

    def test_a_workshop(self, workshop, cast, seat, clock_at):
        desk.cancel(workshop, by=cast.orn)
        db.session.commit()
        for moment, left in ((self.LAST, 2), (self.AFTER, 0)):
            clock_at(moment)
            for body in (
                calendars.workshop_calendar(workshop),
                calendars.personal(cast.lamai),
                calendars.all_workshops(),
            ):
                assert [event["STATUS"] for event in events(body).values()] == ["CANCELLED"] * left

    def test_ones_own_seat_with_a_higher_sequence(self, workshop, cast, seat, clock_at):
        before = events(calendars.personal(cast.lamai))
        registration.cancel(seat, by=cast.lamai)
        db.session.commit()
        clock_at(self.LAST)
        after = events(calendars.personal(cast.lamai))
        assert before.keys() == after.keys()
        for uid, event in after.items():
            assert event["STATUS"] == "CANCELLED"
            assert event["SEQUENCE"] > before[uid]["SEQUENCE"]
        clock_at(self.AFTER)
        assert events(calendars.personal(cast.lamai)) == {}

    def test_a_seat_taken_again_is_confirmed_again(self, workshop, cast, seat):
        registration.cancel(seat, by=cast.lamai)
        off = events(calendars.personal(cast.lamai))
        registration.register(workshop, user=cast.lamai)
        on = events(calendars.personal(cast.lamai))
        for uid, event in on.items():
            assert event["STATUS"] == "CONFIRMED"
            assert event["SEQUENCE"] > off[uid]["SEQUENCE"]


class TestEverybodys:
    def test_all_workshops_that_were_shown_in_one_calendar(self, workshop, make_workshop, cast):
        make_workshop(code="draft", status=WorkshopStatus.DRAFT)
        make_workshop(code="closed", status=WorkshopStatus.CLOSED)
        off = make_workshop(code="off")
        never = make_workshop(code="never", status=WorkshopStatus.DRAFT)
        for one in (off, never):
            desk.cancel(one, by=cast.orn)
        db.session.commit()
        body = calendars.all_workshops()
        assert_is_well_formed(body)
        found = {uid.partition(".")[0]: event["STATUS"] for uid, event in events(body).items()}
        assert found == {"pmqa40-2566": "CONFIRMED", "closed": "CONFIRMED", "off": "CANCELLED"}

    def test_the_same_events_as_in_the_workshops_own_file_and_nobody_named(self, workshop, seat):
        body = calendars.all_workshops()
        assert events(body).keys() == events(calendars.workshop_calendar(workshop)).keys()
        assert b"ATTENDEE" not in body
        assert b"lamai" not in body

    def test_as_many_queries_for_one_as_for_six(self, workshop, make_workshop, queries):
        with queries() as few:
            calendars.all_workshops()
        for at in range(5):
            make_workshop(code=f"more-{at}")
        with queries() as many:
            calendars.all_workshops()
        assert len(many) == len(few) <= 3

    def test_without_any_it_is_a_calendar_too(self, app):
        assert_is_well_formed(calendars.all_workshops())


class TestAttended:
    """A meeting that is past tells its person how they attended."""

    def test_past_sessions_carry_the_state_and_say_it_in_words(self, workshop, cast, seat, clock_at):
        first, _second = workshop.sessions
        before = events(calendars.personal(cast.lamai))
        assert all("X-ATTENDANCE" not in event for event in before.values())
        clock_at("2023-02-22T08:00:00+07:00")
        roll.mark(seat, first, state=AttendanceState.PARTIAL, by=cast.orn, how="roster")
        db.session.commit()
        one, two = events(calendars.personal(cast.lamai)).values()
        assert (one["X-ATTENDANCE"], one["DESCRIPTION"]) == ("partial", "การเข้าอบรม: มาบางส่วน")
        assert (two["X-ATTENDANCE"], two["DESCRIPTION"]) == ("unmarked", "การเข้าอบรม: ยังไม่บันทึก")
        assert one["LAST-MODIFIED"].dt == clock.now()
        assert one["SEQUENCE"] == before["pmqa40-2566.day1@pmqa-portal"]["SEQUENCE"]

    def test_a_mark_that_was_withdrawn_counts_as_not_marked(self, workshop, cast, seat, clock_at):
        clock_at("2023-02-20T09:00:00+07:00")
        roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        clock_at("2023-02-20T10:00:00+07:00")
        roll.mark(seat, workshop.sessions[0], state=AttendanceState.WITHDRAWN, by=None, how="roster")
        db.session.commit()
        assert "X-ATTENDANCE" not in next(iter(events(calendars.personal(cast.lamai)).values()))
        clock_at("2023-02-21T10:00:00+07:00")
        assert next(iter(events(calendars.personal(cast.lamai)).values()))["X-ATTENDANCE"] == "unmarked"

    def test_what_is_marked_on_the_day_shows_at_once(self, workshop, cast, seat, clock_at):
        clock_at("2023-02-20T09:05:00+07:00")
        roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        db.session.commit()
        assert next(iter(events(calendars.personal(cast.lamai)).values()))["X-ATTENDANCE"] == "attended"

    def test_a_link_to_join_stands_beside_the_state(self, workshop, cast, seat, clock_at):
        workshop.sessions[0].link = "https://meet.example/abc"
        clock_at("2023-02-22T08:00:00+07:00")
        one = next(iter(events(calendars.personal(cast.lamai)).values()))
        assert one["DESCRIPTION"] == "เข้าร่วมทางออนไลน์ที่ https://meet.example/abc\nการเข้าอบรม: ยังไม่บันทึก"

    def test_who_only_waited_has_no_attendance(self, workshop, cast, make_people, clock_at):
        workshop.capacity = 0
        [one] = make_people(1)
        registration.register(workshop, user=one)
        clock_at("2023-02-22T08:00:00+07:00")
        assert all("X-ATTENDANCE" not in event for event in events(calendars.personal(one)).values())

    def test_as_many_queries_for_one_workshop_as_for_four(
        self, workshop, cast, seat, make_workshop, clock_at, queries
    ):
        clock_at("2023-02-22T08:00:00+07:00")
        with queries() as few:
            calendars.personal(cast.lamai)
        clock_at("2023-02-13T09:00:00+07:00")
        for at in range(3):
            registration.register(make_workshop(code=f"more-{at}"), user=cast.lamai)
        db.session.commit()
        assert cast.lamai.id
        with queries() as many:
            calendars.personal(cast.lamai)
        assert len(many) <= len(few) <= 5
