"""How a workshop stood after each change: every version kept whole, as the text of its file; what may be changed is the desk's matter."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.core.db import db, read_rows
from portal.programme import rows, text_files
from portal.programme.differences import Difference, differences
from portal.programme.files import WorkshopText
from portal.programme.models import Workshop, WorkshopStatus, WorkshopVersion
from portal.programme.names import CODES, Names

__all__ = [
    "Difference",
    "count",
    "difference_of",
    "differences",
    "keep",
    "keep_as_it_stands",
    "reason_of_status",
    "status_before",
    "text_at",
    "version_of",
    "versions_of",
]

MOST_LETTERS_OF_A_NOTE = 300
HIGHEST = 2**31 - 1  # number a database can be asked for

# Put together once: that takes longer than asking.
_COUNT = select(func.count()).where(WorkshopVersion.workshop_id == bindparam("workshop"))
_VERSIONS = (
    select(WorkshopVersion)
    .where(WorkshopVersion.workshop_id == bindparam("workshop"))
    .options(joinedload(WorkshopVersion.by).lazyload(User.agency))
    .order_by(WorkshopVersion.number.desc())
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)


def count(workshop: Workshop) -> int:
    """How many versions there are; none before the first change on the desk. One query."""
    total: int = read_rows(_COUNT, workshop=workshop.id).scalar_one()
    return total


def versions_of(workshop: Workshop, *, after: int = 0, most: int | None = None) -> list[WorkshopVersion]:
    """Every version, or `most` after so many, the latest first, with who made it. One query."""
    values = {"workshop": workshop.id, "after": after, "most": HIGHEST if most is None else most}
    return list(db.session.scalars(_VERSIONS, values))


def version_of(workshop: Workshop, number: int) -> WorkshopVersion | None:
    """One version, or None."""
    if not 0 < number <= HIGHEST:
        return None
    return db.session.scalar(
        select(WorkshopVersion).where(
            WorkshopVersion.workshop_id == workshop.id, WorkshopVersion.number == number
        )
    )


def reason_of_status(workshop: Workshop) -> str:
    """What somebody wrote when they gave the workshop the status it has; "" where nobody did. One query."""
    at, status = WorkshopVersion.workshop_id == workshop.id, workshop.status.value
    before = select(func.max(WorkshopVersion.number)).where(at, WorkshopVersion.status != status)
    since = WorkshopVersion.number > func.coalesce(before.scalar_subquery(), 0)
    found = db.session.execute(
        select(WorkshopVersion.note, WorkshopVersion.by_id)
        .where(at, since)
        .order_by(WorkshopVersion.number)
        .limit(1)
    ).first()
    return found.note if found is not None and found.by_id is not None else ""


def status_before(workshop: Workshop) -> WorkshopStatus | None:
    """The status that the workshop had before the one it has; None where none is kept. One query."""
    found = db.session.scalar(
        select(WorkshopVersion.status)
        .where(WorkshopVersion.workshop_id == workshop.id, WorkshopVersion.status != workshop.status.value)
        .order_by(WorkshopVersion.number.desc())
        .limit(1)
    )
    return WorkshopStatus(found) if found else None


def text_at(version: WorkshopVersion) -> WorkshopText:
    """The workshop as it stood then; it may name what is gone since, and say what would be refused today."""
    return text_files.as_kept(version.text)


def difference_of(before: WorkshopVersion, after: WorkshopVersion, names: Names = CODES) -> list[Difference]:
    """What became different between two versions, in the language in force."""
    return differences(text_at(before), text_at(after), names)


def keep_as_it_stands(workshop: Workshop) -> None:
    """Before a change, under the lock: keep how the workshop stands, unless the last version says just that already."""
    _read_anew(workshop)
    last = _last(workshop)
    if last is None or last.text != _written(workshop):
        _append(workshop, max(workshop.version, last.number + 1 if last else 1), by=None, note="")


def keep(workshop: Workshop, *, by: User | None, note: str = "") -> WorkshopVersion:
    """After a change, under the lock: keep it as the next version, whose number becomes the workshop's."""
    _read_anew(workshop)
    last = _last(workshop)
    return _append(workshop, last.number + 1 if last else 1, by=by, note=note)


def _read_anew(workshop: Workshop) -> None:
    """The parts as they are under the lock, in the order they have now: the caller may have read them before it."""
    db.session.flush()
    for row in (*workshop.sessions, *workshop.talks):
        db.session.expire(row)
    db.session.expire(workshop, ["sessions", "talks", "tracks"])


def _last(workshop: Workshop) -> WorkshopVersion | None:
    highest = select(func.max(WorkshopVersion.number)).where(WorkshopVersion.workshop_id == workshop.id)
    return db.session.scalar(
        select(WorkshopVersion).where(
            WorkshopVersion.workshop_id == workshop.id,
            WorkshopVersion.number == highest.scalar_subquery(),
        )
    )


def _written(workshop: Workshop) -> str:
    return text_files.write(text_files.tidied(rows.text_of(workshop), is_lenient=True))


def _append(workshop: Workshop, number: int, *, by: User | None, note: str) -> WorkshopVersion:
    version = WorkshopVersion(
        workshop=workshop,
        number=number,
        by=by,
        note=note[:MOST_LETTERS_OF_A_NOTE],
        status=workshop.status.value,
        text=_written(workshop),
    )
    db.session.add(version)
    workshop.version = number
    db.session.flush()
    return version
