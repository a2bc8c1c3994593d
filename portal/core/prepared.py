"""Statements that are asked many times a second, sent by the database's own driver; on which connection is core.db's matter.

SQLAlchemy's way from a statement to its rows takes several times as long as the database does (docs/decisions/0036).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from portal.core.db import connection

Row = tuple[Any, ...]

# Whoever wants to hear each statement that is sent from here: tests and figures that count them.
heard_by: list[Callable[[str], None]] = []


@dataclass(slots=True)
class _Way:
    """A statement in the words of one driver, and how values get into it and out of its rows."""

    words: str
    order: list[str] | None  # of the values, where they have no names
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    into: list[tuple[str, Callable[[Any], Any]]]
    columns: list[TypeEngine[Any]]
    out: list[tuple[int, Callable[[Any], Any]]] | None = None  # known once the driver told of its columns

    def given(self, values: Mapping[str, Any]) -> Any:
        """These values as the driver takes them."""
        given = {**self.fixed, **values}
        for name, process in self.into:
            given[name] = process(given[name])
        return given if self.order is None else [given[name] for name in self.order]

    def read(self, cursor: Any, dialect: Dialect) -> list[Row]:
        """The rows as the driver gave them, their values as they are in Python."""
        if self.out is None:
            kinds = [kind for _name, kind, *_rest in cursor.description]
            ways = [
                one.result_processor(dialect, kind) for one, kind in zip(self.columns, kinds, strict=True)
            ]
            self.out = [(at, process) for at, process in enumerate(ways) if process]
        found: list[Row] = cursor.fetchall()
        if not self.out:
            return found
        rows = [list(row) for row in found]
        for row in rows:
            for at, process in self.out:
                row[at] = process(row[at])
        return [tuple(row) for row in rows]


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
        for hear in heard_by:
            hear(way.words)
        try:
            cursor = driver.execute(way.words, way.given(values))
        except dialect.loaded_dbapi.Error as error:
            _forget_if_gone(on, error)
            raise
        return way.read(cursor, dialect) if way.columns else []

    def first(self, **values: Any) -> Row | None:
        """The first of these rows; None where there is none."""
        return next(iter(self.rows(**values)), None)

    def _way_to(self, dialect: Dialect) -> _Way:
        statement = self._on_postgresql if dialect.name == "postgresql" else self._statement
        said: SQLCompiler = statement.compile(dialect=dialect)
        into = {
            name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in said.binds.items()
        }
        way = _Way(
            words=said.string,
            order=list(said.positiontup or ()) if said.positional else None,
            fixed={name: one.effective_value for name, one in said.binds.items() if not one.required},
            into=[(name, process) for name, process in into.items() if process],
            columns=[one.type.dialect_impl(dialect) for one in statement.exported_columns],
        )
        self._ways[dialect.name] = way
        return way


def _forget_if_gone(connection: Connection, error: Any) -> None:
    """Where the server is gone, so is every connection that is kept: else each would be an error of its own."""
    if connection.dialect.is_disconnect(error, connection.connection.driver_connection, None):
        connection.invalidate(error)
        connection.engine.dispose()
