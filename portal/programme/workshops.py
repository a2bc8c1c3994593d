"""Reads of what is offered: published workshops, one workshop whole or a part of it; seats are participation's matter."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload, with_expression

from portal.core.db import db
from portal.programme.models import (
    Material,
    Speaker,
    Talk,
    TalkSpeaker,
    Workshop,
    WorkshopStatus,
    WorkshopVersion,
)

ON_OFFER = (WorkshopStatus.PUBLISHED, WorkshopStatus.CLOSED)

# Called off before it was ever on offer: of what was changed on the desk, no version says that it was.
_OFFERED_ONCE = select(WorkshopVersion.workshop_id).where(
    WorkshopVersion.status.in_([status.value for status in ON_OFFER])
)
_NEVER_OFFERED = (
    (Workshop.status == WorkshopStatus.CANCELLED)
    & Workshop.id.in_(select(WorkshopVersion.workshop_id))
    & Workshop.id.not_in(_OFFERED_ONCE)
)
PRIVATE = (
    Workshop.status == WorkshopStatus.DRAFT
) | _NEVER_OFFERED  # as is_private, of the workshops of a list

_MATERIALS = (
    select(func.count(Material.id))
    .where(Material.talk_id == Talk.id, Material.withdrawn_at.is_(None))
    .correlate(Talk)
    .scalar_subquery()
)


# Few tracks and sessions come along as joins: a second query for them is put together anew at each request, which
# takes longer than asking it. Talks are many, so they have one, with their speakers.
_TALKS = selectinload(Workshop.talks).options(
    with_expression(Talk.material_count, _MATERIALS),
    joinedload(Talk.speakers).joinedload(TalkSpeaker.speaker),
)
_ORDER = (Workshop.starts_on, Workshop.id)
_WITH_TRACKS = select(Workshop).options(joinedload(Workshop.round), joinedload(Workshop.tracks))

# Put together once: that takes longer than asking.
_PUBLISHED = _WITH_TRACKS.options(_TALKS).where(Workshop.status.in_(ON_OFFER)).order_by(*_ORDER)
_ALL = select(Workshop).options(joinedload(Workshop.tracks)).order_by(*_ORDER)
_WITH_SESSIONS = _WITH_TRACKS.options(joinedload(Workshop.sessions)).where(Workshop.code == bindparam("code"))
_WHOLE = _WITH_SESSIONS.options(_TALKS)
_ALONE = select(Workshop).where(Workshop.code == bindparam("code"))
_TALKS_ALONE = (
    select(Talk)
    .where(Talk.workshop_id == bindparam("workshop"))
    .options(joinedload(Talk.session), joinedload(Talk.speakers).joinedload(TalkSpeaker.speaker))
    .order_by(Talk.position)
)
_NEVER_OFFERED_ALONE = select(Workshop.id).where(Workshop.id == bindparam("workshop"), _NEVER_OFFERED)
_WITH_TRACKS_ALONE = _ALONE.options(joinedload(Workshop.tracks))
_SESSIONS_ALONE = _ALONE.options(joinedload(Workshop.sessions))


def published() -> Sequence[Workshop]:
    """Workshops on offer or already closed, earliest first, with tracks, talks and speakers. Two queries for any number."""
    return db.session.scalars(_PUBLISHED).unique().all()


def all_workshops() -> Sequence[Workshop]:
    """Every workshop, drafts and cancelled ones too, earliest first, with its tracks. For organizers. One query."""
    return db.session.scalars(_ALL).unique().all()


def workshop_by_code(code: str, *, drafts: bool = False) -> Workshop | None:
    """One workshop with sessions, tracks, talks and speakers, or None. What is private only when `drafts`. Two queries,
    three of one that was called off."""
    found = db.session.scalars(_WHOLE, {"code": code}).unique().one_or_none()
    return None if found is None or (not drafts and is_private(found)) else found


def is_private(workshop: Workshop) -> bool:
    """Whether only organizers and its speakers know of it: a draft, also when it was called off as one. A query where it
    is called off."""
    if workshop.status is WorkshopStatus.CANCELLED:
        return db.session.scalar(_NEVER_OFFERED_ALONE, {"workshop": workshop.id}) is not None
    return workshop.status is WorkshopStatus.DRAFT


def with_sessions(code: str) -> Workshop | None:
    """One workshop, drafts and cancelled ones too, with its sessions, or None. One query."""
    return db.session.scalars(_SESSIONS_ALONE, {"code": code}).unique().one_or_none()


def alone(code: str) -> Workshop | None:
    """One workshop, a draft too, and nothing of what belongs to it, or None. One query."""
    return db.session.scalar(_ALONE, {"code": code})


def with_tracks(code: str) -> Workshop | None:
    """One workshop, a draft too, with its tracks, or None. One query."""
    return db.session.scalars(_WITH_TRACKS_ALONE, {"code": code}).unique().one_or_none()


def talks_of(workshop: Workshop) -> Sequence[Talk]:
    """Its talks in order, with their sessions and speakers. One query."""
    return db.session.scalars(_TALKS_ALONE, {"workshop": workshop.id}).unique().all()


def speakers_of(workshop: Workshop) -> list[Speaker]:
    """Who speaks, each once, in the order of the talks."""
    return list(dict.fromkeys(place.speaker for talk in workshop.talks for place in talk.speakers))


def material_count(workshop: Workshop) -> int:
    """How many materials its talks hand out, of a workshop that was loaded with its talks. No query."""
    return sum(talk.material_count or 0 for talk in workshop.talks)
