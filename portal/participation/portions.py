"""Tells many people one thing a portion at a time, so that nobody waits for a lock as long as all their mails take; what is told and when stands beside.

Each mail has a key of its own, so a stop at any moment, or a second worker, neither loses one nor doubles it. Once
nobody is left the whole is noted as told.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from sqlalchemy import Select, exists, literal, select
from sqlalchemy.orm import contains_eager

from portal.accounts.models import User
from portal.core.db import db
from portal.mail import told
from portal.mail.models import OutboxMessage
from portal.participation.models import Registration
from portal.participation.seats import CONFIRMED
from portal.programme.models import Workshop

PORTION = 100

Tell = Callable[[Sequence[Registration]], object]


def seats_of(workshop: Workshop) -> Select[Registration]:
    """Everybody with a seat who may still sign in, with their people, in order of arrival."""
    return (
        select(Registration)
        .join(Registration.user)
        .options(contains_eager(Registration.user))
        .where(
            Registration.workshop_id == workshop.id,
            Registration.status == CONFIRMED,
            User.disabled_at.is_(None),
        )
        .order_by(Registration.arrival)
    )


def batch_of(key: str) -> str:
    """What the mails of one telling share, so that an organizer sees them together."""
    return sha256(key.encode()).hexdigest()[:20]


def tell(people: Select[Registration], do: Tell, *, message: str, what: str, keys: Sequence[str]) -> int:
    """Tell the next of these people who were not told, and return how many those are; nobody left: note `keys` as told.

    `do` puts a mail with the key `<message>:<code of the registration>:<what>` in the outbox for each it is given.
    """
    own = literal(f"{message}:") + Registration.code + literal(f":{what}")
    untold = ~exists().where(OutboxMessage.key == own)
    found = db.session.scalars(people.where(untold).limit(PORTION)).all()
    if found:
        do(found)
    if len(found) < PORTION:
        for key in keys:
            told.note(key)
    return len(found)
