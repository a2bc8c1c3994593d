"""The desk's pages of a workshop's talks."""

import pytest

from portal.core import clock
from portal.core.db import db
from portal.programme.models import Material, Talk
from tests.programme.offer import offered

LIST = "/organize/workshops/pmqa40-2566/talks"
NEW = f"{LIST}/new"
OPENING = f"{LIST}/opening"
REMOVE = f"{OPENING}/removal"

pytestmark = pytest.mark.usefixtures("workshop")


def talk(code: str = "opening") -> Talk:
    db.session.expire_all()
    return next(one for one in offered("pmqa40-2566").talks if one.code == code)


def names(one: Talk) -> list[str]:
    return [place.speaker.code for place in one.speakers]


def test_the_talks_are_listed_in_order_with_speakers(orn):
    assert orn.get(LIST).status_code == 200
    rows = [row.get_text(" ", strip=True) for row in orn.page.select("article")]
    assert len(rows) == 4
    assert "นางอารีย์พันธ์" in rows[0]
    assert "ยังไม่กำหนดช่วง" in rows[0]
    assert {NEW, OPENING, REMOVE, "/organize/speakers"} <= set(orn.page.links())


def test_a_workshop_without_talks_says_what_to_do_first(orn, workshop):
    for one in workshop.talks:
        db.session.delete(one)
    db.session.commit()
    orn.get(LIST)
    assert "ยังไม่มีหัวข้อ" in orn.page.main


@pytest.mark.parametrize("page", [LIST, NEW, OPENING, REMOVE])
def test_reading_writes_nothing_and_is_for_organizers_only(orn, closed_to_others, queries, page):
    closed_to_others(page)
    with queries() as statements:
        orn.get(page)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 12


def test_thirty_talks_cost_no_more_queries_than_four(orn, workshop, queries):
    with queries() as few:
        orn.get(LIST)
    for number in range(26):
        db.session.add(Talk(code=f"t{number}", workshop=workshop, position=9, title_th="เรื่อง"))
    db.session.commit()
    with queries() as many:
        orn.get(LIST)
    assert len(orn.page.select("article")) == 30
    assert len(many) == len(few)


@pytest.mark.parametrize("page", [f"{LIST}/none", f"{LIST}/none/removal"])
def test_a_talk_that_is_not_there_is_not_found(orn, page):
    assert orn.get(page).status_code == 404


def test_saving_untouched_changes_nothing(orn):
    before = [dict(point) for point in talk().points]
    orn.get(OPENING)
    orn.follow(orn.submit(OPENING))
    assert talk().points == before
    assert offered("pmqa40-2566").version == 1


def test_a_talk_is_added_with_speakers_in_order_and_points(orn):
    orn.get(NEW)
    fields = {
        "speakers-0": "kku-team-2",
        "speakers-1": "",
        "speakers-2": "kku-quality",
        "points-1-th": "ข้อเดียว",
    }
    orn.follow(orn.submit(NEW, title_th="ถามตอบ", session="day2", **fields))
    added = talk("talk1")
    assert names(added) == ["kku-team-2", "kku-quality"]
    assert added.points == [{"th": "ข้อเดียว", "en": ""}]
    assert added.session
    assert added.session.code == "day2"
    assert offered("pmqa40-2566").talks[-1] == added


@pytest.mark.both_databases
def test_sending_a_new_talk_twice_makes_one(orn):
    orn.get(NEW)
    assert orn.submit(NEW, title_th="ถามตอบ").status_code == 303
    assert orn.submit(NEW, title_th="ถามตอบ").status_code == 422
    assert any("ใช้แล้ว" in error for error in orn.page.errors)


def test_reworded_points_keep_their_source_and_emptied_ones_go(orn):
    facts = [point["facts"] for point in talk().points]
    orn.get(OPENING)
    orn.follow(orn.submit(OPENING, **{"points-0-th": "แก้คำ", "points-1-th": "", "points-1-en": ""}))
    now = talk().points
    assert now[0] == {"th": "แก้คำ", "en": now[0]["en"], "facts": facts[0]}
    assert [point["facts"] for point in now[1:]] == facts[2:]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"title_th": "", "title_en": "", "description_th": "", "description_en": ""},
            "เขียนชื่อหัวข้อหรือคำอธิบาย",
        ),
        ({"title_th": ""}, "เขียนภาษาไทยด้วย"),
        ({"speakers-0": "kku-quality", "speakers-1": "kku-quality"}, "มีวิทยากรซ้ำ"),
        ({"speakers-0": "nobody"}, "เลือกจากรายการ"),
        ({"session": "day9"}, "เลือกจากรายการ"),
        ({"points-0-th": ""}, "เขียนภาษาไทยด้วย"),
        ({"title_th": "", "points-0-th": "", "points-0-en": "Left alone"}, "ประเด็น"),
        ({"points-0-th": "ก" * 1001}, "ยาวได้ไม่เกิน 1000"),
    ],
)
def test_a_wrong_field_answers_there_and_keeps_what_was_typed(orn, fields, words):
    orn.get(OPENING)
    assert orn.submit(OPENING, note="เก็บไว้", **fields).status_code == 422
    said = [*orn.page.errors, *(item.get_text() for item in orn.page.select(".errors li"))]
    assert any(words in error for error in said), said
    assert orn.page.one("input[name=note]")["value"] == "เก็บไว้"
    assert offered("pmqa40-2566").version == 1


def test_a_title_of_two_lines_becomes_one(orn):
    orn.get(OPENING)
    orn.submit(OPENING, title_th="หนึ่ง\r\nสอง")
    assert talk().title_th == "หนึ่ง สอง"


def test_a_talk_is_removed_after_asking(orn):
    orn.get(REMOVE)
    assert talk()
    orn.follow(orn.submit(REMOVE))
    assert "opening" not in [one.code for one in offered("pmqa40-2566").talks]


def test_a_talk_with_materials_stays(orn):
    db.session.add(Material(talk=talk(), title="สไลด์"))
    db.session.commit()
    orn.get(OPENING)
    token = orn.page.form(OPENING).find("input", attrs={"name": "csrf_token"})["value"]
    orn.get(REMOVE)
    assert "มีเอกสารประกอบ 1 รายการ จึงลบไม่ได้" in orn.page.main
    assert orn.post(REMOVE, data={"csrf_token": token, "version": "1"}).status_code == 422
    assert talk()


def test_a_talk_whose_materials_were_withdrawn_may_go(orn):
    db.session.add(Material(talk=talk(), title="สไลด์", withdrawn_at=clock.now()))
    db.session.commit()
    orn.get(REMOVE)
    orn.follow(orn.submit(REMOVE))
    assert "opening" not in [one.code for one in offered("pmqa40-2566").talks]


@pytest.mark.both_databases
def test_a_stale_save_of_a_talk_shows_both_and_decides(orn, other):
    orn.get(OPENING)
    other.get(OPENING)
    other.submit(OPENING, title_th="ของหญิง")
    assert orn.submit(OPENING, title_th="ของอร").status_code == 409
    assert [cell.get_text(strip=True) for cell in orn.page.select(".clash tbody td")][1:] == [
        "ของหญิง",
        "ของอร",
    ]
    orn.follow(orn.submit(OPENING))
    assert talk().title_th == "ของอร"


def test_a_talk_removed_meanwhile_is_told(orn, other):
    other.get(REMOVE)
    orn.get(REMOVE)
    other.submit(REMOVE)
    assert orn.submit(REMOVE).status_code == 404


def test_a_talk_with_many_points_and_speakers_opens_and_loses_none(orn, workshop):
    opening = next(one for one in workshop.talks if one.code == "opening")
    opening.points = [{"th": f"ข้อ {number}", "en": ""} for number in range(70)]
    db.session.commit()
    assert orn.get(OPENING).status_code == 200
    orn.follow(orn.submit(OPENING, **{"points-70-th": "ข้อสุดท้าย"}))
    assert len(talk().points) == 71


def test_more_rows_than_are_read_are_refused_and_not_lost_in_silence(orn):
    before = [dict(point) for point in talk().points]
    orn.get(OPENING)
    sent = {f"points-{number}-th": "ข้อ" for number in range(301)}
    assert orn.submit(OPENING, **sent).status_code == 422
    assert "ประเด็น ต้องไม่เกิน 300" in orn.page.errors
    assert talk().points == before
