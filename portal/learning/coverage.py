"""Coverage: which modules of a course somebody of an agency has passed, and which agencies completed it, as of any moment.

An agency covers a module when somebody passed its quiz while working there. It completed a course when all
required modules are covered and at least `members` people passed every one of them (course.toml [completion]).
Everything is asked of ModulePass, where a pass counts until it is ended; what is kept in a process is thrown away as facts come.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, or_, select, union_all

from portal.core import clock
from portal.core.db import db, read_rows
from portal.courses.course import Course, Module
from portal.learning.models import ModulePass
from portal.learning.progress import cell, state

ALL_REQUIRED = ""  # stands where a module's code would, for people who passed them all
MOST_KEPT = 16  # courses and days of which the whole is kept
_kept: "dict[tuple[Any, ...], Whole]" = {}
_keeping = threading.Lock()  # threads of a worker share what is kept

# A pass may be stored after this many with a later number: far more than can be under way at once.
LATE = 200
_NEW = ModulePass.id > bindparam("after")
# An ended pass stays ended, so their number alone tells whether there is another one.
_ENDED = select(func.count(ModulePass.id)).where(ModulePass.ended_at.is_not(None))
_COUNT_AND_LAST = select(func.count(), func.max(ModulePass.id), _ENDED.scalar_subquery()).where(_NEW)
_NUMBERED = select(ModulePass.id, ModulePass.course, ModulePass.agency_id).where(_NEW)


@dataclass(frozen=True, slots=True)
class Cover:
    people: int
    first_at: datetime


@dataclass(slots=True)
class AgencyCoverage:
    """What one agency covered of one course."""

    course: Course
    covers: dict[str, Cover] = field(default_factory=dict)  # by module
    people_complete: int = 0  # passed all required modules
    enough_at: datetime | None = None  # when the last of the `members` people needed had

    @property
    def missing(self) -> tuple[Module, ...]:
        """The required modules that nobody passed yet, in the order of the report."""
        return tuple(module for module in self.course.required_modules if module.code not in self.covers)

    @property
    def people(self) -> tuple[int, ...]:
        """How many people passed each part of the report, in its order."""
        covers = self.covers
        return tuple(
            [covers[part.code].people if part.code in covers else 0 for part in self.course.counted_modules]
        )

    @property
    def covered_count(self) -> int:
        return len(self.course.required_modules) - len(self.missing)

    @property
    def is_complete(self) -> bool:
        required = self.course.required_modules
        return bool(required) and not self.missing and self.people_complete >= self.course.members

    @property
    def people_short(self) -> int:
        """How many more people must pass all required modules."""
        return max(0, self.course.members - self.people_complete)


def end_of(day: date) -> datetime:
    """The moment up to which facts count "as of" a day: its end in Bangkok."""
    return datetime.combine(day + timedelta(days=1), time(), clock.BANGKOK)


def forget() -> None:
    """Drop what is kept in this process: for a database that was emptied or put back."""
    _kept.clear()


def _counted(
    course: Course, as_of: datetime | None, agency_ids: Sequence[int] | None
) -> list[ColumnElement[bool]]:
    of_agencies = (
        ModulePass.agency_id.is_not(None) if agency_ids is None else ModulePass.agency_id.in_(agency_ids)
    )
    where: list[ColumnElement[bool]] = [ModulePass.course == course.code, of_agencies]
    return [*where, *counting(as_of)]


def counting(as_of: datetime | None = None) -> list[ColumnElement[bool]]:
    """That a pass counts now, or counted as of this moment (exclusive)."""
    ended_at = ModulePass.ended_at
    if as_of is None:
        return [ended_at.is_(None)]
    return [ModulePass.passed_at < as_of, or_(ended_at.is_(None), ended_at >= as_of)]


def matrix(
    course: Course, *, as_of: datetime | None = None, agency_ids: Sequence[int] | None = None
) -> dict[int, AgencyCoverage]:
    """Coverage by agency id; agencies without any pass are absent. `as_of` is exclusive. One query."""
    where = _counted(course, as_of, agency_ids)
    found: dict[int, AgencyCoverage] = {}
    rows: Iterable[Any] = db.session.execute(union_all(_covers(where), _complete(course, where)))
    for agency_id, module, people, first_at in rows:
        coverage = found.setdefault(agency_id, AgencyCoverage(course))
        if module == ALL_REQUIRED:
            coverage.people_complete, coverage.enough_at = people, first_at
        else:
            coverage.covers[module] = Cover(people, first_at)
    return found


def _covers(where: list[ColumnElement[bool]]) -> Select[int | None, str, int, datetime]:
    """Per agency and module: how many people passed it, and when the first did. A person has one pass per module there."""
    first_at = func.min(ModulePass.passed_at, type_=ModulePass.passed_at.type)
    return (
        select(ModulePass.agency_id, ModulePass.module, func.count(), first_at)
        .where(*where)
        .group_by(ModulePass.agency_id, ModulePass.module)
    )


def _complete(
    course: Course, where: list[ColumnElement[bool]]
) -> Select[int | None, str, int, datetime | None]:
    """Per agency: how many people passed every required module there, and when enough of them had.

    Who did is told from an index alone; only of those few the moments are looked up.
    """
    required = [module.code for module in course.required_modules]
    passes = [*where, ModulePass.module.in_(required)]
    whole = (
        select(ModulePass.agency_id, ModulePass.user_id)
        .where(*passes)
        .group_by(ModulePass.agency_id, ModulePass.user_id)
        .having(func.count() == len(required))
        .cte("whole")
        .prefix_with("MATERIALIZED")  # else each worker of PostgreSQL counts them all
    )
    last_at = func.max(ModulePass.passed_at, type_=ModulePass.passed_at.type)
    place = func.row_number().over(partition_by=whole.c.agency_id, order_by=last_at).label("place")
    people = (
        select(whole.c.agency_id, last_at.label("at"), place)
        .join(
            ModulePass, (ModulePass.agency_id == whole.c.agency_id) & (ModulePass.user_id == whole.c.user_id)
        )
        .where(*passes)
        .group_by(whole.c.agency_id, whole.c.user_id)
        .subquery()
    )
    enough_at = func.max(case((people.c.place == course.members, people.c.at)), type_=last_at.type)
    return select(people.c.agency_id, literal(ALL_REQUIRED), func.count(), enough_at).group_by(
        people.c.agency_id
    )


def of_agency(agency_id: int, course: Course, as_of: datetime | None = None) -> AgencyCoverage:
    """Coverage of one agency; empty where nobody passed anything."""
    return matrix(course, as_of=as_of, agency_ids=[agency_id]).get(agency_id, AgencyCoverage(course))


@dataclass(frozen=True, slots=True)
class Totals:
    agencies_by_module: dict[str, int]
    agencies_begun: int
    agencies_complete: int


@dataclass(frozen=True, slots=True)
class Whole:
    """The coverage of all agencies, as of the facts there were; read only, for it is kept in the process."""

    matrix: dict[int, AgencyCoverage]
    complete: frozenset[int]  # agencies that are
    totals: Totals
    newest: "_Newest"


@dataclass(frozen=True, slots=True)
class _Newest:
    """The facts with a number above `after`: (number, course, agency)."""

    after: int
    facts: frozenset[tuple[int, str, int | None]]
    ended: int  # how many passes were ever ended

    @property
    def last(self) -> int:
        return max((number for number, _course, _agency in self.facts), default=self.after)

    def is_all(self, count: int, last: int | None, ended: int) -> bool:
        return (count, last or self.after, ended) == (len(self.facts), self.last, self.ended)


def whole(course: Course, *, as_of: datetime | None = None) -> Whole:
    """Coverage by agency id and its totals: one query while nobody passed anything more, three when somebody did.

    Facts are only appended, so what was reckoned stays true of every agency without a new one. Of two people who
    pass at once the second number may be stored first, so the newest facts are compared, not only the last one.
    A pass that is ended is rare, and all is reckoned anew.
    """
    key = (str(db.engine.url), course.edition_id, as_of)
    known = _kept.get(key)
    count, last, ended = read_rows(_COUNT_AND_LAST, after=known.newest.after if known else 0).one()
    if known is not None and known.newest.is_all(count, last, ended):
        return known
    if known is None or known.newest.ended != ended:
        known, newest = None, _newest((last or 0) - LATE, ended)
        fresh = matrix(course, as_of=as_of)
    else:
        newest = _newest(known.newest.after, ended)
        changed = {agency for _id, code, agency in newest.facts ^ known.newest.facts if code == course.code}
        fresh = matrix(course, as_of=as_of, agency_ids=[one for one in changed if one is not None])
    known = _renewed(known, fresh, newest)
    with _keeping:
        _kept[key] = known
        while len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
    return known


def totals(course: Course, *, as_of: datetime | None = None) -> Totals:
    """How many agencies cover each module and completed the course."""
    return whole(course, as_of=as_of).totals


def _newest(after: int, ended: int) -> _Newest:
    numbered = read_rows(_NUMBERED, after=after)
    return _Newest(after, frozenset((number, code, agency) for number, code, agency in numbered), ended)


def _only_late(newest: _Newest) -> _Newest:
    """The same without what is too old to be joined by an earlier number."""
    after = max(newest.after, newest.last - LATE)
    return _Newest(after, frozenset(fact for fact in newest.facts if fact[0] > after), newest.ended)


def _renewed(known: Whole | None, fresh: dict[int, AgencyCoverage], newest: _Newest) -> Whole:
    """What is known, with these agencies as they are now: only they are counted, for a country has a pass a second."""
    before = known.matrix if known else {}
    complete = known.complete if known else frozenset()
    complete = complete.difference(fresh) | {agency for agency, one in fresh.items() if one.is_complete}
    by_module = Counter(known.totals.agencies_by_module if known else ())
    by_module.subtract(chain.from_iterable(before[agency].covers for agency in fresh if agency in before))
    by_module.update(chain.from_iterable(one.covers for one in fresh.values()))
    found = before | fresh
    totals = Totals(dict(by_module), len(found), len(complete))
    return Whole(found, complete, totals, _only_late(newest))


def passes_in(agency_id: int, course: Course) -> dict[int, dict[str, datetime]]:
    """By user id, what people passed while working for this agency: module → moment. One query."""
    found: dict[int, dict[str, datetime]] = {}
    rows = db.session.execute(
        select(ModulePass.user_id, ModulePass.module, ModulePass.passed_at).where(
            *_counted(course, None, [agency_id])
        )
    )
    for user_id, module, passed_at in rows:
        found.setdefault(user_id, {})[module] = passed_at
    return found


def strip_of_agency(coverage: AgencyCoverage, begun: frozenset[str] = frozenset()) -> list[dict[str, str]]:
    """The cells of the agency's strip: the parts of the report in their order, each with its state."""
    return [
        cell(
            module,
            state(module, is_passed=module.code in coverage.covers, is_begun=module.code in begun),
        )
        for module in coverage.course.counted_modules
    ]
