"""The commands of operations.md as a person at a shell meets them: what they do, print and refuse."""

import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from config import ROOT
from portal.accounts import passwords
from portal.accounts.models import Agency, Role, User
from portal.app import create_app
from portal.awards.models import Entry, Round
from portal.core import blobs, sheets
from portal.core.db import Base, db
from portal.courses.models import Edition
from portal.mail import outbox
from portal.mail.models import MessageStatus, OutboxMessage
from portal.programme.models import Workshop
from tests import cast as people, packs
from tests.conftest import settings

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """run("content", "check", …) — the command as `flask` calls it, with what it said and how it ended."""
    runner = app.test_cli_runner()

    def invoke(*arguments: object, **given: str) -> Result:
        db.session.commit()
        result = runner.invoke(args=[str(one) for one in arguments], **given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A small content/ that is sound: one award, no workshop, one course, two agencies."""
    folder = tmp_path / "content"
    (folder / "awards").mkdir(parents=True)
    shutil.copy(ROOT / "content" / "awards" / "2566.toml", folder / "awards")
    shutil.copy(ROOT / "content" / "speakers.toml", folder)
    (folder / "agencies.csv").write_bytes(
        sheets.write_csv(("code", "name_th"), [("A1", "กรมหนึ่ง"), ("A2", "กรมสอง")])
    )
    write_pack(folder / "courses" / "sample", packs.pack())
    return folder


def write_pack(folder: Path, files: dict[str, bytes]) -> None:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# --- content


def test_the_content_of_the_repository_is_sound(run: Run) -> None:
    with packs.read_once():
        result = run("content", "check")
    assert (result.exit_code, result.stdout) == (0, "content is sound\n"), result.stderr


def test_checking_asks_no_database(
    app: Flask, run: Run, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(db.engine), "connect", lambda *_: pytest.fail("asked the database"))
    assert run("content", "check", content).exit_code == 0


def spoil(content: Path) -> None:
    (content / "agencies.csv").write_bytes(
        sheets.write_csv(("code", "name_th"), [("A1", ""), ("A 2", "กรมสอง")])
    )
    award = content / "awards" / "2566.toml"
    award.write_text(award.read_text("utf-8").replace("[[milestone]]", "[[milestone]]\nodd = 1", 1), "utf-8")
    (content / "speakers.toml").write_text("[[speaker]\n", "utf-8")
    (content / "courses" / "sample" / "op" / "l1.md").unlink()


@pytest.mark.parametrize("command", ["check", "load"])
def test_everything_wrong_in_any_file_is_told_at_once_by_file_and_line_and_nothing_is_kept(
    run: Run, content: Path, command: str
) -> None:
    spoil(content)
    result = run("content", command, content)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    places = {re.split(r":\d+: ", line)[0] for line in lines}
    assert all(re.search(r":\d+: ", line) for line in lines), lines
    assert {"agencies.csv", "awards/2566.toml", "speakers.toml", "courses/sample/course.toml"} <= places
    assert len(lines) == len(set(lines))
    assert [count(model) for model in (Agency, Round, Workshop, Edition)] == [0, 0, 0, 0]


def test_a_list_of_agencies_that_is_none_is_a_finding_too(run: Run, content: Path) -> None:
    (content / "agencies.csv").write_bytes(b"")
    for command in ("check", "load"):
        result = run("content", command, content)
        assert (result.exit_code, result.stderr) == (1, "agencies.csv:1: ไฟล์นี้ว่างเปล่า\n")


def test_loading_says_what_is_new_and_the_second_time_nothing_is(run: Run, content: Path) -> None:
    first = run("content", "load", content)
    assert first.stdout.splitlines() == [
        "agencies: added 2, changed 0, kept 0",
        "award: rounds 1",
        "programme: new workshops 0, new speakers 6",
        "courses: sample edition 1",
        "facts: no list",
    ]
    assert run("content", "load", content).stdout.splitlines() == [
        "agencies: added 0, changed 0, kept 2",
        "award: rounds 1",
        "programme: new workshops 0, new speakers 0",
        "courses: as they were",
        "facts: no list",
    ]
    assert [count(model) for model in (Agency, Round, Edition)] == [2, 1, 1]


def test_a_changed_course_becomes_the_next_edition(run: Run, content: Path) -> None:
    run("content", "load", content)
    write_pack(content / "courses" / "sample", packs.pack(title="ฉบับแก้ไข"))
    assert "courses: sample edition 2" in run("content", "load", content).stdout


def test_all_of_the_repository_s_content_loads(run: Run) -> None:
    with packs.read_once():
        result = run("content", "load")
    assert result.exit_code == 0, result.stderr
    assert "new workshops 2, new speakers 6" in result.stdout
    assert "pmqa2562 edition 1, pmqa40 edition 1" in result.stdout


def test_what_is_dumped_is_what_was_published_byte_for_byte(run: Run, content: Path, tmp_path: Path) -> None:
    run("content", "load", content)
    write_pack(content / "courses" / "sample", packs.pack(title="ฉบับแก้ไข"))
    run("content", "load", content)
    for number, title in ((1, "หลักสูตรตัวอย่าง"), (2, "ฉบับแก้ไข")):
        result = run("content", "dump", "sample", tmp_path / str(number), "--number", number)
        assert result.stdout == f"sample {number}\n"
        dumped = {
            path.relative_to(tmp_path / str(number)).as_posix(): path.read_bytes()
            for path in (tmp_path / str(number)).rglob("*")
            if path.is_file()
        }
        assert dumped == packs.pack(title=title)
    assert run("content", "dump", "sample", tmp_path / "newest").stdout == "sample 2\n"


def test_a_dump_never_writes_over_anything(run: Run, content: Path, tmp_path: Path) -> None:
    run("content", "load", content)
    result = run("content", "dump", "sample", content)
    assert result.exit_code == 1
    assert "มีไฟล์อยู่แล้ว" in result.stderr


@pytest.mark.parametrize("arguments", [("none",), ("sample", "--number", "9")])
def test_a_course_or_edition_that_is_not_there_cannot_be_dumped(
    run: Run, content: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    run("content", "load", content)
    course, *options = arguments
    result = run("content", "dump", course, tmp_path / "out", *options)
    assert result.exit_code == 1
    assert result.stderr.strip()
    assert not (tmp_path / "out").exists()


# --- tables


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(columns: tuple[str, ...], *rows: tuple[str, ...], ending: str = "csv") -> Path:
        file = tmp_path / f"table.{ending}"
        file.write_bytes((sheets.write_csv if ending == "csv" else sheets.write_xlsx)(columns, rows))
        return file

    return write


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_agencies_come_from_a_table(run: Run, table: Callable[..., Path], ending: str) -> None:
    file = table(("code", "name_th"), ("A1", "กรมหนึ่ง"), ("A2", "กรมสอง"), ending=ending)
    assert run("agencies", "import", file).stdout == "added 2, changed 0, kept 0\n"


def test_every_bad_cell_of_agencies_is_named_and_no_row_is_kept(run: Run, table: Callable[..., Path]) -> None:
    result = run(
        "agencies", "import", table(("code", "name_th"), ("A1", "กรมหนึ่ง"), ("A 2", ""), ("A1", "กรมสาม"))
    )
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["A3", "B3", "A4"]
    assert count(Agency) == 0


def test_entries_come_from_a_table(run: Run, content: Path, table: Callable[..., Path]) -> None:
    run("content", "load", content)
    columns = ("agency_code", "track", "title", "stage1_passed")
    file = table(columns, ("A1", "pmqa40", "ระบบหนึ่ง", "1/2/2566"), ("A2", "excellent", "ระบบสอง", ""))
    assert run("entries", "import", file).stdout == "added 2, changed 0, kept 0\n"
    bad = run(
        "entries", "import", table(columns, ("A1", "pmqa40", "ระบบสาม", ""), ("A9", "none", "", "เมื่อวาน"))
    )
    assert [line.split(":")[0] for line in bad.stderr.splitlines()] == ["A3", "B3", "D3"]
    assert (bad.exit_code, count(Entry)) == (1, 2)


def test_entries_need_a_round(run: Run, table: Callable[..., Path]) -> None:
    result = run(
        "entries", "import", table(("agency_code", "track", "title", "stage1_passed"), ("A1", "x", "", ""))
    )
    assert result.exit_code == 1
    assert "โหลดเนื้อหาก่อน" in result.stderr


def test_a_file_that_is_not_there_is_said_by_name(run: Run) -> None:
    result = run("agencies", "import", "no-such.csv")
    assert result.exit_code == 2
    assert "no-such.csv" in result.stderr


# --- people


def test_the_first_organizer_gets_a_link_that_sets_a_password(run: Run, client) -> None:
    result = run("users", "create", "First@Agency.go.th", "ผู้จัด คนแรก", "--role", "organizer")
    said, link = result.stdout.splitlines()
    assert said == "created first@agency.go.th (organizer)"
    user = db.session.scalars(select(User)).one()
    assert (user.role, user.is_approved, user.password_hash) == (Role.ORGANIZER, True, None)
    assert client.get(link.removeprefix("http://localhost")).status_code == 200
    client.submit("/reset-password", password="ข้าวเหนียว มะม่วง 20")
    db.session.expire_all()
    assert passwords.verify(user.password_hash, "ข้าวเหนียว มะม่วง 20")


def test_a_coordinator_is_made_with_an_agency_and_a_password(run: Run) -> None:
    people.agency("A1", "กรมหนึ่ง")
    result = run(
        "users",
        "create",
        "c@agency.go.th",
        "ผู้ ประสาน",
        "--role",
        "coordinator",
        "--agency",
        "A1",
        "--password",
        "ข้าวเหนียว มะม่วง 20",
    )
    assert result.stdout == "created c@agency.go.th (coordinator)\n"
    user = db.session.scalars(select(User)).one()
    assert user.agency is not None
    assert (user.agency.code, passwords.verify(user.password_hash, "ข้าวเหนียว มะม่วง 20")) == ("A1", True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nobody", "ชื่อ"), 2, "is no e-mail address"),
        (("a@b.go.th", "ชื่อ", "--role", "king"), 2, "king"),
        (("a@b.go.th", "ชื่อ", "--agency", "NONE"), 2, "there is no agency 'NONE'"),
        (("a@b.go.th", "ชื่อ", "--role", "coordinator"), 1, "ผู้ประสานงานต้องมีหน่วยงาน"),
        (("a@b.go.th", "ชื่อ", "--password", "short"), 1, "เพิ่มอีก"),
        (("orn@demo.example", "ชื่อ"), 1, "มีผู้ใช้ orn@demo.example อยู่แล้ว"),
    ],
)
def test_nobody_is_made_by_mistake(run: Run, cast, arguments: tuple[str, ...], code: int, words: str) -> None:
    before = count(User)
    result = run("users", "create", *arguments)
    assert (result.exit_code, count(User)) == (code, before)
    assert words in result.stderr


# --- mail and the worker


def letter(subject: str = "สวัสดี") -> OutboxMessage:
    return outbox.enqueue(kind="test", to_email="lamai@demo.example", subject=subject, text="ข้อความ")


def test_what_is_due_is_sent_once(app: Flask, run: Run) -> None:
    letter("หนึ่ง")
    letter("สอง")
    assert run("mail", "send").stdout == "sent 2, to be tried again 0, failed 0\n"
    assert run("mail", "send").stdout == "sent 0, to be tried again 0, failed 0\n"
    assert len(list((app.config["INSTANCE"] / "mail").glob("*.eml"))) == 2


def test_only_so_many_are_sent_where_a_limit_is_given(run: Run) -> None:
    for _number in range(3):
        letter()
    assert "sent 2," in run("mail", "send", "--limit", "2").stdout


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation of its own, in production mode."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {"PORTAL_INSTANCE": str(tmp_path / "instance"), "PORTAL_SECRET_KEY": "k" * 40}


def flask(shell: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=shell, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def installed(app: Flask, shell: dict[str, str], tmp_path: Path) -> Path:
    """The database of that installation, with one message to send."""
    file = tmp_path / "instance" / "portal.sqlite"
    file.parent.mkdir()
    portal = create_app(settings(file.parent, f"sqlite:///{file}"))
    with portal.app_context():
        Base.metadata.create_all(db.engine)
        db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    put_letter(file)
    return file


def put_letter(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=20)) as base:
        base.execute(
            "INSERT INTO outbox_message (code, kind, to_email, to_name, subject, text, html, status, attempts, last_error, created_at, due_at)"
            " VALUES (hex(randomblob(6)), 'test', 'lamai@demo.example', '', 'สวัสดี', 'ข้อความ', '', 'queued', 0, '', '2023-02-13 02:00:00', '2023-02-13 02:00:00')"
        )
        base.commit()


def statuses(file: Path) -> list[str]:
    with closing(sqlite3.connect(file, timeout=20)) as base:
        return [row[0] for row in base.execute("SELECT status FROM outbox_message ORDER BY id")]


# `flask --app wsgi worker`, which looks for mail more often.
IMPATIENT = """
import sys
from flask.cli import main
from portal import cli
cli.WORKER_PAUSE_SECONDS = 0.1
sys.argv = ["flask", "--app", "wsgi", "worker"]
main()
"""


@pytest.fixture
def worker(shell: dict[str, str], installed: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", IMPATIENT], cwd=ROOT, env=shell)
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_for(truth: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not truth():
        assert time.monotonic() < until, "waited 30 seconds"
        time.sleep(0.05)


def test_the_worker_sends_what_comes_and_stops_when_it_is_told(
    worker: subprocess.Popen[bytes], installed: Path
) -> None:
    wait_for(lambda: statuses(installed) == ["sent"])
    put_letter(installed)
    wait_for(lambda: statuses(installed) == ["sent", "sent"])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    assert len(list((installed.parent / "mail").glob("*.eml"))) == 2


# --- copies


def test_a_copy_brings_back_what_was_there(installed: Path, shell: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "monday.sqlite"
    made = flask(shell, "backup", copy)
    assert (made.returncode, made.stdout) == (0, f"{copy}\n")
    put_letter(installed)
    assert statuses(installed) == ["queued", "queued"]
    back = flask(shell, "restore", copy, "--yes")
    assert (back.returncode, back.stdout) == (0, "restored; now run: flask db upgrade\n")
    assert statuses(installed) == ["queued"]


def test_nothing_is_put_back_without_a_yes(app: Flask, run: Run, tmp_path: Path) -> None:
    run("backup", tmp_path / "copy")
    letter()
    assert run("restore", tmp_path / "copy", input="n\n").exit_code == 1
    assert count(OutboxMessage) == 1


def test_what_is_no_copy_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("สวัสดี", "utf-8")
    result = run("restore", tmp_path / "copy", "--yes")
    assert (result.exit_code, result.stderr.strip()) == (1, "ไฟล์นี้ไม่ใช่สำเนาที่ flask backup เขียนไว้ หรือเสียหาย")


def test_a_file_that_is_there_is_not_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine", "utf-8")
    assert run("backup", tmp_path / "copy").exit_code == 1
    assert (tmp_path / "copy").read_text("utf-8") == "mine"


def test_postgresql_has_copies_of_its_own(
    app: Flask, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copy").touch()
    monkeypatch.setitem(app.config, "DATABASE_URL", "postgresql://localhost/portal")
    for command in (("backup", tmp_path / "new"), ("restore", tmp_path / "copy", "--yes")):
        result = run(*command)
        assert result.exit_code == 1
        assert "pg_dump" in result.stderr
    assert not (tmp_path / "new").exists()


def test_mail_that_failed_is_not_lost(app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = letter()
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:9")
    assert run("mail", "send").stdout == "sent 0, to be tried again 1, failed 0\n"
    db.session.expire_all()
    assert row.status is MessageStatus.QUEUED


def test_sweeping_takes_files_nobody_hands_out_once_they_are_a_day_old(app: Flask, run: Run) -> None:
    with app.app_context():
        stored = blobs.put(io.BytesIO(b"of no material"), most_bytes=100)
    (place,) = (app.config["INSTANCE"] / "blobs").rglob(stored.digest)
    assert run("materials", "sweep").output == "swept 0\n"
    os.utime(place, (0, 0))
    assert run("materials", "sweep").output == "swept 1\n"
    assert not place.exists()
