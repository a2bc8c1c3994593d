"""Quizzes: what a question, an autosave and a submit cost as multiples of "hello", and a hall full of people in the same quiz; who they are is crowd's matter."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import func, select

from bench import crowd, site
from bench.figures import Figure
from bench.server import Server, serving
from bench.site import Site
from bench.traffic import Answer, Visitor
from portal.accounts.models import User
from portal.core.db import db
from portal.courses import catalog
from portal.learning import attempts, sample_answers
from portal.learning.models import Attempt, Step, StepKind

COURSE, MODULE = "pmqa40", "op"
QUIZ, AUTOSAVE, SUBMIT = 12, 8, 25  # times hello, at most
ROUNDS, BURST, SUBMITS, HELLOS = 7, 200, 40, 2_000
PEOPLE, EVERY, SAVING, SUBMITTING = 300, 10.0, 30.0, 20.0  # seconds; asked for is a minute to submit in
KILLS = (10.0, 38.0)  # while all save, and while some submit
SLOWEST = 1.0  # second, of a hundred answers all but one
TRIES, PAUSE = 60, 0.1


@dataclass
class Sitter:
    """Somebody with an open attempt, and the answers they are going to give, question by question."""

    reader: crowd.Pass
    code: str
    answers: list[tuple[str, list[str]]]
    seq: int = 0
    acknowledged: dict[str, list[str]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"/attempts/{self.code}"

    def reads(self, visitor: Visitor, number: int = 1) -> Answer:
        return visitor.get(f"{self.address}?q={number}", cookie=self.reader.cookie)

    def saves(self, visitor: Visitor, at: int, *, twist: bool = False) -> Answer:
        """An answer to the next question; `twist`: left empty instead, so that each save changes something."""
        name, given = self.answers[at % len(self.answers)]
        given = [] if twist else given
        answer = visitor.post_json(
            f"{self.address}/autosave",
            {"seq": self.seq, "answers": {name: given}},
            cookie=self.reader.cookie,
            token=self.reader.token,
        )
        if answer.status == 200:
            self.seq = answer.data["seq"]
            self.acknowledged[name] = given
        return answer

    def submits(self, visitor: Visitor) -> Answer:
        fields = {"csrf_token": self.reader.token, "seq": str(self.seq)}
        return visitor.post(f"{self.address}/submission", fields, cookie=self.reader.cookie)


def sitters(here: Site, count: int) -> list[Sitter]:
    """So many people who have just begun the quiz."""
    with here.open():
        people = crowd.add_people(count, crowd.add_agencies(100))
        passes = crowd.sign_in(here.app, people)
        course = catalog.course(COURSE)
        part = course.module(MODULE) if course else None
        if course is None or part is None:
            raise RuntimeError("the quiz is not there")
        found = []
        for user, reader in zip(people, passes, strict=True):
            attempt = attempts.start(db.session.get_one(User, user), course, part)
            paper = attempts.paper_of(attempt)
            given = [(one.question.id, sample_answers.right(one.question)) for one in paper]
            found.append(Sitter(reader, attempt.code, given))
        db.session.commit()
    return found


# --- What one request costs


def measured(folder: Path, log: Path, name: str = "SQLite", database_url: str = "") -> list[Figure]:
    here = site.make(folder, database_url)
    everybody = sitters(here, PEOPLE + 1 + SUBMITS * (ROUNDS + 1))
    with (
        serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello,
        serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal,
    ):
        found = _ratios(hello, portal, everybody[PEOPLE:], name)
    with serving(site.TARGET, here.environ, workers=2, alive="/healthz", log=log) as portal:
        found += storm(here, portal, everybody[:PEOPLE], name)
    return found


def _ratios(hello: Server, portal: Server, people: Sequence[Sitter], name: str) -> list[Figure]:
    """As pages are measured: hello anew before each round, the round at the first quarter counts."""
    one, submitting = people[0], people[1:]
    visitor = Visitor(portal.port)
    costs: dict[str, list[float]] = {"hello": [], "before": [], "question": [], "autosave": [], "submit": []}
    for number in range(ROUNDS + 1):
        ready = submitting[number * SUBMITS : (number + 1) * SUBMITS]
        for sitter in ready:
            for at in range(len(sitter.answers)):
                _require(sitter.saves(visitor, at), 200)
        before = f"/learn/{COURSE}/{MODULE}/quiz"
        spent = {
            "hello": _spent(hello, [partial(Visitor(hello.port).get, "/")] * HELLOS, 200),
            "before": _spent(portal, [partial(visitor.get, before, cookie=one.reader.cookie)] * BURST, 200),
            "question": _spent(portal, [partial(one.reads, visitor, at % 5 + 1) for at in range(BURST)], 200),
            "autosave": _spent(
                portal, [partial(one.saves, visitor, 0, twist=at % 2 == 1) for at in range(BURST)], 200
            ),
            "submit": _spent(portal, [partial(sitter.submits, visitor) for sitter in ready], 303),
        }
        if number:  # the first warms up
            for kind, cost in spent.items():
                costs[kind].append(cost)
    return [
        _ratio(f"{name}: the page before a quiz", costs["before"], costs["hello"], QUIZ),
        _ratio(f"{name}: a question of a quiz", costs["question"], costs["hello"], QUIZ),
        _ratio(f"{name}: an autosave", costs["autosave"], costs["hello"], AUTOSAVE),
        _ratio(f"{name}: a submit, marked", costs["submit"], costs["hello"], SUBMIT),
    ]


def _spent(server: Server, jobs: Sequence[partial[Answer]], status: int) -> float:
    """CPU seconds a request."""
    before = server.cpu_seconds()
    for job in jobs:
        _require(job(), status)
    return (server.cpu_seconds() - before) / len(jobs)


def _require(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise RuntimeError(f"answered {answer.status}: {answer.body[:200]!r}")


def _ratio(name: str, costs: Sequence[float], bare: Sequence[float], most: float) -> Figure:
    unit, cost = quantiles(bare, n=4)[0], quantiles(costs, n=4)[0]
    note = f"{cost * 1000:.2f} ms; middle {median(costs) / median(bare):.1f} × the middle hello"
    return Figure(name, cost / unit, "× hello", at_most=most, note=note)


# --- All at once


@dataclass
class Heard:
    """What the hall heard: how long each answer took until it came, however often it had to be asked for."""

    saves: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: list[float], took: float, status: int, tries: int) -> None:
        with self.lock:
            kind.append(took)
            self.statuses[status] += 1
            self.again += tries


def storm(here: Site, portal: Server, people: Sequence[Sitter], name: str) -> list[Figure]:
    """Everybody autosaves every ten seconds and submits at a moment of their own; twice a worker is killed."""
    _warm(portal, people)
    heard, began = Heard(), time.monotonic() + 1
    lot = random.Random(5)
    threads = [
        threading.Thread(
            target=_sit,
            args=(
                portal,
                one,
                heard,
                began + lot.uniform(0, EVERY),
                began + SAVING + lot.uniform(0, SUBMITTING),
            ),
        )
        for one in people
    ]
    killing = threading.Thread(target=_kill, args=(portal, began))
    for thread in [*threads, killing]:
        thread.start()
    for thread in [*threads, killing]:
        thread.join()
    with here.open():
        faults = _faults(people, heard)
        db.engine.dispose()
    return _figures(f"{name}: {len(people)} people in one quiz", heard, faults)


def _warm(portal: Server, people: Sequence[Sitter]) -> None:
    """Everybody opens their first question: every worker has read the course before anything is measured."""
    waiting = [threading.Thread(target=_open, args=(portal, one)) for one in people]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()


def _open(portal: Server, one: Sitter) -> None:
    visitor = Visitor(portal.port)
    _require(one.reads(visitor), 200)
    visitor.close()


def _kill(portal: Server, began: float) -> None:
    for at in KILLS:
        time.sleep(max(0.0, began + at - time.monotonic()))
        while not portal.kill_a_worker():
            time.sleep(0.01)


def _sit(portal: Server, one: Sitter, heard: Heard, begins: float, ends: float) -> None:
    visitor, saved = Visitor(portal.port), 0
    while (moment := begins + saved * EVERY) < ends:
        time.sleep(max(0.0, moment - time.monotonic()))
        _until_answered(visitor, partial(one.saves, visitor, saved), heard, heard.saves)
        saved += 1
    time.sleep(max(0.0, ends - time.monotonic()))
    _until_answered(visitor, partial(one.submits, visitor), heard, heard.submits)
    visitor.close()


def _until_answered(visitor: Visitor, job: partial[Answer], heard: Heard, kind: list[float]) -> None:
    """As the page does: what was not answered is sent again, just as it was."""
    began, status = time.perf_counter(), 0
    tries = 0
    while tries < TRIES:
        try:
            status = job().status
            break
        except (OSError, HTTPException):
            visitor.close()
            tries += 1
            time.sleep(PAUSE)
    heard.note(kind, time.perf_counter() - began, status, tries)


def _faults(people: Sequence[Sitter], heard: Heard) -> list[str]:
    """Every acknowledged answer is there, every attempt is submitted once, and its score is what these answers are worth."""
    wrong = [
        f"answered {status} {count} times"
        for status, count in heard.statuses.items()
        if status not in (200, 303)
    ]
    for one in people:
        attempt = db.session.scalars(select(Attempt).where(Attempt.code == one.code)).one()
        stored = {name: given for name, given in attempts.latest(attempt)[1].items() if given}
        submits = db.session.scalar(
            select(func.count()).where(Step.attempt_id == attempt.id, Step.kind == StepKind.SUBMIT)
        )
        if stored != {name: given for name, given in one.acknowledged.items() if given}:
            wrong.append(f"{one.code}: not what was acknowledged")
        scored = {name for name, points in attempt.points.items() if points == 1}
        if submits != 1 or attempt.score != len(scored) or not scored <= one.acknowledged.keys():
            wrong.append(f"{one.code}: {submits} submits, score {attempt.score}")
    return wrong


def _figures(name: str, heard: Heard, faults: Sequence[str]) -> list[Figure]:
    def slowest(taken: Sequence[float]) -> float:
        return quantiles(taken, n=100)[98]

    note = f"{len(heard.saves)} autosaves, {len(heard.submits)} submits in {SUBMITTING:.0f} s, {len(KILLS)} workers killed, {heard.again} sent again"
    return [
        Figure(f"{name}: faults", len(faults), "", at_most=0, note="; ".join(faults[:3]) or note),
        *(
            Figure(
                f"{name}: {kind}, slowest of a hundred",
                slowest(taken) * 1000,
                "ms",
                at_most=SLOWEST * 1000,
                note=f"middle {median(taken) * 1000:.0f} ms, slowest {max(taken) * 1000:.0f} ms",
            )
            for kind, taken in (("autosave", heard.saves), ("submit", heard.submits))
        ),
    ]
