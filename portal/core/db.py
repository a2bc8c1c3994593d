"""The database: session, typed base, column types, and the one way to begin a transaction that writes; what is stored is each room's matter."""

import enum
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Enum, Executable, MetaData, String, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.core import postgresql
from portal.core.tokens import new_code

BUSY_TIMEOUT_MS = 15_000


class UTCDateTime(TypeDecorator[datetime]):
    """Aware moments in and out, stored in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        # SQLite gives text: read in one step, for long lists are full of moments.
        return _read_text if dialect.name == "sqlite" else _read_moment


def _read_text(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored + "+00:00")


def _read_moment(stored: datetime | None) -> datetime | None:
    return None if stored is None else stored.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


IntPk = Annotated[int, mapped_column(primary_key=True)]
PublicCode = Annotated[str, mapped_column(String(12), unique=True, default=new_code)]

# Models subclass our typed Base, not db.Model; Flask-SQLAlchemy gives the engine and a session per request.
db: SQLAlchemy = SQLAlchemy()


def stored(kind: type[enum.StrEnum]) -> Enum:
    """The column type of an enum stored by value, guarded by a CHECK."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


# In `apart`: the connection on which it reads and writes.
_apart: ContextVar[Connection | None] = ContextVar("apart", default=None)
_writing: ContextVar[bool | None] = ContextVar("writing", default=None)  # None: as the request's method says


def will_write() -> bool:
    """Whether a transaction begun now may write: inside `writing`, and in a request whose method is not one of reading."""
    said = _writing.get()
    if said is not None:
        return said
    return has_request_context() and request.method not in ("GET", "HEAD", "OPTIONS")


@contextmanager
def _by(own: Connection | None, *, writes: bool) -> Iterator[None]:
    here, said = _apart.set(own), _writing.set(writes)
    try:
        yield
    finally:
        _apart.reset(here)
        _writing.reset(said)


def writing() -> AbstractContextManager[None]:
    """Transactions begun inside may write: on SQLite they begin IMMEDIATE. For commands and workers, and what is done by
    the session inside `apart`; a POST has it already."""
    return _by(None, writes=True)


def begin_write() -> None:
    """Hold the write lock before anything is counted (SQLite); PostgreSQL locks rows with `with_for_update`, and has a
    transaction from here on, should there be none yet.

    SQLite cannot raise a read transaction to a writing one once somebody else has written, so a transaction
    that only read is ended and begun anew; what was loaded is loaded again under the lock.
    """
    session = db.session()
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        postgresql.begin_if_none(connection)
        return
    changes = connection.connection.driver_connection.total_changes  # type: ignore[union-attr]
    if connection.info.get("immediate") or changes != connection.info.get("changes"):
        return
    session.rollback()
    with writing():
        session.connection()


@contextmanager
def apart() -> Iterator[None]:
    """What is read or prepared inside has a connection of its own and no session, which takes as long to begin and end
    as three statements: each statement is a transaction by itself, but for those in `together`.

    A session that is begun inside only reads, and what it did not commit is not seen here: whoever must call a rule
    that writes by it does so in `writing`.
    """
    with db.engine.connect() as own, _by(own, writes=False):
        yield


@contextmanager
def together() -> Iterator[None]:
    """What is prepared inside holds as a whole or not at all: apart in a transaction of its own, committed at the end;
    else in the session's, which its door commits."""
    own = _apart.get()
    if own is None:
        yield
        return
    driver: Any = own.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if own.dialect.name == "sqlite" else "BEGIN")
    try:
        yield
    except BaseException:
        driver.execute("ROLLBACK")
        raise
    driver.execute("COMMIT")


def connection() -> Connection:
    """Where columns are read: the connection of the session, what is pending there written before; inside `apart` its own."""
    own = _apart.get()
    if own is not None:
        return own
    session = db.session()
    session.flush()
    return session.connection()


def read_rows(statement: Executable, **values: Any) -> Any:
    """Rows of columns, a third cheaper than by way of the session's objects; for statements made once and for long lists."""
    return connection().execute(statement, values)


def read_long(statement: Executable, *, at_once: int) -> Any:
    """Rows of columns of a list too long to be held, so many at a time in memory."""
    on = connection()
    if on.dialect.name == "postgresql":
        postgresql.begin_for_all(on)  # a cursor of the server lives in a transaction
    return on.execute(statement.execution_options(yield_per=at_once))


def _open_sqlite(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # transactions are begun by _begin_on_sqlite, never by the driver
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_on_sqlite(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    connection.info["immediate"] = immediate = will_write()
    connection.info["changes"] = raw.total_changes
    if _writing.get() is False:
        return
    begin = "BEGIN IMMEDIATE" if immediate else "BEGIN"
    try:
        raw.execute(begin)
    except connection.dialect.loaded_dbapi.OperationalError as error:
        # A locked database is told of as by any statement.
        raise OperationalError(begin, None, error) from error


def _begin_on_postgresql(connection: Connection) -> None:
    """A request that only reads has no transaction: READ COMMITTED would not hold it to one moment anyhow, and rolling
    back at its end costs a way to the server and all the statements that psycopg has prepared there."""
    if will_write() or (_writing.get() is None and not has_request_context()):
        postgresql.begin(connection)


def prepare(engine: Engine) -> None:
    """Make an engine's transactions explicit: the driver begins none by itself. And SQLite durable."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", postgresql.open_lean)
        event.listen(engine, "begin", _begin_on_postgresql)


def driver_url(url: str) -> str:
    """The same address with our PostgreSQL driver: psycopg 3."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def init_app(app: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"] = driver_url(app.config["DATABASE_URL"])
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        # A thread holds at most two, apart and for its session: a limit could have all of them wait for their second.
        "max_overflow": -1,
        **(postgresql.OPTIONS if url.startswith("postgresql") else {}),
    }
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
