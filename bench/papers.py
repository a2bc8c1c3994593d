"""What printing for two thousand people costs: CPU time and memory of a worker for all badges, and for a sign-in sheet."""

from http.client import HTTPConnection
from pathlib import Path

from bench import crowd, site
from bench.crowd import Pass
from bench.figures import Figure
from bench.server import HOST, Server, serving
from bench.site import Site
from bench.zip import most_mb
from portal.accounts.models import Role
from portal.core.db import db

PEOPLE, AGENCIES = 2_000, 365
WORKSHOP = "pmqa40-2566"
PATHS = {
    "badges": f"/organize/workshops/{WORKSHOP}/badges.pdf",
    "sign-in sheet": f"/organize/workshops/{WORKSHOP}/sessions/day1/sign-in-sheet.pdf",
}
MOST_SECONDS, MOST_MB = 5, 40  # a paper must not hold up who else is served by that worker
A_TICKET = f"/workshops/{WORKSHOP}/ticket.pdf"


class WrongAnswer(RuntimeError):
    """The server answered otherwise than expected, so its figure would mean nothing."""


def measured(folder: Path, log: Path, *, people: int = PEOPLE) -> list[Figure]:
    """Each paper once from a worker that has printed one ticket before, so that what is loaded once is not counted."""
    here = site.make(folder)
    learner, organizer = stage(here, people)
    figures = []
    with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal:
        _print(portal, A_TICKET, learner)
        for name, path in PATHS.items():
            before, had = portal.cpu_seconds(), most_mb(portal)
            size = _print(portal, path, organizer)
            spent, grown = portal.cpu_seconds() - before, most_mb(portal) - had
            what = f"{name} for {people:,} people"
            figures += [
                Figure(
                    what, spent, "s of CPU", at_most=MOST_SECONDS, note=f"a file of {size / 1024:,.0f} KB"
                ),
                Figure(f"memory of a worker, {what}", grown, "MB more", at_most=MOST_MB),
            ]
    return figures


def stage(here: Site, people: int = PEOPLE) -> tuple[Pass, Pass]:
    """A workshop with so many seats, all taken; one who has one, and an organizer, both signed in."""
    with here.open():
        everybody = crowd.add_people(people, crowd.add_agencies(min(people, AGENCIES)))
        crowd.add_seats(crowd.open_workshop(WORKSHOP, capacity=people), everybody)
        (organizer,) = crowd.add_people(1, [], role=Role.ORGANIZER, name="printer")
        learner, by = crowd.sign_in(here.app, [everybody[0], organizer])
        db.session.commit()
        return learner, by


def _print(server: Server, path: str, by: Pass) -> int:
    """The bytes of the paper at this address."""
    connection = HTTPConnection(HOST, server.port, timeout=120)
    connection.request("GET", path, headers={"Cookie": by.cookie})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200 or not body.startswith(b"%PDF-"):
        raise WrongAnswer(f"{path} answered {answer.status}")
    return len(body)
