"""CPU time per request of single pages, as a ratio to "hello" in the same run; who the readers are is crowd's matter."""

import contextvars
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import event

from bench import crowd, pack, site
from bench.figures import Figure
from bench.server import Server, serving
from bench.site import Site
from bench.traffic import Visitor
from portal.accounts.models import Role
from portal.core import prepared
from portal.core.db import db
from portal.courses import editions
from portal.learning import coverage

ROUNDS = 7
BURST_SECONDS = 0.35  # of CPU time, estimated after warming up
WARM_UP = 20
AGENCIES, LEARNERS, ROSTER, QUEUE = 400, 5_000, 200, 1_800
WORKSHOP, FULL = "pmqa40-2566", "excellence-2566"
DESK = "/organize/workshops"
COVERAGE = f"/organize/coverage?course={pack.CODE}"
HELLO = "hello"


class WrongAnswer(RuntimeError):
    """A page did not answer 200, so its figure would mean nothing."""


@dataclass(frozen=True)
class Page:
    """`most` is its target as a multiple of hello; `cookie` is who asks."""

    name: str
    path: str
    most: float | None = None
    cookie: str = ""


@dataclass(frozen=True)
class Readers:
    learner: crowd.Pass
    organizer: crowd.Pass


def people(here: Site) -> Readers:
    """Fill the site: 400 agencies, 5,000 learners with their passes in sixteen modules, a roster of 200; two of them sign in."""
    lot = random.Random(2566)
    with here.open():
        edition = editions.publish(pack.CODE, pack.files(), by=None)
        if edition is None:
            raise RuntimeError("the made-up course was there already")
        db.session.flush()
        agencies = crowd.add_agencies(AGENCIES)
        learners = crowd.add_people(LEARNERS, agencies)
        organizers = crowd.add_people(1, [], role=Role.ORGANIZER, name="o")
        crowd.add_seats(crowd.open_workshop(WORKSHOP, capacity=ROSTER), learners[:ROSTER])
        crowd.add_queue(crowd.open_workshop(FULL, capacity=0), learners[ROSTER : ROSTER + QUEUE])
        crowd.add_passes(edition, learners, lot=lot)
        learner, organizer = crowd.sign_in(here.app, [learners[0], *organizers])
        db.session.commit()
        return Readers(learner, organizer)


def pages_of(readers: Readers) -> list[Page]:
    mine, desk = readers.learner.cookie, readers.organizer.cookie
    return [
        Page("landing, signed out", "/", 3),
        Page("workshop, signed out", f"/workshops/{WORKSHOP}", 3),
        Page("lesson, signed out", "/learn/pmqa40/c1/asks", 3),
        Page("/me", "/me", 15, mine),
        Page(f"roster of {ROSTER} people", f"{DESK}/{WORKSHOP}/roster", 15, desk),
        Page(
            f"coverage, {AGENCIES} agencies × {pack.MODULES} modules, {LEARNERS:,} learners",
            COVERAGE,
            25,
            desk,
        ),
        Page(f"queue of {QUEUE:,} people", f"{DESK}/{FULL}/queue", 15, desk),
        Page("desk: all workshops", DESK, 15, desk),
        Page("desk: basics of a workshop", f"{DESK}/{WORKSHOP}/edit", 15, desk),
        Page("desk: its sessions", f"{DESK}/{WORKSHOP}/sessions", 15, desk),
        Page("desk: its talks", f"{DESK}/{WORKSHOP}/talks", 15, desk),
        Page("desk: its seats", f"{DESK}/{WORKSHOP}/seats", 15, desk),
        Page("desk: its history", f"{DESK}/{WORKSHOP}/history", 15, desk),
        Page("lesson, signed in", "/learn/pmqa40/c1/asks", None, mine),
        Page("workshop, signed in", f"/workshops/{WORKSHOP}", None, mine),
        Page("organizer's overview", "/organize", None, desk),
    ]


def measured(here: Site, readers: Readers, log: Path) -> list[Figure]:
    """The pages as they are served, then the kept ones made anew for each request."""
    kept = pages_of(readers)
    anew = [Page(f"{page.name}, made anew", page.path) for page in kept if not page.cookie]
    with serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello:
        with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal:
            figures = ratios(hello, portal, kept, rounds=ROUNDS)
        environ = {**here.environ, "PORTAL_PAGE_CACHE_SECONDS": "0"}
        with serving(site.TARGET, environ, workers=1, alive="/healthz", log=log) as portal:
            return figures + ratios(hello, portal, anew, rounds=3)[1:]


def ratios(hello: Server, portal: Server, pages: list[Page], *, rounds: int) -> list[Figure]:
    """Hello in milliseconds, then each page as a multiple of it: hello is asked anew right before each burst.

    The burst at the first quarter counts, of hello and of each page: what others do on the machine only adds.
    """
    bare = Page(HELLO, "/")
    counts = {page: _count(portal, page) for page in pages}
    count = _count(hello, bare)
    costs: dict[Page, list[float]] = {page: [] for page in (bare, *pages)}
    for _round in range(rounds):
        for page in pages:
            costs[bare].append(_burst(hello, bare, count))
            costs[page].append(_burst(portal, page, counts[page]))
    unit, middle = quantiles(costs[bare], n=4)[0], median(costs[bare])
    figures = [Figure("bare Flask “hello”", unit * 1000, "ms of CPU", note=f"middle {middle * 1000:.3f} ms")]
    for page in pages:
        cost = quantiles(costs[page], n=4)[0]
        note = f"{cost * 1000:.2f} ms; middle {median(costs[page]) / middle:.1f} × the middle hello"
        figures.append(Figure(page.name, cost / unit, "× hello", at_most=page.most, note=note))
    return figures


def _count(server: Server, page: Page) -> int:
    """How many requests make a burst, after warming up."""
    _burst(server, page, WARM_UP)
    return min(3000, max(5, round(BURST_SECONDS / _burst(server, page, WARM_UP))))


def _burst(server: Server, page: Page, count: int) -> float:
    """CPU seconds per request, over so many in a row."""
    visitor = Visitor(server.port)
    before = server.cpu_seconds()
    for _ in range(count):
        answer = visitor.get(page.path, cookie=page.cookie)
        if answer.status != 200:
            raise WrongAnswer(f"{page.name}: {page.path} answered {answer.status}")
    spent = server.cpu_seconds() - before
    visitor.close()
    return spent / count


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements sent while inside."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    prepared.heard_by.append(statements.append)
    try:
        yield statements
    finally:
        prepared.heard_by.remove(statements.append)
        event.remove(engine, "before_cursor_execute", note)


def queries(here: Site, readers: Readers) -> list[Figure]:
    """SQL statements of the coverage page, looking the viewer up included, and its CPU time where it is not the usual one."""
    client = here.app.test_client(use_cookies=False)

    def ask() -> tuple[int, float]:
        began = time.process_time()
        with counted() as statements:
            # In a context of its own, or it would know the viewer from before.
            answer = contextvars.Context().run(
                client.get, COVERAGE, headers={"Cookie": readers.organizer.cookie}
            )
            if answer.status_code != 200:
                raise WrongAnswer(COVERAGE)
        return len(statements), 1000 * (time.process_time() - began)

    with here.open():
        ask()  # the courses are read
        coverage.forget()
        first, first_cost = ask()
        crowd.pass_once_more()
        db.session.commit()
        new, new_cost = ask()
        usual, _cost = ask()
    return [
        Figure(
            "coverage, first in a process: statements",
            first,
            "",
            at_most=5,
            note=f"{first_cost:.1f} ms of CPU",
        ),
        Figure(
            "coverage, right after somebody passed: statements",
            new,
            "",
            at_most=5,
            note=f"{new_cost:.1f} ms of CPU",
        ),
        Figure(
            "coverage, else: statements",
            usual,
            "",
            at_most=5,
            note="and two in every few seconds for courses and the due day",
        ),
    ]
