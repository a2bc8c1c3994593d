"""Who takes part: registrations with their ledger, and what was noted of their attendance."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import Base, IntPk, PublicCode, stored
from portal.core.tokens import new_ticket
from portal.programme.models import Workshop, WorkshopSession


class RegistrationStatus(StrEnum):
    CONFIRMED = "confirmed"
    OFFERED = "offered"  # a seat is kept for the person until the offer expires
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


class Registration(Base):
    """One person's place in one workshop: one row for life, its moves stand in the ledger."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("workshop_id", "user_id"),
        UniqueConstraint("workshop_id", "arrival"),
        UniqueConstraint("workshop_id", "ticket"),
        Index("ix_registration_workshop_id_status_arrival", "workshop_id", "status", "arrival"),
        CheckConstraint("(status = 'offered') = (offer_expires_at IS NOT NULL)", name="offer_expires"),
        Index("ix_registration_offer_expires_at", "offer_expires_at"),
    )

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    # Six letters and digits that a door reads from a ticket, or that a person types: theirs within this workshop.
    ticket: Mapped[str] = mapped_column(String(6), default=new_ticket)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    # At the time of registering.
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    status: Mapped[RegistrationStatus] = mapped_column(stored(RegistrationStatus))
    # 1, 2, 3 … per workshop, in the order in which the server accepted them; registering again: at the end.
    arrival: Mapped[int]
    registered_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    offer_expires_at: Mapped[datetime | None]  # while a seat is offered
    answers: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # to the workshop's own questions, by their code
    sequence: Mapped[int] = mapped_column(default=0)  # of this person's calendar events: grows with each move

    # In the queue, as the rule found it that put the person there; not kept.
    place = 0  # type: int

    workshop: Mapped[Workshop] = relationship()
    user: Mapped[User] = relationship()
    agency: Mapped[Agency | None] = relationship()


class Move(StrEnum):
    REGISTERED = "registered"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    HANDED_ON = "handed_on"  # the seat went to a colleague
    TAKEN_OVER = "taken_over"  # the seat came from a colleague
    CANCELLED = "cancelled"


class RegistrationMove(Base):
    """The ledger: each move of a registration, who made it, when and why; appended, never changed."""

    __tablename__ = "registration_move"

    id: Mapped[IntPk]
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    move: Mapped[Move] = mapped_column(stored(Move))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # None: the queue itself
    why: Mapped[str] = mapped_column(String(200), default="")
    # Of a seat that went from one colleague to another: the registration at the other end.
    other_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"))

    registration: Mapped[Registration] = relationship(foreign_keys=[registration_id])
    other: Mapped[Registration | None] = relationship(foreign_keys=[other_id])


class SessionNews(Base):
    """A session as people with a seat were last told of it, so that each change is told once and says what was before."""

    __tablename__ = "session_news"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_session.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int]  # this and what follows: as WorkshopSession has it, the venue as Workshop
    day: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    room: Mapped[str] = mapped_column(String(200), default="")
    venue: Mapped[str] = mapped_column(String(300), default="")
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    session: Mapped[WorkshopSession] = relationship()


class WorkshopNews(Base):
    """Whether people know that a workshop is cancelled; without a row nobody was ever told so."""

    __tablename__ = "workshop_news"

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"), primary_key=True)
    is_cancelled: Mapped[bool]
    times: Mapped[int] = mapped_column(default=0)  # how often this was told either way
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    workshop: Mapped[Workshop] = relationship()


class AttendanceState(StrEnum):
    ATTENDED = "attended"
    PARTIAL = "partial"
    EXCUSED = "excused"
    NO_SHOW = "no_show"
    WITHDRAWN = "withdrawn"  # the marks before were a mistake: the person counts as not marked


class AttendanceMark(Base):
    """What was noted about one registration at one session; the latest mark decides."""

    __tablename__ = "attendance_mark"
    __table_args__ = (
        # Whole, so that the mark that decides is read from the index alone.
        Index("ix_attendance_mark_latest", "session_id", "registration_id", "at", "id", "state"),
        CheckConstraint("how <> ''", name="says_how"),
        Index("ix_attendance_mark_session_id_id", "session_id", "id"),
    )

    id: Mapped[IntPk]
    session_id: Mapped[int] = mapped_column(ForeignKey("workshop_session.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    state: Mapped[AttendanceState] = mapped_column(stored(AttendanceState))
    how: Mapped[str] = mapped_column(String(32))
    why: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)  # when it happened
    noted_at: Mapped[datetime] = mapped_column(
        default=clock.now
    )  # when it reached us: later, for a door without network
    # The door's own name for a scan: the same scan sent again is the same mark.
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    # Of an import, the run that brought it.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)

    registration: Mapped[Registration] = relationship()
    session: Mapped[WorkshopSession] = relationship()
