"""How statements leave: nothing without a store, all with one, in batches, after pauses, and one bad one stops no other."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.core import clock
from portal.core.db import db
from portal.xapi import delivery
from portal.xapi.models import Cursor, Line, Statement, StatementStatus


def statuses() -> dict[str, int]:
    found = select(Statement.status, func.count()).group_by(Statement.status)
    return {status.value: count for status, count in db.session.execute(found)}


def test_without_a_store_nothing_is_asked_made_or_sent(app, busy, queries) -> None:
    with queries() as counted:
        assert not delivery.deliver_due()
    assert len(counted) == 0
    assert db.session.scalar(select(func.count()).select_from(Cursor)) == 0


@pytest.mark.both_databases
def test_all_that_was_done_before_and_after_goes_in_batches(small, busy, monkeypatch) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    done = delivery.deliver_due()
    while done:  # PostgreSQL: a transaction of another test may keep a row waiting
        done = delivery.deliver_due()
    assert statuses() == {"sent": 7}
    assert sum(map(len, small.ids)) == 7
    assert max(map(len, small.ids)) == 3
    assert {path for path, _headers, _said in small.requests} == {"/xapi/statements"}
    _path, headers, _said = small.requests[0]
    assert headers["x-experience-api-version"] == "1.0.3"
    assert headers["authorization"] == "Basic a2V5OnNlY3JldA=="
    assert set(db.session.scalars(select(func.length(Statement.uuid)))) == {36}
    assert all(body == {} for body in db.session.scalars(select(Statement.body)))


def test_a_round_with_nothing_new_takes_no_lock_and_asks_no_store(small, busy, queries) -> None:
    delivery.deliver_due()
    asked = len(small.requests)
    with queries() as counted:
        assert not delivery.deliver_due()
    assert len(counted) <= 6
    assert len(small.requests) == asked


def test_pauses_grow_while_the_store_is_away_and_nothing_is_given_up(small, busy, monkeypatch) -> None:
    small.answers = lambda _said: (503, "later")
    waited = []
    for _try in range(7):
        done = delivery.deliver_due()
        assert done.error.startswith("503")
        assert not done
        knocked = len(small.requests)
        assert not delivery.deliver_due().error  # in the pause nobody knocks
        assert len(small.requests) == knocked
        free_at = db.session.get_one(Line, 1).free_at
        waited.append(free_at - clock.now())
        clock.start_at(free_at, still=True)
    assert waited == sorted(waited)
    assert (waited[0], waited[-1]) == (timedelta(minutes=1), timedelta(hours=4))
    assert statuses() == {"queued": 7}
    small.answers = lambda _said: (200, "[]")
    assert delivery.deliver_due().sent == 7
    line = db.session.get_one(Line, 1)
    assert (line.failures, line.last_error) == (0, "")


@pytest.mark.parametrize("status", [401, 403, 404, 302, 429, 500])
def test_what_is_about_the_line_is_never_held_against_a_statement(small, busy, status) -> None:
    small.answers = lambda _said: (status, "")
    done = delivery.deliver_due()
    assert done.error.startswith(str(status))
    assert len(small.requests) == 1
    assert statuses() == {"queued": 7}


def test_a_store_that_is_not_there_is_told_of_without_its_keys(app, small, busy) -> None:
    app.config["LRS_URL"] = "http://key:secret@127.0.0.1:1/xapi"
    done = delivery.deliver_due()
    assert "refused" in done.error.lower()
    assert "secret" not in done.error


def test_one_that_the_store_refuses_stops_no_other_and_is_shown(small, busy) -> None:
    bad = "passed"
    small.answers = lambda said: (
        (400, "no such verb") if any(one["verb"]["display"]["en"] == bad for one in said) else (200, "[]")
    )
    done = delivery.deliver_due()
    assert (done.sent, done.refused, done.error) == (5, 2, "")
    assert statuses() == {"refused": 2, "sent": 5}
    state = delivery.state()
    assert {one.kind for one in state.refused} == {"passed"}
    assert all(one.last_error.startswith("400") for one in state.refused)
    assert not delivery.deliver_due()
    small.answers = lambda _said: (200, "[]")
    delivery.hurry(refused_too=True)
    assert delivery.deliver_due().sent == 2


def test_one_that_the_store_has_already_counts_as_sent(small, busy) -> None:
    known: list[str] = []

    def answer(said):
        if len(said) == 1:
            return 409, ""
        if known:
            return 200, "[]"
        known.append(said)
        return 409, "there is one"

    small.answers = answer
    assert delivery.deliver_due().sent == 7
    assert statuses() == {"sent": 7}


@pytest.mark.both_databases
def test_a_worker_that_died_with_the_line_is_followed_by_another(small, busy, monkeypatch) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(delivery, "_hand_over", _killed)
        dying.setattr(delivery, "_give_back", lambda _done: None)
        with pytest.raises(KeyboardInterrupt):
            delivery.deliver_due()
    db.session.rollback()
    assert not delivery.deliver_due()  # the line is still with the dead
    clock.start_at(clock.now() + delivery.LEASE, still=True)
    while delivery.deliver_due():
        pass
    assert statuses() == {"sent": 7}
    assert sum(map(len, small.ids)) == 7


def _killed(*_given) -> None:
    raise KeyboardInterrupt


def test_a_store_that_breaks_in_the_middle_keeps_what_it_took(small, busy, monkeypatch) -> None:
    monkeypatch.setattr(delivery, "BATCH", 2)
    small.answers = lambda _said: (200, "[]") if len(small.requests) <= 2 else (502, "")
    done = delivery.deliver_due()
    assert (done.sent, done.error[:3]) == (4, "502")
    assert statuses() == {"queued": 3, "sent": 4}
    db.session.rollback()
    small.answers = lambda _said: (200, "[]")
    delivery.hurry()
    assert delivery.deliver_due().sent == 3
    ids = [one for batch in small.ids for one in batch]
    assert len(set(ids)) == 7


def test_status_and_send_say_how_it_stands(app, small, busy) -> None:
    run = app.test_cli_runner()
    assert StatementStatus.SENT.value == "sent"
    small.answers = lambda _said: (503, "later")
    failed = run.invoke(args=["lrs", "send"])
    assert (failed.exit_code, failed.output.count("503")) == (1, 1)
    said = run.invoke(args=["lrs", "status"]).output
    assert "queued: 7" in said
    assert "failed 1 times" in said
    assert "secret" not in said
    small.answers = lambda said: (
        (400, "bad") if said[0]["verb"]["display"]["en"] == "started" else (200, "[]")
    )
    sent = run.invoke(args=["lrs", "send"])
    assert sent.exit_code == 0
    assert "refused 3" in sent.output
    assert "(started): 400" in run.invoke(args=["lrs", "status"]).output
    small.answers = lambda _said: (200, "[]")
    assert "sent 3, refused 0" in run.invoke(args=["lrs", "send", "--refused"]).output


def test_without_a_store_the_commands_say_so(app) -> None:
    run = app.test_cli_runner()
    assert run.invoke(args=["lrs", "send"]).exit_code == 1
    assert "not set" in run.invoke(args=["lrs", "status"]).output
