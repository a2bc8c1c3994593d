"""The coordinator's page: what the own agency covers and by whom, its seats, its people waiting; never anything of another."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import db
from portal.learning import progress
from portal.participation import registration
from tests import cast as people, packs
from tests.home.conftest import let_in
from tests.learning.taking import take
from tests.pages import only_read


@pytest.fixture
def agency_page(client, cast):
    def read():
        assert client.sign_in(cast.mali).get("/agency").status_code == 200
        return client.page

    return read


def cells(page, at: int = 0) -> list[list[str]]:
    """The table who passed what, row by row: name and the words of each cell."""
    table = page.select("table.cloth")[at]
    return [
        [
            " ".join(
                [
                    cell.get_text(" ", strip=True),
                    *(str(svg["aria-label"]) for svg in cell.select("svg[aria-label]")),
                ]
            ).strip()
            for cell in row.select("th, td")
        ]
        for row in table.select("tbody tr, tfoot tr")
    ]


def test_an_agency_that_has_not_begun_sees_where_to_begin(agency_page, cast, offered, course):
    page = agency_page()
    assert page.h1 == "กรมตัวอย่าง"
    assert "0/2 ส่วนที่เปิดแล้วและมีผู้ผ่าน" in page.text
    assert "ยังขาด ลักษณะสำคัญขององค์การ · การนำองค์การ เหลือเวลา 37 วัน" in page.text
    assert "ยังไม่มีใครจองที่นั่ง" in page.main
    assert "รอการยืนยัน" not in page.main
    assert {"/learn/sample#op", "/learn/sample#c1", "/workshops"} <= set(page.links())


def test_a_fresh_installation_has_an_agency_page_too(agency_page):
    page = agency_page()
    assert "2 คนของหน่วยงานในระบบ" in page.text
    assert page.select("table") == []


def test_who_passed_and_who_has_begun_what(agency_page, cast, course):
    take(cast.lamai, course, "op")
    progress.finish(cast.mali, course, course.module("c1"), course.module("c1").lessons[0])
    page = agency_page()
    assert cells(page) == [
        ["มะลิ ใจดี", "ยังไม่เริ่ม", "กำลังเรียน ½", "ยังไม่เปิด"],
        ["ละไม ตั้งใจ", "ผ่าน", "ยังไม่เริ่ม", "ยังไม่เปิด"],
        ["ผ่านแล้ว (คน)", "1", "0", "0"],
    ]
    strip = [cell.get_text(" ", strip=True) for cell in page.select(".strip li")]
    assert strip == [
        "OP ลักษณะสำคัญขององค์การ ผ่านแล้ว",
        "1 การนำองค์การ กำลังเรียน",
        "2 การวางแผนเชิงยุทธศาสตร์ ยังไม่เปิด",
    ]
    assert "1/2" in page.text


def test_all_parts_covered_still_needs_people_who_passed_them_all(agency_page, cast, course):
    take(cast.lamai, course, "op")
    take(cast.mali, course, "c1")
    assert "มีผู้ผ่านทุกส่วนที่เปิดแล้ว ยังต้องมีผู้ผ่านครบทุกส่วนอีก 2 คน" in agency_page().text


def test_a_course_is_complete_when_enough_people_passed_every_part(agency_page, cast, course):
    for person in (cast.lamai, cast.mali):
        for module in ("op", "c1"):
            take(person, course, module)
    page = agency_page()
    assert "ครบทุกส่วนที่เปิดแล้ว และมีผู้ผ่านครบทุกส่วน 2 คน" in page.text
    assert "ยังขาด" not in page.main


@pytest.mark.both_databases
def test_what_somebody_passed_here_stays_after_they_left(agency_page, cast, course):
    take(cast.lamai, course, "op")
    cast.lamai.agency = cast.province
    db.session.commit()
    take(cast.lamai, course, "c1")
    page = agency_page()
    assert ["ละไม ตั้งใจ ย้ายออกแล้ว", "ผ่าน", "ยังไม่เริ่ม", "ยังไม่เปิด"] in cells(page)
    assert "1 คนของหน่วยงานในระบบ" in page.text


def test_who_is_not_approved_or_disabled_is_not_one_of_us(agency_page, cast, course):
    people.person("new@demo.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    cast.lamai.disabled_at = clock.now()
    db.session.commit()
    page = agency_page()
    assert "1 คนของหน่วยงานในระบบ" in page.text
    assert [row[0] for row in cells(page)] == ["มะลิ ใจดี", "ผ่านแล้ว (คน)"]


@pytest.mark.both_databases
def test_seats_and_queue_of_the_agency_stand_by_workshop_in_order(agency_page, cast, offered):
    let_in(cast.agency, "pmqa40", "excellent")
    offered[0].capacity = 1
    registration.register(offered[0], user=cast.lamai)
    registration.register(offered[0], user=cast.mali)
    registration.register(offered[1], user=cast.mali)
    gone = registration.register(offered[1], user=cast.lamai)
    registration.cancel(gone, by=cast.lamai)
    db.session.commit()
    first, second = agency_page().select("section[aria-labelledby=h-seats] > article")
    assert "ได้ที่นั่ง 1 คน" in first.get_text()
    assert "ละไม ตั้งใจ" in first.get_text()
    assert "รอในคิว 1 คน มะลิ ใจดี" in first.get_text()
    assert "ได้ที่นั่ง 1 คน มะลิ ใจดี" in second.get_text()
    assert "ละไม" not in second.get_text()


def test_people_who_wait_are_shown_to_their_coordinator_alone(agency_page, client, cast):
    ours = people.person("ours@mail.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    people.person("theirs@mail.example", "สมหมาย ย้ายมา", agency=cast.province, approved=False)
    db.session.commit()
    page = agency_page()
    assert "วันเพ็ญ มาใหม่" in page.main
    assert "ours@mail.example" in page.main
    assert "สมหมาย" not in page.text
    client.follow(client.submit(f"/people/{ours.code}/approve"))
    assert client.page.h1 == "กรมตัวอย่าง"
    assert client.page.flashes == ["ยืนยันสังกัดของ วันเพ็ญ มาใหม่ แล้ว"]
    assert "3 คนของหน่วยงานในระบบ" in client.page.text
    assert "รอการยืนยัน" not in client.page.main


def test_somebody_who_does_not_work_here_is_declined_from_the_page(agency_page, client, cast):
    stranger = people.person("x@mail.example", "คน แปลกหน้า", agency=cast.agency, approved=False)
    db.session.commit()
    agency_page()
    client.follow(client.submit(f"/people/{stranger.code}/decline"))
    assert "คน แปลกหน้า" not in client.page.main


def test_nothing_of_another_agency_is_on_the_page(agency_page, cast, offered, course):
    let_in(cast.province, "pmqa40")
    registration.register(offered[0], user=cast.sakda)
    take(cast.sakda, course, "op")
    db.session.commit()
    page = agency_page()
    assert "ศักดา" not in page.text
    assert "จังหวัดสมมติ" not in page.text
    assert "0/2" in page.text


def test_an_address_cannot_name_another_agency(client, cast):
    client.sign_in(cast.mali)
    for address in (f"/agency?agency={cast.province.code}", f"/agency?code={cast.province.id}"):
        client.get(address)
        assert client.page.h1 == "กรมตัวอย่าง"
    assert client.get(f"/agency/{cast.province.code}").status_code == 404


def test_the_page_is_for_coordinators_who_were_approved(client, cast):
    cast.mali.approved_at = None
    assert client.sign_in(cast.mali).get("/agency").status_code == 403


@pytest.mark.parametrize("name", ["lamai", "sakda", "wit", "orn"])
def test_others_are_refused(client, cast, name):
    assert client.sign_in(getattr(cast, name)).get("/agency").status_code == 403


def test_a_visitor_signs_in_first(client):
    assert client.get("/agency").headers["Location"] == "/sign-in?next=/agency"


def grow(cast, course, offered) -> None:
    """Thirty more of everything that is listed."""
    for number in range(30):
        user = people.person(f"p{number}@demo.example", f"คน ที่{number}", agency=cast.agency)
        people.person(f"w{number}@mail.example", f"รอ ที่{number}", agency=cast.agency, approved=False)
        take(user, course, "op")
        registration.register(offered[0], user=user)
    for user in db.session.scalars(select(User).where(User.email.like("p2%"))):
        user.agency = cast.province
    db.session.commit()


def test_thirty_people_cost_no_more_queries_than_one_and_nothing_is_written(
    app, agency_page, client, cast, course, offered, queries, monkeypatch
):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 600)
    let_in(cast.agency, "pmqa40")
    people.person("w@mail.example", "รอ คนเดียว", agency=cast.agency, approved=False)
    take(cast.lamai, course, "op")
    registration.register(offered[0], user=cast.lamai)
    agency_page()
    with queries() as few:
        client.get("/agency")
    grow(cast, course, offered)
    with queries() as many:
        client.get("/agency")
    assert len(client.page.select("table.cloth tbody tr")) == 32
    assert len(many) == len(few) <= 10
    assert only_read(many)


def test_two_courses_are_shown_below_each_other(agency_page, cast, course):
    packs.publish(packs.pack(title="อีกหลักสูตร", published=("op",)), code="zweite")
    take(cast.lamai, course, "op")
    page = agency_page()
    assert [table[1][1] for table in (cells(page, 0), cells(page, 1))] == ["ผ่าน", "ยังไม่เริ่ม"]


def test_people_stand_in_thai_order(agency_page, cast, course):
    for number, name in enumerate(("เอก", "กา", "ไก่", "เกด")):
        people.person(f"p{number}@demo.example", f"{name} ทดสอบ", agency=cast.agency)
    db.session.commit()
    assert [row[0].split()[0] for row in cells(agency_page())[:-1]] == [
        "กา",
        "เกด",
        "ไก่",
        "มะลิ",
        "ละไม",
        "เอก",
    ]


def test_an_agency_in_the_other_language_has_its_english_name(client, cast):
    db.session.get_one(Agency, cast.agency.id).name_en = "Sample Department"
    client.set_cookie("lang", "en")
    client.sign_in(cast.mali).get("/agency")
    assert client.page.h1 == "Sample Department"
