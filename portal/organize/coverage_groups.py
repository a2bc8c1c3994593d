"""Coverage by ministry, by track and by round: groups of agencies counted up; which agency covered what is coverage_table's matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.awards.models import Entry, Round, Track
from portal.core.db import db
from portal.core.i18n import _, in_lang
from portal.courses.course import Course
from portal.learning.coverage import AgencyCoverage


@dataclass
class Group:
    """Some agencies: how many take part, have begun, are complete, and cover each part of the report."""

    key: str  # as the address of the coverage page names it
    name: str
    agencies: int = 0
    begun: int = 0
    complete: int = 0
    covered: dict[str, int] = field(default_factory=dict)  # by module

    def add(self, one: AgencyCoverage | None) -> None:
        self.agencies += 1
        if one is None:
            return
        self.begun += 1
        self.complete += one.is_complete
        for module in one.covers:
            self.covered[module] = self.covered.get(module, 0) + 1

    @property
    def share(self) -> float:
        """Of the agencies that take part, those that are complete: 0…1."""
        return self.complete / self.agencies if self.agencies else 0

    def shares(self, course: Course) -> list[tuple[str, int, float]]:
        """Of each part of the report: its code, the agencies that cover it, and their share of the group."""
        return [
            (module.part, self.covered.get(module.code, 0), self.covered.get(module.code, 0) / self.agencies)
            for module in course.counted_modules
        ]


def by_ministry(agencies: Iterable[Any], covered: Mapping[int, AgencyCoverage]) -> list[Group]:
    """Ministries with most agencies first; those of none come last. No query."""
    found: dict[str, Group] = {}
    for row in agencies:
        name = row.ministry_th
        group = found.setdefault(name, Group(name, name or _("ไม่สังกัดกระทรวง")))
        group.add(covered.get(row.id))
    return sorted(found.values(), key=lambda one: (not one.key, -one.agencies, one.name))


def by_track(agencies: Iterable[Any], covered: Mapping[int, AgencyCoverage]) -> list[Group]:
    """Every track of every round in which entries passed stage 1, and each round as a whole, the newest first. One query."""
    entered = db.session.execute(
        select(Round.year_be, Round.title_th, Round.title_en, Track, Entry.agency_id)
        .join(Entry.track)
        .join(Track.round)
        .where(Entry.stage1_passed_on.is_not(None))
        .order_by(Round.year_be.desc(), Track.position, Track.id)
    )
    known = {row.id for row in agencies}
    found: dict[str, tuple[Group, set[int]]] = {}
    for row in entered:
        names = (
            (str(row.year_be), in_lang(row, "title")),
            (
                f"{row.year_be}:{row.Track.code}",
                in_lang(row.Track, "name"),
            ),
        )
        for key, name in names:
            group, ids = found.setdefault(key, (Group(key, name), set()))
            if row.agency_id in known and row.agency_id not in ids:
                ids.add(row.agency_id)
                group.add(covered.get(row.agency_id))
    return [group for group, _ids in found.values() if group.agencies]


def entered_in(key: str) -> frozenset[int]:
    """The agencies with an entry that passed stage 1 in this round (2566) or track of it (2566:pmqa40). One query."""
    year, _colon, track = key.partition(":")
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        return frozenset()
    query = (
        select(Entry.agency_id)
        .join(Entry.track)
        .join(Track.round)
        .where(Entry.stage1_passed_on.is_not(None), Round.year_be == int(year))
    )
    return frozenset(db.session.scalars(query.where(Track.code == track) if track else query))


def choices() -> list[tuple[str, str]]:
    """The rounds and tracks a filter offers. One query."""
    rows = db.session.execute(
        select(Round.year_be, Track).join(Track.round).order_by(Round.year_be.desc(), Track.position)
    )
    found: dict[str, str] = {}
    for year, track in rows:
        found.setdefault(str(year), _("รอบ %(year)s ทุกประเภท", year=year))
        found[f"{year}:{track.code}"] = f"{year} · {in_lang(track, 'name')}"
    return list(found.items())
