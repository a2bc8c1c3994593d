"""Whether a worker is there: each notes now and then that it lives, and pages ask for how long none did."""

from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, read_rows
from portal.mail.models import Heartbeat

NAME = "worker"
EVERY = timedelta(minutes=1)  # a worker looks every other second and writes this often
SILENT_AFTER = timedelta(minutes=10)
_LAST = select(Heartbeat.at).where(Heartbeat.name == NAME)
_known: WeakKeyDictionary[Engine, datetime] = WeakKeyDictionary()  # the last beat this process read


def _beat(insert: Any) -> Any:
    put = insert(Heartbeat)
    return put.on_conflict_do_update(index_elements=["name"], set_={"at": put.excluded.at})


_BEAT = {"sqlite": _beat(sqlite.insert), "postgresql": _beat(postgresql.insert)}


def is_wanted() -> bool:
    """Whether the last beat is so old that a worker should note another. One query, no lock."""
    last = _last()
    return last is None or not timedelta() <= clock.now() - last < EVERY


def beat() -> None:
    """A worker lives now."""
    connection = db.session().connection()
    connection.execute(_BEAT[connection.dialect.name], {"name": NAME, "at": clock.now()})


def silent_since() -> datetime | None:
    """When a worker was last heard of, once that is too long ago; None while one is there or none ever was.

    A beat that is young enough stays so for minutes, so a page asks the database only when the one known has grown old.
    """
    now = clock.now()
    known = _known.get(db.engine)
    if known is None or not timedelta() <= now - known <= SILENT_AFTER:
        known = _last()
        if known is None:
            return None
        _known[db.engine] = known
    return known if now - known > SILENT_AFTER else None


def forget() -> None:
    """Know nothing, as after a start: for tests that empty the database."""
    _known.clear()


def _last() -> datetime | None:
    at: datetime | None = read_rows(_LAST).scalar()
    return at
