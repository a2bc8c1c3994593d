"""The folders of content/courses: checked, published and dumped; the real courses among them."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT
from portal.core.db import db
from portal.courses import catalog, editions, loading
from portal.courses.models import Edition
from tests.courses import packs
from tests.packs import read_once

REAL = sorted(path.name for path in (ROOT / "content" / "courses").iterdir() if path.is_dir())


@pytest.fixture
def content(tmp_path: Path) -> Path:
    packs.write(tmp_path / "courses" / "one", packs.sound())
    packs.write(tmp_path / "courses" / "two", packs.sound())
    return tmp_path


def loaded(content: Path) -> list[tuple[str, int]]:
    found = [(edition.course, edition.number) for edition in loading.load_folder(content)]
    db.session.commit()
    return found


def stored() -> list[tuple[str, int]]:
    rows = db.session.execute(select(Edition.course, Edition.number).order_by(Edition.id))
    return [(course, number) for course, number in rows]


def test_every_course_of_the_folder_is_published(app: Flask, content: Path) -> None:
    assert loaded(content) == [("one", 1), ("two", 1)]
    assert [course.code for course in catalog.courses()] == ["one", "two"]


def test_loading_again_publishes_only_what_changed(app: Flask, content: Path) -> None:
    loaded(content)
    assert loaded(content) == []
    packs.write(content / "courses" / "two", packs.spoiled("course.toml", "members = 2", "members = 3"))
    assert loaded(content) == [("two", 2)]


def test_a_folder_loaded_before_does_not_take_back_what_was_published_on_the_web(
    app: Flask, content: Path
) -> None:
    loaded(content)
    editions.publish("one", packs.spoiled("course.toml", "members = 2", "members = 4"), by=None)
    assert loaded(content) == []
    assert stored()[-1] == ("one", 2)
    packs.write(content / "courses" / "one", packs.spoiled("course.toml", "members = 2", "members = 5"))
    assert loaded(content) == [("one", 3)]


def test_one_broken_course_stops_the_load_and_all_faults_of_all_courses_are_told(
    app: Flask, content: Path
) -> None:
    packs.write(content / "courses" / "one", packs.spoiled("course.toml", "members = 2", "members = 3"))
    packs.write(content / "courses" / "three", packs.spoiled("op/why.md", "minutes = 5", "minutes = 0"))
    packs.write(content / "courses" / "two", packs.spoiled("op/quiz.toml", "draw = 2", "draw = 9"))
    with pytest.raises(editions.BrokenPack) as refused:
        loading.load_folder(content)
    db.session.commit()
    assert [(finding.file, finding.line) for finding in refused.value.findings] == [
        ("courses/three/op/why.md", 5),
        ("courses/two/op/quiz.toml", 4),
    ]
    assert stored() == []


def test_a_folder_without_courses_is_no_fault(app: Flask, tmp_path: Path) -> None:
    assert loading.check_folder(tmp_path) == []
    assert loading.load_folder(tmp_path) == []


def test_a_dump_is_the_folder_that_was_loaded_byte_for_byte(
    app: Flask, content: Path, tmp_path: Path
) -> None:
    loaded(content)
    out = tmp_path / "out"
    assert loading.dump("one", out).number == 1
    assert editions.read_folder(out) == editions.read_folder(content / "courses" / "one") == packs.sound()


def test_an_older_edition_can_be_dumped_by_its_number(app: Flask, content: Path, tmp_path: Path) -> None:
    loaded(content)
    packs.write(content / "courses" / "one", packs.spoiled("course.toml", "members = 2", "members = 3"))
    loaded(content)
    loading.dump("one", tmp_path / "old", number=1)
    loading.dump("one", tmp_path / "new")
    assert editions.read_folder(tmp_path / "old") == packs.sound()
    assert b"members = 3" in editions.read_folder(tmp_path / "new")["course.toml"]


def test_dumping_what_is_not_there_is_refused(app: Flask, content: Path, tmp_path: Path) -> None:
    with pytest.raises(editions.UnknownEdition):
        loading.dump("one", tmp_path / "out")
    loaded(content)
    with pytest.raises(editions.UnknownEdition):
        loading.dump("one", tmp_path / "out", number=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("code", REAL)
def test_a_real_course_comes_back_byte_for_byte(app: Flask, tmp_path: Path, code: str) -> None:
    files = editions.read_folder(ROOT / "content" / "courses" / code)
    with read_once():
        editions.publish(code, files, by=None)
    loading.dump(code, tmp_path / code)
    assert editions.read_folder(tmp_path / code) == files
