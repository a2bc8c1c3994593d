"""What is offered: workshops, their sessions, talks and speakers; who takes part is participation's matter."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.awards.models import Round, Track
from portal.core import clock
from portal.core.db import Base, IntPk, stored


class WorkshopStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"


workshop_track = Table(
    "workshop_track",
    Base.metadata,
    Column("workshop_id", ForeignKey("workshop.id", ondelete="CASCADE"), primary_key=True),
    Column("track_id", ForeignKey("track.id", ondelete="CASCADE"), primary_key=True),
)


class Workshop(Base):
    __tablename__ = "workshop"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("per_agency IS NULL OR per_agency >= 1", name="per_agency_positive"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
    )

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(60), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    title_th: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300), default="")
    # Topic, organizer, format, purpose, target group, … as the memo of the page shows them.
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    venue: Mapped[str] = mapped_column(String(300), default="")  # empty: not announced
    capacity: Mapped[int | None]  # None: no limit
    per_agency: Mapped[int | None]
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    status: Mapped[WorkshopStatus] = mapped_column(stored(WorkshopStatus), default=WorkshopStatus.PUBLISHED)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    round: Mapped[Round] = relationship()
    tracks: Mapped[list[Track]] = relationship(secondary=workshop_track, order_by=Track.position)
    sessions: Mapped[list["WorkshopSession"]] = relationship(
        back_populates="workshop", order_by="WorkshopSession.day, WorkshopSession.position"
    )
    talks: Mapped[list["Talk"]] = relationship(back_populates="workshop", order_by="Talk.position")

    def registration_is_open(self, at: datetime) -> bool:
        """Whether people may register at this moment: published, the window known and running."""
        if self.status is not WorkshopStatus.PUBLISHED or self.registration_opens_at is None:
            return False
        return self.registration_opens_at <= at and (
            self.registration_closes_at is None or at < self.registration_closes_at
        )


class WorkshopSession(Base):
    """One meeting: a day or part of a day, the unit of attendance and one calendar event. Without hours it is all-day."""

    __tablename__ = "workshop_session"
    __table_args__ = (
        UniqueConstraint("workshop_id", "code"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="hours_come_in_pairs"),
    )

    id: Mapped[IntPk]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(32))
    position: Mapped[int] = mapped_column(default=0)
    title_th: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300), default="")
    day: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    room: Mapped[str] = mapped_column(String(200), default="")
    sequence: Mapped[int] = mapped_column(default=0)  # RFC 5545 §3.8.7.4: grows when the meeting moves
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    workshop: Mapped[Workshop] = relationship(back_populates="sessions")


class Speaker(Base):
    __tablename__ = "speaker"

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    positions: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)  # order on the page
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    user: Mapped[User | None] = relationship()


class Talk(Base):
    """What speakers give; may have no title of its own and no session yet."""

    __tablename__ = "talk"
    __table_args__ = (UniqueConstraint("workshop_id", "code"),)

    id: Mapped[IntPk]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_session.id", ondelete="SET NULL"))
    code: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(default=0)
    title_th: Mapped[str] = mapped_column(
        Text, default=""
    )  # the exact title; empty where the source gives none
    title_en: Mapped[str] = mapped_column(Text, default="")
    description_th: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    points: Mapped[list[Any]] = mapped_column(default=list)  # of {"th": …, "en": …}

    workshop: Mapped[Workshop] = relationship(back_populates="talks")
    session: Mapped[WorkshopSession | None] = relationship()
    speakers: Mapped[list["TalkSpeaker"]] = relationship(
        order_by="TalkSpeaker.position", cascade="all, delete-orphan"
    )


class TalkSpeaker(Base):
    __tablename__ = "talk_speaker"

    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)

    talk: Mapped[Talk] = relationship(back_populates="speakers")
    speaker: Mapped[Speaker] = relationship()
