"""How far facts became xAPI statements, which of these wait, and how the line to the record store is; what a statement says stands in statements."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import Base, IntPk, stored


class StatementStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"  # the store will never take it as it is


class Statement(Base):
    """One statement, frozen when it was made, so that sending it again says the same; once sent only the receipt stays."""

    __tablename__ = "xapi_statement"
    __table_args__ = (
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_time"),
        Index("ix_xapi_statement_status_id", "status", "id"),
    )

    id: Mapped[IntPk]
    # Derived from the fact: the same fact is never written twice, and the store knows one that comes again.
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[StatementStatus] = mapped_column(stored(StatementStatus), default=StatementStatus.QUEUED)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]


class Cursor(Base):
    """Up to which row of a table of facts statements were made."""

    __tablename__ = "xapi_cursor"

    facts: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_id: Mapped[int] = mapped_column(default=0)


class Line(Base):
    """The line to the store: one row. One worker at a time has it; after a failure nobody, for a while."""

    __tablename__ = "xapi_line"

    id: Mapped[IntPk]
    free_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)  # one after the other, up to now
    last_error: Mapped[str] = mapped_column(String(500), default="")
    failed_at: Mapped[datetime | None]  # the last time
    last_sent_at: Mapped[datetime | None]
