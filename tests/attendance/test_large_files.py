"""Large files on a real server: uploads that break off, are too large or come from nobody, and downloads in bounded memory."""

import io
import socket
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench import crowd, site, zip as large_files
from bench.crowd import Pass
from bench.server import HOST, Server, serving
from portal.accounts.models import Role
from portal.core.db import db
from portal.programme.models import Material, Talk
from tests.packs import read_once
from tests.programme import handed

pytestmark = pytest.mark.bench

MB = 1024 * 1024


class Portal:
    """A real server with a limit of 8 MB, an organizer and a talk."""

    def __init__(self, here: site.Site, server: Server, organizer: Pass, address: str, workshop: str) -> None:
        self.here, self.server, self.organizer = here, server, organizer
        self.address, self.workshop = address, workshop

    def send(self, raw: bytes) -> socket.socket:
        line = socket.create_connection((HOST, self.server.port), timeout=20)
        line.sendall(raw)
        return line

    def head(self, *headers: str, cookie: bool = True) -> bytes:
        lines = [f"POST {self.address} HTTP/1.1", f"Host: {HOST}:{self.server.port}", *headers]
        lines.append(f"Content-Type: multipart/form-data; boundary={large_files.BOUNDARY}")
        if cookie:
            lines.append(f"Cookie: {self.organizer.cookie}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def answers(self) -> bool:
        connection = HTTPConnection(HOST, self.server.port, timeout=20)
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
        connection.close()
        return status == 200

    def kept(self) -> list[Path]:
        return [path for path in (self.here.folder / "blobs").rglob("*") if path.is_file()]

    def count(self) -> int:
        with self.here.open():
            return db.session.scalar(select(func.count(Material.id))) or 0


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("large")
    with read_once():
        here = site.make(folder)
    environ = {**here.environ, "PORTAL_MATERIAL_MAX_MB": "8"}
    with here.open():
        talk = db.session.scalars(select(Talk).order_by(Talk.id)).first()
        assert talk is not None
        (organizer,) = crowd.sign_in(here.app, crowd.add_people(1, [], role=Role.ORGANIZER, name="l"))
        db.session.commit()
        workshop = talk.workshop.code
        address = f"/speak/talks/{workshop}/{talk.code}"
    with serving(site.TARGET, environ, workers=1, alive="/healthz", log=folder / "log") as server:
        yield Portal(here, server, organizer, address, workshop)
    with here.app.app_context():
        db.engine.dispose()


def received(line: socket.socket) -> bytes:
    """All that comes until the server closes."""
    got = b""
    try:
        while piece := line.recv(65536):
            got += piece
    except ConnectionResetError:  # it closed while we were still sending
        pass
    return got


FORM = b"".join(
    f'--{large_files.BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, value in {"title": "x", "audience": "everyone"}.items()
) + (
    f'--{large_files.BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'.encode()
)


def form(portal: Portal) -> bytes:
    token = f'--{large_files.BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{portal.organizer.token}\r\n'
    return token.encode() + FORM


def test_an_upload_that_breaks_off_leaves_nothing_behind(portal: Portal) -> None:
    before, count = portal.kept(), portal.count()
    for part in (b"%PDF-1.7", b"%PDF-1.7" + bytes(5 * MB)):
        line = portal.send(portal.head(f"Content-Length: {7 * MB}") + form(portal) + part)
        time.sleep(0.2)
        line.close()
    assert portal.answers()
    assert (portal.kept(), portal.count()) == (before, count)


def may_write(database: Path) -> bool:
    """Whether somebody else could write to the SQLite file now."""
    with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


def test_a_slow_upload_keeps_nobody_from_writing(portal: Portal) -> None:
    line = portal.send(portal.head(f"Content-Length: {7 * MB}") + form(portal) + b"%PDF-1.7")
    time.sleep(0.2)
    assert may_write(portal.here.folder / "portal.sqlite")
    line.close()
    assert portal.answers()


def test_five_gigabytes_are_refused_at_once_with_a_page_that_says_the_limit(portal: Portal) -> None:
    began = time.monotonic()
    got = received(portal.send(portal.head(f"Content-Length: {5 * 1024 * MB}") + form(portal)))
    assert time.monotonic() - began < 5
    head, _, page = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in head.lower()
    assert "ส่งได้ครั้งละไม่เกิน 8 MB" in page.decode()
    assert portal.answers()


def test_five_gigabytes_whose_length_nobody_told_are_refused_when_the_limit_is_reached(
    portal: Portal,
) -> None:
    line = portal.send(portal.head("Transfer-Encoding: chunked"))
    sent, piece = 0, f"{MB:x}\r\n".encode() + bytes(MB) + b"\r\n"
    begin = form(portal) + b"%PDF-1.7"
    line.sendall(f"{len(begin):x}\r\n".encode() + begin + b"\r\n")
    try:
        while sent < 5 * 1024:
            line.sendall(piece)
            sent += 1
            line.setblocking(False)
            try:
                if line.recv(1, socket.MSG_PEEK) is not None:
                    break
            except BlockingIOError:
                pass
            finally:
                line.settimeout(20)
    except (ConnectionResetError, BrokenPipeError):
        pass
    assert 8 <= sent < 64
    assert b"HTTP/1.1 413" in received(line)
    assert portal.answers()


def test_who_is_not_signed_in_is_told_before_anything_is_read(portal: Portal) -> None:
    began = time.monotonic()
    got = received(
        portal.send(
            portal.head(f"Content-Length: {7 * MB}", "Connection: close", cookie=False) + form(portal)
        )
    )
    assert got.startswith(b"HTTP/1.1 401")
    assert time.monotonic() - began < 5


def test_a_form_elsewhere_takes_no_more_than_before(portal: Portal) -> None:
    raw = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {5 * MB}\r\n\r\n"
    got = received(portal.send(raw.encode() + b"x"))
    assert got.startswith(b"HTTP/1.1 413")
    assert "ส่งได้ครั้งละไม่เกิน 4 MB" in got.partition(b"\r\n\r\n")[2].decode()


def test_a_file_goes_in_and_comes_out_whole_in_parts_and_in_the_zip(portal: Portal) -> None:
    data = handed.PDF + bytes(range(256)) * 8192
    end = f"\r\n--{large_files.BOUNDARY}--\r\n".encode()
    body = form(portal) + data + end
    got = received(portal.send(portal.head(f"Content-Length: {len(body)}", "Connection: close") + body))
    assert got.startswith(b"HTTP/1.1 303")
    with portal.here.open():
        code = db.session.scalars(select(Material.code).order_by(Material.id.desc())).first()
    connection = HTTPConnection(HOST, portal.server.port, timeout=20)

    def ask(path: str, method: str = "GET", **headers: str):
        connection.request(method, path, headers={"Accept-Encoding": "gzip", **headers})
        answer = connection.getresponse()
        return answer, answer.read()

    whole, came = ask(f"/materials/{code}")
    assert (whole.status, came, whole.getheader("Content-Length")) == (200, data, str(len(data)))
    part, came = ask(f"/materials/{code}", Range=f"bytes=1000000-{len(data)}")
    assert (part.status, came) == (206, data[1000000:])
    head, came = ask(f"/materials/{code}", "HEAD")
    assert (head.status, came, head.getheader("Content-Length")) == (200, b"", str(len(data)))
    again, came = ask(f"/materials/{code}", **{"If-None-Match": whole.getheader("ETag") or ""})
    assert (again.status, came) == (304, b"")
    bundle, came = ask(f"/workshops/{portal.workshop}/materials.zip")
    assert bundle.getheader("Content-Encoding") is None
    archive = zipfile.ZipFile(io.BytesIO(came))
    assert (archive.testzip(), archive.read("a.pdf")) == (None, data)
    connection.close()


def test_a_reader_who_goes_away_in_the_middle_leaves_the_server_well(portal: Portal) -> None:
    for _ in range(3):
        line = portal.send(
            f"GET /workshops/{portal.workshop}/materials.zip HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
        line.close()
    assert portal.answers()


@pytest.mark.bench
def test_memory_is_bounded_for_uploads_and_for_the_zip(tmp_path: Path) -> None:
    with read_once():
        figures = large_files.measured(tmp_path, tmp_path / "log", file_mb=100, files=1)
    memory = [one.value for one in figures if one.unit == "MB"]
    assert len(memory) == 2
    assert (
        max(memory) < 200
    )  # a worker takes 100 to 120 (make bench says so), who holds a file or the zip 100 more
