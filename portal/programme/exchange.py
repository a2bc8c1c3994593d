"""Workshops written to text files and brought in from them, new and known ones alike; speakers and rounds must be there before.

What is written holds everything of a workshop but who takes part. Comments that a file had are not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.core.toml import BadContent, Finding
from portal.programme import desk, text_files
from portal.programme.content_files import read_files
from portal.programme.differences import Difference, differences
from portal.programme.files import WorkshopText
from portal.programme.models import Workshop, WorkshopStatus
from portal.programme.rows import known_now, text_of

CLOSED, CANCELLED, DRAFT = WorkshopStatus.CLOSED, WorkshopStatus.CANCELLED, WorkshopStatus.DRAFT


@dataclass(frozen=True)
class Brought:
    """One workshop that a file told of, and what it changed; nothing where the file says what was there."""

    code: str
    is_new: bool
    differences: Sequence[Difference] = ()


def dump(folder: Path, *, code: str | None = None) -> list[Path]:
    """Write every workshop, or the one of this code, as `<code>.toml`; files of these names are replaced. Returns them."""
    query = select(Workshop).order_by(Workshop.starts_on, Workshop.id)
    workshops = db.session.scalars(query if code is None else query.where(Workshop.code == code)).all()
    if code is not None and not workshops:
        raise Refused(_("ไม่มีงานอบรมรหัส %(code)s", code=code))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for workshop in workshops:
        text = text_files.write(text_files.tidied(text_of(workshop), is_lenient=True))
        path = folder / f"{workshop.code}.toml"
        path.write_text(text, "utf-8", newline="\n")
        written.append(path)
    return written


def load(path: Path, *, by: User | None = None) -> list[Brought]:
    """Bring in a file, or every .toml of a folder: what is missing is created, what is there changed to what the file says.

    All or nothing: refuses with BadContent, which names everything wrong in any file. Each change becomes a version.
    """
    begin_write()
    known = known_now()
    tracks = known.tracks()
    paths = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not paths:
        raise Refused(_("ในโฟลเดอร์นี้ไม่มีไฟล์ .toml"))
    findings: list[Finding] = []
    texts = read_files(paths, findings, tracks=tracks, speakers=set(known.speakers))
    brought = []
    for text in () if findings else texts:
        try:
            brought.append(_bring(text, by))
        except Refused as no:
            told = [fault.text for fault in no.findings] if isinstance(no, desk.BadText) else [str(no)]
            findings += [Finding(text.file, 1, one) for one in told]
    if findings:
        raise BadContent(findings)
    return brought


def _bring(text: WorkshopText, by: User | None) -> Brought:
    """A file tells how it is: meetings of the past and shared rooms are taken as they stand there.

    Only a status that it does not tell stays as it was, so that no file opens by its silence what was closed.
    """
    note = _("โหลดจากไฟล์ %(file)s", file=text.file)
    workshop = db.session.scalar(select(Workshop).where(Workshop.code == text.code))
    if workshop is None:
        _turn(desk.create(text, by=by, note=note, overlap_ok=True), text.status, by)
        return Brought(text.code, is_new=True)
    before = text_of(workshop)
    desk.save(workshop, text, by=by, version=workshop.version, note=note, past_ok=True, overlap_ok=True)
    if text.says_status:
        _turn(workshop, text.status, by)
    return Brought(text.code, is_new=False, differences=differences(before, text_of(workshop)))


def _turn(workshop: Workshop, to: WorkshopStatus, by: User | None) -> None:
    if to is workshop.status:
        return
    if to is DRAFT:
        raise Refused(_("งานอบรมที่เคยเผยแพร่แล้วกลับเป็นร่างไม่ได้ ยกเลิกหรือปิดรับแทน"))
    if to is CANCELLED:
        desk.cancel(workshop, by=by)
        return
    if workshop.status is DRAFT:
        desk.publish(workshop, by=by)
    elif workshop.status is not WorkshopStatus.PUBLISHED:
        desk.reopen(workshop, by=by)
    if to is CLOSED:
        desk.close(workshop, by=by)
