"""The desk's pages of a workshop's history: every change, one version whole, and the way back."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.programme import desk, history
from portal.programme.models import Speaker, Workshop
from tests.programme.offer import offered

CODE = "pmqa40-2566"
LIST = f"/organize/workshops/{CODE}/history"
EDIT = f"/organize/workshops/{CODE}/edit"

pytestmark = pytest.mark.usefixtures("workshop")


def fresh() -> Workshop:
    db.session.expire_all()
    return offered(CODE)


def change(client, **fields) -> None:
    client.get(EDIT)
    assert client.submit(EDIT, **fields).status_code == 303


def test_without_changes_the_page_says_what_will_be_here(orn):
    assert orn.get(LIST).status_code == 200
    assert "ยังไม่มีประวัติ" in orn.page.main


def test_each_change_tells_who_when_why_and_what(orn, other):
    change(orn, title_th="ชื่อสอง", note="ตามหนังสือ")
    change(other, title_th="ชื่อสาม")
    orn.get(LIST)
    latest, second, first = [
        " ".join(row.get_text(" ", strip=True).split()) for row in orn.page.select("article")
    ]
    assert "ฉบับปัจจุบัน" in latest
    assert "หญิง" in latest
    assert "ชื่อสอง" in latest
    assert "ชื่อสาม" in latest
    assert "13 ก.พ. 2566 09:00 น." in second
    assert "ตามหนังสือ" in second
    assert "ฉบับแรก" in first


def test_speakers_and_tracks_are_named_in_the_history_and_where_two_met(orn, cast):
    text = desk.text_of(fresh())
    [talk, *others] = text.talks
    new = replace(text, tracks=("category",), talks=(replace(talk, speakers=("kku-team-1",)), *others))
    orn.get(EDIT)
    desk.save(fresh(), new, by=cast.orn, version=fresh().version)
    db.session.commit()
    named = db.session.scalars(select(Speaker).where(Speaker.code == "kku-team-1")).one().name
    met = orn.submit(EDIT, title_th="ชื่อสอง")
    assert met.status_code == 409
    for address in (None, LIST, f"{LIST}/1"):
        if address:
            orn.get(address)
        assert named in orn.page.main, address
        assert "รายหมวด" in orn.page.main, address
        assert "kku-team-1" not in orn.page.main, address


@pytest.mark.parametrize("page", [LIST, f"{LIST}/1"])
def test_reading_writes_nothing_and_is_for_organizers_only(orn, closed_to_others, queries, page):
    change(orn, title_th="ชื่อสอง")
    closed_to_others(page)
    with queries() as statements:
        orn.get(page)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 11


def test_thirty_changes_stand_on_two_pages_for_as_many_queries_as_one(orn, queries):
    change(orn, title_th="ชื่อ")
    with queries() as few:
        orn.get(LIST)
    for number in range(29):
        change(orn, title_th=f"ชื่อ {number}")
    with queries() as many:
        orn.get(LIST)
    assert len(orn.page.select("article")) == 20
    assert len(many) == len(few)
    orn.get(f"{LIST}?page=2")
    assert len(orn.page.select("article")) == 11
    assert "ฉบับแรก" in orn.page.main


def test_one_version_stands_whole_beside_what_differs_from_now(orn):
    change(orn, title_th="ชื่อสอง")
    orn.get(f"{LIST}/1")
    assert 'title = "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"' in orn.page.one("pre").get_text()
    assert "ต่างจากตอนนี้อย่างไร" in orn.page.main
    orn.get(f"{LIST}/2")
    assert "เหมือนกับตอนนี้ทุกอย่าง" in orn.page.main
    assert not orn.page.select("form[action$=restoration]")


def test_a_version_that_is_not_there_is_not_found(orn):
    assert orn.get(f"{LIST}/7").status_code == 404
    assert orn.get(f"{LIST}/99999999999999999999").status_code == 404
    assert orn.get("/organize/workshops/nowhere/history").status_code == 404


def test_restoring_brings_the_old_text_back_as_a_new_version(orn):
    change(orn, title_th="ชื่อสอง")
    orn.get(f"{LIST}/1")
    orn.follow(orn.submit(f"{LIST}/1/restoration"))
    assert orn.page.flashes == ["เรียกคืนฉบับที่ 1 แล้ว"]
    assert fresh().title_th == "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"
    assert [one.number for one in history.versions_of(fresh())] == [3, 2, 1]


@pytest.mark.both_databases
def test_restoring_over_somebody_elses_change_asks_first(orn, other):
    change(orn, title_th="ชื่อสอง")
    orn.get(f"{LIST}/1")
    change(other, title_th="ของหญิง")
    assert orn.submit(f"{LIST}/1/restoration").status_code == 409
    assert "ของหญิง" in orn.page.one(".clash").get_text()
    assert fresh().title_th == "ของหญิง"
    orn.follow(orn.submit(f"{LIST}/1/restoration"))
    assert fresh().title_th == "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"


def test_a_restoration_without_a_version_does_nothing(orn):
    change(orn, title_th="ชื่อสอง")
    orn.get(f"{LIST}/1")
    assert orn.submit(f"{LIST}/1/restoration", version=None).status_code == 422
    assert fresh().title_th == "ชื่อสอง"


def test_what_a_restoration_would_change_leaves_the_status_out(orn):
    change(orn, title_th="ชื่อสอง")
    orn.get("/organize/workshops/pmqa40-2566/closing")
    orn.submit("/organize/workshops/pmqa40-2566/closing")
    orn.get(f"{LIST}/1")
    told = [row.find("th").get_text(strip=True) for row in orn.page.select("table tbody tr")]
    assert told == ["ชื่องานอบรม"]
    orn.get(f"{LIST}/2")
    assert "เหมือนกับตอนนี้ทุกอย่าง" in orn.page.main
