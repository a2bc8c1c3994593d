"""Coverage as the organizer asks for it: filters, order, a page of agencies and the rows of its export; what covering means is learning.coverage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, exists, or_, select

from portal.accounts.models import Agency, User
from portal.awards.models import Entry, Track
from portal.core import clock, dates, thai
from portal.core.db import db, read_rows
from portal.core.i18n import _, in_lang, language
from portal.core.paging import Page, part_of
from portal.courses.course import Course
from portal.learning import coverage
from portal.learning.coverage import AgencyCoverage, Totals
from portal.learning.models import ModulePass
from portal.organize import coverage_groups

PER_PAGE = 50
STATES = ("all", "complete", "begun", "empty")
LONGEST = 200  # letters of what somebody looks for

_in_thai_order = lru_cache(maxsize=1000)(thai.sort_key)  # of the same few ministries


@dataclass(frozen=True)
class Wanted:
    """What the organizer asked for, as it stands in the address of the page; odd values fall back to the whole."""

    text: str = ""
    ministry: str = ""
    state: str = "all"
    track: str = (
        ""  # a round (2566) or a track of one (2566:pmqa40) in which the agency's entry passed stage 1
    )
    only_entered: bool = False  # only agencies whose entry in a track of the course passed stage 1
    as_of: date | None = None
    typed_date: str = ""
    wrong_date: str = ""  # why the typed date is none
    page: str = "1"

    @property
    def until(self) -> datetime | None:
        """The moment up to which facts count."""
        return coverage.end_of(self.as_of) if self.as_of else None

    @property
    def day(self) -> date:
        """The day whose end the figures tell."""
        return self.as_of or clock.today()


@dataclass(frozen=True, slots=True)
class Line:
    """One agency. The coverage stands apart from the name, which is all that most lines of a filter need."""

    agency_id: int
    code: str
    name: str
    ministry: str
    coverage: AgencyCoverage


@dataclass(frozen=True)
class Answer:
    page: Page  # of Line
    agencies: int  # that take part, filtered or not
    ministries: list[str]
    tracks: list[tuple[str, str]]  # rounds and tracks a filter offers
    totals: Totals  # of all agencies

    @property
    def shown(self) -> list[tuple[str, str, tuple[int, ...], int, bool]]:
        """The lines of the page by their values: code, name, people of each part, parts covered, whether complete."""
        return [
            (
                line.code,
                line.name,
                line.coverage.people,
                line.coverage.covered_count,
                line.coverage.is_complete,
            )
            for line in self.page.items
        ]


def wanted(arguments: Mapping[str, str]) -> Wanted:
    """What these arguments ask for."""
    as_of, wrong = None, ""
    typed = arguments.get("as_of", "").strip()[:LONGEST]
    if typed:
        try:
            as_of = dates.parse_date(typed)
        except dates.BadDate as no:
            wrong = str(no)
    state = arguments.get("state", "all")
    return Wanted(
        text=arguments.get("q", "").strip()[:LONGEST],
        ministry=arguments.get("ministry", "")[:LONGEST],
        state=state if state in STATES else "all",
        track=arguments.get("track", "")[:LONGEST],
        only_entered=arguments.get("entered") == "1",
        as_of=as_of,
        typed_date=typed,
        wrong_date=wrong,
        page=arguments.get("page", "1"),
    )


def answer(course: Course, asked: Wanted) -> Answer:
    """One page of the agencies asked for, with their coverage. Two queries however many, some more when facts are new."""
    there = directory(course)
    agencies = there.agencies
    known = coverage.whole(course, as_of=asked.until)
    page = part_of(_filtered(course, agencies, asked, known.matrix), page=asked.page, per_page=PER_PAGE)
    return Answer(
        page=Page(_lines(course, page.items, known.matrix), page.number, page.pages, page.total),
        agencies=len(agencies),
        ministries=there.ministries,
        tracks=there.tracks,
        totals=known.totals,
    )


def all_lines(course: Course, asked: Wanted) -> list[Line]:
    """All agencies asked for, for an export. Two queries."""
    covered = coverage.whole(course, as_of=asked.until).matrix
    return _lines(course, _filtered(course, directory(course).agencies, asked, covered), covered)


@dataclass(frozen=True)
class Directory:
    """The agencies that take part, in Thai order, their ministries, and the rounds and tracks there are: for a few seconds."""

    agencies: Sequence[Any]
    ministries: list[str]
    tracks: list[tuple[str, str]]


def directory(course: Course) -> Directory:
    """Who takes part: with an entry that passed, with people, or with a pass of people who left. As old as
    PAGE_CACHE_SECONDS: at 8,000 agencies they take longer to read than the whole page. Two queries, or none."""
    kept: dict[Any, tuple[float, Directory]] = current_app.extensions.setdefault("coverage_directory", {})
    key = (str(db.engine.url), course.edition_id, language())
    until, found = kept.get(key, (0.0, None))
    if found is None or until <= monotonic():
        rows: Sequence[Any] = read_rows(_TAKING_PART, tracks=course.tracks, course=course.code).all()
        ministries = sorted(set(map(_ministry, rows)) - {""}, key=_in_thai_order)
        found = Directory(rows, ministries, coverage_groups.choices())
        kept[key] = monotonic() + current_app.config["PAGE_CACHE_SECONDS"], found
    return found


def _taking_part() -> Any:
    entered = Agency.id.in_(
        select(Entry.agency_id)
        .join(Entry.track)
        .where(Entry.stage1_passed_on.is_not(None), Track.code.in_(bindparam("tracks", expanding=True)))
    )
    has_people = exists().where(User.agency_id == Agency.id, User.approved_at.is_not(None))
    has_passes = exists().where(ModulePass.course == bindparam("course"), ModulePass.agency_id == Agency.id)
    columns = (Agency.id, Agency.code, Agency.abbrev_th, Agency.name_th, Agency.name_en, Agency.ministry_th)
    taking_part = select(*columns, entered.label("entered"))
    return taking_part.where(or_(entered, has_people, has_passes)).order_by(Agency.sort_key, Agency.id)


_ministry = itemgetter(5)
_TAKING_PART = _taking_part()  # put together once: that took as long as asking it


def _filtered(
    course: Course, agencies: Sequence[Any], asked: Wanted, covered: Mapping[int, AgencyCoverage]
) -> Sequence[Any]:
    shown = agencies
    if asked.track:
        entered = coverage_groups.entered_in(asked.track)
        shown = [row for row in shown if row.id in entered]
    if asked.text or asked.ministry or asked.only_entered:
        key = thai.search_key(asked.text)
        shown = [row for row in shown if _is_meant(row, asked, key)]
    if asked.state == "all":
        return shown
    nothing = AgencyCoverage(course)
    return [row for row in shown if _is_in(covered.get(row.id, nothing), asked.state)]


def _is_meant(row: Any, asked: Wanted, key: str) -> bool:
    if (asked.ministry and row.ministry_th != asked.ministry) or (asked.only_entered and not row.entered):
        return False
    names = (row.name_th, row.name_en, row.abbrev_th, row.code)
    return not key or any(key in thai.search_key(name) for name in names)


def _is_in(one: AgencyCoverage, state: str) -> bool:
    if state == "complete":
        return one.is_complete
    if state == "begun":
        return bool(one.covers) and not one.is_complete
    return not one.covers


def _lines(course: Course, rows: Sequence[Any], covered: Mapping[int, AgencyCoverage]) -> list[Line]:
    in_english = language() == "en"
    return [
        Line(
            row.id,
            row.code,
            (in_english and row.name_en) or row.name_th,
            row.ministry_th,
            covered.get(row.id) or AgencyCoverage(course),
        )
        for row in rows
    ]


def columns(course: Course) -> list[str]:
    """The headings of the export."""
    parts = [f"{module.part} {in_lang(module, 'title')}" for module in course.counted_modules]
    firsts = [_("%(part)s ผ่านครั้งแรก", part=module.part) for module in course.counted_modules]
    return [
        _("รหัสหน่วยงาน"),
        _("หน่วยงาน"),
        _("กระทรวง"),
        *parts,
        _("ส่วนที่มีผู้ผ่าน"),
        _("คนที่ผ่านครบทุกส่วน"),
        _("ครบหลักสูตร"),
        *firsts,
        _("ข้อมูล ณ สิ้นวันที่ (พ.ศ.)"),
        _("ข้อมูล ณ สิ้นวันที่ (ISO)"),
    ]


def rows(course: Course, lines: Sequence[Line], day: date) -> Iterator[list[object]]:
    """The rows of the export: people counted per part, the day in Bangkok of each first pass, and the day the figures tell."""
    for line in lines:
        covers = [line.coverage.covers.get(module.code) for module in course.counted_modules]
        yield [
            line.code,
            line.name,
            line.ministry,
            *(cover.people if cover else 0 for cover in covers),
            line.coverage.covered_count,
            line.coverage.people_complete,
            _("ครบ") if line.coverage.is_complete else _("ยังไม่ครบ"),
            *(clock.local(cover.first_at).date() if cover else "" for cover in covers),
            dates.thai_date(day),
            day.isoformat(),
        ]
