"""Who there is: agencies, people, their sign-ins and the audit of what they did; the rules stand in the topic files beside."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.core import clock, thai
from portal.core.db import Base, IntPk, PublicCode, stored


def searched_text(*texts: str | None) -> str:
    """What a long list is searched in: these texts folded as core.thai folds what people type, apart from each other."""
    return " ".join(thai.search_key(text) for text in texts if text)


class Agency(Base):
    __tablename__ = "agency"

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name_th: Mapped[str] = mapped_column(String(200), unique=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    abbrev_th: Mapped[str] = mapped_column(String(60), default="")
    ministry_th: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(40), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    # Thai order and what is looked for, so that the database sorts as a dictionary does and finds as people type.
    sort_key: Mapped[str] = mapped_column(String(thai.SORT_KEY_LENGTH), index=True)
    searched: Mapped[str] = mapped_column(String(800))

    domains: Mapped[list["AgencyDomain"]] = relationship(
        back_populates="agency", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        return self.name_th

    @validates("name_th", "name_en", "abbrev_th", "code")
    def _keep_keys(self, column: str, value: str) -> str:
        names = {one: getattr(self, one) for one in ("name_th", "name_en", "abbrev_th", "code")} | {
            column: value
        }
        self.sort_key = thai.sort_key(names["name_th"] or "")
        self.searched = searched_text(*names.values())
        return value


class AgencyDomain(Base):
    """A mail domain whose people are approved for the agency at once."""

    __tablename__ = "agency_domain"
    __table_args__ = (UniqueConstraint("agency_id", "domain"),)

    id: Mapped[IntPk]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(String(120), index=True)

    agency: Mapped[Agency] = relationship(back_populates="domains")


class Role(StrEnum):
    LEARNER = "learner"
    COORDINATOR = "coordinator"
    SPEAKER = "speaker"
    ORGANIZER = "organizer"
    ADMIN = "admin"


class _Columns(Protocol):
    """What of a person's row decides what they are."""

    @property
    def role(self) -> Role: ...
    @property
    def confirmed_at(self) -> datetime | None: ...
    @property
    def approved_at(self) -> datetime | None: ...
    @property
    def disabled_at(self) -> datetime | None: ...
    @property
    def is_approved(self) -> bool: ...


class Standing:
    """What a person is, by their columns: the same for a whole row and for the few columns of accounts.access.Known."""

    # What flask-login asks of a user; its own mixin would compare people by their sign-ins.
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @property
    def is_active(self: _Columns) -> bool:
        return self.disabled_at is None

    @property
    def is_approved(self: _Columns) -> bool:
        return self.confirmed_at is not None and self.approved_at is not None

    @property
    def may_organize(self: _Columns) -> bool:
        return self.role in (Role.ORGANIZER, Role.ADMIN)

    @property
    def is_coordinator(self: _Columns) -> bool:
        return self.role is Role.COORDINATOR and self.is_approved

    @property
    def is_speaker(self: _Columns) -> bool:
        return self.role is Role.SPEAKER


class User(Standing, Base):
    __tablename__ = "user"

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(stored(Role), default=Role.LEARNER)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="th")
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    declined_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    # As an agency's.
    sort_key: Mapped[str] = mapped_column(String(thai.SORT_KEY_LENGTH))
    searched: Mapped[str] = mapped_column(String(600))

    agency: Mapped[Agency | None] = relationship(lazy="joined")

    # Of the running sign-in, set by the user loader; flask-login keeps it in the cookie instead of the user's id.
    sign_in_key = None  # type: str | None

    @validates("name", "email")
    def _keep_keys(self, column: str, value: str) -> str:
        names = {"name": self.name, "email": self.email} | {column: value}
        self.sort_key = thai.sort_key(names["name"] or "")
        self.searched = searched_text(*names.values())
        return value

    def get_id(self) -> str:
        if self.sign_in_key is None:
            raise RuntimeError("only accounts.sign_in starts a sign-in")
        return self.sign_in_key


class SignIn(Base):
    """One sign-in on one device. A copied cookie dies when this row ends."""

    __tablename__ = "sign_in"

    id: Mapped[IntPk]
    code: Mapped[PublicCode]  # names the sign-in on pages, where its key must never stand
    key: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    device: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]  # None: ends only by signing out
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined")


class ThrottleHit(Base):
    """One try at something that must not be tried without end (a sign-in, a reset mail)."""

    __tablename__ = "throttle_hit"
    __table_args__ = (Index("ix_throttle_hit_bucket_at", "bucket", "at"),)

    id: Mapped[IntPk]
    bucket: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class AuditEvent(Base):
    """Who did what to which thing, when; appended, never changed."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject_at", "subject", "at"),)

    id: Mapped[IntPk]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    verb: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ImportRun(Base):
    """A spreadsheet that was brought in: who did, what it changed, and whether it was undone; the room of its kind reads `before`."""

    __tablename__ = "import_run"

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(60), default="")  # of attendance: the workshop's code
    filename: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what an undo needs
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
