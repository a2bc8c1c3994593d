"""The sign-in sheet: everybody once, heads on every page, room to sign, and lines for who comes unannounced."""

from datetime import datetime

import pytest

from portal.attendance import papers, sign_in_sheets
from portal.core import i18n
from portal.core.db import db
from portal.participation import tickets
from portal.participation.models import RegistrationStatus
from tests.attendance.printing import AGENCY, LONG, NAMES, Named, seat
from tests.core import papers as reading


@pytest.fixture
def workshop(make_workshop):
    workshop = make_workshop(venue="หอประชุมตัวอย่าง กรุงเทพมหานคร")
    first = workshop.sessions[0]
    first.starts_at = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
    first.ends_at = datetime.fromisoformat("2023-02-20T16:30:00+07:00")
    first.room = "ห้อง 2"
    db.session.commit()
    return workshop


@pytest.fixture
def in_thai(app):
    with app.test_request_context():
        yield


def test_the_head_stands_on_every_page_and_everybody_on_one(workshop, in_thai):
    rows = seat(workshop, [Named(f"บุคคล ที่{number:02}", "กรมตัวอย่าง") for number in range(45)])
    pages = reading.read(sign_in_sheets.sign_in_sheet(workshop, workshop.sessions[0]))
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert page[:4] == [
            "ใบลงชื่อเข้าอบรม",
            "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
            "วันที่หนึ่ง · จันทร์ 20 กุมภาพันธ์ 2566 · 09:00–16:30 น.",
            "ห้อง 2, หอประชุมตัวอย่าง กรุงเทพมหานคร",
        ]
        text = " ".join(page)
        assert "ที่ ชื่อ หน่วยงาน รหัสตั๋ว ลายมือชื่อ" in text
        assert f"หน้า {number} จาก 3" in text
        assert "ข้อมูล ณ 13 ก.พ. 2566 09:00 น." in text
    everything = " ".join(line for page in pages for line in page)
    for row in rows:
        assert everything.count(row.user.name) == 1
        assert everything.count(tickets.shown(row.ticket)) == 1


def test_lines_for_who_comes_unannounced_follow_with_numbers_of_their_own(workshop, in_thai):
    seat(workshop, [Named("อร รักงาน", "กรมตัวอย่าง")])
    file = sign_in_sheets.sign_in_sheet(workshop, workshop.sessions[0])
    [page] = reading.read(file)
    assert reading.ink(file)[3] > 250  # down to the foot of the page
    at = page.index("ผู้ที่ไม่มีชื่อข้างต้น เขียนชื่อและหน่วยงานตัวบรรจง")
    blank = [line for line in page[at + 1 :] if line.isdigit()]
    assert blank == [str(number) for number in range(2, 2 + len(blank))]
    assert len(blank) >= sign_in_sheets.BLANKS


def test_while_nobody_has_a_seat_all_lines_are_blank(workshop, in_thai):
    seat(workshop, [Named("รอ ในคิว", "กรมตัวอย่าง", RegistrationStatus.WAITLISTED)])
    pages = reading.read(sign_in_sheets.sign_in_sheet(workshop, workshop.sessions[0]))
    assert len(pages) == 1
    assert "รอ ในคิว" not in pages[0]
    assert "16" in pages[0]


def test_of_an_agency_without_anybody_there_is_no_sheet(workshop, in_thai):
    with pytest.raises(papers.NobodySeated):
        sign_in_sheets.sign_in_sheet(workshop, workshop.sessions[0], papers.Chosen(agency="NO-SUCH"))


@pytest.mark.parametrize("agency", [AGENCY, "กรมตัวอย่าง", "ก" * 200])
def test_long_names_make_a_line_taller_and_nothing_is_cut(workshop, in_thai, agency):
    seat(workshop, [Named(name, agency) for name in NAMES])
    file = sign_in_sheets.sign_in_sheet(workshop, workshop.sessions[0])
    text = "".join(line for page in reading.read(file) for line in page).replace(" ", "")
    for name in NAMES:
        assert name.replace(" ", "") in text
    assert text.count(agency.replace(" ", "")) == len(NAMES)
    assert "…" not in text
    left, top, right, bottom = reading.ink(file)
    assert left == pytest.approx(16, abs=0.5)
    assert right == pytest.approx(198, abs=0.5)
    assert bottom < 290
    assert top > 10


def test_no_page_ends_with_the_note_of_the_blank_lines(workshop, in_thai):
    for count in range(15, 22):
        seats = [Named(f"บุคคล {count} {number}", "กรมตัวอย่าง") for number in range(count)]
        lines = sign_in_sheets._blanks(len(seats))
        room = sign_in_sheets.LINE * count + 10
        pages = sign_in_sheets._pages([*[sign_in_sheets._Line("1")] * count, *lines], room)
        assert not pages[0][-1].is_note
        assert sum(map(len, pages)) >= count + len(lines)
        assert [line.number for line in pages[-1]][-1].isdigit()


def test_a_session_without_hours_and_a_cancelled_one_say_so(workshop, in_thai):
    second = workshop.sessions[1]
    second.is_cancelled = True
    workshop.venue = ""
    db.session.commit()
    [page] = reading.read(sign_in_sheets.sign_in_sheet(workshop, second))
    assert page[2] == "วันที่สอง · อังคาร 21 กุมภาพันธ์ 2566 · ยังไม่ประกาศเวลา · ยกเลิก"
    assert page[3] == "ยังไม่ประกาศสถานที่"


def test_in_english_days_and_agencies_are_in_english(workshop, app):
    [one] = seat(workshop, [Named(LONG, "กรมตัวอย่าง")])
    assert one.agency
    one.agency.name_en = "Department of Examples"
    db.session.commit()
    with app.test_request_context(), i18n.in_language("en"):
        [page] = reading.read(sign_in_sheets.sign_in_sheet(workshop, workshop.sessions[0]))
    assert page[1] == "PMQA 4.0"
    assert "Monday 20 February 2023" in page[2]
    assert "09:00–16:30" in page[2]
    assert "น." not in page[2]
    assert "Department of Examples" in " ".join(page)
