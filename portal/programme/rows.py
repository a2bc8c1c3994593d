"""A workshop's rows and its text, one made from the other; whether a text may be applied is the desk's matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from portal.awards.models import Round
from portal.core.clock import BANGKOK
from portal.core.db import db
from portal.programme import questions
from portal.programme.files import DATES, MEMO, Pair, SessionText, TalkText, WorkshopText
from portal.programme.models import Speaker, Talk, TalkSpeaker, Workshop, WorkshopSession, WorkshopStatus

Row = TypeVar("Row", WorkshopSession, Talk)
TERMS = (
    "venue",
    "capacity",
    "per_agency",
    "guaranteed",
    "guaranteed_until",
    "offer_hours",
    "registration_opens_at",
    "registration_closes_at",
)


@dataclass(frozen=True)
class Known:
    """What a text may name: the rounds by year, with their tracks, and the speakers by code."""

    rounds: Mapping[int, Round]
    speakers: Mapping[str, Speaker]

    def tracks(self) -> dict[int | None, set[str]]:
        """The codes of the tracks of each round. One query a round."""
        return {year: {track.code for track in round_.tracks} for year, round_ in self.rounds.items()}


def known_now() -> Known:
    """The rounds and speakers there are. Two queries."""
    return Known(
        rounds={row.year_be: row for row in db.session.scalars(select(Round))},
        speakers={row.code: row for row in db.session.scalars(select(Speaker))},
    )


def text_of(workshop: Workshop) -> WorkshopText:
    """The workshop as its file would tell it, with its present status."""
    notes = workshop.notes
    terms: dict[str, Any] = {name: getattr(workshop, name) for name in TERMS}
    return WorkshopText(
        code=workshop.code,
        round_year=workshop.round.year_be,
        title=_pair(workshop, "title"),
        notes={key: notes.get(key) or {} for key in MEMO} | {DATES: notes.get(DATES) or ""},
        tracks=tuple(sorted(track.code for track in workshop.tracks)),
        starts_on=workshop.starts_on,
        ends_on=workshop.ends_on,
        status=workshop.status,
        facts=tuple(workshop.facts),
        sessions=tuple(map(_session_text, _in_order(workshop.sessions))),
        talks=tuple(map(_talk_text, _in_order(workshop.talks))),
        questions=questions.of(workshop),
        file=f"{workshop.code}.toml",
        **terms,
    )


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """As the file has them, not as the days fall."""
    return sorted(rows, key=lambda row: (row.position, row.id))


def _session_text(row: WorkshopSession) -> SessionText:
    return SessionText(
        code=row.code,
        title=_pair(row, "title"),
        day=row.day,
        starts_at=_local(row.starts_at),
        ends_at=_local(row.ends_at),
        room=row.room,
        link=row.link,
        is_cancelled=row.is_cancelled,
    )


def _talk_text(row: Talk) -> TalkText:
    return TalkText(
        code=row.code,
        title=_pair(row, "title"),
        description=_pair(row, "description"),
        points=tuple(row.points),
        speakers=tuple(place.speaker.code for place in row.speakers),
        session=row.session.code if row.session else "",
        facts=tuple(row.facts),
    )


def _pair(row: Any, name: str) -> Pair:
    thai = getattr(row, f"{name}_th")
    return {"th": thai, "en": getattr(row, f"{name}_en")} if thai else {}


def _local(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(BANGKOK)


def apply(workshop: Workshop, text: WorkshopText, known: Known) -> None:
    """Make the workshop's rows what the text says, its status excepted.

    Once the workshop left the state of a draft, people may know of its meetings: then SEQUENCE grows for each
    whose day, hours, room, link or cancellation changed, for all when the venue did, and begins with 1 for a new one.
    """
    is_told = workshop.id is not None and workshop.status is not WorkshopStatus.DRAFT
    has_moved = is_told and workshop.venue != text.venue
    round_ = known.rounds[text.round_year]
    workshop.round = round_
    workshop.title_th, workshop.title_en = _both(text.title)
    workshop.notes = text.notes
    if text.starts_on is None or text.ends_on is None:
        raise ValueError("a text with findings is not applied")
    workshop.starts_on, workshop.ends_on = text.starts_on, text.ends_on
    for name in TERMS:
        setattr(workshop, name, getattr(text, name))
    workshop.tracks = [track for track in round_.tracks if track.code in text.tracks]
    workshop.facts = list(text.facts)
    workshop.questions = [questions.to_json(question) for question in text.questions]
    sessions = _apply_sessions(workshop, text, is_told=is_told, has_moved=has_moved)
    _apply_talks(workshop, text, sessions, known.speakers)


def _both(pair: Pair) -> tuple[str, str]:
    return pair.get("th", ""), pair.get("en", "")


def _apply_sessions(
    workshop: Workshop, text: WorkshopText, *, is_told: bool, has_moved: bool
) -> dict[str, WorkshopSession]:
    there = {row.code: row for row in workshop.sessions}
    now = {}
    for position, one in enumerate(text.sessions):
        row = there.pop(one.code, None)
        if row is None:
            row = WorkshopSession(code=one.code, sequence=1 if is_told else 0)
            workshop.sessions.append(row)
        elif is_told and _is_news(row, one, has_moved=has_moved):
            row.sequence += 1
        _fill_session(row, one, position)
        now[one.code] = row
    for row in there.values():
        workshop.sessions.remove(row)
        db.session.delete(row)
    return now


def _is_news(row: WorkshopSession, one: SessionText, *, has_moved: bool) -> bool:
    """Whether people who know of the meeting must be told; of one that stays cancelled there is nothing to tell."""
    if row.is_cancelled and one.is_cancelled:
        return False
    before = (row.day, row.starts_at, row.ends_at, row.room, row.link, row.is_cancelled)
    return has_moved or before != (one.day, one.starts_at, one.ends_at, one.room, one.link, one.is_cancelled)


def _fill_session(row: WorkshopSession, one: SessionText, position: int) -> None:
    if one.day is None:
        raise ValueError("a text with findings is not applied")
    row.position = position
    row.title_th, row.title_en = _both(one.title)
    row.day, row.starts_at, row.ends_at = one.day, one.starts_at, one.ends_at
    row.room, row.link, row.is_cancelled = one.room, one.link, one.is_cancelled


def _apply_talks(
    workshop: Workshop,
    text: WorkshopText,
    sessions: Mapping[str, WorkshopSession],
    speakers: Mapping[str, Speaker],
) -> None:
    there = {row.code: row for row in workshop.talks}
    for position, one in enumerate(text.talks):
        row = there.pop(one.code, None)
        if row is None:
            row = Talk(code=one.code)
            workshop.talks.append(row)
        row.position = position
        row.session = sessions.get(one.session)
        row.title_th, row.title_en = _both(one.title)
        row.description_th, row.description_en = _both(one.description)
        row.points, row.facts = list(one.points), list(one.facts)
        _seat_speakers(row, [speakers[code] for code in one.speakers])
    for row in there.values():
        workshop.talks.remove(row)
        db.session.delete(row)


def _seat_speakers(talk: Talk, wanted: list[Speaker]) -> None:
    there = {place.speaker.code: place for place in talk.speakers}
    places = [there.get(speaker.code) or TalkSpeaker(speaker=speaker) for speaker in wanted]
    for position, place in enumerate(places):
        place.position = position
    if [place.speaker for place in talk.speakers] != wanted:
        talk.speakers = places
