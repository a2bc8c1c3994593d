"""Editions: what was published of a course, file by file and byte for byte; who learned from it is learning's matter."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core import clock
from portal.core.db import Base, IntPk


class Edition(Base):
    """The highest number of a course is its current edition; restoring an older one publishes its files anew."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("course", "number"),)

    id: Mapped[IntPk]
    course: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(300), default="")
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    files: Mapped[list["EditionFile"]] = relationship(
        order_by="EditionFile.path", cascade="all, delete-orphan"
    )


class EditionFile(Base):
    __tablename__ = "edition_file"
    __table_args__ = (UniqueConstraint("edition_id", "path"),)

    id: Mapped[IntPk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)

    edition: Mapped[Edition] = relationship(back_populates="files")
