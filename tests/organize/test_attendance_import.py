"""Lists of attendance: paper, video meetings, and our own exports come in as marks that are shown first and can be undone."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import ImportRun, User
from portal.attendance import roll
from portal.core import tables
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceMark, AttendanceState, Registration
from tests.organize.importing import a_file, cells, changes, counts, listed
from tests.participation.conftest import make_people, make_workshop  # noqa: F401 - fixtures of the neighbour
from tests.rows import once

PAGE = "/organize/workshops/pmqa40-2566/imports"
CAME, PARTLY, AWAY, MISSED = (
    AttendanceState.ATTENDED,
    AttendanceState.PARTIAL,
    AttendanceState.EXCUSED,
    AttendanceState.NO_SHOW,
)
NAMES = ("รศ.ดร.สมชาย ใจดี", "พล.ต.อ. กล้า หาญ", "ละออ", "มานี มีตา", "มานี มีตา")


@pytest.fixture
@once
def seated(make_workshop, make_people) -> list[Registration]:  # noqa: F811
    """Five people with a seat, two of one name; a sixth waits."""
    workshop = make_workshop(capacity=5)
    people = make_people(6)
    for person, name in zip(people, (*NAMES, "ปลา รอคิว"), strict=True):
        person.name = name
    rows = [registration.register(workshop, user=person) for person in people]
    db.session.commit()
    return rows


def brought(orn: Any, file: Any, **fields: Any) -> Any:
    """Upload on the page of the workshop and look at the difference."""
    orn.get(PAGE)
    answer = orn.submit(PAGE + "/attendance", file=file, **({"session": "day1"} | fields))
    return orn.follow(answer) if answer.status_code == 303 else answer


def text(*lines: str, name: str = "รายชื่อ.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO("\n".join(lines).encode("utf-8-sig")), name


def states(rows: list[Registration], at: int = 0) -> list[AttendanceState | None]:
    db.session.expire_all()
    sessions = rows[0].workshop.sessions
    known = roll.states_of(sessions)
    return [known.get((row.id, sessions[at].id)) for row in rows]


def marks() -> list[AttendanceMark]:
    return list(db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)))


def test_a_list_of_paper_becomes_marks_that_say_from_where(orn, cast, seated):
    file = text(
        "รายชื่อผู้เข้าอบรม,,",
        "ลำดับ,ชื่อ-สกุล,การเข้าร่วม",
        "๑,รศ. ดร. สมชาย ใจดี,มา",
        "๒,กล้า  หาญ,ครึ่งวัน",
        "๓,นางละออ,ลา",
    )
    assert brought(orn, file).status_code == 200
    assert counts(orn) == [3, 0, 0]
    assert marks() == []
    assert "วันที่หนึ่ง: มาบางส่วน" in changes(orn)[1]
    orn.follow(orn.submit("/confirmation"))
    assert states(seated)[:4] == [CAME, PARTLY, AWAY, None]
    [first, *_] = marks()
    assert (first.how, first.by_id, first.why) == ("import", cast.orn.id, "นำเข้าจากไฟล์ รายชื่อ.csv")
    assert first.run_id == db.session.scalar(select(ImportRun.id))


def test_tickets_and_addresses_come_before_names(orn, seated):
    one, _two, _three, four, five = seated[:5]
    letters = f"{four.ticket[:3].lower()}-{four.ticket[3:].lower()}"
    file = text(
        "ตั๋ว,อีเมล,ชื่อ,ผล", f"{letters},,มานี มีตา,/", f",{five.user.email.upper()},ใครก็ไม่รู้,ขาด", ",,สมชาย ใจดี,มา"
    )
    assert brought(orn, file).status_code == 200
    orn.submit("/confirmation")
    assert states(seated) == [CAME, None, None, CAME, MISSED, None]
    assert one.status == "confirmed"


def test_a_name_that_two_have_is_an_error_at_its_cell(orn, seated):
    assert brought(orn, text("ชื่อ,ผล", "สมชาย ใจดี,มา", "มานี มีตา,มา")).status_code == 422
    assert cells(orn) == ["A3"]
    assert seated[3].user.email in listed(orn)[0]
    assert seated[4].user.email in listed(orn)[0]


def test_the_agency_tells_two_of_one_name_apart(orn, seated):
    agency = seated[4].agency
    assert agency is not None
    brought(orn, text("ชื่อ,หน่วยงาน,ผล", f"มานี มีตา,{agency.name_th},มา"))
    orn.submit("/confirmation")
    assert states(seated) == [None, None, None, None, CAME, None]


def test_everything_wrong_is_told_at_once(orn, seated):
    file = text(
        "ตั๋ว,อีเมล,ชื่อ,ผล",
        ",,สมชาย ใจดี,x",
        ",,สมชัย ใจดี,มา",
        "AAAAAA,,,มา",
        f"{seated[0].ticket},{seated[1].user.email},,มา",
        ",,ปลา รอคิว,มา",
        ",,,มา",
        ",,ละออ,มา",
        ",,ละออ,ขาด",
    )
    assert brought(orn, file).status_code == 422
    assert cells(orn) == ["D2", "C3", "A4", "B5", "C6", "B7", "D9"]
    assert "หมายถึง รศ.ดร.สมชาย ใจดี" in listed(orn)[1]
    assert marks() == []


def test_a_list_without_a_session_asks_for_one(orn, seated):
    assert brought(orn, text("ชื่อ,ผล", "ละออ,มา"), session="").status_code == 422
    assert "เลือกวันอบรมก่อน" in listed(orn)[0]


def test_a_list_of_names_alone_means_that_they_came(orn, seated):
    brought(orn, text("ชื่อ,ตำแหน่ง", "ละออ,ครู"))
    assert "นับว่าทุกคนในไฟล์มาแล้ว" in orn.page.text
    orn.submit("/confirmation")
    assert states(seated)[2] is CAME


def test_a_column_called_status_that_holds_attendance_is_attendance(orn, seated):
    brought(orn, text("ชื่อ,สถานะ", "ละออ,ลา", "กล้า หาญ,มา"))
    orn.submit("/confirmation")
    assert [state for state in states(seated) if state] == [CAME, AWAY]
    brought(orn, text("ชื่อ,สถานะ", "ละออ,ลา", "กล้า หาญ,อะไร"))
    assert cells(orn) == ["B3"]


ZOOM = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants",
    "123,อบรม,02/20/2023 08:50:00 AM,02/20/2023 04:00:00 PM,orn@demo.example,430,4",
    "",
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest",
)


def test_minutes_of_a_video_meeting_decide_and_are_shown_first(orn, seated):
    """360 minutes where no hours are announced; 80 per cent is enough; two devices at once count once."""
    file = text(
        *ZOOM,
        "กรม_สมชาย ใจดี (Somchai),,02/20/2023 09:00:00 AM,02/20/2023 12:00:00 PM,180,Yes",
        "กรม_สมชาย ใจดี (Somchai),,02/20/2023 01:00:00 PM,02/20/2023 03:00:00 PM,120,Yes",
        f"phone,{seated[1].user.email},02/20/2023 09:00:00 AM,02/20/2023 01:00:00 PM,240,Yes",
        f"notebook,{seated[1].user.email},02/20/2023 09:00:00 AM,02/20/2023 01:00:00 PM,240,Yes",
        "ละออ,,02/20/2023 09:00:00 AM,02/20/2023 09:00:10 AM,0,Yes",
    )
    assert brought(orn, file).status_code == 200
    first, second = changes(orn)
    assert "มาแล้ว (อยู่ 300 จาก 360 นาที)" in first
    assert "มาบางส่วน (อยู่ 240 จาก 360 นาที)" in second
    assert "ไม่ถึงหนึ่งนาที" in orn.page.text
    orn.submit("/confirmation")
    assert states(seated) == [CAME, PARTLY, None, None, None, None]
    assert marks()[0].why.startswith("อยู่ 300 จาก 360 นาที นำเข้าจากไฟล์")


def test_length_and_share_are_the_organizers_to_set(orn, seated):
    file = text("name,duration", "ละออ,1h 35m", "สมชาย ใจดี,50")
    brought(orn, file, length="100", share="90")
    orn.submit("/confirmation")
    assert states(seated)[:3] == [PARTLY, None, CAME]


@pytest.mark.parametrize("fields", [{"share": "0"}, {"share": ""}, {"length": "0"}, {"session": "day9"}])
def test_odd_settings_are_refused_at_their_field(orn, seated, fields):
    assert brought(orn, text("ชื่อ,นาที", "ละออ,90"), **fields).status_code == 422
    assert listed(orn)


def test_a_form_without_its_file_is_refused(orn, seated):
    orn.get(PAGE)
    assert orn.submit(PAGE + "/attendance").status_code == 422
    assert "เลือกไฟล์" in listed(orn)[0]


def test_strangers_of_a_meeting_are_errors_unless_they_are_to_be_left_out(orn, seated):
    file = ("name,duration", "วิทยากร ท่านหนึ่ง,300", "ละออ,300")
    assert brought(orn, text(*file)).status_code == 422
    assert cells(orn) == ["A2"]
    assert brought(orn, text(*file), skip_unknown="y").status_code == 200
    assert "ข้าม 1 แถว" in orn.page.text
    assert "วิทยากร ท่านหนึ่ง" in orn.page.text
    assert counts(orn) == [1, 0, 0]


def test_a_list_of_teams_comes_as_utf_16_with_parts_around(orn, seated):
    lines = (
        "1. Summary",
        "Meeting title\tอบรม",
        "",
        "2. Participants",
        "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole",
        "ละออ\t2/20/23, 9:00:01 AM\t2/20/23, 3:00:00 PM\t5h 59m 59s\t\t\tAttendee",
        "",
        "3. In-Meeting Activities",
        "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole",
        "ละออ\t2/20/23, 9:00:01 AM\t2/20/23, 3:00:00 PM\t5h 59m 59s\t\tAttendee",
    )
    assert brought(orn, (io.BytesIO("\r\n".join(lines).encode("utf-16")), "teams.csv")).status_code == 200
    assert counts(orn) == [1, 0, 0]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["roster", "attendance"])
def test_an_export_comes_back_and_changes_nothing(orn, seated, name, ending):
    first, second = seated[0].workshop.sessions
    for row, state in zip(seated, (CAME, PARTLY, AWAY, MISSED), strict=False):
        roll.mark(row, first, state=state, by=None, how="roster")
    roll.mark(seated[0], second, state=CAME, by=None, how="roster")
    roll.mark(seated[0], second, state=AttendanceState.WITHDRAWN, by=None, how="roster")
    db.session.commit()
    body = orn.get(f"/organize/workshops/pmqa40-2566/{name}.{ending}").data
    assert brought(orn, (io.BytesIO(body), f"{name}.{ending}"), session="").status_code == 200
    assert counts(orn) == [0, 0, 4]
    assert not orn.page.select("form[action*=confirmation]")


def test_marks_written_into_the_roster_come_in_for_each_session(orn, seated):
    body = orn.get("/organize/workshops/pmqa40-2566/roster.csv").data
    table = tables.read_table(io.BytesIO(body), "roster.csv")
    rows = [list(row.cells) for row in table.rows]
    for row, (one, two) in zip(rows, (("มา", "ลา"), ("", "ขาด")), strict=False):
        row[9:11] = one, two
    brought(orn, a_file(table.header, rows))
    assert counts(orn) == [3, 0, 0]
    orn.submit("/confirmation")
    assert sorted(map(str, filter(None, (*states(seated, 0), *states(seated, 1))))) == [
        "attended",
        "excused",
        "no_show",
    ]


def test_what_changed_after_the_difference_was_shown_stops_the_import(orn, seated):
    brought(orn, text("ชื่อ,ผล", "ละออ,มา"))
    roll.mark(seated[2], seated[2].workshop.sessions[0], state=AWAY, by=None, how="roster")
    db.session.commit()
    assert orn.submit("/confirmation").status_code == 409
    assert states(seated)[2] is AWAY
    assert "ลา → มาแล้ว" in changes(orn)[0]
    assert orn.follow(orn.submit("/confirmation")).status_code == 200
    assert states(seated)[2] is CAME


def test_a_second_press_does_nothing_again(orn, seated):
    brought(orn, text("ชื่อ,ผล", "ละออ,มา"))
    page = orn.page
    first = orn.submit("/confirmation")
    orn.page = page
    assert orn.submit("/confirmation").location == first.location
    assert len(marks()) == 1


def test_an_undo_appends_what_was_before_and_leaves_what_was_marked_since(orn, seated, clock_at):
    session = seated[0].workshop.sessions[0]
    roll.mark(seated[1], session, state=AWAY, by=None, how="roster")
    db.session.commit()
    clock_at("2023-02-20T16:00:00+07:00")
    brought(orn, text("ชื่อ,ผล", "สมชาย ใจดี,มา", "กล้า หาญ,มา", "ละออ,มา"))
    orn.follow(orn.submit("/confirmation"))
    roll.mark(seated[2], session, state=PARTLY, by=None, how="roster", why="กลับก่อน")
    db.session.commit()
    before = len(marks())
    orn.get(orn.last_path)
    assert "ละออ – มีการบันทึกใหม่หลังนำเข้า" in orn.page.text
    orn.follow(orn.submit("/undoing"))
    assert "คงไว้ 1 รายการ" in orn.page.flashes[0]
    assert "ละออ" in orn.page.flashes[0]
    assert states(seated)[:3] == [None, AWAY, PARTLY]
    assert len(marks()) == before + 2
    assert [mark.state for mark in marks()[-2:]] == [AttendanceState.WITHDRAWN, AWAY]
    assert not orn.page.select("form[action*=undoing]")


def test_an_undo_is_once_and_for_a_day(orn, seated, clock_at):
    brought(orn, text("ชื่อ,ผล", "ละออ,มา"))
    orn.follow(orn.submit("/confirmation"))
    page = orn.page
    clock_at("2023-02-14T09:00:00+07:00")
    assert orn.submit("/undoing").status_code == 409
    assert "24 ชั่วโมง" in orn.page.text
    clock_at("2023-02-14T08:59:00+07:00")
    orn.page = page
    orn.follow(orn.submit("/undoing"))
    orn.page = page
    assert orn.submit("/undoing").status_code == 409
    assert states(seated)[2] is None
    assert len(marks()) == 2


def test_it_is_for_organizers_only_and_for_workshops_there_are(client, cast, seated):
    for address in (PAGE, "/organize/workshops/pmqa40-2566/attendance.csv"):
        assert client.get(address).status_code == 303
        client.sign_in(cast.mali)
        assert client.get(address).status_code == 403
        client.sign_out()
    client.sign_in(cast.orn)
    assert client.get("/organize/workshops/none/imports").status_code == 404
    assert client.get("/organize/workshops/none/answers.csv").status_code == 404


def test_as_many_queries_for_thirty_people_as_for_five(orn, seated, make_people, queries):  # noqa: F811
    workshop = seated[0].workshop
    workshop.capacity = 100

    def asked(people: list[User]) -> int:
        lines = [f"{person.email},มา" for person in people]
        brought(orn, text("อีเมล,ผล", *lines))
        with queries() as statements:
            orn.get(orn.last_path)
        return len(statements)

    few = asked([row.user for row in seated[:5]])
    more = make_people(30)
    for person in more:
        registration.register(workshop, user=person)
    db.session.commit()
    assert asked(more) == few


def test_marks_at_a_session_to_come_or_called_off_are_worth_a_second_look(orn, seated, clock_at):
    brought(orn, text("ชื่อ,ผล", "ละออ,มา"))
    assert "วันที่หนึ่ง ยังไม่ถึงวัน" in orn.page.text
    clock_at("2023-02-20T16:00:00+07:00")
    brought(orn, text("ชื่อ,ผล", "ละออ,มา"))
    assert "ยังไม่ถึงวัน" not in orn.page.text
    seated[0].workshop.sessions[0].is_cancelled = True
    db.session.commit()
    brought(orn, text("ชื่อ,ผล", "ละออ,มา"))
    assert "วันที่หนึ่ง ยกเลิกแล้ว" in orn.page.text


def test_a_roster_that_went_out_before_a_session_was_moved_loses_nothing_in_silence(orn, seated):
    body = orn.get("/organize/workshops/pmqa40-2566/roster.csv").data
    seated[0].workshop.sessions[0].title_th = "ชื่อใหม่"
    db.session.commit()
    assert brought(orn, (io.BytesIO(body), "roster.csv")).status_code == 422
    assert cells(orn) == ["J1"]
    mended = body.decode("utf-8-sig").replace("วันที่หนึ่ง (20 ก.พ. 2566)", "day1").replace("ยังไม่บันทึก", "มา", 1)
    assert brought(orn, (io.BytesIO(mended.encode()), "roster.csv")).status_code == 200
    assert counts(orn) == [1, 0, 0]
