"""Workshops and speakers from the text files of `content/`: checked whole, then created where they are missing; what organizers changed stays theirs."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from portal.awards.models import Round, Track
from portal.core.db import db
from portal.core.i18n import _
from portal.core.toml import BadContent, Finding
from portal.programme.files import SpeakerText, TalkText, WorkshopText, read
from portal.programme.models import Speaker, Talk, TalkSpeaker, Workshop, WorkshopSession


@dataclass(frozen=True)
class Loaded:
    """What a load created."""

    speakers: int
    workshops: int


def load(content: Path) -> Loaded:
    """Create the speakers and workshops whose code is not there yet; what is there is never touched.

    Refuses with BadContent (all findings) and then creates nothing. The rounds must have been loaded before.
    """
    texts = read(content)
    rounds = {row.year_be: row for row in db.session.scalars(select(Round))}
    missing = [
        Finding(text.file, 1, _("ยังไม่ได้โหลดรอบรางวัล %(year)d", year=text.round_year))
        for text in texts.workshops
        if text.round_year not in rounds
    ]
    if missing:
        raise BadContent(missing)
    new_speakers = _create_speakers(texts.speakers)
    there = set(db.session.scalars(select(Workshop.code)))
    speakers = {row.code: row for row in db.session.scalars(select(Speaker))}
    new = [text for text in texts.workshops if text.code not in there]
    for text in new:
        _create_workshop(text, rounds[text.round_year], speakers)
    db.session.flush()
    return Loaded(speakers=new_speakers, workshops=len(new))


def _create_speakers(texts: tuple[SpeakerText, ...]) -> int:
    there = set(db.session.scalars(select(Speaker.code)))
    new = [(position, text) for position, text in enumerate(texts) if text.code not in there]
    for position, text in new:
        row = Speaker(code=text.code, name=text.name, positions=list(text.positions), position=position)
        db.session.add(row)
    db.session.flush()
    return len(new)


def _create_workshop(text: WorkshopText, round_: Round, speakers: dict[str, Speaker]) -> None:
    tracks: dict[str, Track] = {track.code: track for track in round_.tracks}
    workshop = Workshop(
        code=text.code,
        round=round_,
        title_th=text.title["th"],
        title_en=text.title["en"],
        notes=text.notes,
        starts_on=text.starts_on,
        ends_on=text.ends_on,
        venue=text.venue,
        capacity=text.capacity,
        per_agency=text.per_agency,
        registration_opens_at=text.registration_opens_at,
        registration_closes_at=text.registration_closes_at,
        tracks=[tracks[code] for code in text.tracks],
    )
    db.session.add(workshop)
    sessions = {}
    for position, row in enumerate(text.sessions):
        sessions[row.code] = WorkshopSession(
            code=row.code,
            position=position,
            title_th=row.title["th"],
            title_en=row.title["en"],
            day=row.day,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            room=row.room,
        )
    workshop.sessions.extend(sessions.values())
    workshop.talks.extend(
        _talk(talk, position, sessions.get(talk.session), speakers)
        for position, talk in enumerate(text.talks)
    )


def _talk(
    text: TalkText, position: int, session: WorkshopSession | None, speakers: dict[str, Speaker]
) -> Talk:
    return Talk(
        session=session,
        code=text.code,
        position=position,
        title_th=text.title.get("th", ""),
        title_en=text.title.get("en", ""),
        description_th=text.description.get("th", ""),
        description_en=text.description.get("en", ""),
        points=list(text.points),
        speakers=[TalkSpeaker(speaker=speakers[code], position=at) for at, code in enumerate(text.speakers)],
    )
