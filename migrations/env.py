"""Runs the migrations on the portal's own engine, so that SQLite keeps its pragmas; what changed stands in versions/."""

from alembic import context

from portal.core.db import Base, db


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()


run()
