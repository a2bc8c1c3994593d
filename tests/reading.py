"""Pages that are only read write nothing, on either database: every test that asks for one proves it, without asking."""

from typing import Any

from flask import Flask, has_request_context, request, request_started
from sqlalchemy import event

from portal.core import prepared
from portal.core.db import db, will_write
from tests.pages import WRITES

_READS = "tests.reads"  # of requests that came in: a test may write in a request context of its own making


def watch(app: Flask) -> None:
    """From now on a page of this app that is asked for with GET or HEAD breaks where it would write, unless it says so by
    `core.db.writing`: then it has a transaction, which PostgreSQL else begins for none that reads."""
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _heard)
    request_started.connect(_ask, app)
    if _refuse not in prepared.heard_by:
        prepared.heard_by.append(_refuse)


def _ask(_app: Flask) -> None:
    request.environ[_READS] = request.method in ("GET", "HEAD")


def _heard(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    _refuse(statement)


def _refuse(statement: str) -> None:
    if statement.startswith("SELECT") or will_write() or not has_request_context():
        return
    if request.environ.get(_READS) and WRITES.search(statement):
        raise AssertionError(f"GET {request.path} writes: {statement[:200]}")
