"""What people did to accounts and rights, noted for good; what a room's own ledger holds (moves, marks) is not repeated here."""

from typing import Any

from sqlalchemy import select

from portal.accounts.models import AuditEvent, User
from portal.core.db import db


def subject_of(thing: Any) -> str:
    """How the audit names a thing: its table and public code, `user:K7M4QX2A`; a text stands as it is."""
    return thing if isinstance(thing, str) else f"{thing.__tablename__}:{thing.code}"


def note(verb: str, subject: Any, *, by: User | None, **detail: Any) -> AuditEvent:
    """Append one event in this transaction. `by` None: the portal itself. `detail` must be fit for JSON and hold no secret."""
    event = AuditEvent(verb=verb, subject=subject_of(subject), actor_id=by.id if by else None, detail=detail)
    db.session.add(event)
    db.session.flush()
    return event


def events_of(subject: Any, *, limit: int = 50) -> list[AuditEvent]:
    """What was done to a thing, the latest first."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.subject == subject_of(subject))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    return list(db.session.scalars(query.limit(limit)))
