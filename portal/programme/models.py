"""What is offered: workshops, their sessions, talks and speakers; who takes part is participation's matter."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from portal.accounts.models import User
from portal.awards.models import Round, Track
from portal.core import clock
from portal.core.db import Base, IntPk, PublicCode, stored


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
        CheckConstraint("guaranteed IS NULL OR guaranteed >= 1", name="guaranteed_positive"),
        CheckConstraint("offer_hours >= 0", name="offer_hours_not_negative"),
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
    # Seats kept for each agency whose entry passed, until this moment; an agency below it goes first in the queue.
    guaranteed: Mapped[int | None]
    guaranteed_until: Mapped[datetime | None]
    offer_hours: Mapped[int] = mapped_column(default=0)  # how long a free seat is offered; 0: given at once
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    facts: Mapped[list[Any]] = mapped_column(default=list)  # lines of the source that the text stands for
    # What is asked of who registers, as programme.questions reads it.
    questions: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[WorkshopStatus] = mapped_column(stored(WorkshopStatus), default=WorkshopStatus.PUBLISHED)
    # Grows with each change on the desk, so that nothing of another organizer is overwritten in silence.
    version: Mapped[int] = mapped_column(default=1)
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
    link: Mapped[str] = mapped_column(String(500), default="")  # where it is held online
    sequence: Mapped[int] = mapped_column(default=0)  # RFC 5545 §3.8.7.4: grows when the meeting moves
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    workshop: Mapped[Workshop] = relationship(back_populates="sessions")


class WorkshopVersion(Base):
    """A workshop as it stood after one change, as the text of its file; appended, never changed."""

    __tablename__ = "workshop_version"
    __table_args__ = (UniqueConstraint("workshop_id", "number"),)

    id: Mapped[IntPk]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)

    workshop: Mapped[Workshop] = relationship()
    by: Mapped[User | None] = relationship()


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
    points: Mapped[list[Any]] = mapped_column(default=list)  # of {"th": …, "en": …}, perhaps with "facts"
    facts: Mapped[list[Any]] = mapped_column(default=list)

    # How many materials it hands out, in the statement that loads it, where that asks for it (programme.workshops).
    material_count: Mapped[int | None] = query_expression()

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


class Audience(StrEnum):
    """Who may see a material."""

    EVERYONE = "everyone"
    REGISTERED = "registered"
    ATTENDED = "attended"


class Material(Base):
    """What a speaker hands out with a talk: one address for life, its content stands in versions."""

    __tablename__ = "material"

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(300))
    audience: Mapped[Audience] = mapped_column(stored(Audience), default=Audience.REGISTERED)
    visible_from: Mapped[datetime | None]  # None: at once
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]

    talk: Mapped[Talk] = relationship()
    versions: Mapped[list["MaterialVersion"]] = relationship(
        back_populates="material", order_by="MaterialVersion.number", cascade="all, delete-orphan"
    )


class MaterialVersion(Base):
    """A file, kept by its content in core.blobs, or a link; the one with the highest number is shown."""

    __tablename__ = "material_version"
    __table_args__ = (
        UniqueConstraint("material_id", "number"),
        CheckConstraint("(digest IS NULL) <> (url IS NULL)", name="file_or_link"),
    )

    id: Mapped[IntPk]
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    digest: Mapped[str | None] = mapped_column(String(64), index=True)  # sha256, hexadecimal
    filename: Mapped[str] = mapped_column(String(200), default="")
    media_type: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(default=0)  # bytes
    url: Mapped[str | None] = mapped_column(String(1000))
    downloads: Mapped[int] = mapped_column(default=0)

    material: Mapped[Material] = relationship(back_populates="versions")
    by: Mapped[User | None] = relationship()
