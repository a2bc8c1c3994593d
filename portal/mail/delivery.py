"""How messages leave the outbox: each claimed by one worker, handed over once, tried again after growing pauses; the line itself is transport's matter.

Three moments of a message are kept before anything depends on them: that a worker has it (a lease), that the server is
about to get its last line, and what the server answered. Whoever dies before the second has sent nothing, and another
one sends it. Whoever dies between the second and the third leaves a message in doubt: it is never sent again by itself.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from portal.core import clock
from portal.core.db import UTCDateTime, db, read_rows, writing
from portal.mail import transport
from portal.mail.models import MessageStatus, OutboxMessage

log = logging.getLogger("portal.mail")

QUEUED, SENT, FAILED = MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.FAILED
# After the first try and these five more, the message has failed: some ten and a half hours.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60))
# A worker that dies while it sends leaves its message to another one after this long: longer than any server may take.
LEASE = timedelta(minutes=20)
WRITING_PAUSES = (1, 2, 5, 10, 30)  # seconds
NEVER_HEARD = "the answer of the server was never heard: the message may have arrived"


class NotWritten(Exception):
    """The database took no outcome of the message with this code, however often it was asked."""


class LostLease(Exception):
    """Another worker has the message by now, so this one must not send it."""


@dataclass
class Delivered:
    """What one round of deliveries came to."""

    sent: int = 0
    retried: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        """Whether another round at once makes sense: not when all it did was to be turned away."""
        return bool(self.sent or self.failed)


# Made once: putting them together for each message takes longer than sending it.
_NOW = bindparam("now", type_=UTCDateTime())
_DUE = (OutboxMessage.status == QUEUED, OutboxMessage.due_at <= _NOW)
_IS_DUE = select(OutboxMessage.id).where(*_DUE).limit(1)
_NEXT = (
    select(OutboxMessage.id)
    .where(*_DUE, OutboxMessage.handed_over_at.is_(None))
    # As the index has it: a second key would sort thousands that fell due together.
    .order_by(OutboxMessage.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(OutboxMessage)
    .where(OutboxMessage.id == _NEXT.scalar_subquery())
    .values(attempts=OutboxMessage.attempts + 1, due_at=bindparam("until", type_=UTCDateTime()))
    .returning(*OutboxMessage.__table__.columns)
)
_GIVE_UP = (
    update(OutboxMessage)
    .where(*_DUE, OutboxMessage.handed_over_at.is_not(None))
    .values(status=FAILED, last_error=NEVER_HEARD)
)
_OF_CLAIM = (
    OutboxMessage.id == bindparam("which"),
    OutboxMessage.attempts == bindparam("claim"),
    OutboxMessage.due_at == bindparam("lease", type_=UTCDateTime()),
    OutboxMessage.status != SENT,
    (OutboxMessage.status == QUEUED) | OutboxMessage.handed_over_at.is_not(None),
)
_HANDED_OVER = update(OutboxMessage).where(*_OF_CLAIM).values(handed_over_at=_NOW)
_SENT = update(OutboxMessage).where(*_OF_CLAIM).values(status=SENT, sent_at=_NOW, last_error="")


def is_due() -> bool:
    """Whether a message should leave now. One look into an index, no lock."""
    return read_rows(_IS_DUE, now=clock.now()).first() is not None


def deliver_due(limit: int = 100, *, is_over: Callable[[], bool] = lambda: False) -> Delivered:
    """Send what is due, oldest first, at most `limit` messages and until `is_over`; commits for each. A message that fails
    raises nothing.

    Any number of workers may do so at once. A server that cannot be reached ends the round: the others wait untried.
    """
    done = Delivered()
    if not is_due():
        db.session.rollback()
        return done
    db.session.commit()
    with writing(), transport.opened(current_app.config["MAIL_URL"]) as deliver:
        done.failed += read_rows(_GIVE_UP, now=clock.now()).rowcount
        message = _claim()
        db.session.commit()
        for number in range(1, limit + 1):
            if message is None:
                break
            outcome, goes_on = _try(message, deliver, done)
            message = _keep(message, outcome, claims_next=goes_on and number < limit and not is_over())
    return done


def _keep(message: OutboxMessage, outcome: Update | None, *, claims_next: bool) -> OutboxMessage | None:
    """Write the outcome and, in the same transaction, claim the next message: half the writing.

    A database that is away for a moment must not leave in doubt what is known here, so it is asked again for a while.
    """
    for pause in WRITING_PAUSES:
        try:
            if outcome is not None:
                _settle(message, outcome)
            following = _claim() if claims_next else None
            db.session.commit()
        except DBAPIError:
            db.session.rollback()
            log.exception("what became of message %s could not be written; trying again", message.code)
            time.sleep(pause)
        else:
            return following
    raise NotWritten(message.code)


def _claim() -> OutboxMessage | None:
    """Take the next due message for this worker, as a copy that no session knows. One statement.

    Once this is committed no lock is held while it is sent: SQLite has only one.
    """
    now = clock.now()
    row = read_rows(_CLAIM, now=now, until=now + LEASE).one_or_none()
    return None if row is None else OutboxMessage(**row._mapping)


def _try(message: OutboxMessage, deliver: transport.Deliver, done: Delivered) -> tuple[Update | None, bool]:
    """One try at a claimed message: its outcome, and whether other messages should be tried in this round."""
    try:
        deliver(message, _handing_over(message))
    except LostLease:
        log.warning("message %s was taken by another worker", message.code)
        return None, True
    except transport.InDoubt:
        done.failed += 1
        return _outcome(status=FAILED, last_error=NEVER_HEARD), True
    except transport.Rejected as no:
        done.failed += 1
        return _outcome(status=FAILED, last_error=str(no)[:500], handed_over_at=None), True
    except Exception as no:
        return _put_off(message, no, done), not isinstance(no, transport.Unreachable)
    done.sent += 1
    return _SENT, True


def _put_off(message: OutboxMessage, no: Exception, done: Delivered) -> Update:
    """Until after the next pause, or for good after the last one."""
    is_known = isinstance(no, transport.NotDelivered)
    if not is_known:
        log.exception("message %s could not be written", message.code)
    error = (str(no) if is_known else repr(no))[:500]
    if message.attempts > len(PAUSES):
        done.failed += 1
        return _outcome(status=FAILED, last_error=error, handed_over_at=None)
    done.retried += 1
    due_at = clock.now() + PAUSES[message.attempts - 1]
    return _outcome(due_at=due_at, last_error=error, handed_over_at=None)


def _handing_over(message: OutboxMessage) -> Callable[[], None]:
    """Called when the server waits for the message and has nothing of it yet: keeps that from now on it may have arrived.

    Raises LostLease where this worker was so slow that the message is another's by now.
    """

    def keep() -> None:
        try:
            is_mine = _settle(message, _HANDED_OVER)
            db.session.commit()
        except DBAPIError:
            db.session.rollback()
            raise
        if not is_mine:
            raise LostLease

    return keep


def _outcome(**values: object) -> Update:
    return update(OutboxMessage).where(*_OF_CLAIM).values(**values)


def _settle(message: OutboxMessage, outcome: Update) -> bool:
    """Write the outcome and say so, unless the lease ran out and another worker has the message now.

    One that was given up as in doubt is still this worker's: who hears the answer late knows better.
    """
    claim = {"which": message.id, "claim": message.attempts, "lease": message.due_at}
    now = {"now": clock.now()} if outcome is _HANDED_OVER or outcome is _SENT else {}
    return bool(read_rows(outcome, **claim, **now).rowcount)
