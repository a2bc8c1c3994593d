"""Never twice: a real worker process is killed at each moment of a sending, and a real server counts what arrived."""

import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Update
from sqlalchemy.exc import OperationalError

from portal.core import clock
from portal.core.db import db
from portal.mail import delivery, outbox, transport
from portal.mail.delivery import Delivered, deliver_due
from portal.mail.models import MessageStatus, OutboxMessage
from tests.mail.conftest import Postbox, letter

pytestmark = pytest.mark.both_databases


def killed_when(do: Callable[[], Any], before: str = "", *, owner: Any = None) -> None:
    """A process of its own that delivers and is killed by SIGKILL when it calls `owner.before`, or after `do`."""
    db.session.remove()
    db.engine.dispose()  # a connection has one process
    child = os.fork()
    if not child:
        try:
            if owner is not None:
                setattr(owner, before, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
            do()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def arrived(smtp: Postbox) -> Counter[str]:
    return Counter(str(message["Message-ID"]) for message in smtp.messages)


def lease_over() -> None:
    clock.start_at(clock.now() + delivery.LEASE, still=True)


def row() -> OutboxMessage:
    db.session.rollback()
    found: OutboxMessage = db.session.query(OutboxMessage).one()
    return found


def test_killed_before_the_server_has_anything_it_is_sent_by_the_next(app: Flask, smtp: Postbox) -> None:
    letter()
    db.session.commit()
    killed_when(deliver_due, "_announce", owner=transport._Line)
    assert deliver_due() == Delivered()  # while the lease runs
    lease_over()
    assert deliver_due() == Delivered(sent=1)
    assert list(arrived(smtp).values()) == [1]


def test_killed_between_sending_and_marking_it_is_never_sent_again(app: Flask, smtp: Postbox) -> None:
    letter()
    db.session.commit()
    settle = delivery._settle

    def die_at_the_outcome(message: OutboxMessage, outcome: Update) -> bool:
        if outcome is delivery._SENT:
            os.kill(os.getpid(), signal.SIGKILL)
        return settle(message, outcome)

    def deliver() -> None:
        delivery._settle = die_at_the_outcome
        deliver_due()

    killed_when(deliver)
    assert list(arrived(smtp).values()) == [1]
    for _round in range(3):
        lease_over()
        deliver_due()
    assert list(arrived(smtp).values()) == [1]
    assert (row().status, row().is_in_doubt, row().last_error) == (
        MessageStatus.FAILED,
        True,
        delivery.NEVER_HEARD,
    )


def test_killed_while_the_last_line_goes_out_it_is_left_to_a_person(app: Flask, smtp: Postbox) -> None:
    letter()
    db.session.commit()
    killed_when(deliver_due, "_hand_over", owner=transport._Line)
    lease_over()
    assert deliver_due() == Delivered(failed=1)
    assert smtp.envelopes == []
    message = row()
    assert message.is_in_doubt
    outbox.send_again(message)
    db.session.commit()
    assert deliver_due() == Delivered(sent=1)
    assert (list(arrived(smtp).values()), row().is_in_doubt) == ([1], False)


def test_killed_after_marking_it_is_sent(app: Flask, smtp: Postbox) -> None:
    letter()
    db.session.commit()

    def deliver() -> None:
        deliver_due()
        os.kill(os.getpid(), signal.SIGKILL)

    killed_when(deliver)
    lease_over()
    assert deliver_due() == Delivered()
    assert list(arrived(smtp).values()) == [1]


def test_workers_killed_at_any_moment_send_nothing_twice_and_lose_nothing_in_silence(
    app: Flask, smtp: Postbox
) -> None:
    """Six workers one after the other, each killed somewhere; what did not arrive is named as in doubt."""
    for number in range(40):
        letter(f"p{number}@demo.example")
    db.session.commit()
    for number in range(6):
        db.session.remove()
        db.engine.dispose()
        child = os.fork()
        if not child:
            threading.Timer(0.02 + number * 0.013, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
            try:
                while deliver_due():
                    pass
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        lease_over()
    while deliver_due():
        pass
    got = arrived(smtp)
    assert set(got.values()) == {1}
    db.session.rollback()
    rows = db.session.query(OutboxMessage).all()
    assert all(one.status is MessageStatus.SENT or one.is_in_doubt for one in rows)
    sent = sum(one.status is MessageStatus.SENT for one in rows)
    assert sent <= len(got) <= len(rows)
    assert len(rows) - sent <= 6


# --- the line breaks, the server is slow, the worker sleeps


@pytest.fixture
def silent_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """An SMTP server that takes every message whole and hangs up instead of answering."""
    taken: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        while True:
            try:
                line, _address = listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as lines:
                line.sendall(b"220 here\r\n")
                for said in lines:
                    if said.startswith(b"DATA"):
                        line.sendall(b"354 go on\r\n")
                        whole = b""
                        for part in lines:
                            if part == b".\r\n":
                                break
                            whole += part
                        taken.append(whole)
                        break
                    line.sendall(b"250 OK\r\n")

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{listening.getsockname()[1]}")
    yield taken
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(timeout=5)


def test_a_line_that_breaks_before_the_answer_leaves_the_message_in_doubt(
    app: Flask, silent_server: list[bytes]
) -> None:
    letter("one@demo.example")
    letter("two@demo.example")
    assert deliver_due() == Delivered(failed=2)
    lease_over()
    assert deliver_due() == Delivered()
    assert len(silent_server) == 2
    db.session.rollback()
    assert all(one.is_in_doubt for one in db.session.query(OutboxMessage))


def test_a_worker_that_slept_through_its_lease_does_not_send_what_another_sent(
    app: Flask, smtp: Postbox
) -> None:
    letter()
    db.session.commit()
    slow = delivery._claim()
    db.session.commit()
    assert slow is not None
    lease_over()
    assert deliver_due() == Delivered(sent=1)
    done = Delivered()
    with transport.opened(app.config["MAIL_URL"]) as deliver:
        assert delivery._try(slow, deliver, done) == (None, True)
    assert (done, list(arrived(smtp).values())) == (Delivered(), [1])


def test_an_answer_that_comes_after_the_lease_still_counts(app: Flask, smtp: Postbox) -> None:
    letter()
    db.session.commit()
    slow = delivery._claim()
    assert slow is not None
    delivery._handing_over(slow)()
    lease_over()
    assert deliver_due() == Delivered(failed=1)
    assert row().is_in_doubt
    delivery._settle(slow, delivery._SENT)
    db.session.commit()
    assert (row().status, row().last_error) == (MessageStatus.SENT, "")


@pytest.mark.parametrize("fails", ["_settle", "_claim"])
def test_a_database_that_is_away_for_a_moment_leaves_nothing_in_doubt(
    app: Flask, smtp: Postbox, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    for at in range(3):
        letter(f"p{at}@demo.example")
    db.session.commit()
    do = getattr(delivery, fails)
    waited: list[float] = []
    left = 2

    def stumble(*args: Any) -> Any:
        nonlocal left
        if smtp.envelopes and left and args[1:2] != (delivery._HANDED_OVER,):
            left -= 1
            raise OperationalError("UPDATE", {}, RuntimeError("the server is restarting"))
        return do(*args)

    monkeypatch.setattr(delivery, fails, stumble)
    monkeypatch.setattr("portal.mail.delivery.time.sleep", waited.append)
    assert deliver_due() == Delivered(sent=3)
    assert waited == [1, 2]
    assert sorted(arrived(smtp).values()) == [1, 1, 1]
    db.session.rollback()
    assert {one.status for one in db.session.query(OutboxMessage)} == {MessageStatus.SENT}


def test_a_database_that_is_away_at_the_handing_over_keeps_the_message_for_later(
    app: Flask, smtp: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter()
    db.session.commit()
    settle = delivery._settle

    def stumble(message: OutboxMessage, outcome: Update) -> bool:
        if outcome is delivery._HANDED_OVER:
            raise OperationalError("UPDATE", {}, RuntimeError("the server is restarting"))
        return settle(message, outcome)

    monkeypatch.setattr(delivery, "_settle", stumble)
    assert deliver_due() == Delivered(retried=1)
    assert smtp.envelopes == []
    assert (row().status, row().handed_over_at) == (MessageStatus.QUEUED, None)


def test_a_refusal_after_the_last_line_is_an_answer(app: Flask, smtp: Postbox) -> None:
    smtp.answers["data"] = "451 greylisted"
    letter()
    assert deliver_due() == Delivered(retried=1)
    assert row().handed_over_at is None
    smtp.answers["data"] = "554 no"
    clock.start_at(row().due_at, still=True)
    assert deliver_due() == Delivered(failed=1)
    assert not row().is_in_doubt


def test_a_message_with_lines_of_one_dot_arrives_whole(app: Flask, smtp: Postbox) -> None:
    text = "one\n.\n.two\n..\nthree"
    letter(text=text)
    assert deliver_due() == Delivered(sent=1)
    got = message_from_bytes(smtp.envelopes[0].content or b"")  # type: ignore[arg-type]
    payload = got.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().split() == text.split()


def test_a_folder_has_one_file_however_often_its_worker_died(app: Flask) -> None:
    letter()
    db.session.commit()
    settle = delivery._settle

    def deliver() -> None:
        delivery._settle = lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        deliver_due()

    killed_when(deliver)
    assert settle is delivery._settle
    lease_over()
    assert deliver_due() == Delivered(sent=1)
    assert len(list((app.config["INSTANCE"] / "mail").glob("*.eml"))) == 1


def test_sending_all_failed_of_a_batch_again_leaves_those_in_doubt(app: Flask) -> None:
    failed, doubtful, sent, other = (
        letter(f"p{at}@demo.example", batch="b" if at < 3 else None) for at in range(4)
    )
    for one in (failed, doubtful, other):
        one.status = MessageStatus.FAILED
    doubtful.handed_over_at = clock.now()
    sent.status, sent.sent_at = MessageStatus.SENT, clock.now()
    db.session.commit()
    assert outbox.send_failed_again("b") == 1
    db.session.expire_all()
    assert [one.status.value for one in (failed, doubtful, sent, other)] == [
        "queued",
        "failed",
        "sent",
        "failed",
    ]


def test_looking_for_mail_takes_no_lock(app: Flask, queries: Any) -> None:
    with queries() as statements:
        assert deliver_due() == Delivered()
    assert len(statements) == 1
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE heartbeat SET at = at")
        assert deliver_due() == Delivered()  # while somebody else writes
