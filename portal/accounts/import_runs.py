"""Spreadsheets brought in: what one would change, that it changed just that, and its undoing within a day; what a row means stands in the room of its kind."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from portal.accounts import audit
from portal.accounts.models import ImportRun, User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l

UNDO_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What one cell changes: what it is about, what stood there, what will stand there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What one row of the table changes: where it stands, of whom or what, and its cells; `is_new` where there was nothing."""

    cell: str
    name: str
    said: tuple[Said, ...]
    is_new: bool = False


@dataclass
class Plan:
    """All that a table would change. `steps` is what its own kind needs to carry it out."""

    changes: list[Change] = field(default_factory=list)
    kept: int = 0
    notes: list[str] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(change.is_new for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.added

    @property
    def mark(self) -> str:
        """The same for the same changes only: what was shown is what is done, or nothing is."""
        told = [
            (c.cell, c.name, [(s.label, s.before, s.after) for s in c.said], c.is_new) for c in self.changes
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Stays:
    """One thing that an undo leaves as it is, and why."""

    name: str
    why: str


@dataclass
class Undoing:
    """What an undo takes back, by name, and what it leaves. `steps` is what its own kind needs to do it."""

    back: list[str] = field(default_factory=list)
    stays: list[Stays] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)


class Changed(Refused):
    """Since the difference was shown something else was written."""

    text = _l("ข้อมูลในระบบเปลี่ยนไปหลังจากที่แสดงความต่าง ยังไม่ได้นำเข้า ตรวจความต่างใหม่แล้วยืนยันอีกครั้ง")


class NothingToDo(Refused):
    text = _l("ทุกแถวเหมือนที่มีอยู่แล้ว จึงไม่มีอะไรต้องนำเข้า")


class TooLate(Refused):
    text = _l("เลิกทำได้ภายใน 24 ชั่วโมงหลังนำเข้า การนำเข้านี้เลยเวลาแล้ว")


class IsUndone(Refused):
    text = _l("การนำเข้านี้เลิกทำไปแล้ว")


class NothingLeft(Refused):
    text = _l("เลิกทำไม่ได้ เพราะทุกรายการเปลี่ยนไปหรือถูกใช้หลังนำเข้าแล้ว")


def note(plan: Plan, *, kind: str, filename: str, by: User, subject: str = "") -> ImportRun:
    """Keep that this plan is carried out; noted in the audit as well. What an undo needs is put in by who does it."""
    run = ImportRun(
        kind=kind,
        subject=subject,
        filename=filename[-200:],
        by=by,
        added=plan.added,
        changed=plan.changed,
        kept=plan.kept,
        at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    counts = {"added": run.added, "changed": run.changed, "kept": run.kept}
    audit.note("imported", subject or kind, by=by, kind=kind, run=run.code, file=run.filename, **counts)
    return run


def by_code(code: str) -> ImportRun | None:
    return db.session.scalar(select(ImportRun).where(ImportRun.code == code))


def latest(*, kind: str | None = None, subject: str | None = None, limit: int = 20) -> Sequence[ImportRun]:
    """The last runs, the newest first, without what an undo needs."""
    query = select(ImportRun).options(defer(ImportRun.before), joinedload(ImportRun.by))
    if kind is not None:
        query = query.where(ImportRun.kind == kind)
    if subject is not None:
        query = query.where(ImportRun.subject == subject)
    return db.session.scalars(query.order_by(ImportRun.at.desc(), ImportRun.id.desc()).limit(limit)).all()


def may_undo(run: ImportRun) -> bool:
    return run.undone_at is None and clock.now() < run.at + UNDO_WITHIN


def begin_undo(run: ImportRun) -> None:
    """Hold the run, so that it is undone once. Refuses with IsUndone, TooLate."""
    begin_write()
    db.session.refresh(run, with_for_update=True)
    if run.undone_at is not None:
        raise IsUndone
    if not may_undo(run):
        raise TooLate


def end_undo(run: ImportRun, done: Undoing, *, by: User) -> None:
    """Keep that the run was undone, as far as it was. Refuses with NothingLeft when nothing could be taken back."""
    if not done.back:
        raise NothingLeft
    run.undone_at, run.undone_by_id = clock.now(), by.id
    db.session.flush()
    audit.note(
        "import_undone",
        run.subject or run.kind,
        by=by,
        run=run.code,
        back=len(done.back),
        stays=[one.name for one in done.stays][:100],
    )


def names_of(things: Iterable[Stays], most: int = 5) -> str:
    """The first few names, for a sentence."""
    names = [one.name for one in things]
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
