"""Coverage by ministry, by track and by round: groups of agencies counted up; which agency covered what is coverage_table's matter."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import select

from portal.awards.models import Entry, Round, Track
from portal.core.db import db, read_rows
from portal.core.i18n import _, in_lang
from portal.courses.course import Course
from portal.learning.coverage import Whole

_ENTERED = select(Entry.track_id, Entry.agency_id).where(Entry.stage1_passed_on.is_not(None))
_TRACKS = (
    select(
        Track.id,
        Track.code,
        Track.name_th,
        Track.name_en,
        Round.year_be,
        Round.title_th,
        Round.title_en,
    )
    .join(Track.round)
    .order_by(Round.year_be.desc(), Track.position, Track.id)
)


@dataclass(frozen=True)
class Group:
    """Some agencies: how many take part, have begun, are complete, and cover each part of the report."""

    key: str  # as the address of the coverage page names it
    name: str
    agencies: int
    begun: int
    complete: int
    covered: Mapping[str, int]  # by module

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


def _counted(key: str, name: str, agencies: Set[int], known: Whole) -> Group:
    """All of it by sets: a country has eight thousand agencies, and each stands in a ministry, a round and its tracks."""
    begun = agencies & known.matrix.keys()
    covered = Counter(chain.from_iterable(known.matrix[agency].covers for agency in begun))
    return Group(key, name, len(agencies), len(begun), len(agencies & known.complete), covered)


def by_ministry(agencies: Iterable[Any], known: Whole) -> list[Group]:
    """Ministries with most agencies first; those of none come last. No query."""
    found: dict[str, set[int]] = {}
    for row in agencies:
        found.setdefault(row.ministry_th, set()).add(row.id)
    groups = [_counted(name, name or _("ไม่สังกัดกระทรวง"), ids, known) for name, ids in found.items()]
    return sorted(groups, key=lambda one: (not one.key, -one.agencies, one.name))


def by_track(agencies: Iterable[Any], known: Whole) -> list[Group]:
    """Each round as a whole, the newest first, and every track of it in which entries passed stage 1. Two queries."""
    taking_part = {row.id for row in agencies}
    entered: dict[int, set[int]] = {}
    for track, agency in read_rows(_ENTERED):
        entered.setdefault(track, set()).add(agency)
    names: dict[str, str] = {}
    found: dict[str, set[int]] = {}
    for row in read_rows(_TRACKS):
        year, ids = str(row.year_be), entered.get(row.id, set()) & taking_part
        names |= {year: in_lang(row, "title"), f"{year}:{row.code}": in_lang(row, "name")}
        found.setdefault(year, set()).update(ids)
        found[f"{year}:{row.code}"] = ids
    return [_counted(key, names[key], ids, known) for key, ids in found.items() if ids]


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
