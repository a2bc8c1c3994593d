"""A server of its own on the loopback: started as the Makefile starts it, asked for its CPU time, and stopped; what is asked of it is traffic's matter."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from config import ROOT

HOST = "127.0.0.1"
THREADS = 8  # as in the Makefile
PATIENCE_SECONDS = 60


class NotStarted(RuntimeError):
    """The server ended or gave no answer; the message is what it said last."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """CPU time spent so far by the server and all its workers, user and system together."""
        tree = psutil.Process(self.process.pid)
        return sum(_cpu_seconds_of(one) for one in (tree, *tree.children(recursive=True)))

    def kill_a_worker(self) -> bool:
        """SIGKILL to the worker that has run longest; the server starts a new one. False when it has none at this moment.

        Granian takes a worker that dies twice within five seconds for one that cannot run and ends; the oldest one never does.
        """
        workers = sorted(psutil.Process(self.process.pid).children(), key=psutil.Process.create_time)
        alive = [one for one in workers if one.status() != psutil.STATUS_ZOMBIE]
        if alive:
            alive[0].kill()
        return bool(alive)


def _cpu_seconds_of(process: psutil.Process) -> float:
    """By the kernel's clock of that process, which counts nanoseconds; /proc/<pid>/stat has only hundredths of a second."""
    return time.clock_gettime((~process.pid << 3) | 2)


def answers(port: int, path: str) -> bool:
    """Whether a GET of this path is answered with 200 now."""
    try:
        connection = HTTPConnection(HOST, port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def serving(
    target: str, environ: Mapping[str, str], *, workers: int, alive: str, log: Path
) -> Iterator[Server]:
    """A running server of `target` ("module:app") until the block ends; `alive` is a path it answers with 200 once it is up."""
    port = free_port()
    granian = Path(sys.executable).parent / "granian"
    options = f"--interface wsgi --host {HOST} --port {port} --workers {workers} --blocking-threads {THREADS} --respawn-failed-workers --no-ws --log-level warning"
    with log.open("ab") as said:
        process = subprocess.Popen(
            [granian, *options.split(), target],
            cwd=ROOT,
            env={
                **os.environ,
                "MALLOC_ARENA_MAX": "2",
                "MALLOC_TRIM_THRESHOLD_": "65536",
                "MALLOC_MMAP_THRESHOLD_": "65536",
                **environ,
            },  # as `make serve` does
            stdout=said,
            stderr=said,
        )
        try:
            _wait(process, port, alive, log)
            yield Server(process, port)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, alive: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not answers(port, alive):
        if process.poll() is not None or time.monotonic() > until:
            raise NotStarted(log.read_text(encoding="utf-8", errors="replace")[-2000:])
        time.sleep(0.02)
