"""Name badges: eight on a page, each name whole on its own badge, each QR the ticket of the person above it."""

import pytest

from portal.attendance import badges, papers
from portal.attendance.papers import Chosen, NobodySeated
from portal.core import i18n, pdf
from portal.core.db import db
from portal.participation import tickets
from portal.participation.models import RegistrationStatus
from tests.attendance import printing
from tests.attendance.printing import AGENCY, NAMES, Named, seat
from tests.core import papers as reading


@pytest.fixture
def workshop(make_workshop):
    return make_workshop()


@pytest.fixture
def in_thai(app):
    with app.test_request_context():
        yield


def lines_of(file: bytes) -> list[str]:
    return [line for page in reading.read(file) for line in page]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("agency", [AGENCY, "กรมตัวอย่าง", ""])
def test_every_name_and_agency_stands_whole_on_its_badge(workshop, in_thai, name, agency):
    [one] = seat(workshop, [Named(name, agency)])
    file = badges.badges(workshop)
    text = "".join(lines_of(file)).replace(" ", "")
    assert name.replace(" ", "") in text
    assert agency.replace(" ", "") in text
    assert tickets.shown(one.ticket) in text
    left, top, right, bottom = in_badge(file)
    assert left > 6
    assert right < badges.WIDTH - 6
    assert top > 6
    assert bottom < badges.HEIGHT - 5


def in_badge(file: bytes) -> tuple[float, float, float, float]:
    """The box round all that is on the first badge, the lines to cut along left out."""
    return reading.ink(file, within=(1, 1, badges.WIDTH - 1, badges.HEIGHT - 1))


def test_letters_never_lie_over_the_code(workshop, in_thai):
    """Whatever the names: what a camera sees is the address, so nothing covers a QR or its quiet zone."""
    rows = seat(workshop, [Named(name, AGENCY) for name in (*NAMES, "ญู ฎู ฐู " * 9, "W" * 90)])
    assert sorted(reading.codes(badges.badges(workshop))) == sorted(tickets.address(row) for row in rows)


def test_nine_people_take_two_pages_and_each_stands_above_the_own_code(workshop, in_thai):
    rows = seat(workshop, [Named(f"บุคคล ที่{letter}", "กรมตัวอย่าง") for letter in "กขคงจฉชซฌ"])
    file = badges.badges(workshop)
    pages = reading.read(file)
    assert len(pages) == 2
    for number, of_page in enumerate([rows[:8], rows[8:]]):
        assert reading.codes(file, number) == [tickets.address(row) for row in of_page]
        assert [line for line in pages[number] if line.startswith("บุคคล")] == [
            row.user.name for row in of_page
        ]


def test_only_people_with_a_seat_have_a_badge(workshop, in_thai):
    seat(
        workshop,
        [
            Named("มี ที่นั่ง", "กรมตัวอย่าง"),
            Named("รอ ในคิว", "กรมตัวอย่าง", RegistrationStatus.WAITLISTED),
            Named("ยกเลิก แล้ว", "กรมตัวอย่าง", RegistrationStatus.CANCELLED),
        ],
    )
    text = " ".join(lines_of(badges.badges(workshop)))
    assert "มี ที่นั่ง" in text
    assert "รอ ในคิว" not in text
    assert "ยกเลิก แล้ว" not in text


@pytest.mark.both_databases
def test_badges_of_one_agency_or_one_person(workshop, in_thai):
    rows = seat(workshop, [Named("ก หนึ่ง", "กรมแรก"), Named("ข สอง", "กรมที่สอง"), Named("ค สาม", "กรมแรก")])
    assert rows[0].agency
    of_first = badges.badges(workshop, Chosen(agency=rows[0].agency.code))
    assert [line for line in lines_of(of_first) if line[:2] in ("ก ", "ข ", "ค ")] == ["ก หนึ่ง", "ค สาม"]
    assert reading.codes(badges.badges(workshop, Chosen(registration=rows[1].code))) == [
        tickets.address(rows[1])
    ]
    with pytest.raises(NobodySeated):
        badges.badges(workshop, Chosen(agency="NO-SUCH"))


@pytest.mark.both_databases
def test_names_stand_in_the_order_of_a_dictionary_or_agency_after_agency(workshop, in_thai):
    rows = seat(
        workshop,
        [Named("เกด", "สำนัก"), Named("ไข่", "กรม"), Named("กบ", "สำนัก"), Named("ขวัญ", "กรม"), Named("คน", "")],
    )
    assert [one.name for one in papers.seats_of(workshop)] == ["กบ", "เกด", "ขวัญ", "ไข่", "คน"]
    assert [one.name for one in papers.seats_of(workshop, Chosen(by_agency=True))] == [
        "ขวัญ",
        "ไข่",
        "กบ",
        "เกด",
        "คน",
    ]
    assert [(one.name, one.seats) for one in papers.agencies_of(workshop)] == [("กรม", 2), ("สำนัก", 2)]
    assert papers.seats_of(workshop)[0].ticket == rows[2].ticket


def test_in_english_what_has_an_english_name_is_in_english(workshop, app):
    [one] = seat(workshop, [Named(printing.FOREIGN, "กรมตัวอย่าง")])
    assert one.agency
    one.agency.name_en = "Department of Examples"
    db.session.commit()
    with app.test_request_context(), i18n.in_language("en"):
        text = " ".join(lines_of(badges.badges(workshop)))
    assert "Department of Examples" in text
    assert "PMQA 4.0" in text
    assert "20–21 Feb 2023" in text


def test_without_anybody_there_is_nothing_to_print(workshop, in_thai):
    with pytest.raises(NobodySeated):
        badges.badges(workshop)


def test_as_many_people_take_as_many_queries(workshop, in_thai, queries):
    seat(workshop, [Named(f"คน {number}", f"กรม {number}") for number in range(30)])
    with queries() as statements:
        badges.badges(workshop)
    assert len(statements) <= 2  # the people, and the workshop that a commit had let go


def test_a_badge_is_of_the_size_a7():
    assert badges.WIDTH == 105
    assert badges.HEIGHT == 74.25
    assert badges.WIDTH * badges.ACROSS == pdf.WIDTH
