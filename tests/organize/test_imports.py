"""Tables brought in by an organizer: whole or not at all, every bad cell named, whatever the file is."""

import io
import shutil
import zipfile

import pytest
from sqlalchemy import func, select

from portal.accounts import audit
from portal.accounts.models import Agency, AuditEvent
from portal.awards.models import Entry, Track
from portal.core.db import db
from tests.organize.importing import bring, cells, confirmed, counts, listed, table

AGENCIES = ("code", "name_th", "ministry_th", "domains")
ENTRIES = ("agency_code", "track", "title", "stage1_passed")


def agencies() -> list[str]:
    db.session.expire_all()
    return list(
        db.session.scalars(select(Agency.code).where(~Agency.code.like("SAMPLE%")).order_by(Agency.code))
    )


def test_the_page_names_every_kind_and_its_columns(orn):
    assert orn.get("/organize/imports").status_code == 200
    assert [heading.get_text() for heading in orn.page.select("h2")] == [
        "ผู้ใช้",
        "รายชื่อหน่วยงาน",
        "ผลงานที่ผ่านขั้นตอนที่ 1",
        "นำเข้าล่าสุด",
    ]
    assert [code.get_text() for code in orn.page.select("code")] == [
        "email, name, position, agency_code, role",
        "code, name_th, name_en, abbrev_th, ministry_th, type, domains",
        "agency_code, track, title, stage1_passed",
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_agencies_come_in_and_the_page_says_how_many(orn, ending):
    rows = (("A1", "กรมหนึ่ง", "กระทรวงหนึ่ง", "one.go.th"), ("A2", "กรมสอง", "", ""))
    confirmed(orn, "agencies", table(AGENCIES, *rows, ending=ending))
    assert orn.page.flashes == ["นำเข้าแล้ว เพิ่ม 2 แก้ 0 เหมือนเดิม 0"]
    changed = (("A1", "กรมหนึ่ง", "กระทรวงใหม่", "one.go.th"), rows[1], ("A3", "กรมสาม", "", ""))
    confirmed(orn, "agencies", table(AGENCIES, *changed, ending=ending))
    assert orn.page.flashes == ["นำเข้าแล้ว เพิ่ม 1 แก้ 1 เหมือนเดิม 1"]
    assert agencies() == ["A1", "A2", "A3"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_entries_come_in_and_open_the_door_to_the_workshop(orn, cast, track, ending):
    rows = (("SAMPLE-DEPT", "pmqa40", "ระบบหนึ่ง", "ผ่าน"), ("SAMPLE-PROV", "pmqa40", "ระบบสอง", ""))
    confirmed(orn, "entries", table(ENTRIES, *rows, ending=ending))
    assert orn.page.flashes == ["นำเข้าแล้ว เพิ่ม 2 แก้ 0 เหมือนเดิม 0"]
    passed = select(Entry.agency_id).where(Entry.stage1_passed_on.is_not(None))
    assert list(db.session.scalars(passed)) == [cast.agency.id]


def test_every_bad_cell_is_named_and_no_row_is_kept(orn):
    rows = (("A1", "กรมหนึ่ง", "", ""), ("A 2", "กรมสอง", "", "ไม่ใช่โดเมน"), ("A1", "", "", ""))
    assert bring(orn, "agencies", table(AGENCIES, *rows)).status_code == 422
    assert cells(orn) == ["A3", "D3", "A4", "B4"]
    assert agencies() == []
    assert orn.page.one("title").get_text().startswith("ผิดพลาด:")
    assert not orn.page.select("form[action*=confirmation]")


def test_every_bad_cell_of_entries_is_named_and_none_is_kept(orn, cast, track):
    rows = (
        ("SAMPLE-DEPT", "pmqa40", "ดี", "ผ่าน"),
        ("SAMPLE-DEPD", "pmqa4", "ไม่ดี", "เมื่อวาน"),
        ("", "pmqa40", "", ""),
    )
    assert bring(orn, "entries", table(ENTRIES, *rows)).status_code == 422
    assert cells(orn) == ["A3", "B3", "D3", "A4"]
    assert "หมายถึง “SAMPLE-DEPT” ใช่หรือไม่" in orn.page.text
    assert db.session.scalar(select(func.count(Entry.id))) == 0


def test_many_bad_cells_are_all_named(orn):
    rows = [(f"A {number}", f"กรมที่ {number}", "", "") for number in range(60)]
    bring(orn, "agencies", table(AGENCIES, *rows))
    assert len(listed(orn)) == 60


FILES = {
    "no file": (io.BytesIO(b""), ""),
    "empty": (io.BytesIO(b""), "a.csv"),
    "blank": (io.BytesIO(b"\r\n,,\r\n"), "a.csv"),
    "a letter": (io.BytesIO("สวัสดี".encode()), "a.docx"),
    "a picture": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(200)), "a.png"),
    "a picture named a table": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(200)), "a.xlsx"),
    "bytes": (io.BytesIO(bytes(range(256))), "a.csv"),
    "a torn workbook": (io.BytesIO(b"PK\x03\x04" + bytes(50)), "a.xlsx"),
    "other columns": (io.BytesIO("ชื่อ,รหัส\r\nกรม,1\r\n".encode()), "a.csv"),
}


@pytest.mark.parametrize("kind", ["agencies", "entries"])
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_such_table_is_refused_in_words(orn, track, kind, name):
    stream, filename = FILES[name]
    assert bring(orn, kind, (io.BytesIO(stream.getvalue()), filename)).status_code == 422
    assert listed(orn)
    assert agencies() == []


def test_a_form_without_its_file_is_refused(orn):
    orn.get("/organize/imports")
    assert orn.submit("/organize/imports/agencies").status_code == 422
    assert listed(orn) == ["รายชื่อหน่วยงาน เลือกไฟล์ XLSX หรือ CSV ก่อน"]
    field = orn.page.one("#file-agencies")
    assert field["aria-invalid"] == "true"
    assert orn.page.one(f"#{field['aria-describedby']}")
    assert not orn.page.one("#file-entries").has_attr("aria-invalid")


def test_a_table_with_headings_alone_changes_nothing(orn):
    assert bring(orn, "agencies", table(AGENCIES)).status_code == 200
    assert counts(orn) == [0, 0, 0]
    assert not orn.page.select("form[action*=confirmation]")


def test_entries_before_there_is_a_round_say_what_to_do(orn, cast):
    rows = [("SAMPLE-DEPT", "pmqa40", "ระบบหนึ่ง", "ผ่าน")]
    assert bring(orn, "entries", table(ENTRIES, *rows)).status_code == 422
    assert "โหลดเนื้อหาก่อน" in listed(orn)[0]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(orn):
    assert bring(orn, "agencies", (io.BytesIO(b"x" * (11 * 1024 * 1024)), "a.csv")).status_code == 413
    assert orn.page.h1 == "ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป"
    assert agencies() == []


def test_who_brought_in_what_is_noted(orn, cast):
    confirmed(orn, "agencies", table(AGENCIES, ("A1", "กรมหนึ่ง", "", "")))
    [event] = audit.events_of("agencies")
    assert (event.verb, event.actor_id) == ("imported", cast.orn.id)
    told = {name: event.detail[name] for name in ("file", "added", "changed", "kept")}
    assert told == {"file": "ตาราง.csv", "added": 1, "changed": 0, "kept": 0}
    bring(orn, "agencies", table(AGENCIES, ("A 2", "กรมสอง", "", "")))
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.verb == "imported")) == 1


@pytest.mark.parametrize(("kind", "take"), [("agencies", AGENCIES), ("entries", ENTRIES)])
def test_an_empty_file_to_fill_in_is_there_for_each_kind(orn, track, kind, take):
    orn.get("/organize/imports")
    assert f"/organize/imports/{kind}.csv" in orn.page.links()
    response = orn.get(f"/organize/imports/{kind}.csv")
    assert f"{kind}.csv" in response.headers["Content-Disposition"]
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert bring(orn, kind, (io.BytesIO(response.data), f"{kind}.csv")).status_code == 200
    assert counts(orn) == [0, 0, 0]


def test_there_is_no_other_kind(orn):
    assert orn.get("/organize/imports/robots.csv").status_code == 404
    orn.get("/organize/imports")
    token = orn.page.form("/organize/imports/agencies").find("input", attrs={"name": "csrf_token"})["value"]
    assert orn.post("/organize/imports/robots", data={"csrf_token": token}).status_code == 404


def test_it_is_for_organizers_only(client, cast):
    for address in ("/organize/imports", "/organize/imports/agencies.csv", "/organize/exports/people.csv"):
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
        assert client.sign_in(cast.mali).get(address).status_code == 403
        client.sign_out()
    client.sign_in(cast.mali).get("/me")
    token = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"]
    file = table(AGENCIES, ("A1", "กรมหนึ่ง", "", ""))
    response = client.post("/organize/imports/agencies", data={"csrf_token": token, "file": file})
    assert response.status_code == 403
    assert agencies() == []


def test_a_file_that_is_no_longer_kept_is_asked_for_again(app, orn):
    bring(orn, "agencies", table(AGENCIES, ("A1", "กรมหนึ่ง", "", "")))
    address, page = orn.last_path, orn.page
    shutil.rmtree(app.config["INSTANCE"] / "blobs")
    assert orn.get(address).status_code == 410
    assert listed(orn) == ["ไฟล์ที่ส่งไว้หมดอายุแล้ว ส่งไฟล์ใหม่อีกครั้ง"]
    orn.page = page
    assert orn.submit("/confirmation").status_code == 410
    assert agencies() == []


@pytest.mark.parametrize("token", ["none", "W10.x.y", "%E0%B8%81"])
def test_an_address_nobody_gave_out_is_refused_in_words(orn, token):
    assert orn.get(f"/organize/imports/drafts/{token}").status_code == 410
    assert listed(orn) == ["ไฟล์ที่ส่งไว้หมดอายุแล้ว ส่งไฟล์ใหม่อีกครั้ง"]


@pytest.mark.parametrize("mark", ["", "x", "0" * 64])
def test_a_difference_that_was_never_shown_is_not_done(orn, mark):
    bring(orn, "agencies", table(AGENCIES, ("A1", "กรมหนึ่ง", "", "")))
    assert orn.submit("/confirmation", mark=mark).status_code == 409
    assert agencies() == []


def test_looking_at_a_difference_writes_nothing(orn, queries):
    bring(orn, "agencies", table(AGENCIES, ("A1", "กรมหนึ่ง", "", "")))
    with queries() as statements:
        orn.get(orn.last_path)
    assert not [one for one in statements if not one.startswith("SELECT")]


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "ก" * 300 + ".csv", "a\u202eb.csv", "<b>.csv"])
def test_odd_names_of_files_do_no_harm(orn, name):
    file = (table(AGENCIES, ("A1", "กรมหนึ่ง", "", ""))[0], name)
    confirmed(orn, "agencies", file)
    assert agencies() == ["A1"]


def test_a_zip_bomb_is_refused_in_words(orn):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 * 1024 * 1024))
    bomb.seek(0)
    assert bring(orn, "people", (bomb, "a.xlsx")).status_code == 422
    assert "ไฟล์นี้ใหญ่เกินไป" in listed(orn)[0]


def test_a_long_difference_is_told_page_by_page(orn):
    rows = [(f"A{number:03}", f"กรมที่ {number}", "", "") for number in range(120)]
    bring(orn, "agencies", table(AGENCIES, *rows))
    assert counts(orn) == [120, 0, 0]
    assert len(orn.page.select("main tbody tr")) == 50
    orn.get(orn.last_path + "?page=3")
    assert len(orn.page.select("main tbody tr")) == 20
    orn.submit("/confirmation")
    assert len(agencies()) == 120


@pytest.mark.parametrize(
    "name", ["รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0", "การบริหารจัดการ ภาครัฐ รายหมวด", "รายหมวด"]
)
def test_a_track_goes_by_its_name_or_the_end_of_it(orn, cast, track, name):
    other = Track(round=track.round, code="category", name_th="การบริหารจัดการ ภาครัฐ รายหมวด")
    db.session.add(other)
    db.session.commit()
    confirmed(orn, "entries", table(ENTRIES, ("SAMPLE-DEPT", name, "ระบบหนึ่ง", "ผ่าน")))
    assert db.session.scalars(select(Entry.track_id)).all() == [(track if "4.0" in name else other).id]


def test_a_name_that_two_tracks_end_in_is_asked_about(orn, cast, track):
    db.session.add(Track(round=track.round, code="other", name_th="อีกรางวัล 4.0"))
    db.session.commit()
    bring(orn, "entries", table(ENTRIES, ("SAMPLE-DEPT", "4.0", "ระบบหนึ่ง", "ผ่าน")))
    assert cells(orn) == ["B2"]
