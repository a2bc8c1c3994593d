"""Not modified, said before anything is looked up: only where nothing was committed since, on both databases."""

import subprocess
import sys
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from portal.core import unchanged
from portal.core.db import db
from tests.cast import Cast
from tests.pages import Client

ADDRESS = "/workshops.ics"
pytestmark = pytest.mark.both_databases


def ask(client: Client, etag: str = "", **headers: str) -> Any:
    return client.get(ADDRESS, headers={"If-None-Match": etag, **headers} if etag else headers)


@pytest.fixture
def etag(client: Client) -> str:
    """What the address answered once."""
    return str(ask(client).headers["ETag"])


def ask_in_peace(client: Client, etag: str, queries: Any) -> tuple[Any, list[str]]:
    """The answer and the statements it took. PostgreSQL tells of whatever is done on its whole server, by other tests
    too, so it is asked until nothing fell in between."""
    for _ in range(100):
        with queries() as statements:
            answer = ask(client, etag)
        if not statements:
            break
    return answer, statements


def test_who_holds_the_last_answer_is_told_so_without_a_question_to_the_pool(
    client: Client, etag: str, queries: Any
) -> None:
    answer, statements = ask_in_peace(client, etag, queries)
    assert (answer.status_code, answer.data, statements) == (304, b"", [])
    assert answer.headers["ETag"] == etag
    assert "Content-Length" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_the_weak_form_that_a_packed_answer_has_counts_as_well(client: Client, etag: str) -> None:
    assert ask(client, f"W/{etag}").status_code == 304


def test_another_etag_gets_the_whole_answer(client: Client, etag: str) -> None:
    assert ask(client, '"another"').status_code == 200


def test_after_any_commit_it_is_looked_up_anew(client: Client, cast: Cast, etag: str, queries: Any) -> None:
    cast.lamai.name = "ชื่อใหม่"
    db.session.commit()
    with queries() as statements:
        answer = ask(client, etag)
    assert answer.status_code == 304  # looked up, found to say the same
    assert statements
    answer, statements = ask_in_peace(client, etag, queries)
    assert (answer.status_code, statements) == (304, [])


def test_what_is_taken_back_was_never_committed(client: Client, cast: Cast, etag: str, queries: Any) -> None:
    with db.engine.connect() as other, other.begin() as transaction:
        other.execute(text("""UPDATE "user" SET name = 'x'"""))
        transaction.rollback()
    assert ask(client, etag).status_code == 304


def test_a_commit_that_comes_while_it_is_made_is_not_missed(client: Client, app: Flask, cast: Cast) -> None:
    commits = iter(range(1))

    def commit_between(*_: Any) -> None:
        for _once in commits:
            with db.engine.connect() as other, other.begin():
                other.execute(text("""UPDATE "user" SET name = 'x'"""))

    event.listen(db.engine, "before_cursor_execute", commit_between)
    etag = ask(client).headers["ETag"]
    given = app.extensions["unchanged"].given[ADDRESS]
    assert given.state != unchanged._state(app.extensions["unchanged"])
    event.remove(db.engine, "before_cursor_execute", commit_between)
    assert ask(client, etag).status_code == 304


def test_the_next_day_it_is_looked_up_anew(client: Client, etag: str, queries: Any, clock_at: Any) -> None:
    clock_at("2023-02-14T00:00:01+07:00")
    with queries() as statements:
        ask(client, etag)
    assert statements


@pytest.mark.parametrize(("query", "language"), [("x=1", ""), ("", "en")])
def test_whoever_asks_for_something_of_their_own_gets_it_made(
    client: Client, etag: str, queries: Any, query: str, language: str
) -> None:
    if language:
        client.set_cookie("lang", language)
    with queries() as statements:
        client.get(ADDRESS, headers={"If-None-Match": etag}, query_string=query)
    assert statements


def test_other_pages_are_never_answered_so(client: Client, app: Flask) -> None:
    client.get("/workshops")
    assert "/workshops" not in app.extensions["unchanged"].given


def test_a_database_that_does_not_answer_is_asked_again_later(client: Client, app: Flask, etag: str) -> None:
    watch = app.extensions["unchanged"]
    watch.connection.close()
    assert ask(client, etag).status_code == 304  # the usual way
    assert unchanged._state(watch) is not None


def test_while_the_database_is_away_the_usual_way_says_so(
    client: Client, app: Flask, etag: str, monkeypatch: Any
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("connect", {}, Exception("refused"))

    watch = app.extensions["unchanged"]
    watch.connection.close()
    monkeypatch.setattr(unchanged, "_connect", away)
    assert ask(client, etag).status_code == 304
    assert watch.connection is None
    monkeypatch.undo()
    assert unchanged._state(watch) is not None


def test_a_process_remembers_only_so_many(client: Client, app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(unchanged, "MOST", 0)
    ask(client)
    assert app.extensions["unchanged"].given == {}


def test_what_another_process_commits_is_seen(client: Client, cast: Cast, etag: str, queries: Any) -> None:
    """As the other worker of a server, or the one that sends mail, would."""
    url = db.engine.url.render_as_string(hide_password=False)
    program = (
        "import sys; from sqlalchemy import create_engine, text\n"
        "with create_engine(sys.argv[1]).begin() as other:\n"
        """    other.execute(text('''UPDATE "user" SET name = 'x' '''))"""
    )
    db.session.rollback()
    assert ask_in_peace(client, etag, queries)[1] == []
    with queries() as statements:
        subprocess.run([sys.executable, "-c", program, url], check=True, timeout=60)
        assert ask(client, etag).status_code == 304
    assert statements
