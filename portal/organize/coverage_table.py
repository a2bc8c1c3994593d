"""Coverage as the organizer asks for it: filters, order, a page of agencies and the rows of its export; what covering means is learning.coverage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import exists, or_, select

from portal.accounts.models import Agency, User
from portal.awards.models import Entry, Track
from portal.core import clock, dates, thai
from portal.core.db import db
from portal.core.i18n import _, in_lang
from portal.courses.course import Course
from portal.learning import coverage
from portal.learning.coverage import AgencyCoverage, Totals

PER_PAGE = 50
STATES = ("all", "complete", "begun", "empty")


@dataclass(frozen=True)
class Wanted:
    """What the organizer asked for, as it stands in the address of the page."""

    text: str = ""
    ministry: str = ""
    state: str = "all"
    only_entered: bool = (
        False  # only agencies with an entry in one of the course's tracks that passed stage 1
    )
    as_of: date | None = None
    page: int = 1

    @property
    def until(self) -> datetime | None:
        return coverage.end_of(self.as_of) if self.as_of else None


@dataclass(frozen=True)
class Line:
    agency_id: int
    code: str
    name: str
    ministry: str
    coverage: AgencyCoverage


@dataclass(frozen=True)
class Answer:
    lines: list[Line]
    found: int
    page: int
    pages: int
    ministries: list[str]
    totals: Totals
    bad_date: str = ""
    agencies: int = field(default=0)


def wanted(arguments: Mapping[str, str]) -> tuple[Wanted, str]:
    """What these arguments ask for, and what is wrong with their date, if anything; odd values fall back to the whole."""
    as_of, wrong = None, ""
    if text := arguments.get("as_of", "").strip():
        try:
            as_of = dates.parse_date(text)
        except dates.BadDate as no:
            wrong = str(no)
    page = arguments.get("page", "1")
    state = arguments.get("state", "all")
    asked = Wanted(
        text=arguments.get("q", "").strip()[:200],
        ministry=arguments.get("ministry", "")[:200],
        state=state if state in STATES else "all",
        only_entered=arguments.get("entered") == "1",
        as_of=as_of,
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )
    return asked, wrong


def _agencies(course: Course, asked: Wanted) -> list[tuple[int, str, str, str, str]]:
    """id, code, name, English name and ministry of the agencies that take part, in Thai order. One query."""
    passed = exists().where(
        Entry.agency_id == Agency.id,
        Entry.stage1_passed_on.is_not(None),
        Entry.track_id.in_(select(Track.id).where(Track.code.in_(course.tracks))),
    )
    has_people = exists().where(User.agency_id == Agency.id, User.approved_at.is_not(None))
    query = select(Agency.id, Agency.code, Agency.name_th, Agency.name_en, Agency.ministry_th)
    query = query.where(passed if asked.only_entered else or_(passed, has_people)).order_by(Agency.sort_key)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(query)]


def _shown(
    agencies: list[tuple[int, str, str, str, str]], asked: Wanted
) -> list[tuple[int, str, str, str, str]]:
    key = thai.search_key(asked.text)
    return [
        row
        for row in agencies
        if (not asked.ministry or row[4] == asked.ministry)
        and (not key or key in thai.search_key(row[2]) or key in thai.search_key(row[3]))
    ]


def _is_wanted(one: AgencyCoverage, state: str) -> bool:
    if state == "complete":
        return one.is_complete
    if state == "begun":
        return bool(one.covers) and not one.is_complete
    return state == "all" or not one.covers


def answer(course: Course, asked: Wanted, *, bad_date: str = "", whole: bool = False) -> Answer:
    """One page of agencies with their coverage (`whole`: all of them, for an export). Four queries however many."""
    agencies = _agencies(course, asked)
    shown = _shown(agencies, asked)
    covered: dict[int, AgencyCoverage] | None = None
    if asked.state != "all" or whole:
        covered = coverage.matrix(course, as_of=asked.until)
        shown = [row for row in shown if _is_wanted(covered.get(row[0], AgencyCoverage(course)), asked.state)]
    pages = max(1, -(-len(shown) // PER_PAGE))
    page = min(max(asked.page, 1), pages)
    part = shown if whole else shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    if covered is None:
        covered = coverage.matrix(course, as_of=asked.until, agency_ids=[row[0] for row in part])
    return Answer(
        lines=[
            Line(row[0], row[1], row[2], row[4], covered.get(row[0], AgencyCoverage(course))) for row in part
        ],
        found=len(shown),
        page=page,
        pages=pages,
        ministries=sorted({row[4] for row in agencies if row[4]}, key=thai.sort_key),
        totals=coverage.totals(course, as_of=asked.until),
        bad_date=bad_date,
        agencies=len(agencies),
    )


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


def rows(course: Course, lines: list[Line], as_of: date | None) -> Iterator[list[object]]:
    """The rows of the export, people counted per part and the day of the first pass."""
    day = as_of or clock.today()
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
