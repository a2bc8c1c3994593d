"""QTI as it is handed over: one item as XML, or a zip with a manifest; what an item asks is qti_items' matter. Nothing is unpacked to disk."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from urllib.parse import unquote

from portal.authoring import qti_items, xml_tree
from portal.authoring.brought import MOST_BYTES, Brought, LeftOut, Reading, Unreadable, most_of
from portal.authoring.qti_items import Files
from portal.authoring.xml_tree import Node
from portal.core.i18n import _

MANIFEST = "imsmanifest.xml"
MOST_ENTRIES = 20_000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PACKED = 50  # times that a part may grow, where it is larger than a megabyte

_ITEM = re.compile(r"imsqti_item_xmlv[23]p\d+", re.IGNORECASE)
_OLD = re.compile(r"imsqti_(?:item_|test_)?(?:xml)?v?1p", re.IGNORECASE)
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


def read(data: bytes, filename: str, *, taken: Mapping[str, bytes] | None = None, room: int = 0) -> Brought:
    """The questions of a QTI zip, or of a single item. Refuses with Unreadable what is neither, or made to harm."""
    if not data.startswith(b"PK"):
        return read_tree(xml_tree.parse(data), filename, taken=taken, room=room)
    reading = Reading(filename, taken or {}, room)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive)
            _read_all(archive, reading)
    except _BROKEN as no:
        raise Unreadable(_("ไฟล์ zip เสียหายหรือเข้ารหัสไว้")) from no
    reading.file = filename
    return reading.done()


def read_tree(
    root: Node, filename: str, *, taken: Mapping[str, bytes] | None = None, room: int = 0
) -> Brought:
    """The question of a single item."""
    qti_items.plain_names(root)
    if root.name != qti_items.ITEM:
        raise Unreadable(_("ไฟล์นี้ไม่ใช่ข้อของ QTI 2.1 หรือ 3.0: เริ่มด้วย <%(name)s>", name=root.name[:40]))
    reading = Reading(filename, taken or {}, room)
    _take(root, reading, lambda _address: None)
    return reading.done()


def _take(root: Node, reading: Reading, files: Files) -> None:
    try:
        reading.comes(qti_items.question(root, reading, files), root.line)
    except LeftOut as no:
        title = root.attributes.get("title") or root.attributes.get("identifier", "")
        reading.leaves_out(no.line or root.line, f"{no} ({most_of(title)})")


def _check(archive: zipfile.ZipFile) -> None:
    """Refuse names that lead out of the package, and what would unpack to more than we read."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise Unreadable(_("ไฟล์ zip ใหญ่เกินไปเมื่อคลายออก"))
    for one in entries:
        name = one.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
            raise Unreadable(_("ไฟล์ zip มีที่อยู่ที่ออกนอกโฟลเดอร์: %(name)s", name=name[:80]))
        if one.file_size > 1024 * 1024 and one.file_size > MOST_PACKED * max(one.compress_size, 1):
            raise Unreadable(_("ไฟล์ zip ใหญ่เกินไปเมื่อคลายออก"))


def _part(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """What this part holds; None where it is missing or too large."""
    try:
        with archive.open(name) as part:
            held = part.read(MOST_BYTES + 1)
    except KeyError:
        return None
    return held if len(held) <= MOST_BYTES else None


def _read_all(archive: zipfile.ZipFile, reading: Reading) -> None:
    for name in _items(archive, reading):
        reading.file = name
        body = _part(archive, name)
        if body is None:
            reading.leaves_out(1, _("ไม่มีไฟล์นี้ใน zip หรือใหญ่เกินไป"))
            continue
        try:
            root = xml_tree.parse(body)
        except Unreadable as no:
            reading.leaves_out(no.line or 1, str(no))
            continue
        qti_items.plain_names(root)
        if root.name == qti_items.ITEM:
            _take(root, reading, _files(archive, name))
        else:
            reading.leaves_out(
                root.line, _("ไฟล์นี้ไม่ใช่ข้อของ QTI 2.1 หรือ 3.0: เริ่มด้วย <%(name)s>", name=root.name[:40])
            )


def _files(archive: zipfile.ZipFile, item: str) -> Files:
    def body(address: str) -> bytes | None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(item), unquote(address)))
        return _part(archive, path)

    return body


def _items(archive: zipfile.ZipFile, reading: Reading) -> list[str]:
    """The parts that are items, in the order of the manifest; without one every XML is tried."""
    names = archive.namelist()
    manifest = min((name for name in names if posixpath.basename(name) == MANIFEST), key=len, default=None)
    body = _part(archive, manifest) if manifest else None
    if manifest is None or body is None:
        return sorted(name for name in names if name.lower().endswith(".xml"))
    root, found = xml_tree.parse(body), []
    for resource in (one for one in root.walk() if one.name == "resource"):
        kind = resource.attributes.get("type", "")
        path = posixpath.normpath(
            posixpath.join(posixpath.dirname(manifest), unquote(resource.attributes.get("href", "")))
        )
        if _ITEM.match(kind):
            found.append(path)
        elif _OLD.match(kind):
            reading.file = manifest
            reading.leaves_out(
                resource.line, _("QTI รุ่น 1 ใช้ในระบบนี้ไม่ได้ ส่งออกเป็น QTI 2.1 หรือ 3.0 (%(file)s)", file=path)
            )
    return list(dict.fromkeys(found))
