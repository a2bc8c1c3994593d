"""The outbox: a message is a row written with the fact that caused it; how it leaves is delivery's matter, what it says its sender's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db
from portal.core.tokens import new_code
from portal.mail.models import MessageStatus, OutboxMessage

TRIES = 3
IN_DOUBT = (OutboxMessage.status == MessageStatus.FAILED, OutboxMessage.handed_over_at.is_not(None))


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
    """Give a message that failed all its tries anew, at once. One that waits or was sent stays as it is.

    One in doubt may arrive twice then: that is for a person to decide.
    """
    if message.status is MessageStatus.FAILED:
        _requeue(OutboxMessage.id == message.id)
        db.session.refresh(message)


def send_failed_again(batch: str) -> int:
    """Give all of a batch that failed their tries anew, at once; returns how many. One statement.

    Those in doubt stay as they are: each may have arrived.
    """
    return _requeue(OutboxMessage.batch == batch, OutboxMessage.handed_over_at.is_(None))


def _requeue(*which: ColumnElement[bool]) -> int:
    done: Any = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.status == MessageStatus.FAILED, *which)
        .values(
            status=MessageStatus.QUEUED, attempts=0, due_at=clock.now(), last_error="", handed_over_at=None
        )
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
