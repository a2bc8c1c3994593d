"""Copies of the record: whole while people work, private, and never a trap when something is wrong."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal.core import backup as backups
from portal.core.backup import AlreadyThere, NotABackup, NotAFile, NothingToCopy, NotWritten, backup, restore


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A database as the portal keeps one, with one row."""
    file = tmp_path / "portal.sqlite"
    with closing(sqlite3.connect(file)) as open_:
        open_.execute("PRAGMA journal_mode = WAL")
        open_.execute("CREATE TABLE alembic_version (version_num TEXT)")
        open_.execute("CREATE TABLE note (words TEXT)")
        open_.execute("INSERT INTO note VALUES ('ก่อน')")
        open_.commit()
    return file


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def words(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as open_:
        return [row[0] for row in open_.execute("SELECT words FROM note ORDER BY rowid")]


def write(file: Path, text: str) -> None:
    with closing(sqlite3.connect(file)) as open_:
        open_.execute("INSERT INTO note VALUES (?)", (text,))
        open_.commit()


def test_a_copy_put_back_is_what_was_copied(place, tmp_path):
    copy = tmp_path / "monday.sqlite"
    backup(url(place), copy)
    write(place, "หลัง")
    restore(url(place), copy)
    assert words(place) == ["ก่อน"]


def test_a_copy_is_taken_while_somebody_writes_and_holds_only_what_was_finished(place, tmp_path):
    with closing(sqlite3.connect(place, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO note VALUES ('ยังไม่เสร็จ')")
        backup(url(place), tmp_path / "copy")
        writer.execute("COMMIT")
    assert words(tmp_path / "copy") == ["ก่อน"]
    assert words(place) == ["ก่อน", "ยังไม่เสร็จ"]


def test_a_copy_is_one_file_that_only_its_owner_reads(place, tmp_path):
    copy = tmp_path / "copies of monday, 100% #1?.sqlite"
    backup(url(place), copy)
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(place)) as there:
        assert there.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    left = {file.name for file in tmp_path.iterdir()} - {place.name, f"{place.name}-wal", f"{place.name}-shm"}
    assert left == {copy.name}
    restore(url(place), copy)
    assert words(place) == ["ก่อน"]


def test_a_copy_may_be_put_where_nothing_was(place, tmp_path):
    backup(url(place), tmp_path / "copy")
    restore(url(tmp_path / "new.sqlite"), tmp_path / "copy")
    assert words(tmp_path / "new.sqlite") == ["ก่อน"]


def test_no_file_is_written_over(place, tmp_path):
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(AlreadyThere):
        backup(url(place), tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"


def test_where_nothing_is_nothing_is_copied(tmp_path):
    with pytest.raises(NothingToCopy):
        backup(url(tmp_path / "none.sqlite"), tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(place, tmp_path):
    with pytest.raises(NotWritten, match="no/such"):
        backup(url(place), tmp_path / "no/such/folder")
    # Pages of 4 KB and no log beside them, which SQLite would otherwise open where chance says so.
    place.write_bytes(b"SQLite format 3\0\x10\0\1\1" + os.urandom(4092))
    before = set(tmp_path.iterdir())
    with pytest.raises(NotWritten):
        backup(url(place), tmp_path / "copy")
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "address",
    ["postgresql://localhost/portal", "postgresql+psycopg://u:p@h/d", "sqlite://", "sqlite:///:memory:"],
)
def test_only_a_file_is_copied_or_put_back(tmp_path, address):
    for command in (backup, restore):
        with pytest.raises(NotAFile):
            command(address, tmp_path / "copy")


def _no_database(file: Path) -> None:
    file.write_text("สวัสดี")


def _broken(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + os.urandom(8192))


def _of_something_else(file: Path) -> None:
    with closing(sqlite3.connect(file)) as open_:
        open_.execute("CREATE TABLE music (song TEXT)")


def _empty(file: Path) -> None:
    file.touch()


@pytest.mark.parametrize("spoil", [_no_database, _broken, _of_something_else, _empty])
def test_what_is_no_copy_is_refused_and_changes_nothing(place, tmp_path, spoil):
    spoil(tmp_path / "copy")
    with pytest.raises(NotABackup):
        restore(url(place), tmp_path / "copy")
    assert words(place) == ["ก่อน"]


def test_a_database_in_use_is_not_half_replaced(place, tmp_path, monkeypatch):
    backup(url(place), tmp_path / "copy")
    write(place, "หลัง")
    real = sqlite3.connect
    monkeypatch.setattr(backups, "MOST_TRIES", 1)
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{"timeout": 0.05, **k}))
    with closing(real(place, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotWritten):
            restore(url(place), tmp_path / "copy")
        writer.execute("ROLLBACK")
    assert words(place) == ["ก่อน", "หลัง"]
