"""What is taught now: the current editions, read once per process and kept; how an edition is read stands in reader.

Which edition is current is asked at most every CATALOG_SECONDS (2) in a process, and at once after this process published one,
so reading a course costs no query in between.
"""

import gc
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import case, select

from portal.core.db import db
from portal.core.i18n import in_language
from portal.courses import editions, pack, reader, shelf
from portal.courses.course import TRACKS, Course
from portal.courses.models import Edition, EditionFile

ASK_AGAIN_SECONDS = 2.0
MOST_EDITIONS = 12  # kept in a process; an attempt pinned to an older one brings it back

_EXTENSION = "courses"


@dataclass
class _Memory:
    """What one process of one app knows of editions. An edition never changes, so only `current` grows old."""

    asked_at: float | None = None
    published: int = 0
    current: tuple[Course, ...] = ()
    read: OrderedDict[int, tuple[str, Course]] = field(
        default_factory=OrderedDict
    )  # edition id → digest, course
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


def _memory() -> _Memory:
    memory: _Memory = current_app.extensions.setdefault(_EXTENSION, _Memory())
    return memory


def forget() -> None:
    """Know nothing, as after a start: for tests that empty the database, and after a restored backup."""
    current_app.extensions.pop(_EXTENSION, None)


def courses() -> tuple[Course, ...]:
    """The current edition of every course, in the order of the award's tracks."""
    memory = _memory()
    seconds = current_app.config.get("CATALOG_SECONDS", ASK_AGAIN_SECONDS)
    published = editions.published_here()
    if (
        memory.asked_at is None
        or memory.published != published
        or time.monotonic() - memory.asked_at >= seconds
    ):
        with memory.lock:
            memory.current = _ask(memory)
            memory.asked_at, memory.published = time.monotonic(), published
    return memory.current


def course(code: str) -> Course | None:
    """The current edition of this course; None when there is no such course."""
    return next((course for course in courses() if course.code == code), None)


def at_edition(edition_id: int) -> Course:
    """The course as it stood in this edition. Raises LookupError when there is no such edition."""
    memory = _memory()
    with memory.lock:
        kept = memory.read.get(edition_id)
        if kept is not None:
            memory.read.move_to_end(edition_id)
            return kept[1]
        row = db.session.execute(
            select(Edition.course, Edition.number, Edition.digest).where(Edition.id == edition_id)
        ).first()
        if row is None:
            raise LookupError(f"no edition {edition_id}")
        return _read(memory, edition_id, row.course, row.number, row.digest)


def edition_id_of(code: str, number: int) -> int | None:
    """The edition with this number of this course; None when there is none."""
    memory = _memory()
    if (code, number) not in memory.numbers:
        found = db.session.scalar(select(Edition.id).where(Edition.course == code, Edition.number == number))
        if found is None:
            return None
        memory.numbers[code, number] = found
    return memory.numbers[code, number]


def image(edition_id: int, path: str) -> bytes | None:
    """The bytes of an image of this edition; None for what is not there or is no image: lessons and keys are never given out so."""
    if not pack.is_image(path):
        return None
    return db.session.scalar(
        select(EditionFile.body).where(EditionFile.edition_id == edition_id, EditionFile.path == path)
    )


def image_type(path: str) -> str:
    """The media type of an image that `image` gave."""
    return pack.IMAGE_TYPES[pack.ending(path)]


def _ask(memory: _Memory) -> tuple[Course, ...]:
    current = []
    for edition_id, code, number, digest in editions.current_ones():
        kept = memory.read.get(edition_id)
        if kept is not None and kept[0] == digest:
            memory.read.move_to_end(edition_id)
            current.append(kept[1])
        else:
            current.append(_read(memory, edition_id, code, number, digest))
    return tuple(sorted(current, key=lambda course: (_place(course), course.code)))


def _place(course: Course) -> int:
    return min((TRACKS.index(track) for track in course.tracks if track in TRACKS), default=len(TRACKS))


def _read(memory: _Memory, edition_id: int, code: str, number: int, digest: str) -> Course:
    course = shelf.take(code, digest, edition_id=edition_id, number=number)
    if course is None:
        course = _read_files(edition_id, code, number)
        shelf.lay(course, digest)
    memory.read[edition_id] = digest, course
    gc.freeze()  # it stays as long as the process: looking through it for garbage was a tenth of what a page costs
    while len(memory.read) > MOST_EDITIONS + len(memory.current):
        memory.read.popitem(last=False)
    return course


def _read_files(edition_id: int, code: str, number: int) -> Course:
    is_photo = EditionFile.path.endswith(".png")
    rows = db.session.execute(
        select(EditionFile.path, case((is_photo, None), else_=EditionFile.body)).where(
            EditionFile.edition_id == edition_id
        )
    )
    files = {path: body or b"" for path, body in rows}  # of a PNG only that it is there
    with in_language("th"):  # kept for readers of both languages
        course, _prose = reader.read(code, files, edition_id=edition_id, number=number)
    if course is None:
        raise LookupError(f"edition {edition_id} cannot be read")
    return course
