"""What the tests of accounts share: letters and their links, and a portal in demonstration mode."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import AuditEvent, User
from portal.app import create_app
from portal.core import clock
from portal.core.db import Base, db
from portal.mail.models import OutboxMessage
from tests.conftest import settings
from tests.pages import Client

# Long enough, in no list, and nobody's address.
GOOD = "ข้าวเหนียว มะม่วง 20"


def letters(to: str | None = None) -> list[OutboxMessage]:
    """What stands in the outbox, the oldest first."""
    query = select(OutboxMessage).order_by(OutboxMessage.id)
    if to:
        query = query.where(OutboxMessage.to_email == to)
    return list(db.session.scalars(query))


def kinds(to: str | None = None) -> list[str]:
    return [letter.kind.removeprefix("accounts.") for letter in letters(to)]


def path_in(letter: OutboxMessage) -> str:
    """The page that the first link of a letter leads to."""
    found = re.search(r"http://localhost(/\S+)", letter.text)
    assert found, letter.text
    return found[1]


def person_with(email: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.email == email)).one()


def verbs() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)))


@pytest.fixture
def other(app: Flask) -> Client:
    """A second browser."""
    client = app.test_client()
    assert isinstance(client, Client)
    return client


@pytest.fixture
def demo_app(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A portal in demonstration mode, on a database of its own."""
    demo = create_app(settings(tmp_path, f"sqlite:///{tmp_path / 'demo.sqlite'}", DEMO=True))
    demo.test_client_class = Client
    clock.start_at(clock.now(), still=True)
    with demo.app_context():
        Base.metadata.create_all(db.engine)
        yield demo
        db.session.remove()
        db.engine.dispose()
