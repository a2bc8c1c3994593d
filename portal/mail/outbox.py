"""The outbox: a message is a row written with the fact that caused it, and leaves later; what it says is its sender's matter."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, writing
from portal.core.tokens import new_code
from portal.mail import transport
from portal.mail.models import MessageStatus, OutboxMessage

log = logging.getLogger("portal.mail")

# After the first try and these five more, the message has failed: some ten and a half hours.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60))
# A worker that dies while it sends leaves its message to another one after this long.
LEASE = timedelta(minutes=15)
TRIES = 3


@dataclass
class Delivered:
    """What one round of deliveries came to."""

    sent: int = 0
    retried: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        """Whether another round at once makes sense: not when all it did was to be turned away."""
        return bool(self.sent or self.failed)


def _put(insert: Any) -> Any:
    """The statement that puts a message in, unless one with its key is there, and tells its id."""
    return insert(OutboxMessage).on_conflict_do_nothing(index_elements=["key"]).returning(OutboxMessage.id)


_PUT = {"sqlite": _put(sqlite.insert), "postgresql": _put(postgresql.insert)}
_PUT_MANY = {
    name: insert(OutboxMessage).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def put(  # noqa: PLR0913 - all by keyword
    *,
    kind: str,
    to_email: str,
    to_name: str = "",
    subject: str,
    text: str,
    html: str = "",
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    key: str | None = None,
    batch: str | None = None,
) -> int | None:
    """Put a message in the outbox, in the transaction of its cause, and return its id; None where one with this key is
    there already, which stays as it is. One statement: in a rush, all others wait for it."""
    session = db.session()
    session.flush()
    values = {
        "key": key,
        "kind": kind,
        "batch": batch,
        "to_email": to_email.strip(),
        "to_name": _one_line(to_name)[:200],
        "subject": _one_line(subject)[:300],
        "text": text,
        "html": html,
        "calendar": calendar,
        "calendar_method": calendar_method,
    }
    connection = session.connection()
    made: int | None = connection.execute(_PUT[connection.dialect.name], values).scalar()
    return made


def put_many(messages: Sequence[Mapping[str, str]], *, kind: str, batch: str) -> None:
    """The same of one letter to many: key, to_email, to_name, subject, text and html of each. What of the batch is there
    already stays as it is. Two statements for any number of messages."""
    session = db.session()
    session.flush()
    connection = session.connection()
    missing = {message["key"]: message for message in messages}
    for _try in range(TRIES):  # one is enough, unless a random code is taken
        if not missing:
            break
        rows = [
            {
                **message,
                "code": new_code(),
                "kind": kind,
                "batch": batch,
                "to_email": message["to_email"].strip(),
                "to_name": _one_line(message["to_name"])[:200],
                "subject": _one_line(message["subject"])[:300],
            }
            for message in missing.values()
        ]
        connection.execute(_PUT_MANY[connection.dialect.name], rows)
        for (key,) in connection.execute(select(OutboxMessage.key).where(OutboxMessage.batch == batch)):
            missing.pop(str(key), None)


def enqueue(*, key: str | None = None, **message: Any) -> OutboxMessage:
    """The same, and the row; of a key that was there before, the first one. Two statements."""
    made = put(key=key, **message)
    which = OutboxMessage.key == key if made is None else OutboxMessage.id == made
    return db.session.scalars(select(OutboxMessage).where(which)).one()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def send_again(message: OutboxMessage) -> None:
    """Give a message that failed all its tries anew, at once. One that waits or was sent stays as it is."""
    if message.status is not MessageStatus.FAILED:
        return
    message.status = MessageStatus.QUEUED
    message.attempts = 0
    message.due_at = clock.now()
    message.last_error = ""
    db.session.flush()


def send_failed_again(batch: str) -> int:
    """Give all of a batch that failed their tries anew, at once; returns how many. One statement."""
    done: Any = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.batch == batch, OutboxMessage.status == MessageStatus.FAILED)
        .values(status=MessageStatus.QUEUED, attempts=0, due_at=clock.now(), last_error="")
    )
    return int(done.rowcount)


def overdue_since() -> datetime | None:
    """Since when the oldest message that should have left by now is waiting; None when all is quiet."""
    return db.session.scalar(
        select(OutboxMessage.due_at)
        .where(OutboxMessage.status == MessageStatus.QUEUED, OutboxMessage.due_at <= clock.now())
        .order_by(OutboxMessage.due_at)
        .limit(1)
    )


def deliver_due(limit: int = 100) -> Delivered:
    """Send what is due, oldest first, at most `limit` messages; commits for each. A message that fails raises nothing.

    Any number of workers may do so at once. A server that cannot be reached ends the round: the others wait untried.
    """
    done = Delivered()
    db.session.commit()
    with writing(), transport.opened(current_app.config["MAIL_URL"]) as deliver:
        for _ in range(limit):
            message = _claim()
            if message is None:
                break
            if not _try(message, deliver, done):
                break
    return done


def _claim() -> OutboxMessage | None:
    """Take the next due message for this worker. No lock is held while it is sent: SQLite has only one."""
    message = db.session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.status == MessageStatus.QUEUED, OutboxMessage.due_at <= clock.now())
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message is None:
        db.session.rollback()
        return None
    message.attempts += 1
    message.due_at = clock.now() + LEASE
    db.session.flush()
    db.session.expunge(message)
    db.session.commit()
    return message


def _try(message: OutboxMessage, deliver: transport.Deliver, done: Delivered) -> bool:
    """One try at a claimed message; False when no other message should be tried in this round."""
    try:
        deliver(message)
    except transport.Rejected as no:
        done.failed += 1
        _settle(message, status=MessageStatus.FAILED, last_error=str(no)[:500])
    except Exception as no:
        if not isinstance(no, transport.NotDelivered):
            log.exception("message %s could not be written", message.code)
        is_last = message.attempts > len(PAUSES)
        done.failed += is_last
        done.retried += not is_last
        error = (str(no) if isinstance(no, transport.NotDelivered) else repr(no))[:500]
        if is_last:
            _settle(message, status=MessageStatus.FAILED, last_error=error)
        else:
            _settle(message, due_at=clock.now() + PAUSES[message.attempts - 1], last_error=error)
        return not isinstance(no, transport.Unreachable)
    else:
        done.sent += 1
        _settle(message, status=MessageStatus.SENT, sent_at=clock.now(), last_error="")
    return True


def _settle(message: OutboxMessage, **outcome: object) -> None:
    """Write the outcome, unless the lease ran out and another worker has the message now."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id, OutboxMessage.attempts == message.attempts)
        .values(**outcome)
    )
    db.session.commit()
