"""The bench at small size: what the rush promises at 500 people holds for 60, over real HTTP with two workers."""

import pytest
from flask import Flask

from bench import letters, outbox, rush, site
from bench.figures import Figure, as_markdown, as_table
from config import ROOT
from portal.awards import loading as award_files
from portal.core.db import db, writing
from portal.programme import loading as programme_files
from tests.conftest import START

pytestmark = pytest.mark.bench


@pytest.mark.both_databases
def test_sixty_people_for_ten_seats_get_them_in_the_order_of_their_arrival(app: Flask, database: str) -> None:
    with writing():
        award_files.load(ROOT / "content")
        programme_files.load(ROOT / "content")
        db.session.commit()
    folder = app.config["INSTANCE"]
    environ = site.environ_of(
        folder, app.config["DATABASE_URL"], PORTAL_SECRET_KEY=str(app.secret_key), PORTAL_CLOCK=START
    )
    here = site.Site(folder, environ, app)
    ran = rush.run(here, people=60, places=10, connections=8, workers=2)
    assert ran.faults == []
    assert (ran.confirmed, ran.waiting) == (10, 50)
    assert ran.told.statuses == {303: 60}


@pytest.mark.both_databases
def test_two_workers_drain_the_outbox_to_a_real_server_each_mail_once(app: Flask, database: str) -> None:
    folder = app.config["INSTANCE"]
    environ = site.environ_of(
        folder, app.config["DATABASE_URL"], PORTAL_SECRET_KEY=str(app.secret_key), PORTAL_CLOCK=START
    )
    drained = outbox.drain(site.Site(folder, environ, app), mails=120, workers=2)
    assert drained.faults == []
    assert drained.arrived == 120


@pytest.mark.both_databases
def test_a_letter_to_many_lets_others_register_meanwhile(app: Flask, database: str) -> None:
    with writing():
        award_files.load(ROOT / "content")
        programme_files.load(ROOT / "content")
        db.session.commit()
    here = site.Site(app.config["INSTANCE"], {}, app)
    letters.fill(here, 60)
    assert letters.send(here, readers=60).waited < letters.MOST_SECONDS


def test_a_figure_is_judged_by_its_target_and_one_without_is_only_told() -> None:
    table = as_table(
        [
            Figure("page", 2.96, "× hello", at_most=3),
            Figure("slow page", 3.04, "× hello", at_most=3),
            Figure("seats", 100, "", at_most=100, at_least=100),
            Figure("speed", 250.25, "registrations/s", note="told"),
        ]
    )
    page, slow, seats, speed = table.splitlines()[1:]
    assert page.split() == ["page", "3.0", "×", "hello", "≤", "3", "met"]
    assert slow.split()[-1] == "MISSED"
    assert seats.split() == ["seats", "100", "=", "100", "met"]
    assert speed.split() == ["speed", "250.2", "registrations/s", "told"]


def test_the_results_name_the_machine_and_no_host_or_path() -> None:
    page = as_markdown([Figure("page", 1.5, "× hello", at_most=3)])
    assert "| page | 1.5 × hello | ≤ 3 | met |  |" in page
    assert "Python 3." in page
    assert "/work" not in page
    assert "/home" not in page
