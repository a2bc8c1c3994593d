"""Reads of the award round: which is current, how its days run, who passed stage 1; files and tables come in through loading and entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Agency
from portal.awards.models import Entry, Milestone, Round, Track
from portal.core.db import db, read_rows

REPORT = "report"  # the milestone on which the report is due
MEETING = "workshop"  # how the codes of milestones begin that are meetings


class TrackNames(NamedTuple):
    """A track as a form offers it."""

    code: str
    name_th: str
    name_en: str


_TRACKS = (
    select(Track.code, Track.name_th, Track.name_en)
    .where(Track.round_id == bindparam("round"))
    .order_by(Track.position)
)


def current_round() -> Round | None:
    """The newest round with its tracks and milestones, or None before the first is loaded. Three queries."""
    newest = select(Round).order_by(Round.year_be.desc()).limit(1)
    return db.session.scalar(newest.options(selectinload(Round.tracks), selectinload(Round.milestones)))


def all_rounds() -> Sequence[Round]:
    """Every round with its tracks, the newest first. Two queries."""
    return db.session.scalars(
        select(Round).order_by(Round.year_be.desc()).options(selectinload(Round.tracks))
    ).all()


def tracks_of(round_id: int) -> list[TrackNames]:
    """The tracks of a round in order, by code and names alone: for a form that offers them. One query."""
    return [TrackNames._make(row) for row in read_rows(_TRACKS, round=round_id)]


def report_due() -> date | None:
    """The day the newest round's report is due, or None when that is not announced. One query."""
    last = func.coalesce(Milestone.until, Milestone.on)
    newest = select(func.max(Round.year_be)).scalar_subquery()
    due = select(last).join(Milestone.round).where(Milestone.code == REPORT, Round.year_be == newest)
    return db.session.scalar(due)


def is_meeting(milestone: Milestone) -> bool:
    """Whether people meet on the days of this milestone."""
    return milestone.code.startswith(MEETING)


def share_passed(round_: Round) -> float | None:
    """Per cent of the entries that passed stage 1, reckoned by us; None while a figure is missing."""
    if not round_.applied_count or round_.passed_count is None:
        return None
    return 100 * round_.passed_count / round_.applied_count


def passed_stage_1(agency: Agency | None, tracks: Collection[Track]) -> bool:
    """Whether the agency has an entry in one of the tracks that passed stage 1."""
    if agency is None or not tracks:
        return False
    of_agency = select(Entry.id).where(Entry.agency_id == agency.id, Entry.stage1_passed_on.is_not(None))
    in_tracks = of_agency.where(Entry.track_id.in_([track.id for track in tracks]))
    return db.session.scalar(in_tracks.limit(1)) is not None


@dataclass(frozen=True)
class Span:
    """The days of a round, from its first milestone to the day the report is due, and those on which people meet."""

    first: date
    last: date
    meetings: tuple[date, ...]


def span_of(round_: Round) -> Span | None:
    """The days of the round; None while it has no day on which the report is due."""
    report = next((stone for stone in round_.milestones if stone.code == REPORT), None)
    if report is None:
        return None
    meetings: set[date] = set()
    for stone in round_.milestones:
        if is_meeting(stone):
            meetings.update(_days(stone.on, last_day(stone)))
    return Span(min(stone.on for stone in round_.milestones), last_day(report), tuple(sorted(meetings)))


def last_day(milestone: Milestone) -> date:
    """The day the milestone ends; its only day when it has one."""
    return milestone.until or milestone.on


def state_of(milestone: Milestone, today: date) -> str:
    """Where the milestone stands on this day: "past", "now" or "ahead"."""
    if today > last_day(milestone):
        return "past"
    return "ahead" if today < milestone.on else "now"


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
