"""Which files are taken as materials, told from their bytes: what the name says must be what is inside; where they are kept is core.blobs' matter."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.programme import containers, filenames

HEAD = 4096


class NotTaken(Refused):
    """The file is none that is taken; the sentence says what it looks like and what is."""

    def __init__(self, text: Any) -> None:
        super().__init__(f"{text} {TAKEN}", field="file")


@dataclass(frozen=True)
class Kind:
    """One kind of file. `is_shown`: browsers may show it by itself, for it can do nothing there."""

    name: Any
    media_type: str
    endings: tuple[str, ...]
    is_shown: bool = False


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OASIS = "application/vnd.oasis.opendocument."

PDF = Kind("PDF", "application/pdf", (".pdf",), is_shown=True)
PNG = Kind("PNG", "image/png", (".png",), is_shown=True)
JPEG = Kind("JPEG", "image/jpeg", (".jpg", ".jpeg"), is_shown=True)
GIF = Kind("GIF", "image/gif", (".gif",), is_shown=True)
WEBP = Kind("WebP", "image/webp", (".webp",), is_shown=True)
DOCX = Kind("Word", f"{_OPEN_XML}wordprocessingml.document", (".docx",))
XLSX = Kind("Excel", f"{_OPEN_XML}spreadsheetml.sheet", (".xlsx",))
PPTX = Kind("PowerPoint", f"{_OPEN_XML}presentationml.presentation", (".pptx",))
DOC = Kind(_l("Word รุ่นเดิม"), "application/msword", (".doc",))
XLS = Kind(_l("Excel รุ่นเดิม"), "application/vnd.ms-excel", (".xls",))
PPT = Kind(_l("PowerPoint รุ่นเดิม"), "application/vnd.ms-powerpoint", (".ppt",))
ODT = Kind("OpenDocument Text", f"{_OASIS}text", (".odt",))
ODS = Kind("OpenDocument Spreadsheet", f"{_OASIS}spreadsheet", (".ods",))
ODP = Kind("OpenDocument Presentation", f"{_OASIS}presentation", (".odp",))
KINDS = (PDF, DOCX, XLSX, PPTX, DOC, XLS, PPT, ODT, ODS, ODP, PNG, JPEG, WEBP, GIF)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)
TAKEN = _l("รับ PDF, Word, Excel, PowerPoint, OpenDocument และภาพ PNG, JPEG, WebP, GIF ส่วนวิดีโอให้ใส่เป็นลิงก์")

_MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": ("word/", DOCX),
    b"spreadsheetml.sheet.main+xml": ("xl/", XLSX),
    b"presentationml.presentation.main+xml": ("ppt/", PPTX),
}
_OLE_STREAMS = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}
_MACROS = re.compile(r"(?:.*/)?vbaProject(?:Signature)?\.bin|Basic/.+|Scripts/.+", re.IGNORECASE)
_OLE_MACROS = {"Macros", "VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR"}

# What else a file may look like, told in the refusal only.
_LOOKS: tuple[tuple[Callable[[bytes], object], Any], ...] = (
    (lambda head: not head, _l("ไฟล์ว่างเปล่า")),
    (re.compile(rb"(?is)\A.{0,2000}<svg[\s>:]").search, _l("ภาพ SVG ซึ่งแฝงคำสั่งได้")),
    (re.compile(rb"(?is)\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|meta|div|p|h1|a|img|title)\b").search, _l("หน้าเว็บ HTML")),
    (re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml").search, _l("ไฟล์ XML")),
    (re.compile(rb"\A(?:MZ|\x7fELF|\xfe\xed\xfa|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)").search, _l("โปรแกรม")),
    (re.compile(rb"\A#!").search, _l("ชุดคำสั่ง (script)")),
    (re.compile(rb"\A(?:Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ)").search, _l("ไฟล์บีบอัด")),
    (re.compile(rb"\A(?:.{4}ftyp|\x1a\x45\xdf\xa3|RIFF.{4}AVI |\x00\x00\x01[\xb3\xba]|ID3|OggS)", re.DOTALL).search, _l("วิดีโอหรือเสียง")),
    (re.compile(rb"\A\{\\rtf").search, _l("ไฟล์ RTF")),
)  # fmt: skip


def check(stream: IO[bytes], name: str) -> Kind:
    """The kind of file that the bytes are, which is the one its (safe) name says. Refuses with NotTaken; leaves the stream at its start."""
    try:
        found = _inside(stream)
    except containers.Unreadable:
        raise NotTaken(_("เปิดอ่านไฟล์ “%(name)s” ไม่ได้ ไฟล์อาจเสียหรือส่งมาไม่ครบ", name=name)) from None
    finally:
        stream.seek(0)
    ending = filenames.split(name)[1]
    if not isinstance(found, Kind):
        raise NotTaken(_("ไฟล์ “%(name)s” มีเนื้อหาเป็น%(look)s", name=name, look=found))
    if ending not in found.endings:
        raise NotTaken(
            _(
                "ไฟล์ “%(name)s” มีเนื้อหาเป็น %(look)s ตั้งชื่อให้ลงท้ายด้วย %(ending)s แล้วส่งใหม่",
                name=name,
                look=found.name,
                ending=found.endings[0],
            )
        )
    return found


def of_media_type(media_type: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.media_type == media_type), None)


def _inside(stream: IO[bytes]) -> Any:
    """The kind that the bytes are, else words for what they look like."""
    stream.seek(0)
    head = stream.read(HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(containers.OLE):
        return _inside_ole(stream)
    if head.startswith(b"PK\x03\x04"):
        return _inside_zip(stream, head)
    return _look(head)


def _inside_zip(stream: IO[bytes], head: bytes) -> Any:
    names, types = containers.zip_parts(stream, "[Content_Types].xml")
    if any(_MACROS.fullmatch(name) for name in names) or b"macroEnabled" in types:
        return _l("เอกสารที่มีแมโคร บันทึกใหม่โดยไม่มีแมโครก่อน")
    for main, (folder, kind) in _MAIN_PARTS.items():
        if main in types and any(name.startswith(folder) for name in names):
            return kind
    if head[30:38] == b"mimetype":  # OpenDocument: first of all parts, not packed
        for kind in (ODT, ODS, ODP):
            if head[38:].startswith(kind.media_type.encode() + b"PK") and "content.xml" in names:
                return kind
    return _l("ไฟล์ ZIP")


def _inside_ole(stream: IO[bytes]) -> Any:
    names = containers.ole_names(stream)
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        return _l("เอกสารที่ตั้งรหัสผ่าน บันทึกใหม่โดยไม่มีรหัสผ่านก่อน")
    if names & _OLE_MACROS:
        return _l("เอกสารที่มีแมโคร บันทึกใหม่โดยไม่มีแมโครก่อน")
    return next((kind for name, kind in _OLE_STREAMS.items() if name in names), _l("ไฟล์ของโปรแกรมอื่น"))


def _look(head: bytes) -> Any:
    for looks_so, words in _LOOKS:
        if looks_so(head):
            return words
    try:
        head[: len(head) - 3].decode()
    except UnicodeDecodeError:
        return _l("ไฟล์ชนิดที่ระบบไม่รู้จัก")
    return _l("ข้อความธรรมดา")
