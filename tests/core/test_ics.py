"""Calendars: what a calendar program needs to take them over, proven by parsing them back and by counting octets."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st
from icalendar import Calendar

from portal.core import ics
from portal.core.clock import BANGKOK
from portal.core.ics import Attendee, Event, Person

STAMP = datetime(2023, 2, 13, 2, 0, tzinfo=UTC)
DAY = Event(uid="w1-1@portal.example", start=date(2023, 2, 20), summary="วันที่ 1: ชี้แจงเกณฑ์ PMQA 4.0")
MORNING = Event(
    uid="w1-2@portal.example",
    sequence=3,
    start=datetime(2023, 2, 20, 9, 0, tzinfo=BANGKOK),
    end=datetime(2023, 2, 20, 9, 0, tzinfo=UTC),
    summary="เวิร์กช็อป, ช่วงเช้า; ห้อง \\1",
    description="บรรทัดแรก\r\nบรรทัดที่สอง, ต่อ",
    location="ห้องประชุม 1; อาคาร “ก”",
    url="https://portal.example/workshops/K7M-4QX?a=1,2;b",
    organizer=Person("อร, ผู้จัด", "orn@demo.example"),
    attendees=(
        Attendee('ละไม "เล็ก", ใจดี; ที่ปรึกษา: 1', "lamai@demo.example", partstat="ACCEPTED"),
        Attendee("ศักดา", "sakda@demo.example", params={"X-ATTENDANCE": "no_show"}),
    ),
    last_modified=datetime(2023, 2, 10, 4, 0, tzinfo=UTC),
    extra={"X-PORTAL-CODE": "K7M, 4QX"},
)

anything = st.text(st.characters(codec="utf-8"), max_size=60)


def read_back(data: bytes) -> Any:
    """The events as another program reads them."""
    calendar = Calendar.from_ical(data)
    assert isinstance(calendar, Calendar)
    return calendar.events


def parsed(*events: Event) -> Any:
    return read_back(ics.calendar("ปฏิทิน", events, stamp=STAMP))


def test_every_line_ends_in_crlf_and_has_at_most_75_octets() -> None:
    data = ics.calendar("ปฏิทิน" * 30, [replace(MORNING, summary="ผู้มีส่วนได้ส่วนเสีย" * 20)], stamp=STAMP)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")


def test_the_head_names_the_calendar_its_zone_and_how_often_to_ask() -> None:
    data = ics.calendar("ปฏิทินของฉัน, 2566", [DAY], method="PUBLISH", stamp=STAMP).decode()
    for line in (
        "VERSION:2.0",
        f"PRODID:{ics.PRODID}",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:ปฏิทินของฉัน\\, 2566",
        "X-WR-TIMEZONE:Asia/Bangkok",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "TZID:Asia/Bangkok",
        "TZOFFSETTO:+0700",
    ):
        assert f"\r\n{line}\r\n" in data


def test_without_a_method_none_is_written() -> None:
    assert b"METHOD" not in ics.calendar("ปฏิทิน", [DAY], stamp=STAMP)


def test_a_moment_is_written_in_bangkok() -> None:
    data = ics.calendar("ปฏิทิน", [MORNING], stamp=STAMP).decode()
    assert "DTSTART;TZID=Asia/Bangkok:20230220T090000\r\n" in data
    assert "DTEND;TZID=Asia/Bangkok:20230220T160000\r\n" in data
    assert "DTSTAMP:20230213T020000Z\r\n" in data
    assert "LAST-MODIFIED:20230210T040000Z\r\n" in data


def test_whole_days_end_on_the_day_after_the_last() -> None:
    one = ics.calendar("ปฏิทิน", [DAY], stamp=STAMP).decode()
    assert "DTSTART;VALUE=DATE:20230220\r\nDTEND;VALUE=DATE:20230221\r\n" in one
    two = ics.calendar("ปฏิทิน", [replace(DAY, end=date(2023, 2, 21))], stamp=STAMP).decode()
    assert "DTEND;VALUE=DATE:20230222\r\n" in two


def test_text_comes_back_with_its_commas_semicolons_and_lines() -> None:
    event = parsed(MORNING)[0]
    assert event["summary"] == MORNING.summary
    assert event["description"] == "บรรทัดแรก\nบรรทัดที่สอง, ต่อ"
    assert event["location"] == MORNING.location
    assert event["url"] == MORNING.url
    assert event["sequence"] == 3
    assert event["status"] == "CONFIRMED"
    assert event["uid"] == MORNING.uid


def test_people_come_back_with_their_names_and_states() -> None:
    event = parsed(MORNING)[0]
    assert event["organizer"] == "mailto:orn@demo.example"
    assert event["organizer"].params["CN"] == "อร, ผู้จัด"
    lamai, sakda = event["attendee"]
    assert lamai.params["CN"] == 'ละไม "เล็ก", ใจดี; ที่ปรึกษา: 1'
    assert lamai.params["PARTSTAT"] == "ACCEPTED"
    assert sakda.params["PARTSTAT"] == "NEEDS-ACTION"
    assert sakda.params["X-ATTENDANCE"] == "no_show"


def test_properties_of_our_own_are_escaped() -> None:
    assert b"X-PORTAL-CODE:K7M\\, 4QX\r\n" in ics.calendar("ปฏิทิน", [MORNING], stamp=STAMP)


def test_a_line_break_in_a_name_adds_no_property() -> None:
    bad = "ก\r\nATTENDEE:mailto:x@y\nSTATUS:CANCELLED\u2028X:1\x00"
    person = Attendee(bad, "a@b.example\r\nX-BAD:1")
    event = replace(
        MORNING,
        summary=bad,
        location=bad,
        url=bad,
        uid=bad,
        organizer=person,
        attendees=(person,),
        extra={"X-A": bad},
    )
    for line in ics.calendar(bad, [event], stamp=STAMP).decode().split("\r\n"):
        assert not line.startswith(("ATTENDEE:", "STATUS:CANCELLED", "X:", "X-BAD"))


def test_the_same_input_gives_the_same_bytes() -> None:
    events = [DAY, MORNING]
    assert ics.calendar("ปฏิทิน", events, stamp=STAMP) == ics.calendar("ปฏิทิน", iter(events), stamp=STAMP)


def test_without_a_stamp_the_last_change_is_the_stamp() -> None:
    assert b"DTSTAMP:20230210T040000Z" in ics.calendar("ปฏิทิน", [MORNING])


def test_an_empty_calendar_is_still_a_calendar() -> None:
    assert parsed() == []


@pytest.mark.parametrize(
    "event",
    [
        replace(MORNING, start=datetime(2023, 2, 20, 9, 0), end=None),
        replace(MORNING, end=date(2023, 2, 20)),
        replace(DAY, end=datetime(2023, 2, 20, 9, 0, tzinfo=UTC)),
        replace(DAY, end=date(2023, 2, 19)),
        replace(MORNING, end=datetime(2023, 2, 20, 1, 0, tzinfo=UTC)),
        replace(MORNING, last_modified=datetime(2023, 2, 10)),
    ],
)
def test_an_event_at_no_clear_time_is_refused(event: Event) -> None:
    with pytest.raises(ValueError, match=r"event|aware"):
        ics.calendar("ปฏิทิน", [event])


@given(anything, anything)
def test_any_text_gives_a_calendar_that_parses(name: str, text: str) -> None:
    event = replace(
        MORNING,
        summary=text,
        description=text,
        location=name,
        organizer=Person(text, "a@b.example"),
        attendees=(Attendee(name, "a@b.example"),),
        extra={"X-NOTE": text},
    )
    data = ics.calendar(name, [event], stamp=STAMP)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    (again,) = read_back(data)
    assert "\n" not in again["summary"]
    assert again["uid"] == MORNING.uid


# What may stand beside an ATTENDEE's name in a long list, and the texts that lines are cut from.
one_line = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"])
long_text = st.text(one_line, max_size=200).map(str.strip)


@given(long_text, long_text, st.emails())
def test_an_attendee_in_two_halves_is_read_back_whole(name: str, agency: str, email: str) -> None:
    """By icalendar; lines of 75 octets, cut between letters."""
    halves = ics.standing("ACCEPTED", {"X-STATE": "came"}) + ics.guest(
        Person(name, email), {"X-AGENCY": agency}
    )
    data = ics.calendar("x", [replace(DAY, guests=halves)], stamp=STAMP)
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    ((event,), who) = read_back(data), read_back(data)[0]["ATTENDEE"]
    assert event["summary"] == DAY.summary
    assert str(who) == f"mailto:{email}"
    assert dict(who.params) == {
        "PARTSTAT": "ACCEPTED",
        "X-STATE": "came",
        "CN": name,
        "X-AGENCY": agency,
    }


def test_no_line_is_cut_behind_a_sign_that_escapes_the_next_one() -> None:
    for length in range(40, 80):
        for line in ics.guest(Person("x" * length + "^" * 40, "a@b.example"), {}).split(b"\r\n"):
            assert not line.endswith(b"^") or line.endswith(b"^^")


def test_many_guests_are_read_back_one_by_one() -> None:
    people = [Person(f"ผู้เข้าอบรม คนที่ {at}; “ก”, ข", f"p{at}@b.example") for at in range(300)]
    lines = b"".join(ics.standing("ACCEPTED", {"X-STATE": "came"}) + ics.guest(one, {}) for one in people)
    (event,) = parsed(replace(DAY, guests=lines))
    assert [(str(who), who.params["CN"]) for who in event["ATTENDEE"]] == [
        (f"mailto:{one.email}", one.name) for one in people
    ]
    assert event["summary"] == DAY.summary
