"""A portal with one course and the cast, nothing more, on a real server that can be killed and started again at another time."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bench.server import free_port
from config import ROOT
from portal.app import create_app
from portal.core import clock
from portal.core.db import Base, db
from tests import cast, packs
from tests.browser.demonstration import wait_for
from tests.conftest import settings

TYPED = """
[[question]]
id = "op-short"
kind = "short"
lesson = "l1"
difficulty = "easy"
text = "พิมพ์คำตอบ"
why = "เพราะอย่างนั้น"
accepted = ["ผู้รับบริการ"]
advice = true
"""
ORDERED = """
[[question]]
id = "op-order"
kind = "ordering"
lesson = "l1"
difficulty = "easy"
text = "เรียงลำดับ"
why = "เพราะอย่างนั้น"
advice = true
  [[question.item]]
  text = "หนึ่ง"
  [[question.item]]
  text = "สอง"
  [[question.item]]
  text = "สาม"
"""


@dataclass
class Portal:
    """One worker at a time, as the Makefile starts it; `process` is the server above it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        return kept | {
            "PORTAL_INSTANCE": str(self.folder),
            "PORTAL_DATABASE_URL": f"sqlite:///{self.folder / 'quiz.sqlite'}",
            "PORTAL_BASE_URL": self.url,
            "PORTAL_SECRET_KEY": "a key for tests only, long enough for all",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, at: datetime | None = None) -> None:
        """`at`: what the clock of the server says from now on."""
        options = f"--interface wsgi --host 127.0.0.1 --port {self.port} --workers 1 --blocking-threads 4 --respawn-failed-workers --no-ws --log-level warning"
        environ = self.environ | ({"PORTAL_CLOCK": at.isoformat()} if at else {})
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "granian", *options.split(), "wsgi:app"],
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
            )
        wait_for(self.process, self.url, self.folder / "log")

    def start_if_dead(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """SIGKILL to the server and its worker: nobody has time to say goodbye."""
        if self.process is None or self.process.poll() is not None:
            return
        for one in [
            *psutil.Process(self.process.pid).children(recursive=True),
            psutil.Process(self.process.pid),
        ]:
            one.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_worker(self) -> None:
        """SIGKILL to the worker; the server starts another one."""
        assert self.process is not None
        for one in psutil.Process(self.process.pid).children():
            one.send_signal(signal.SIGKILL)

    def ask(self, statement: str, *values: Any) -> list[Any]:
        database = sqlite3.connect(f"file:{self.folder / 'quiz.sqlite'}?mode=ro", uri=True)
        try:
            return database.execute(statement, values).fetchall()
        finally:
            database.close()

    def change(self, statement: str, *values: Any) -> None:
        database = sqlite3.connect(self.folder / "quiz.sqlite", timeout=20)
        with database:
            database.execute(statement, values)
        database.close()

    def stored(self, code: str) -> dict[str, list[str]]:
        """The answers of this attempt as they stand after its last step, without empty ones."""
        rows = self.ask(
            "SELECT step.answers FROM step JOIN attempt ON attempt.id = attempt_id WHERE code = ? ORDER BY seq DESC LIMIT 1",
            code,
        )
        return {name: given for name, given in json.loads(rows[0][0]).items() if given} if rows else {}


@contextmanager
def quiz_portal(folder: Path) -> Iterator[Portal]:
    """Served until the block ends. The quiz of OP: a choice, several, true or false, a typed one, an order; no draw, no shuffling."""
    portal = Portal(folder)
    app = create_app(settings(folder, portal.environ["PORTAL_DATABASE_URL"]))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        cast.gather()
        publish()
        db.session.remove()
        db.engine.dispose()
    portal.start()
    try:
        yield portal
    finally:
        portal.kill()


def publish(**kinds: Any) -> None:
    files = packs.pack(questions=3, shuffle=False, **kinds)
    files["op/quiz.toml"] += (TYPED + ORDERED).encode()
    packs.publish(files)


def later(**passed: float) -> datetime:
    return clock.now() + timedelta(**passed)
