"""The award round: its tracks, milestones and the entries that passed stage 1; how they are loaded and read stands beside."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency
from portal.core.db import Base, IntPk


class Round(Base):
    __tablename__ = "round"

    id: Mapped[IntPk]
    year_be: Mapped[int] = mapped_column(unique=True)
    title_th: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300), default="")
    applied_count: Mapped[int | None]
    passed_count: Mapped[int | None]
    # What the award page tells besides figures and dates: stages, names of the report, source.
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)

    tracks: Mapped[list["Track"]] = relationship(back_populates="round", order_by="Track.position")
    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="round", order_by="Milestone.on, Milestone.id"
    )


class Track(Base):
    __tablename__ = "track"
    __table_args__ = (UniqueConstraint("round_id", "code"),)

    id: Mapped[IntPk]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(32))
    position: Mapped[int] = mapped_column(default=0)
    name_th: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")

    round: Mapped[Round] = relationship(back_populates="tracks")


class Milestone(Base):
    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("round_id", "code"),)

    id: Mapped[IntPk]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(32))  # "report" is the day the report is due
    on: Mapped[date]
    until: Mapped[date | None]
    label_th: Mapped[str] = mapped_column(String(300))
    label_en: Mapped[str] = mapped_column(String(300), default="")

    round: Mapped[Round] = relationship(back_populates="milestones")


class Entry(Base):
    """One piece of work (ผลงาน) that an agency sent to a track; an agency may have several."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("track_id", "agency_id", "title"),)

    id: Mapped[IntPk]
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id", ondelete="CASCADE"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    stage1_passed_on: Mapped[date | None]

    track: Mapped[Track] = relationship()
    agency: Mapped[Agency] = relationship()
