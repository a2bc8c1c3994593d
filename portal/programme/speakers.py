"""Reads of who speaks: the people, where they come from, and what they spoke about in each workshop; their accounts are accounts' matter."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.core.db import db
from portal.programme.models import Speaker, Talk, TalkSpeaker, Workshop
from portal.programme.workshops import PRIVATE

Pair = dict[str, str]


def all_speakers() -> Sequence[Speaker]:
    """Everybody, in the order of the page. One query."""
    return db.session.scalars(select(Speaker).order_by(Speaker.position, Speaker.id)).all()


def with_accounts() -> Sequence[Speaker]:
    """Everybody as above, each with the account, if there is one. One query."""
    return db.session.scalars(
        select(Speaker).options(joinedload(Speaker.user)).order_by(Speaker.position, Speaker.id)
    ).all()


def speaker_by_code(code: str) -> Speaker | None:
    """One speaker, or None. One query."""
    return db.session.scalar(select(Speaker).where(Speaker.code == code))


def talks_of(speaker: Speaker) -> Sequence[Talk]:
    """What the speaker gives in workshops that are not private, earliest first, with workshop, session and fellow speakers. Two queries."""
    talks = (
        select(Talk)
        .join(Talk.workshop)
        .join(TalkSpeaker, TalkSpeaker.talk_id == Talk.id)
        .where(TalkSpeaker.speaker_id == speaker.id, ~PRIVATE)
        .order_by(Workshop.starts_on, Workshop.id, Talk.position)
        .options(
            joinedload(Talk.workshop),
            joinedload(Talk.session),
            selectinload(Talk.speakers).joinedload(TalkSpeaker.speaker),
        )
    )
    return db.session.scalars(talks).unique().all()


def places_of(speakers: Sequence[Speaker]) -> list[Pair]:
    """The organizations the speakers hold their positions at, each once, in the order of the page."""
    places: dict[str, Pair] = {}
    for speaker in speakers:
        for position in speaker.positions:
            if place := position.get("at"):
                places.setdefault(place["th"], place)
    return list(places.values())
