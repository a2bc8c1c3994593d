"""Agencies × parts of the report: filtered, in Thai order, as of a day, a page at a time."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import Agency, Role, User
from portal.core.db import db
from portal.learning.models import ModulePass
from portal.mail import heartbeat
from tests import cast as people, packs
from tests.organize.conftest import passed_stage_1, passes
from tests.pages import only_read


def table(client) -> dict[str, list[str]]:
    """The words of each row's cells, by the name of its agency."""
    return {
        row.find("th").get_text(strip=True): [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in client.page.select("table.cloth tbody tr")
    }


def names(client) -> list[str]:
    return list(table(client))


def facts(client) -> dict[str, str]:
    return {
        group.find("dt").get_text(strip=True): group.find("dd").get_text(strip=True)
        for group in client.page.select("dl.facts div")
    }


def test_the_table_counts_the_people_who_passed_each_part(orn, cast, course):
    passes(cast.lamai, course, ["op", "c1"])
    passes(cast.mali, course, ["op"])
    assert orn.get("/organize/coverage").status_code == 200
    assert table(orn) == {"กรมตัวอย่าง": ["2", "1", "·", "2/2"], "จังหวัดสมมติ": ["·", "·", "·", "0/2"]}
    heads = [head.get_text(strip=True) for head in orn.page.select("thead th")]
    assert heads == ["หน่วยงาน", "OP", "1", "2", "ครอบคลุม"]
    foot = [cell.get_text(strip=True) for cell in orn.page.select("tfoot th, tfoot td")]
    assert foot == ["หน่วยงานที่มีผู้ผ่าน (ทั้งหมด)", "1", "1", "0", ""]
    assert facts(orn) == {"หน่วยงานที่ครบหลักสูตร": "0", "หน่วยงานที่เริ่มแล้ว": "1", "หน่วยงานที่เข้าร่วม": "2"}


def test_a_complete_agency_is_marked_complete(orn, cast, course):
    for person in (cast.lamai, cast.mali):
        passes(person, course, ["op", "c1"])
    orn.get("/organize/coverage")
    assert table(orn)["กรมตัวอย่าง"][-1] == "ครบ"
    assert facts(orn)["หน่วยงานที่ครบหลักสูตร"] == "1"


def test_before_any_course_the_page_says_what_will_be_here(orn):
    assert orn.get("/organize/coverage").status_code == 200
    assert "ยังไม่มีบทเรียน" in orn.page.main


def test_where_nobody_takes_part_the_page_leads_to_the_imports(client, course):
    organizer = people.person("orn@demo.example", "อร รักงาน", Role.ORGANIZER)
    client.sign_in(organizer).get("/organize/coverage")
    assert "ไม่มีหน่วยงานตามที่กรอง" in client.page.main
    assert "/organize/imports" in client.page.links()


# --- who stands in the table


@pytest.mark.both_databases
def test_agencies_take_part_with_people_or_a_passed_entry_or_a_pass_of_somebody_who_left(
    orn, cast, course, track
):
    entered = people.agency("E1", "กรมที่มีผลงาน")
    passed_stage_1(entered, track)
    people.agency("N1", "กรมที่ไม่เกี่ยว")
    left = people.agency("L1", "กรมที่คนย้ายไปแล้ว")
    mover = people.person("m@demo.example", "คน ย้าย", agency=left)
    passes(mover, course, ["op"])
    mover.agency = cast.province
    people.person("w@mail.example", "คน รอ", agency=people.agency("W1", "กรมที่มีแต่คนรอ"), approved=False)
    orn.get("/organize/coverage")
    assert names(orn) == ["กรมตัวอย่าง", "กรมที่คนย้ายไปแล้ว", "กรมที่มีผลงาน", "จังหวัดสมมติ"]
    assert table(orn)["กรมที่คนย้ายไปแล้ว"][0] == "1"
    assert facts(orn)["หน่วยงานที่เริ่มแล้ว"] == "1"


def test_agencies_stand_in_thai_order(orn, cast, course):
    for number, name in enumerate(
        ("ไปรษณีย์", "เทศบาล", "กรมแรงงาน", "กรมข้าว", "ก้าวหน้า", "กาแฟ", "ASEAN", "๓ สถาบัน")
    ):
        people.person(f"p{number}@demo.example", "คน ทดสอบ", agency=people.agency(f"A{number}", name))
    orn.get("/organize/coverage")
    assert names(orn) == [
        "๓ สถาบัน",
        "กรมข้าว",
        "กรมตัวอย่าง",
        "กรมแรงงาน",
        "กาแฟ",
        "ก้าวหน้า",
        "จังหวัดสมมติ",
        "เทศบาล",
        "ไปรษณีย์",
        "ASEAN",
    ]


@pytest.mark.parametrize(
    "text", ["ตัวอย่าง", "กรม ตัวอย่าง", " กรมตัวอย่าง ", "sample dep", "ก.ต.อ.", "กตอ", "SAMPLE-DEPT"]
)
def test_an_agency_is_found_by_name_short_name_or_code_however_spaced(orn, cast, course, text):
    cast.agency.name_en, cast.agency.abbrev_th = "Sample Department", "ก.ต.อ."
    orn.get("/organize/coverage", query_string={"q": text})
    assert names(orn) == ["กรมตัวอย่าง"]
    assert orn.page.one("#f-q")["value"] == text.strip()


def test_a_search_without_any_letter_narrows_nothing(orn, cast, course):
    orn.get("/organize/coverage?q=%20-%20")
    assert len(names(orn)) == 2


def test_agencies_are_narrowed_to_a_ministry_of_the_list(orn, cast, course):
    orn.get("/organize/coverage")
    options = [option.get_text() for option in orn.page.select("#f-ministry option")]
    assert options == ["ทุกกระทรวง", "กระทรวงตัวอย่าง", "กระทรวงมหาดไทย"]
    orn.submit("/organize/coverage", ministry="กระทรวงมหาดไทย")
    assert names(orn) == ["จังหวัดสมมติ"]
    assert orn.page.one("#f-ministry option[selected]").get_text() == "กระทรวงมหาดไทย"
    assert facts(orn)["หน่วยงานที่เข้าร่วม"] == "2"


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("all", ["กรมครบ", "กรมตัวอย่าง", "กรมเริ่ม", "จังหวัดสมมติ"]),
        ("complete", ["กรมครบ"]),
        ("begun", ["กรมเริ่ม"]),
        ("empty", ["กรมตัวอย่าง", "จังหวัดสมมติ"]),
        ("nonsense", ["กรมครบ", "กรมตัวอย่าง", "กรมเริ่ม", "จังหวัดสมมติ"]),
    ],
)
def test_agencies_are_narrowed_by_how_far_they_are(orn, cast, course, state, shown):
    done, begun = people.agency("D1", "กรมครบ"), people.agency("B1", "กรมเริ่ม")
    for number in range(2):
        passes(people.person(f"d{number}@demo.example", "คน ครบ", agency=done), course, ["op", "c1"])
    passes(people.person("b@demo.example", "คน เริ่ม", agency=begun), course, ["op", "c1"])
    orn.get(f"/organize/coverage?state={state}")
    assert names(orn) == shown


def test_agencies_are_narrowed_to_those_with_a_passed_entry_of_the_award_of_the_course(
    orn, cast, course, track
):
    passed_stage_1(cast.province, track)
    other = Agency(code="O1", name_th="กรมรางวัลอื่น")
    track.round.tracks.append(excellent := type(track)(code="excellent", name_th="ระดับดีเด่น"))
    db.session.add(other)
    db.session.flush()
    passed_stage_1(other, excellent)
    orn.get("/organize/coverage?entered=1")
    assert names(orn) == ["จังหวัดสมมติ"]
    assert orn.page.one("[name=entered]").has_attr("checked")
    assert facts(orn)["หน่วยงานที่เข้าร่วม"] == "2"


def test_filters_work_together_and_stay_in_the_links_of_the_exports(orn, cast, course):
    passes(cast.lamai, course, ["op"])
    orn.get("/organize/coverage?q=กรม&state=begun&ministry=กระทรวงตัวอย่าง&as_of=12/2/2566")
    assert names(orn) == ["กรมตัวอย่าง"]
    [xlsx] = [link for link in orn.page.links() if "/coverage.xlsx" in link]
    for part in ("course=sample", "state=begun", "as_of=2023-02-12", "q=", "ministry="):
        assert part in xlsx


def test_what_no_agency_fits_says_so_and_keeps_the_filter(orn, cast, course):
    orn.get("/organize/coverage?q=ไม่มีชื่อนี้แน่นอน")
    assert "ไม่มีหน่วยงานตามที่กรอง" in orn.page.main
    assert orn.page.one("#f-q")["value"] == "ไม่มีชื่อนี้แน่นอน"


# --- as of a day


@pytest.fixture
def two_days(cast, course):
    """ละไม passed one part in the last minute of 10 February, the other in the first of the 11th, Bangkok time."""
    passes(cast.lamai, course, ["op"], at="2023-02-10T23:59:30+07:00")
    passes(cast.lamai, course, ["c1"], at="2023-02-11T00:00:10+07:00")


@pytest.mark.parametrize(
    ("day", "cells"),
    [
        ("2566-02-09", ["·", "·", "·", "0/2"]),
        ("2566-02-10", ["1", "·", "·", "1/2"]),
        ("2023-02-10", ["1", "·", "·", "1/2"]),
        ("10 กุมภาพันธ์ 2566", ["1", "·", "·", "1/2"]),
        ("10 ก.พ. 2566", ["1", "·", "·", "1/2"]),
        ("๑๐/๒/๒๕๖๖", ["1", "·", "·", "1/2"]),
        ("2566-02-11", ["1", "1", "·", "2/2"]),
        ("2566-03-22", ["1", "1", "·", "2/2"]),
        ("", ["1", "1", "·", "2/2"]),
    ],
)
def test_the_table_tells_the_end_of_any_day_however_it_is_written(orn, two_days, day, cells):
    assert orn.get("/organize/coverage", query_string={"as_of": day}).status_code == 200
    assert table(orn)["กรมตัวอย่าง"] == cells
    assert orn.page.one("#f-as_of")["value"] == day


def test_the_page_says_which_day_it_tells(orn, two_days):
    orn.get("/organize/coverage?as_of=2566-03-22")
    assert "ณ สิ้นวันที่ 22 มีนาคม 2566" in orn.page.text
    assert "ณ 22 มีนาคม 2566" in orn.page.one("caption").get_text()
    orn.get("/organize/coverage")
    assert "ณ สิ้นวันที่ 13 กุมภาพันธ์ 2566" in orn.page.text


def test_states_and_totals_are_of_that_day_too(orn, two_days):
    orn.get("/organize/coverage?as_of=2566-02-10&state=begun")
    assert names(orn) == ["กรมตัวอย่าง"]
    assert facts(orn)["หน่วยงานที่เริ่มแล้ว"] == "1"
    orn.get("/organize/coverage?as_of=2566-02-09&state=begun")
    assert names(orn) == []
    assert facts(orn)["หน่วยงานที่เริ่มแล้ว"] == "0"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("เมื่อวาน", "อ่านวันที่ “เมื่อวาน” ไม่ได้"),
        ("2566-02-30", "เดือนกุมภาพันธ์ 2566 มี 28 วัน"),
        ("22/3/66", "เขียนปีให้ครบสี่หลัก"),
        ("22 มีนาคม 2300", "ไม่ชัดว่าเป็น พ.ศ. หรือ ค.ศ."),
        ("<script>", "อ่านวันที่"),
    ],
)
def test_what_is_no_date_is_told_at_the_field_and_kept(orn, cast, course, typed, why):
    assert orn.get("/organize/coverage", query_string={"as_of": typed, "q": "กรม"}).status_code == 422
    [error] = orn.page.errors
    assert why in error
    field = orn.page.one("#f-as_of")
    assert (field["value"], field["aria-invalid"]) == (typed, "true")
    assert orn.page.one(f"#{field['aria-describedby']}")
    assert orn.page.one("#f-q")["value"] == "กรม"
    assert orn.page.one("title").get_text().startswith("ผิดพลาด:")
    assert names(orn) == ["กรมตัวอย่าง"]


# --- courses and pages


def test_the_course_is_chosen_and_an_unknown_one_is_not_there(orn, cast, course):
    second = packs.publish(packs.pack(title="อีกหลักสูตร", published=("op",), coming=()), code="zweite")
    passes(cast.sakda, second, ["op"])
    orn.get("/organize/coverage?course=zweite")
    assert table(orn) == {"กรมตัวอย่าง": ["·", "0/1"], "จังหวัดสมมติ": ["1", "1/1"]}
    orn.get("/organize/coverage?course=")
    assert orn.page.one("#f-course option[selected]").get_text() == "หลักสูตรตัวอย่าง"
    assert orn.get("/organize/coverage?course=none").status_code == 404


PAGES = {
    "1": ("หน่วยงานที่ 000", 50),
    "2": ("หน่วยงานที่ 050", 50),
    "3": ("หน่วยงานที่ 100", 20),
    "99": ("หน่วยงานที่ 100", 20),
    "9" * 30: ("หน่วยงานที่ 100", 20),
    "0": ("หน่วยงานที่ 000", 50),
    "-1": ("หน่วยงานที่ 000", 50),
    "x": ("หน่วยงานที่ 000", 50),
    "๒": ("หน่วยงานที่ 000", 50),
}


def test_many_agencies_come_a_page_at_a_time_and_odd_numbers_find_the_nearest(orn, course, make_agencies):
    make_agencies(120)
    for asked, (first, count) in PAGES.items():
        orn.get("/organize/coverage", query_string={"page": asked, "q": "หน่วยงานที่"})
        assert (names(orn)[0], len(names(orn))) == (first, count), asked
        assert "120 หน่วยงาน" in orn.page.text
    assert [link.get_text(strip=True) for link in orn.page.select(".pages a")] == ["หน้า1", "หน้า2", "หน้า3"]
    assert all("q=" in str(link["href"]) for link in orn.page.select(".pages a"))


def test_every_agency_is_on_exactly_one_page(orn, course, make_agencies):
    make_agencies(120)
    seen: list[str] = []
    for page in (1, 2, 3):
        orn.get(f"/organize/coverage?page={page}")
        seen += names(orn)
    assert len(seen) == len(set(seen)) == 122


# --- cost


@pytest.mark.parametrize(
    "query", ["", "state=begun", "as_of=2566-02-12", "state=empty&as_of=2566-02-12&q=หน่วย"]
)
def test_the_page_asks_at_most_five_questions_for_one_agency_or_for_many(
    app, orn, cast, course, make_agencies, queries, monkeypatch, query
):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 600)
    address = f"/organize/coverage?{query}"

    def asked() -> Any:
        orn.get("/organize")  # catalog, due day and the worker's life are known, as in a process that runs
        with queries() as statements:
            assert orn.get(address).status_code == 200
        assert only_read(statements)
        return statements

    heartbeat.beat()
    passes(cast.lamai, course, ["op"])
    first, again = asked(), asked()
    make_agencies(30)
    for user in db.session.scalars(select(User).where(User.email.like("X%"))):
        passes(user, course, ["op", "c1"])
    with_news, with_many = asked(), asked()
    assert max(len(first), len(with_news)) <= 6
    assert len(with_many) == len(again) <= 4


# --- who may


@pytest.mark.parametrize(
    "address", ["/organize/coverage", "/organize/coverage.csv", "/organize/coverage.xlsx"]
)
def test_it_is_for_organizers_only(client, cast, course, address):
    assert client.get(address).headers["Location"].startswith("/sign-in?next=")
    for person in (cast.lamai, cast.mali, cast.wit, cast.sakda):
        assert client.sign_in(person).get(address).status_code == 403


def test_names_are_english_where_the_page_is(orn, cast, course):
    cast.agency.name_en = "Sample Department"
    orn.set_cookie("lang", "en")
    orn.get("/organize/coverage")
    assert names(orn) == ["Sample Department", "จังหวัดสมมติ"]


def test_a_pass_without_an_agency_counts_for_none(orn, cast, course):
    passes(cast.wit, course, ["op"])
    assert db.session.scalar(select(ModulePass.agency_id)) is None
    orn.get("/organize/coverage")
    assert facts(orn)["หน่วยงานที่เริ่มแล้ว"] == "0"
