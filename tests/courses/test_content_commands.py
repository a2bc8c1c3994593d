"""`flask content check|load|dump`: the doors through which files become what is published."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from config import ROOT
from portal.accounts.models import Agency
from portal.awards.models import Round
from portal.core.db import db
from portal.courses import catalog, editions
from portal.courses.models import Edition
from portal.programme.models import Workshop
from tests.courses import packs


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The real content folder with one small course in place of the real ones."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder, ignore=shutil.ignore_patterns("courses"))
    packs.write(folder / "courses" / packs.CODE, packs.sound())
    return folder


def spoil(content: Path) -> list[str]:
    """Spoil a file of every kind; what the commands must then print, by file and line."""
    (content / "agencies.csv").open("a", encoding="utf-8").write("\nOPDC,ซ้ำ,,,,\n")
    rows = (content / "agencies.csv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    award = next((content / "awards").glob("*.toml"))
    award.write_text(award.read_text(encoding="utf-8") + "\nnothing = 1\n", encoding="utf-8")
    lines = award.read_text(encoding="utf-8").rstrip("\n").count("\n") + 1
    packs.write(content / "courses" / packs.CODE, packs.spoiled("course.toml", "members = 2", "members = 0"))
    return [
        f"agencies.csv:{len(rows)}: ",
        f"awards/{award.name}:{lines}: ",
        f"courses/{packs.CODE}/course.toml:8: ",
    ]


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_sound_content_passes_and_nothing_is_stored(runner: FlaskCliRunner, content: Path) -> None:
    result = runner.invoke(args=["content", "check", str(content)])
    assert result.exit_code == 0, result.output
    assert count(Edition) == count(Agency) == count(Round) == 0


def test_check_prints_every_fault_of_every_file_and_fails(runner: FlaskCliRunner, content: Path) -> None:
    expected = spoil(content)
    result = runner.invoke(args=["content", "check", str(content)])
    assert result.exit_code == 1
    for start in expected:
        assert sum(line.startswith(start) for line in result.output.splitlines()) == 1, result.output


def test_load_brings_everything_in_and_again_changes_nothing(runner: FlaskCliRunner, content: Path) -> None:
    result = runner.invoke(args=["content", "load", str(content)])
    assert result.exit_code == 0, result.output
    before = {model: count(model) for model in (Agency, Round, Workshop, Edition)}
    assert all(before.values())
    assert before[Edition] == 1
    assert catalog.course(packs.CODE) is not None
    assert runner.invoke(args=["content", "load", str(content)]).exit_code == 0
    assert {model: count(model) for model in before} == before


def test_load_refuses_all_of_it_when_one_file_is_broken(runner: FlaskCliRunner, content: Path) -> None:
    runner.invoke(args=["content", "load", str(content)])
    expected = spoil(content)
    result = runner.invoke(args=["content", "load", str(content)])
    assert result.exit_code == 1
    for start in expected:
        assert sum(line.startswith(start) for line in result.output.splitlines()) == 1, result.output
    assert count(Edition) == 1
    course = catalog.course(packs.CODE)
    assert course is not None
    assert course.members == 2


def test_dump_writes_what_was_loaded(runner: FlaskCliRunner, content: Path, tmp_path: Path) -> None:
    runner.invoke(args=["content", "load", str(content)])
    result = runner.invoke(args=["content", "dump", packs.CODE, str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert editions.read_folder(tmp_path / "out") == packs.sound()


def test_dump_of_an_unknown_course_or_into_a_used_folder_fails_with_a_sentence(
    runner: FlaskCliRunner, content: Path, tmp_path: Path
) -> None:
    runner.invoke(args=["content", "load", str(content)])
    unknown = runner.invoke(args=["content", "dump", "none", str(tmp_path / "out")])
    assert (unknown.exit_code, "ยังไม่มีหลักสูตร none" in unknown.output) == (1, True)
    used = runner.invoke(args=["content", "dump", packs.CODE, str(content)])
    assert (used.exit_code, "มีไฟล์อยู่แล้ว" in used.output) == (1, True)
