"""Publishing: a checked pack becomes the next edition of its course, byte for byte; what an edition says is catalog's matter."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.core.toml import BadContent
from portal.courses import checker, pack
from portal.courses.models import Edition, EditionFile

MOST_TRIES = 20  # at taking the next number, on a database that lets two publishers run at once


class BrokenPack(BadContent):
    """The pack is refused whole; `findings` names all that is wrong. The current edition stays."""


class UnknownEdition(Refused):
    """There is no such edition of the course."""


class FolderInUse(Refused):
    """Files are written only into a folder that is empty or not there yet."""


class PublishedMeanwhile(Refused):
    """Others published the same course again and again; nothing was stored."""


_PUBLISHED = "edition published"  # noted in a session until it commits
_published_here = 0


def published_here() -> int:
    """How many editions this process has committed: when it grows, what was known of current editions is old."""
    return _published_here


def digest_of(files: Mapping[str, bytes]) -> str:
    """The same for the same names and bytes, in any order."""
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.encode("utf-8", "surrogatepass")
        digest.update(b"%d %d " % (len(name), len(files[path])) + name + files[path])
    return digest.hexdigest()


def current_of(code: str) -> Edition | None:
    """The edition of the course with the highest number."""
    newest = select(Edition).where(Edition.course == code).order_by(Edition.number.desc()).limit(1)
    return db.session.scalar(newest)


def by_number(code: str, number: int) -> Edition:
    """The edition with this number. Refuses UnknownEdition."""
    edition = db.session.scalar(select(Edition).where(Edition.course == code, Edition.number == number))
    if edition is None:
        raise UnknownEdition(_("หลักสูตร %(code)s ไม่มีรุ่นที่ %(number)d", code=code, number=number))
    return edition


def current_ones() -> Sequence[tuple[int, str, int, str]]:
    """Id, course, number and digest of the current edition of every course; one query."""
    newest = (
        select(Edition.course, func.max(Edition.number).label("number")).group_by(Edition.course).subquery()
    )
    rows = db.session.execute(
        select(Edition.id, Edition.course, Edition.number, Edition.digest).join(
            newest, (Edition.course == newest.c.course) & (Edition.number == newest.c.number)
        )
    )
    return [(id_, course, number, digest) for id_, course, number, digest in rows]


def latest() -> list[Edition]:
    """The current edition of every course, without their files; one query."""
    newest = (
        select(Edition.course, func.max(Edition.number).label("number")).group_by(Edition.course).subquery()
    )
    same = (Edition.course == newest.c.course) & (Edition.number == newest.c.number)
    return list(db.session.scalars(select(Edition).join(newest, same)))


def is_current(code: str, files: Mapping[str, bytes]) -> bool:
    """Whether these are the files of the course's current edition."""
    newest = select(Edition.digest).where(Edition.course == code).order_by(Edition.number.desc()).limit(1)
    return db.session.scalar(newest) == digest_of(files)


def was_published(code: str, files: Mapping[str, bytes]) -> bool:
    """Whether these are the files of any edition of the course."""
    same = select(Edition.id).where(Edition.course == code, Edition.digest == digest_of(files)).limit(1)
    return db.session.scalar(same) is not None


def history(code: str) -> list[Edition]:
    """All editions of the course, newest first, without their files."""
    return list(
        db.session.scalars(select(Edition).where(Edition.course == code).order_by(Edition.number.desc()))
    )


def files_of(edition: Edition) -> dict[str, bytes]:
    """The files of the edition as they were published, by path."""
    rows = db.session.execute(
        select(EditionFile.path, EditionFile.body)
        .where(EditionFile.edition_id == edition.id)
        .order_by(EditionFile.path)
    )
    return dict(rows.all())


def read_folder(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their path in it. Links are not followed; of a file too big for a pack only the beginning is read."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(
            part.is_symlink() for part in (path, *path.parents) if part.is_relative_to(folder)
        ):
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as file:
                files[name] = file.read(pack.most_bytes(name) + 1)
    return files


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files byte for byte. Refuses a folder that holds something (FolderInUse) and a path that leaves it (ValueError)."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(_("โฟลเดอร์ %(folder)s มีไฟล์อยู่แล้ว เลือกโฟลเดอร์ว่าง", folder=folder))
    strays = [path for path in files if pack.fault_of_path(path)]
    if strays:
        raise ValueError(f"not a path of a pack: {strays}")
    for path, body in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


def publish(code: str, files: Mapping[str, bytes], *, by: User | None, note: str = "") -> Edition | None:
    """Make these files the current edition of the course; None when they already are.

    Refuses a pack with any finding (BrokenPack). Two publishers at once get two numbers, or the second None.
    """
    if is_current(code, files):
        return None
    findings = checker.check(code, files)
    if findings:
        raise BrokenPack(findings)
    return publish_checked(code, files, by=by, note=note)


def publish_checked(
    code: str, files: Mapping[str, bytes], *, by: User | None, note: str = ""
) -> Edition | None:
    """The same for files in which the checker has just found nothing."""
    digest = digest_of(files)
    begin_write()
    for _try in range(MOST_TRIES):
        newest = db.session.execute(
            select(Edition.number, Edition.digest)
            .where(Edition.course == code)
            .order_by(Edition.number.desc())
            .limit(1)
        ).first()
        if newest is not None and newest.digest == digest:
            return None
        edition = Edition(
            course=code, number=1 + (newest.number if newest else 0), digest=digest, note=note[:300]
        )
        edition.published_by_id = by.id if by else None
        edition.files = [EditionFile(path=path, body=files[path]) for path in sorted(files)]
        try:
            with db.session.begin_nested():
                db.session.add(edition)
        except IntegrityError:
            continue  # somebody took this number between our look and our insert
        db.session().info[_PUBLISHED] = True
        return edition
    raise PublishedMeanwhile(_("มีผู้อื่นเผยแพร่หลักสูตรนี้พร้อมกันหลายครั้ง ยังไม่ได้บันทึกอะไร ลองใหม่อีกครั้ง"))


def restore(code: str, number: int, *, by: User | None) -> Edition | None:
    """Publish the files of an older edition anew, under the next number; None when they are current. Refuses UnknownEdition, BrokenPack."""
    older = by_number(code, number)
    return publish(code, files_of(older), by=by, note=_("กู้คืนจากรุ่นที่ %(number)d", number=number))


@event.listens_for(db.session, "after_commit")
def _note_commit(session: Session) -> None:
    global _published_here
    if _PUBLISHED in session.info and not session.in_nested_transaction():
        del session.info[_PUBLISHED]
        _published_here += 1
