"""A copy of the whole record while the portal runs, and putting one back; PostgreSQL brings tools of its own (docs/operations.md)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from portal.core.errors import Refused
from portal.core.i18n import _l


class NotAFile(Refused):
    text = _l("คำสั่งนี้ใช้กับ SQLite เท่านั้น สำหรับ PostgreSQL ใช้ pg_dump และ pg_restore")


class NotABackup(Refused):
    text = _l("ไฟล์นี้ไม่ใช่สำเนาที่ flask backup เขียนไว้ หรือเสียหาย")


class AlreadyThere(Refused):
    text = _l("มีไฟล์ชื่อนี้อยู่แล้ว ตั้งชื่ออื่น")


def database_file(url: str) -> Path:
    """The file of an SQLite address. Refuses with NotAFile."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise NotAFile
    return Path(parsed.database)


def backup(url: str, to: Path) -> None:
    """Write a consistent copy, also while people work. Refuses with NotAFile, AlreadyThere."""
    if to.exists():
        raise AlreadyThere
    part = to.with_name(to.name + ".part")
    with closing(sqlite3.connect(database_file(url))) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    part.replace(to)


def restore(url: str, from_: Path) -> None:
    """Put a copy in the place of the database; the portal must be stopped. Refuses with NotAFile, NotABackup."""
    place = database_file(url)
    try:
        with closing(sqlite3.connect(f"file:{from_}?mode=ro", uri=True)) as source:
            sound = source.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            known = source.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            if not sound or not known:
                raise NotABackup
            with closing(sqlite3.connect(place)) as target:
                source.backup(target)
    except sqlite3.DatabaseError as broken:
        raise NotABackup from broken
