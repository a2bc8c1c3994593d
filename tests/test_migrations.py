"""The migrations make exactly the tables of the models, and can be walked up and down with rows inside, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from portal import cli
from portal.accounts.models import Agency, User, searched_text
from portal.app import create_app
from portal.core import thai
from portal.core.db import Base, db
from tests import cast
from tests.conftest import settings


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app on an empty database of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'bare.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    app = create_app(settings(tmp_path, url))
    cli.use_migrations(app)
    with app.app_context():
        if request.param == "postgresql":
            _drop_everything()
        yield app
        db.session.remove()
        if request.param == "postgresql":
            _drop_everything()
            Base.metadata.create_all(db.engine)
        db.engine.dispose()


def _drop_everything() -> None:
    with db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def _differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_head_is_what_the_models_say(bare_app: Flask) -> None:
    upgrade()
    assert _differences() == []


def test_up_with_people_then_down_leaves_nothing_and_up_again(bare_app: Flask) -> None:
    upgrade()
    cast.gather()
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert _differences() == []


def test_people_of_before_are_sorted_and_found_afterwards(bare_app: Flask) -> None:
    upgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO agency (id, code, name_th, name_en, abbrev_th, ministry_th, kind, is_sample, sort_key)"
                " VALUES (7, 'DMH', 'กรมตัวอย่าง', '', '', '', '', false, '')"
            )
        )
        connection.execute(
            text(
                'INSERT INTO "user" (id, code, email, name, position, role, language, is_sample, created_at)'
                " VALUES (7, 'U7', 'aek@demo.example', 'เอก ดีงาม', '', 'learner', 'th', false, '2023-02-13')"
            )
        )
    upgrade()
    person, agency = db.session.get(User, 7), db.session.get(Agency, 7)
    assert person is not None
    assert agency is not None
    assert (person.sort_key, agency.sort_key) == (thai.sort_key("เอก ดีงาม"), thai.sort_key("กรมตัวอย่าง"))
    assert person.searched == searched_text("เอก ดีงาม", "aek@demo.example")
    assert agency.searched == searched_text("กรมตัวอย่าง", "DMH")
