"""The text files of workshops and speakers: what each key means and what must hold between them; creating rows is loading's matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from portal.awards import loading as awards
from portal.core.clock import BANGKOK
from portal.core.i18n import _
from portal.core.toml import BadContent, Finding, Table, parse

SPEAKERS = "speakers.toml"
FOLDER = "workshops"
FACTS = "facts"  # names the lines of the source a text stands for; only tests read it
MEMO = ("topic", "organizer", "format", "purpose", "target", "about")  # in the order of the page
Pair = dict[str, str]


@dataclass(frozen=True)
class SpeakerText:
    code: str
    name: str
    positions: tuple[dict[str, Any], ...]  # {"th": …, "en": …, "at": pair or {}}


@dataclass(frozen=True)
class SessionText:
    code: str
    title: Pair
    day: date | None
    starts_at: datetime | None
    ends_at: datetime | None
    room: str


@dataclass(frozen=True)
class TalkText:
    code: str
    title: Pair
    description: Pair
    points: tuple[Pair, ...]
    speakers: tuple[str, ...]
    session: str


@dataclass(frozen=True)
class WorkshopText:
    """One file. It is whole only when reading it left no finding."""

    file: str
    code: str
    round_year: int
    title: Pair
    notes: dict[str, Any]
    tracks: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    venue: str
    capacity: int | None
    per_agency: int | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    sessions: tuple[SessionText, ...]
    talks: tuple[TalkText, ...]


@dataclass(frozen=True)
class Texts:
    speakers: tuple[SpeakerText, ...]
    workshops: tuple[WorkshopText, ...]


def read(content: Path) -> Texts:
    """All speakers and workshops of the content folder. Refuses with BadContent, which names every finding of every file.

    The files of the award belong to it: with a broken one no track is complained about that it may have named.
    """
    findings: list[Finding] = []
    tracks: Mapping[int | None, set[str]] | None = None
    try:
        tracks = {text.year_be: {track.code for track in text.tracks} for text in awards.read(content)}
    except BadContent as no:
        findings.extend(no.findings)
    path = content / SPEAKERS
    table = parse(path.read_bytes() if path.exists() else b"", SPEAKERS, findings)
    speakers = _speakers(table) if table else ()
    known = {speaker.code for speaker in speakers}
    workshops = []
    for path in sorted((content / FOLDER).glob("*.toml")):
        table = parse(path.read_bytes(), f"{FOLDER}/{path.name}", findings)
        if table is not None:
            workshops.append(_workshop(table, path.stem, tracks, known))
    if findings:
        raise BadContent(findings)
    return Texts(speakers, tuple(workshops))


def _speakers(table: Table) -> tuple[SpeakerText, ...]:
    taken: set[str] = set()
    speakers = []
    for row in table.tables("speaker", required=False):
        positions = []
        for at in row.tables("position", required=False):
            positions.append({**at.pair("text"), "at": at.pair("at", required=False)})
            _close(at)
        speakers.append(SpeakerText(row.code(taken=taken), row.text("name"), tuple(positions)))
        _close(row)
    _close(table)
    return tuple(speakers)


def _workshop(
    table: Table, stem: str, tracks_of_rounds: Mapping[int | None, set[str]] | None, speakers: set[str]
) -> WorkshopText:
    code = table.code()
    if code and code != stem:
        table.complain("code", _("ชื่อไฟล์ต้องเป็น %(code)s.toml", code=code))
    year = table.number("round")
    starts_on, ends_on = _span(table)
    sessions = _sessions(table, starts_on, ends_on)
    text = WorkshopText(
        file=table.file.name,
        code=code,
        round_year=year or 0,
        title=table.pair("title"),
        notes={key: table.pair(key, required=False) for key in MEMO}
        | {"dates_in_source": table.text("dates_in_source", required=False)},
        tracks=_tracks(table, year, tracks_of_rounds),
        starts_on=starts_on,
        ends_on=ends_on,
        venue=table.text("venue", required=False),
        capacity=table.number("capacity", required=False),
        per_agency=table.number("per_agency", required=False, least=1),
        registration_opens_at=table.moment("registration_opens_at", required=False),
        registration_closes_at=table.moment("registration_closes_at", required=False),
        sessions=sessions,
        talks=_talks(table, {session.code for session in sessions}, speakers),
    )
    opens, closes = text.registration_opens_at, text.registration_closes_at
    if opens and closes and closes <= opens:
        table.complain("registration_closes_at", _("ต้องปิดรับหลังจากเปิดรับ"))
    _close(table)
    return text


def _span(table: Table) -> tuple[date | None, date | None]:
    starts_on, ends_on = table.day("starts_on"), table.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        table.complain("ends_on", _("ends_on ต้องไม่มาก่อน starts_on"))
    return starts_on, ends_on


def _tracks(
    table: Table, year: int | None, tracks_of_rounds: Mapping[int | None, set[str]] | None
) -> tuple[str, ...]:
    codes = table.texts("tracks")
    if tracks_of_rounds is None:
        return codes
    if year is not None and year not in tracks_of_rounds:
        table.complain("round", _("ไม่มีไฟล์ของรอบรางวัล %(year)d", year=year))
        return codes
    for code in codes:
        if year is not None and code not in tracks_of_rounds[year]:
            table.complain("tracks", _("ไม่รู้จักประเภทรางวัล %(code)s ในรอบ %(year)d", code=code, year=year))
    return codes


def _sessions(table: Table, first: date | None, last: date | None) -> tuple[SessionText, ...]:
    taken: set[str] = set()
    sessions = []
    for row in table.tables("session", required=False):
        day = row.day("on")
        if day and first and last and not first <= day <= last:
            row.complain("on", _("วันนี้อยู่นอกวันอบรม"))
        starts_at, ends_at = _hours(row, day)
        title, room = row.pair("title"), row.text("room", required=False)
        sessions.append(SessionText(row.code(taken=taken), title, day, starts_at, ends_at, room))
        _close(row)
    return tuple(sessions)


def _hours(row: Table, day: date | None) -> tuple[datetime | None, datetime | None]:
    """Hours in Thailand, both or none: a session without hours takes the whole day."""
    starts, ends = row.hour("starts", required=False), row.hour("ends", required=False)
    if (starts is None) != (ends is None):
        row.complain("starts" if starts else "ends", _("ต้องมีทั้ง starts และ ends หรือไม่มีทั้งคู่"))
    elif starts and ends and ends <= starts:
        row.complain("ends", _("ends ต้องอยู่หลัง starts"))
    if day is None or starts is None or ends is None:
        return None, None
    return _moment(day, starts), _moment(day, ends)


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=BANGKOK)


def _talks(table: Table, sessions: set[str], speakers: set[str]) -> tuple[TalkText, ...]:
    taken: set[str] = set()
    return tuple(_talk(row, taken, sessions, speakers) for row in table.tables("talk", required=False))


def _talk(row: Table, taken: set[str], sessions: set[str], speakers: set[str]) -> TalkText:
    title, description = row.pair("title", required=False), row.pair("description", required=False)
    if not title and not description:
        row.complain(None, _("ต้องมี title หรือ description อย่างน้อยหนึ่งอย่าง"))
    codes = row.texts("speakers", required=False)
    for code in codes:
        if code not in speakers:
            row.complain("speakers", _("ไม่รู้จักวิทยากร %(code)s", code=code))
    if len(set(codes)) < len(codes):
        row.complain("speakers", _("มีวิทยากรซ้ำ"))
    session = row.text("session", required=False)
    if session and session not in sessions:
        row.complain("session", _("ไม่รู้จักช่วง %(code)s", code=session))
    points = []
    for point in row.tables("point", required=False):
        points.append(point.pair("text"))
        _close(point)
    text = TalkText(row.code(taken=taken), title, description, tuple(points), codes, session)
    _close(row)
    return text


def _close(table: Table) -> None:
    table.texts(FACTS, required=False)
    table.done()
