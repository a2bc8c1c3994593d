"""A demonstration as `make run` makes it, in a folder of its own and served by the real server."""

import fcntl
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from config import ROOT

CLOCK = "2023-02-13T09:00:00+07:00"
SERVER = (
    "granian",
    "--interface",
    "wsgi",
    "--host",
    "127.0.0.1",
    "--workers",
    "1",
    "--blocking-threads",
    "1",
)
QUIET = ("--no-ws", "--log-level", "warning")


@dataclass(frozen=True)
class Demonstration:
    url: str
    folder: Path
    environ: dict[str, str]
    known: dict[str, Any]  # what stage.py printed
    log: Path
    since: float = field(default_factory=time.monotonic)

    def flask(self, *command: str) -> str:
        """What the command of the portal printed. Its clock goes a minute ahead of the server's, which has run for a while."""
        ahead = timedelta(seconds=time.monotonic() - self.since + 60)
        late = {"PORTAL_CLOCK": (datetime.fromisoformat(self.environ["PORTAL_CLOCK"]) + ahead).isoformat()}
        return run("-m", "flask", "--app", "wsgi", *command, environ=self.environ | late)

    def mail_to(self, address: str) -> list[EmailMessage]:
        """The mails to this address that left the outbox, oldest first."""
        files = sorted((self.folder / "mail").glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [mail for mail in mails if isinstance(mail, EmailMessage) and address in str(mail["To"])]


def run(*command: str, environ: dict[str, str]) -> str:
    whole = [sys.executable, *command]
    done = subprocess.run(
        whole, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def surroundings(folder: Path, url: str) -> dict[str, str]:
    """The environment of a demonstration; nothing of the portal's own that stands in ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {
        "PORTAL_DEMO": "1",
        "PORTAL_INSTANCE": str(folder),
        "PORTAL_CLOCK": CLOCK,
        "PORTAL_BASE_URL": url,
        "PYTHONPATH": str(ROOT),
    }


def shared_by_all(base: Path) -> Path:
    """The folder that all workers of a run know, given a worker's own one of pytest's."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(shared: Path) -> Path:
    """The folder with the demonstration of this run, as `make run` makes it; the first worker makes it, the others wait for it.

    Beside it stands what it took: seconds of CPU, in a file of the same name ending in .cpu.
    """
    folder, took = shared / "demonstration", shared / "demonstration.cpu"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not took.exists():
            shutil.rmtree(folder, ignore_errors=True)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            environ = surroundings(folder, "http://127.0.0.1:8000")
            run("-m", "flask", "--app", "wsgi", "demo", "--if-empty", environ=environ)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took.write_text(str(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return folder


def set_once(shared: Path, *scenes: str) -> Path:
    """A copy of it in which these scenes are set (modules beside this one), and known.json says how."""
    *before, scene = scenes
    made, folder = set_once(shared, *before) if before else made_once(shared), shared / "-".join(scenes)
    known = folder / "known.json"
    with (shared / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(made, folder, ignore=shutil.ignore_patterns(known.name))
            told = run("-m", f"tests.browser.{scene}", environ=surroundings(folder, "http://127.0.0.1:8000"))
            earlier = json.loads((made / known.name).read_text("utf-8")) if before else {}
            known.write_text(json.dumps(earlier | json.loads(told)), "utf-8")
    return folder


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


def wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(200):
        assert server.poll() is None, log.read_text("utf-8", "replace")[-4000:]
        try:
            with urlopen(f"{url}/healthz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise TimeoutError(f"no answer from {url}")


@contextmanager
def served(
    shared: Path, folder: Path, *, scenes: Sequence[str] = ("stage",), clock: str = CLOCK
) -> Iterator[Demonstration]:
    """A copy of the demonstration in `folder`, answering on a port of its own while inside, at this time of its own."""
    shutil.copytree(set_once(shared, *scenes), folder)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = surroundings(folder, url) | {"PORTAL_CLOCK": clock}
    log = folder / "server.log"
    command = [sys.executable, "-m", *SERVER, "--port", str(port), *QUIET, "wsgi:app"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(server, url, log)
            known = json.loads((folder / "known.json").read_text("utf-8"))
            yield Demonstration(url, folder, environ, known, log)
        finally:
            server.terminate()
            server.wait(timeout=10)
