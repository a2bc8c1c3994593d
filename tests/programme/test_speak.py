"""The speaker's pages: only one's own talks, files that are what they say, and nothing typed is lost."""

import io
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import func, select

from portal.core import blobs
from portal.core.db import db
from portal.programme.models import Audience, Material, MaterialVersion, Talk, Workshop
from tests.programme import handed
from tests.programme.handed import hand_out

ADD = "/speak/talks/pmqa40-2566/writing"


@pytest.fixture
def cast(programme_2566):
    from tests import cast as cast_module

    return cast_module.gather()


@pytest.fixture
def talk(cast) -> Talk:
    workshop = db.session.scalars(select(Workshop).where(Workshop.code == "pmqa40-2566")).one()
    return handed.talk(workshop, cast.wit)


@pytest.fixture
def material(talk, cast) -> Material:
    return hand_out(talk, cast.wit)


def upload(data: bytes = handed.PDF, name: str = "สไลด์.pdf"):
    return io.BytesIO(data), name


def add(client, **fields):
    client.get(ADD)
    sent = {"file": upload(), "title": "สไลด์วันแรก", "audience": "registered"} | fields
    return client.submit(ADD, **sent)


def test_a_speaker_sees_the_talks_given_with_what_they_hand_out_and_how_often(client, cast, material):
    material.versions[0].downloads = 7
    client.sign_in(cast.wit).get("/speak")
    assert [h2.get_text() for h2 in client.page.select("h2")] == ["เขียนรายงานให้ตรงเกณฑ์"]
    assert "7 ครั้งที่เปิด สไลด์วันแรก PDF · 1 KB" in client.page.main
    assert ADD in client.page.links()


def test_a_speaker_without_talks_is_told_what_to_do(client, cast):
    assert client.sign_in(cast.wit).get("/speak").status_code == 200
    assert "เมื่อผู้จัดผูกบัญชีนี้กับวิทยากรของหัวข้อแล้ว" in client.page.main


def test_an_organizer_without_talks_is_led_to_the_workshops(client, cast):
    client.sign_in(cast.orn).get("/speak")
    assert "/workshops" in client.page.links()


@pytest.mark.parametrize("name", ["lamai", "mali", "sakda"])
def test_others_get_nowhere(client, cast, material, name):
    client.sign_in(getattr(cast, name))
    assert client.get("/speak").status_code == 403
    code = material.code
    for address in (ADD, f"/speak/materials/{code}", f"/materials/{code}/versions/1"):
        assert client.get(address).status_code == 404, address
    for address in (
        ADD,
        *(f"/speak/materials/{code}{way}" for way in ("", "/versions", "/withdrawal", "/return", "/up")),
    ):
        assert post(client, address).status_code == 404, address
    assert db.session.scalar(select(func.count(MaterialVersion.id))) == 1


def post(client, address, **data):
    client.get("/account")
    token = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"]
    return client.post(address, data={"csrf_token": token, **data})


def test_another_speaker_sees_nothing_of_it(client, cast, material, talk):
    from portal.accounts.models import Role
    from tests.cast import person

    other = person("other@demo.example", "อื่น วิทยากร", Role.SPEAKER)
    handed.talk(talk.workshop, other, code="other")
    client.sign_in(other).get("/speak")
    assert "สไลด์วันแรก" not in client.page.text
    assert client.get(ADD).status_code == 404
    assert client.get(f"/speak/materials/{material.code}").status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(client, cast, material):
    for address in ("/speak", ADD, f"/speak/materials/{material.code}"):
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
    assert client.post(ADD, data={"file": upload()}).status_code == 401


def test_a_file_is_put_on_a_talk(client, cast, talk):
    client.sign_in(cast.wit)
    response = add(client, audience="attended", visible_on="20 กุมภาพันธ์ 2566", visible_at="13:30")
    assert response.headers["Location"] == ADD
    client.follow(response)
    assert "เพิ่มเอกสารแล้ว" in client.page.flashes[0]
    made = db.session.scalars(select(Material)).one()
    assert (made.title, made.audience) == ("สไลด์วันแรก", Audience.ATTENDED)
    assert made.visible_from is not None
    assert made.visible_from.isoformat() == "2023-02-20T06:30:00+00:00"
    assert (made.versions[0].filename, made.versions[0].size) == ("สไลด์.pdf", len(handed.PDF))


def test_a_link_is_put_on_a_talk_by_an_organizer(client, cast, talk):
    client.sign_in(cast.orn)
    client.follow(add(client, file=None, url="https://www.youtube.com/watch?v=1", audience="everyone"))
    assert "ลิงก์ไปยัง www.youtube.com · ทุกคนเห็นได้" in client.page.main


def test_pressing_twice_adds_once(client, cast, talk):
    client.sign_in(cast.wit)
    add(client)
    add(client)
    assert db.session.scalar(select(func.count(Material.id))) == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"file": upload(handed.HTML)}, "file", "มีเนื้อหาเป็นหน้าเว็บ HTML"),
        ({"file": upload(handed.SVG, "ภาพ.svg")}, "file", "ภาพ SVG ซึ่งแฝงคำสั่งได้"),
        ({"file": upload(b"", "ว่าง.pdf")}, "file", "ไฟล์ว่างเปล่า"),
        ({"file": None}, "file", "เลือกไฟล์ หรือใส่ลิงก์"),
        ({"url": "https://example.org"}, "url", "อย่างใดอย่างหนึ่ง"),
        ({"file": None, "url": "http://example.org"}, "url", "ขึ้นต้นด้วย https://"),
        ({"title": " "}, "title", "กรอกช่องนี้"),
        ({"title": "ก" * 301}, "title", "300"),
        ({"audience": "nobody"}, "audience", "เลือกจากรายการ"),
        ({"visible_on": "31/2/2566"}, "visible_on", "31"),
        ({"visible_at": "9:00"}, "visible_on", "ระบุวันของเวลานี้ด้วย"),
        ({"visible_on": "20/2/2566", "visible_at": "25:00"}, "visible_at", "เขียนเวลาแบบ"),
    ],
)  # fmt: skip
def test_a_bad_form_is_told_at_its_field_and_keeps_what_was_typed(client, cast, talk, fields, field, words):
    client.sign_in(cast.wit)
    typed = {"title": "ชื่อที่พิมพ์ไว้"} | fields
    data = {"file": upload(), **typed}
    if isinstance(data.get("file"), tuple):  # a stream is read once only
        stream, name = data["file"]
        data["file"] = (io.BytesIO(stream.getvalue()), name)
    assert add(client, **data).status_code == 422
    assert client.page.soup.title.get_text().startswith("ผิดพลาด:")
    at = client.page.select(f"#{field}-error, fieldset#{field} .error")
    assert at, client.page.errors
    assert words in at[0].get_text()
    if "title" not in fields:
        assert client.page.one("#title")["value"] == "ชื่อที่พิมพ์ไว้"
    assert db.session.scalar(select(func.count(Material.id))) == 0


def test_a_file_that_was_fine_must_be_chosen_again_and_the_page_says_so(client, cast, talk):
    client.sign_in(cast.wit)
    add(client, title="")
    assert "เลือกไฟล์อีกครั้ง" in client.page.one("#file-error").get_text()


def test_a_new_version_keeps_the_address_and_shows_in_the_history(client, cast, material):
    client.sign_in(cast.wit).get(f"/speak/materials/{material.code}")
    response = client.submit("/versions", file=upload(handed.PPTX, "สไลด์ ใหม่.pptx"))
    client.follow(response)
    assert "เปลี่ยนแล้ว ที่อยู่เดิมใช้ได้ต่อ" in client.page.flashes[0]
    rows = [row.get_text(" ", strip=True) for row in client.page.select("tbody tr")]
    assert [row.split()[0] for row in rows] == ["2", "1"]
    assert "สไลด์ ใหม่.pptx" in rows[0]
    assert "วิทย์" in rows[0]
    old = client.get(f"/materials/{material.code}/versions/1")
    assert old.data == handed.PDF
    assert client.get(f"/materials/{material.code}/versions/3").status_code == 404


def test_the_same_version_again_is_said_to_be_the_same(client, cast, material):
    client.sign_in(cast.wit).get(f"/speak/materials/{material.code}")
    client.follow(client.submit("/versions", file=upload()))
    assert "เหมือนฉบับปัจจุบัน" in client.page.flashes[0]


def test_a_bad_version_is_refused_and_the_old_one_stays(client, cast, material):
    client.sign_in(cast.wit).get(f"/speak/materials/{material.code}")
    assert client.submit("/versions", file=upload(handed.EXE, "สไลด์.pdf")).status_code == 422
    assert "มีเนื้อหาเป็นโปรแกรม" in client.page.one("#file-error").get_text()
    assert client.page.one("#title")["value"] == "สไลด์วันแรก"
    assert len(material.versions) == 1


def test_facts_are_changed_and_shown_as_they_stand(client, cast, material):
    client.sign_in(cast.wit)
    page = f"/speak/materials/{material.code}"
    client.get(page)
    response = client.submit(
        page, title="ชื่อใหม่", audience="attended", visible_on="1 มีนาคม 2566", visible_at="9.00"
    )
    client.follow(response)
    assert client.page.h1 == "ชื่อใหม่"
    assert client.page.one("#visible_on")["value"] == "1 มีนาคม 2566"
    assert client.page.one("#visible_at")["value"] == "09:00"
    assert client.submit(page, title="").status_code == 422
    assert client.page.one("#visible_on")["value"] == "1 มีนาคม 2566"


def test_a_material_is_taken_out_and_brought_back(client, cast, material):
    client.sign_in(cast.wit).get(f"/speak/materials/{material.code}")
    client.follow(client.submit("/withdrawal"))
    assert "นำออกแล้ว" in client.page.main
    assert client.get(f"/materials/{material.code}").status_code == 404
    client.get(f"/speak/materials/{material.code}")
    client.follow(client.submit("/return"))
    assert client.get(f"/materials/{material.code}").status_code == 200


def test_materials_are_moved(client, cast, talk, material):
    second = hand_out(talk, cast.wit, title="สอง")
    client.sign_in(cast.wit).get(ADD)
    client.follow(client.submit(f"{second.code}/up"))
    assert [h3.get_text() for h3 in client.page.select("h3")] == ["สอง", "สไลด์วันแรก"]
    assert post(client, f"/speak/materials/{second.code}/sideways").status_code == 404


def test_looking_writes_nothing_and_asks_the_same_for_one_and_thirty(client, cast, talk, queries):
    hand_out(talk, cast.wit)
    client.sign_in(cast.wit)
    counts = {}
    for address in ("/speak", ADD):
        with queries() as statements:
            client.get(address)
        assert not [one for one in statements if one.split()[0] in ("INSERT", "UPDATE", "DELETE")]
        counts[address] = len(statements)
        assert counts[address] <= 10
    for number in range(30):
        hand_out(talk, cast.wit, title=str(number))
    for address, count in counts.items():
        with queries() as statements:
            client.get(address)
        assert len(statements) == count


def test_while_a_file_is_kept_others_may_write(client, cast, talk, app, monkeypatch):
    """Keeping 100 MB takes its time, on S3 above all: the lock of all who write is not held meanwhile."""
    kept, seen = blobs.put, []

    def put(stream, *, most_bytes):
        address = app.config["DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(address, timeout=1, isolation_level=None)) as other:
            seen.append(other.execute("BEGIN IMMEDIATE"))
            other.execute("ROLLBACK")
        return kept(stream, most_bytes=most_bytes)

    monkeypatch.setattr(blobs, "put", put)
    client.sign_in(cast.wit)
    assert add(client).status_code == 303
    assert len(seen) == 1
