"""Certificates as they were issued, with every name as it was that day; whether somebody earned one is earning's matter."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import Base, IntPk, stored
from portal.core.tokens import new_code

STANDS = text("ended_at IS NULL")


def _code() -> str:
    return new_code(12)


class CertificateKind(StrEnum):
    WORKSHOP = "workshop"
    COURSE = "course"


class SigningKey(Base):
    """A key that signs certificates. Rows stay for ever: what one signed is checked with it after it was retired, and of
    one that is distrusted the row tells since when and why."""

    __tablename__ = "signing_key"

    id: Mapped[IntPk]
    kid: Mapped[str] = mapped_column(String(20), unique=True)
    public: Mapped[bytes] = mapped_column(LargeBinary)  # 32 bytes, RFC 8032
    private: Mapped[bytes] = mapped_column(LargeBinary)  # sealed with the portal's secret key
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]
    distrusted_at: Mapped[datetime | None]
    distrusted_why: Mapped[str] = mapped_column(String(300), default="")


class Certificate(Base):
    """One that was issued. It is ended, never deleted: revoked, or replaced by another."""

    __tablename__ = "certificate"
    __table_args__ = (
        # Issuing again gives the same one, also where two do it at once.
        Index(
            "uq_certificate_standing",
            "user_id",
            "kind",
            "subject",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(12), unique=True, default=_code)
    kind: Mapped[CertificateKind] = mapped_column(stored(CertificateKind))
    subject: Mapped[str] = mapped_column(String(60))  # code of the workshop or the course
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    # As they were on that day: {"th": …, "en": …} where there are two languages.
    holder: Mapped[str] = mapped_column(String(200))
    agency_name: Mapped[dict[str, Any]]
    title: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]  # what it was earned with: modules passed, or sessions attended of how many
    earned_on: Mapped[date]  # in Bangkok
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"))
    claim: Mapped[str] = mapped_column(
        String(4000)
    )  # what its QR holds, signed; "" where its holder was erased
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    ended_why: Mapped[str] = mapped_column(String(300), default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))

    user: Mapped[User] = relationship(foreign_keys=user_id)
    agency: Mapped[Agency | None] = relationship()
    key: Mapped[SigningKey] = relationship()
    replaced_by: Mapped["Certificate | None"] = relationship(remote_side="Certificate.id")

    @property
    def is_standing(self) -> bool:
        return self.ended_at is None

    @property
    def is_erased(self) -> bool:
        """Whether its holder asked to be erased: `holder` is a pseudonym then."""
        return not self.claim


class WorkshopRule(Base):
    """How many sessions of a workshop must be attended for its certificate; the latest of a workshop holds."""

    __tablename__ = "workshop_rule"

    id: Mapped[IntPk]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    sessions: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
