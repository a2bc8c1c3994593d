"""flask workshops dump and load: the same workshops as text files, and back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select

from config import ROOT
from portal.core.db import db
from portal.programme import content_files, desk, history, text_files
from portal.programme.desk import text_of
from portal.programme.models import Workshop, WorkshopStatus, WorkshopVersion
from tests.programme.offer import offered
from tests.programme.texts import FULL, pair

Run = Callable[..., Result]
A, B = "pmqa40-2566", "excellence-2566"

pytestmark = pytest.mark.usefixtures("programme_2566")


@pytest.fixture
def run(app) -> Run:
    """run("dump", …) — the command as `flask workshops` calls it, with what it said and how it ended."""
    runner = app.test_cli_runner()

    def invoke(*arguments: object) -> Result:
        db.session.commit()
        result: Result = runner.invoke(args=["workshops", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        db.session.expire_all()
        return result

    return invoke


def versions() -> int:
    return db.session.scalar(select(func.count()).select_from(WorkshopVersion)) or 0


def write(folder: Path, *texts) -> Path:
    folder.mkdir(exist_ok=True)
    for text in texts:
        (folder / f"{text.code}.toml").write_text(text_files.write(text), "utf-8")
    return folder


# --- dump


def test_what_content_loaded_is_dumped_as_the_same_workshops(run, tmp_path):
    result = run("dump", tmp_path / "out")
    assert result.stdout.splitlines() == [str(tmp_path / "out" / f"{code}.toml") for code in (A, B)]
    for text in content_files.read(ROOT / "content").workshops:
        assert text_files.read((tmp_path / "out" / f"{text.code}.toml").read_text("utf-8")) == text


def test_a_dump_beside_the_awards_is_a_content_folder_again(run, tmp_path):
    run("dump", tmp_path / "workshops")
    for name in ("awards", "speakers.toml"):
        (tmp_path / name).symlink_to(ROOT / "content" / name)
    assert content_files.read(tmp_path).workshops == content_files.read(ROOT / "content").workshops


def test_everything_set_is_dumped_and_loads_back_as_nothing_new(run, tmp_path):
    desk.create(FULL, by=None)
    run("dump", tmp_path)
    assert text_files.read((tmp_path / "full-2566.toml").read_text("utf-8")) == FULL
    result = run("load", tmp_path)
    assert result.stdout.splitlines() == [f"kept {code}" for code in (B, "full-2566", A)]
    assert versions() == 1


def test_one_workshop_may_be_dumped_in_place_of_the_file_that_was(run, tmp_path):
    (tmp_path / f"{A}.toml").write_text("# older\n", "utf-8")
    assert run("dump", tmp_path, "--code", A).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{A}.toml"]
    assert "older" not in (tmp_path / f"{A}.toml").read_text("utf-8")


def test_a_workshop_that_is_not_there_is_not_dumped(run, tmp_path):
    result = run("dump", tmp_path, "--code", "nothing")
    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "nothing" in result.stderr


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_that_cannot_be_written_into_is_named_in_a_sentence(run, tmp_path, made):
    (tmp_path / "file").write_text("no folder")
    folder = tmp_path / "file" / "out"
    if made:  # a folder, but its place is taken
        folder = tmp_path / "out"
        (folder / f"{A}.toml").mkdir(parents=True)
    result = run("dump", folder)
    assert result.exit_code == 1
    assert "ไม่ได้" in result.stderr
    assert str(folder) in result.stderr
    assert "Traceback" not in result.stderr


# --- load


@pytest.mark.parametrize("status", list(WorkshopStatus))
def test_a_new_workshop_is_created_with_the_status_of_its_file(run, tmp_path, status):
    text = replace(FULL, status=status)
    result = run("load", write(tmp_path / "in", text))
    assert result.stdout == "created full-2566\n"
    workshop = db.session.scalars(select(Workshop).where(Workshop.code == "full-2566")).one()
    assert text_of(workshop) == text


def test_what_is_there_is_changed_and_told_with_a_version_of_each(run, tmp_path):
    text = text_of(offered(A))
    changed = replace(
        text, venue="กรุงเทพฯ", sessions=(replace(text.sessions[0], room="ห้อง 1"), text.sessions[1])
    )
    result = run("load", write(tmp_path / "in", changed) / f"{A}.toml")
    assert result.stdout.splitlines() == [
        f"changed {A}",
        "  สถานที่: – → กรุงเทพฯ",
        "  วันที่หนึ่ง: ห้อง: – → ห้อง 1",
    ]
    workshop = offered(A)
    assert text_of(workshop) == changed
    new, old = history.versions_of(workshop)
    assert (new.number, f"{A}.toml" in new.note, history.text_at(old)) == (2, True, text)
    assert [session.sequence for session in workshop.sessions] == [1, 1]


def test_a_dry_run_says_the_same_and_keeps_nothing(run, tmp_path):
    folder = write(tmp_path / "in", replace(text_of(offered(A)), venue="กรุงเทพฯ"), FULL)
    dry = run("load", folder, "--dry-run")
    assert dry.exit_code == 0
    assert (offered(A).venue, versions()) == ("", 0)
    assert db.session.scalar(select(Workshop).where(Workshop.code == FULL.code)) is None
    wet = run("load", folder)
    assert dry.stdout.splitlines()[:-1] == wet.stdout.splitlines()
    assert "nothing was kept" in dry.stdout


@pytest.mark.parametrize(
    ("since", "to"),
    [
        ("draft", "published"),
        ("draft", "closed"),
        ("draft", "cancelled"),
        ("published", "closed"),
        ("published", "cancelled"),
        ("closed", "published"),
        ("closed", "cancelled"),
        ("cancelled", "published"),
        ("cancelled", "closed"),
    ],
)
def test_a_file_tells_the_status_too(run, tmp_path, since, to):
    workshop = offered(A)
    workshop.status = WorkshopStatus(since)
    text = replace(text_of(workshop), status=WorkshopStatus(to))
    result = run("load", write(tmp_path / "in", text))
    assert result.exit_code == 0, result.stderr
    assert "สถานะ" in result.stdout
    assert workshop.status == to
    assert history.versions_of(workshop)[0].status == to


@pytest.mark.parametrize("status", list(WorkshopStatus))
def test_a_file_that_says_no_status_leaves_it_as_it_is(run, tmp_path, status):
    workshop = offered(A)
    workshop.status = status
    (tmp_path / f"{A}.toml").write_bytes((ROOT / "content" / "workshops" / f"{A}.toml").read_bytes())
    result = run("load", tmp_path)
    assert (result.stdout, workshop.status) == (f"kept {A}\n", status)


def test_what_was_published_never_becomes_a_draft_again(run, tmp_path):
    text = replace(text_of(offered(A)), status=WorkshopStatus.DRAFT, venue="กรุงเทพฯ")
    result = run("load", write(tmp_path / "in", text))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{A}.toml:1: ")
    assert "ร่าง" in result.stderr
    assert offered(A).venue == ""


def test_meetings_of_the_past_and_shared_rooms_load_as_the_file_has_them(run, tmp_path, clock_at):
    text = text_of(offered(A))
    first, second = text.sessions
    crowded = (replace(first, room="ห้อง 1"), replace(second, day=first.day, room="ห้อง 1"))
    clock_at("2023-03-01T09:00:00+07:00")
    result = run("load", write(tmp_path / "in", replace(text, sessions=crowded)))
    assert result.exit_code == 0, result.stderr
    assert text_of(offered(A)).sessions == crowded


def test_all_files_or_none_with_everything_wrong_in_each(run, tmp_path):
    folder = write(tmp_path / "in", replace(text_of(offered(A)), venue="กรุงเทพฯ"))
    write(folder, replace(text_of(offered(B)), tracks=("gold",)))
    write(folder, replace(FULL, talks=(replace(FULL.talks[0], speakers=("nobody",)),)))
    (folder / "bad.toml").write_text("code = ", "utf-8")
    result = run("load", folder)
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "bad.toml",
        f"{B}.toml",
        "full-2566.toml",
    ]
    assert (offered(A).venue, versions()) == ("", 0)


def test_what_the_desk_refuses_ends_the_whole_load(run, tmp_path):
    workshop = offered(B)
    desk.save(workshop, replace(text_of(workshop), venue="ก"), by=None, version=1)
    folder = write(tmp_path / "in", replace(text_of(offered(A)), venue="กรุงเทพฯ"))
    write(folder, replace(text_of(workshop), status=WorkshopStatus.DRAFT))
    assert run("load", folder).exit_code == 1
    assert (offered(A).venue, versions()) == ("", 2)


def test_a_file_is_named_like_its_workshop(run, tmp_path):
    path = write(tmp_path / "in", replace(FULL, title=pair("ก"))) / "full-2566.toml"
    path.rename(path.with_name("other.toml"))
    result = run("load", tmp_path / "in")
    assert (result.exit_code, "full-2566.toml" in result.stderr) == (1, True)


def test_an_empty_folder_is_refused(run, tmp_path):
    result = run("load", tmp_path)
    assert (result.exit_code, ".toml" in result.stderr) == (1, True)


def test_a_path_that_is_not_there_is_refused(run, tmp_path):
    assert run("load", tmp_path / "nothing").exit_code == 2
