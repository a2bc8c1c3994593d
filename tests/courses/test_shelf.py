"""What was read of an edition is taken up again by the next process, and nothing else is believed that lies there."""

import os
import pickle
from pathlib import Path

import pytest
from flask import Flask

from portal.core.db import db
from portal.courses import catalog, reader, shelf
from portal.courses.course import Course
from tests import packs


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "INSTANCE", tmp_path)
    return tmp_path / shelf.FOLDER


@pytest.fixture
def course(folder: Path) -> Course:
    """Published and read by one process; the next one knows nothing."""
    course = packs.publish()
    catalog.forget()
    return course


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The courses that were read from their files."""
    codes: list[str] = []
    real = reader.read

    def watched(code: str, *args: object, **kwargs: object) -> object:
        codes.append(code)
        return real(code, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "read", watched)
    return codes


def kept(folder: Path) -> Path:
    (place,) = folder.iterdir()
    return place


def test_the_next_process_takes_it_up_and_reads_nothing(course: Course, read: list[str]) -> None:
    assert catalog.course("sample") == course
    assert read == []


def test_what_was_changed_on_disk_is_not_believed(course: Course, folder: Path, read: list[str]) -> None:
    place = kept(folder)
    body = bytearray(place.read_bytes())
    body[-20] ^= 1
    place.write_bytes(bytes(body))
    assert catalog.course("sample") == course
    assert read == ["sample"]


def test_what_somebody_else_laid_there_is_not_even_opened(
    course: Course, folder: Path, read: list[str]
) -> None:
    opened = folder / "opened"
    place = kept(folder)

    class Bad:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(opened),)

    place.write_bytes(b"x" * 32 + pickle.dumps(Bad()))
    assert catalog.course("sample") == course
    assert not opened.exists()


def test_with_another_secret_it_is_read_anew(
    app: Flask, course: Course, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret, also long enough for all")
    assert catalog.course("sample") == course
    assert read == ["sample"]


def test_other_code_reads_for_itself(
    course: Course, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "_reader", lambda: "other")
    assert catalog.course("sample") == course
    assert read == ["sample"]


def test_where_nothing_can_be_kept_all_goes_on(
    app: Flask, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setitem(app.config, "INSTANCE", tmp_path / "file")
    assert packs.publish().code == "sample"


def test_only_the_latest_stay(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    for title in ("หนึ่ง", "สอง", "สาม"):
        packs.publish(packs.pack(title=title))
    db.session.commit()
    assert len(list(folder.iterdir())) == 2
