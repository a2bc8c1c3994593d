"""Rows of the test database: all taken out after a test, and those with which many tests begin laid down again as they were first made."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select

from config import ROOT
from portal.awards import loading as awards
from portal.awards.models import Round, Track
from portal.core import clock
from portal.core.db import Base, db
from portal.programme import loading as programme

CONTENT = ROOT / "content"

T = TypeVar("T")
Rows = list[tuple[Table, list[dict[str, Any]]]]
_kept: dict[tuple[object, ...], tuple[Any, Rows]] = {}


@cache
def _tables() -> dict[str, Table]:
    """Every table by its name, those that others point to first."""
    return {table.name: table for table in Base.metadata.sorted_tables}


@cache
def _look() -> str:
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in _tables()
    )


def _filled(connection: Connection) -> list[Table]:
    """The tables that hold something, those that others point to first. One question."""
    names = set(connection.exec_driver_sql(_look()).scalars())
    return [table for name, table in _tables().items() if name in names]


def _count_on(connection: Connection, tables: Iterable[Table], *, last: str) -> None:
    """PostgreSQL counts its numbers apart from the rows; SQLite looks at them. `last` is SQL, {0} in it the table."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            if "id" in table.columns:
                numbers = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                connection.exec_driver_sql(f"SELECT setval({numbers}, {last.format(table.name)})")


def empty() -> None:
    """Take all rows out; numbers begin at 1 again. To truncate takes PostgreSQL ten times as long."""
    with db.engine.connect() as connection:
        filled = _filled(connection)
        if not filled:
            return
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(filled):
            connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
        _count_on(connection, filled, last="1, false")
        connection.commit()


def laid(name: str, make: Callable[[], T]) -> T:
    """What `make` gives, its rows in the database: made by the portal's rules the first time in a worker, then laid down as they were.

    `make` gives no rows, changes none that are there, and asks for nothing but files and the clock. Commits.
    """
    db.session.commit()
    key = name, db.engine.dialect.name, clock.now()
    with db.engine.connect() as connection:
        there = _filled(connection)
        if key in _kept and not {table for table, _rows in _kept[key][1]}.intersection(there):
            given, rows = _kept[key]
            _lay(connection, rows)
            return given  # type: ignore[no-any-return]
    given = make()
    db.session.commit()
    with db.engine.connect() as connection:
        new = [table for table in _filled(connection) if table not in there]
        _kept[key] = given, [(table, _rows_of(connection, table)) for table in new]
    return given


def _rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def _lay(connection: Connection, rows: Rows) -> None:
    for table, values in rows:
        connection.execute(insert(table), values)
    _count_on(connection, [table for table, _values in rows], last='(SELECT max(id) FROM "{0}")')
    connection.commit()


def the_round() -> Round:
    """The round of 2566, as its file tells it."""
    laid("round", lambda: len(awards.load(CONTENT)))
    return db.session.scalars(select(Round)).one()


def the_programme() -> programme.Loaded:
    """The workshops and speakers of 2566, as their files tell them; their round must be there."""
    tracks = db.session.execute(select(Track.round_id, Track.id, Track.code).order_by(Track.id)).all()
    return laid(f"programme of {tracks}", lambda: programme.load(CONTENT))
