"""Which scans are taken: each way out, judged by their own moment and once for each key, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.attendance import check_in, holders, roll
from portal.attendance.check_in import OutcomeState, Scan
from portal.core import clock
from portal.core.db import db, writing
from portal.participation import registration, tickets
from portal.participation.models import AttendanceMark, AttendanceState, RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests.attendance.scanning import meeting
from tests.rows import once

NOTED, KNOWN, REFUSED = OutcomeState
DAY = "2023-02-20"

pytestmark = pytest.mark.both_databases


@pytest.fixture
def seated(three, clock_at):
    """Two with a seat and one who waits; it is nine o'clock on the first day, which goes from nine to four."""
    clock_at(f"{DAY}T09:00:00+07:00")
    return three


@pytest.fixture
@once
def three(make_workshop, make_people):
    workshop = make_workshop(capacity=2)
    first = workshop.sessions[0]
    first.starts_at = datetime.fromisoformat(f"{DAY}T09:00+07:00")
    first.ends_at = datetime.fromisoformat(f"{DAY}T16:00+07:00")
    return [registration.register(workshop, user=person) for person in make_people(3)]


@pytest.fixture
def door(seated, cast):
    """door(Scan, …, session="day1") — what became of each, as pairs of state and message."""

    def scan(*scans, session="day1"):
        here = meeting(session)
        outcomes = check_in.scan(here, scans, by=cast.orn)
        db.session.commit()
        return [(one.state, one.message) for one in outcomes]

    return scan


def ago(**time):
    return timedelta(**time)


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)))


def states(row):
    first = row.workshop.sessions[0]
    return roll.states_of([first]).get((row.id, first.id))


def test_a_scan_says_who_when_how_and_for_which_agency(door, seated, cast):
    assert door(Scan("k1", tickets.address(seated[0]), ago(minutes=5))) == [(NOTED, "ลงชื่อแล้ว")]
    [mark] = noted()
    assert (mark.registration_id, mark.state, mark.how) == (seated[0].id, AttendanceState.ATTENDED, "door")
    assert (mark.by_id, mark.agency_id, mark.key) == (cast.orn.id, seated[0].agency_id, "k1")
    assert (mark.at, mark.noted_at) == (clock.now() - ago(minutes=5), clock.now())


def test_the_same_scan_fifty_times_is_one_mark(door, seated):
    sent = Scan("k1", seated[0].ticket)
    told = [door(sent)[0][0] for _ in range(25)] + [state for state, _ in door(*[sent] * 25)]
    assert told == [NOTED, *[KNOWN] * 49]
    assert len(noted()) == 1


def test_the_same_ticket_fifty_times_is_one_person_who_came(door, seated):
    told = door(*(Scan(f"k{at}", seated[0].ticket) for at in range(50)))
    assert [state for state, _ in told] == [NOTED, *[KNOWN] * 49]
    assert len(noted()) == 50
    assert holders.counts(meeting()) == (1, 2)


def test_a_forged_one_an_unknown_one_and_one_of_another_workshop_are_told_apart(
    door, seated, make_workshop, cast
):
    other = registration.register(
        make_workshop("other", title_th="อีกงานหนึ่ง", registration_closes_at=None), user=cast.lamai
    )
    told = door(
        Scan("k1", tickets.address(seated[0])[:-2] + "22"),
        Scan("k2", "ZZZZZZ"),
        Scan("k3", tickets.address(other)),
        Scan("k4", "สวัสดี"),
        Scan("k5", seated[0].ticket),
    )
    assert [state for state, _ in told] == [REFUSED] * 4 + [NOTED]
    assert "ไม่ได้ออกโดยระบบนี้" in told[0][1]
    assert "ไม่มีตั๋วรหัสนี้" in told[1][1]
    assert "อีกงานหนึ่ง" in told[2][1]
    assert "นี่ไม่ใช่ตั๋ว" in told[3][1]
    assert [mark.key for mark in noted()] == ["k5"]


@pytest.mark.parametrize(
    ("at", "state", "words"),
    [
        ("07:59:59", REFUSED, "เปิด 20 ก.พ. 2566 08:00 น."),
        ("08:00:00", NOTED, ""),
        ("16:15:00", NOTED, ""),
        ("16:15:01", REFUSED, "ปิดเมื่อ 20 ก.พ. 2566 16:15 น."),
    ],
)
def test_scans_are_taken_from_an_hour_before_until_a_quarter_after(door, seated, clock_at, at, state, words):
    clock_at(f"{DAY}T{at}+07:00")
    [(told, message)] = door(Scan("k1", seated[0].ticket))
    assert told is state
    assert words in message
    assert bool(noted()) is (state is NOTED)


def test_a_day_without_hours_takes_scans_all_day(door, seated, clock_at):
    for moment, state in (
        ("2023-02-20T23:59:59+07:00", REFUSED),
        ("2023-02-21T00:00:00+07:00", NOTED),
        ("2023-02-21T23:59:59+07:00", KNOWN),
        ("2023-02-22T00:00:01+07:00", REFUSED),
    ):
        clock_at(moment)
        assert door(Scan(moment, seated[0].ticket), session="day2")[0][0] is state


def test_a_queue_of_days_ago_counts_by_its_own_moment(door, seated, clock_at):
    clock_at("2023-02-23T10:00:00+07:00")
    told = door(
        Scan("k1", seated[0].ticket, ago(days=3, minutes=55)),  # 09:05 of the first day
        Scan("k2", seated[1].ticket, ago(hours=1)),
    )
    assert [state for state, _ in told] == [NOTED, REFUSED]
    [mark] = noted()
    assert mark.at == datetime.fromisoformat(f"{DAY}T09:05+07:00")
    assert mark.noted_at == clock.now()


def test_no_clock_of_a_phone_reaches_into_the_future_or_beyond_reason(door, seated):
    told = door(Scan("k1", seated[0].ticket, ago(days=-1)), Scan("k2", seated[1].ticket, ago(days=10**6)))
    assert [state for state, _ in told] == [NOTED, REFUSED]
    [mark] = noted()
    assert mark.at == clock.now()


def test_who_waits_or_cancelled_is_refused_by_name(door, seated, cast):
    waiting = seated[2]
    assert waiting.status is RegistrationStatus.WAITLISTED
    [(state, message)] = door(Scan("k1", waiting.ticket))
    assert state is REFUSED
    assert waiting.user.name in message


def test_what_was_noted_stays_known_whatever_happened_since(door, seated, cast, clock_at):
    sent = Scan("k1", seated[0].ticket)
    door(sent)
    registration.cancel(seated[0], by=cast.orn)
    db.session.commit()
    clock_at("2023-02-22T09:00:00+07:00")
    assert door(sent) == [(KNOWN, "ลงชื่อไว้แล้ว")]
    assert len(noted()) == 1


def test_nothing_is_noted_at_a_session_or_workshop_that_is_cancelled(door, seated):
    workshop = seated[0].workshop
    workshop.sessions[0].is_cancelled = True
    db.session.commit()
    assert door(Scan("k1", seated[0].ticket)) == [(REFUSED, "ช่วงอบรมนี้ยกเลิกแล้ว จึงไม่มีการลงชื่อ")]
    workshop.sessions[0].is_cancelled = False
    workshop.status = WorkshopStatus.CANCELLED
    db.session.commit()
    assert door(Scan("k2", seated[0].ticket))[0][0] is REFUSED


def test_one_key_never_stands_for_two_scans(door, seated, clock_at):
    door(Scan("k1", seated[0].ticket))
    [(state, message)] = door(Scan("k1", seated[1].ticket))
    assert (state, message) == (REFUSED, str(check_in.KeyTaken()))
    clock_at("2023-02-21T09:00:00+07:00")
    assert door(Scan("k1", seated[0].ticket), session="day2")[0] == (REFUSED, str(check_in.KeyTaken()))
    assert len(noted()) == 1


def test_a_scan_after_a_correction_decides_again(door, seated, cast, clock_at):
    first = seated[0].workshop.sessions[0]
    roll.mark(seated[0], first, state=AttendanceState.NO_SHOW, by=cast.orn, how="roster")
    clock_at(f"{DAY}T09:30:00+07:00")
    assert door(Scan("k1", seated[0].ticket))[0][0] is NOTED
    assert states(seated[0]) is AttendanceState.ATTENDED


def test_a_late_queue_does_not_undo_a_correction(door, seated, cast, clock_at):
    first = seated[0].workshop.sessions[0]
    clock_at(f"{DAY}T10:00:00+07:00")
    roll.mark(seated[0], first, state=AttendanceState.PARTIAL, by=cast.orn, how="roster")
    clock_at(f"{DAY}T11:00:00+07:00")
    door(Scan("k1", seated[0].ticket, ago(hours=2)))
    assert states(seated[0]) is AttendanceState.PARTIAL


def test_one_statement_for_any_number_of_scans_and_one_for_each_mark(door, seated, cast, queries):
    here = meeting()
    for count in (1, 40):
        sent = [Scan(f"{count}-{at}", seated[at % 2].ticket) for at in range(count)]
        db.session.rollback()
        with writing():
            by = db.session.get_one(User, cast.orn.id)
            with queries() as asked:
                check_in.scan(here, sent, by=by)
                db.session.commit()
        assert len(asked) == 1 + count
