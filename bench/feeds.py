"""What a large calendar feed costs: made anew, and not made again because the reader holds it; who is in it is crowd's matter."""

from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from itertools import product
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import insert, select

from bench import crowd, site
from bench.figures import Figure
from bench.server import HOST, Server, serving
from bench.site import Site
from portal.accounts.models import Agency, Role, User
from portal.attendance import feeds
from portal.core import clock
from portal.core.db import db
from portal.participation.models import AttendanceMark, AttendanceState, Registration
from portal.programme.models import Workshop, WorkshopSession

PEOPLE, SESSIONS, AGENCIES = 2_000, 4, 365
MOST_MS, MOST_RATIO = 150, 2
ROUNDS, FRESH, AGAIN = 7, 5, 2_000
WORKSHOP = "pmqa40-2566"
STATES = (*AttendanceState, AttendanceState.ATTENDED, AttendanceState.ATTENDED)


class WrongAnswer(RuntimeError):
    """The server answered otherwise than expected, so its figure would mean nothing."""


@dataclass(frozen=True)
class Feed:
    path: str
    lines: int  # ATTENDEEs it must have


def measured(folder: Path, log: Path) -> list[Figure]:
    """Both figures of one worker, and the way between: something else was written since, so the feed is looked up again."""
    here = site.make(folder)
    feed = stage(here)
    with (
        serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello,
        serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal,
    ):
        etag, kilobytes = _first(portal, feed)
        _cost(portal, feed.path, "", 200, FRESH)
        _cost(hello, "/", "", 200, FRESH)
        fresh, again, bare, anew = [], [], [], []
        for number in range(ROUNDS):
            fresh.append(_cost(portal, feed.path, "", 200, FRESH))
            bare.append(_cost(hello, "/", "", 200, AGAIN))
            again.append(_cost(portal, feed.path, etag, 304, AGAIN))
            _write_elsewhere(here, number)
            anew.append(_cost(portal, feed.path, etag, 304, 1))
    what = f"feed of {PEOPLE:,} attendees × {SESSIONS} sessions"
    unit, still = quantiles(bare, n=4)[0], quantiles(again, n=4)[0]
    return [
        Figure(
            f"{what}, made",
            1000 * quantiles(fresh, n=4)[0],
            "ms of CPU",
            at_most=MOST_MS,
            note=f"middle {1000 * median(fresh):.0f} ms; {kilobytes:,.0f} KB, packed on the wire",
        ),
        Figure(
            "the same, not modified",
            still / unit,
            "× hello",
            at_most=MOST_RATIO,
            note=f"{1000 * still:.3f} ms; middle {median(again) / median(bare):.2f} × the middle hello",
        ),
        Figure(
            "the same, not modified, but something else was written since",
            1000 * quantiles(anew, n=4)[0],
            "ms of CPU",
        ),
    ]


def stage(here: Site, *, people: int = PEOPLE) -> Feed:
    """An organizer's feed of a workshop that is over: so many people of many agencies, each marked at every session."""
    with here.open():
        everybody = crowd.add_people(people, crowd.add_agencies(min(people, AGENCIES)))
        workshop = crowd.open_workshop(WORKSHOP, capacity=people)
        sessions = _sessions(workshop)
        crowd.add_seats(workshop, everybody)
        _use_long_names(everybody)
        _mark_all(sessions)
        (organizer,) = crowd.add_people(1, [], role=Role.ORGANIZER, name="f")
        feed = feeds.rotate(db.session.get_one(User, organizer), feeds.subject_of(workshop))
        db.session.commit()
        return Feed(f"/calendar/{feed.secret}.ics", people * SESSIONS)


def _sessions(workshop: Workshop) -> list[int]:
    """Four sessions on the days before today, timed; those of the content are taken for the first of them."""
    first = clock.today() - timedelta(days=SESSIONS)
    for at in range(len(workshop.sessions), SESSIONS):
        workshop.sessions.append(
            WorkshopSession(code=f"more{at}", title_th=f"ช่วงที่ {at + 1}", day=first, position=at)
        )
    for at, session in enumerate(workshop.sessions):
        session.day = first + timedelta(days=at)
        session.starts_at = clock.now() - timedelta(days=SESSIONS - at)
        session.ends_at = session.starts_at + timedelta(hours=7)
    workshop.starts_on, workshop.ends_on = first, clock.today()
    db.session.flush()
    return [session.id for session in workshop.sessions]


def _use_long_names(people: list[int]) -> None:
    """Names and agencies as long as real ones: with titles, and of sixty letters."""
    for at, person in enumerate(db.session.scalars(select(User).where(User.id.in_(people)))):
        person.name = f"ผู้ช่วยศาสตราจารย์ ดร.{person.name} ณ อยุธยาตัวอย่าง {at}"
    for agency in db.session.scalars(select(Agency).where(Agency.code.like("BENCH-%"))):
        agency.name_th = f"สำนักงานคณะกรรมการส่งเสริมและพัฒนา{agency.name_th}"


def _mark_all(sessions: list[int]) -> None:
    """A mark of each person at each session, in turn of every kind."""
    seats = db.session.execute(select(Registration.id, Registration.agency_id)).all()
    rows = [
        {
            "session_id": session,
            "registration_id": seat.id,
            "agency_id": seat.agency_id,
            "state": STATES[(seat.id * 7 + session * 3) % len(STATES)],
            "how": "roster",
        }
        for session, seat in product(sessions, seats)
    ]
    db.session.execute(insert(AttendanceMark), rows)


def _write_elsewhere(here: Site, number: int) -> None:
    with here.open():
        crowd.add_people(1, [], name=f"late{number}-")
        db.session.commit()


def _first(portal: Server, feed: Feed) -> tuple[str, float]:
    """The ETag of the packed answer, and the kilobytes of the whole one, which must name everybody at every session."""
    connection = HTTPConnection(HOST, portal.port, timeout=60)
    body, _answer = _ask(connection, feed.path, {})
    if body.count(b"\nATTENDEE;") != feed.lines:
        raise WrongAnswer(f"{body.count(b'ATTENDEE;')} ATTENDEEs instead of {feed.lines}")
    _body, packed = _ask(connection, feed.path, {"Accept-Encoding": "gzip"})
    connection.close()
    return packed.headers["ETag"], len(body) / 1024


def _cost(server: Server, path: str, etag: str, status: int, count: int) -> float:
    """CPU seconds per request, over so many in a row."""
    connection = HTTPConnection(HOST, server.port, timeout=60)
    headers = {"Accept-Encoding": "gzip", **({"If-None-Match": etag} if etag else {})}
    before = server.cpu_seconds()
    for _time in range(count):
        _body, answer = _ask(connection, path, headers)
        if answer.status != status:
            raise WrongAnswer(f"{path} answered {answer.status}")
    spent = server.cpu_seconds() - before
    connection.close()
    return spent / count


def _ask(connection: HTTPConnection, path: str, headers: dict[str, str]) -> tuple[bytes, HTTPResponse]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.read(), answer
