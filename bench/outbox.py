"""The outbox: thousands of mails drained by two worker processes to an SMTP server on the loopback; afterwards each must have arrived exactly once."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bench import site
from bench.figures import Figure
from bench.server import HOST
from bench.site import Site
from config import ROOT
from portal.core.db import db
from portal.core.i18n import in_language
from portal.mail import outbox
from portal.mail.compose import compose
from portal.mail.models import MessageStatus, OutboxMessage

PATIENCE_SECONDS = 900
AT_ONCE = 500


@dataclass
class Sink:
    """An SMTP server that takes everything and remembers who got which message."""

    port: int = 0
    recipients: list[str] = field(default_factory=list)
    message_ids: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                whole = await reader.readuntil(b"\r\n.\r\n")
                self.recipients.append(recipient)
                self.message_ids.append(_message_id(whole))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")
            if verb == b"QUIT":
                break
        writer.close()


def _message_id(whole: bytes) -> str:
    return whole.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()


@contextmanager
def _sink() -> Iterator[Sink]:
    """The server in a thread of its own."""
    sink = Sink()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    # Asked for from outside: this thread may run a loop of its own, as one that drives a browser does.
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(sink.talk, HOST, 0), loop).result()
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


@dataclass(frozen=True)
class Drained:
    """What arrived, how long it took, and everything that is wrong (nothing, it is hoped)."""

    mails: int
    arrived: int
    seconds: float
    faults: Sequence[str]

    @property
    def per_second(self) -> float:
        return self.mails / self.seconds


def run(folder: Path, database_url: str = "", *, mails: int, workers: int) -> Drained:
    """So many mails into the outbox of a new portal, then so many workers until nothing is due."""
    here = site.make(folder, database_url)
    drained = drain(here, mails=mails, workers=workers)
    with here.app.app_context():
        db.engine.dispose()
    return drained


def drain(here: Site, *, mails: int, workers: int) -> Drained:
    """The same in a portal that has no mail yet."""
    with here.open():
        _fill(mails)
    with _sink() as sink:
        environ = {**here.environ, "PORTAL_MAIL_URL": f"smtp://{HOST}:{sink.port}"}
        began = time.perf_counter()
        ended = _work(environ, here.folder / "log", workers)
        seconds = time.perf_counter() - began
    with here.open():
        faults = [*_faults(sink, mails), *(f"a worker ended with {code}" for code in ended if code)]
    return Drained(mails, len(sink.message_ids), seconds, faults)


def _fill(mails: int) -> None:
    """Of the size that mails have, in Thai."""
    with in_language("th"):
        words = vars(compose("password_changed", language="th", reader=_Reader()))
    for first in range(0, mails, AT_ONCE):
        rows = [
            {"key": f"bench:{at}", "to_email": f"p{at}@demo.example", "to_name": f"บุคคล ที่{at}", **words}
            for at in range(first, min(first + AT_ONCE, mails))
        ]
        outbox.put_many(rows, kind="bench", batch=f"bench{first}")
    db.session.commit()


class _Reader:
    name = "บุคคล ตัวอย่าง"


@dataclass(frozen=True)
class Killed:
    """What is left when workers were killed while they sent: `unseen` neither arrived nor is named as in doubt."""

    kills: int
    arrived: int
    twice: int
    in_doubt: int
    unseen: int


def run_killed(folder: Path, *, mails: int, kills: int) -> Killed:
    """So many mails, and so many workers one after the other, each killed by SIGKILL while it sends; the last one, half
    an hour later, sends what they had claimed."""
    here = site.make(folder)
    with here.open():
        _fill(mails)
    with _sink() as sink:
        environ = {**here.environ, "PORTAL_MAIL_URL": f"smtp://{HOST}:{sink.port}"}
        for number in range(1, kills + 1):
            with _started(environ, here.folder / "log") as worker:
                until = time.monotonic() + PATIENCE_SECONDS
                while len(sink.message_ids) < mails * number // (kills + 1) and time.monotonic() < until:
                    time.sleep(0.001)
                worker.kill()
        later = datetime.now(UTC) + timedelta(minutes=30)
        _work({**environ, "PORTAL_CLOCK": later.isoformat(timespec="seconds")}, here.folder / "log", 1)
    with here.open():
        rows = db.session.execute(select(OutboxMessage.to_email, OutboxMessage.status)).all()
        in_doubt = set(db.session.scalars(select(OutboxMessage.to_email).where(*outbox.IN_DOUBT)))
        db.engine.dispose()
    arrived = Counter(sink.message_ids)
    seen = set(sink.recipients) | in_doubt
    return Killed(
        kills=kills,
        arrived=len(arrived),
        twice=sum(number > 1 for number in arrived.values()),
        in_doubt=len(in_doubt),
        unseen=sum(to_email not in seen or status is MessageStatus.QUEUED for to_email, status in rows),
    )


def _work(environ: Mapping[str, str], log: Path, workers: int) -> list[int]:
    """Starts them together and waits; returns how each ended."""
    with ExitStack() as stack:
        running = [stack.enter_context(_started(environ, log)) for _ in range(workers)]
        return [one.wait(timeout=PATIENCE_SECONDS) for one in running]


@contextmanager
def _started(environ: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, which ends with the block if not before."""
    command = [str(Path(sys.executable).parent / "flask"), "--app", site.TARGET, "worker", "--once"]
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}, stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _faults(sink: Sink, mails: int) -> list[str]:
    recipients, ids = Counter(sink.recipients), Counter(sink.message_ids)
    sent = db.session.scalar(select(func.count()).where(OutboxMessage.status == MessageStatus.SENT))
    wrong = {
        "some did not arrive": set(recipients) != {f"p{at}@demo.example" for at in range(mails)},
        "some arrived twice": max(ids.values(), default=0) > 1 or max(recipients.values(), default=0) > 1,
        "not all are marked as sent": sent != mails,
    }
    return [fault for fault, is_so in wrong.items() if is_so]


def figures(drained: Drained, name: str) -> list[Figure]:
    """What the draining came to."""
    note = "; ".join(drained.faults) or "each exactly once, all marked as sent"
    many = drained.mails
    return [
        Figure(f"{name}: arrived", drained.arrived, "mails", at_most=many, at_least=many, note=note),
        Figure(f"{name}: faults", len(drained.faults), "", at_most=0),
        Figure(f"{name}: speed", drained.per_second, "mails/s", note=f"{drained.seconds:.0f} s in all"),
    ]


def figures_of_killed(killed: Killed, name: str) -> list[Figure]:
    """What the kills did."""
    note = f"{killed.arrived} arrived, {killed.in_doubt} in doubt, left to a person"
    return [
        Figure(f"{name}: arrived twice", killed.twice, "", at_most=0, note=note),
        Figure(f"{name}: neither arrived nor named", killed.unseen, "", at_most=0),
    ]
