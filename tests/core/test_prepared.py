"""Prepared statements: the same values in and out as by way of the session, and what holds where there is none."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier

import pytest
from flask import Flask
from psycopg import OperationalError
from sqlalchemy import Float, bindparam, cast as as_type, func, insert, literal, select, text

from portal.accounts.models import AuditEvent, Role, User
from portal.core import clock
from portal.core.db import apart, begin_write, db, read_rows, together, writing
from portal.core.prepared import Prepared

pytestmark = pytest.mark.both_databases

NOTE = Prepared(
    insert(AuditEvent).values(
        {one: bindparam(one) for one in ("at", "verb", "subject", "detail", "actor_id")}
    )
)
HALF = as_type(literal(0.5), Float)  # PostgreSQL's driver tells by the column how it is read
NOTED = select(AuditEvent.subject).order_by(AuditEvent.id)


def note(subject: str, at: datetime | None = None) -> None:
    NOTE.rows(
        at=at or clock.now(), verb="tried", subject=subject, detail={"ก": [1, None, "ข"]}, actor_id=None
    )


def noted() -> list[str]:
    """As anybody else sees it."""
    other = db.engine.raw_connection()
    cursor = other.cursor()
    cursor.execute("SELECT subject FROM audit_event ORDER BY id")
    found = [subject for (subject,) in cursor.fetchall()]
    other.close()
    return found


def test_values_come_and_go_as_by_way_of_the_session(app: Flask, cast) -> None:
    at = datetime(2023, 2, 13, 1, 2, 3, 456_000, tzinfo=UTC)
    note("one", at)
    statement = (
        select(AuditEvent.at, AuditEvent.detail, AuditEvent.actor_id, User.role, User.is_sample, HALF)
        .join(User, User.role == Role.ORGANIZER)
        .where(AuditEvent.at == bindparam("at", type_=AuditEvent.at.type), User.id == bindparam("user"))
    )
    [row] = Prepared(statement).rows(at=at, user=cast.orn.id)
    assert row == (at, {"ก": [1, None, "ข"]}, None, Role.ORGANIZER, False, 0.5)
    assert row == tuple(db.session.execute(statement, {"at": at, "user": cast.orn.id}).one())
    assert Prepared(statement).first(at=at, user=0) is None


def test_what_the_session_has_pending_is_written_before_and_goes_with_it(app: Flask, cast) -> None:
    with writing():
        cast.orn.name = "อรทัย"
        named = Prepared(select(User.name).where(User.id == bindparam("user")))
        assert named.rows(user=cast.orn.id) == [("อรทัย",)]
        note("one")
    db.session.rollback()
    assert noted() == []


def test_apart_each_statement_holds_by_itself(app: Flask) -> None:
    with app.test_request_context(method="POST"), apart():
        note("one")
        assert noted() == ["one"]


def test_together_all_of_it_holds_or_nothing(app: Flask) -> None:
    with apart():
        with together():
            note("one")
            note("two")
            assert noted() == []
        assert noted() == ["one", "two"]
        with suppress(ZeroDivisionError), together():
            note("three")
            raise ZeroDivisionError
        note("four")
    assert noted() == ["one", "two", "four"]


def test_the_session_stands_in_nobodys_way_where_something_is_written_apart(app: Flask) -> None:
    with app.test_request_context(method="POST"), apart():
        assert list(db.session.scalars(NOTED)) == []
        note("one")
        assert list(db.session.scalars(NOTED)) == ["one"]
        assert list(read_rows(NOTED).scalars()) == ["one"]


def test_a_rule_of_the_session_is_called_in_writing(app: Flask) -> None:
    with app.test_request_context(method="POST"), apart():
        db.session.scalars(NOTED).all()
        with writing():
            begin_write()
            note("one")
            assert (list(read_rows(NOTED).scalars()), noted()) == (["one"], [])
            db.session.rollback()
    assert noted() == []


@pytest.mark.on_postgresql
def test_a_server_that_is_gone_is_told_once_and_forgotten(app: Flask) -> None:
    own = Prepared(select(func.pg_backend_pid()))
    with db.engine.connect() as other, apart():
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": own.rows()[0][0]})
        with pytest.raises(OperationalError):
            own.rows()
    with apart():
        assert own.rows()


def test_many_who_are_apart_may_all_need_a_session_at_once(app: Flask) -> None:
    many = 20
    here = Barrier(many, timeout=10)

    def apart_and_in_session(_number: int) -> int:
        with app.app_context(), apart():
            read_rows(select(literal(1)))
            here.wait()
            with writing():
                return db.session.scalar(select(literal(1))) or 0

    with ThreadPoolExecutor(many) as threads:
        assert sum(threads.map(apart_and_in_session, range(many))) == many
