"""Erasing a person from every room: accounts makes the pseudonym, here goes what the rooms above keep of them; facts that are counted stay."""

from sqlalchemy import delete, select, update

from portal.accounts import erasure
from portal.accounts.models import User
from portal.attendance.models import CalendarFeed
from portal.certificates import forgetting
from portal.core.db import db
from portal.learning.models import Assessment, Attempt, LessonPlace, Note
from portal.participation.models import Registration
from portal.programme.models import Speaker


def erase(user: User, *, by: User | None) -> str:
    """The person is a pseudonym from now on, which is returned. Coverage, seats and attendance of every day stay equal.

    Gone: name, address, sign-ins, mail, notes and bookmarks, places in lessons, answers to a workshop's questions,
    calendar addresses, comments written by them. Their certificates end and lose the name. Flushes.
    """
    name = erasure.erase(user, by=by)
    forgetting.forget(user, by=by)
    db.session.execute(delete(Note).where(Note.user_id == user.id))
    db.session.execute(delete(LessonPlace).where(LessonPlace.user_id == user.id))
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user.id))
    db.session.execute(update(Registration).where(Registration.user_id == user.id).values(answers={}))
    db.session.execute(update(Speaker).where(Speaker.user_id == user.id).values(user_id=None))
    own = Assessment.attempt_id.in_(select(Attempt.id).where(Attempt.user_id == user.id))
    db.session.execute(update(Assessment).where((Assessment.by_id == user.id) | own).values(comment=""))
    db.session.flush()
    return name
