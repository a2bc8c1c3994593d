"""The pages and files of what is printed: who may have which, and what the files are called."""

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from portal.attendance import frames
from portal.core.db import db
from portal.participation import registration, tickets
from portal.participation.models import RegistrationStatus
from portal.programme.models import WorkshopSession, WorkshopStatus
from tests.attendance.printing import AGENCY, MARKED, NAMES, Named, seat
from tests.core import papers as reading

TICKET = "/workshops/pmqa40-2566/ticket.pdf"
DESK = "/organize/workshops/pmqa40-2566/"
SHEET = DESK + "sessions/day1/sign-in-sheet.pdf"
FILES = [SHEET, DESK + "badges.pdf"]


@pytest.fixture
def mine(workshop, cast):
    """ละไม has a seat."""
    row = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return row


def test_the_own_ticket_holds_name_days_places_and_the_code_that_a_door_reads(client, cast, workshop, mine):
    first = workshop.sessions[0]
    first.starts_at = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
    first.ends_at = datetime.fromisoformat("2023-02-20T16:30:00+07:00")
    first.room = "ห้อง 2"
    workshop.sessions[1].is_cancelled = True
    workshop.venue = "หอประชุมตัวอย่าง"
    db.session.commit()
    answer = client.sign_in(cast.lamai).get(TICKET)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("inline; ")
    assert quote("ตั๋ว pmqa40-2566.pdf") in answer.headers["Content-Disposition"]
    [page] = reading.read(answer.data)
    text = " ".join(page)
    for line in (
        "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
        "20–21 กุมภาพันธ์ 2566",
        "ละไม ตั้งใจ",
        "กรมตัวอย่าง",
        "หอประชุมตัวอย่าง",
        "09:00–16:30 น. · ห้อง 2",
        "วันที่สอง · ยกเลิก",
        tickets.shown(mine.ticket),
    ):
        assert line in text
    assert reading.codes(answer.data) == [tickets.address(mine)]


def test_a_place_that_is_not_announced_is_said_once(client, cast, workshop, mine):
    workshop.venue = ""
    db.session.commit()
    text = " ".join(reading.read(client.sign_in(cast.lamai).get(TICKET).data)[0])
    assert "สถานที่ ยังไม่ประกาศ" in text
    assert "ยังไม่ประกาศสถานที่" not in text.replace(" ", "")


def test_a_door_reads_the_ticket_from_a_picture_of_the_paper(client, cast, workshop, mine):
    file = client.sign_in(cast.lamai).get(TICKET).data
    text = frames.text_in(reading.photographed(file))
    assert text is not None
    assert tickets.read(text, workshop.code) == mine.ticket


@pytest.mark.parametrize("name", NAMES)
def test_a_ticket_is_one_page_whatever_the_names_are(client, workshop, name):
    [row] = seat(workshop, [Named(name, AGENCY)])
    workshop.title_th = "การประชุมเชิงปฏิบัติการ " * 12
    workshop.venue = "โรงแรมตัวอย่าง " * 20
    db.session.commit()
    answer = client.sign_in(row.user).get(TICKET)
    [page] = reading.read(answer.data)
    text = "".join(page).replace(" ", "")
    assert name.replace(" ", "") in text
    assert AGENCY.replace(" ", "") in text
    assert reading.codes(answer.data) == [tickets.address(row)]
    assert reading.ink(answer.data)[3] < 290


@pytest.mark.parametrize("sessions", [8, 20, 60])
def test_a_ticket_of_many_sessions_stays_on_its_page_and_says_what_is_left_out(
    client, cast, workshop, mine, sessions
):
    for at in range(2, sessions):
        day = workshop.starts_on + timedelta(days=at)
        more = WorkshopSession(
            code=f"s{at}", position=at, title_th=f"ครั้งที่ {at} ฝึกเขียนรายงาน", day=day, room="ห้อง 2"
        )
        workshop.sessions.append(more)
    db.session.commit()
    answer = client.sign_in(cast.lamai).get(TICKET)
    [page] = reading.read(answer.data)
    assert reading.ink(answer.data)[3] < 290
    assert ("ดูช่วงอื่น ๆ ในหน้างานอบรม" in page) == (sessions == 60)
    assert "ครั้งที่ 7 ฝึกเขียนรายงาน" in " ".join(page)


def test_who_has_no_seat_has_no_ticket(client, cast, workshop, mine, ked):
    assert client.sign_in(ked).get(TICKET).status_code == 404
    registration.cancel(mine, by=cast.lamai)
    db.session.commit()
    assert client.sign_in(cast.lamai).get(TICKET).status_code == 404
    assert client.page.select("h1")[0].text == "ไม่มีตั๋ว"


def test_a_cancelled_workshop_and_an_unknown_one_have_no_tickets(client, cast, workshop, mine):
    workshop.status = WorkshopStatus.CANCELLED
    db.session.commit()
    client.sign_in(cast.lamai)
    assert client.get(TICKET).status_code == 404
    assert client.get("/workshops/no-such/ticket.pdf").status_code == 404


@pytest.mark.parametrize("address", [TICKET, DESK + "papers", *FILES])
def test_whoever_is_not_signed_in_is_sent_to_do_so(client, workshop, address):
    answer = client.get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("address", [DESK + "papers", *FILES])
def test_only_organizers_print_what_names_others(client, cast, workshop, address):
    for user in (cast.lamai, cast.mali, cast.wit, cast.sakda):
        assert client.sign_in(user).get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/organize/workshops/no-such/papers",
        "/organize/workshops/no-such/badges.pdf",
        DESK + "sessions/day9/sign-in-sheet.pdf",
        DESK + "badges.pdf",  # nobody has a seat
        DESK + "badges.pdf?agency=NO-SUCH",
        SHEET + "?agency=NO-SUCH",
        SHEET + "?registration=" + "X" * 500,
    ],
)
def test_what_is_not_there_is_not_found(client, cast, workshop, address):
    assert client.sign_in(cast.orn).get(address).status_code == 404


def test_the_organizer_gets_badges_and_sheets(client, cast, workshop, mine):
    client.sign_in(cast.orn)
    badges = client.get(DESK + "badges.pdf")
    assert reading.codes(badges.data) == [tickets.address(mine)]
    assert quote("ป้ายชื่อ pmqa40-2566.pdf") in badges.headers["Content-Disposition"]
    sheet = client.get(SHEET + "?order=agency")
    assert "ละไม ตั้งใจ" in " ".join(reading.read(sheet.data)[0])
    assert quote("ใบลงชื่อ pmqa40-2566 day1.pdf") in sheet.headers["Content-Disposition"]


def test_the_page_leads_to_every_file_and_offers_each_agency(client, cast, workshop):
    seat(workshop, [Named(MARKED, "กรมแรก"), Named("ข สอง", AGENCY), Named("ค สาม", "กรมแรก")])
    client.sign_in(cast.orn).get(DESK + "papers")
    links = [link["href"] for link in client.page.select("main a[href]")]
    assert SHEET in links
    assert DESK + "sessions/day2/sign-in-sheet.pdf?order=agency" in links
    options = [option.text for option in client.page.select("#badges-of option")]
    assert options == ["ทุกคนที่ได้ที่นั่ง (3)", "กรมแรก (2)", f"{AGENCY} (1)"]
    chosen = client.page.select("#badges-of option")[1]["value"]
    assert len(reading.codes(client.get(DESK + f"badges.pdf?agency={chosen}&order=").data)) == 2


def test_the_page_without_people_names_the_next_step(client, cast, workshop):
    seat(workshop, [Named("รอ ในคิว", "กรมแรก", RegistrationStatus.WAITLISTED)])
    client.sign_in(cast.orn).get(DESK + "papers")
    assert "ยังไม่มีใครได้ที่นั่ง" in client.page.text
    assert not client.page.select("#badges-of")


def test_the_pages_of_the_day_lead_to_the_papers(client, cast, workshop, mine):
    client.sign_in(cast.orn)
    for page, leads_to in (
        (DESK + "roster", DESK + "papers"),
        (DESK + "sessions/day1/check-in", SHEET),
        (DESK + f"roster/{mine.code}/marks", DESK + f"badges.pdf?registration={mine.code}"),
    ):
        client.get(page)
        assert client.page.select(f'a[href="{leads_to}"]'), page
    client.sign_in(cast.lamai)
    for page, leads_to in (
        ("/workshops/pmqa40-2566", TICKET.removesuffix(".pdf")),
        (TICKET.removesuffix(".pdf"), TICKET),
    ):
        client.get(page)
        assert client.page.select(f'a[href="{leads_to}"]'), page


def test_one_badge_is_printed_again(client, cast, workshop, mine):
    [other] = seat(workshop, [Named("คน อื่น", "กรมแรก")])
    client.sign_in(cast.orn)
    file = client.get(DESK + f"badges.pdf?registration={mine.code}").data
    assert reading.codes(file) == [tickets.address(mine)]
    assert other.user.name not in " ".join(reading.read(file)[0])


def test_in_english_the_ticket_is_in_english(client, cast, workshop, mine):
    client.sign_in(cast.lamai).set_cookie("lang", "en")
    answer = client.get(TICKET)
    [page] = reading.read(answer.data)
    assert "PMQA 4.0" in page
    assert "20–21 February 2023" in page
    assert reading.about(answer.data)["lang"] == "en"


@pytest.mark.parametrize("agencies", [1, 30])
def test_the_page_takes_few_queries_however_many_agencies_there_are(
    client, cast, workshop, queries, agencies
):
    seat(workshop, [Named(f"คน {number}", f"กรม {number}") for number in range(agencies)])
    client.sign_in(cast.orn)
    with queries() as statements:
        client.get(DESK + "papers")
    assert len(statements) <= 6
