"""The outbox as an organizer looks through it: counts, a filtered page, one letter without its secrets; sending is mail.outbox's matter."""

import re
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from portal.core import clock
from portal.core.db import db
from portal.core.paging import Page, page_of
from portal.mail import outbox
from portal.mail.models import MessageStatus, OutboxMessage

PER_PAGE = 50
SILENT_AFTER = timedelta(minutes=10)  # what just came in is no reason to worry
_secret = re.compile(r"(/(?:confirm|reset-password|calendar|offers)/)[^\s/]+")

# What a list shows; bodies and attachments stay where they are.
_COLUMNS = (
    OutboxMessage.code,
    OutboxMessage.subject,
    OutboxMessage.to_name,
    OutboxMessage.to_email,
    OutboxMessage.status,
    OutboxMessage.calendar_method,
    OutboxMessage.created_at,
    OutboxMessage.due_at,
    OutboxMessage.sent_at,
    OutboxMessage.batch,
    OutboxMessage.attempts,
    OutboxMessage.last_error,
    OutboxMessage.handed_over_at,
)
DOUBT = "doubt"  # failed, and may have arrived


def page(*, status: str = "", text: str = "", batch: str = "", number: object = 1) -> Page:
    """A page of the letters with this status, of this batch, with this text in subject, name or address: the newest first,
    those of a batch in its order. Two queries."""
    query = select(*_COLUMNS).order_by(OutboxMessage.id if batch else OutboxMessage.id.desc())
    if status == DOUBT:
        query = query.where(*outbox.IN_DOUBT)
    elif status in list(MessageStatus):
        query = query.where(OutboxMessage.status == status)
    if batch:
        query = query.where(OutboxMessage.batch == batch)
    if text:
        looked_at = (OutboxMessage.subject, OutboxMessage.to_name, OutboxMessage.to_email)
        found = [column.icontains(text, autoescape=True) for column in looked_at]
        query = query.where(found[0] | found[1] | found[2])
    return page_of(query, page=number, per_page=PER_PAGE)


def counts(batch: str = "") -> dict[str, int]:
    """How many letters there are by status, of this batch if one is named; a status that none has is absent. Those in doubt
    have failed, and are counted by themselves as well. Two queries."""
    of_batch = [OutboxMessage.batch == batch] if batch else []
    rows = db.session.execute(
        select(OutboxMessage.status, func.count()).where(*of_batch).group_by(OutboxMessage.status)
    )
    found = {status.value: count for status, count in rows}
    if MessageStatus.FAILED in found:
        doubtful = db.session.scalar(select(func.count()).where(*outbox.IN_DOUBT, *of_batch))
        found |= {DOUBT: doubtful} if doubtful else {}
    return found


def silent_since() -> datetime | None:
    """Since when letters have been lying although they are due, once that is long enough to look after; else None."""
    since = outbox.overdue_since()
    return since if since is not None and clock.now() - since > SILENT_AFTER else None


def by_code(code: str) -> OutboxMessage | None:
    return db.session.scalar(select(OutboxMessage).where(OutboxMessage.code == code))


def text_of(message: OutboxMessage) -> str:
    """What the reader got, but for the keys in its links: an organizer reads along, yet never opens somebody's account.

    A demonstration shows them, since its mail goes nowhere else.
    """
    config: Any = current_app.config
    return message.text if config["DEMO"] else _secret.sub(r"\1…", message.text)
