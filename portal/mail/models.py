"""What is to be mailed, as rows with a state; what a message says is its sender's matter."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import Base, IntPk, PublicCode, stored


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutboxMessage(Base):
    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_time"),
        Index("ix_outbox_message_status_due_at", "status", "due_at"),
    )

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    # The same key is never enqueued twice: the fact that caused the message names it.
    key: Mapped[str | None] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    batch: Mapped[str | None] = mapped_column(
        String(40), index=True
    )  # one letter to many: the code they share
    to_email: Mapped[str] = mapped_column(String(254), index=True)
    to_name: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    calendar: Mapped[bytes | None]
    calendar_method: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[MessageStatus] = mapped_column(stored(MessageStatus), default=MessageStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    # When the server was about to get the last line: from then on nobody knows whether it arrived, until it answers.
    handed_over_at: Mapped[datetime | None]

    @property
    def is_in_doubt(self) -> bool:
        """Whether it may or may not have arrived: the answer of the server was never heard."""
        return self.status is MessageStatus.FAILED and self.handed_over_at is not None


class Told(Base):
    """What was said once and is not said again: a reminder, a deadline; written with the last of the messages that say it."""

    __tablename__ = "told"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Heartbeat(Base):
    """When a worker was last heard of; one row for all workers."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
