"""Record stores for tests: a real one (Ralph, on files of its own) and a small one that answers what a test tells it to."""

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import bcrypt

KEYS = "portal", "p@ss/word"
SLOW = 60  # seconds a busy machine may take to start it


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Ralph:
    """A running Ralph: where it is, and what it has when asked as any client asks."""

    def __init__(self, port: int, data: Path) -> None:
        self.data = data
        self.address = f"http://127.0.0.1:{port}/xAPI"
        self.url = f"http://portal:p%40ss%2Fword@127.0.0.1:{port}/xAPI"

    def forget(self) -> None:
        for file in self.data.iterdir():
            file.unlink()

    def statements(self) -> list[dict[str, Any]]:
        keys = base64.b64encode(":".join(KEYS).encode()).decode()
        headers = {"Authorization": f"Basic {keys}", "X-Experience-API-Version": "1.0.3"}
        with urlopen(Request(f"{self.address}/statements?limit=100", headers=headers)) as answer:
            found: list[dict[str, Any]] = json.load(answer)["statements"]
        return found


@contextmanager
def ralph(folder: Path) -> Iterator[Ralph]:
    data = folder / "data"
    data.mkdir()
    hashed = bcrypt.hashpw(KEYS[1].encode(), bcrypt.gensalt(4)).decode()
    who = {"agent": {"mbox": "mailto:portal@lrs.example"}, "scopes": ["all"]}
    (folder / "auth.json").write_text(json.dumps([{**who, "hash": hashed, "username": KEYS[0]}]), "utf-8")
    port = free_port()
    environ = {
        **os.environ,
        "RALPH_APP_DIR": str(folder),
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(data),
    }
    command = [sys.executable, "-m", "uvicorn", "ralph.api:app", "--port", str(port), "--log-level", "error"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(port, server, folder / "log")
            yield Ralph(port, data)
        finally:
            server.terminate()
            server.wait(10)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SLOW
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(log.read_text("utf-8"))


class Small:
    """A store of our own: keeps requests and answers (status, text) as `answers` says of the statements it is given."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], list[dict[str, Any]]]] = []
        self.answers: Callable[[list[dict[str, Any]]], tuple[int, str]] = lambda _said: (200, "[]")
        self.url = ""

    @property
    def ids(self) -> list[list[str]]:
        """The ids of each request."""
        return [[one["id"] for one in said] for _path, _headers, said in self.requests]


@contextmanager
def small() -> Iterator[Small]:
    found = Small()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.requests.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()}, said)
            )
            status, text = found.answers(said)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://key:secret@127.0.0.1:{server.server_port}/xapi"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
