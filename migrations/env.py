"""Runs the migrations on the portal's own engine, so that SQLite keeps its pragmas; what changed stands in versions/."""

from typing import Any, Literal

from alembic import context

from portal.core.db import Base, UTCDateTime, db


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must run without the code of its day, so our column type is written as what it stores."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
