"""What people learned, as facts that carry the agency of that moment; coverage and completion are questions asked of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import Base, IntPk, PublicCode, stored
from portal.courses.models import Edition

STILL_OPEN = text("submitted_at IS NULL")
STILL_COUNTS = text("ended_at IS NULL")


class Attempt(Base):
    """One go at a quiz, on the server from its first moment, pinned to the edition it was taken in."""

    __tablename__ = "attempt"
    __table_args__ = (
        # With the moment, or SQLite would go through all attempts of a module by the index below for a person's latest.
        Index("ix_attempt_user_id_course_module", "user_id", "course", "module", "submitted_at"),
        Index("ix_attempt_course_module", "course", "module", "submitted_at"),
        # The worker looks for those whose time is up.
        Index("ix_attempt_due_at", "due_at", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
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
    due_at: Mapped[datetime | None]  # when its time is up, extra time included, grace not; None for no limit
    submitted_at: Mapped[datetime | None]
    score: Mapped[float | None]
    max_score: Mapped[float | None]
    passed: Mapped[bool | None]
    # Of each scored question: its points of 1 once submitted, and the seconds spent on it.
    points: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seconds: Mapped[dict[str, Any]] = mapped_column(default=dict)

    user: Mapped[User] = relationship()
    edition: Mapped[Edition] = relationship()
    steps: Mapped[list["Step"]] = relationship(order_by="Step.seq", back_populates="attempt")


class StepKind(StrEnum):
    ANSWER = "answer"
    AUTOSAVE = "autosave"
    SUBMIT = "submit"
    TIMEOUT = "timeout"  # closed by the clock with what was saved


class Step(Base):
    """What the person did in an attempt, in order. The number is in the form, so a stale tab is refused, not obeyed."""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("attempt_id", "seq"),)

    id: Mapped[IntPk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    seq: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(stored(StepKind))
    answers: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # question id → list of texts, as courses.course tells by shape
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
    """From when on a person counts as having passed a module's quiz for an agency: the fact that coverage is asked of.

    It is ended, never deleted, when a corrected key or a later attempt takes it back: what was told as of a day stays true.
    """

    __tablename__ = "module_pass"
    __table_args__ = (
        Index(
            "uq_module_pass_counting",
            "user_id",
            "agency_id",
            "course",
            "module",
            unique=True,
            sqlite_where=STILL_COUNTS,
            postgresql_where=STILL_COUNTS,
        ),
        Index(
            "ix_module_pass_ended_at",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
        Index("ix_module_pass_coverage", "course", "agency_id", "module", "passed_at", "ended_at"),
        Index("ix_module_pass_people", "course", "agency_id", "user_id", "module", "ended_at"),
    )

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    passed_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    agency: Mapped[Agency | None] = relationship()


class ExtraTime(Base):
    """More time in quizzes with a limit, for one person or for everybody of an agency; ended, never deleted."""

    __tablename__ = "extra_time"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (agency_id IS NULL)", name="person_or_agency"),)

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    course: Mapped[str] = mapped_column(String(60), default="")  # "" for every course
    module: Mapped[str] = mapped_column(String(60), default="")  # "" for every module of it
    per_cent: Mapped[int]  # of the limit, on top of it
    why: Mapped[str] = mapped_column(String(300))
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(foreign_keys=user_id)
    agency: Mapped[Agency | None] = relationship()


class CorrectionRule(StrEnum):
    KEY = "key"  # marked by the key of a later edition
    FREE = "free"  # everybody has the point
    VOID = "void"  # it does not count


class KeyCorrection(Base):
    """A question that was marked wrongly: how attempts of an edition and of those before it are marked from now on. The
    latest decides."""

    __tablename__ = "key_correction"
    __table_args__ = (Index("ix_key_correction_course_module", "course", "module"),)

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(String(60))
    rule: Mapped[CorrectionRule] = mapped_column(stored(CorrectionRule))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))  # that was current then
    why: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Regrade(Base):
    """What a correction made of one attempt; only those whose score or outcome changed."""

    __tablename__ = "regrade"
    __table_args__ = (UniqueConstraint("correction_id", "attempt_id"),)

    id: Mapped[IntPk]
    correction_id: Mapped[int] = mapped_column(ForeignKey("key_correction.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    score_before: Mapped[float]
    score_after: Mapped[float]
    max_before: Mapped[float]
    max_after: Mapped[float]
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]

    attempt: Mapped[Attempt] = relationship()


class Assessment(Base):
    """A written answer held against its rubric, by the writer or by a reviewer; the latest of each kind is shown."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_attempt_id_question", "attempt_id", "question"),)

    id: Mapped[IntPk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    question: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    is_own: Mapped[bool]  # by the person who wrote it
    levels: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # key of the criterion → 0 not yet, 1 in part, 2 met
    comment: Mapped[str] = mapped_column(String(2000), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    attempt: Mapped[Attempt] = relationship()
    by: Mapped[User] = relationship()


class LessonPlace(Base):
    """Where a person stopped reading a lesson, and when its end was first reached."""

    __tablename__ = "lesson_place"
    __table_args__ = (UniqueConstraint("user_id", "course", "module", "lesson"),)

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    lesson: Mapped[str] = mapped_column(String(120))
    heading: Mapped[str] = mapped_column(String(120), default="")  # its id; "" at the beginning
    at: Mapped[datetime] = mapped_column(default=clock.now)
    reached_end_at: Mapped[datetime | None]


class Note(Base):
    """A person's own words beside a lesson, or with no words a bookmark: nobody else ever reads them."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_user_id_course", "user_id", "course", "module", "lesson"),)

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    lesson: Mapped[str] = mapped_column(String(120))
    heading: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(String(4000), default="")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class Assignment(Base):
    """A module that a coordinator asked a colleague to pass, by a day; called off, never deleted."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_standing",
            "user_id",
            "agency_id",
            "course",
            "module",
            unique=True,
            sqlite_where=STILL_COUNTS,
            postgresql_where=STILL_COUNTS,
        ),
        Index("ix_assignment_agency_id_course", "agency_id", "course"),
    )

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    course: Mapped[str] = mapped_column(String(60))
    module: Mapped[str] = mapped_column(String(60))
    due_on: Mapped[date | None]  # in Bangkok
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=user_id)
    agency: Mapped[Agency] = relationship()
