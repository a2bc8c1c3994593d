"""Reads of what is offered: published workshops, one workshop whole, its sessions by day and talks; seats are participation's matter."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload, with_expression

from portal.awards.models import Round
from portal.core.db import db
from portal.programme.models import (
    Material,
    Speaker,
    Talk,
    TalkSpeaker,
    Workshop,
    WorkshopSession,
    WorkshopStatus,
)

ON_OFFER = (WorkshopStatus.PUBLISHED, WorkshopStatus.CLOSED)


_MATERIALS = (
    select(func.count(Material.id))
    .where(Material.talk_id == Talk.id, Material.withdrawn_at.is_(None))
    .correlate(Talk)
    .scalar_subquery()
)


def _with_talks(workshops: Select[Workshop]) -> Select[Workshop]:
    talks = selectinload(Workshop.talks).options(
        with_expression(Talk.material_count, _MATERIALS),
        selectinload(Talk.speakers).joinedload(TalkSpeaker.speaker),
    )
    with_round = joinedload(Workshop.round)
    return workshops.options(with_round, selectinload(Workshop.tracks), talks).order_by(
        Workshop.starts_on, Workshop.id
    )


# Put together once: that takes longer than asking.
_PUBLISHED = _with_talks(select(Workshop)).where(Workshop.status.in_(ON_OFFER))
_ALL = select(Workshop).options(selectinload(Workshop.tracks)).order_by(Workshop.starts_on, Workshop.id)
_WHOLE = _with_talks(select(Workshop).where(Workshop.code == bindparam("code"))).options(
    selectinload(Workshop.sessions)
)
_WITHOUT_TALKS = (
    select(Workshop)
    .where(Workshop.code == bindparam("code"))
    .options(
        joinedload(Workshop.round).selectinload(Round.tracks),
        selectinload(Workshop.tracks),
        selectinload(Workshop.sessions),
    )
)


def published() -> Sequence[Workshop]:
    """Workshops on offer or already closed, earliest first, with tracks, talks and speakers. Four queries for any number."""
    return db.session.scalars(_PUBLISHED).all()


def all_workshops() -> Sequence[Workshop]:
    """Every workshop, drafts and cancelled ones too, earliest first, with its tracks. For organizers. Two queries."""
    return db.session.scalars(_ALL).all()


def workshop_by_code(code: str, *, drafts: bool = False) -> Workshop | None:
    """One workshop with sessions, tracks, talks and speakers, or None. A draft only when `drafts`. Five queries."""
    found = db.session.scalar(_WHOLE, {"code": code})
    return None if found is None or (found.status is WorkshopStatus.DRAFT and not drafts) else found


def without_talks(code: str) -> Workshop | None:
    """One workshop, a draft too, with its sessions, its tracks and those of its round, or None. Four queries."""
    return db.session.scalar(_WITHOUT_TALKS, {"code": code})


def days_of(workshop: Workshop) -> list[tuple[date, list[WorkshopSession]]]:
    """The sessions of each day, in order; a day without a session is not listed."""
    return [
        (day, list(sessions)) for day, sessions in groupby(workshop.sessions, key=lambda session: session.day)
    ]


def talks_in(workshop: Workshop, session: WorkshopSession | None) -> list[Talk]:
    """The talks of this session in order; for None those whose day is not announced."""
    wanted = session.id if session else None
    return [talk for talk in workshop.talks if talk.session_id == wanted]


def speakers_of(workshop: Workshop) -> list[Speaker]:
    """Who speaks, each once, in the order of the talks."""
    return list(dict.fromkeys(place.speaker for talk in workshop.talks for place in talk.speakers))


def material_count(workshop: Workshop) -> int:
    """How many materials its talks hand out, of a workshop that was loaded with its talks. No query."""
    return sum(talk.material_count or 0 for talk in workshop.talks)
