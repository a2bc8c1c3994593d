"""The outbox: once per fact, later if not now, never twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core import clock
from portal.core.db import db
from portal.mail import delivery, outbox, transport
from portal.mail.delivery import Delivered, deliver_due
from portal.mail.models import MessageStatus, OutboxMessage
from tests.mail.conftest import Postbox, free_port, letter

ClockAt = Callable[[str], None]


def again(message: OutboxMessage) -> OutboxMessage:
    """The row as it stands in the database."""
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message.id)


def test_a_message_is_queued_and_due_at_once(app: Flask) -> None:
    message = letter()
    assert (message.status, message.attempts, message.due_at) == (MessageStatus.QUEUED, 0, clock.now())


@pytest.mark.both_databases
def test_the_same_key_gives_back_the_first_row(app: Flask) -> None:
    first = letter(key="approved:K7M4", subject="หนึ่ง")
    second = letter(key="approved:K7M4", subject="สอง")
    assert second is first
    assert first.subject == "หนึ่ง"


@pytest.mark.both_databases
def test_a_key_that_is_there_is_seen_by_the_statement_that_would_write_it(app: Flask, queries: Any) -> None:
    first = outbox.put(kind="t", to_email="a@demo.example", subject="s", text="one", key="k")
    db.session.commit()
    with queries() as statements:
        assert outbox.put(kind="t", to_email="a@demo.example", subject="s", text="two", key="k") is None
    assert len(statements) == 1
    assert db.session.execute(select(OutboxMessage.id, OutboxMessage.text)).all() == [(first, "one")]


def to_many(count: int) -> list[dict[str, str]]:
    return [
        {
            "key": f"letter:K7M4:{at}",
            "to_email": f"p{at}@demo.example",
            "to_name": f"คน\n ที่ {at}",
            "subject": "เรื่อง\nเดียว",
            "text": f"เรียน คน ที่ {at}",
            "html": "",
        }
        for at in range(count)
    ]


@pytest.mark.both_databases
def test_one_letter_to_many_is_two_statements_and_is_there_once(app: Flask, queries: Any) -> None:
    with queries() as statements:
        outbox.put_many(to_many(3), kind="t", batch="K7M4")
    assert len(statements) == 2
    outbox.put_many(to_many(5), kind="t", batch="K7M4")
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(row.to_email, row.to_name, row.subject) for row in rows] == [
        (f"p{at}@demo.example", f"คน ที่ {at}", "เรื่อง เดียว") for at in range(5)
    ]
    assert {(row.batch, row.kind, row.status, row.due_at) for row in rows} == {
        ("K7M4", "t", MessageStatus.QUEUED, clock.now())
    }


@pytest.mark.both_databases
def test_a_random_code_that_is_taken_loses_no_message(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["AAAA2222", "AAAA2222", "BBBB2222", "CCCC2222"])
    monkeypatch.setattr(outbox, "new_code", lambda: next(codes))
    outbox.put_many(to_many(3), kind="t", batch="K7M4")
    assert set(db.session.scalars(select(OutboxMessage.code))) == {"AAAA2222", "BBBB2222", "CCCC2222"}


@pytest.mark.both_databases
def test_what_failed_of_a_batch_is_tried_anew_and_nothing_else(app: Flask) -> None:
    outbox.put_many(to_many(3), kind="t", batch="K7M4")
    other = letter()
    failed, sent, _queued = rows = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.batch == "K7M4").order_by(OutboxMessage.id)
    ).all()
    for row, status in ((failed, "failed"), (sent, "sent"), (other, "failed")):
        row.status, row.attempts, row.last_error = MessageStatus(status), 6, "550"
        row.sent_at = clock.now() if status == "sent" else None
    db.session.flush()
    assert outbox.send_failed_again("K7M4") == 1
    assert outbox.send_failed_again("K7M4") == 0
    assert [again(row).status for row in (*rows, other)] == ["queued", "sent", "queued", "failed"]
    assert (failed.attempts, failed.last_error, failed.due_at) == (0, "", clock.now())


def test_a_message_dies_with_the_transaction_of_its_cause(app: Flask) -> None:
    letter()
    db.session.rollback()
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_a_subject_and_a_name_stay_on_one_line(app: Flask) -> None:
    message = letter(subject="เรื่อง\r\nBcc: x@y.example", to_name="ปิติ\n ตั้งใจ")
    assert (message.subject, message.to_name) == ("เรื่อง Bcc: x@y.example", "ปิติ ตั้งใจ")


def test_what_is_due_leaves_oldest_first(smtp: Postbox, clock_at: ClockAt) -> None:
    letter("second@demo.example")
    clock_at("2023-02-13T08:00:00+07:00")
    letter("first@demo.example")
    clock_at("2023-02-13T09:00:00+07:00")
    assert deliver_due() == Delivered(sent=2)
    assert [envelope.rcpt_tos for envelope in smtp.envelopes] == [
        ["first@demo.example"],
        ["second@demo.example"],
    ]


def test_a_sent_message_says_when_and_is_not_sent_again(smtp: Postbox) -> None:
    message = letter()
    deliver_due()
    row = again(message)
    assert (row.status, row.sent_at, row.attempts, row.last_error) == (MessageStatus.SENT, clock.now(), 1, "")
    assert deliver_due() == Delivered()
    assert len(smtp.envelopes) == 1


def test_one_connection_serves_a_round_and_the_limit_ends_it(smtp: Postbox) -> None:
    for number in range(4):
        letter(f"p{number}@demo.example")
    assert deliver_due(limit=3) == Delivered(sent=3)
    assert (len(smtp.envelopes), smtp.greetings) == (3, 1)


def test_a_round_that_is_over_ends_after_the_message_at_hand(smtp: Postbox) -> None:
    for number in range(4):
        letter(f"p{number}@demo.example")
    assert deliver_due(is_over=lambda: len(smtp.envelopes) == 2) == Delivered(sent=2)
    assert deliver_due() == Delivered(sent=2)  # none of them is held back by a lease


def test_a_recipient_the_server_does_not_know_has_failed_for_good(smtp: Postbox) -> None:
    smtp.answers["recipient"] = "550 no such mailbox"
    message = letter()
    assert deliver_due() == Delivered(failed=1)
    row = again(message)
    assert (row.status, row.last_error) == (MessageStatus.FAILED, "550 no such mailbox")


def test_a_message_the_server_refuses_has_failed_for_good(smtp: Postbox) -> None:
    smtp.answers["data"] = "554 looks like spam"
    message = letter()
    assert deliver_due() == Delivered(failed=1)
    assert again(message).last_error == "554 looks like spam"


def test_one_refused_message_does_not_hold_up_the_next(smtp: Postbox) -> None:
    letter("gone@demo.example")
    letter("here@demo.example")
    assert deliver_due() == Delivered(sent=1, failed=1)


def test_a_busy_server_is_asked_again_after_growing_pauses_and_then_no_more(smtp: Postbox) -> None:
    smtp.answers["recipient"] = "451 come back later"
    message = letter()
    pauses = []
    for _ in range(5):
        assert deliver_due() == Delivered(retried=1)
        row = again(message)
        assert row.last_error == "451 come back later"
        pauses.append((row.due_at - clock.now()).total_seconds() / 60)
        assert deliver_due() == Delivered()
        clock.start_at(row.due_at, still=True)
    assert pauses == [1, 5, 30, 120, 480]
    assert deliver_due() == Delivered(failed=1)
    assert again(message).status is MessageStatus.FAILED


def test_a_message_that_got_through_at_last_is_sent(smtp: Postbox) -> None:
    smtp.answers["data"] = "451 greylisted"
    message = letter()
    deliver_due()
    smtp.answers["data"] = "250 OK"
    clock.start_at(again(message).due_at, still=True)
    assert deliver_due() == Delivered(sent=1)
    assert again(message).last_error == ""


def test_a_server_that_is_down_ends_the_round_and_the_others_wait_untried(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{free_port()}")
    tried, untried = letter("one@demo.example"), letter("two@demo.example")
    assert deliver_due() == Delivered(retried=1)
    assert "ConnectionRefusedError" in again(tried).last_error
    assert again(untried).attempts == 0


def test_a_round_that_was_only_turned_away_asks_for_a_pause(app: Flask) -> None:
    assert Delivered(sent=1)
    assert Delivered(failed=1)
    assert not Delivered(retried=1)
    assert not Delivered()


def test_a_sender_the_server_refuses_is_our_fault_and_tried_again(smtp: Postbox) -> None:
    smtp.answers["sender"] = "550 you may not send"
    message = letter()
    assert deliver_due() == Delivered(retried=1)
    assert again(message).status is MessageStatus.QUEUED


def test_a_message_that_cannot_be_written_does_not_stop_the_others(smtp: Postbox) -> None:
    broken = letter("x@" + "ก" * 80 + ".example")  # a label of a domain has at most 63 letters
    letter()
    assert deliver_due() == Delivered(sent=1, retried=1)
    assert "UnicodeError" in again(broken).last_error


@pytest.mark.both_databases
def test_two_workers_send_each_message_once(app: Flask, postbox: Postbox, smtp: Postbox) -> None:
    for number in range(30):
        letter(f"p{number}@demo.example")
    db.session.commit()

    def work(_: int) -> Delivered:
        with app.app_context():
            try:
                return deliver_due()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(work, range(3)))
    assert sum(one.sent for one in done) == 30
    assert sorted(e.rcpt_tos[0] for e in smtp.envelopes) == sorted(f"p{n}@demo.example" for n in range(30))


@pytest.mark.both_databases
def test_no_lock_is_held_while_a_message_is_sent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    message = letter()
    db.session.commit()

    def slow(*_: object) -> None:
        with app.app_context():
            letter("meanwhile@demo.example", key="meanwhile")
            db.session.commit()
            db.session.remove()

    monkeypatch.setattr(transport, "_write", slow)
    assert deliver_due() == Delivered(sent=2)
    assert again(message).status is MessageStatus.SENT


def test_a_message_of_a_worker_that_died_is_sent_after_its_lease(smtp: Postbox) -> None:
    message = letter()
    db.session.commit()
    assert delivery._claim() is not None
    db.session.commit()  # and the worker dies here
    assert deliver_due() == Delivered()
    clock.start_at(clock.now() + delivery.LEASE, still=True)
    assert deliver_due() == Delivered(sent=1)
    assert again(message).attempts == 2


def test_a_worker_that_was_too_slow_does_not_write_over_the_next_one(smtp: Postbox) -> None:
    message = letter()
    db.session.commit()
    slow = delivery._claim()
    assert slow is not None
    db.session.commit()
    clock.start_at(clock.now() + delivery.LEASE, still=True)
    deliver_due()
    delivery._settle(slow, delivery._outcome(status=MessageStatus.FAILED, last_error="late"))
    assert again(message).status is MessageStatus.SENT


def test_a_failed_message_can_be_sent_again(smtp: Postbox) -> None:
    smtp.answers["recipient"] = "550 full"
    message = letter()
    deliver_due()
    smtp.answers["recipient"] = "250 OK"
    outbox.send_again(again(message))
    assert deliver_due() == Delivered(sent=1)


def test_sending_again_twice_does_not_touch_what_was_sent(smtp: Postbox) -> None:
    message = letter()
    deliver_due()
    outbox.send_again(again(message))
    assert again(message).status is MessageStatus.SENT
    assert deliver_due() == Delivered()


def test_the_outbox_says_since_when_it_is_silent(app: Flask) -> None:
    assert outbox.overdue_since() is None
    began = clock.now()
    letter()
    clock.start_at(began + timedelta(minutes=14), still=True)
    assert outbox.overdue_since() == began
    deliver_due()
    assert outbox.overdue_since() is None
