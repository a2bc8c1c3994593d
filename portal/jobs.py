"""The roof: what the worker does again and again, each job in transactions of its own so that one that fails stops no other; what there is to do, the rooms decide."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from portal.attendance import material_news, thanks
from portal.core.db import db, writing
from portal.learning import attempts
from portal.learning.models import Attempt
from portal.mail import delivery, heartbeat
from portal.organize import deadline
from portal.participation import announcements, offers, registration, reminders
from portal.programme.models import Workshop
from portal.xapi import delivery as statements

log = logging.getLogger("portal.worker")

# So many mails, or as many as a slow server takes in a minute: then all other jobs have their turn.
MAILS, SECONDS_OF_MAIL = 20, 60
STATEMENTS = 4  # batches: the same for the record store
MAILINGS = (
    ("reminding", reminders.due, reminders.remind),
    ("telling of materials", material_news.due, material_news.announce),
    ("thanking", thanks.due, thanks.thank),
)


@dataclass
class Round:
    """What one round came to: whether something was done, so that another one at once makes sense, and what failed."""

    has_done: bool = False
    has_failed: bool = False


def run(is_over: Callable[[], bool] = lambda: False) -> Round:
    """Do every job once: close quizzes whose time is up, end offers, pass seats on, tell of changes, remind, thank, send mail and statements that are due.

    Commits; raises nothing. Any number of workers may do so at once. Each job first looks whether anything is to be done, which takes no lock;
    then it looks anew under the lock, or by a key that only one of them can write. `is_over`: asked between two mails,
    for a server may be slow.
    """
    done = Round()
    _try(done, "telling that a worker lives", _beat)
    _close_quizzes(done)
    _for_each(done, "ending offers", offers.due, offers.expire)
    _try(done, "passing seats on", _sweep)
    _for_each(done, "telling of changes", announcements.changed, announcements.announce_changes)
    for name, due, do in MAILINGS:
        _for_each(done, name, due, do)
    _try(done, "telling of the deadline", _warn)
    _try(done, "sending mail", lambda: _send(is_over))
    _try(done, "sending statements", lambda: bool(statements.deliver_due(STATEMENTS, is_over=is_over)))
    return done


def _send(is_over: Callable[[], bool]) -> bool:
    until = time.monotonic() + SECONDS_OF_MAIL
    return bool(delivery.deliver_due(MAILS, is_over=lambda: is_over() or time.monotonic() > until))


def _close_quizzes(done: Round) -> None:
    """Each attempt in a transaction of its own: one that cannot be closed keeps no other open."""
    found: list[int] = []
    _try(done, "closing quizzes", lambda: found.extend(attempts.overdue()))
    for attempt_id in found:
        _try(done, f"closing attempt {attempt_id}", lambda one=attempt_id: _close_quiz(one))  # type: ignore[misc]


def _close_quiz(attempt_id: int) -> bool:
    with writing():
        is_closed = attempts.close_if_over(db.session.get_one(Attempt, attempt_id))
        db.session.commit()
    return is_closed


def _for_each(done: Round, name: str, due: Callable[[], list[int]], do: Callable[[Workshop], int]) -> None:
    """The job for one workshop after the other, a transaction for each; the look at which takes no lock."""
    found: list[int] = []
    _try(done, name, lambda: found.extend(due()))
    for workshop_id in found:
        _try(done, f"{name} of workshop {workshop_id}", lambda one=workshop_id: _of_one(one, do))  # type: ignore[misc]


def _of_one(workshop_id: int, do: Callable[[Workshop], int]) -> bool:
    with writing():
        did = do(db.session.get_one(Workshop, workshop_id))
        db.session.commit()
    return bool(did)


def _sweep() -> bool:
    """Not in a transaction that writes from the start: it locks by itself where somebody may get a seat."""
    did = registration.sweep()
    db.session.commit()
    return bool(did)


def _beat() -> None:
    if heartbeat.is_wanted():
        db.session.rollback()
        with writing():
            heartbeat.beat()
            db.session.commit()


def _warn() -> bool:
    if deadline.due() is None:
        return False
    db.session.rollback()
    with writing():
        warning = deadline.due()
        did = deadline.warn(warning) if warning else 0
        db.session.commit()
    return bool(did)


def _try(done: Round, name: str, do: Callable[[], bool | None]) -> None:
    """Nothing of a job that fails is kept; a worker outlives a database that restarts."""
    try:
        done.has_done |= bool(do())
    except Exception:
        log.exception("%s failed; trying again", name)
        done.has_failed = True
    finally:
        db.session.remove()
