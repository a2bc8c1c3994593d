"""The two addresses that machines ask: is it alive, and how much is there."""

import re
from pathlib import Path

import pytest
from flask import Flask

from portal.app import create_app
from portal.core.db import db
from portal.mail import heartbeat, outbox
from portal.mail.models import MessageStatus
from portal.participation import registration
from tests.conftest import settings
from tests.home.conftest import let_in
from tests.learning.taking import take


@pytest.fixture
def without_database(app, tmp_path: Path) -> Flask:
    """The portal where no database can be reached."""
    return create_app(settings(tmp_path, f"sqlite:///{tmp_path / 'gone' / 'none.sqlite'}"))


def test_it_is_healthy_while_the_database_answers(client):
    response = client.get("/healthz")
    assert (response.status_code, response.text, response.mimetype) == (200, "ok\n", "text/plain")


def test_it_is_not_healthy_without_its_database(without_database):
    response = without_database.test_client().get("/healthz")
    assert (response.status_code, response.mimetype) == (503, "text/plain")
    assert "sqlite" not in response.text


def metrics(client) -> dict[str, int]:
    response = client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = re.findall(r"^# TYPE (\w+) gauge\n\1 (\d+)$", response.text, re.M)
    assert len(found) * 2 == response.text.count("\n")
    return {name: int(count) for name, count in found}


def test_an_empty_portal_counts_nothing(client):
    assert set(metrics(client).values()) == {0}


@pytest.mark.both_databases
def test_what_there_is_is_counted_in_one_query(client, cast, offered, course, queries):
    let_in(cast.agency, "pmqa40")
    registration.register(offered[0], user=cast.lamai)
    take(cast.lamai, course, "op", mistakes=4)
    take(cast.lamai, course, "op")
    failed = outbox.enqueue(kind="x", to_email="a@demo.example", subject="s", text="t")
    failed.status = MessageStatus.FAILED
    heartbeat.beat()
    db.session.commit()
    with queries() as statements:
        counts = metrics(client)
    assert counts == {
        "portal_users": 5,
        "portal_registrations": 1,
        "portal_attempts": 2,
        "portal_module_passes": 1,
        "portal_mail_queued": 1,
        "portal_mail_failed": 1,
        "portal_mail_in_doubt": 0,
        "portal_worker_heard_timestamp_seconds": 1676253600,
    }
    assert len(statements) == 1


def test_no_metric_names_anybody(client, cast):
    text = client.get("/metrics").text
    assert cast.lamai.email not in text
    assert cast.agency.code not in text
