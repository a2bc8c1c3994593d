"""The bytes must be what the name says: every kind that is taken, and everything else with a sentence that says what it looks like."""

import contextlib
import io
import os
import struct

import pytest
from hypothesis import given, strategies as st

from portal.programme import containers, kinds
from tests.programme import handed


@pytest.mark.parametrize("name", handed.TAKEN)
def test_every_kind_is_known_by_its_bytes_and_fits_its_ending(app, name):
    stream = io.BytesIO(handed.TAKEN[name])
    kind = kinds.check(stream, name)
    assert "." + name.rsplit(".", 1)[1] in kind.endings
    assert stream.tell() == 0
    assert kinds.of_media_type(kind.media_type) is kind


def test_only_what_can_do_nothing_in_a_browser_is_shown_there():
    shown = {kind.media_type for kind in kinds.KINDS if kind.is_shown}
    assert shown == {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"}


def refused(name: str, data: bytes) -> str:
    with pytest.raises(kinds.NotTaken) as no:
        kinds.check(io.BytesIO(data), name)
    assert no.value.field == "file"
    assert "รับ PDF, Word" in str(no.value)
    return str(no.value)


MANY = handed.zipped({f"{n}.txt": b"" for n in range(10_001)})


@pytest.mark.parametrize(
    ("name", "data", "look"),
    [
        ("สไลด์.pdf", handed.HTML, "หน้าเว็บ HTML"),
        ("สไลด์.pdf", b"\xef\xbb\xbf \n<!-- x --><HTML>", "หน้าเว็บ HTML"),
        ("สไลด์.pdf", handed.HTML + handed.PDF, "หน้าเว็บ HTML"),
        ("สไลด์.pdf", b"\n" + handed.PDF, "ไฟล์ชนิดที่ระบบไม่รู้จัก"),
        ("ภาพ.svg", handed.SVG, "ภาพ SVG"),
        ("ภาพ.png", b"<svg onload=alert(1)>", "ภาพ SVG"),
        ("ข้อมูล.pdf", b"<?xml version='1.0'?><a/>", "ไฟล์ XML"),
        ("สไลด์.pdf", handed.EXE, "โปรแกรม"),
        ("สไลด์.exe", handed.EXE, "โปรแกรม"),
        ("สไลด์.pdf", b"\x7fELF" + bytes(99), "โปรแกรม"),
        ("สไลด์.pdf", b"#!/bin/sh\nrm -r /\n", "ชุดคำสั่ง"),
        ("สไลด์.pdf", b"", "ไฟล์ว่างเปล่า"),
        ("สไลด์.pdf", "สวัสดี".encode(), "ข้อความธรรมดา"),
        ("คลิป.mp4", bytes(4) + b"ftypisom" + bytes(99), "วิดีโอหรือเสียง"),
        ("รวม.zip", handed.zipped({"a.txt": b"a"}), "ไฟล์ ZIP"),
        ("รวม.docx", handed.zipped({"word/document.xml": b"a"}), "ไฟล์ ZIP"),
        ("รวม.rar", b"Rar!\x1a\x07", "ไฟล์บีบอัด"),
        ("ข้อความ.rtf", b"{\\rtf1 x}", "ไฟล์ RTF"),
        ("มาโคร.docx", handed.DOCM, "เอกสารที่มีแมโคร"),
        ("มาโคร.docm", handed.DOCM, "เอกสารที่มีแมโคร"),
        ("มาโคร.odt", handed.oasis("text", **{"Basic/Standard/Module1.xml": b"x"}), "เอกสารที่มีแมโคร"),
        ("มาโคร.doc", handed.ole("WordDocument", "Macros", "VBA"), "เอกสารที่มีแมโคร"),
        ("ลับ.docx", handed.ole("EncryptionInfo", "EncryptedPackage"), "เอกสารที่ตั้งรหัสผ่าน"),
        ("โปรแกรม.doc", handed.ole("Property", "SummaryInformation"), "ไฟล์ของโปรแกรมอื่น"),
        ("ไม่มีไส้.docx", handed.open_xml("vnd.openxmlformats-officedocument.wordprocessingml.document", "other"), "ไฟล์ ZIP"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_told_what_it_looks_like(app, name, data, look):
    assert f"“{name}” มีเนื้อหาเป็น{look}" in refused(name, data)


@pytest.mark.parametrize(
    ("name", "data", "ending"),
    [
        ("สไลด์.pdf", handed.PNG, ".png"),
        ("สไลด์.ppt", handed.PPTX, ".pptx"),
        ("สไลด์", handed.PDF, ".pdf"),
        ("สไลด์.pdf.exe", handed.PDF, ".pdf"),
        ("ตาราง.xls", handed.TAKEN["แนวทาง.odt"], ".odt"),
    ],
)
def test_a_name_that_says_something_else_is_refused_and_told_the_right_ending(app, name, data, ending):
    assert f"ลงท้ายด้วย {ending}" in refused(name, data)


BROKEN = {
    "a zip that ends early": handed.DOCX[:-30],
    "a zip with more parts than an office file has": MANY,
    "a zip in the long form": handed.DOCX[:-22] + b"PK\x06\x07" + bytes(16) + handed.DOCX[-22:],
    "a zip whose list lies elsewhere": handed.DOCX[:-6] + struct.pack("<I", 1 << 30) + handed.DOCX[-2:],
    "an old file that ends early": handed.ole("WordDocument")[:700],
    "an old file whose directory is a ring": handed.ole("WordDocument")[:516]
    + struct.pack("<I", 1)
    + handed.ole("WordDocument")[520:],
    "an old file with a strange sector size": handed.ole("a")[:30]
    + struct.pack("<H", 40)
    + handed.ole("a")[32:],
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_container_is_refused(app, data):
    assert "ไฟล์อาจเสีย" in refused("เอกสาร.docx", data)


@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", containers.OLE]))
def test_no_bytes_whatever_do_harm(data: bytes, head: bytes) -> None:
    with contextlib.suppress(containers.Unreadable):
        assert kinds._inside(io.BytesIO(head + data))


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8), st.sampled_from(sorted(handed.TAKEN)))
def test_no_damaged_file_does_harm(at: int, scratch: bytes, name: str) -> None:
    data = bytearray(handed.TAKEN[name])
    data[at : at + len(scratch)] = scratch
    with contextlib.suppress(containers.Unreadable):
        kinds._inside(io.BytesIO(bytes(data)))


def test_what_is_unpacked_is_bounded(app):
    bomb = handed.zipped({"[Content_Types].xml": bytes(50_000_000), "word/document.xml": b""})
    assert len(bomb) < 100_000
    assert "ไฟล์ ZIP" in refused("ระเบิด.docx", bomb)


def test_random_bytes_are_no_text(app):
    assert "ไม่รู้จัก" in refused("สุ่ม.pdf", b"\x01\xff" + os.urandom(400))
