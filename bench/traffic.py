"""Requests over real HTTP: one visitor on one kept-alive connection, or many at once; who they are is crowd's matter."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlencode

from bench.server import HOST


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def data(self) -> Any:
        """The body as JSON."""
        zipped = self.header("Content-Encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if zipped else self.body)

    @property
    def wire_bytes(self) -> int:
        """What came over the wire: the status line, the headers and the body as it was sent, compressed."""
        return (
            len("HTTP/1.1 200 OK\r\n\r\n")
            + sum(len(key) + len(value) + 4 for key, value in self.headers)
            + len(self.body)
        )


class Visitor:
    """One kept-alive connection; each request says whose cookie it carries."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=60)

    def get(self, path: str, *, cookie: str = "") -> Answer:
        return self._send("GET", path, None, {"Cookie": cookie} if cookie else {})

    def post(self, path: str, fields: dict[str, str], *, cookie: str = "") -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        return self._send("POST", path, urlencode(fields).encode(), headers)

    def post_json(self, path: str, body: Any, *, cookie: str = "", token: str = "") -> Answer:
        headers = {"Content-Type": "application/json", "Cookie": cookie, "X-CSRFToken": token}
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def close(self) -> None:
        self._connection.close()

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self._connection.request(method, path, body, {"Accept-Encoding": "gzip", **headers})
        response = self._connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())


Job = Callable[[Visitor], Answer]
Disturbance = Callable[[Callable[[], int]], None]  # is given how many jobs are done by now

PAUSE_SECONDS = 0.05  # before somebody whose answer never came presses again


@dataclass(frozen=True)
class Crowd:
    """What became of many requests sent at once: the statuses by number, those never answered, how many were sent
    again because the first answer never came, and how long it took."""

    statuses: dict[int, int]
    lost: int
    again: int
    seconds: float


def all_at_once(
    port: int,
    jobs: Sequence[Job],
    *,
    connections: int,
    tries: int = 1,
    disturbance: Disturbance | None = None,
) -> Crowd:
    """Do all jobs over this many kept-alive connections, each taking the next as soon as it is free.

    A job without an answer is done again, `tries` times in all. `disturbance` runs beside them.
    """
    waiting: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        waiting.put(job)
    done: SimpleQueue[int] = SimpleQueue()
    start = threading.Barrier(connections + 1)

    again: SimpleQueue[int] = SimpleQueue()

    def run() -> None:
        visitor = Visitor(port)
        start.wait()
        while True:
            try:
                job = waiting.get_nowait()
            except Empty:
                break
            done.put(_answered(job, visitor, tries, again))
        visitor.close()

    threads = [threading.Thread(target=run) for _ in range(connections)]
    if disturbance is not None:
        threads.append(threading.Thread(target=disturbance, args=(done.qsize,)))
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    found = [done.get() for _ in range(done.qsize())]
    statuses = {status: found.count(status) for status in sorted(set(found)) if status}
    return Crowd(statuses, len(jobs) - sum(statuses.values()), again.qsize(), took)


def _answered(job: Job, visitor: Visitor, tries: int, again: SimpleQueue[int]) -> int:
    """The status of the answer; 0 when none came, however often it was asked."""
    for number in range(tries):
        if number:
            again.put(1)
            time.sleep(PAUSE_SECONDS)
        try:
            return job(visitor).status
        except (OSError, HTTPException):
            visitor.close()
    return 0
