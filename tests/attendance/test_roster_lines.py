"""The roster as a list: order, filter, search and counts."""

import pytest

from portal.attendance import roll, roster
from portal.core.db import db
from portal.core.i18n import in_language
from portal.participation import registration, standing, tickets
from portal.participation.models import AttendanceState, RegistrationStatus
from tests.rows import once

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED


@pytest.fixture
@once
def crowd(make_workshop, make_people):
    """เอก and ก้อย have a seat, ปู and กบ wait in this order, นก left."""
    workshop = make_workshop(capacity=3)
    people = make_people(5)
    for person, name in zip(people, ("เอก ดีงาม", "นก บินสูง", "ก้อย รักเรียน", "ปู เดินดี", "กบ นาน้ำ"), strict=True):
        person.name = name
    rows = [registration.register(workshop, user=person) for person in people]
    workshop.capacity = 2
    db.session.commit()
    registration.cancel(rows[1], by=people[1])
    db.session.commit()
    return workshop, rows


def names(lines):
    return [line.name.split()[0] for line in lines]


def found(workshop, status, state=None, *, text=""):
    """Who is on the page of the roster that was asked for, with the marks of the first session."""
    first = workshop.sessions[0]
    asked = roster.Wanted(status, state, text)
    page = roster.page_of(workshop, first, asked, roster.counts(workshop, first))
    assert page.total == len(page.items)
    return names(page.items)


def test_seats_by_name_in_thai_order_then_the_queue_by_arrival_then_who_left(crowd):
    workshop, _ = crowd
    lines = roster.roster_of(workshop)
    assert names(lines) == ["ก้อย", "เอก", "ปู", "กบ", "นก"]
    assert [line.status for line in lines] == [CONFIRMED, CONFIRMED, WAITLISTED, WAITLISTED, CANCELLED]


def test_status_mark_and_words_narrow_the_list(crowd):
    workshop, rows = crowd
    first = workshop.sessions[0]
    roll.mark(rows[0], first, state=AttendanceState.ATTENDED, by=None, how="roster")
    assert found(workshop, WAITLISTED) == ["ปู", "กบ"]
    assert found(workshop, CONFIRMED, AttendanceState.ATTENDED) == ["เอก"]
    assert found(workshop, CONFIRMED, "") == ["ก้อย"]
    assert found(workshop, CONFIRMED, text="รักเรียน") == ["ก้อย"]
    assert found(workshop, CONFIRMED, text="ไม่มีใครชื่อนี้") == []
    assert found(workshop, CONFIRMED, AttendanceState.ATTENDED, text="ก้อย") == []


@pytest.mark.parametrize("text", ["เอก", "ดีงาม เอก", "หน่วยงาน เอก", "  ", "p0@DEMO"])
def test_words_may_stand_in_any_order_and_in_name_agency_or_mail(crowd, text):
    workshop, _ = crowd
    assert "เอก" in found(workshop, CONFIRMED, text=text)


def test_a_code_is_found_as_it_is_read_aloud(crowd):
    workshop, rows = crowd
    code = rows[2].code.lower()
    assert found(workshop, CONFIRMED, text=f"{code[:4]}-{code[4:]}") == ["ก้อย"]
    assert found(workshop, CONFIRMED, text=tickets.shown(rows[2].ticket)) == ["ก้อย"]


def test_a_doubled_or_misplaced_mark_is_found_as_well(crowd):
    workshop, rows = crowd
    rows[2].user.name = "น้ำใส ใจดี"
    db.session.commit()
    assert found(workshop, CONFIRMED, text="นํ้าใส") == ["น้ำใส"]


def test_counts_are_of_states_and_of_marks_among_those_with_a_seat(crowd):
    workshop, rows = crowd
    first = workshop.sessions[0]
    roll.mark(rows[0], first, state=AttendanceState.PARTIAL, by=None, how="roster")
    counts = roster.counts(workshop, first)
    assert (counts[CONFIRMED], counts[WAITLISTED], counts[CANCELLED]) == (2, 2, 1)
    assert (counts[AttendanceState.PARTIAL], counts[None]) == (1, 1)


def test_what_a_person_has_by_workshop(crowd):
    workshop, rows = crowd
    assert standing.standing_of_user(rows[0].user) == {workshop.id: CONFIRMED}
    assert standing.standing_of_user(rows[1].user) == {}
    assert [row.id for row in roster.of_user(rows[3].user)] == [rows[3].id]


def test_one_query_for_any_number(crowd, make_people, queries):
    workshop, _ = crowd
    with queries() as few:
        roster.roster_of(workshop)
    for person in make_people(30):
        registration.register(workshop, user=person)
    db.session.commit()
    assert workshop.sessions
    with queries() as many:
        assert len(roster.roster_of(workshop)) == 35
    assert len(many) == 1
    assert len(few) <= len(many) + 2


def test_agencies_are_named_in_the_language_in_force(crowd):
    workshop, rows = crowd
    rows[0].agency.name_en = "Department of Boats"
    db.session.commit()
    with in_language("en"):
        found = {line.id: line.agency for line in roster.roster_of(workshop)}
    assert found[rows[0].id] == "Department of Boats"
    assert found[rows[2].id] == rows[2].agency.name_th
    assert {line.id: line.agency for line in roster.roster_of(workshop)}[rows[0].id] == rows[0].agency.name_th


def test_what_was_counted_stands_until_a_seat_or_a_mark_changes(app, crowd, cast, monkeypatch, queries):
    workshop, rows = crowd
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    roster._counted.cache_clear()

    def counted():
        head = roster.head_of(workshop.code)
        assert head is not None
        return roster.counts_now(head, head.sessions[0])

    assert (counted()[CONFIRMED], counted()[None]) == (2, 2)
    with queries() as statements:
        counted()
    assert len(statements) == 1
    roll.mark(rows[0], workshop.sessions[0], state=AttendanceState.ATTENDED, by=cast.orn, how="roster")
    assert (counted()[AttendanceState.ATTENDED], counted()[None]) == (1, 1)
    registration.cancel(rows[2], by=cast.orn)
    assert (counted()[CONFIRMED], counted()[WAITLISTED]) == (2, 1)
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 0)
    assert counted() == roster.counts(workshop, workshop.sessions[0])


def test_a_page_of_words_beyond_the_end_is_the_last_one(crowd, monkeypatch):
    monkeypatch.setattr(roster, "PER_PAGE", 1)
    workshop, _ = crowd
    first = workshop.sessions[0]

    def page(number, text="demo.example"):
        asked = roster.Wanted(CONFIRMED, None, text, number)
        return roster.page_of(workshop, first, asked, roster.counts(workshop, first))

    assert [names(page(number).items) for number in ("1", "2", "9")] == [["ก้อย"], ["เอก"], ["เอก"]]
    assert (page("9").number, page("9").pages, page("9").total) == (2, 2, 2)
    nobody = page("9", "ไม่มีใครชื่อนี้")
    assert (nobody.items, nobody.number, nobody.pages, nobody.total) == ([], 1, 1, 0)
