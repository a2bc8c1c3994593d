"""The materials page of a workshop, the files behind it, and all of them as one zip."""

import io
import subprocess
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from portal.attendance import handouts
from portal.core import blobs
from portal.core.db import db
from portal.participation import registration
from portal.programme import desk, materials
from portal.programme.models import Audience, MaterialVersion, WorkshopStatus
from tests.programme import handed
from tests.programme.handed import file, hand_out

LATER = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
PAGE = "/workshops/pmqa40-2566/materials"
ZIP = PAGE + ".zip"


@pytest.fixture
def workshop(make_workshop):
    return make_workshop()


@pytest.fixture
def talk(workshop, cast):
    return handed.talk(workshop, cast.wit)


@pytest.fixture
def material(talk, cast):
    return hand_out(talk, cast.wit)


def counted() -> list[int]:
    db.session.expire_all()
    return [one.downloads for one in db.session.query(MaterialVersion).order_by(MaterialVersion.id)]


# --- the page


def test_what_may_be_had_is_linked_and_what_not_says_why_and_when(client, cast, talk, material):
    hand_out(talk, cast.wit, title="เฉพาะผู้มีที่นั่ง", audience=Audience.REGISTERED)
    hand_out(talk, cast.wit, title="เฉพาะผู้มา", audience=Audience.ATTENDED, visible_from=LATER)
    hand_out(talk, cast.wit, title="ภายหลัง", visible_from=LATER)
    client.get(PAGE)
    assert client.page.h1 == "เอกสารประกอบ"
    assert [h3.get_text(strip=True) for h3 in client.page.select("h3 a")] == ["สไลด์วันแรก"]
    text = client.page.main
    assert "เฉพาะผู้มีที่นั่ง PDF · 1 KB สำหรับผู้ที่ได้ที่นั่งในงานนี้ · เข้าสู่ระบบ" in text
    assert (
        "เฉพาะผู้มา PDF · 1 KB สำหรับผู้ที่มาอบรมงานนี้ เปิดหลังผู้จัดบันทึกการเข้าอบรม · เห็นได้ตั้งแต่ 20 ก.พ. 2566 09:00 น. · เข้าสู่ระบบ"
        in text
    )
    assert "ภายหลัง PDF · 1 KB ยังไม่เปิดให้เห็น · เห็นได้ตั้งแต่ 20 ก.พ. 2566 09:00 น." in text
    assert "1 ไฟล์ รวม 1 KB" in text


def test_an_empty_page_says_what_will_be_there(client, cast, workshop):
    client.get(PAGE)
    assert "ยังไม่มีเอกสาร" in client.page.main
    assert ZIP not in client.page.links()
    assert client.get(ZIP).status_code == 404


def test_a_speaker_and_an_organizer_find_the_way_to_the_talk_from_here(client, cast, material):
    manage = "/speak/talks/pmqa40-2566/writing"
    for name, finds in (("wit", True), ("orn", True), ("lamai", False)):
        client.sign_in(getattr(cast, name)).get(PAGE)
        assert (manage in client.page.links()) is finds


def test_a_workshop_that_is_not_there_or_a_draft_has_no_page(client, cast, workshop, material):
    assert client.get("/workshops/none/materials").status_code == 404
    assert client.get("/workshops/none/materials.zip").status_code == 404
    workshop.status = WorkshopStatus.DRAFT
    db.session.commit()
    for address in (PAGE, ZIP, f"/materials/{material.code}"):
        assert client.sign_out().get(address).status_code == 404
        assert client.sign_in(cast.lamai).get(address).status_code == 404
        assert client.sign_in(cast.wit).get(address).status_code == 200
        assert client.sign_in(cast.orn).get(address).status_code == 200
    client.sign_in(cast.wit).get(PAGE)
    assert "/workshops/pmqa40-2566" not in client.page.links()


def test_a_draft_that_was_called_off_has_no_materials_but_for_who_knows_of_it(
    client, cast, workshop, material
):
    workshop.status = WorkshopStatus.DRAFT
    desk.cancel(workshop, by=cast.orn)
    db.session.commit()
    for address in (PAGE, ZIP, f"/materials/{material.code}"):
        assert client.sign_out().get(address).status_code == 404
        assert client.sign_in(cast.lamai).get(address).status_code == 404
        assert client.sign_in(cast.wit).get(address).status_code == 200
        assert client.sign_in(cast.orn).get(address).status_code == 200
    client.sign_in(cast.wit).get(PAGE)
    assert "/workshops/pmqa40-2566" not in client.page.links()


@pytest.mark.both_databases
def test_the_page_asks_the_same_for_one_and_thirty_and_writes_nothing(client, cast, talk, material, queries):
    client.sign_in(cast.lamai)
    with queries() as few:
        client.get(PAGE)
    for number in range(30):
        hand_out(talk, cast.wit, title=str(number))
    with queries() as many:
        client.get(PAGE)
    assert len(few) == len(many) <= 10
    assert not [one for one in many if one.split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_titles_are_text_and_nothing_else(client, cast, talk):
    hand_out(talk, cast.wit, title="<script>alert(1)</script>")
    client.get(PAGE)
    assert "<script>alert(1)</script>" in client.page.main


@pytest.mark.parametrize("address", ["/workshops/pmqa40-2566", "/"])
def test_the_way_to_the_materials_stands_where_there_are_some(client, cast, talk, address):
    client.get(address)
    assert PAGE not in client.page.links()
    hand_out(talk, cast.wit)
    client.get(address)
    assert PAGE in client.page.links()


def test_who_has_a_seat_finds_the_materials_on_the_own_page(client, cast, workshop, material):
    registration.register(workshop, user=cast.lamai)
    client.sign_in(cast.lamai).get("/me")
    assert PAGE in client.page.links()
    materials.withdraw(material, by=cast.wit)
    client.get("/me")
    assert PAGE not in client.page.links()


# --- one file


def test_a_file_comes_whole_with_its_thai_name_and_headers_that_protect(client, cast, talk):
    material = hand_out(talk, cast.wit, file(handed.PPTX, "สไลด์ วันแรก.pptx"))
    got = client.get(f"/materials/{material.code}/x.pptx")
    assert (got.status_code, got.data) == (200, handed.PPTX)
    assert (
        got.headers["Content-Type"]
        == "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    )
    assert got.headers["Content-Length"] == str(len(handed.PPTX))
    assert got.headers["Content-Disposition"] == (
        "attachment; filename=\"file.pptx\"; filename*=UTF-8''"
        "%E0%B8%AA%E0%B9%84%E0%B8%A5%E0%B8%94%E0%B9%8C%20%E0%B8%A7%E0%B8%B1%E0%B8%99%E0%B9%81%E0%B8%A3%E0%B8%81.pptx"
    )
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert got.headers["ETag"] == f'"{material.versions[0].digest}"'
    assert got.headers["Last-Modified"] == "Mon, 13 Feb 2023 02:00:00 GMT"
    assert got.headers["Accept-Ranges"] == "bytes"
    assert got.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Encoding" not in got.headers


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("สไลด์.pdf", "inline"),
        ("ภาพ.png", "inline"),
        ("ภาพ.webp", "inline"),
        ("แนวทาง.docx", "attachment"),
        ("เดิม.doc", "attachment"),
    ],
)
def test_only_pdf_and_images_open_in_the_browser(client, cast, talk, name, how):
    material = hand_out(talk, cast.wit, file(handed.TAKEN[name], name))
    assert client.get(f"/materials/{material.code}").headers["Content-Disposition"].startswith(how + ";")


@pytest.fixture
def long(talk, cast):
    return hand_out(talk, cast.wit, file(handed.PDF + bytes(range(256)) * 4, "ยาว.pdf"))


def ranged(client, material, wanted, **headers):
    return client.get(f"/materials/{material.code}", headers={"Range": wanted, **headers})


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-10", -10, None),
        ("bytes=5-5", 5, 6),
        ("bytes=900-99999", 900, None),
    ],
)
def test_a_part_is_sent_where_one_is_asked_for(client, long, wanted, start, end):
    whole = b"".join(blobs.open_range(long.versions[0].digest, 0, long.versions[0].size))
    got = ranged(client, long, wanted)
    assert (got.status_code, got.data) == (206, whole[start:end])
    first = start if start >= 0 else len(whole) + start
    assert got.headers["Content-Range"] == f"bytes {first}-{first + len(got.data) - 1}/{len(whole)}"
    assert got.headers["Content-Length"] == str(len(got.data))


def test_a_download_that_broke_off_goes_on(client, long):
    whole = client.get(f"/materials/{long.code}")
    rest = ranged(client, long, "bytes=400-", **{"If-Range": whole.headers["ETag"]})
    assert (rest.status_code, whole.data[:400] + rest.data) == (206, whole.data)
    dated = ranged(client, long, "bytes=400-", **{"If-Range": whole.headers["Last-Modified"]})
    assert dated.status_code == 206


def test_a_download_of_what_was_replaced_meanwhile_begins_anew(client, long, cast):
    before = client.get(f"/materials/{long.code}").headers["ETag"]
    materials.replace(long, file(), by=cast.wit)
    db.session.commit()
    got = ranged(client, long, "bytes=400-", **{"If-Range": before})
    assert (got.status_code, got.data) == (200, handed.PDF)


@pytest.mark.parametrize("wanted", ["bytes=99999-", "bytes=99999-100000"])
def test_a_part_beyond_the_end_is_refused_with_the_length(client, long, wanted):
    got = ranged(client, long, wanted)
    assert (got.status_code, got.data) == (416, b"")
    assert got.headers["Content-Range"] == f"bytes */{long.versions[0].size}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=1-2", "bytes=x", "bytes=9-3", "0-5"])
def test_a_range_of_another_kind_gets_the_whole(client, long, wanted):
    got = ranged(client, long, wanted)
    assert (got.status_code, len(got.data)) == (200, long.versions[0].size)


def test_what_the_browser_has_is_not_sent_again(client, long, cast):
    got = client.get(f"/materials/{long.code}")
    for header, value in (
        ("If-None-Match", got.headers["ETag"]),
        ("If-Modified-Since", got.headers["Last-Modified"]),
    ):
        again = client.get(f"/materials/{long.code}", headers={header: value})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == got.headers["ETag"]
    materials.replace(long, file(), by=cast.wit)
    db.session.commit()
    assert (
        client.get(f"/materials/{long.code}", headers={"If-None-Match": got.headers["ETag"]}).status_code
        == 200
    )


@pytest.mark.both_databases
def test_only_what_is_handed_out_from_its_beginning_is_counted(client, long):
    address = f"/materials/{long.code}"
    etag = client.get(address).headers["ETag"]
    assert counted() == [1]
    client.head(address)
    client.get(address, headers={"If-None-Match": etag})
    ranged(client, long, "bytes=100-200")
    ranged(client, long, "bytes=99999-")
    assert counted() == [1]
    ranged(client, long, "bytes=0-99")
    assert counted() == [2]


def test_head_tells_the_length_and_sends_nothing(client, long):
    got = client.head(f"/materials/{long.code}")
    assert (got.status_code, got.data, got.content_length) == (200, b"", long.versions[0].size)


def test_a_count_that_cannot_be_written_does_not_fail_the_download(client, material, monkeypatch):
    def fall(_ids) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(handouts, "count", fall)
    assert client.get(f"/materials/{material.code}").data == handed.PDF
    assert counted() == [0]


def test_a_link_leads_there_and_is_counted(client, cast, talk):
    material = hand_out(talk, cast.wit, materials.link("https://www.youtube.com/watch?v=1"))
    got = client.get(f"/materials/{material.code}")
    assert (got.status_code, got.headers["Location"]) == (303, "https://www.youtube.com/watch?v=1")
    assert counted() == [1]


def test_the_direct_link_to_what_is_not_for_the_reader_yet_leads_to_the_reason(client, cast, talk):
    seated = hand_out(talk, cast.wit, audience=Audience.REGISTERED)
    later = hand_out(talk, cast.wit, title="ภายหลัง", visible_from=LATER)
    came = hand_out(talk, cast.wit, title="ผู้มา", audience=Audience.ATTENDED)
    reasons = (
        (seated, "ยังเปิด สไลด์วันแรก ไม่ได้ สำหรับผู้ที่ได้ที่นั่งในงานนี้"),
        (later, "ยังเปิด ภายหลัง ไม่ได้ เห็นได้ตั้งแต่ 20 ก.พ. 2566 09:00 น."),
        (came, "ยังเปิด ผู้มา ไม่ได้ สำหรับผู้ที่มาอบรมงานนี้ เปิดหลังผู้จัดบันทึกการเข้าอบรม"),
    )
    client.sign_in(cast.sakda)
    for material, reason in reasons:
        for address in (f"/materials/{material.code}", f"/materials/{material.code}/ชื่อ.pdf"):
            got = client.get(address)
            assert (got.status_code, got.headers["Location"]) == (303, PAGE)
            client.follow(got)
            assert client.page.flashes == [reason]
    assert counted() == [0, 0, 0]


def test_what_was_taken_back_is_not_there_for_who_could_never_change_it(client, cast, talk):
    material = hand_out(talk, cast.wit)
    materials.withdraw(material, by=cast.wit)
    db.session.commit()
    for reader in (cast.sakda, cast.lamai):
        assert client.sign_in(reader).get(f"/materials/{material.code}").status_code == 404


def test_who_is_signed_out_is_asked_who_they_are_first(client, cast, talk):
    material = hand_out(talk, cast.wit, audience=Audience.REGISTERED)
    got = client.sign_out().get(f"/materials/{material.code}/สไลด์.pdf")
    assert got.status_code == 303
    assert got.headers["Location"].startswith("/sign-in?next=/materials/")
    for code in ("NOBODY22", "1", "%00", "../../etc/passwd"):
        assert client.get(f"/materials/{code}").status_code == 404
    assert counted() == [0]


def test_content_gone_from_the_storage_is_a_page_that_is_not_there_and_stands_in_the_log(
    client, app, material, caplog
):
    blobs.sweep((), older_than=timedelta(days=-1))
    assert client.get(f"/materials/{material.code}").status_code == 404
    assert material.versions[0].digest in caplog.text
    assert client.get(ZIP).status_code == 404
    assert counted() == [0]


# --- all of them


def unzipped(got) -> zipfile.ZipFile:
    assert got.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(got.data))
    assert archive.testzip() is None
    return archive


def test_the_zip_holds_all_one_may_have_under_names_of_their_own(
    client, cast, talk, workshop, tmp_path: Path
):
    other = handed.talk(workshop, cast.wit, code="other", title="อีกหัวข้อ")
    hand_out(talk, cast.wit)
    hand_out(other, cast.wit, file(handed.PDF + b"2", "สไลด์.pdf"), title="อีกฉบับ")
    hand_out(other, cast.wit, file(handed.PNG, "LINKS.png"), title="ภาพ")
    hand_out(other, cast.wit, materials.link("https://example.org/v"), title="วิดีโอ")
    hand_out(other, cast.wit, file(handed.GIF, "ลับ.gif"), title="ลับ", audience=Audience.REGISTERED)
    got = client.get(ZIP)
    archive = unzipped(got)
    assert archive.namelist() == ["สไลด์.pdf", "สไลด์ (2).pdf", "LINKS.png", "links.txt"]
    assert [archive.read(name) for name in archive.namelist()[:3]] == [
        handed.PDF,
        handed.PDF + b"2",
        handed.PNG,
    ]
    assert archive.read("links.txt").decode("utf-8-sig") == "วิดีโอ\r\nhttps://example.org/v\r\n"
    assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    assert archive.infolist()[0].flag_bits & 0x800
    assert archive.infolist()[0].date_time == (2023, 2, 13, 9, 0, 0)
    assert got.headers["Content-Disposition"].startswith('attachment; filename="materials-pmqa40-2566.zip"')
    assert counted() == [1, 1, 1, 0, 0]
    place = tmp_path / "all.zip"
    place.write_bytes(got.data)
    assert subprocess.run(["unzip", "-tq", str(place)], check=False, capture_output=True).returncode == 0


@pytest.mark.both_databases
def test_the_zip_of_who_has_a_seat_holds_more(client, cast, talk, workshop):
    hand_out(talk, cast.wit)
    hand_out(talk, cast.wit, file(handed.GIF, "เฉพาะ.gif"), title="เฉพาะ", audience=Audience.REGISTERED)
    registration.register(workshop, user=cast.lamai)
    assert len(unzipped(client.get(ZIP)).namelist()) == 1
    assert len(unzipped(client.sign_in(cast.lamai).get(ZIP)).namelist()) == 2


def test_links_alone_make_no_zip(client, cast, talk):
    hand_out(talk, cast.wit, materials.link("https://example.org/v"))
    assert client.get(ZIP).status_code == 404


def test_one_content_missing_leaves_the_others_in_the_zip(client, cast, talk, material, caplog):
    gone = hand_out(talk, cast.wit, file(handed.GIF, "หาย.gif"), title="หาย")
    digest = gone.versions[0].digest
    blobs.sweep({material.versions[0].digest}, older_than=timedelta(days=-1))
    assert unzipped(client.get(ZIP)).namelist() == ["สไลด์.pdf"]
    assert digest in caplog.text
