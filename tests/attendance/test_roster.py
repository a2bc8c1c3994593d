"""The organizer's roster: who is on it, filter and search, and that it stays quick."""

import pytest

from portal.attendance import roll
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState
from portal.programme.models import WorkshopStatus
from tests.rows import once

URL = "/organize/workshops/pmqa40-2566/roster"


@pytest.fixture
@once
def crowd(make_workshop, make_people):
    """Three with a seat, two who wait, one who left."""
    workshop = make_workshop(capacity=3)
    people = make_people(6)
    for person, name in zip(
        people, ("เอก ดีงาม", "ก้อย รักเรียน", "ปู เดินดี", "กบ นาน้ำ", "นก บินสูง", "ไก่ ตื่นเช้า"), strict=True
    ):
        person.name = name
    rows = [registration.register(workshop, user=person) for person in people]
    registration.cancel(rows[5], by=people[5])
    db.session.commit()
    return workshop, rows


def names(client):
    return [cell.get_text().split()[0] for cell in client.page.select("tbody th")]


def test_those_with_a_seat_stand_by_name_with_a_select_each(client, crowd, cast):
    client.sign_in(cast.orn)
    assert client.get(URL).status_code == 200
    assert client.page.h1 == "รายชื่อผู้ลงทะเบียน"
    assert names(client) == ["ก้อย", "ปู", "เอก"]
    assert len(client.page.select("tbody select")) == 3
    assert "ได้ที่นั่ง3" in client.page.main.replace(" ", "")
    assert "รอในคิว2" in client.page.main.replace(" ", "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=waitlisted", ["กบ", "นก"]),
        ("status=cancelled", ["ไก่"]),
        ("q=รักเรียน", ["ก้อย"]),
        ("q=หน่วยงานตัวอย่างที่ 0", ["เอก"]),
        ("status=waitlisted&q=นาน้ำ", ["กบ"]),
        ("state=attended", ["ปู"]),
        ("state=none", ["ก้อย", "เอก"]),
        ("status=nonsense&state=nonsense&page=nonsense&x=1", ["ก้อย", "ปู", "เอก"]),
        ("page=99", ["ก้อย", "ปู", "เอก"]),
    ],
)
def test_status_mark_and_words_filter_and_live_in_the_address(client, crowd, cast, query, expected):
    workshop, rows = crowd
    roll.mark(rows[2], workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
    client.sign_in(cast.orn)
    assert client.get(f"{URL}?session=day1&{query}").status_code == 200
    assert names(client) == expected


def test_what_was_searched_for_stays_and_nothing_found_says_what_to_do(client, crowd, cast):
    client.sign_in(cast.orn)
    client.get(URL + "?q=ไม่มีใครชื่อนี้<b>")
    assert client.page.one("#q")["value"] == "ไม่มีใครชื่อนี้<b>"
    assert "ไม่มีใครตรงกับที่กรอง" in client.page.main


def test_the_form_filters_from_the_page_itself(client, crowd, cast):
    client.sign_in(cast.orn).get(URL)
    client.submit("/roster", status="waitlisted")
    assert names(client) == ["กบ", "นก"]


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2023-02-13T09:00:00+07:00", "day1"),
        ("2023-02-20T09:00:00+07:00", "day1"),
        ("2023-02-21T09:00:00+07:00", "day2"),
        ("2023-03-01T09:00:00+07:00", "day2"),
    ],
)
def test_it_opens_on_the_session_of_the_day(client, crowd, cast, clock_at, moment, session):
    clock_at(moment)
    client.sign_in(cast.orn).get(URL)
    assert client.page.one("#session option[selected]")["value"] == session


def test_an_empty_roster_names_the_next_step(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.orn).get(URL)
    assert "ยังไม่มีใครได้ที่นั่ง" in client.page.main
    for status in ("waitlisted", "cancelled"):
        client.get(f"{URL}?status={status}")
        assert client.page.select(".empty")


def test_a_workshop_without_sessions_lists_people_without_marks(client, make_workshop, cast):
    workshop = make_workshop()
    registration.register(workshop, user=cast.lamai)
    for session in list(workshop.sessions):
        db.session.delete(session)
    client.sign_in(cast.orn).get(URL)
    assert names(client) == ["ละไม"]
    assert client.page.select("tbody select") == []


def test_more_than_fifty_stand_on_several_pages(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=None)
    for person in make_people(53, agencies=1):
        registration.register(workshop, user=person)
    client.sign_in(cast.orn).get(URL + "?page=2&session=day2")
    assert len(names(client)) == 3
    assert client.page.one("tbody tr:first-child .num").get_text() == "51"
    assert client.page.one(".pages [aria-current]")["href"] == "?session=day2&page=2"


def test_a_row_that_was_kept_is_drawn_anew_when_what_it_says_has_changed(client, crowd, cast):
    workshop, rows = crowd
    client.sign_in(cast.orn).get(URL)
    rows[0].user.name = "เอม ใหม่กว่า"
    roll.mark(rows[2], workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
    db.session.commit()
    client.get(URL)
    assert names(client) == ["ก้อย", "ปู", "เอม"]
    assert client.page.select("tbody select")[1].select_one("[selected]")["value"] == "attended"


def test_only_organizers_enter(client, crowd, cast):
    assert client.get(URL).status_code == 303
    for person in (cast.mali, cast.lamai, cast.wit, cast.sakda):
        client.sign_in(person)
        assert client.get(URL).status_code == 403


@pytest.mark.parametrize("url", ["/organize/workshops/nowhere/roster", URL + "?session=day9"])
def test_what_is_not_there_is_404(client, crowd, cast, url):
    client.sign_in(cast.orn)
    assert client.get(url).status_code == 404


def test_as_many_queries_for_thirty_people_as_for_one(client, make_workshop, make_people, cast, queries):
    workshop = make_workshop(capacity=None)
    registration.register(workshop, user=cast.lamai)
    client.sign_in(cast.orn)
    with queries() as one:
        client.get(URL)
    for person in make_people(29):
        registration.register(workshop, user=person)
    with queries() as thirty:
        client.get(URL)
    assert len(names(client)) == 30
    assert len(thirty) == len(one) <= 6
    assert all(statement.startswith("SELECT") for statement in thirty)


def test_names_and_titles_cannot_break_the_page(client, crowd, cast):
    workshop, rows = crowd
    nasty = "<script>alert(1)</script>“'\"&"
    rows[0].user.name = rows[0].agency.name_th = workshop.sessions[0].title_th = nasty
    client.sign_in(cast.orn).get(URL)
    assert client.page.select("main script") == []
    [row] = [row for row in client.page.select("tbody tr") if "script" in row.get_text()]
    assert row.select_one("th").get_text() == nasty
    assert row.select("td")[1].get_text() == nasty
    assert row.select_one("select")["aria-label"] == f"{nasty} {nasty}"


def test_who_is_offered_a_seat_is_a_list_of_its_own(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=0, offer_hours=24)
    rows = [registration.register(workshop, user=person) for person in make_people(2)]
    workshop.capacity = 1
    registration.promote_from_waitlist(workshop)
    db.session.commit()
    client.sign_in(cast.orn).get("/organize/workshops/pmqa40-2566/roster?status=offered")
    assert [row.get_text() for row in client.page.select("tbody th")] == [rows[0].user.name]
    assert "รอยืนยัน (1)" in client.page.main


def test_of_a_draft_too_every_link_leads_somewhere(client, make_workshop, cast):
    make_workshop().status = WorkshopStatus.DRAFT
    db.session.commit()
    client.sign_in(cast.orn).get(URL)
    links = {link for link in client.page.links() if "pmqa40-2566" in link}
    assert "/organize/workshops/pmqa40-2566" in links
    for link in links:
        assert client.get(link).status_code == 200, link
