"""Letters to a group that were sent, and how far their copies are; the copies one by one are letters' matter, writing is group_letters'."""

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.core.db import db
from portal.core.paging import Page, page_of
from portal.mail.models import OutboxMessage
from portal.organize.models import GroupLetter
from portal.programme.models import Workshop

PER_PAGE = 50


def sent_to(workshop: Workshop, *, number: object = 1) -> Page:
    """The letters to people of this workshop, the newest first."""
    query = select(GroupLetter).where(GroupLetter.workshop_id == workshop.id).order_by(GroupLetter.id.desc())
    return page_of(query, page=number, per_page=PER_PAGE)


def by_code(workshop: Workshop, code: str) -> GroupLetter | None:
    return db.session.scalar(
        select(GroupLetter).where(GroupLetter.workshop_id == workshop.id, GroupLetter.code == code)
    )


def states(letters: Sequence[GroupLetter]) -> dict[str, dict[str, int]]:
    """How many copies have each status, by code of the letter; a status that none has is absent. One query."""
    rows = db.session.execute(
        select(OutboxMessage.batch, OutboxMessage.status, func.count())
        .where(OutboxMessage.batch.in_([letter.code for letter in letters]))
        .group_by(OutboxMessage.batch, OutboxMessage.status)
    )
    found: dict[str, dict[str, int]] = {letter.code: {} for letter in letters}
    for batch, status, count in rows:
        found[batch or ""][status.value] = count
    return found


def copy_of(letter: GroupLetter, code: str) -> OutboxMessage | None:
    return db.session.scalar(
        select(OutboxMessage).where(OutboxMessage.batch == letter.code, OutboxMessage.code == code)
    )
