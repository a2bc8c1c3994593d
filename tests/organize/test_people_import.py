"""People in and out by spreadsheet: by their address, as Thai lists are written, and back again for a day."""

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts import audit, links, people
from portal.accounts.models import ImportRun, Role, SignIn, User
from portal.awards.models import Entry
from portal.core.db import db
from tests.organize.conftest import passed_stage_1
from tests.organize.importing import bring, cells, changes, confirmed, counts, listed, table

COLUMNS = ("email", "name", "position", "agency_code", "role")


def person(email: str) -> User:
    db.session.flush()
    db.session.expire_all()
    found = people.by_email(email)
    assert found is not None
    return found


def everybody() -> set[str]:
    return set(db.session.scalars(select(User.email)))


def undone(orn: Any) -> str:
    """Press undo on the page of the run, and what the next page says."""
    orn.follow(orn.submit("/undoing"))
    return str(orn.page.flashes[0])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_new_people_are_vouched_for_and_open_their_account_themselves(orn, cast, ending):
    rows = (
        ("Nok@Agency.go.th ", "นก บินสูง", "นักวิเคราะห์", "กรมตัวอย่าง", ""),
        ("ped@agency.go.th", "เป็ด", "", "", "วิทยากร"),
    )
    confirmed(orn, "people", table(COLUMNS, *rows, ending=ending))
    assert orn.page.flashes == ["นำเข้าแล้ว เพิ่ม 2 แก้ 0 เหมือนเดิม 0"]
    nok, ped = person("nok@agency.go.th"), person("ped@agency.go.th")
    assert (nok.name, nok.position, nok.agency_id, nok.role) == (
        "นก บินสูง",
        "นักวิเคราะห์",
        cast.agency.id,
        Role.LEARNER,
    )
    assert (ped.name, ped.agency_id, ped.role) == ("เป็ด", None, Role.SPEAKER)
    assert nok.approved_by_id == cast.orn.id
    assert nok.confirmed_at is None
    assert nok.password_hash is None


def test_a_known_person_takes_over_what_the_table_says_and_empty_cells_say_nothing(orn, cast):
    rows = (("lamai@demo.example", "ละไม ใหม่", "", "", ""), ("mali@demo.example", "มะลิ ใจดี", "หัวหน้า", "", ""))
    bring(orn, "people", table(COLUMNS, *rows))
    assert counts(orn) == [0, 2, 0]
    assert "ชื่อ: ละไม ตั้งใจ → ละไม ใหม่" in changes(orn)[0]
    assert "ตำแหน่ง: – → หัวหน้า" in changes(orn)[1]
    orn.submit("/confirmation")
    lamai, mali = person("lamai@demo.example"), person("mali@demo.example")
    assert (lamai.name, lamai.agency_id) == ("ละไม ใหม่", cast.agency.id)
    assert (mali.position, mali.role) == ("หัวหน้า", Role.COORDINATOR)
    assert lamai.searched == "ละไมใหม่ lamaidemoexample"


def test_thai_lists_are_read_as_offices_write_them(orn, cast):
    """Windows Thai, semicolons, titles above the table, a name in three cells, a title joined to the name."""
    lines = (
        "รายชื่อบุคลากร;;;;;",
        "ลำดับ;คำนำหน้า;ชื่อ;นามสกุล;หน่วยงาน;อีเมล",
        "๑;นาย;สมชาย;ใจดี;กรม ตัวอย่าง;somchai@agency.go.th",
        "๒;;พล.ต.อ.กล้า  หาญ;;SAMPLE-PROV;kla@agency.go.th",
        "๓;;ละออ;;;laor@agency.go.th",
    )
    file = (io.BytesIO("\r\n".join(lines).encode("cp874")), "รายชื่อ.csv")
    assert bring(orn, "people", file).status_code == 422  # ลำดับ is no column of people
    assert cells(orn) == ["A2"]
    without = "\r\n".join(line.partition(";")[2] for line in lines)
    confirmed(orn, "people", (io.BytesIO(without.encode("cp874")), "รายชื่อ.csv"))
    assert [person(f"{one}@agency.go.th").name for one in ("somchai", "kla", "laor")] == [
        "นายสมชาย ใจดี",
        "พล.ต.อ.กล้า หาญ",
        "ละออ",
    ]
    assert person("somchai@agency.go.th").agency_id == cast.agency.id


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("รศ.ดร. สมชาย ใจดี", "รศ.ดร.สมชาย ใจดี"),
        ("พล.ต.อ.กล้า หาญ", "พล.ต.อ. กล้า  หาญ"),
        ("นายสมชาย ใจดี", "นาย สมชาย ใจดี"),
        ("ละไม\u200bตั้งใจ", "ละไมตั้งใจ"),
        ("สํารวย", "สำรวย"),
    ],
)
def test_another_spacing_of_a_name_is_the_same_name(orn, cast, known, written):
    cast.lamai.name = known
    db.session.commit()
    bring(orn, "people", table(COLUMNS, ("lamai@demo.example", written, "", "", "")))
    assert counts(orn) == [0, 0, 1]


def test_two_people_with_one_mail_are_told_by_row_and_name(orn, cast):
    rows = (("a@agency.go.th", "นก บินสูง", "", "", ""), (" A@agency.go.th", "เป็ด ว่ายน้ำ", "", "", ""))
    assert bring(orn, "people", table(COLUMNS, *rows)).status_code == 422
    assert cells(orn) == ["A3"]
    assert "แถวที่ 2 (นก บินสูง)" in listed(orn)[0]


def test_a_mail_that_is_somebody_elses_is_worth_a_second_look(orn, cast):
    bring(orn, "people", table(COLUMNS, ("lamai@demo.example", "เป็ด ว่ายน้ำ", "", "", "")))
    assert "lamai@demo.example เป็นของ ละไม ตั้งใจ อยู่แล้ว" in orn.page.text
    bring(orn, "people", table(COLUMNS, ("lamai@demo.example", "ละไม สกุลใหม่", "", "", "")))
    assert "อยู่แล้ว" not in orn.page.text


def test_everything_wrong_is_told_at_once_in_the_order_of_the_sheet(orn, cast):
    rows = (
        ("", "ไม่มีอีเมล", "", "", ""),
        ("not-an-address", "", "", "กรมตัวอยาง", "ราชา"),
        ("x@agency.go.th", "=HYPERLINK(1)", "+66", "", "ผู้ประสานงาน"),
        ("y@agency.go.th", "ย" * 201, "", "", ""),
        ("z@agency.go.th", "๑๒๓", "", "", "organizer"),
        ("lamai@demo.example", "ละไม ตั้งใจ", "", "", "admin"),
    )
    assert bring(orn, "people", table(COLUMNS, *rows)).status_code == 422
    assert cells(orn) == ["A2", "A3", "B3", "D3", "E3", "B4", "C4", "E4", "B5", "B6", "E6", "E7"]
    assert "หมายถึง “กรมตัวอย่าง” ใช่หรือไม่" in orn.page.text
    assert len(everybody()) == 5


def test_cells_that_cannot_be_read_hide_no_other_errors(orn, cast):
    rows = ("email,name,position,,role", "nok@agency.go.th,นก,,หลงมา,", "no-address,,,,หัวหน้า")
    bring(orn, "people", (io.BytesIO("\n".join(rows).encode()), "คน.csv"))
    assert cells(orn) == ["D2", "A3", "B3", "E3"]


def test_a_dash_stands_for_nothing(orn, cast):
    columns = ("email", "คำนำหน้า", "ชื่อ", "นามสกุล", "ตำแหน่ง", "หน่วยงาน", "บทบาท")
    confirmed(orn, "people", table(columns, ("nok@agency.go.th", "-", "นก", "-", "-", "–", "-")))
    nok = person("nok@agency.go.th")
    assert (nok.name, nok.position, nok.agency_id, nok.role) == ("นก", "", None, Role.LEARNER)


def test_who_confirms_twice_sees_what_the_first_press_did(orn, cast):
    bring(orn, "people", table(COLUMNS, ("nok@agency.go.th", "นก", "", "", "")))
    form = orn.page.form("/confirmation")
    data = {one["name"]: one["value"] for one in form.select("input[name]")}
    first, second = (orn.post(form["action"], data=data) for _press in range(2))
    assert second.status_code == 303
    assert second.location == first.location
    assert len(db.session.scalars(select(ImportRun)).all()) == 1


def test_a_thousand_bad_cells_are_all_told(orn, cast):
    rows = [("bad", f"คน {at}", "", f"ไม่มี {at}", "") for at in range(500)]
    assert bring(orn, "people", table(COLUMNS, *rows)).status_code == 422
    assert len(listed(orn)) == 1000
    assert "พบ 1000 จุด" in orn.page.text


def test_only_an_admin_makes_organizers(orn, client, cast):
    row = ("lamai@demo.example", "ละไม ตั้งใจ", "", "", "ผู้จัด")
    assert bring(orn, "people", table(COLUMNS, row)).status_code == 422
    cast.orn.role = Role.ADMIN
    db.session.commit()
    confirmed(orn, "people", table(COLUMNS, row))
    assert person("lamai@demo.example").role is Role.ORGANIZER


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_export_comes_back_and_changes_nothing(orn, cast, ending):
    cast.lamai.name = "=HYPERLINK(1) ชื่อแปลก"
    cast.sakda.position = "@นักวิชาการ"
    cast.wit.name = "  วิทย์   รู้รอบ "
    db.session.commit()
    body = orn.get(f"/organize/exports/people.{ending}").data
    assert bring(orn, "people", (io.BytesIO(body), f"people.{ending}")).status_code == 200, listed(orn)
    assert counts(orn) == [0, 0, 5]
    assert (
        "2566" in io.TextIOWrapper(io.BytesIO(orn.get("/organize/exports/people.csv").data), "utf-8").read()
    )


def test_an_undo_removes_who_was_added_and_has_done_nothing_since(orn, cast):
    rows = [(f"{one}@agency.go.th", f"คน {one}", "", "", "") for one in ("nok", "ped", "kai", "hed")]
    before = everybody()
    confirmed(orn, "people", table(COLUMNS, *rows, ("lamai@demo.example", "ละไม ใหม่", "", "", "")))
    db.session.add(SignIn(key="x", user_id=person("ped@agency.go.th").id))
    person("kai@agency.go.th").name = "ไก่ ขัน"
    people_made = person("hed@agency.go.th")
    audit.note("asked", "x", by=people_made)
    db.session.commit()
    orn.get(orn.last_path)
    assert "คน ped ped@agency.go.th – ใช้งานหรือมีบันทึกอื่นแล้วหลังนำเข้า" in orn.page.text
    assert "ไก่ ขัน kai@agency.go.th – มีผู้แก้ไขหลังนำเข้า" in orn.page.text
    assert "เลิกทำแล้ว 2 รายการ คงไว้ 3 รายการ" in undone(orn)
    left = {f"{one}@agency.go.th" for one in ("ped", "kai", "hed")}
    assert everybody() == before | left
    assert person("lamai@demo.example").name == "ละไม ตั้งใจ"
    assert (
        db.session.scalar(select(func.count(ImportRun.id)).where(ImportRun.undone_by_id == cast.orn.id)) == 1
    )


def test_an_undo_leaves_who_opened_the_account_and_what_was_changed_again(orn, cast):
    rows = (("nok@agency.go.th", "นก", "", "", ""), ("lamai@demo.example", "ละไม ใหม่", "", "", ""))
    confirmed(orn, "people", table(COLUMNS, *rows))
    person("nok@agency.go.th").password_hash = "x"
    person("lamai@demo.example").name = "ละไม อีกครั้ง"
    db.session.commit()
    orn.get(orn.last_path)
    assert not orn.page.select("form[action*=undoing]")
    assert person("lamai@demo.example").name == "ละไม อีกครั้ง"


def test_entries_and_agencies_are_undone_as_well(orn, cast, track):
    rows = (("A1", "กรมหนึ่ง"), ("SAMPLE-DEPT", "กรมใหม่"), ("A2", "กรมสอง"))
    confirmed(orn, "agencies", table(("code", "name_th"), *rows))
    agencies = orn.last_path
    entry = ("agency_code", "track", "title", "stage1_passed")
    confirmed(orn, "entries", table(entry, ("A2", "pmqa40", "ระบบ", "1 ก.พ. 2566")))
    entries = orn.last_path
    orn.get(agencies)
    assert "กรมสอง – ใช้งานหรือมีบันทึกอื่นแล้ว" in orn.page.text
    orn.get(entries)
    assert undone(orn) == "เลิกทำแล้ว 1 รายการ"
    assert db.session.scalar(select(func.count(Entry.id))) == 0
    orn.get(agencies)
    assert undone(orn) == "เลิกทำแล้ว 3 รายการ"
    db.session.expire_all()
    assert cast.agency.name_th == "กรมตัวอย่าง"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["agencies", "entries"])
def test_every_table_comes_back_and_changes_nothing(orn, cast, track, kind, ending):
    passed_stage_1(cast.agency, track)
    db.session.add(Entry(track=track, agency=cast.province, title="=สูตร ผลงาน"))
    db.session.commit()
    response = orn.get(f"/organize/exports/{kind}.{ending}")
    bring(orn, kind, (io.BytesIO(response.data), f"{kind}.{ending}"))
    assert counts(orn) == [0, 0, 2]


def test_a_day_that_two_columns_tell_differently_is_told(orn, cast, track):
    passed_stage_1(cast.agency, track)
    db.session.commit()
    body = orn.get("/organize/exports/entries.csv").data.decode("utf-8-sig")
    assert "2023-02-13,13 ก.พ. 2566" in body
    changed = body.replace("13 ก.พ. 2566", "14 ก.พ. 2566")
    assert bring(orn, "entries", (io.BytesIO(changed.encode()), "a.csv")).status_code == 422
    assert cells(orn) == ["F2"]


def test_leading_zeros_that_a_spreadsheet_took_away_are_put_back(orn, cast):
    confirmed(orn, "agencies", table(("code", "name_th"), ("0042", "กรมศูนย์")))
    bring(orn, "agencies", table(("code", "name_th"), (42, "กรมศูนย์"), ending="xlsx"))
    assert counts(orn) == [0, 0, 1]
    bring(orn, "agencies", table(("code", "name_th"), ("๔๒", "กรมศูนย์")))
    assert cells(orn) == ["A2"] or counts(orn) == [0, 0, 1]
    confirmed(orn, "people", table(COLUMNS, ("a@agency.go.th", "นก", "", 42, ""), ending="xlsx"))
    assert person("a@agency.go.th").agency_id is not None


def test_an_imported_person_opens_the_account_and_is_in(orn, client, cast):
    confirmed(orn, "people", table(COLUMNS, ("nok@agency.go.th", "นก", "", "กรมตัวอย่าง", "")))
    token = links.make("reset", person("nok@agency.go.th"))
    client.sign_out()
    client.get(f"/reset-password/{token}")
    assert client.submit("/reset-password", password="nok-bin-sung-2566").status_code == 303
    nok = person("nok@agency.go.th")
    assert nok.is_approved
    assert nok.password_hash is not None


@pytest.mark.parametrize("kind", ["people", "agencies", "entries"])
def test_as_many_queries_for_thirty_rows_as_for_three(orn, cast, track, make_agencies, queries, kind):
    """Of the difference, and of the page of what was brought in, with what an undo would do."""
    codes = [agency.code for agency in make_agencies(30, per_agency=0)]

    def asked(count: int) -> tuple[int, int]:
        rows: dict[str, list[Any]] = {
            "people": [(f"{count}-{at}@x.go.th", "นก", "", codes[at], "") for at in range(count)],
            "agencies": [(f"N{count}-{at}", f"กรมใหม่ {count}/{at}", "a.go.th") for at in range(count)],
            "entries": [(codes[at], "pmqa40", f"งาน {count}", "ผ่าน") for at in range(count)],
        }
        columns = {
            "people": COLUMNS,
            "agencies": ("code", "name_th", "domains"),
            "entries": ("agency_code", "track", "title", "stage1_passed"),
        }[kind]
        bring(orn, kind, table(columns, *rows[kind]))
        with queries() as shown:
            orn.get(orn.last_path)
        orn.follow(orn.submit("/confirmation"))
        db.session.expunge_all()
        with queries() as after:
            orn.get(orn.last_path)
        return len(shown), len(after)

    assert asked(3) == asked(30)
