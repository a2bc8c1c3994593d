"""Coverage in pictures with their tables: ministries, tracks and rounds, completion over days, the way from registration to coverage; and everybody's passes as a file."""

import csv
import io
import tracemalloc
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portal.awards.models import Milestone
from portal.core import clock, sheets
from portal.core.db import db
from portal.learning import completion, progress
from portal.learning.models import ModulePass
from portal.organize import coverage_groups
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import Workshop
from tests import cast as people
from tests.organize.conftest import passed_stage_1, passes

PAGE = "/organize/coverage/pictures"


def table(client, section: str) -> dict[str, list[str]]:
    rows = client.page.select(f"section[aria-labelledby={section}] table.tally tbody tr")
    return {
        row.find("th").get_text(strip=True): [cell.get_text(strip=True) for cell in row.select("td.n")]
        for row in rows
    }


def whole(course, *users, at: str = "2023-02-10T10:00:00+07:00") -> None:
    for user in users:
        passes(user, course, ["op", "c1"], at)


def test_ministries_are_counted_and_lead_to_their_agencies(orn, cast, course):
    whole(course, cast.lamai, cast.mali)
    passes(cast.sakda, course, ["op"])
    assert orn.get(PAGE).status_code == 200
    assert table(orn, "h-ministries") == {"กระทรวงตัวอย่าง": ["1", "1", "1"], "กระทรวงมหาดไทย": ["1", "1", "0"]}
    link = next(link for link in orn.page.links() if "ministry=" in link)
    orn.get(link)
    assert [row.get_text(strip=True) for row in orn.page.select(".cloth tbody th")] == ["กรมตัวอย่าง"]


@pytest.mark.both_databases
def test_tracks_and_rounds_are_counted_and_filter_the_table(orn, cast, course, track):
    whole(course, cast.lamai, cast.mali)
    passed_stage_1(cast.agency, track)
    db.session.commit()
    orn.get(PAGE)
    assert list(table(orn, "h-tracks").values()) == [["1", "1", "1"]] * 2
    for key in ("2566", "2566:pmqa40"):
        orn.get(f"/organize/coverage?track={key}")
        assert [row.get_text(strip=True) for row in orn.page.select(".cloth tbody th")] == ["กรมตัวอย่าง"]
    orn.get("/organize/coverage?track=2567:none")
    assert "ไม่มีหน่วยงานตามที่กรอง" in orn.page.main


@pytest.mark.parametrize("key", ["x", "99999", "2566:", "๒๕๖๖", "2566:'; DROP", ":", "-256"])
def test_an_odd_track_is_no_track(app, track, key):
    assert coverage_groups.entered_in(key) == frozenset()


@pytest.mark.both_databases
def test_an_agency_is_complete_from_the_pass_of_the_last_person_needed_on(app, cast, course):
    third = people.person("p@demo.example", "ปิติ", agency=cast.agency)
    whole(course, cast.lamai, at="2023-02-08T10:00:00+07:00")
    passes(cast.mali, course, ["op"], "2023-02-01T10:00:00+07:00")
    passes(cast.mali, course, ["c1"], "2023-02-10T18:00:00+00:00")  # the 11th in Bangkok
    whole(course, third, at="2023-02-12T10:00:00+07:00")
    passes(cast.sakda, course, ["op"])
    assert completion.by_day(course) == [(date(2023, 2, 11), 1)]
    assert completion.moments(course, as_of=datetime.fromisoformat("2023-02-10T00:00:00+07:00")) == {}


def test_a_pass_that_is_ended_takes_the_agency_off_the_curve_and_a_new_one_puts_it_on(app, cast, course):
    whole(course, cast.lamai, cast.mali)
    assert [count for _day, count in completion.by_day(course)] == [1]
    row = db.session.scalars(select(ModulePass).where(ModulePass.user_id == cast.mali.id)).first()
    assert row is not None
    row.ended_at = clock.now()
    db.session.commit()
    assert completion.by_day(course) == []
    passes(cast.mali, course, [row.module], "2023-02-12T10:00:00+07:00")
    db.session.commit()
    assert completion.by_day(course) == [(date(2023, 2, 12), 1)]


def test_the_curve_marks_the_deadline_and_its_table_says_the_same(orn, cast, course, track):
    db.session.add(Milestone(round=track.round, code="report", on=date(2023, 3, 22), label_th="ส่งรายงาน"))
    whole(course, cast.lamai, cast.mali)
    orn.get(PAGE)
    drawing = orn.page.one("section[aria-labelledby=h-days] figure svg[role=img]")
    assert drawing["aria-label"] == "ครบแล้ว 1 จาก 2 หน่วยงาน ณ 13 กุมภาพันธ์ 2566"
    assert "กำหนดส่ง 22 มี.ค. 2566" in drawing.get_text()
    assert len(drawing.select(".due-line")) == 1
    rows = orn.page.select("section[aria-labelledby=h-days] details tbody tr")
    assert [row.get_text(" ", strip=True) for row in rows] == ["10 กุมภาพันธ์ 2566 1"]


def test_the_way_from_registration_to_coverage_counts_people_of_the_step_before(orn, cast, course, track):
    workshop = Workshop(
        code="w1",
        round=track.round,
        tracks=[track],
        title_th="งาน",
        starts_on=clock.today(),
        ends_on=clock.today(),
        capacity=9,
    )
    db.session.add(workshop)
    db.session.flush()
    for arrival, user in enumerate((cast.lamai, cast.sakda), start=1):
        db.session.add(
            Registration(
                workshop=workshop,
                user=user,
                agency=user.agency,
                status=RegistrationStatus.CONFIRMED,
                arrival=arrival,
            )
        )
    progress.finish(cast.sakda, course, course.modules[0], course.modules[0].lessons[0])
    orn.get(PAGE)
    counted = [row[0] for row in table(orn, "h-funnel").values()]
    assert counted == ["2", "0", "0", "0", "0"]  # sakda read, but did not attend


def test_before_anything_the_page_has_words(orn, cast, course):
    assert orn.get(PAGE).status_code == 200
    assert orn.get(PAGE + "?course=none").status_code == 404
    assert orn.sign_in(cast.mali).get(PAGE).status_code == 403


# --- the figures as files


def lines(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_every_picture_has_its_figures_as_a_file_beside_it(orn, cast, course, track):
    whole(course, cast.lamai, cast.mali)
    passes(cast.sakda, course, ["op"])
    passed_stage_1(cast.agency, track)
    db.session.commit()
    orn.get(PAGE)
    shown = {name: table(orn, f"h-{name}") for name in ("funnel", "ministries", "tracks")}
    days = [
        row.get_text(" ", strip=True)
        for row in orn.page.select("section[aria-labelledby=h-days] details tbody tr")
    ]
    files = {link.split("/")[-1].partition(".")[0]: link for link in orn.page.links() if ".csv?" in link}
    assert list(files) == ["people", "days", "funnel", "ministries", "tracks"]
    found = {name: lines(orn.get(link, buffered=True))[1:] for name, link in files.items()}
    assert {row[0]: row[1:] for row in found["funnel"]} == shown["funnel"]
    assert {row[0]: row[1:4] for row in found["ministries"]} == shown["ministries"]
    assert [row[2:5] for row in found["tracks"]] == list(shown["tracks"].values())
    assert [row[0] for row in found["tracks"]] == ["2566", "2566:pmqa40"]
    assert found["ministries"][0][4:] == ["1", "1", "0"]
    assert [days, found["days"]] == [["10 กุมภาพันธ์ 2566 1"], [["2023-02-10", "1"]]]
    book = load_workbook(io.BytesIO(orn.get(files["days"].replace("csv", "xlsx"), buffered=True).get_data()))
    assert [row[1] for row in book.active.iter_rows(values_only=True)][1:] == [1]
    assert orn.get("/organize/coverage/none.csv").status_code == 404


@pytest.mark.both_databases
def test_everybody_s_passes_stand_with_the_agency_they_were_for(orn, cast, course):
    whole(course, cast.lamai)
    cast.lamai.agency = cast.province
    answer = orn.get("/organize/coverage/people.csv", buffered=True)
    [head, *rows] = lines(answer)
    assert head[3:] == [
        "รหัสผู้เรียน",
        "ชื่อ",
        "อีเมล",
        "ยังอยู่ในหน่วยงาน",
        *(f"{part.part} {part.title_th}" for part in course.counted_modules),
        "ผ่านครบทุกส่วน",
    ]
    of_lamai = [row for row in rows if row[4] == "ละไม ตั้งใจ"]
    assert [(row[1], row[6], row[-1]) for row in of_lamai] == [
        ("จังหวัดสมมติ", "ใช่", "ยังไม่ครบ"),
        ("กรมตัวอย่าง", "ไม่ใช่", "ครบ"),
    ]
    assert of_lamai[1][7:9] == ["2023-02-10", "2023-02-10"]
    assert "อร รักงาน" not in [row[4] for row in rows]  # takes part for no agency


def test_the_workbook_says_the_same(orn, cast, course):
    whole(course, cast.lamai)
    answer = orn.get("/organize/coverage/people.xlsx", buffered=True)
    sheet = load_workbook(io.BytesIO(answer.get_data())).active
    found = [row for row in sheet.iter_rows(values_only=True) if row[4] == "ละไม ตั้งใจ"]
    assert [row[7] for row in found] == [datetime.fromisoformat("2023-02-10T00:00:00")]


def test_a_long_csv_takes_no_more_memory_than_a_short_one():
    tracemalloc.start()
    size = sum(len(piece) for piece in sheets.stream_csv(["a"], (["ก" * 100] for _row in range(20_000))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 6_000_000
    assert peak < 1_000_000
