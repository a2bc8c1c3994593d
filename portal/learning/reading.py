"""Where a person stopped reading a lesson, and whether they reached its end; what they finished is progress's matter."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.courses.course import Course, Lesson, Module
from portal.learning.models import LessonPlace

Where = tuple[Course, Module, Lesson]


def note_place(user: User, where: Where, *, heading: str = "", at_end: bool = False) -> LessonPlace | None:
    """Note the heading under which they stopped; one that the lesson has not is its beginning. Having been at the end once
    is kept, with its first moment. None where another page noted it in the same moment."""
    begin_write()
    course, module, lesson = where
    same = {"user_id": user.id, "course": course.code, "module": module.code, "lesson": lesson.slug}
    place = db.session.scalar(select(LessonPlace).filter_by(**same))
    if place is None:
        place = LessonPlace(**same)
        try:
            with db.session.begin_nested():
                db.session.add(place)
        except IntegrityError:
            return None
    place.heading = heading if any(heading == one.id for one in lesson.toc) else ""
    place.at = clock.now()
    if at_end and place.reached_end_at is None:
        place.reached_end_at = place.at
    db.session.flush()
    return place
