"""What certificates cost: CPU time of a worker for one paper, and time and memory for those of a large agency as one zip."""

import io
import time
import zipfile
from datetime import date
from http.client import HTTPConnection
from pathlib import Path

from bench import crowd, site
from bench.crowd import Pass
from bench.figures import Figure
from bench.server import HOST, Server, serving
from bench.site import Site
from bench.zip import most_mb
from portal.accounts.models import Role
from portal.certificates import issuing
from portal.certificates.earning import Earned
from portal.certificates.models import CertificateKind
from portal.core.db import db
from portal.courses import catalog

PEOPLE, TIMES = 2_000, 50
MOST_CPU_MS, MOST_MB = 40, 150  # of the whole worker


class WrongAnswer(RuntimeError):
    """The server answered otherwise than expected, so its figure would mean nothing."""


def measured(folder: Path, log: Path, *, people: int = PEOPLE) -> list[Figure]:
    """Papers from a worker that has printed one before, so that what is loaded once is not counted; then the zip, with all
    that printing loads."""
    here = site.make(folder)
    codes, coordinator, issued = stage(here, people)
    with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal:
        _get(portal, "/learn", coordinator)
        had = most_mb(portal)
        _get(portal, f"/certificates/{codes[0]}.pdf", coordinator)
        before = portal.cpu_seconds()
        for code in codes[:TIMES]:
            _get(portal, f"/certificates/{code}.pdf", coordinator)
        each = (portal.cpu_seconds() - before) / len(codes[:TIMES])
        before, began = portal.cpu_seconds(), time.perf_counter()
        body = _get(portal, "/agency/certificates.zip", coordinator)
        seconds, spent = time.perf_counter() - began, portal.cpu_seconds() - before
        memory = most_mb(portal)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if len(archive.namelist()) != people or archive.testzip() is not None:
            raise WrongAnswer("the zip is not whole")
    what = f"a zip of {people:,} certificates"
    size = f"{len(body) / 1024**2:.0f} MB, {spent:.0f} s of CPU"
    return [
        Figure(f"issuing {people:,} certificates", issued, "s"),
        Figure("a certificate", each * 1000, "ms of CPU", at_most=MOST_CPU_MS),
        Figure(
            f"memory of a worker, {what}",
            memory,
            "MB",
            at_most=MOST_MB,
            note=f"{memory - had:.0f} MB more than before",
        ),
        Figure(what, seconds, "s", note=size),
    ]


def stage(here: Site, people: int) -> tuple[list[str], Pass, float]:
    """One agency whose people all have a certificate: their codes, its coordinator, and how long issuing took."""
    with here.open():
        agencies = crowd.add_agencies(1)
        everybody = crowd.add_people(people, agencies)
        (coordinator,) = crowd.add_people(1, agencies, role=Role.COORDINATOR, name="head")
        course = catalog.courses()[0]
        title = {"th": course.title_th, "en": course.title_en}
        facts = {"modules": [module.code for module in course.required_modules]}
        earned = [
            Earned(one, agencies[0], CertificateKind.COURSE, course.code, title, facts, date(2023, 2, 12))
            for one in everybody
        ]
        began = time.perf_counter()
        codes = [one.code for one in issuing.issue(earned, by=None)]
        taken = time.perf_counter() - began
        (by,) = crowd.sign_in(here.app, [coordinator])
        db.session.commit()
        return codes, by, taken


def _get(server: Server, path: str, by: Pass) -> bytes:
    connection = HTTPConnection(HOST, server.port, timeout=600)
    connection.request("GET", path, headers={"Cookie": by.cookie})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise WrongAnswer(f"{path} answered {answer.status}")
    return body
