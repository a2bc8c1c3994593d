"""What a zip or an old Office file holds, told from its own lists without unpacking it; which of that is taken is kinds' matter.

Everything read is bounded: the lists of a hostile file are refused before they are read.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

MOST_ENTRIES = 10_000
MOST_LIST = 4 * 1024 * 1024  # bytes of a zip's own list
MOST_PART = 1024 * 1024  # bytes of the one part that is unpacked
MOST_SECTORS = 4_096  # of the directory of an old Office file
MOST_STEPS = 64  # along the chain of its allocation table: enough for half a gigabyte

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _LONG_END = b"PK\x05\x06", b"PK\x06\x07"
_NO_SECTOR = 0xFFFFFFFA  # from here on numbers mean no sector

_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class Unreadable(Exception):
    """The file is damaged, or made to harm who opens it."""


def zip_parts(stream: IO[bytes], wanted: str) -> tuple[list[str], bytes]:
    """The names of the parts, and what `wanted` holds (empty where it is missing or larger than MOST_PART). Refuses with Unreadable."""
    _check_list(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if len(names) > MOST_ENTRIES:
                raise Unreadable
            if wanted not in names:
                return names, b""
            with archive.open(wanted) as part:
                held = part.read(MOST_PART + 1)
            return names, held if len(held) <= MOST_PART else b""
    except _BROKEN as no:
        raise Unreadable from no


def _check_list(stream: IO[bytes]) -> None:
    """A zip may name millions of parts in a few megabytes; what its end says of them is checked before they are read."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22 or tail[max(0, at - 20) :].startswith(_LONG_END):
        raise Unreadable  # the long form is for more than we take
    entries, list_size = struct.unpack("<HI", tail[at + 10 : at + 16])
    if entries > MOST_ENTRIES or list_size > MOST_LIST:
        raise Unreadable


def ole_names(stream: IO[bytes]) -> set[str]:
    """The names of all streams and storages of an old Office file. Refuses with Unreadable."""
    try:
        return set(_entries(stream))
    except (struct.error, UnicodeDecodeError) as no:
        raise Unreadable from no


def _entries(stream: IO[bytes]) -> Iterator[str]:
    stream.seek(0)
    head = stream.read(512)
    shift = struct.unpack_from("<H", head, 30)[0]
    if head[:8] != OLE or shift not in (9, 12):
        raise Unreadable
    sector, seen = struct.unpack_from("<I", head, 48)[0], 0
    while sector < _NO_SECTOR:
        seen += 1
        if seen > MOST_SECTORS:
            raise Unreadable
        held = _sector(stream, sector, shift)
        for at in range(0, 1 << shift, 128):
            entry = held[at : at + 128]
            length = struct.unpack_from("<H", entry, 64)[0]
            if entry[66] and 2 <= length <= 64:
                yield entry[: length - 2].decode("utf-16-le")
        sector = _next(stream, head, sector, shift)


def _sector(stream: IO[bytes], number: int, shift: int) -> bytes:
    stream.seek((number + 1) << shift)
    found = stream.read(1 << shift)
    if len(found) < 1 << shift:
        raise Unreadable
    return found


def _next(stream: IO[bytes], head: bytes, sector: int, shift: int) -> int:
    """The sector that follows, by the file's allocation table: the first 109 parts of it stand in the head, others in a chain."""
    per = (1 << shift) // 4
    part, place = divmod(sector, per)
    if part < 109:
        table = struct.unpack_from("<I", head, 76 + 4 * part)[0]
    else:
        chain = struct.unpack_from("<I", head, 68)[0]
        steps, slot = divmod(part - 109, per - 1)
        if steps > MOST_STEPS:
            raise Unreadable
        for _ in range(steps):
            chain = struct.unpack_from("<I", _sector(stream, chain, shift), 4 * (per - 1))[0]
        table = struct.unpack_from("<I", _sector(stream, chain, shift), 4 * slot)[0]
    following: int = struct.unpack_from("<I", _sector(stream, table, shift), 4 * place)[0]
    return following
