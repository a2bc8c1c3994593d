"""Statements that are asked many times a second, sent by the database's own driver; on which connection is core.db's matter.

SQLAlchemy's way from a statement to its rows takes several times as long as the database does (docs/decisions/0036).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from portal.core.db import connection

Row = tuple[Any, ...]

# Whoever wants to hear each statement that is sent from here: tests and figures that count them.
heard_by: list[Callable[[str], None]] = []


class _Way(NamedTuple):
    """A statement in the words of one driver, and how values get into it and out of its rows."""

    words: str
    order: list[str] | None  # of the values, where they have no names
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    into: list[tuple[str, Callable[[Any], Any]]]
    out: list[tuple[int, Callable[[Any], Any]]]
    has_rows: bool


class Prepared:
    """A statement that is put into words once. What it asks for is named by `bindparam`; it holds no list (`IN`), and
    names every column that it writes, for no defaults are filled in. `postgresql` is another one to take there."""

    def __init__(self, statement: Any, *, postgresql: Any = None) -> None:
        self._statement = statement
        self._on_postgresql = statement if postgresql is None else postgresql
        self._ways: dict[str, _Way] = {}

    def rows(self, **values: Any) -> list[Row]:
        """All rows of it, as `core.db.read_rows` asks. Errors are the driver's own."""
        on = connection()
        dialect: Dialect = on.dialect
        driver: Any = on.connection.driver_connection
        way = self._ways.get(dialect.name) or self._way_to(dialect)
        given = {**way.fixed, **values}
        for name, process in way.into:
            given[name] = process(given[name])
        for hear in heard_by:
            hear(way.words)
        try:
            cursor = driver.execute(
                way.words, given if way.order is None else [given[name] for name in way.order]
            )
        except dialect.loaded_dbapi.Error as error:
            _forget_if_gone(on, error)
            raise
        if not way.has_rows:
            return []
        found: list[Row] = cursor.fetchall()
        return [_read(row, way.out) for row in found] if way.out else found

    def first(self, **values: Any) -> Row | None:
        """The first of these rows; None where there is none."""
        return next(iter(self.rows(**values)), None)

    def _way_to(self, dialect: Dialect) -> _Way:
        statement = self._on_postgresql if dialect.name == "postgresql" else self._statement
        said: SQLCompiler = statement.compile(dialect=dialect)
        into = {
            name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in said.binds.items()
        }
        columns = [one.type.dialect_impl(dialect) for one in statement.exported_columns]
        out = [one.result_processor(dialect, None) for one in columns]
        way = _Way(
            words=said.string,
            order=list(said.positiontup or ()) if said.positional else None,
            fixed={name: one.effective_value for name, one in said.binds.items() if not one.required},
            into=[(name, process) for name, process in into.items() if process],
            out=[(at, process) for at, process in enumerate(out) if process],
            has_rows=bool(columns),
        )
        self._ways[dialect.name] = way
        return way


def _read(row: Row, out: list[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for at, process in out:
        values[at] = process(values[at])
    return tuple(values)


def _forget_if_gone(connection: Connection, error: Any) -> None:
    """Where the server is gone, so is every connection that is kept: else each would be an error of its own."""
    if connection.dialect.is_disconnect(error, connection.connection.driver_connection, None):
        connection.invalidate(error)
        connection.engine.dispose()
