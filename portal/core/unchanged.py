"""Answers "not modified" at the door, where nothing at all was committed since the same answer was made; what an answer holds is its view's matter.

For addresses that machines ask again and again. The proof is the database's own: SQLite counts the commits of other
connections, PostgreSQL tells the snapshot in which it would answer. Equal before and after means: the same data.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from portal.core import clock
from portal.core.db import db

View = TypeVar("View", bound=Callable[..., Any])

MOST = 4_096  # answers that a process remembers
STATE_OF_ALL = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}
OF_THE_BODY = ("content-length", "content-type", "content-encoding", "content-disposition")

log = logging.getLogger("portal.unchanged")


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer as it was given: its ETag, and when that was, as the database and the calendar tell."""

    etag: str
    state: Any
    day: date
    headers: list[tuple[str, str]]


@dataclass
class _Watch:
    """What was answered by address, and a connection of its own on which nothing is ever written."""

    engine: Engine
    connection: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    given: OrderedDict[str, _Given] = field(default_factory=OrderedDict)


def for_machines(view: View) -> View:
    """Mark a view whose answer to one address hangs on nothing but what is committed, and on the day."""
    view.is_for_machines = True  # type: ignore[attr-defined]
    return view


def _state(watch: _Watch) -> Any:
    """What the database holds, as a value that is another one after any commit; None where it cannot be told."""
    statement = STATE_OF_ALL.get(watch.engine.dialect.name)
    if statement is None:
        return None
    with watch.lock:
        try:
            if watch.connection is None:
                watch.connection = _connect(watch.engine)
            return watch.connection.execute(statement).fetchone()[0]
        except (watch.engine.dialect.loaded_dbapi.Error, SQLAlchemyError) as error:
            log.warning("the database did not tell its state: %s", error)
            watch.connection = None
            return None


def _connect(engine: Engine) -> Any:
    """A connection that the pool does not know."""
    borrowed = engine.raw_connection()
    connection: Any = borrowed.driver_connection
    borrowed.detach()
    if engine.dialect.name == "postgresql":
        connection.autocommit = True
    return connection


def _still(watch: _Watch, environ: dict[str, Any]) -> _Given | None:
    """What this address last answered, where the reader holds just that and nothing can have changed since."""
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is None or environ.get("QUERY_STRING") or "HTTP_COOKIE" in environ:
        return None
    given = watch.given.get(environ["PATH_INFO"])
    if given is None or held.removeprefix("W/") != given.etag or environ["REQUEST_METHOD"] != "GET":
        return None
    return given if given.day == clock.today() and given.state == _state(watch) else None


def _look_before() -> None:
    """Note the state of all before anything is read, where the view's answer may be remembered."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "is_for_machines", False) or request.method != "GET":
        return
    if not request.query_string and "HTTP_COOKIE" not in request.environ:
        g.state_of_all = _state(current_app.extensions["unchanged"])


def _remember(response: Response) -> Response:
    """Keep what the view answered, but for its body."""
    state = g.get("state_of_all")
    if state is None or response.status_code not in (200, 304) or "ETag" not in response.headers:
        return response
    etag = response.headers["ETag"].removeprefix("W/")
    headers = [(name, value) for name, value in response.headers if name.lower() not in OF_THE_BODY]
    watch: _Watch = current_app.extensions["unchanged"]
    with watch.lock:
        watch.given.pop(request.path, None)
        watch.given[request.path] = _Given(etag, state, clock.today(), headers)
        while len(watch.given) > MOST:
            watch.given.popitem(last=False)
    return response


def init_app(app: Flask) -> None:
    """Plug in before all else that looks at requests: answers are remembered as they leave."""
    with app.app_context():
        watch = _Watch(db.engine)
    app.extensions["unchanged"] = watch
    app.before_request(_look_before)
    app.after_request(_remember)
    inside = app.wsgi_app

    def at_the_door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = _still(watch, environ)
        if given is None:
            return inside(environ, start_response)
        start_response("304 NOT MODIFIED", list(given.headers))
        return []

    app.wsgi_app = at_the_door  # type: ignore[method-assign]
