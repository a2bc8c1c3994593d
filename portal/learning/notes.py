"""A person's own notes and bookmarks beside lessons: only they ever see them."""

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses.course import Course, Lesson, Module
from portal.learning.models import Note
from portal.learning.reading import Where

LONGEST = 4_000  # letters
MOST = 1_000  # of a person in a course


class TooManyNotes(Refused):
    text = _l("หลักสูตรนี้มีโน้ตครบ 1,000 รายการแล้ว ลบรายการที่ไม่ใช้ก่อน")
    field = "words"


def write(user: User, where: Where, *, words: str, heading: str) -> Note:
    """A note, or with no words a bookmark; the same bookmark twice is one. `heading`: an id of the lesson, "" for all of it."""
    course, module, lesson = where
    same = (Note.user_id == user.id, Note.course == course.code)
    here = (*same, Note.module == module.code, Note.lesson == lesson.slug, Note.heading == heading)
    if not words:
        found = db.session.scalars(select(Note).where(*here, Note.words == "")).first()
        if found is not None:
            return found
    if (db.session.scalar(select(func.count()).select_from(Note).where(*same)) or 0) >= MOST:
        raise TooManyNotes
    note = Note(
        user_id=user.id,
        course=course.code,
        module=module.code,
        lesson=lesson.slug,
        heading=heading,
        words=words,
    )
    db.session.add(note)
    db.session.flush()
    return note


def change(note: Note, *, words: str, heading: str) -> None:
    note.words, note.heading, note.changed_at = words, heading, clock.now()
    db.session.flush()


def remove(note: Note) -> None:
    db.session.delete(note)
    db.session.flush()


def by_code(user: User, course: Course, code: str) -> Note | None:
    """Their own note with this code; of anybody else's there is none."""
    return db.session.scalars(
        select(Note).where(Note.user_id == user.id, Note.course == course.code, Note.code == code)
    ).first()


def of_lesson(user: User, where: Where) -> Sequence[Note]:
    """Their notes beside this lesson, by its headings."""
    course, module, lesson = where
    found = db.session.scalars(
        select(Note)
        .where(
            Note.user_id == user.id,
            Note.course == course.code,
            Note.module == module.code,
            Note.lesson == lesson.slug,
        )
        .order_by(Note.id)
    ).all()
    order = {heading.id: at for at, heading in enumerate(lesson.toc, 1)}
    return sorted(found, key=lambda note: order.get(note.heading, 0))


def of_course(user: User, course: Course) -> list[tuple[Module | None, Lesson | None, list[Note]]]:
    """Their notes in the order of the course; those of lessons that are no longer there stand last. One query."""
    found = db.session.scalars(
        select(Note).where(Note.user_id == user.id, Note.course == course.code).order_by(Note.id)
    ).all()
    left: dict[tuple[str, str], list[Note]] = {}
    for note in found:
        left.setdefault((note.module, note.lesson), []).append(note)
    listed: list[tuple[Module | None, Lesson | None, list[Note]]] = [
        (module, lesson, left.pop((module.code, lesson.slug)))
        for module in course.modules
        if module.is_published
        for lesson in module.lessons
        if (module.code, lesson.slug) in left
    ]
    gone = [note for notes in left.values() for note in notes]
    return [*listed, (None, None, gone)] if gone else listed
