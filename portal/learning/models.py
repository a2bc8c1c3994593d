"""What people learned, as facts that carry the agency of that moment; coverage and completion are questions asked of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import Base, IntPk, PublicCode, stored
from portal.courses.models import Edition

STILL_OPEN = text("submitted_at IS NULL")


class Attempt(Base):
    """One go at a quiz, on the server from its first moment, pinned to the edition it was taken in."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_user_id_course_module", "user_id", "course", "module"),
        # One open attempt per person and quiz: a double click cannot start two.
        Index(
            "uq_attempt_open",
            "user_id",
            "course",
            "module",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
        CheckConstraint("(submitted_at IS NULL) = (score IS NULL)", name="score_comes_with_submit"),
    )

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    seed: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    score: Mapped[float | None]
    max_score: Mapped[float | None]
    passed: Mapped[bool | None]

    user: Mapped[User] = relationship()
    edition: Mapped[Edition] = relationship()
    steps: Mapped[list["Step"]] = relationship(order_by="Step.seq", back_populates="attempt")


class StepKind(StrEnum):
    ANSWER = "answer"
    AUTOSAVE = "autosave"
    SUBMIT = "submit"


class Step(Base):
    """What the person did in an attempt, in order. The number is in the form, so a stale tab is refused, not obeyed."""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("attempt_id", "seq"),)

    id: Mapped[IntPk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    seq: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(stored(StepKind))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)  # question id → chosen choice keys
    at: Mapped[datetime] = mapped_column(default=clock.now)

    attempt: Mapped[Attempt] = relationship(back_populates="steps")


class LessonMark(Base):
    """A person finished a lesson."""

    __tablename__ = "lesson_mark"
    __table_args__ = (
        UniqueConstraint("user_id", "course", "module", "lesson"),
        Index("ix_lesson_mark_agency_id_course", "agency_id", "course", "module"),
    )

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    lesson: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class ModulePass(Base):
    """The first time a person passed a module's quiz while working for an agency: the fact that coverage is asked of."""

    __tablename__ = "module_pass"
    __table_args__ = (
        UniqueConstraint("user_id", "agency_id", "course", "module"),
        Index("ix_module_pass_coverage", "course", "agency_id", "module", "passed_at"),
        Index("ix_module_pass_people", "course", "agency_id", "user_id", "module"),
    )

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    passed_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship()
    agency: Mapped[Agency | None] = relationship()
