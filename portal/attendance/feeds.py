"""Feeds: calendars that a calendar program fetches by a secret address, one for each person and subject; what stands in them is the matter of calendars and attendance_calendars.

A feed lives as long as its owner may see what it tells: who is disabled, leaves the agency or stops organizing ends it
without anybody's doing, and it lives again if that was a mistake.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from portal.accounts.access import may_sign_in
from portal.accounts.models import Agency, User
from portal.attendance import attendance_calendars, calendars
from portal.attendance.models import CalendarFeed
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l, in_language
from portal.core.tokens import new_secret
from portal.programme import workshops
from portal.programme.models import Workshop

MINE = "mine"
_AGENCY, _WORKSHOP = "agency:", "workshop:"


class Ended(Refused):
    """The owner may not see any more what the feed tells."""

    text = _l(
        "เจ้าของที่อยู่ปฏิทินนี้ไม่มีสิทธิ์เห็นข้อมูลนี้แล้ว ปฏิทินจึงไม่เปลี่ยนตามอีก ลบออกจากปฏิทินของคุณได้ หากยังต้องใช้ ให้ผู้ที่ดูแลอยู่สร้างที่อยู่ใหม่"
    )


def subject_of(about: Agency | Workshop) -> str:
    """What a feed of this agency's people, or of this workshop's for organizers, is kept under."""
    return f"{_AGENCY if isinstance(about, Agency) else _WORKSHOP}{about.code}"


def feed_of(user: User, subject: str = MINE) -> CalendarFeed | None:
    """The person's feed of this subject, if they asked for one."""
    return db.session.scalar(_OF, {"user": user.id, "subject": subject})


def by_secret(secret: str) -> CalendarFeed | None:
    """The feed with this address, unless that was changed. One query, its owner included."""
    return db.session.scalar(_BY_SECRET, {"secret": secret})


def rotate(user: User, subject: str = MINE) -> CalendarFeed:
    """Give the feed a new secret address, the first one too; the old address is dead at once."""
    _hold(user)
    feed = feed_of(user, subject)
    if feed is None:
        feed = CalendarFeed(user=user, subject=subject)
        db.session.add(feed)
    feed.secret = new_secret()
    feed.rotated_at = clock.now()
    db.session.flush()
    return feed


def end(user: User, subject: str = MINE) -> bool:
    """Take the feed away; its address is dead at once. Whether there was one."""
    _hold(user)
    feed = feed_of(user, subject)
    if feed is None:
        return False
    db.session.delete(feed)
    db.session.flush()
    return True


def calendar_of(feed: CalendarFeed) -> bytes:
    """What the feed tells now, in its owner's language. Refuses with Ended whoever may not see it any more."""
    user = feed.user
    if not may_sign_in(user):
        raise Ended
    if feed.subject == MINE:
        return calendars.personal(user)
    with in_language(user.language):
        if feed.subject.startswith(_AGENCY):
            return _of_agency(user, feed.subject)
        return _of_workshop(user, feed.subject)


def _hold(user: User) -> None:
    """Two presses at once make one feed."""
    begin_write()
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update(of=User))


def _of_agency(user: User, subject: str) -> bytes:
    if not user.is_coordinator or user.agency is None or subject != subject_of(user.agency):
        raise Ended
    return attendance_calendars.of_agency(user.agency)


def _of_workshop(user: User, subject: str) -> bytes:
    workshop = workshops.with_sessions(subject.removeprefix(_WORKSHOP)) if user.may_organize else None
    if workshop is None:
        raise Ended
    return attendance_calendars.of_workshop(workshop)


# Put together once: that takes longer than asking.
_OF = select(CalendarFeed).where(
    CalendarFeed.user_id == bindparam("user"), CalendarFeed.subject == bindparam("subject")
)
_BY_SECRET = (
    select(CalendarFeed)
    .where(CalendarFeed.secret == bindparam("secret"))
    .options(joinedload(CalendarFeed.user))
)
