"""The roof: what the worker does again and again, each job in transactions of its own so that one that fails stops no other; what there is to do, the rooms decide."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from portal.core.db import db, writing
from portal.mail import delivery
from portal.participation import announcements, offers, registration
from portal.programme.models import Workshop

log = logging.getLogger("portal.worker")

MAILS = 20  # between two looks at whether to stop


@dataclass
class Round:
    """What one round came to: whether something was done, so that another one at once makes sense, and what failed."""

    has_done: bool = False
    has_failed: bool = False


def run() -> Round:
    """Do every job once: end offers, pass seats on, tell of changes, send what is due. Commits; raises nothing.

    Any number of workers may do so at once: each job takes the lock of its workshop and then looks anew.
    """
    done = Round()
    _for_each(done, "ending offers", offers.due, offers.expire)
    _try(done, "passing seats on", _sweep)
    _for_each(done, "telling of changes", announcements.changed, announcements.announce_changes)
    _try(done, "sending mail", lambda: bool(delivery.deliver_due(MAILS)))
    return done


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
    with writing():
        did = registration.sweep()
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
