"""A portal of the bench's own: a folder, a database and the real content, as the server and this process both see it; who is in it is crowd's matter."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from config import ROOT, from_environment
from portal.app import create_app
from portal.content import load as load_everything
from portal.core.db import Base, db, writing
from portal.mail import heartbeat

TARGET = "wsgi:app"


@dataclass(frozen=True)
class Site:
    folder: Path
    environ: Mapping[str, str]
    app: Flask

    @contextmanager
    def open(self) -> Iterator[None]:
        """In the app, where rows may be written."""
        with self.app.app_context(), writing():
            yield
            db.session.remove()


def environ_of(folder: Path, database_url: str = "", **others: str) -> dict[str, str]:
    """The settings of a portal in this folder, as its server takes them."""
    return {
        "PORTAL_DEMO": "0",
        "PORTAL_INSTANCE": str(folder),
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_SECRET_KEY": "of the bench only, and long enough to be taken",
        "PORTAL_CLOCK": "",
        "PORTAL_MAIL_URL": (folder / "mail").as_uri(),
        **others,
    }


def make(folder: Path, database_url: str = "") -> Site:
    """A portal with empty tables and the real content, on SQLite in the folder or on the database named."""
    environ = environ_of(folder, database_url)
    site = Site(folder, environ, create_app(from_environment(environ)))
    gc.freeze()  # both as wsgi.py has it for workers and commands
    gc.set_threshold(2_000, 20, 100)
    with site.open():
        Base.metadata.create_all(db.engine)
        load_everything(ROOT / "content")
        heartbeat.beat()  # as where a worker runs: pages ask no further
        db.session.commit()
    return site
