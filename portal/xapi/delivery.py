"""How facts leave for the record store: made into statements with a cursor, sent in batches by one worker at a time, kept until the store has them; what one answer means stands in line.

A statement may be handed over again after a stop at the wrong moment: its id says that it is the same one, so the store
has it once. While the store cannot be used nobody knocks for a while, longer each time; nothing is ever given up for that.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, writing
from portal.xapi import facts, line
from portal.xapi.models import Cursor, Line, Statement, StatementStatus

log = logging.getLogger("portal.xapi")

QUEUED, SENT, REFUSED = StatementStatus.QUEUED, StatementStatus.SENT, StatementStatus.REFUSED
BATCH = 50
LEASE = timedelta(minutes=10)  # a worker that dies with the line leaves it to another one after this long
PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 4 * 60)
)  # the last one again and again
ONLY = 1  # id of the one line
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass
class Delivered:
    """What one round came to."""

    made: int = 0
    sent: int = 0
    refused: int = 0
    error: str = ""  # why the store could not be used

    def __bool__(self) -> bool:
        """Whether another round at once makes sense."""
        return not self.error and bool(self.made or self.sent or self.refused)


@dataclass(frozen=True)
class State:
    """How the sending stands."""

    counts: dict[StatementStatus, int]
    refused: Sequence[Statement]  # the latest
    line: Line | None
    has_more: bool  # facts of which no statement was made yet


def deliver_due(batches: int = 20, *, is_over: Callable[[], bool] = lambda: False) -> Delivered:
    """Make and send what is due, at most so many batches. Nothing at all, no query either, where no store is set.

    Commits for each batch; raises nothing for a store that fails. Any number of workers may call it at once.
    """
    done = Delivered()
    url = current_app.config.get("LRS_URL")
    if not url:
        return done
    is_due = _is_due()
    db.session.rollback()
    if not is_due:
        return done
    with writing():
        is_mine = _take()
        db.session.commit()
        if is_mine:
            try:
                _send_all(url, batches, is_over, done)
            finally:
                _give_back(done)
                db.session.commit()
    return done


def _is_due() -> bool:
    """Whether the line is free and something waits. Looks into indexes, no lock."""
    free_at = db.session.scalar(select(Line.free_at).where(Line.id == ONLY))
    if free_at is not None and free_at > clock.now():
        return False
    return bool(_batch(1) or facts.waiting())


def _take() -> bool:
    """Whether this worker has the line from now on."""
    now = clock.now()
    _put(Line, [{"id": ONLY, "free_at": now}], key="id")
    taken: Any = db.session.execute(
        update(Line).where(Line.id == ONLY, Line.free_at <= now).values(free_at=now + LEASE)
    )
    return bool(taken.rowcount)


def _send_all(url: str, batches: int, is_over: Callable[[], bool], done: Delivered) -> None:
    for _number in range(batches):
        if is_over():
            break
        done.made += _make()
        batch = _batch(BATCH)
        db.session.commit()  # no lock is held while the store thinks
        if not batch:
            break
        outcomes: dict[str, str | None] = {}
        try:
            _hand_over(url, batch, outcomes)
        except line.Unreachable as no:
            done.error = str(no)[:500]
        finally:
            _settle(outcomes, done)
            db.session.commit()
        if done.error:
            break


def _make() -> int:
    """Make statements of the facts that follow and move the cursors, in one transaction; returns how many are new."""
    home = current_app.config["BASE_URL"]
    made = 0
    for stretch in facts.waiting():
        said = facts.told_by(stretch, home)
        made += _put(
            Statement,
            [
                {
                    "uuid": one.body["id"],
                    "kind": one.kind,
                    "body": one.body,
                    "made_at": clock.now(),
                    "status": QUEUED,
                }
                for one in said
            ],
            key="uuid",
        )
        _put(Cursor, [{"facts": stretch.facts, "last_id": stretch.last}], key="facts")
        # A slower worker that lost the line never moves it back.
        db.session.execute(
            update(Cursor)
            .where(Cursor.facts == stretch.facts, Cursor.last_id < stretch.last)
            .values(last_id=stretch.last)
        )
    return made


def _put(model: type[Statement] | type[Cursor] | type[Line], rows: list[dict[str, Any]], *, key: str) -> int:
    """Put these in unless one with the key is there; returns how many are new."""
    if not rows:
        return 0
    insert = _INSERT[db.session.get_bind().dialect.name](model).values(rows)
    column = getattr(model, key)
    put = insert.on_conflict_do_nothing(index_elements=[key]).returning(column)
    return len(db.session.execute(put).all())


def _batch(most: int) -> list[tuple[str, dict[str, Any]]]:
    """The next that wait, in the order they were made: their ids and what they say."""
    waiting = select(Statement.uuid, Statement.body).where(Statement.status == QUEUED).order_by(Statement.id)
    return [(uuid, body) for uuid, body in db.session.execute(waiting.limit(most))]


def _hand_over(url: str, batch: list[tuple[str, dict[str, Any]]], outcomes: dict[str, str | None]) -> None:
    """Send these, in halves where the store takes them not as a whole, so that one bad statement holds up no other.

    Into `outcomes` goes of each None where the store has it now, else why it never will. Raises line.Unreachable.
    """
    try:
        line.send(url, [body for _uuid, body in batch])
    except (line.Refused, line.Known) as no:
        if len(batch) > 1:
            half = len(batch) // 2
            _hand_over(url, batch[:half], outcomes)
            _hand_over(url, batch[half:], outcomes)
            return
        outcomes[batch[0][0]] = None if isinstance(no, line.Known) else str(no)[:500]
    else:
        outcomes.update((uuid, None) for uuid, _body in batch)


def _settle(outcomes: dict[str, str | None], done: Delivered) -> None:
    sent = [uuid for uuid, why in outcomes.items() if why is None]
    if sent:
        values = {"status": SENT, "sent_at": clock.now(), "body": {}, "last_error": ""}
        db.session.execute(update(Statement).where(Statement.uuid.in_(sent)).values(values))
    refused = {uuid: why for uuid, why in outcomes.items() if why is not None}
    for uuid, why in refused.items():
        log.error("the record store refuses statement %s: %s", uuid, why)
        which = Statement.uuid == uuid, Statement.status == QUEUED
        db.session.execute(update(Statement).where(*which).values(status=REFUSED, last_error=why))
    done.sent += len(sent)
    done.refused += len(refused)


def _give_back(done: Delivered) -> None:
    """Free the line: at once after a success, after the next pause where the store could not be used."""
    now = clock.now()
    found = db.session.get_one(Line, ONLY, populate_existing=True)
    if done.sent:
        found.last_sent_at = now
    if done.error:
        found.failures, found.failed_at = found.failures + 1, now
        found.free_at = now + PAUSES[min(found.failures, len(PAUSES)) - 1]
        log.warning("the record store cannot be used, next try at %s: %s", found.free_at, done.error)
    else:
        found.failures, found.free_at = 0, now
    found.last_error = done.error


def hurry(*, refused_too: bool = False) -> None:
    """End the pause after a failure, as after keys were put right, and on demand queue what was refused once more. Commits.

    A worker that sends now is not waited for: a statement that goes twice is there once.
    """
    with writing():
        db.session.execute(update(Line).where(Line.id == ONLY, Line.failures > 0).values(free_at=clock.now()))
        if refused_too:
            again = {"status": QUEUED, "last_error": ""}
            db.session.execute(update(Statement).where(Statement.status == REFUSED).values(again))
        db.session.commit()


def state(most: int = 20) -> State:
    """How many wait, were sent and were refused, the latest of these, the line, and whether facts wait. Four queries, three where none
    was refused."""
    counts = dict(db.session.execute(select(Statement.status, func.count()).group_by(Statement.status)).all())
    latest = select(Statement).where(Statement.status == REFUSED).order_by(Statement.id.desc()).limit(most)
    refused = db.session.scalars(latest).all() if REFUSED in counts else []
    return State(counts, refused, db.session.get(Line, ONLY), facts.has_more())
