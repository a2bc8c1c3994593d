"""What large spreadsheets cost: ten thousand people in and out of a real server, in seconds as the organizer waits, and in memory of a worker."""

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench import crowd, pages, site
from bench.crowd import Pass
from bench.figures import Figure
from bench.server import HOST, Server, serving
from bench.site import Site
from bench.zip import most_mb
from portal.accounts.models import Role
from portal.core import sheets, tables
from portal.core.db import db

PEOPLE, AGENCIES, ROSTER = 10_000, 365, 2_000
WORKSHOP, SMALL = "pmqa40-2566", "excellence-2566"
DRY, COMMIT, EXPORT, MEMORY, PAGE = 4, 10, 3, 150, 25
FOLDERS = ("people", "roster")  # each a portal of its own
TRIES = 3  # what others do on the machine only adds: the best counts
BOUNDARY = "a-part-of-the-bench"
COLUMNS = ("email", "name", "position", "agency_code", "role")
FORM = "application/x-www-form-urlencoded"


class WrongAnswer(RuntimeError):
    """The server answered otherwise than expected, so its figure would mean nothing."""


@dataclass
class Organizer:
    """Somebody who sends files to a server and follows where it leads."""

    server: Server
    who: Pass

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, b"", {})[1]

    def upload(self, path: str, file: bytes, **fields: str) -> str:
        """The address of what comes next."""
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        where, _body = self._ask("POST", path, self._parts(file, fields), {"Content-Type": kind})
        return where

    def press(self, path: str, **fields: str) -> str:
        body = "&".join(f"{name}={value}" for name, value in {"csrf_token": self.who.token, **fields}.items())
        where, _body = self._ask("POST", path, body.encode(), {"Content-Type": FORM})
        return where

    def _parts(self, file: bytes, fields: dict[str, str]) -> bytes:
        said = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"csrf_token": self.who.token, **fields}.items()
        )
        head = 'Content-Disposition: form-data; name="file"; filename="people.xlsx"'
        return f"{said}--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[str, bytes]:
        connection = HTTPConnection(HOST, self.server.port, timeout=120)
        connection.request(method, path, body=body, headers={"Cookie": self.who.cookie, **headers})
        answer = connection.getresponse()
        found = answer.read()
        connection.close()
        if answer.status != (200 if method == "GET" else 303):
            raise WrongAnswer(f"{method} {path[:60]} was answered with {answer.status}")
        return (answer.headers["Location"] or ""), found


def measured(folder: Path, log: Path, *, people: int = PEOPLE) -> list[Figure]:
    """People in and back out, a roster and its marks out and in, and the page of a large roster."""
    lists, rosters = (folder / name for name in FOLDERS)
    figures = _of_people(site.make(lists), log, people)
    here = site.make(rosters)
    who = _stage(here, people)
    figures += _of_roster(here, who, log, people)
    return figures + _of_page(here, who, log)


def _of_people(here: Site, log: Path, people: int) -> list[Figure]:
    with here.open():
        crowd.add_agencies(AGENCIES)
        (who,) = crowd.sign_in(here.app, crowd.add_people(1, [], role=Role.ORGANIZER, name="o"))
        db.session.commit()
    file = _people_file(people)
    what = f"import of {people:,} people"
    with _organizer(here, who, log) as organizer:
        dry, (draft, page) = _best(lambda: _looked_at(organizer, "/organize/imports/people", file))
        commit, run = _timed(lambda: organizer.press(f"{draft}/confirmation", mark=_mark(page)))
        again, (_draft, page) = _best(lambda: _looked_at(organizer, "/organize/imports/people", file))
        if b'name="mark"' in page:
            raise WrongAnswer("the same table again would change something")
        undo, _where = _timed(lambda: organizer.press(f"{run}/undoing"))
        memory = most_mb(organizer.server)
    return [
        Figure(
            f"{what}, dry",
            dry,
            "s",
            at_most=DRY,
            note=f"XLSX of {len(file) / 1024:,.0f} KB, from upload to the difference",
        ),
        Figure(f"{what}, commit", commit, "s", at_most=COMMIT),
        Figure(f"{what}, once more and nothing new", again, "s"),
        Figure(f"{what}, undone", undo, "s"),
        Figure(f"memory of a worker, {what}", memory, "MB"),
    ]


def _of_roster(here: Site, who: Pass, log: Path, people: int) -> list[Figure]:
    desk = f"/organize/workshops/{WORKSHOP}"
    figures = []
    for ending in ("xlsx", "csv"):
        with _organizer(here, who, log) as organizer:
            seconds, body = _best(lambda one=organizer, last=ending: one.get(f"{desk}/roster.{last}"))  # type: ignore[misc]
            memory = most_mb(organizer.server)
        what = f"roster of {people:,} as {ending.upper()}"
        figures += [
            Figure(what, seconds, "s", at_most=EXPORT, note=f"{len(body) / 1024:,.0f} KB"),
            Figure(f"memory of a worker, {what}", memory, "MB", at_most=MEMORY),
        ]
        if ending == "xlsx":
            figures += _of_marks(here, who, log, body)
    return figures


def _of_marks(here: Site, who: Pass, log: Path, roster: bytes) -> list[Figure]:
    """The roster comes back: as it is, and with everybody marked at the last session."""
    table = tables.read_table(io.BytesIO(roster), "roster.xlsx")
    rows = [[*row.cells, *[""] * (len(table.header) - len(row.cells))] for row in table.rows]
    address = f"/organize/workshops/{WORKSHOP}/imports/attendance"
    fields = {"session": "", "share": "80"}
    with _organizer(here, who, log) as organizer:
        same, (_draft, page) = _best(lambda: _looked_at(organizer, address, roster, **fields))
        if b'name="mark"' in page:
            raise WrongAnswer("the roster that comes back would change something")
        for row in rows:
            row[-1] = "มาแล้ว"
        file = sheets.write_xlsx(table.header, rows)
        dry, (draft, page) = _best(lambda: _looked_at(organizer, address, file, **fields))
        commit, _run = _timed(lambda: organizer.press(f"{draft}/confirmation", mark=_mark(page)))
    what = f"attendance of {len(rows):,} from the roster"
    return [
        Figure(f"{what}, nothing new", same, "s"),
        Figure(f"{what}, dry", dry, "s", at_most=DRY),
        Figure(f"{what}, commit", commit, "s", at_most=COMMIT),
    ]


def _of_page(here: Site, who: Pass, log: Path) -> list[Figure]:
    path = f"/organize/workshops/{SMALL}/roster"
    wanted = [
        pages.Page(f"roster of {ROSTER:,} people", path, PAGE, who.cookie),
        pages.Page(
            f"roster of {ROSTER:,} people, searched in Thai", f"{path}?q=%E0%B9%83%E0%B8%88", PAGE, who.cookie
        ),
    ]
    with (
        serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello,
        serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal,
    ):
        return pages.ratios(hello, portal, wanted, rounds=pages.ROUNDS)[1:]


def _stage(here: Site, people: int) -> Pass:
    """A workshop of ten thousand, half of them marked, and one of two thousand."""
    with here.open():
        everybody = crowd.add_people(people, crowd.add_agencies(AGENCIES))
        crowd.add_seats(crowd.open_workshop(WORKSHOP, capacity=people), everybody)
        crowd.add_seats(crowd.open_workshop(SMALL, capacity=ROSTER), everybody[:ROSTER])
        (who,) = crowd.sign_in(here.app, crowd.add_people(1, [], role=Role.ORGANIZER, name="o"))
        db.session.commit()
        return who


def _people_file(count: int) -> bytes:
    rows = (
        (
            f"p{at}@agency.example",
            f"{crowd.FIRST[at % len(crowd.FIRST)]} {crowd.LAST[at // len(crowd.FIRST) % len(crowd.LAST)]}",
            "นักวิเคราะห์นโยบายและแผน",
            f"BENCH-{at % AGENCIES:04}",
            "",
        )
        for at in range(count)
    )
    return sheets.write_xlsx(COLUMNS, rows)


@contextmanager
def _organizer(here: Site, who: Pass, log: Path) -> Iterator[Organizer]:
    with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as server:
        organizer = Organizer(server, who)
        organizer.get("/organize")
        yield organizer


def _looked_at(organizer: Organizer, path: str, file: bytes, **fields: str) -> tuple[str, bytes]:
    """Upload a file and see what it would change: where, and the page."""
    where = organizer.upload(path, file, **fields)
    return where, organizer.get(where)


def _mark(page: bytes) -> str:
    found = re.search(rb'name="mark" value="(\w+)"', page)
    if found is None:
        raise WrongAnswer("the file would change nothing")
    return found[1].decode()


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = do()
    return time.perf_counter() - began, done


def _best(do: Callable[[], Any]) -> tuple[float, Any]:
    return min((_timed(do) for _try in range(TRIES)), key=lambda one: one[0])
