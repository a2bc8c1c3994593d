"""Files as speakers hand them out, made by hand: small, and what they say they are."""

import io
import struct
import zipfile
from datetime import datetime

import xlsxwriter
from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.programme import materials
from portal.programme.models import Audience, Material, Speaker, Talk, TalkSpeaker, Workshop

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
HTML = b"<!doctype html><title>x</title><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00\x03" + bytes(200)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in parts.items():
            archive.writestr(name, held, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return file.getvalue()


def open_xml(main: str, folder: str, **others: bytes) -> bytes:
    """A .docx, .pptx … whose main part is of this type."""
    types = f'<?xml version="1.0"?><Types><Override PartName="/{folder}/main.xml" ContentType="application/{main}.main+xml"/></Types>'
    return zipped({"[Content_Types].xml": types.encode(), f"{folder}/main.xml": b"<x/>", **others})


DOCX = open_xml("vnd.openxmlformats-officedocument.wordprocessingml.document", "word")
PPTX = open_xml("vnd.openxmlformats-officedocument.presentationml.presentation", "ppt")
DOCM = open_xml("vnd.ms-word.document.macroEnabled", "word")


def xlsx() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("ตาราง").write(0, 0, "สวัสดี")
    return file.getvalue()


def oasis(kind: str, **others: bytes) -> bytes:
    """An OpenDocument file: text, spreadsheet or presentation."""
    media_type = f"application/vnd.oasis.opendocument.{kind}".encode()
    return zipped({"mimetype": media_type, "content.xml": b"<x/>", **others})


def ole(*names: str) -> bytes:
    """An old Office file with empty streams of these names: a head, a table of sectors and the directory."""
    entries = b""
    for number, name in enumerate(("Root Entry", *names)):
        letters = name.encode("utf-16-le")
        entry = letters.ljust(64, b"\0") + struct.pack("<H", len(letters) + 2) + bytes([2 if number else 5])
        entries += entry.ljust(128, b"\0")
    sectors = -(-len(entries) // 512)
    entries = entries.ljust(sectors * 512, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    head = head.ljust(44, b"\0") + struct.pack("<II", 1, 1)
    head = head.ljust(76, b"\0") + struct.pack("<I", 0) + b"\xff" * (108 * 4)
    chain = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    table = b"".join(struct.pack("<I", one) for one in chain).ljust(512, b"\xff")
    return head + table + entries


# name → bytes of every kind that is taken
TAKEN = {
    "สไลด์.pdf": PDF,
    "ภาพ.png": PNG,
    "ภาพ.jpg": JPEG,
    "ภาพ.jpeg": JPEG,
    "ภาพ.gif": GIF,
    "ภาพ.webp": WEBP,
    "แนวทาง.docx": DOCX,
    "ตาราง.xlsx": xlsx(),
    "สไลด์.pptx": PPTX,
    "เดิม.doc": ole("1Table", "WordDocument"),
    "เดิม.xls": ole("Workbook"),
    "เก่ากว่า.xls": ole("Book"),
    "เดิม.ppt": ole("Current User", "Pictures", "a", "b", "c", "d", "PowerPoint Document"),
    "แนวทาง.odt": oasis("text"),
    "ตาราง.ods": oasis("spreadsheet"),
    "สไลด์.odp": oasis("presentation"),
}


def talk(
    workshop: Workshop, *givers: User, code: str = "writing", title: str = "เขียนรายงานให้ตรงเกณฑ์"
) -> Talk:
    """A talk of the workshop that these people give."""
    made = Talk(workshop=workshop, code=code, title_th=title, position=len(workshop.talks) + 1)
    db.session.add(made)
    for number, user in enumerate(givers):
        speaker = db.session.scalar(select(Speaker).where(Speaker.user_id == user.id))
        speaker = speaker or Speaker(code=f"speaker-{user.id}", name=user.name, user=user)
        made.speakers.append(TalkSpeaker(speaker=speaker, position=number))
    db.session.commit()
    return made


def file(data: bytes = PDF, name: str = "สไลด์.pdf") -> materials.File:
    """A file as it is when it was taken."""
    return materials.take(io.BytesIO(data), name, most_mb=100)


def hand_out(
    of: Talk,
    by: User,
    content: materials.Content | None = None,
    *,
    title: str = "สไลด์วันแรก",
    audience: Audience = Audience.EVERYONE,
    visible_from: datetime | None = None,
) -> Material:
    """A material of the talk, committed."""
    made = materials.add(
        of, content or file(), title=title, audience=audience, visible_from=visible_from, by=by
    )
    db.session.commit()
    return made
