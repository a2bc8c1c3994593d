"""Calendars of attendance read back: of a workshop, an agency and a cohort, now and as it was known on a day."""

import random
from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from portal.attendance import attendance_calendars, marks, roll
from portal.core import clock
from portal.core.db import db
from portal.participation import offers, registration, teams
from portal.participation.models import AttendanceMark, AttendanceState
from portal.programme import workshops
from portal.programme.models import WorkshopSession
from tests.attendance.test_calendars import assert_is_well_formed, events
from tests.participation.conftest import passed
from tests.rows import once

of_workshop = attendance_calendars.of_workshop
FIRST = "attendance.pmqa40-2566.day1@pmqa-portal"


def people_in(event) -> list:
    found = event.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


def told(event) -> dict[str, tuple[str, str | None]]:
    """By address: PARTSTAT and attendance."""
    return {
        str(who).removeprefix("mailto:"): (who.params["PARTSTAT"], who.params.get("X-ATTENDANCE"))
        for who in people_in(event)
    }


@pytest.fixture
@once
def marked(make_workshop, make_people):
    """Five with a seat: attended, partial, excused, no_show and withdrawn, which is not marked; one who waits."""
    workshop = make_workshop(capacity=5)
    people = make_people(6)
    people[0].name = "สมหญิง; “ป้าแดง”, ณ อยุธยา"
    rows = [registration.register(workshop, user=person) for person in people]
    db.session.commit()
    first = workshop.sessions[0]
    for row, state in zip(rows, AttendanceState, strict=False):
        roll.mark(row, first, state=state, by=None, how="roster")
    db.session.commit()
    return workshop, rows


class TestOfAWorkshop:
    def test_one_event_a_session_with_everybody_who_has_a_seat(self, marked):
        workshop, rows = marked
        body = of_workshop(workshop)
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
        event = events(of_workshop(workshop))[FIRST]
        assert [told(event)[row.user.email] for row in rows[:5]] == [
            ("ACCEPTED", "attended"),
            ("ACCEPTED", "partial"),
            ("DECLINED", "excused"),
            ("ACCEPTED", "no_show"),
            ("ACCEPTED", "unmarked"),
        ]
        assert event["X-ATTENDANCE"] == "attended=1 partial=1 excused=1 no_show=1 unmarked=1"

    def test_who_is_offered_a_seat_has_not_answered_yet(self, make_workshop, cast):
        workshop = make_workshop(capacity=0, offer_hours=24)
        registration.register(workshop, user=cast.lamai)
        workshop.capacity = 1
        registration.promote_from_waitlist(workshop)
        db.session.commit()
        event = events(of_workshop(workshop))[FIRST]
        assert told(event) == {cast.lamai.email: ("NEEDS-ACTION", None)}
        assert event["X-ATTENDANCE"] == "attended=0 partial=0 excused=0 no_show=0 unmarked=0"
        assert event["DESCRIPTION"] == "มีที่นั่งเสนอให้ 1 คน\n- ละไม ตั้งใจ (กรมตัวอย่าง)"

    def test_the_state_can_be_read_by_a_person_too(self, marked):
        workshop, rows = marked
        one, two = events(of_workshop(workshop)).values()
        assert "มาแล้ว 1 คน\n- สมหญิง; “ป้าแดง”, ณ อยุธยา (หน่วยงานตัวอย่างที่ 0)" in one["DESCRIPTION"]
        assert f"ไม่มา 1 คน\n- {rows[3].user.name}" in one["DESCRIPTION"]
        assert two["DESCRIPTION"].startswith("ยังไม่บันทึก 5 คน")

    def test_names_and_agencies_come_back_whole(self, marked):
        workshop, rows = marked
        event = events(of_workshop(workshop))[FIRST]
        known = {str(who).removeprefix("mailto:"): who.params for who in people_in(event)}
        assert {mail: params["CN"] for mail, params in known.items()} == {
            row.user.email: row.user.name for row in rows[:5]
        }
        assert known[rows[1].user.email]["X-AGENCY"] == "หน่วยงานตัวอย่างที่ 1"

    def test_of_very_many_the_text_names_the_first_and_counts_the_rest(self, marked, monkeypatch):
        workshop, _rows = marked
        monkeypatch.setattr(attendance_calendars, "MOST_NAMES", 2)
        two = events(of_workshop(workshop))["attendance.pmqa40-2566.day2@pmqa-portal"]
        assert len(two["DESCRIPTION"].splitlines()) == 4
        assert two["DESCRIPTION"].endswith("และอีก 3 คน")
        assert len(two["ATTENDEE"]) == 5

    def test_a_new_mark_shows_as_a_later_change(self, marked, clock_at):
        workshop, rows = marked
        before = events(of_workshop(workshop))[FIRST]
        clock_at("2023-02-20T17:00:00+07:00")
        roll.mark(rows[4], workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        after = events(of_workshop(workshop))[FIRST]
        assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
        assert after["DTSTAMP"].dt > before["DTSTAMP"].dt

    def test_a_seat_given_back_shows_as_a_later_change(self, marked, clock_at, cast):
        workshop, rows = marked
        clock_at("2023-02-19T17:00:00+07:00")
        registration.cancel(rows[0], by=cast.orn)
        db.session.commit()
        event = events(of_workshop(workshop))[FIRST]
        assert event["LAST-MODIFIED"].dt == clock.now()
        assert rows[0].user.email not in told(event)

    def test_the_last_mark_decides_by_when_it_happened_not_by_when_it_came(self, marked):
        workshop, rows = marked
        first = workshop.sessions[0]
        for at, state in ((9, AttendanceState.NO_SHOW), (8, AttendanceState.ATTENDED)):
            moment = datetime(2023, 2, 20, at, tzinfo=clock.BANGKOK)
            db.session.add(AttendanceMark(session_id=first.id, registration_id=rows[4].id, state=state, how="x", at=moment))  # fmt: skip
        db.session.commit()
        assert told(events(of_workshop(workshop))[FIRST])[rows[4].user.email] == ("ACCEPTED", "no_show")
        assert roll.states_of([first])[rows[4].id, first.id] is AttendanceState.NO_SHOW

    def test_nobody_yet_is_said(self, make_workshop):
        [event, _] = events(of_workshop(make_workshop())).values()
        assert event["DESCRIPTION"] == "ยังไม่มีผู้ได้ที่นั่ง"
        assert "ATTENDEE" not in event

    def test_without_sessions_the_days_are_one_event_with_everybody(self, make_workshop, cast):
        workshop = make_workshop()
        for session in list(workshop.sessions):
            db.session.delete(session)
        registration.register(workshop, user=cast.lamai)
        db.session.commit()
        [event] = events(of_workshop(workshop)).values()
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2023, 2, 20), date(2023, 2, 22))
        assert list(told(event)) == [cast.lamai.email]

    def test_as_many_queries_for_thirty_people_as_for_five(self, marked, make_people, queries):
        workshop, _ = marked
        assert workshop.sessions
        with queries() as few:
            of_workshop(workshop)
        workshop.capacity = None
        for person in make_people(25):
            registration.register(workshop, user=person)
        db.session.commit()
        assert workshop.sessions
        with queries() as many:
            of_workshop(workshop)
        assert len(many) <= len(few) <= 6

    def test_no_line_is_too_long_and_no_letter_is_cut_whatever_the_names(self, marked):
        workshop, rows = marked
        for at, row in enumerate(rows):
            row.user.name = "ก" * (60 + at) + "ำ๋" * 9 + '"^'
        db.session.commit()
        body = of_workshop(workshop)
        assert_is_well_formed(body)
        names = {who.params["CN"] for who in people_in(events(body)[FIRST])}
        assert names == {row.user.name for row in rows[:5]}


class TestOfAnAgency:
    def test_its_own_people_in_all_workshops_and_nobody_else(self, make_workshop, cast, make_people):
        one, two = make_workshop(), make_workshop(code="second")
        [stranger] = make_people(1)
        for workshop, person in ((one, cast.lamai), (one, stranger), (two, cast.mali)):
            registration.register(workshop, user=person)
        db.session.commit()
        body = attendance_calendars.of_agency(cast.agency)
        assert_is_well_formed(body)
        found = events(body)
        assert len(found) == 4
        assert list(told(found["agency-SAMPLE-DEPT.pmqa40-2566.day1@pmqa-portal"])) == [cast.lamai.email]
        assert list(told(found["agency-SAMPLE-DEPT.second.day2@pmqa-portal"])) == [cast.mali.email]
        assert stranger.email not in body.decode()
        assert str(Calendar.from_ical(body)["X-WR-CALNAME"]) == "การเข้าอบรม: กรมตัวอย่าง"

    def test_who_registered_in_its_name_stays_after_moving_on(self, make_workshop, cast):
        registration.register(make_workshop(), user=cast.lamai)
        cast.lamai.agency = cast.province
        db.session.commit()
        assert "lamai@" in attendance_calendars.of_agency(cast.agency).decode()
        assert "lamai@" not in attendance_calendars.of_agency(cast.province).decode()

    def test_before_anybody_registered_it_is_an_empty_calendar(self, cast):
        body = attendance_calendars.of_agency(cast.agency)
        assert_is_well_formed(body)
        assert events(body) == {}

    def test_as_many_queries_for_one_workshop_as_for_four(self, make_workshop, cast, queries):
        registration.register(make_workshop(), user=cast.lamai)
        db.session.commit()
        assert cast.agency.id
        with queries() as few:
            attendance_calendars.of_agency(cast.agency)
        for at in range(3):
            registration.register(make_workshop(code=f"more-{at}"), user=cast.lamai)
        db.session.commit()
        assert cast.agency.id
        with queries() as many:
            attendance_calendars.of_agency(cast.agency)
        assert len(many) == len(few) <= 6


def test_a_cohort_is_the_agencies_that_passed_in_a_track_in_its_workshops(
    make_workshop, cast, make_people, track
):
    """A guest of the organizer whose agency passed nothing is in the workshop's calendar, not in the cohort's."""
    workshop, elsewhere = make_workshop(), make_workshop(code="elsewhere")
    elsewhere.tracks = []
    [peer] = make_people(1)
    for person in (cast.lamai, peer):
        registration.register(workshop, user=person)
    entry = passed(cast.province, track)
    registration.register(workshop, user=cast.sakda)
    db.session.delete(entry)
    db.session.commit()
    body = attendance_calendars.of_cohort(track)
    found = events(body)
    assert list(found) == [f"cohort-2566-pmqa40.pmqa40-2566.day{at}@pmqa-portal" for at in (1, 2)]
    for event in found.values():
        assert set(told(event)) == {cast.lamai.email, peer.email}
    assert "sakda" in of_workshop(workshop).decode()
    name = "การเข้าอบรม: รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0 พ.ศ. 2566"
    assert str(Calendar.from_ical(body)["X-WR-CALNAME"]) == name


@pytest.mark.both_databases
class TestAsOf:
    """What was known at the end of a day in Bangkok."""

    DAY1, DAY2 = date(2023, 2, 20), date(2023, 2, 21)

    def test_a_mark_counts_from_when_it_reached_us_and_decides_by_when_it_happened(
        self, make_workshop, cast, clock_at
    ):
        workshop = make_workshop()
        seat = registration.register(workshop, user=cast.lamai)
        first = workshop.sessions[0]

        def note(state: AttendanceState, at: str, noted: str) -> None:
            moments = {"at": datetime.fromisoformat(at), "noted_at": datetime.fromisoformat(noted)}
            db.session.add(AttendanceMark(session_id=first.id, registration_id=seat.id, state=state, how="x", **moments))  # fmt: skip
            db.session.commit()

        # On the evening of the day nobody had seen her; the door's queue came the next noon and had seen her at nine;
        # a correction on the third day says that she left early.
        note(AttendanceState.NO_SHOW, "2023-02-20T08:00:00+07:00", "2023-02-20T17:00:00+07:00")
        note(AttendanceState.ATTENDED, "2023-02-20T09:00:00+07:00", "2023-02-21T12:00:00+07:00")
        note(AttendanceState.PARTIAL, "2023-02-22T09:00:00+07:00", "2023-02-22T09:00:00+07:00")
        note(AttendanceState.WITHDRAWN, "2023-02-23T09:00:00+07:00", "2023-02-23T09:00:00+07:00")
        clock_at("2023-03-01T09:00:00+07:00")
        states = {
            day: told(events(of_workshop(workshop, as_of=date(2023, 2, day)))[FIRST])[cast.lamai.email][1]
            for day in (19, 20, 21, 22, 23)
        }
        assert states == {19: "unmarked", 20: "no_show", 21: "attended", 22: "partial", 23: "unmarked"}

    def test_the_day_ends_at_midnight_in_bangkok(self, make_workshop, cast, clock_at):
        workshop = make_workshop()
        seat = registration.register(workshop, user=cast.lamai)
        for moment, state in (
            ("2023-02-20T23:59:59+07:00", AttendanceState.ATTENDED),
            ("2023-02-21T00:00:00+07:00", AttendanceState.EXCUSED),
        ):
            clock_at(moment)
            roll.mark(seat, workshop.sessions[0], state=state, by=None, how="roster")
        db.session.commit()
        on = {day: told(events(of_workshop(workshop, as_of=day))[FIRST]) for day in (self.DAY1, self.DAY2)}
        assert on[self.DAY1] == {cast.lamai.email: ("ACCEPTED", "attended")}
        assert on[self.DAY2] == {cast.lamai.email: ("DECLINED", "excused")}

    def test_seats_are_those_of_that_day(self, make_workshop, cast, ked, clock_at):
        """Given back, offered, accepted, handed on: as the ledger tells, whatever came later."""
        workshop = make_workshop(capacity=1, offer_hours=24)
        seat = registration.register(workshop, user=cast.lamai)
        waiting = registration.register(workshop, user=cast.mali)
        clock_at("2023-02-14T09:00:00+07:00")
        registration.cancel(seat, by=cast.lamai)
        clock_at("2023-02-15T08:00:00+07:00")
        offers.accept(waiting, by=cast.mali)
        clock_at("2023-02-16T09:00:00+07:00")
        teams.swap(waiting, to=ked, by=cast.mali)
        db.session.commit()
        clock_at("2023-03-01T09:00:00+07:00")
        seen = {
            day: told(events(of_workshop(workshop, as_of=date(2023, 2, day)))[FIRST]) for day in range(12, 17)
        }
        here = ("ACCEPTED", "unmarked")
        assert seen == {
            12: {},
            13: {cast.lamai.email: here},
            14: {cast.mali.email: ("NEEDS-ACTION", None)},
            15: {cast.mali.email: here},
            16: {ked.email: here},
        }
        assert told(events(of_workshop(workshop))[FIRST]) == seen[16]

    def test_in_whose_name_is_as_it_was_that_day(self, make_workshop, cast, track, clock_at):
        workshop = make_workshop()
        passed(cast.province, track)
        seat = registration.register(workshop, user=cast.lamai)
        clock_at("2023-02-14T09:00:00+07:00")
        registration.cancel(seat, by=cast.lamai)
        cast.lamai.agency = cast.province
        clock_at("2023-02-15T09:00:00+07:00")
        registration.register(workshop, user=cast.lamai)
        db.session.commit()
        of = attendance_calendars.of_agency
        assert "lamai@" in of(cast.agency, as_of=date(2023, 2, 13)).decode()
        assert "lamai@" not in of(cast.agency, as_of=date(2023, 2, 15)).decode()
        assert "lamai@" in of(cast.province, as_of=date(2023, 2, 15)).decode()
        assert "lamai@" not in of(cast.province, as_of=date(2023, 2, 14)).decode()
        cohort = attendance_calendars.of_cohort(track, as_of=date(2023, 2, 13))
        agencies = {who.params["X-AGENCY"] for event in events(cohort).values() for who in people_in(event)}
        assert agencies == {"กรมตัวอย่าง"}

    def test_the_name_says_the_day_and_the_same_day_gives_the_same_bytes(self, make_workshop, cast, clock_at):
        workshop = make_workshop()
        seat = registration.register(workshop, user=cast.lamai)
        db.session.commit()
        clock_at("2023-02-22T09:00:00+07:00")
        before = of_workshop(workshop, as_of=self.DAY1)
        roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        db.session.commit()
        assert of_workshop(workshop, as_of=self.DAY1) == before
        name = str(Calendar.from_ical(before)["X-WR-CALNAME"])
        assert name.endswith(" ณ วันที่ 20 กุมภาพันธ์ 2566")

    def test_as_of_today_says_what_now_says(self, marked_people, clock_at):
        workshop = marked_people
        clock_at("2023-02-22T09:00:00+07:00")
        now, today = (events(of_workshop(workshop, as_of=day)) for day in (None, date(2023, 2, 22)))
        assert {uid: told(event) for uid, event in now.items()} == {
            uid: told(event) for uid, event in today.items()
        }


@pytest.fixture
def marked_people(make_workshop, make_people):
    """Twelve people, three at each of four agencies, of whom every other one is marked on both days."""
    workshop = make_workshop(capacity=10)
    rows = [registration.register(workshop, user=person) for person in make_people(12, agencies=4)]
    states = list(AttendanceState)
    for at, row in enumerate(rows[:10:2]):
        for session in workshop.sessions:
            roll.mark(row, session, state=states[at], by=None, how="roster")
    db.session.commit()
    return workshops.with_sessions(workshop.code)


def test_a_session_called_off_long_ago_is_in_a_calendar_of_a_day_when_it_was_news(
    make_workshop, cast, clock_at
):
    workshop = make_workshop()
    registration.register(workshop, user=cast.lamai)
    session = db.session.get_one(WorkshopSession, workshop.sessions[1].id)
    session.is_cancelled = True
    db.session.commit()
    clock_at("2023-08-01T09:00:00+07:00")
    assert len(events(of_workshop(workshop))) == 1
    statuses = [event["STATUS"] for event in events(of_workshop(workshop, as_of=date(2023, 2, 20))).values()]
    assert statuses == ["CONFIRMED", "CANCELLED"]


@pytest.mark.both_databases
def test_whatever_order_marks_come_in_every_day_knows_what_it_knew(make_workshop, make_people):
    """Three hundred marks at random moments, brought in at random later ones, against the rule written out in Python."""
    lot = random.Random(2566)
    workshop = make_workshop(capacity=None)
    rows = [registration.register(workshop, user=person) for person in make_people(5)]
    start = datetime(2023, 2, 20, tzinfo=clock.BANGKOK)
    noted: list[AttendanceMark] = []
    for _number in range(300):
        at = start + timedelta(hours=lot.randrange(72))
        mark = AttendanceMark(
            session_id=lot.choice(workshop.sessions).id,
            registration_id=lot.choice(rows).id,
            state=lot.choice(list(AttendanceState)),
            how="door",
            at=at,
            noted_at=at + timedelta(hours=lot.randrange(72)),
        )
        db.session.add(mark)
        db.session.flush()
        noted.append(mark)
    db.session.commit()
    for day in range(8):
        until = start + timedelta(days=day)
        expected: dict[int, dict[int, str]] = {}
        for mark in sorted((one for one in noted if one.noted_at < until), key=lambda one: (one.at, one.id)):
            expected.setdefault(mark.session_id, {})[mark.registration_id] = mark.state.value
        for states in expected.values():
            for who in [one for one, state in states.items() if state == "withdrawn"]:
                del states[who]
        assert marks.states_at(workshop.sessions, until) == expected
    now = marks.states_at(workshop.sessions)
    assert roll.states_of(workshop.sessions) == {
        (who, session): AttendanceState(state)
        for session, states in now.items()
        for who, state in states.items()
    }
