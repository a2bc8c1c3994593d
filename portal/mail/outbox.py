"""The outbox: a message is a row written with the fact that caused it, and leaves later; what it says is its sender's matter."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.core import clock
from portal.core.db import db, writing
from portal.mail import transport
from portal.mail.models import MessageStatus, OutboxMessage

log = logging.getLogger("portal.mail")

# After the first try and these five more, the message has failed: some ten and a half hours.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60))
# A worker that dies while it sends leaves its message to another one after this long.
LEASE = timedelta(minutes=15)


@dataclass
class Delivered:
    """What one round of deliveries came to."""

    sent: int = 0
    retried: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        """Whether another round at once makes sense: not when all it did was to be turned away."""
        return bool(self.sent or self.failed)


def enqueue(  # noqa: PLR0913 - all by keyword
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
) -> OutboxMessage:
    """Put a message in the outbox, in the transaction of its cause. The same key twice gives back the first row."""
    if key is not None and (before := _by_key(key)) is not None:
        return before
    message = OutboxMessage(
        key=key,
        kind=kind,
        to_email=to_email.strip(),
        to_name=_one_line(to_name)[:200],
        subject=_one_line(subject)[:300],
        text=text,
        html=html,
        calendar=calendar,
        calendar_method=calendar_method,
    )
    if key is None:
        db.session.add(message)
        db.session.flush()
        return message
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        before = _by_key(key)
        if before is None:
            raise
        return before
    return message


def _by_key(key: str) -> OutboxMessage | None:
    return db.session.scalar(select(OutboxMessage).where(OutboxMessage.key == key))


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
