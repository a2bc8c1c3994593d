"""Rows of the test database: all taken out after a test, and those with which many tests begin laid down again as they were first made."""

from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Table, inspect, select
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from config import ROOT
from portal.awards import loading as awards
from portal.awards.models import Round, Track
from portal.core import clock
from portal.core.db import Base, db
from portal.programme import loading as programme

CONTENT = ROOT / "content"

MOST_ROWS = 200  # in the database when rows are laid down: to compare more takes longer than to make some

P = ParamSpec("P")
T = TypeVar("T")
Held = dict[str, list[Any]]  # the rows of each table that holds some, as its database gives and takes them
_kept: dict[tuple[object, ...], tuple[Any, Held] | None] = {}


@cache
def _tables() -> dict[str, Table]:
    """Every table by its name, those that others point to first."""
    return {table.name: table for table in Base.metadata.sorted_tables}


@cache
def _look() -> str:
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in _tables()
    )


@cache
def _counts(name: str, last: str) -> str:
    """SQL. PostgreSQL counts its numbers apart from the rows; SQLite looks at them. {0} in `last` is the table."""
    numbers = f"pg_get_serial_sequence('\"{name}\"', 'id')"
    return f"SELECT setval({numbers}, {last.format(name)})" if "id" in _tables()[name].columns else "SELECT 1"


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _raw(connection: Connection) -> Any:
    """The driver's own: a statement that is sent by way of SQLAlchemy takes longer than to be carried out."""
    return connection.connection.driver_connection


def _filled(connection: Connection) -> list[str]:
    """The tables that hold something, those that others point to first. One question."""
    names = {name for (name,) in _raw(connection).execute(_look())}
    return [name for name in _tables() if name in names]


def empty() -> None:
    """Take all rows out; numbers begin at 1 again. To truncate takes PostgreSQL ten times as long."""
    with db.engine.connect() as connection:
        filled = _filled(connection)
        if not filled:
            return
        raw = _raw(connection)
        deletions = ";".join(f'DELETE FROM "{name}"' for name in reversed(filled))
        if _is_sqlite(connection):
            # Without a pragma: after one each statement that is known is prepared anew.
            raw.executescript(f"BEGIN IMMEDIATE; {deletions}; COMMIT")
        else:
            counts = ";".join(_counts(name, "1, false") for name in filled)
            raw.execute(f"BEGIN; {deletions}; {counts}; COMMIT")


def laid(name: str, make: Callable[[], T]) -> T:
    """What `make` gives, its rows in the database: made by the portal's rules the first time in a worker on what the
    database then holds, and laid down as they were whenever it holds the same at the same moment.

    `make` asks for nothing but the database, files and the clock, writes nothing but rows and takes none away, or it is
    called every time. It gives a row, a list or tuple of rows, or what is the same for every test. Commits.
    """
    db.session.commit()
    with db.engine.connect() as connection:
        before = _held(connection)
        if sum(map(len, before.values())) > MOST_ROWS:
            return _made(make)
        key = name, connection.dialect.name, clock.now(), _fingerprint(before)
        found = _kept.get(key)
        if found:
            _lay(connection, found[1])
            return _given(found[0])  # type: ignore[no-any-return]
    given = _made(make)
    if key not in _kept:
        with db.engine.connect() as connection:
            new = _new(before, _held(connection))
        _kept[key] = None if new is None else (_noted(given), new)
    return given


def _made(make: Callable[[], T]) -> T:
    given = make()
    db.session.commit()
    return given


def once(fixture: Callable[P, T]) -> Callable[P, T]:
    """A fixture that makes nothing but rows, laid down from the second time on; it stands below @pytest.fixture."""

    @wraps(fixture)
    def made(*given: P.args, **named: P.kwargs) -> T:
        return laid(f"{fixture.__module__}.{fixture.__qualname__}", lambda: fixture(*given, **named))

    return made


def _held(connection: Connection) -> Held:
    raw = _raw(connection)
    if _is_sqlite(connection):
        return {name: raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in _filled(connection)}
    rows = " UNION ALL ".join(f"SELECT '{name}', x::text FROM \"{name}\" x" for name in _filled(connection))
    held: Held = {}
    for name, row in raw.execute(rows) if rows else ():
        held.setdefault(name, []).append(row)
    return held


def _fingerprint(held: Held) -> int:
    """Of all but who is signed in, whose keys are never the same."""
    return hash(tuple((name, tuple(rows)) for name, rows in held.items() if name != "sign_in"))


def _new(before: Held, after: Held) -> Held | None:
    """The rows that came or were changed; None where others went."""
    new: Held = {}
    for name in _tables():
        old, rows = set(before.get(name, ())), after.get(name, [])
        came = [row for row in rows if row not in old]
        gone = old.difference(rows)
        if gone and not (_has_number(name) and _numbers(gone) <= _numbers(came)):
            return None
        if came:
            new[name] = came
    return new


def _has_number(name: str) -> bool:
    return next(iter(_tables()[name].columns)).name == "id"


def _numbers(rows: Iterable[Any]) -> set[object]:
    return {row[0] if isinstance(row, tuple) else row[1 : row.index(",")] for row in rows}


@cache
def _or_change(name: str) -> str:
    """SQL. An upsert, for to replace a row would take along who points to it."""
    if not _has_number(name):
        return ""
    changes = ", ".join(f'"{one.name}" = excluded."{one.name}"' for one in _tables()[name].columns)
    return f"ON CONFLICT (id) DO UPDATE SET {changes}"


def _lay(connection: Connection, new: Held) -> None:
    raw = _raw(connection)
    if _is_sqlite(connection):
        raw.execute("BEGIN IMMEDIATE")
        for name, rows in new.items():
            values = ",".join("?" * len(rows[0]))
            raw.executemany(f'INSERT INTO "{name}" VALUES ({values}) {_or_change(name)}', rows)
        raw.execute("COMMIT")
        return
    raw.execute("BEGIN")
    for name, rows in new.items():
        given = f'SELECT (x::"{name}").* FROM unnest(%s::text[]) x'
        raw.execute(f'INSERT INTO "{name}" {given} {_or_change(name)}', (rows,))
    counts = ";".join(_counts(name, '(SELECT max(id) FROM "{0}")') for name in new)
    raw.execute(f"{counts}; COMMIT")


def identity_of(row: Base) -> int:
    """The number of a row in the database, without looking it up."""
    identity = inspect(row).identity
    assert identity
    return int(identity[0])


def _noted(given: Any) -> Any:
    """Rows as their class and number, everything else as it is."""
    if type(given) in (list, tuple):
        return type(given)([_noted(one) for one in given])
    return _Row(type(given), identity_of(given)) if isinstance(given, Base) else given


class _Row(tuple[type[Base], int]):
    """A row that a session does not know yet."""

    def __new__(cls, kind: type[Base], number: int) -> "_Row":
        return super().__new__(cls, (kind, number))


def _given(noted: Any) -> Any:
    if type(noted) in (list, tuple):
        return type(noted)([_given(one) for one in noted])
    if not isinstance(noted, _Row):
        return noted
    kind, number = noted
    row = kind()
    set_committed_value(row, "id", number)
    make_transient_to_detached(row)
    db.session.add(row)
    return row


def the_round() -> Round:
    """The round of 2566, as its file tells it."""
    laid("round", lambda: len(awards.load(CONTENT)))
    return db.session.scalars(select(Round)).one()


def the_programme() -> programme.Loaded:
    """The workshops and speakers of 2566, as their files tell them; their round must be there."""
    tracks = db.session.execute(select(Track.round_id, Track.id, Track.code).order_by(Track.id)).all()
    return laid(f"programme of {tracks}", lambda: programme.load(CONTENT))
