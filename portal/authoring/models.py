"""The next edition of a course in the making, file by file; what was published is courses.models' matter."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core import clock
from portal.core.db import Base, IntPk


class Draft(Base):
    """The next edition of a course in the making: the files that differ from the edition it began from. One per course."""

    __tablename__ = "draft"

    id: Mapped[IntPk]
    course: Mapped[str] = mapped_column(String(60), unique=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))  # None: a course that is new
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    files: Mapped[list["DraftFile"]] = relationship(order_by="DraftFile.path", cascade="all, delete-orphan")


class DraftFile(Base):
    """One file of a draft that differs from the edition it began from."""

    __tablename__ = "draft_file"
    __table_args__ = (UniqueConstraint("draft_id", "path"),)

    id: Mapped[IntPk]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: taken out
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
