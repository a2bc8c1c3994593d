"""Runs the migrations on the portal's own engine, so that SQLite keeps its pragmas; what changed stands in versions/."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from portal.core.db import Base, UTCDateTime, db


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must run without the code of its day, so our column type is written as what it stores."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


@contextmanager
def _references_unwatched(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and would not let the old one go while others refer to it; PostgreSQL alters it."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        if broken := raw.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"after the migration rows refer to nothing: {broken[:10]}")
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render,
        )
        with _references_unwatched(connection), context.begin_transaction():
            context.run_migrations()


run()
