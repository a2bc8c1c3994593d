"""Transactions on PostgreSQL: begun where something may be written, and by nobody else."""

import pytest
from flask import Flask
from sqlalchemy import literal, select, text
from sqlalchemy.exc import OperationalError

from portal.core.db import db, read_long

pytestmark = pytest.mark.on_postgresql


def state() -> str:
    """Whether a transaction is under way, after a statement."""
    db.session.execute(text("SELECT 1"))
    driver = db.session.connection().connection.driver_connection
    assert driver is not None
    found = str(driver.info.transaction_status.name)
    db.session.rollback()
    return found


def test_a_request_that_only_reads_has_no_transaction(app: Flask) -> None:
    with app.test_request_context():
        assert state() == "IDLE"
    with app.test_request_context(method="POST"):
        assert state() == "INTRANS"


def test_a_command_has_one(app: Flask) -> None:
    with app.app_context():
        assert state() == "INTRANS"


def test_a_long_list_is_fetched_in_portions_while_only_reading(app: Flask) -> None:
    with app.test_request_context():
        assert [row.one for row in read_long(select(literal(1).label("one")), at_once=10)] == [1]


def test_a_server_that_is_gone_is_told_once_and_forgotten(app: Flask) -> None:
    with app.app_context():
        with db.engine.connect() as holds, db.engine.connect() as other:
            own = holds.scalar(text("SELECT pg_backend_pid()"))
            holds.rollback()
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": own})
            with pytest.raises(OperationalError, match="SQL: BEGIN"):
                holds.execute(text("SELECT 1"))
        assert db.session.scalar(text("SELECT 1")) == 1
