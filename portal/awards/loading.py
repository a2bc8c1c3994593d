"""Rounds from the files `content/awards/*.toml`: checked whole, then made to stand in the database as the files say; reading them is rounds' matter."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.awards.models import Milestone, Round, Track
from portal.core.db import db
from portal.core.i18n import _
from portal.core.toml import BadContent, Finding, Table, parse

FOLDER = "awards"
FACTS = "facts"  # names the lines of the source a text stands for; only tests read it
Pair = dict[str, str]


@dataclass(frozen=True)
class TrackText:
    code: str
    name: Pair
    short: Pair
    criteria: Pair


@dataclass(frozen=True)
class MilestoneText:
    code: str
    on: date | None
    until: date | None
    label: Pair


@dataclass(frozen=True)
class RoundText:
    """One file. It is whole only when reading it left no finding."""

    year_be: int | None
    title: Pair
    applied: int | None
    passed: int | None
    tracks: tuple[TrackText, ...]
    milestones: tuple[MilestoneText, ...]
    notes: dict[str, Any]


def read(content: Path) -> list[RoundText]:
    """All rounds of the folder, oldest first. Refuses with BadContent, which names every finding of every file."""
    findings: list[Finding] = []
    rounds = []
    for path in sorted((content / FOLDER).glob("*.toml")):
        table = parse(path.read_bytes(), f"{FOLDER}/{path.name}", findings)
        if table is not None:
            rounds.append(_round(table, path.stem))
    if findings:
        raise BadContent(findings)
    return rounds


def load(content: Path) -> list[Round]:
    """Make the rounds say what the files say, and give them back. Refuses as `read` does, and then changes nothing.

    A milestone that left its file leaves the round; a track stays, because entries may stand in it.
    """
    stored = [_store(text) for text in read(content)]
    db.session.flush()
    return stored


def _round(table: Table, stem: str) -> RoundText:
    year = table.number("year", least=2500)
    if year is not None and str(year) != stem:
        table.complain("year", _("ชื่อไฟล์ต้องเป็น %(year)d.toml", year=year))
    figures = table.table("figures")
    applied, passed, figure_notes = _figures(figures) if figures else (None, None, {})
    notes = {key: table.pair(key) for key in ("organizer", "source", "report_name")}
    notes["report_note"] = table.pair("report_note", required=False)
    tracks = _tracks(table)
    text = RoundText(
        year_be=year,
        title=table.pair("title"),
        applied=applied,
        passed=passed,
        tracks=tracks,
        milestones=_milestones(table),
        notes={
            **notes,
            "figures": figure_notes,
            "stages": _stages(table),
            "tracks": {track.code: {"short": track.short, "criteria": track.criteria} for track in tracks},
        },
    )
    _close(table)
    return text


def _figures(table: Table) -> tuple[int | None, int | None, dict[str, Pair]]:
    applied = table.number("applied", required=False)
    passed = table.number("passed", required=False)
    if applied is not None and passed is not None and passed > applied:
        table.complain("passed", _("จำนวนที่ผ่านต้องไม่เกินจำนวนที่สมัคร"))
    notes = {"unit": table.pair("unit"), "note": table.pair("note", required=False)}
    _close(table)
    return applied, passed, notes


def _tracks(table: Table) -> tuple[TrackText, ...]:
    taken: set[str] = set()
    tracks = []
    for row in table.tables("track"):
        criteria = row.pair("criteria", required=False)
        tracks.append(TrackText(row.code(taken=taken), row.pair("name"), row.pair("short"), criteria))
        _close(row)
    return tuple(tracks)


def _milestones(table: Table) -> tuple[MilestoneText, ...]:
    taken: set[str] = set()
    milestones = []
    for row in table.tables("milestone"):
        on, until = row.day("on"), row.day("until", required=False)
        if on and until and until < on:
            row.complain("until", _("until ต้องไม่มาก่อน on"))
        milestones.append(MilestoneText(row.code(taken=taken), on, until, row.pair("label")))
        _close(row)
    return tuple(milestones)


def _stages(table: Table) -> list[dict[str, Any]]:
    stages = []
    for row in table.tables("stage", required=False):
        stages.append(
            {"number": row.number("number", least=1), "title": row.pair("title"), "text": row.pair("text")}
        )
        _close(row)
    return stages


def _close(table: Table) -> None:
    table.texts(FACTS, required=False)
    table.done()


def _store(text: RoundText) -> Round:
    round_ = db.session.scalar(select(Round).where(Round.year_be == text.year_be))
    if round_ is None:
        round_ = Round(year_be=text.year_be)
        db.session.add(round_)
    round_.title_th, round_.title_en = text.title["th"], text.title["en"]
    round_.applied_count, round_.passed_count = text.applied, text.passed
    round_.notes = text.notes
    _store_tracks(round_, text)
    _store_milestones(round_, text)
    return round_


def _store_tracks(round_: Round, text: RoundText) -> None:
    there = {track.code: track for track in round_.tracks}
    for position, row in enumerate(text.tracks):
        track = there.get(row.code)
        if track is None:
            track = Track(code=row.code)
            round_.tracks.append(track)
        track.position, track.name_th, track.name_en = position, row.name["th"], row.name["en"]


def _store_milestones(round_: Round, text: RoundText) -> None:
    there = {stone.code: stone for stone in round_.milestones}
    for row in text.milestones:
        stone = there.pop(row.code, None)
        if stone is None:
            stone = Milestone(code=row.code)
            round_.milestones.append(stone)
        assert row.on is not None  # read() refused a file without it
        stone.on, stone.until = row.on, row.until
        stone.label_th, stone.label_en = row.label["th"], row.label["en"]
    for stone in there.values():
        round_.milestones.remove(stone)
        db.session.delete(stone)
