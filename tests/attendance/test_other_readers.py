"""Our feeds in the hands of programs that are not ours: vdirsyncer fetches them over HTTP into Radicale, a CalDAV client asks there, khal reads what came, and ical.js reads each calendar as it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.attendance import feeds, roll
from portal.core import clock
from portal.core.db import db
from portal.participation import registration, teams
from portal.participation.models import AttendanceState
from portal.programme import desk as offering
from portal.programme.models import Workshop
from tests.attendance import readers

TITLE = "วันที่หนึ่ง · การเขียนรายงานผลการดำเนินการ, หมวด ๑–๗; ครั้งที่ 1"
SECOND = TITLE.replace("หนึ่ง", "สอง")
VENUE = "ห้อง “บุษบา”; ชั้น 2, อาคารน้ำทิพย์ · โรงแรมตัวอย่าง ต.สุเทพ อ.เมือง จ.เชียงใหม่"


def at(hour: int, minute: int = 0) -> datetime:
    """On the first day, in Bangkok."""
    return datetime(2023, 2, 20, hour, minute, tzinfo=clock.BANGKOK)


@pytest.fixture
def workshop(make_workshop: Any) -> Workshop:
    """A timed day and a whole one, with everything in its texts that calendars stumble over."""
    workshop: Workshop = make_workshop(
        title_th="การเขียนรายงานผลการดำเนินการ, หมวด ๑–๗; ครั้งที่ 1",
        venue="โรงแรมตัวอย่าง ต.สุเทพ อ.เมือง จ.เชียงใหม่",
    )
    first = workshop.sessions[0]
    first.room = "ห้อง “บุษบา”; ชั้น 2, อาคารน้ำทิพย์"
    first.starts_at, first.ends_at = at(9), at(16, 30)
    db.session.commit()
    return workshop


def path_of(user: Any, subject: str = feeds.MINE) -> str:
    feed = feeds.rotate(user, subject)
    db.session.commit()
    return f"/calendar/{feed.secret}.ics"


def move_one_and_call_off_the_other(workshop: Workshop, cast: Any) -> None:
    text = offering.text_of(workshop)
    one, two = text.sessions
    moved = replace(
        text, sessions=(replace(one, starts_at=at(13), ends_at=at(17)), replace(two, is_cancelled=True))
    )
    offering.save(workshop, moved, by=cast.orn, version=workshop.version)
    db.session.commit()


@pytest.fixture
def subscribed(workshop: Workshop, cast: Any, app: Any, tmp_path: Any) -> Iterator[readers.Desk]:
    """Lamai has a seat and her programs are subscribed to her feed."""
    registration.register(workshop, user=cast.lamai)
    db.session.commit()
    with readers.desk(app, path_of(cast.lamai), tmp_path) as desk:
        yield desk


def test_khal_shows_the_timed_and_the_whole_day_in_thai(subscribed: readers.Desk) -> None:
    subscribed.sync()
    timed, whole = subscribed.listed()
    assert timed == {
        "uid": timed["uid"],
        "title": TITLE,
        "start": "2023-02-20 09:00",
        "end": "2023-02-20 16:30",
        "all-day": "False",
        "location": VENUE,
        "description": "",
    }
    assert (whole["start"], whole["end"], whole["all-day"]) == ("2023-02-21", "2023-02-21", "True")


def test_a_caldav_client_finds_them_by_day_on_the_server(subscribed: readers.Desk) -> None:
    subscribed.sync()
    found: Any
    [found] = subscribed.calendar.search(start=at(0), end=at(23, 59), event=True)
    event = found.icalendar_component
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (TITLE, VENUE)
    assert event["DTSTART"].dt == at(9)
    read_otherwise = found.vobject_instance.vevent
    assert read_otherwise.summary.value == TITLE
    assert read_otherwise.dtend.value == event["DTEND"].dt


def test_what_moves_is_called_off_or_attended_reaches_them_and_what_is_long_off_leaves(
    subscribed: readers.Desk, workshop: Workshop, cast: Any, clock_at: Any
) -> None:
    subscribed.sync()
    before = subscribed.kept()
    clock_at("2023-02-15T09:00:00+07:00")
    move_one_and_call_off_the_other(workshop, cast)
    subscribed.sync()
    after = subscribed.kept()
    assert before.keys() == after.keys()
    moved, called_off = after[TITLE], after[SECOND]
    assert moved["DTSTART"].dt.hour == 13
    assert moved["SEQUENCE"] == before[TITLE]["SEQUENCE"] + 1
    assert called_off["STATUS"] == "CANCELLED"
    assert [event["start"] for event in subscribed.listed()] == ["2023-02-20 13:00", "2023-02-21"]

    clock_at("2023-05-20T09:00:00+07:00")
    seat = registration.register(workshop, user=cast.lamai)
    roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=cast.orn, how="roster")
    db.session.commit()
    subscribed.sync()
    [attended] = subscribed.listed(days=120)
    assert attended["description"] == "การเข้าอบรม: มาแล้ว"
    assert list(subscribed.kept()) == [TITLE]


def test_on_a_caldav_server_each_meeting_stands_once_and_its_newest_state_replaces_the_one_before(
    subscribed: readers.Desk, workshop: Workshop, cast: Any, client: Any
) -> None:
    path = path_of(cast.lamai)
    subscribed.put(client.get(path).data)
    uid = "pmqa40-2566.day1@pmqa-portal"
    before = subscribed.calendar.event_by_uid(uid).icalendar_component
    seat = registration.register(workshop, user=cast.lamai)
    registration.cancel(seat, by=cast.lamai)
    db.session.commit()
    subscribed.put(client.get(path).data)
    assert len(subscribed.calendar.events()) == 2
    found = subscribed.calendar.event_by_uid(uid).icalendar_component
    assert (str(found["SUMMARY"]), before["STATUS"], found["STATUS"]) == (TITLE, "CONFIRMED", "CANCELLED")
    assert found["SEQUENCE"] > before["SEQUENCE"]


def test_hundreds_of_attendees_with_every_kind_of_name_come_through_whole(
    workshop: Workshop, cast: Any, app: Any, tmp_path: Any, make_people: Any
) -> None:
    """An organizer's feed: two readers find each ATTENDEE with name, agency, PARTSTAT and attendance."""
    workshop.capacity = None
    odd = ["รศ.ดร.สมหญิง ณ อยุธยา", "พล.ต.อ.เดช; ใจ, กล้า: ", 'ละไม "เล็ก" ^ใจ', "ก" * 199, "นก", "Œuvre 😀 น้ำ"]
    people = make_people(150, agencies=10)
    for at, person in enumerate(people):
        person.name = f"{odd[at % len(odd)]}"[:196] + f" {at}"
    rows = [registration.register(workshop, user=person) for person in people]
    states = {row: list(AttendanceState)[at % 5] for at, row in enumerate(rows)}
    roll.mark_all(workshop.sessions[0], states, by=None, how="roster")
    db.session.commit()
    with readers.desk(app, path_of(cast.orn, feeds.subject_of(workshop)), tmp_path) as desk:
        desk.sync()
        found = desk.kept()[TITLE]
        by_mail = {str(who).removeprefix("mailto:"): who.params for who in found["ATTENDEE"]}
        assert {mail: params["CN"].strip() for mail, params in by_mail.items()} == {
            person.email: person.name.strip() for person in people
        }
        for row, state in states.items():
            told = "unmarked" if state is AttendanceState.WITHDRAWN else state.value
            assert by_mail[row.user.email]["X-ATTENDANCE"] == told
            assert by_mail[row.user.email]["X-AGENCY"] == str(row.agency)
            assert (by_mail[row.user.email]["PARTSTAT"] == "DECLINED") == (told == "excused")
        assert next(event["title"] for event in desk.listed()) == TITLE


def test_the_mails_of_a_swap_take_the_meeting_from_one_calendar_and_bring_it_to_the_other(
    subscribed: readers.Desk, workshop: Workshop, cast: Any, ked: Any, mails: Any
) -> None:
    """Each mail's calendar is put where a mail program would: on one person's server, where the UIDs are the same."""
    seat = registration.register(workshop, user=cast.lamai)
    teams.swap(seat, to=ked, by=cast.mali, why="ป่วย")
    db.session.commit()
    invited, gone = mails(cast.lamai)
    [got] = mails(ked)
    seen = []
    for mail in (invited, gone, got):
        subscribed.put(mail.calendar)
        meetings = [one.icalendar_component for one in subscribed.calendar.events()]
        seen.append({(event["STATUS"], str(event["ATTENDEE"])) for event in meetings})
    lamai, other = f"mailto:{cast.lamai.email}", f"mailto:{ked.email}"
    assert seen == [{("CONFIRMED", lamai)}, {("CANCELLED", lamai)}, {("CONFIRMED", other)}]
    assert [mail.calendar_method for mail in (invited, gone, got)] == ["REQUEST", "CANCEL", "REQUEST"]


def known(workshop: Workshop, *, more: int = 0) -> list[dict[str, Any]]:
    """The meetings as the database has them, told as ical.js tells; `more` is how often the seat changed."""

    def utc(moment: datetime) -> str:
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"

    return [
        {
            "uid": f"{workshop.code}.{one.code}@pmqa-portal",
            "sequence": one.sequence + more,
            "status": "CANCELLED" if one.is_cancelled else "CONFIRMED",
            "summary": f"{one.title_th} · {workshop.title_th}",
            "location": " · ".join(filter(None, (one.room, workshop.venue))),
            "zone": "Asia/Bangkok" if one.starts_at else "floating",
            "start": utc(one.starts_at) if one.starts_at else f"{one.day}",
            "end": utc(one.ends_at) if one.ends_at else f"{one.day + timedelta(days=1)}",
        }
        for one in workshop.sessions
    ]


def told(calendar: dict[str, Any]) -> list[dict[str, Any]]:
    apart = ("attendees", "description")
    return [{key: word for key, word in one.items() if key not in apart} for one in calendar["events"]]


def test_ical_js_reads_a_workshop_and_a_feed_as_the_database_has_them_before_and_after_a_change(
    workshop: Workshop, cast: Any, client: Any
) -> None:
    seat = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    feed = path_of(cast.lamai)
    public, mine = (client.get(path).data for path in (f"/workshops/{workshop.code}.ics", feed))
    before = known(workshop), known(workshop, more=seat.sequence)
    move_one_and_call_off_the_other(workshop, cast)
    changed = client.get(f"/workshops/{workshop.code}.ics").data
    of_all, of_lamai, after = readers.ical_js(public, mine, changed)
    assert (told(of_all), told(of_lamai), told(after)) == (*before, known(workshop))
    assert of_all["method"] is None
    timed, whole = of_all["events"]
    assert (timed["start"], timed["end"]) == ("2023-02-20T02:00:00.000Z", "2023-02-20T09:30:00.000Z")
    assert (whole["start"], whole["end"]) == ("2023-02-21", "2023-02-22")
    assert (timed["summary"], timed["location"]) == (TITLE, VENUE)
    moved, called_off = after["events"]
    assert moved["start"] == "2023-02-20T06:00:00.000Z"
    assert moved["sequence"] > timed["sequence"]
    assert (called_off["status"], called_off["start"]) == ("CANCELLED", "2023-02-21")


def test_ical_js_finds_everybody_of_an_attendance_calendar_as_they_were_marked(
    workshop: Workshop, cast: Any, client: Any, make_people: Any
) -> None:
    workshop.capacity = None
    people = make_people(30, agencies=7)
    people[0].name = "รศ.ดร.สมหญิง; “ป้าแดง”, ณ อยุธยา ^ ปู่ปื้ด"
    rows = [registration.register(workshop, user=person) for person in people]
    states = {row: list(AttendanceState)[at % 5] for at, row in enumerate(rows)}
    roll.mark_all(workshop.sessions[0], states, by=None, how="roster")
    db.session.commit()
    body = client.sign_in(cast.orn).get(f"/organize/workshops/{workshop.code}/attendance.ics").data
    [calendar] = readers.ical_js(body)
    noted = roll.states_of(workshop.sessions)
    for event, session in zip(calendar["events"], workshop.sessions, strict=True):
        found = {one.pop("address").removeprefix("mailto:"): one for one in event["attendees"]}
        assert len(found) == 30
        for row in rows:
            state = noted.get((row.id, session.id))
            is_noted = state not in (None, AttendanceState.WITHDRAWN)
            assert found[row.user.email] == {
                "cn": row.user.name,
                "partstat": "DECLINED" if state is AttendanceState.EXCUSED else "ACCEPTED",
                "x-attendance": state.value if state and is_noted else "unmarked",
                "x-agency": str(row.agency),
            }
    assert calendar["events"][0]["description"].startswith("มาแล้ว 6 คน\n- ")
    assert f"\n- {people[0].name} ({rows[0].agency})\n" in calendar["events"][0]["description"]


def test_ical_js_takes_the_mails_as_an_invitation_and_as_its_end(
    workshop: Workshop, cast: Any, mails: Any
) -> None:
    seat = registration.register(workshop, user=cast.lamai)
    registration.cancel(seat, by=cast.lamai)
    db.session.commit()
    invited, ended = readers.ical_js(*(mail.calendar for mail in mails(cast.lamai)))
    assert (invited["method"], ended["method"]) == ("REQUEST", "CANCEL")
    assert told(ended) == [one | {"status": "CANCELLED"} for one in known(workshop, more=seat.sequence)]
    for asked, off in zip(invited["events"], ended["events"], strict=True):
        assert (asked["uid"], asked["start"], asked["status"]) == (off["uid"], off["start"], "CONFIRMED")
        assert off["sequence"] > asked["sequence"]
        [who], [gone] = asked["attendees"], off["attendees"]
        assert (who["address"], who["cn"]) == (f"mailto:{cast.lamai.email}", cast.lamai.name)
        assert (who["partstat"], gone["partstat"]) == ("ACCEPTED", "DECLINED")
