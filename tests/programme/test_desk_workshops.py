"""The desk's pages of a workshop as a whole: list, new, summary, basics, status, copy."""

from datetime import date

import pytest

from portal.core.db import db
from portal.programme import history
from portal.programme.models import Workshop, WorkshopStatus
from tests.pages import squeezed
from tests.programme.offer import offered

LIST = "/organize/workshops"
NEW = f"{LIST}/new"
CODE = "pmqa40-2566"
SUMMARY = f"{LIST}/{CODE}"
EDIT = f"{SUMMARY}/edit"

pytestmark = pytest.mark.usefixtures("programme_2566")


def fresh(code: str = CODE) -> Workshop:
    db.session.expire_all()
    return db.session.query(Workshop).filter_by(code=code).one()


def rows(client) -> list[str]:
    return [article.get_text(" ", strip=True) for article in client.page.select("article")]


def test_every_workshop_is_listed_with_its_status_and_its_pages(orn):
    fresh().status = WorkshopStatus.DRAFT
    assert orn.get(LIST).status_code == 200
    first, second = rows(orn)
    assert "ร่าง ยังไม่เผยแพร่" in first
    assert "เผยแพร่แล้ว" in second
    assert {SUMMARY, f"{SUMMARY}/roster", f"{SUMMARY}/seats", "/organize/speakers", NEW} <= set(
        orn.page.links()
    )


def test_every_link_of_list_and_summary_opens(orn):
    for page in (LIST, SUMMARY):
        orn.get(page)
        for link in orn.page.links():
            if link.startswith("/"):
                assert orn.get(link).status_code == 200, link


def test_an_empty_list_says_where_to_begin(orn):
    for workshop in db.session.query(Workshop):
        for part in (*workshop.sessions, *workshop.talks):
            db.session.delete(part)
        db.session.flush()
        db.session.delete(workshop)
    orn.get(LIST)
    assert "ยังไม่มีงานอบรม" in orn.page.main
    assert NEW in orn.page.links()


def test_thirty_workshops_cost_no_more_queries_than_two_and_nothing_is_written(orn, queries):
    round_ = fresh().round
    with queries() as few:
        orn.get(LIST)
    for number in range(28):
        days = {"starts_on": date(2023, 3, 1), "ends_on": date(2023, 3, 1)}
        more = Workshop(code=f"w{number}", round=round_, title_th="งาน", tracks=list(round_.tracks), **days)
        db.session.add(more)
    db.session.commit()
    with queries() as many:
        orn.get(LIST)
    assert len(rows(orn)) == 30
    assert len(many) == len(few) <= 6
    assert all(statement.startswith("SELECT") for statement in many)


@pytest.mark.parametrize("page", ["", "/edit", "/copy", "/closing", "/cancellation"])
def test_reading_writes_nothing_and_is_for_organizers_only(orn, closed_to_others, queries, page):
    closed_to_others(SUMMARY + page)
    with queries() as statements:
        orn.get(SUMMARY + page)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 11
    assert orn.get(f"{LIST}/nowhere{page}").status_code == 404


def test_list_and_new_are_for_organizers_only(closed_to_others):
    closed_to_others(LIST)
    closed_to_others(NEW)


FILLED = {
    "code": "regional-2566",
    "title_th": "อบรมสัญจร",
    "title_en": "On tour",
    "tracks": ["pmqa40"],
    "starts_on": "๖ มีนาคม ๒๕๖๖",
    "ends_on": "7/3/2566",
    "topic_th": "เขียนรายงาน",
}


def test_a_new_workshop_is_a_draft_nobody_else_sees(orn, cast):
    orn.get(NEW)
    orn.follow(orn.submit(NEW, **FILLED))
    assert orn.page.h1 == "อบรมสัญจร"
    assert orn.page.flashes == ["สร้างร่างแล้ว ยังไม่มีใครเห็นจนกว่าจะเผยแพร่"]
    made = fresh("regional-2566")
    assert (made.starts_on, made.ends_on) == (date(2023, 3, 6), date(2023, 3, 7))
    assert made.status is WorkshopStatus.DRAFT
    assert made.notes["topic"] == {"th": "เขียนรายงาน", "en": ""}
    assert [version.by for version in history.versions_of(made)] == [cast.orn]
    assert orn.get("/workshops/regional-2566").status_code == 404


@pytest.mark.both_databases
def test_sending_the_form_of_a_new_workshop_twice_makes_one_and_says_why(orn):
    orn.get(NEW)
    assert orn.submit(NEW, **FILLED).status_code == 303
    assert orn.submit(NEW, **FILLED).status_code == 422
    assert any("มีงานอบรมอื่นใช้แล้ว" in error for error in orn.page.errors)
    assert db.session.query(Workshop).filter_by(code="regional-2566").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "", "กรอกช่องนี้"),
        ("code", "รหัสไทย", "ใช้ได้เฉพาะ a–z"),
        ("code", "new", "รหัสนี้ใช้ไม่ได้"),
        ("code", "a" * 33, "ไม่เกิน 32 ตัว"),
        ("title_th", "  ", "กรอกช่องนี้"),
        ("title_th", "ก" * 301, "ยาวได้ไม่เกิน 300"),
        ("tracks", None, "เลือกอย่างน้อยหนึ่งประเภท"),
        ("tracks", ["none"], "เลือกจากรายการ"),
        ("round_year", "2400", "เลือกจากรายการ"),
        ("starts_on", "31 กุมภาพันธ์ 2566", "ไม่มีวันที่ 31"),
        ("starts_on", "1/3/66", "เขียนปีให้ครบสี่หลัก"),
        ("ends_on", "1 มีนาคม 2566", "ต้องไม่มาก่อนวันแรก"),
        ("topic_th", "", "เขียนภาษาไทยด้วย"),
    ],
)
def test_a_wrong_field_answers_there_and_keeps_what_was_typed(orn, field, value, words):
    orn.get(NEW)
    answer = orn.submit(NEW, **(FILLED | {"topic_en": "Reports", field: value}))
    assert answer.status_code == 422
    assert any(words in error for error in orn.page.errors), orn.page.errors
    assert orn.page.one("input[name=title_en]")["value"] == "On tour"
    assert orn.page.soup.title.get_text().startswith("ผิดพลาด:")
    assert db.session.query(Workshop).count() == 2


def test_without_a_round_the_page_says_what_to_do_first(orn, monkeypatch):
    monkeypatch.setattr("portal.awards.rounds.all_rounds", list)
    orn.get(NEW)
    assert "ยังไม่มีรอบรางวัล" in orn.page.main


def test_the_summary_says_what_is_set_and_what_is_missing(orn):
    orn.get(SUMMARY)
    assert "ช่วงอบรม 2 ช่วง" in orn.page.main
    assert "ยังไม่ประกาศสถานที่" in orn.page.main


def test_basics_are_shown_and_saved_untouched_nothing_changes(orn):
    orn.get(EDIT)
    assert orn.page.one("input[name=starts_on]")["value"] == "20 กุมภาพันธ์ 2566"
    orn.follow(orn.submit(EDIT))
    assert orn.page.flashes == ["บันทึกแล้ว"]
    assert fresh().version == 1
    assert history.versions_of(fresh()) == []


def test_a_changed_title_is_kept_with_who_when_and_why(orn, cast):
    orn.get(EDIT)
    orn.follow(orn.submit(EDIT, title_th="ชื่อใหม่", note="ตามหนังสือเวียน"))
    assert fresh().title_th == "ชื่อใหม่"
    last = history.versions_of(fresh())[0]
    assert (last.by, last.note) == (cast.orn, "ตามหนังสือเวียน")


def test_days_that_leave_a_session_outside_are_refused_by_its_name(orn):
    orn.get(EDIT)
    assert orn.submit(EDIT, ends_on="20 กุมภาพันธ์ 2566").status_code == 422
    assert "วันที่สอง: วันนี้อยู่นอกวันอบรม" in orn.page.main
    assert fresh().ends_on == date(2023, 2, 21)


def test_a_workshop_moves_away_from_the_day_of_a_cancelled_session(orn):
    off = "/organize/workshops/pmqa40-2566/sessions/day2/cancellation"
    orn.get(off)
    orn.submit(off, note="วิทยากรป่วย")
    orn.get(EDIT)
    assert orn.submit(EDIT, ends_on="20 กุมภาพันธ์ 2566").status_code == 303
    assert fresh().ends_on == date(2023, 2, 20)
    assert [one.is_cancelled for one in fresh().sessions] == [False, True]


def test_letters_that_turn_the_direction_of_a_line_are_left_out(orn):
    orn.get(EDIT)
    orn.follow(orn.submit(EDIT, title_th="ชื่อ\u202eกลับ\u2066ด้าน"))
    assert fresh().title_th == "ชื่อกลับด้าน"


@pytest.mark.both_databases
def test_a_stale_save_shows_both_and_overwrites_only_when_told_to(orn, other):
    orn.get(EDIT)
    other.get(EDIT)
    other.submit(EDIT, title_th="ของหญิง", about_th="หญิงเขียน", note="หญิงแก้")
    answer = orn.submit(EDIT, title_th="ของอร", topic_th="อรพิมพ์ยาวมาก")
    assert answer.status_code == 409
    assert fresh().title_th == "ของหญิง"
    table = {
        row.find("th").get_text(strip=True): [squeezed(cell.get_text()) for cell in row.find_all("td")]
        for row in orn.page.select(".clash tbody tr")
    }
    assert table["ชื่องานอบรม"] == ["รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0", "ของหญิง", "ของอร"]
    assert table["เพิ่มเติม"][1] == "หญิงเขียน"
    assert "หญิง ร่วมจัด" in orn.page.main
    assert orn.page.one("input[name=title_th]")["value"] == "ของอร"
    assert "อรพิมพ์ยาวมาก" in orn.page.one("textarea[name=topic_th]").get_text()
    assert EDIT in [str(link["href"]) for link in orn.page.select(".clash a")]
    orn.follow(orn.submit(EDIT))
    assert fresh().title_th == "ของอร"
    assert fresh().notes["topic"]["th"] == "อรพิมพ์ยาวมาก"


def test_what_is_saved_on_another_page_meanwhile_stays(orn, other):
    orn.get(EDIT)
    room = f"{SUMMARY}/sessions/day1"
    other.get(room)
    other.submit(room, room="ห้อง 1")
    assert orn.submit(EDIT, title_th="ของอร").status_code == 409
    assert "ตามของผู้จัดอีกคน" in orn.page.main
    assert orn.submit(EDIT).status_code == 303
    now = offered(CODE)
    assert (now.title_th, now.sessions[0].room) == ("ของอร", "ห้อง 1")


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "99", "9" * 30, None])
def test_a_bent_version_overwrites_nothing(orn, version):
    orn.get(EDIT)
    assert orn.submit(EDIT, title_th="ของอร", version=version).status_code in (409, 422)
    assert fresh().title_th != "ของอร"


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        ("publication", "draft", "published"),
        ("closing", "published", "closed"),
        ("reopening", "closed", "published"),
        ("cancellation", "published", "cancelled"),
    ],
)
def test_a_status_is_changed_after_a_page_that_says_whom_it_touches(orn, act, before, after):
    fresh().status = WorkshopStatus(before)
    orn.get(f"{SUMMARY}/{act}")
    assert "มีผลกับใครบ้าง" in orn.page.main
    assert fresh().status == before
    orn.follow(orn.submit(f"{SUMMARY}/{act}", why="วิทยากรป่วย"))
    assert fresh().status == after
    assert history.versions_of(fresh())[0].note == "วิทยากรป่วย"


def test_taking_back_the_cancellation_of_a_draft_says_that_nobody_sees_it(orn):
    fresh().status = WorkshopStatus.DRAFT
    orn.get(f"{SUMMARY}/cancellation")
    orn.submit(f"{SUMMARY}/cancellation", why="สร้างผิด")
    orn.get(f"{SUMMARY}/reopening")
    assert "ยังไม่มีใครเห็นงานนี้นอกจากผู้จัด" in orn.page.main
    orn.follow(orn.submit(f"{SUMMARY}/reopening"))
    assert orn.page.flashes == ["งานอบรมกลับมาเป็นร่างแล้ว"]
    assert fresh().status == "draft"


@pytest.mark.parametrize(
    ("before", "heading", "done"),
    [
        ("closed", "เปิดรับอีกครั้ง", "เปิดรับอีกครั้งแล้ว"),
        ("cancelled", "กลับมาจัดตามเดิม", "งานอบรมกลับมาจัดแล้ว"),
    ],
)
def test_reopening_says_what_it_is_taken_back_from(orn, before, heading, done):
    fresh().status = WorkshopStatus(before)
    orn.get(f"{SUMMARY}/reopening")
    assert orn.page.h1 == heading
    assert orn.page.one("main button[type=submit]").get_text() == heading
    orn.follow(orn.submit(f"{SUMMARY}/reopening"))
    assert orn.page.flashes == [done]


def test_on_an_english_page_the_thai_half_of_a_pair_is_marked(orn):
    orn.set_cookie("lang", "en")
    orn.get(EDIT)
    halves = {f"{name}_{end}": end for name in ("title", "topic", "about") for end in ("th", "en")}
    assert {name: orn.page.one(f"[name={name}]").get("lang") for name in halves} == halves


def test_a_cancellation_needs_a_reason(orn):
    orn.get(f"{SUMMARY}/cancellation")
    assert orn.submit(f"{SUMMARY}/cancellation", why="").status_code == 422
    assert fresh().status == "published"


def test_a_step_that_the_status_does_not_allow_is_refused_in_words(orn):
    orn.get(f"{SUMMARY}/closing")
    fresh().status = WorkshopStatus.DRAFT
    assert orn.submit(f"{SUMMARY}/closing").status_code == 422
    assert "สถานะของงานอบรมตอนนี้ทำรายการนี้ไม่ได้" in orn.page.main
    assert orn.get(f"{SUMMARY}/deletion").status_code == 404


@pytest.mark.both_databases
def test_a_copy_is_a_draft_with_all_days_moved(orn):
    orn.get(f"{SUMMARY}/copy")
    orn.follow(orn.submit(f"{SUMMARY}/copy", code="pmqa40-2567", first_day="๑๙ กุมภาพันธ์ ๒๕๖๗"))
    made = fresh("pmqa40-2567")
    assert (made.starts_on, made.ends_on) == (date(2024, 2, 19), date(2024, 2, 20))
    assert [session.day for session in made.sessions] == [date(2024, 2, 19), date(2024, 2, 20)]
    assert len(made.talks) == 4
    assert made.status is WorkshopStatus.DRAFT


@pytest.mark.parametrize(
    ("code", "day", "words"),
    [
        (CODE, "19/2/2567", "มีงานอบรมอื่นใช้แล้ว"),
        ("next", "", "กรอกช่องนี้"),
        ("next", "30/2/2567", "ไม่มีวันที่ 30"),
    ],
)
def test_a_copy_that_cannot_be_is_refused_at_its_field(orn, code, day, words):
    orn.get(f"{SUMMARY}/copy")
    assert orn.submit(f"{SUMMARY}/copy", code=code, first_day=day).status_code == 422
    assert any(words in error for error in orn.page.errors)
    assert orn.page.one("input[name=code]")["value"] == code


def test_a_save_without_the_token_is_refused(orn):
    assert orn.post(EDIT, data={"version": "1", "title_th": "x"}).status_code == 400
