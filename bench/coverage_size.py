"""Coverage at the size of a whole country: a million learners of 8,000 agencies and sixteen modules, laid down by the database itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import event, select, text

from bench import crowd, pack, pages, site
from bench.figures import Figure
from bench.pages import Page
from bench.server import HOST, Server, serving
from bench.site import Site
from portal.accounts.models import Role, User
from portal.core import clock
from portal.core.db import db
from portal.courses import catalog, editions
from portal.learning import passing
from portal.learning.models import Attempt, ModulePass

LEARNERS, AGENCIES = 1_000_000, 8_000
SHARE_OF_NEXT = 0.82  # of who passed a module, so many pass the next too: five of sixteen on average
PASS_ALL = 3  # of 97 learners, at least
RECORDED = 40
PIECE = 64 * 1024
EXPORT = f"/organize/coverage/people.csv?course={pack.CODE}"
PICTURES = f"/organize/coverage/pictures?course={pack.CODE}"
TARGETS = {"page": 25, "csv": 150, "pass": 5}

_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})",
    "postgresql": "WITH n AS (SELECT generate_series({first}, {last}) AS i)",
}
_USERS = """INSERT INTO "user" (code, email, name, position, role, agency_id, language, is_sample, created_at, confirmed_at,
  approved_at, sort_key, searched)
{numbers} SELECT 'Z' || i, 'z' || i || '@bench.example', 'ผู้เรียน ' || i, '', 'learner', {agency} + i % {agencies}, 'th',
  {false}, :at, :at, :at, 'ผู้เรียน ' || i, 'ผู้เรียน ' || i FROM n"""
_ATTEMPTS = """INSERT INTO attempt (code, user_id, agency_id, course, module, edition_id, seed, started_at, submitted_at,
  score, max_score, passed, points, seconds)
SELECT 'Z' || u.id, u.id, u.agency_id, :course, :module, :edition, u.id, :at, :at, 1, 1, {true}, '{{}}', '{{}}'
FROM "user" u WHERE u.code LIKE 'Z%' AND u.role = 'learner'"""
# Some people pass all, most a few, spread alike on both databases; the remainder first, or a million times the prime is too large a number.
_PASSES = """INSERT INTO module_pass (user_id, agency_id, course, module, attempt_id, passed_at)
SELECT a.user_id, a.agency_id, :course, :module, a.id, :at FROM attempt a
WHERE a.code LIKE 'Z%' AND (a.user_id % 97) * 7919 % 97 >= :from_lot"""


def fill(learners: int, agencies: int) -> None:
    """So many learners, spread over the agencies, with their passes; a module is passed by fewer than the one before. Commits."""
    edition = editions.publish(pack.CODE, pack.files(), by=None)
    assert edition is not None
    first = min(crowd.add_agencies(agencies))
    kind = db.session.get_bind().dialect.name
    words = {"true": 1, "false": 0} if kind == "sqlite" else {"true": "true", "false": "false"}
    numbers = _NUMBERS[kind].format(first=1, last=learners)
    at = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    db.session.execute(
        text(_USERS.format(numbers=numbers, agency=first, agencies=agencies, **words)), {"at": at}
    )
    same: dict[str, Any] = {"course": pack.CODE, "at": at}
    codes = pack.codes()
    attempt = {**same, "module": codes[0], "edition": edition.id}
    db.session.execute(text(_ATTEMPTS.format(**words)), attempt)
    for step, module in enumerate(codes):
        from_lot = 97 - max(PASS_ALL, round(97 * SHARE_OF_NEXT**step))
        db.session.execute(text(_PASSES), {**same, "module": module, "from_lot": from_lot})
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    if kind == "postgresql":  # as its own keeper leaves it after a night
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))


def measured(
    folder: Path, name: str, database_url: str = "", *, learners: int = LEARNERS, agencies: int = AGENCIES
) -> list[Figure]:
    """The coverage page and its pictures against hello, the memory of the CSV of everything, and what a pass costs."""
    here = site.make(folder, database_url)
    began = time.perf_counter()
    with here.open():
        fill(learners, agencies)
        [organizer] = crowd.sign_in(here.app, crowd.add_people(1, [], role=Role.ORGANIZER, name="o"))
        passes = db.session.scalar(select(db.func.count(ModulePass.id)))
        db.session.commit()
    filled = time.perf_counter() - began
    what = f"{name}, {learners:,} learners, {agencies:,} agencies, {passes:,} passes"
    found = [Figure(f"{what}: laid down", filled, "s"), *_recorded(here, what)]
    shown = [Page(f"{what}: coverage", pages.COVERAGE, TARGETS["page"], organizer.cookie)]
    log = folder / "log"
    with serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello:
        with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal:
            found += [
                *_firsts(portal, organizer.cookie, what),
                *pages.ratios(hello, portal, shown, rounds=3)[1:],
            ]
        with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal:
            found += _exported(portal, organizer.cookie, what, learners)
    with here.app.app_context():
        db.engine.dispose()
    return found


def _firsts(portal: Server, cookie: str, what: str) -> list[Figure]:
    """Pages that a process makes rarely, once each."""
    found = []
    for name, path in (
        ("the first coverage page of a process", pages.COVERAGE),
        ("coverage in pictures", PICTURES),
    ):
        began = time.perf_counter()
        for _piece in _asked(portal, path, cookie):
            pass
        found.append(Figure(f"{what}: {name}", time.perf_counter() - began, "s"))
    return found


def _exported(portal: Server, cookie: str, what: str, learners: int) -> list[Figure]:
    began, lines, peak = time.perf_counter(), 0, 0.0
    for piece in _asked(portal, EXPORT, cookie):
        lines += piece.count(b"\n")
        peak = max(peak, _memory(portal))
    return [
        Figure(f"{what}: CSV of everything, memory of the worker", peak, "MB", at_most=TARGETS["csv"]),
        Figure(f"{what}: CSV of everything", time.perf_counter() - began, "s"),
        Figure(f"{what}: lines of it", lines, "", at_least=learners + 1),
    ]


def _memory(portal: Server) -> float:
    """What the worker that answers holds, in MB: the largest of the server's processes."""
    tree = psutil.Process(portal.process.pid)
    return max(one.memory_info().rss for one in (tree, *tree.children(recursive=True))) / 1e6


def _asked(portal: Server, path: str, cookie: str) -> Iterator[bytes]:
    connection = HTTPConnection(HOST, portal.port, timeout=900)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    if answer.status != 200:
        raise pages.WrongAnswer(f"{path}: {answer.status}")
    while piece := answer.read(PIECE):
        yield piece
    connection.close()


def _recorded(here: Site, what: str) -> list[Figure]:
    """Somebody passes a module they had not passed: the time the database takes for it, the commit included."""
    with here.open():
        course = catalog.course(pack.CODE)
        assert course is not None
        module = pack.codes()[-1]
        known = select(ModulePass.user_id).where(
            ModulePass.user_id == User.id, ModulePass.course == pack.CODE, ModulePass.module == module
        )
        people = db.session.scalars(
            select(User).where(User.code.like("Z%"), ~known.exists()).order_by(User.id).limit(RECORDED)
        ).all()
        costs = sorted(
            _settled(user, course.edition_id, module, number) for number, user in enumerate(people)
        )
    quarter, middle, worst = (1000 * costs[at] for at in (len(costs) // 4, len(costs) // 2, -1))
    return [
        Figure(
            f"{what}: recording a pass, database time",
            quarter,  # as with pages: what others do on the machine only adds
            "ms",
            at_most=TARGETS["pass"],
            note=f"middle {middle:.1f} ms, worst {worst:.1f} ms",
        )
    ]


def _settled(user: User, edition: int, module: str, number: int) -> float:
    at = clock.now()
    db.session.add(
        Attempt(
            code=f"Y{number}",
            user_id=user.id,
            agency_id=user.agency_id,
            course=pack.CODE,
            module=module,
            edition_id=edition,
            seed=1,
            started_at=at,
            submitted_at=at,
            score=1,
            max_score=1,
            passed=True,
        )
    )
    db.session.commit()
    person, agency = user.id, user.agency_id
    with _database_time() as spent:
        passing.settle(person, agency, pack.CODE, module, at=at)
        db.session.commit()
    return sum(spent)


@contextmanager
def _database_time() -> Iterator[list[float]]:
    """Seconds of each statement and of the commit."""
    spent: list[float] = []
    began: list[float] = []

    def before(*_told: Any) -> None:
        began.append(time.perf_counter())

    def after(*_told: Any) -> None:
        spent.append(time.perf_counter() - began.pop())

    def committed(connection: Any) -> None:
        start = time.perf_counter()
        connection.connection.driver_connection.commit()
        spent.append(time.perf_counter() - start)

    told = (("before_cursor_execute", before), ("after_cursor_execute", after), ("commit", committed))
    for name, hear in told:
        event.listen(db.engine, name, hear)
    try:
        yield spent
    finally:
        for name, hear in told:
            event.remove(db.engine, name, hear)
