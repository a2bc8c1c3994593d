"""What was said once: asked and noted by key, safe for workers at once; what it is and whom it concerns, its sender decides."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, read_rows
from portal.mail.models import Told


def _note(insert: Any) -> Any:
    return insert(Told).on_conflict_do_nothing(index_elements=["key"])


_NOTE = {"sqlite": _note(sqlite.insert), "postgresql": _note(postgresql.insert)}
_AMONG = select(Told.key).where(Told.key.in_(bindparam("keys", expanding=True)))


def note(key: str) -> None:
    """From now on this was said; noted already, it stays. In the transaction of what says it."""
    session = db.session()
    session.flush()
    connection = session.connection()
    connection.execute(_NOTE[connection.dialect.name], {"key": key, "at": clock.now()})


def among(keys: Collection[str]) -> set[str]:
    """Which of these were said. One query, none for no keys; no lock."""
    return {key for (key,) in read_rows(_AMONG, keys=list(keys))} if keys else set()
