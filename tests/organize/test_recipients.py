"""Whom a letter goes to: every group of a workshop's people, asked of the rules of the rooms that know."""

import pytest

from portal.accounts.models import User
from portal.attendance import roll
from portal.core import clock
from portal.core.db import db
from portal.organize import recipients
from portal.organize.recipients import Group, Kind
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus
from portal.programme.models import Workshop
from tests import cast as cast_module, packs
from tests.organize.conftest import passes
from tests.organize.writing import hold, seat

STATES = AttendanceState


@pytest.fixture
def workshop(track, cast) -> Workshop:
    return hold(track)


def names(workshop: Workshop, text: str) -> list[str]:
    group = Group.read(text)
    assert group is not None
    assert str(group) == text
    return [one.name.split()[0] for one in recipients.people(workshop, group)]


def mark(registration: Registration, number: int, state: AttendanceState) -> None:
    session = registration.workshop.sessions[number - 1]
    roll.mark(registration, session, state=state, by=None, how="roster")
    db.session.commit()


@pytest.mark.parametrize(
    ("status", "group"),
    [
        ("confirmed", "registered"),
        ("waitlisted", "waiting"),
        ("cancelled", "cancelled"),
        ("offered", "offered"),
    ],
)
def test_a_group_is_who_has_that_place_now(cast, track, workshop, status, group):
    wanted, other = "cancelled" if status == "confirmed" else "confirmed", status
    [row] = seat(workshop, cast.lamai)
    seat(workshop, cast.mali, status=wanted)
    seat(hold(track, "another"), cast.sakda)
    if other == "offered":
        row.offer_expires_at = clock.now()
    row.status = RegistrationStatus(other)
    db.session.commit()
    assert names(workshop, group) == ["ละไม"]


def test_people_stand_in_thai_order_with_what_a_letter_may_say(cast, workshop):
    seat(workshop, cast.sakda, cast.lamai, cast.mali)
    assert names(workshop, "registered") == ["มะลิ", "ละไม", "ศักดา"]
    first = recipients.people(workshop, Group(Kind.REGISTERED))[0]
    assert first[2:] == ("มะลิ ใจดี", "mali@demo.example", "th", "กรมตัวอย่าง", "")
    assert len(first.ticket) == 6


def test_one_agency_alone(cast, workshop):
    seat(workshop, cast.sakda, cast.lamai)
    assert names(workshop, "registered@SAMPLE-PROV") == ["ศักดา"]
    assert names(workshop, "waiting@SAMPLE-PROV") == []


def test_who_changed_agency_is_written_to_as_of_the_one_that_registered(cast, workshop):
    seat(workshop, cast.lamai)
    cast.lamai.agency = cast.province
    db.session.commit()
    assert names(workshop, "registered@SAMPLE-DEPT") == ["ละไม"]


def test_a_closed_account_gets_no_letter(cast, workshop):
    seat(workshop, cast.sakda, cast.lamai)
    cast.lamai.disabled_at = clock.now()
    db.session.commit()
    assert names(workshop, "registered") == ["ศักดา"]


# --- attendance


def test_no_shows_of_a_session_are_those_noted_so(cast, clock_at, workshop):
    mali, lamai, _sakda = seat(workshop, cast.mali, cast.lamai, cast.sakda)
    mark(mali, 1, STATES.ATTENDED)
    mark(lamai, 1, STATES.NO_SHOW)
    mark(mali, 2, STATES.NO_SHOW)
    assert names(workshop, "no_shows:day1") == ["ละไม"]
    assert names(workshop, "no_shows:day2") == ["มะลิ"]
    assert names(workshop, "unmarked:day1") == ["ศักดา"]
    assert names(workshop, "unmarked:day2") == ["ละไม", "ศักดา"]


def test_who_never_came_was_at_no_session_and_gave_no_reason(cast, workshop):
    mali, lamai, sakda = seat(workshop, cast.mali, cast.lamai, cast.sakda)
    [wit] = seat(workshop, cast.wit)
    mark(mali, 1, STATES.NO_SHOW)
    mark(mali, 2, STATES.PARTIAL)
    mark(lamai, 1, STATES.NO_SHOW)
    mark(sakda, 1, STATES.NO_SHOW)
    mark(sakda, 2, STATES.EXCUSED)
    assert wit
    assert names(workshop, "no_shows") == ["ละไม"]


def test_the_latest_mark_decides_and_a_withdrawn_one_is_none(cast, clock_at, workshop):
    mali, lamai = seat(workshop, cast.mali, cast.lamai)
    for row in (mali, lamai):
        mark(row, 1, STATES.NO_SHOW)
    clock_at("2023-02-20T09:00:00+07:00")
    mark(mali, 1, STATES.ATTENDED)
    withdrawn = AttendanceMark(
        session_id=workshop.sessions[0].id, registration=lamai, state=STATES.WITHDRAWN, how="roster"
    )
    db.session.add(withdrawn)
    db.session.commit()
    assert names(workshop, "no_shows:day1") == []
    assert names(workshop, "unmarked:day1") == ["ละไม"]


def test_who_gave_the_seat_back_is_no_no_show(cast, workshop):
    [mali] = seat(workshop, cast.mali)
    mark(mali, 1, STATES.NO_SHOW)
    mali.status = RegistrationStatus.CANCELLED
    db.session.commit()
    assert names(workshop, "no_shows") == []


# --- not yet passed


@pytest.mark.both_databases
def test_not_yet_passed_a_part_of_any_course(cast, workshop):
    first, second = packs.publish(), packs.publish(code="other")
    seat(workshop, cast.mali, cast.lamai, cast.sakda)
    seat(workshop, cast.wit, status="waitlisted")
    passes(cast.lamai, first, ["c1"])
    passes(cast.mali, second, ["c1"])
    db.session.commit()
    assert names(workshop, f"not_passed:{first.code}/c1") == ["มะลิ", "ศักดา"]
    assert names(workshop, f"not_passed:{second.code}/c1") == ["ละไม", "ศักดา"]
    assert names(workshop, f"not_passed:{first.code}/op@SAMPLE-DEPT") == ["มะลิ", "ละไม"]


def test_a_pass_counts_for_the_person_whichever_agency_it_was_for(cast, workshop):
    course = packs.publish()
    seat(workshop, cast.lamai)
    passes(cast.lamai, course, ["c1"])
    cast.lamai.agency = cast.province
    db.session.commit()
    assert names(workshop, f"not_passed:{course.code}/c1") == []


@pytest.mark.parametrize("part", ["none/c1", "pmqa40/none", "pmqa40", ""])
def test_nobody_is_in_the_group_of_a_part_that_is_no_more(cast, workshop, part):
    packs.publish()
    seat(workshop, cast.lamai)
    assert recipients.people(workshop, Group(Kind.NOT_PASSED, part)) == []


# --- what can be chosen, and how it is called


def test_every_open_part_of_every_course_can_be_chosen(cast, workshop, course):
    offered = recipients.choices(workshop)
    parts = [one for groups in offered.values() for one in groups if one.value.startswith("not_passed")]
    assert [one.value for one in parts] == [f"not_passed:{course.code}/{code}" for code in ("op", "c1")]
    assert parts[1].label.startswith("ผู้ได้ที่นั่งที่ยังไม่ผ่านหมวด 1 การนำองค์การ")


def test_attendance_can_be_chosen_from_the_day_of_a_session(clock_at, workshop):
    def held() -> list[str]:
        return [one.value for one in recipients.choices(workshop).get("การเข้าอบรม", [])]

    assert held() == []
    clock_at("2023-02-20T07:00:00+07:00")
    assert held() == ["no_shows", "no_shows:day1", "unmarked:day1"]
    clock_at("2023-02-21T07:00:00+07:00")
    assert held() == ["no_shows", "no_shows:day1", "unmarked:day1", "no_shows:day2", "unmarked:day2"]
    workshop.sessions[0].is_cancelled = True
    assert held() == ["no_shows", "no_shows:day2", "unmarked:day2"]


def test_agencies_are_those_whose_people_registered(cast, workshop):
    seat(workshop, cast.lamai, cast.wit)
    seat(workshop, cast.sakda, status="cancelled")
    assert [tuple(one) for one in recipients.agencies(workshop)] == [
        ("SAMPLE-DEPT", "กรมตัวอย่าง"),
        ("SAMPLE-PROV", "จังหวัดสมมติ"),
    ]


def test_groups_are_called_by_name_and_what_is_no_more_by_its_code(cast, workshop):
    seat(workshop, cast.lamai)
    texts = ["waiting", "no_shows:day1@SAMPLE-DEPT", "no_shows:gone@GONE", "not_passed:gone/c9", "nonsense"]
    assert list(recipients.called(texts, workshop).values()) == [
        "ผู้รอในคิว",
        "ผู้ที่ไม่มา วันที่ 1 · 20 ก.พ. 2566 เฉพาะกรมตัวอย่าง",
        "ผู้ที่ไม่มา gone เฉพาะGONE",
        "ผู้ได้ที่นั่งที่ยังไม่ผ่านgone/c9",
        "nonsense",
    ]


def test_a_group_costs_the_same_for_one_and_thirty(cast, workshop, queries):
    def cost(text: str) -> int:
        db.session.refresh(workshop, ["id", "code", "sessions"])
        with queries() as statements:
            names(workshop, text)
        return len(statements)

    course = packs.publish()
    texts = ("registered", "no_shows", f"not_passed:{course.code}/c1")
    seat(workshop, cast.lamai)
    few = [cost(text) for text in texts]
    people: list[User] = [cast_module.person(f"x{at}@demo.example", "คน ใหม่") for at in range(30)]
    seat(workshop, *people)
    assert [cost(text) for text in texts] == few
