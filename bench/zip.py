"""How much memory large files take on their way in and out: uploads of 100 MB each, and all of them as one zip."""

import io
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
from sqlalchemy import select

from bench import crowd, site
from bench.crowd import Pass
from bench.figures import Figure
from bench.server import HOST, Server, serving
from bench.site import Site
from portal.accounts.models import Role
from portal.core.db import db
from portal.programme.models import Talk, Workshop

MB = 1024 * 1024
FILE_MB, FILES = 100, 11
MOST_MB = 120
BOUNDARY = "a-part-of-the-bench"
HEAD = b"%PDF-1.7\n%"


class WrongAnswer(RuntimeError):
    """The server answered otherwise than expected."""


def measured(folder: Path, log: Path, *, file_mb: int = FILE_MB, files: int = FILES) -> list[Figure]:
    """The largest memory that one worker ever took, after the uploads and after the zip."""
    here = site.make(folder)
    workshop, address, organizer = _stage(here)
    with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as server:
        for number in range(files):
            _upload(server, address, organizer, number, file_mb * MB)
        after_uploads = most_mb(server)
        began = time.perf_counter()
        size = _download(server, f"/workshops/{workshop}/materials.zip")
        seconds = time.perf_counter() - began
        after_zip = most_mb(server)
    if size < files * file_mb * MB:
        raise WrongAnswer(f"the zip has {size} bytes")
    gb = f"{size / 1024 / MB:.2g} GB"
    return [
        Figure(f"memory of a worker, {files} uploads of {file_mb} MB", after_uploads, "MB", at_most=MOST_MB),
        Figure(f"memory of a worker, zip of {gb}", after_zip, "MB", at_most=MOST_MB),
        Figure(f"speed of a zip of {gb}", size / MB / seconds, "MB/s"),
    ]


def _stage(here: Site) -> tuple[str, str, Pass]:
    """The code of a workshop, the address that adds to one of its talks, and an organizer."""
    with here.open():
        talk = db.session.scalars(select(Talk).join(Workshop).order_by(Talk.id)).first()
        if talk is None:
            raise WrongAnswer("the content has no talk")
        (organizer,) = crowd.add_people(1, [], role=Role.ORGANIZER, name="z")
        (found,) = crowd.sign_in(here.app, [organizer])
        db.session.commit()
        return talk.workshop.code, f"/speak/talks/{talk.workshop.code}/{talk.code}", found


def _upload(server: Server, address: str, by: Pass, number: int, size: int) -> None:
    body = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"csrf_token": by.token, "title": f"no. {number}", "audience": "everyone"}.items()
    )
    body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{number}.pdf"\r\n\r\n'.encode()
    end = f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = HTTPConnection(HOST, server.port, timeout=120)
    headers = {
        "Cookie": by.cookie,
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(body) + size + len(end)),
    }
    connection.request("POST", address, body=_pieces(body, number, size, end), headers=headers)
    status = connection.getresponse().status
    connection.close()
    if status != 303:
        raise WrongAnswer(f"the upload was answered with {status}")


def _pieces(head: bytes, number: int, size: int, end: bytes) -> Iterator[bytes]:
    first = HEAD + f"{number:04}".encode()
    yield head
    yield first
    left, piece = size - len(first), bytes(MB)
    while left:
        yield piece[: min(left, MB)]
        left -= min(left, MB)
    yield end


def _download(server: Server, path: str) -> int:
    connection = HTTPConnection(HOST, server.port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != 200:
        raise WrongAnswer(f"the zip was answered with {answer.status}")
    size, first = 0, io.BytesIO()
    while piece := answer.read(MB):
        size += len(piece)
        if first.tell() < 4:
            first.write(piece)
    connection.close()
    if not first.getvalue().startswith(b"PK\x03\x04"):
        raise WrongAnswer("what came is no zip")
    return size


def most_mb(server: Server) -> float:
    """The largest resident memory that a worker ever had, as the kernel kept it."""
    workers = psutil.Process(server.process.pid).children()
    return max(map(_peak_kb, workers)) / 1024


def _peak_kb(worker: psutil.Process) -> int:
    for line in Path(f"/proc/{worker.pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise WrongAnswer("the kernel tells no peak")
