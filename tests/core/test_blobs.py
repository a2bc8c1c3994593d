"""Content by its sha256: kept once and whole, in bounded memory, in a folder and on a real S3 server."""

import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import obstore
import pytest
from flask import Flask

from config import ROOT
from portal.core import blobs

DAY = timedelta(days=1)
MB = 1024 * 1024


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server that speaks S3: `moto_server`, at MOTO_SERVER or on the path. It cannot stand beside our own packages."""
    command = os.environ.get("MOTO_SERVER") or shutil.which("moto_server")
    if not command:
        pytest.skip("S3 is not tried here: no moto_server (docs/operations.md says how)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [command, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _try in range(100):
            try:
                bucket = HTTPConnection("127.0.0.1", port)
                bucket.request("PUT", "/test-bucket", headers={"Authorization": "AWS4-HMAC-SHA256 Credential=a/20230213/us-east-1/s3/aws4_request"})  # fmt: skip
                assert bucket.getresponse().status == 200
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "s3":
        for name, value in {
            "AWS_ENDPOINT": request.getfixturevalue("s3_server"),
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setitem(app.config, "STORAGE_URL", "s3://test-bucket/materials")
    app.extensions.pop("blobs", None)
    yield request.param
    blobs.sweep((), older_than=timedelta(days=-1))
    app.extensions.pop("blobs", None)


def put(data: bytes, *, most: int = 100 * MB) -> blobs.Stored:
    return blobs.put(io.BytesIO(data), most_bytes=most)


def whole(stored: blobs.Stored) -> bytes:
    return b"".join(blobs.open_range(stored.digest, 0, stored.size))


def parts(app: Flask) -> list[Path]:
    return [*app.config["INSTANCE"].glob("incoming/*"), *app.config["INSTANCE"].glob("blobs/incoming/*")]


@pytest.mark.parametrize("size", [0, 1, MB, 12 * MB + 5])
def test_content_comes_back_as_it_was_under_its_own_digest(storage: str, app: Flask, size: int) -> None:
    data = os.urandom(size)
    stored = put(data)
    assert stored == blobs.Stored(hashlib.sha256(data).hexdigest(), size)
    assert (blobs.size_of(stored.digest), blobs.has(stored.digest)) == (size, True)
    assert whole(stored) == data
    assert parts(app) == []


def test_a_range_is_cut_out_exactly(storage: str) -> None:
    data = os.urandom(3 * MB)
    stored = put(data)
    for start, end in ((0, 1), (5, 5), (MB - 1, 2 * MB + 3), (3 * MB - 1, 3 * MB)):
        assert b"".join(blobs.open_range(stored.digest, start, end)) == data[start:end]


def test_pieces_are_small(storage: str) -> None:
    stored = put(os.urandom(5 * MB))
    assert max(map(len, blobs.open_range(stored.digest, 0, stored.size))) <= blobs.PIECE


def test_the_same_content_is_kept_once(storage: str, app: Flask) -> None:
    assert put(b"the same") == put(b"the same")
    found = [meta["path"] for metas in obstore.list(blobs._store().objects) for meta in metas]
    assert len(found) == 1
    assert parts(app) == []


def test_what_is_not_kept_is_said_not_to_be_there(storage: str) -> None:
    assert blobs.size_of("0" * 64) is None
    assert not blobs.has("0" * 64)
    with pytest.raises(FileNotFoundError):
        blobs.open_range("0" * 64, 0, 10)


class Endless(io.RawIOBase):
    """A stream without an end that knows how much of it was read."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= MB
        self.given += size
        return b"x" * size


def test_too_much_is_refused_without_reading_on_and_leaves_nothing(storage: str, app: Flask) -> None:
    stream = Endless()
    with pytest.raises(blobs.TooLarge):
        blobs.put(stream, most_bytes=3 * MB)  # type: ignore[arg-type]
    assert stream.given <= 4 * MB
    assert parts(app) == []
    assert [meta for metas in obstore.list(blobs._store().objects) for meta in metas] == []


class Cut(io.BytesIO):
    """A line that breaks."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or self._break()

    def _break(self) -> bytes:
        raise ConnectionResetError


def test_a_stream_that_breaks_leaves_nothing(storage: str, app: Flask) -> None:
    with pytest.raises(ConnectionResetError):
        blobs.put(Cut(b"x" * 2 * MB), most_bytes=10 * MB)
    assert parts(app) == []
    assert [meta for metas in obstore.list(blobs._store().objects) for meta in metas] == []


def test_sweeping_takes_what_is_not_in_use_and_old_enough(storage: str) -> None:
    used, unused = put(b"used"), put(b"unused")
    assert blobs.sweep({used.digest}, older_than=DAY) == 0
    assert blobs.has(unused.digest)
    assert blobs.sweep({used.digest}, older_than=timedelta(seconds=-60)) == 1
    assert (blobs.has(used.digest), blobs.has(unused.digest)) == (True, False)


def test_sweeping_leaves_alone_what_is_no_content_of_ours(storage: str) -> None:
    objects = blobs._store().objects
    obstore.put(objects, "notes/readme.txt", b"not ours")
    obstore.put(objects, "a" * 64, b"not at its place")
    assert blobs.sweep((), older_than=timedelta(days=-1)) == 0
    for path in ("notes/readme.txt", "a" * 64):
        obstore.delete(objects, path)


def test_sending_content_again_makes_it_young(app: Flask) -> None:
    stored = put(b"long unused")
    place = app.config["INSTANCE"] / "blobs" / stored.digest[:2] / stored.digest[2:4] / stored.digest
    os.utime(place, (0, 0))
    put(b"long unused")
    assert blobs.sweep((), older_than=DAY) == 0
    os.utime(place, (0, 0))
    assert blobs.sweep((), older_than=DAY) == 1


KILLED = """
import sys
from pathlib import Path
from flask import Flask
from portal.core import blobs

class Slow:
    def read(self, size):
        print("reading", flush=True)
        return b"x" * size

app = Flask("killed")
app.config.update(INSTANCE=Path(sys.argv[1]), STORAGE_URL=(Path(sys.argv[1]) / "blobs").as_uri())
with app.app_context():
    blobs.put(Slow(), most_bytes=1 << 40)
"""


def test_what_a_killed_process_leaves_is_swept_after_a_day_and_never_has_an_address(app: Flask) -> None:
    instance = app.config["INSTANCE"]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(instance)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(4):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    (left,) = parts(app)
    assert left.stat().st_size >= MB
    assert [path for path in (instance / "blobs").rglob("*") if path.is_file()] == [left]
    assert blobs.sweep((), older_than=DAY) == 0
    os.utime(left, (0, 0))
    assert blobs.sweep((), older_than=DAY) == 1
    assert parts(app) == []


MEMORY = """
import os, resource, sys
from pathlib import Path
from flask import Flask
from portal.core import blobs

MB = 1024 * 1024
app = Flask("memory")
app.config.update(INSTANCE=Path(sys.argv[1]), STORAGE_URL=(Path(sys.argv[1]) / "blobs").as_uri())
with app.app_context(), open(sys.argv[2], "rb") as file:
    blobs.put(open(sys.argv[3], "rb"), most_bytes=10 * MB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stored = blobs.put(file, most_bytes=300 * MB)
    assert sum(map(len, blobs.open_range(stored.digest, 0, stored.size))) == 64 * MB
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_sixty_four_megabytes_go_in_and_out_in_a_few(app: Flask, tmp_path: Path) -> None:
    big, small = tmp_path / "big", tmp_path / "small"
    with big.open("wb") as file:
        file.truncate(64 * MB)
    small.write_bytes(b"x")
    told = subprocess.run(
        [sys.executable, "-c", MEMORY, str(app.config["INSTANCE"]), str(big), str(small)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) < 16 * 1024  # KB
