"""The organizer's overview: what waits for a hand, how full each workshop is, how far the agencies are."""

from datetime import date, datetime

import pytest

from portal.core.db import db
from portal.mail import outbox
from portal.mail.models import MessageStatus
from portal.participation import registration
from portal.programme.models import Workshop, WorkshopStatus
from tests import cast as people
from tests.organize.conftest import passed_stage_1, passes
from tests.pages import only_read


@pytest.fixture
def make_workshop(track):
    def make(code: str = "w1", **given) -> Workshop:
        settings = {
            "title_th": f"งานอบรม {code}",
            "starts_on": date(2023, 2, 20),
            "ends_on": date(2023, 2, 21),
            "capacity": 1,
            "registration_opens_at": datetime.fromisoformat("2023-02-06T08:30:00+07:00"),
        }
        workshop = Workshop(code=code, round=track.round, tracks=[track], **(settings | given))
        db.session.add(workshop)
        db.session.commit()
        return workshop

    return make


def figures(client) -> dict[str, str]:
    return {
        group.find("dt").get_text(strip=True): group.find("dd").get_text(strip=True)
        for group in client.page.select("dl.facts div")
    }


def rows(client, section: str) -> list[str]:
    return [
        row.get_text(" ", strip=True)
        for row in client.page.select(f"#{section}")[0].find_parent("section").select("article")
    ]


def test_a_fresh_installation_names_the_first_steps(orn):
    assert orn.get("/organize").status_code == 200
    assert figures(orn) == {"คนรอการยืนยัน": "0", "จดหมายรอส่ง": "0", "จดหมายส่งไม่สำเร็จ": "0"}
    assert "ยังไม่มีงานอบรม" in orn.page.main
    assert "ยังไม่มีบทเรียน" in orn.page.main


@pytest.mark.both_databases
def test_what_waits_is_counted_and_leads_to_its_list(orn, cast):
    people.person("w@mail.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    for status in ("queued", "queued", "failed"):
        letter = outbox.enqueue(kind="t", to_email="a@demo.example", subject="s", text="t")
        letter.status = MessageStatus(status)
    orn.get("/organize")
    assert figures(orn) == {"คนรอการยืนยัน": "1", "จดหมายรอส่ง": "2", "จดหมายส่งไม่สำเร็จ": "1"}
    assert {"/organize/approvals", "/organize/outbox?status=failed", "/organize/outbox?status=queued"} <= set(
        orn.page.links()
    )


def test_each_workshop_shows_its_fill_and_leads_to_its_pages(orn, cast, track, make_workshop):
    passed_stage_1(cast.agency, track)
    workshop = make_workshop()
    for user in (cast.lamai, cast.mali):
        registration.register(workshop, user=user)
    db.session.commit()
    orn.get("/organize")
    [row] = rows(orn, "h-workshops")
    assert "ได้ที่นั่งแล้ว 1 คน" in row
    assert "เต็ม 1 ที่นั่ง · รอในคิว 1 คน" in row
    assert {"/organize/workshops/w1/roster", "/organize/workshops/w1/seats", "/workshops/w1"} <= set(
        orn.page.links()
    )


def test_a_lowered_capacity_shows_who_is_too_many(orn, cast, track, make_workshop):
    passed_stage_1(cast.agency, track)
    workshop = make_workshop(capacity=2)
    for user in (cast.lamai, cast.mali):
        registration.register(workshop, user=user)
    workshop.capacity = 1
    db.session.commit()
    orn.get("/organize")
    assert "เกินจำนวนที่นั่ง 1 คน" in rows(orn, "h-workshops")[0]


def test_a_workshop_without_a_number_of_seats_says_so(orn, make_workshop):
    make_workshop(capacity=None)
    orn.get("/organize")
    assert "ยังไม่ประกาศจำนวนที่นั่ง" in rows(orn, "h-workshops")[0]


@pytest.mark.parametrize(
    ("status", "words", "is_linked"),
    [("draft", "ร่าง ยังไม่เผยแพร่", False), ("closed", "ปิดรับแล้ว", True), ("cancelled", "ยกเลิกแล้ว", False)],
)
def test_workshops_that_are_not_on_offer_are_here_too_and_say_so(
    orn, make_workshop, status, words, is_linked
):
    make_workshop(status=WorkshopStatus(status))
    orn.get("/organize")
    assert words in rows(orn, "h-workshops")[0]
    assert ("/workshops/w1" in orn.page.links()) is is_linked
    assert orn.get("/organize/workshops/w1/roster").status_code == 200


def test_each_course_tells_how_many_agencies_are_through_and_under_way(orn, cast, course):
    for person in (cast.lamai, cast.mali):
        passes(person, course, ["op", "c1"])
    passes(cast.sakda, course, ["op"])
    orn.get("/organize")
    [row] = rows(orn, "h-courses")
    assert row.startswith("1 หน่วยงานครบหลักสูตร")
    assert "เริ่มแล้ว 2 หน่วยงาน" in row
    assert "/organize/coverage?course=sample" in orn.page.links()
    assert "/organize/coverage.xlsx?course=sample" in orn.page.links()


def test_every_link_of_the_overview_opens(orn, cast, course, make_workshop):
    make_workshop()
    orn.get("/organize")
    links = [link for link in orn.page.links() if link.startswith("/organize")]
    assert len(links) > 8
    for link in links:
        assert orn.get(link).status_code == 200, link


def test_thirty_workshops_cost_no_more_queries_than_one_and_nothing_is_written(
    app, orn, cast, course, make_workshop, queries, monkeypatch
):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 600)
    make_workshop()
    orn.get("/organize")
    with queries() as few:
        orn.get("/organize")
    for number in range(30):
        make_workshop(f"more{number}")
    with queries() as many:
        orn.get("/organize")
    assert len(rows(orn, "h-workshops")) == 31
    assert len(many) == len(few) <= 8
    assert only_read(many)


def test_it_is_for_organizers_only(client, cast):
    assert client.get("/organize").headers["Location"] == "/sign-in?next=/organize"
    for person in (cast.lamai, cast.mali, cast.wit, cast.sakda):
        assert client.sign_in(person).get("/organize").status_code == 403
