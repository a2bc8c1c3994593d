"""A copy of the whole record while the portal runs, and putting one back; PostgreSQL brings tools of its own (docs/operations.md)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from portal.core.errors import Refused
from portal.core.i18n import _, _l

MOST_TRIES = 3  # at a database that somebody has locked; each waits up to five seconds


class NotAFile(Refused):
    text = _l("คำสั่งนี้ใช้กับ SQLite เท่านั้น สำหรับ PostgreSQL ใช้ pg_dump และ pg_restore")


class NothingToCopy(Refused):
    text = _l("ยังไม่มีฐานข้อมูลให้สำเนา สั่ง flask db upgrade ก่อน")


class NotABackup(Refused):
    text = _l("ไฟล์นี้ไม่ใช่สำเนาที่ flask backup เขียนไว้ หรือเสียหาย")


class AlreadyThere(Refused):
    text = _l("มีไฟล์ชื่อนี้อยู่แล้ว ตั้งชื่ออื่น")


class NotWritten(Refused):
    """The disk or another process stood in the way; the text says what."""


def database_file(url: str) -> Path:
    """The file of an SQLite address. Refuses with NotAFile."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise NotAFile
    return Path(parsed.database)


def backup(url: str, to: Path) -> None:
    """Write a consistent copy in one file that only its owner may read, also while people work.

    Refuses with NotAFile, NothingToCopy, AlreadyThere, NotWritten, and then leaves no file behind.
    """
    source = database_file(url)
    if not source.exists():
        raise NothingToCopy
    if to.exists():
        raise AlreadyThere
    part = to.with_name(to.name + ".part")
    try:
        part.touch(mode=0o600)
        _copy(source, part)
        with closing(sqlite3.connect(part)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")  # no log beside it that could be left behind
        part.replace(to)
    except (OSError, sqlite3.Error) as no:
        raise NotWritten(_("เขียนสำเนาไม่ได้: %(why)s", why=no)) from no
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, from_: Path) -> None:
    """Put a copy in the place of the database; the portal must be stopped. Refuses with NotAFile, NotABackup, NotWritten."""
    place = database_file(url)
    try:
        with closing(_reading(from_)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            known = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    except sqlite3.DatabaseError as broken:
        raise NotABackup from broken
    if not sound or not known:
        raise NotABackup
    try:
        _copy(from_, place)
    except (OSError, sqlite3.Error) as no:
        raise NotWritten(_("นำสำเนากลับไม่ได้ ตรวจว่าปิดระบบแล้ว: %(why)s", why=no)) from no


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _copy(source: Path, to: Path) -> None:
    """All pages of one database into another, as they stand at one moment."""
    tries = 0

    def give_up(status: int, _remaining: int, _total: int) -> None:  # else it waits for a lock without end
        nonlocal tries
        tries = tries + 1 if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else 0
        if tries > MOST_TRIES:
            raise sqlite3.OperationalError("database is locked")

    with closing(_reading(source)) as read, closing(sqlite3.connect(to)) as written:
        read.backup(written, progress=give_up)
