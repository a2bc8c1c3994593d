"""What went to many at once, of late: each telling as one line with how far its letters are; a single letter is letters' matter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from portal.core.db import db
from portal.mail.models import MessageStatus, OutboxMessage

SHOWN = 5
LOOKED_AT = 5_000  # the last letters, so that the look stays quick however many there ever were


@dataclass(frozen=True)
class Batch:
    """One letter to many. `subject`: as the first of them got it; `sent`, `failed` and the others, which wait, make `total`."""

    code: str
    subject: str
    at: datetime
    total: int
    sent: int
    failed: int


def recent() -> list[Batch]:
    """The latest tellings, the newest first. Three queries, two where there are none."""
    last = db.session.scalar(select(func.max(OutboxMessage.id))) or 0
    newest = func.max(OutboxMessage.id)
    codes = db.session.scalars(
        select(OutboxMessage.batch)
        .where(OutboxMessage.batch.is_not(None), OutboxMessage.id > last - LOOKED_AT)
        .group_by(OutboxMessage.batch)
        .order_by(newest.desc())
        .limit(SHOWN)
    ).all()
    found = {one.code: one for one in _counted([code for code in codes if code])}
    return [found[code] for code in codes if code in found]


def _counted(codes: list[str]) -> list[Batch]:
    if not codes:
        return []
    first = aliased(OutboxMessage)
    subject = (
        select(first.subject).where(first.batch == OutboxMessage.batch).order_by(first.id).limit(1)
    ).scalar_subquery()
    rows = db.session.execute(
        select(
            OutboxMessage.batch,
            subject,
            func.min(OutboxMessage.created_at, type_=OutboxMessage.created_at.type),
            func.count(),
            _number(MessageStatus.SENT),
            _number(MessageStatus.FAILED),
        )
        .where(OutboxMessage.batch.in_(codes))
        .group_by(OutboxMessage.batch)
    )
    return [Batch(code or "", *facts) for code, *facts in rows]


def _number(status: MessageStatus) -> ColumnElement[int]:
    return func.sum(case((OutboxMessage.status == status, 1), else_=0))
