"""How PostgreSQL is spoken to in few words: transactions only where they are begun, and lean cursors; who begins one is core.db's matter."""

import json
from functools import cache
from typing import Any

from sqlalchemy import Connection


def _read_json(stored: bytes) -> Any:
    """What a JSON column holds; given bytes, json.loads first looks in which encoding they are."""
    return json.loads(stored.decode())


OPTIONS = {
    "isolation_level": "AUTOCOMMIT",  # the driver begins no transaction by itself
    "json_deserializer": _read_json,
}


def begin(connection: Connection) -> None:
    """Begin a transaction on a connection that has none, unless it was asked to have none. Errors are SQLAlchemy's own."""
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    raw: Any = connection.connection.driver_connection
    try:
        # By libpq itself: a cursor for this one word took three times as long.
        is_begun = raw.pgconn.exec_(b"BEGIN").error_message == b""
    except connection.dialect.loaded_dbapi.Error:
        is_begun = False
    if not is_begun:
        # Fails as any statement does: so the pool learns of a server that is gone.
        connection.exec_driver_sql("BEGIN")


def begin_if_none(connection: Connection) -> None:
    """As begin, where one may have been begun."""
    raw: Any = connection.connection.driver_connection
    if raw.info.transaction_status.name == "IDLE":
        begin(connection)


def begin_for_all(connection: Connection) -> None:
    """The same; until it ends, cursors are planned for all their rows: else PostgreSQL plans for the first tenth."""
    begin_if_none(connection)
    raw: Any = connection.connection.driver_connection
    raw.execute("SET LOCAL cursor_tuple_fraction = 1")


def open_lean(raw: Any, _record: Any) -> None:
    """To be called with each new connection."""
    raw.cursor_factory = _lean(raw.cursor_factory)


@cache
def _lean(cursors: type) -> type:
    """psycopg's cursors, but for what they tell of columns: SQLAlchemy asks for it after each statement, and to make an
    object of every column took as long as the way to the server."""
    return type("LeanCursor", (cursors,), {"__slots__": (), "description": property(_columns)})


def _columns(cursor: Any) -> list[tuple[Any, ...]] | None:
    """Name and type of each column, as DB-API orders them; None where the statement gives no rows."""
    result = cursor.pgresult
    if result is None or not result.nfields:
        return None
    return [
        (result.fname(at).decode(), result.ftype(at), None, None, None, None, None)
        for at in range(result.nfields)
    ]
