"""The first page: what this is, the days that are left, both workshops, the courses; true before and after the day."""

from datetime import date, timedelta

import pytest

from portal.awards.models import Milestone, Round
from portal.core.db import db
from portal.participation import registration
from portal.programme.models import WorkshopStatus
from tests import cast as people, packs
from tests.home.conftest import let_in


def test_a_visitor_sees_the_days_left_both_workshops_and_the_course(client, offered, course):
    assert client.get("/").status_code == 200
    page = client.page
    assert page.h1 == "เตรียมเขียนรายงานผลการดำเนินการพัฒนาองค์การ (Application Report)"
    assert page.one(".opening-count").get_text(" ", strip=True) == "37 วัน"
    assert "ก่อนถึงวันพุธที่ 22 มีนาคม 2566" in page.text
    titles = [heading.get_text() for heading in page.select("#h-workshops ~ article h3")]
    assert titles == ["รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0", "รางวัลคุณภาพการบริหารจัดการภาครัฐ ระดับดีเด่นและรายหมวด"]
    assert "หลักสูตรตัวอย่าง" in page.main
    assert "2/3 ส่วนที่เปิดให้เรียนแล้ว" in page.text
    assert [link for link in page.links() if link == "/sign-up"] == ["/sign-up"]


@pytest.mark.parametrize(
    ("moment", "count", "words"),
    [
        ("2023-02-13T09:00:00+07:00", "37 วัน", "ก่อนถึงวันพุธที่ 22 มีนาคม 2566"),
        ("2023-03-21T23:59:00+07:00", "1 วัน", "ก่อนถึงวันพุธที่ 22 มีนาคม 2566"),
        ("2023-03-22T00:01:00+07:00", "0 วันนี้วันสุดท้าย", "ภายในวันนี้"),
        ("2023-03-22T23:59:00+07:00", "0 วันนี้วันสุดท้าย", "ภายในวันนี้"),
        (
            "2023-03-24T09:00:00+07:00",
            "2 วัน",
            "หลังวันสุดท้ายของการส่งเอกสารประกอบการพิจารณาขั้นตอนที่ 2 22 มีนาคม 2566",
        ),
        ("2022-12-01T09:00:00+07:00", "111 วัน", "ก่อนถึงวันพุธที่ 22 มีนาคม 2566"),
    ],
)
def test_the_days_are_counted_to_the_day_in_bangkok_and_beyond_it(
    client, offered, clock_at, moment, count, words
):
    clock_at(moment)
    assert client.get("/").status_code == 200
    assert client.page.one(".opening-count").get_text(" ", strip=True) == count
    assert words in client.page.text


def test_a_fresh_installation_has_a_first_page_that_says_what_will_be_here(client):
    assert client.get("/").status_code == 200
    assert client.page.select(".opening-days") == client.page.select("svg.thread") == []
    assert "ผู้จัดยังไม่ประกาศงานอบรมของรอบนี้" in client.page.main
    assert "เขียนรายงานและส่งให้ทันกำหนด" in client.page.main
    assert client.page.select("#h-courses") == []


@pytest.mark.parametrize("codes", [(), ("applications",), ("report",), ("applications", "report")])
def test_a_round_is_shown_as_far_as_it_is_known(client, codes):
    db.session.add(
        Round(
            year_be=2567,
            title_th="รางวัล ประจำปี พ.ศ. 2567",
            milestones=[
                Milestone(code=code, on=date(2023, 3, 1) + timedelta(days=at), label_th="กำหนดการ")
                for at, code in enumerate(codes)
            ],
        )
    )
    assert client.get("/").status_code == 200
    assert "รางวัล ประจำปี พ.ศ. 2567" in client.page.main
    assert len(client.page.select(".opening-days")) == ("report" in codes)


def side_of(client, at: int) -> str:
    return str(client.page.select("#h-workshops ~ article .hang-side")[at].get_text(" ", strip=True))


def test_the_seats_and_what_one_can_do_stand_beside_each_workshop(client, cast, offered):
    full, free = offered
    for number in range(3):
        agency = people.agency(f"A{number}", f"กรมที่ {number}")
        let_in(agency, "pmqa40", "excellent")
        user = people.person(f"p{number}@demo.example", f"คน ที่{number}", agency=agency)
        registration.register(full, user=user)
    registration.register(free, user=user)
    free.registration_closes_at = None
    db.session.commit()
    client.get("/")
    assert side_of(client, 0).startswith("เต็ม 2 ที่นั่ง · รอในคิว 1 คน เข้าคิวรอที่นั่ง")
    assert side_of(client, 1).startswith("เหลือ 1 จาก 2 ที่นั่ง ลงทะเบียน")


def test_a_workshop_whose_window_or_seats_nobody_announced_says_so(client, offered):
    first, second = offered
    first.capacity = first.registration_opens_at = first.registration_closes_at = None
    second.status = WorkshopStatus.CLOSED
    db.session.commit()
    client.get("/")
    assert side_of(client, 0).startswith("ยังไม่ประกาศจำนวนที่นั่ง ดูรายละเอียด")
    assert "ดูรายละเอียด" in side_of(client, 1)


def test_drafts_and_cancelled_workshops_are_not_shown(client, offered):
    offered[0].status, offered[1].status = WorkshopStatus.DRAFT, WorkshopStatus.CANCELLED
    db.session.commit()
    client.get("/")
    assert client.page.select("#h-workshops ~ article") == []


def test_the_page_of_a_visitor_holds_no_token_and_nothing_personal(client, cast, offered):
    response = client.get("/")
    assert client.page.select("[name=csrf_token], meta[name*=csrf]") == []
    assert "Set-Cookie" not in response.headers
    for person in (cast.orn, cast.mali, cast.lamai, cast.sakda):
        assert person.name not in client.page.text
    assert cast.agency.name_th not in client.page.text


def test_who_is_signed_in_is_not_asked_to_sign_up(client, cast, offered):
    client.sign_in(cast.lamai).get("/")
    assert "/sign-up" not in client.page.links()
    assert client.page.select("form[action='/sign-out']")


def test_reading_writes_nothing_and_the_number_of_queries_is_that_of_the_rooms(client, offered, queries):
    for at in range(4):
        packs.publish(packs.pack(title=f"หลักสูตร {at}"), code=f"course-{at}")
    client.get("/")
    with queries() as statements:
        client.get("/")
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 9
