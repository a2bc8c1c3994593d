"""Tells people once of what the desk changed about their workshop: meetings moved, cancelled, back again, or all of it off; what a change is, the desk decides by raising `sequence`.

What was told is noted in the transaction that puts the mails in the outbox, under the workshop's lock. So a stop
at any moment, or a second worker, neither loses a mail nor doubles it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import and_, or_, select, union
from sqlalchemy.orm import contains_eager

from portal.core import clock
from portal.core.db import db
from portal.participation import messages, registration
from portal.participation.messages import SessionChange
from portal.participation.models import Registration, RegistrationStatus, SessionNews, WorkshopNews
from portal.participation.seats import CONFIRMED, WAITLISTED
from portal.programme import history
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus

OFFERED = RegistrationStatus.OFFERED
# Whoever got the seat so long after a change has it in the invitation. Sooner, a slow transaction may have seen the time before.
KNOWN_AFTER = timedelta(minutes=10)

_TOLD_CANCELLED = WorkshopNews.is_cancelled.is_(True)
_IS_CANCELLED = Workshop.status == WorkshopStatus.CANCELLED
_SESSIONS_CHANGED = (
    select(WorkshopSession.workshop_id)
    .join(WorkshopSession.workshop)
    .outerjoin(SessionNews, SessionNews.session_id == WorkshopSession.id)
    .where(
        Workshop.status != WorkshopStatus.DRAFT,
        or_(SessionNews.session_id.is_(None), WorkshopSession.sequence > SessionNews.sequence),
    )
)
_WORKSHOPS_CHANGED = (
    select(Workshop.id)
    .outerjoin(WorkshopNews, WorkshopNews.workshop_id == Workshop.id)
    .where(
        Workshop.status != WorkshopStatus.DRAFT,
        or_(
            and_(_IS_CANCELLED, or_(WorkshopNews.workshop_id.is_(None), ~_TOLD_CANCELLED)),
            and_(~_IS_CANCELLED, _TOLD_CANCELLED),
        ),
    )
)
_CHANGED = union(_SESSIONS_CHANGED, _WORKSHOPS_CHANGED)


def changed() -> list[int]:
    """The ids of workshops of which something is not told yet, drafts left out. Locks nothing. One query."""
    return sorted(db.session.execute(_CHANGED).scalars())


def announce_changes(workshop: Workshop) -> int:
    """Mail everybody concerned what changed since they were last told, note it as told, and return how many mails that was.

    Takes the workshop's lock. A session that never changed, or is over, is noted without a mail; so is all of a draft.
    """
    workshop = registration.hold(workshop)
    sessions = _sessions_of(workshop)
    told = _told_of(sessions)
    fresh = [one for one in sessions if one.id not in told or one.sequence > told[one.id].sequence]
    if workshop.status is WorkshopStatus.DRAFT or _is_all_over(workshop, sessions):
        mails = 0
    elif _is_news(workshop):
        mails = _tell_of_workshop(workshop, sessions)
    elif workshop.status is WorkshopStatus.CANCELLED:
        mails = 0
    else:
        mails = _tell_of_sessions(workshop, fresh, told)
    _note(workshop, fresh, told)
    return mails


def _sessions_of(workshop: Workshop) -> Sequence[WorkshopSession]:
    """As they stand in the database now, under the lock."""
    return db.session.scalars(
        select(WorkshopSession)
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(WorkshopSession.day, WorkshopSession.position)
        .execution_options(populate_existing=True)
    ).all()


def _told_of(sessions: Sequence[WorkshopSession]) -> dict[int, SessionNews]:
    rows = db.session.scalars(
        select(SessionNews)
        .where(SessionNews.session_id.in_([one.id for one in sessions]))
        .execution_options(populate_existing=True)
    )
    return {row.session_id: row for row in rows}


def _news_of(workshop: Workshop) -> WorkshopNews | None:
    return db.session.get(WorkshopNews, workshop.id, populate_existing=True)


def _is_news(workshop: Workshop) -> bool:
    """Whether it is cancelled and nobody was told, or told of as cancelled and on again."""
    news = _news_of(workshop)
    return (news is not None and news.is_cancelled) != (workshop.status is WorkshopStatus.CANCELLED)


def _tell_of_workshop(workshop: Workshop, sessions: Sequence[WorkshopSession]) -> int:
    """Everybody with a seat, an offer or a place in the queue; the calendar goes to seats, who alone had it."""
    news = _news_of(workshop)
    number = news.times + 1 if news else 1
    is_off = workshop.status is WorkshopStatus.CANCELLED
    tell: Callable[..., None] = messages.workshop_restored
    if is_off:
        tell = partial(messages.workshop_cancelled, why=history.reason_of_status(workshop))
    held = [one for one in sessions if not _is_over(one) and (is_off or not one.is_cancelled)]
    concerned = _registrations(workshop, (CONFIRMED, OFFERED, WAITLISTED))
    for one in concerned:
        tell(one, sessions=held if sessions else None, number=number)
    return len(concerned)


def _tell_of_sessions(
    workshop: Workshop, fresh: Sequence[WorkshopSession], told: Mapping[int, SessionNews]
) -> int:
    """Everybody with a seat: one mail of what moved, one of what is cancelled."""
    changes = [
        SessionChange(one, told.get(one.id)) for one in fresh if one.sequence > 0 and not _is_over(one)
    ]
    moved = [change for change in changes if not change.session.is_cancelled]
    off = [change for change in changes if change.session.is_cancelled and not change.was_cancelled]
    if not moved and not off:
        return 0
    mails = 0
    for one in _registrations(workshop, (CONFIRMED,)):
        for tell, concerned in ((messages.session_moved, moved), (messages.session_cancelled, off)):
            news = [change for change in concerned if not _knows(one, change.session)]
            if news:
                tell(one, news)
                mails += 1
    return mails


def _registrations(workshop: Workshop, statuses: Sequence[RegistrationStatus]) -> Sequence[Registration]:
    """In order of arrival, with their people. One query."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.user)
        .options(contains_eager(Registration.user))
        .where(Registration.workshop_id == workshop.id, Registration.status.in_(statuses))
        .order_by(Registration.arrival)
        .execution_options(populate_existing=True)
    ).all()


def _knows(seat: Registration, session: WorkshopSession) -> bool:
    """Whether the invitation was written after the change and shows it already."""
    return seat.changed_at > session.updated_at + KNOWN_AFTER


def _is_all_over(workshop: Workshop, sessions: Sequence[WorkshopSession]) -> bool:
    return all(map(_is_over, sessions)) if sessions else workshop.ends_on < clock.today()


def _is_over(session: WorkshopSession) -> bool:
    ends = session.ends_at or datetime.combine(session.day + timedelta(days=1), time(), tzinfo=clock.BANGKOK)
    return ends <= clock.now()


def _note(workshop: Workshop, fresh: Sequence[WorkshopSession], told: Mapping[int, SessionNews]) -> None:
    """What stands now is told."""
    for one in fresh:
        row = told.get(one.id) or SessionNews(session_id=one.id)
        row.sequence, row.day, row.starts_at, row.ends_at = one.sequence, one.day, one.starts_at, one.ends_at
        row.room, row.venue, row.is_cancelled = one.room, workshop.venue, one.is_cancelled
        row.told_at = clock.now()
        db.session.add(row)
    if _is_news(workshop):
        news = _news_of(workshop) or WorkshopNews(workshop_id=workshop.id, times=0)
        news.is_cancelled = workshop.status is WorkshopStatus.CANCELLED
        news.times += 1
        news.told_at = clock.now()
        db.session.add(news)
    db.session.flush()
