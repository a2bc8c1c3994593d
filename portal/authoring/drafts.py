"""Drafts: the next edition of a course in the making, shared by all organizers; what is published, and what a file means, is editions' and reader's matter.

A draft keeps only the files that differ from the edition it began from. Who changes a file says what they saw of it,
as a number told from its bytes, so nothing of another organizer is overwritten in silence.
"""

import hashlib
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts import audit
from portal.accounts.models import User
from portal.authoring.models import Draft, DraftFile
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses import editions, pack
from portal.courses.models import Edition

ABSENT = 1  # the version of a file that is not there


class ChangedMeanwhile(Refused):
    """Somebody else changed the file, or the whole draft, in between.

    `body` is the file as it is now (None: taken out), `version` what to save with to put one's own in its place.
    """

    text = _l("มีผู้จัดอีกคนบันทึกก่อน")

    def __init__(self, *, body: bytes | None, version: int, by: User | None) -> None:
        super().__init__()
        self.body, self.version, self.by = body, version, by


class PublishedMeanwhile(Refused):
    """The course has a newer edition than the one the draft began from: publishing would take back what it brought."""

    text = _l("มีรุ่นใหม่กว่ารุ่นที่ร่างนี้เริ่มจาก นำรุ่นใหม่เข้ามาในร่างก่อนแล้วจึงเผยแพร่")


class NothingChanged(Refused):
    """The draft is what is published already."""

    text = _l("ร่างนี้เหมือนรุ่นปัจจุบันทุกประการ ยังไม่มีอะไรให้เผยแพร่")


class BadFile(Refused):
    """No file of a pack is called so, or is as big."""


class Gone(Refused):
    """Somebody published the draft or threw it away in between."""

    text = _l("ร่างนี้ถูกเผยแพร่หรือทิ้งไปแล้ว โหลดหน้านี้ใหม่")


def of(code: str) -> Draft | None:
    """The draft of the course; None when nobody began one."""
    return db.session.scalar(select(Draft).where(Draft.course == code))


def all_drafts() -> list[Draft]:
    """Every draft there is. One query."""
    return list(db.session.scalars(select(Draft).order_by(Draft.course)))


def begin(code: str, by: User | None) -> Draft:
    """The draft of the course, begun from its current edition unless there is one already."""
    begin_write()
    if found := of(code):
        return found
    edition = editions.current_of(code)
    try:
        with db.session.begin_nested():
            draft = Draft(course=code, edition_id=edition.id if edition else None)
            draft.begun_by_id = by.id if by else None
            db.session.add(draft)
    except IntegrityError:  # begun by somebody else at the same moment
        return db.session.scalars(select(Draft).where(Draft.course == code)).one()
    return draft


def base_of(draft: Draft) -> dict[str, bytes]:
    """The files of the edition the draft began from."""
    edition = db.session.get(Edition, draft.edition_id) if draft.edition_id else None
    return editions.files_of(edition) if edition else {}


def changes_of(draft: Draft) -> dict[str, bytes | None]:
    """The files that differ from the edition the draft began from; None for one that is taken out."""
    rows = select(DraftFile.path, DraftFile.body).where(DraftFile.draft_id == draft.id)
    return dict(db.session.execute(rows.order_by(DraftFile.path)).all())


def files_of(draft: Draft) -> dict[str, bytes]:
    """The files of the next edition, as they would be published."""
    return _applied(base_of(draft), changes_of(draft))


def version_of(draft: Draft | None, path: str, files: Mapping[str, bytes] | None = None) -> int:
    """A number told from the bytes of the file as it is now, for the form: it is the same as long as the file is."""
    files = files if files is not None else files_of(draft) if draft else {}
    return version(files.get(path))


def version(body: bytes | None) -> int:
    """A number told from these bytes: 2 to 2**31 - 1, ABSENT for None."""
    if body is None:
        return ABSENT
    return 2 + int.from_bytes(hashlib.sha256(body).digest()[:8]) % (2**31 - 2)


def version_of_all(files: Mapping[str, bytes]) -> int:
    """A number told from all files of the draft: who publishes says which they saw."""
    return version(editions.digest_of(files).encode())


def write(draft: Draft, path: str, body: bytes, *, version: int, by: User | None) -> DraftFile | None:
    """Put these bytes at this path; None where the edition has just them already.

    `version` is that of the file that was seen. Refuses ChangedMeanwhile, BadFile, Gone.
    """
    if fault := pack.fault_of_path(path) or pack.fault_of_size(path, body):
        raise BadFile(fault)
    return _put(draft, path, body, version, by)


def remove(draft: Draft, path: str, *, version: int, by: User | None) -> None:
    """Take the file out of the next edition. Refuses ChangedMeanwhile, Gone."""
    _put(draft, path, None, version, by)


def put_back(draft: Draft, path: str, *, version: int, by: User | None) -> None:
    """The file as the edition has it, also where it has none. Refuses ChangedMeanwhile, Gone."""
    _put(draft, path, base_of(draft).get(path), version, by)


def throw_away(draft: Draft, *, by: User | None) -> None:
    """End the draft; what was changed is lost, the edition stays. Refuses Gone."""
    draft = _held(draft)
    audit.note("course.draft.discard", f"course:{draft.course}", by=by, files=sorted(changes_of(draft)))
    db.session.delete(draft)
    db.session.flush()


def catch_up(draft: Draft) -> list[str]:
    """Go on from the current edition: what the draft changed stays, all else is as published now.

    Gives back the files that both changed, each as the draft has it.
    """
    draft = _held(draft)
    edition = editions.current_of(draft.course)
    if edition is None or edition.id == draft.edition_id:
        return []
    before, now, changes = base_of(draft), editions.files_of(edition), changes_of(draft)
    draft.edition_id = edition.id
    for row in list(draft.files):
        if row.body == now.get(row.path):
            draft.files.remove(row)
    db.session.flush()
    return [path for path, body in changes.items() if now.get(path) not in (before.get(path), body)]


def is_behind(draft: Draft) -> bool:
    """Whether the course has a newer edition than the one the draft began from."""
    edition = editions.current_of(draft.course)
    return edition is not None and edition.id != draft.edition_id


def publish(draft: Draft, *, by: User | None, note: str = "", version: int | None = None) -> Edition:
    """Make the draft the next edition, byte for byte, and end it. `version`: the one of all files that was seen.

    Refuses PublishedMeanwhile, ChangedMeanwhile, NothingChanged, Gone, and BrokenPack with the checker's findings.
    """
    draft = _held(draft)
    if is_behind(draft):
        raise PublishedMeanwhile
    files = files_of(draft)
    now = version_of_all(files)
    if version is not None and version != now:
        raise ChangedMeanwhile(body=None, version=now, by=_last_writer(draft))
    edition = editions.publish(draft.course, files, by=by, note=note)
    if edition is None:
        raise NothingChanged
    audit.note("course.publish", f"course:{draft.course}", by=by, edition=edition.number, note=note)
    db.session.delete(draft)
    db.session.flush()
    return edition


def _applied(base: Mapping[str, bytes], changes: Mapping[str, bytes | None]) -> dict[str, bytes]:
    files = {**base, **changes}
    return {path: body for path in sorted(files) if (body := files[path]) is not None}


def _held(draft: Draft) -> Draft:
    """The draft as it is now, held until the transaction ends."""
    id_, course = draft.id, draft.course  # before the lock: with it what was read may be gone
    begin_write()
    fresh = select(Draft).where(Draft.id == id_, Draft.course == course).with_for_update()
    found = db.session.scalar(fresh.execution_options(populate_existing=True))
    if found is None:
        raise Gone
    db.session.expire(found, ["files"])
    return found


def _put(draft: Draft, path: str, body: bytes | None, seen: int, by: User | None) -> DraftFile | None:
    draft = _held(draft)
    base = base_of(draft)
    row = next((row for row in draft.files if row.path == path), None)
    current = row.body if row else base.get(path)
    if current == body:
        return row
    if seen != version(current):
        raise ChangedMeanwhile(body=current, version=version(current), by=_writer(row))
    if body == base.get(path):
        if row is not None:
            draft.files.remove(row)
        row = None
    else:
        if row is None:
            row = DraftFile(path=path)
            draft.files.append(row)
        row.body, row.changed_at, row.changed_by_id = body, clock.now(), by.id if by else None
    _refuse_too_much(_applied(base, {one.path: one.body for one in draft.files}))
    db.session.flush()
    return row


def _refuse_too_much(files: Mapping[str, bytes]) -> None:
    if fault := pack.fault_of_all(files):
        raise BadFile(fault)


def _writer(row: DraftFile | None) -> User | None:
    return db.session.get(User, row.changed_by_id) if row and row.changed_by_id else None


def _last_writer(draft: Draft) -> User | None:
    return _writer(max(draft.files, key=lambda row: row.changed_at, default=None))
