"""The award page and the days left on the reference line."""

import pytest

from portal.awards.models import Round
from portal.core.db import db


def test_anybody_reads_the_days_figures_and_stages_of_the_round(client, round_2566):
    assert client.get("/award").status_code == 200
    page = client.page.text
    assert client.page.h1 == "รางวัลคุณภาพการบริหารจัดการภาครัฐ ประจำปี พ.ศ. 2566"
    for words in (
        "20 ธันวาคม 2565 – 15 มกราคม 2566",
        "20–21 กุมภาพันธ์ 2566",
        "22 มีนาคม 2566",
        "365 ผลงาน",
        "167 ผลงาน",
        "ร้อยละ 45.75",
        "คำนวณเพิ่ม",
        "ขั้นตอนที่ 2",
        "ข่าวสำนักงาน ก.พ.ร.",
        "เกณฑ์คุณภาพการบริหารจัดการภาครัฐ พ.ศ. 2562",
    ):
        assert words in page


def test_the_milestones_stand_in_order_with_how_far_they_are(client, round_2566):
    client.get("/award")
    tags = [tag.get_text(strip=True) for tag in client.page.select("article .tag")]
    assert tags == ["ผ่านไปแล้ว", "อีก 7 วัน", "อีก 10 วัน", "อีก 37 วัน"]


def test_the_fringe_has_one_thread_a_day_and_says_what_it_shows(client, round_2566):
    client.get("/award")
    drawing = client.page.one("svg.thread")
    assert len(drawing.select("line")) == 93
    assert len(drawing.select("line.meet")) == 4
    assert "ผ่านไปแล้ว 55 วัน เหลือ 37 วัน" in drawing["aria-label"]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2023-02-13T09:00:00+07:00", "เหลือ 37 วัน"),
        ("2023-03-21T23:59:00+07:00", "เหลือ 1 วัน"),
        ("2023-03-22T00:01:00+07:00", "วันนี้วันสุดท้าย"),
        ("2023-03-24T09:00:00+07:00", "เลยกำหนดส่งแล้ว 2 วัน"),
    ],
)
def test_the_days_left_are_counted_in_bangkok(client, round_2566, clock_at, moment, words):
    clock_at(moment)
    client.get("/award")
    assert words in client.page.one(".due").get_text()


def test_the_workshop_is_on_while_it_is_on(client, round_2566, clock_at):
    clock_at("2023-02-21T09:00:00+07:00")
    client.get("/award")
    tags = [tag.get_text(strip=True) for tag in client.page.select("article .tag")]
    assert tags == ["ผ่านไปแล้ว", "กำลังดำเนินการ", "อีก 2 วัน", "อีก 29 วัน"]


def test_before_a_round_is_announced_the_page_says_so(client):
    assert client.get("/award").status_code == 200
    assert "ยังไม่ประกาศรอบรางวัล" in client.page.main
    assert client.page.select(".due") == []


def test_a_round_that_only_has_a_name_is_shown_as_far_as_it_is_known(client):
    db.session.add(Round(year_be=2567, title_th="รางวัล ประจำปี พ.ศ. 2567"))
    assert client.get("/award").status_code == 200
    assert client.page.h1 == "รางวัล ประจำปี พ.ศ. 2567"
    assert client.page.select("svg.thread") == []


def test_reading_writes_nothing_and_asks_a_handful_of_questions(client, round_2566, queries):
    with queries() as statements:
        client.get("/award")
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 4
