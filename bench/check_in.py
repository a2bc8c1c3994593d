"""Check-in: what one scan costs as a multiple of "hello", and two doors that scan at once; who they are is crowd's matter."""

import threading
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import func, select

from bench import crowd, site
from bench.figures import Figure
from bench.server import Server, serving
from bench.site import Site
from bench.traffic import Visitor
from portal.accounts.models import Role
from portal.attendance import doors, meetings
from portal.core import clock
from portal.core.db import db
from portal.participation.models import AttendanceMark, Registration
from portal.programme.models import Workshop

WORKSHOP, SESSION = "pmqa40-2566", "day1"
PATH = f"/organize/workshops/{WORKSHOP}/sessions/{SESSION}/scans"
SEATS = 200
ROUNDS, BURST, HELLOS = 7, 300, 2_000
MOST = 8  # times hello
DOORS, PER_SECOND, SECONDS = 2, 60, 10
numbers = count()


@dataclass(frozen=True)
class Door:
    """What a door sends along, and the tickets that come by."""

    reader: crowd.Pass
    token: str
    tickets: list[str]

    def scans(self, visitor: Visitor, ticket: str) -> tuple[int, str]:
        """One scan, its status and what became of it."""
        body = {"scans": [{"key": f"bench-{next(numbers)}", "text": ticket, "ago_ms": 0}], "door": self.token}
        answer = visitor.post_json(PATH, body, cookie=self.reader.cookie, token=self.reader.token)
        state = answer.data["outcomes"][0]["state"] if answer.status == 200 else ""
        return answer.status, state


@dataclass
class Passed:
    """What two doors came to."""

    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def door_of(here: Site, *, seats: int = SEATS) -> Door:
    """A workshop that is held today, all day, with so many seats, and an organizer who is signed in."""
    with here.open():
        people = crowd.add_people(seats, crowd.add_agencies(100))
        organizer = crowd.add_people(1, [], role=Role.ORGANIZER, name="o")
        workshop = crowd.open_workshop(WORKSHOP, capacity=seats)
        crowd.add_seats(workshop, people)
        _hold_today(workshop)
        [reader] = crowd.sign_in(here.app, organizer)
        db.session.commit()
        meeting = meetings.meeting_of(WORKSHOP, SESSION)
        if meeting is None:
            raise RuntimeError("the session is not there")
        tickets = db.session.scalars(
            select(Registration.ticket).where(Registration.workshop_id == workshop.id)
        )
        return Door(reader, doors.token_of(meeting, []), list(tickets))


def _hold_today(workshop: Workshop) -> None:
    for session in workshop.sessions:
        session.day, session.starts_at, session.ends_at = clock.today(), None, None


def measured(folder: Path, log: Path, name: str = "SQLite", database_url: str = "") -> list[Figure]:
    here = site.make(folder, database_url)
    door = door_of(here)
    with (
        serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello,
        serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal,
    ):
        one = _ratio(hello, portal, door, name)
    with serving(site.TARGET, here.environ, workers=2, alive="/healthz", log=log) as portal:
        return [one, *_two_doors(here, portal, door, name)]


def _ratio(hello: Server, portal: Server, door: Door, name: str) -> Figure:
    """As pages are measured: hello anew before each burst, the burst at the first quarter counts."""
    bare, scans = [], []
    for number in range(ROUNDS + 1):
        found = _hellos(hello), _scans(portal, door)
        if number:  # the first warms up
            bare.append(found[0])
            scans.append(found[1])
    unit, cost = quantiles(bare, n=4)[0], quantiles(scans, n=4)[0]
    note = f"{cost * 1000:.2f} ms; middle {median(scans) / median(bare):.1f} × the middle hello"
    return Figure(
        f"{name}: one scan at a door of {SEATS} people", cost / unit, "× hello", at_most=MOST, note=note
    )


def _hellos(hello: Server) -> float:
    visitor, before = Visitor(hello.port), hello.cpu_seconds()
    for _at in range(HELLOS):
        visitor.get("/")
    return (hello.cpu_seconds() - before) / HELLOS


def _scans(portal: Server, door: Door) -> float:
    visitor, before = Visitor(portal.port), portal.cpu_seconds()
    for at in range(BURST):
        status, state = door.scans(visitor, door.tickets[at % len(door.tickets)])
        if status != 200 or state == "refused":
            raise RuntimeError(f"a scan was answered {status} {state}")
    return (portal.cpu_seconds() - before) / BURST


def _two_doors(here: Site, portal: Server, door: Door, database: str) -> list[Figure]:
    """Each door scans thirty times a second, at moments of its own, whether the answer before has come or not."""
    passed = Passed()
    with here.open():
        before = _marks()
    threads = [threading.Thread(target=_stand, args=(portal, door, passed, at)) for at in range(PER_SECOND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with here.open():
        noted = _marks() - before
        db.engine.dispose()
    sent = PER_SECOND * SECONDS
    slowest = 1000 * quantiles(passed.waits, n=100)[98]
    name = f"{database}: {PER_SECOND} scans a second from {DOORS} doors"
    return [
        Figure(f"{name}: errors", len(passed.wrong), "", at_most=0, note="; ".join(passed.wrong[:3])),
        Figure(f"{name}: marks", noted, "", at_most=sent, at_least=sent),
        Figure(
            f"{name}: answer, slowest of a hundred",
            slowest,
            "ms",
            note=f"middle {1000 * median(passed.waits):.0f} ms",
        ),
    ]


def _stand(portal: Server, door: Door, passed: Passed, at: int) -> None:
    """One of the lines at the doors: a scan each second, a little after the line before."""
    visitor, began = Visitor(portal.port), time.perf_counter() + at / PER_SECOND
    for second in range(SECONDS):
        time.sleep(max(0.0, began + second - time.perf_counter()))
        asked = time.perf_counter()
        status, state = door.scans(visitor, door.tickets[(at + second * PER_SECOND) % len(door.tickets)])
        passed.waits.append(time.perf_counter() - asked)
        if status != 200 or state == "refused":
            passed.wrong.append(f"{status} {state}")
    visitor.close()


def _marks() -> int:
    return db.session.scalar(select(func.count(AttendanceMark.id))) or 0
