"""Workshops and speakers from the text files of `content/`: checked whole, then created where they are missing; what organizers changed stays theirs."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from portal.awards.models import Round
from portal.core.db import db
from portal.core.i18n import _
from portal.core.toml import BadContent, Finding
from portal.programme.content_files import SpeakerText, read
from portal.programme.files import WorkshopText
from portal.programme.models import Speaker, Workshop
from portal.programme.rows import Known, apply, known_now


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
    rounds = set(db.session.scalars(select(Round.year_be)))
    missing = [
        Finding(text.file, 1, _("ยังไม่ได้โหลดรอบรางวัล %(year)d", year=text.round_year))
        for text in texts.workshops
        if text.round_year not in rounds
    ]
    if missing:
        raise BadContent(missing)
    new_speakers = _create_speakers(texts.speakers)
    there = set(db.session.scalars(select(Workshop.code)))
    known = known_now()
    new = [text for text in texts.workshops if text.code not in there]
    for text in new:
        create_workshop(text, known)
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


def create_workshop(text: WorkshopText, known: Known) -> Workshop:
    """The rows of a workshop that is not there yet, with the status of its text."""
    workshop = Workshop(code=text.code, status=text.status)
    with db.session.no_autoflush:
        apply(workshop, text, known)
    db.session.add(workshop)
    return workshop
