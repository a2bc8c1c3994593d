"""What regrading means to people and agencies: who passes or fails otherwise, whose coverage changes; reckoned from the changed marks, writing nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import db, read_rows
from portal.core.i18n import in_lang
from portal.courses.course import Course
from portal.learning import passing
from portal.learning.corrections import Proposal
from portal.learning.coverage import AgencyCoverage, Cover
from portal.learning.models import Attempt, ModulePass

AT_ONCE = 500  # values in one condition


@dataclass(frozen=True, slots=True)
class Mark:
    score: float
    most: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One attempt whose score or outcome changes, and what it becomes."""

    attempt_id: int
    code: str
    user_id: int
    agency_id: int | None
    submitted_at: datetime
    before: Mark
    after: Mark
    points: dict[str, float]


@dataclass(frozen=True, slots=True)
class Turn:
    """A person who passes the module for this agency otherwise than before."""

    user_id: int
    name: str
    agency_id: int | None
    agency: str  # in the language in force; "" for none
    passes: bool  # from then on


@dataclass(frozen=True, slots=True)
class AgencyTurn:
    """An agency with another number of people who passed the module."""

    name: str
    before: int
    after: int
    was_complete: bool
    is_complete: bool

    @property
    def gains_cover(self) -> bool:
        return not self.before and self.after > 0

    @property
    def loses_cover(self) -> bool:
        return self.before > 0 and not self.after


@dataclass(frozen=True, slots=True)
class Effect:
    proposal: Proposal
    looked_at: int  # attempts that were asked the question
    left_out: tuple[tuple[int, int], ...]  # (edition, attempts) that the new key does not fit
    changes: tuple[Change, ...]
    turns: tuple[Turn, ...]
    agencies: tuple[AgencyTurn, ...]

    @property
    def people(self) -> int:
        """How many people get a mail of it."""
        return len({one.user_id for one in self.changes})

    @property
    def digest(self) -> str:
        """The same for effects in which the same people and agencies turn the same way."""
        told = [(one.user_id, one.agency_id, one.passes) for one in self.turns]
        return sha256(repr((told, self.agencies)).encode()).hexdigest()[:16]

    @property
    def passing(self) -> tuple[Turn, ...]:
        return tuple(one for one in self.turns if one.passes)

    @property
    def failing(self) -> tuple[Turn, ...]:
        return tuple(one for one in self.turns if not one.passes)


def effect_of(
    proposal: Proposal,
    changes: Sequence[Change],
    *,
    looked_at: int,
    left_out: tuple[tuple[int, int], ...],
) -> Effect:
    """The effect of these changes, by the rules that settling follows. A handful of queries for any number of people."""
    turned = _turned(proposal, changes)
    agencies = _agencies({agency for _user, agency in turned if agency is not None})
    names = _names({user for user, _agency in turned})
    turns = [
        Turn(user, names[user], agency, agencies.get(agency or 0, ""), passes)
        for (user, agency), passes in turned.items()
    ]
    turns.sort(key=lambda one: (one.passes, one.agency, one.name))
    return Effect(
        proposal=proposal,
        looked_at=looked_at,
        left_out=left_out,
        changes=tuple(changes),
        turns=tuple(turns),
        agencies=tuple(_agency_turns(proposal, turned, agencies)),
    )


def _turned(proposal: Proposal, changes: Iterable[Change]) -> dict[tuple[int, int | None], bool]:
    """By person and agency: whether the module will be passed, of those of whom it is otherwise now."""
    after = {one.attempt_id: one.after.passed for one in changes if one.before.passed != one.after.passed}
    pairs = {(one.user_id, one.agency_id) for one in changes if one.attempt_id in after}
    users = sorted({user for user, _agency in pairs})
    taken: dict[tuple[int, int | None], list[Attempt]] = {}
    passed: set[tuple[int, int | None]] = set()
    course, module = proposal.course.code, proposal.module.code
    for at in range(0, len(users), AT_ONCE):
        some = users[at : at + AT_ONCE]
        rows = read_rows(
            select(Attempt.id, Attempt.user_id, Attempt.agency_id, Attempt.edition_id, Attempt.passed)
            .where(Attempt.user_id.in_(some), Attempt.course == course, Attempt.module == module)
            .where(Attempt.submitted_at.is_not(None))
            .order_by(Attempt.submitted_at, Attempt.id)
        )
        for id_, user, agency, edition_id, is_pass in rows:
            one = Attempt(id=id_, module=module, edition_id=edition_id, passed=after.get(id_, is_pass))
            taken.setdefault((user, agency), []).append(one)
        counting = read_rows(
            select(ModulePass.user_id, ModulePass.agency_id)
            .where(ModulePass.user_id.in_(some), ModulePass.course == course, ModulePass.module == module)
            .where(ModulePass.ended_at.is_(None))
        )
        passed.update((user, agency) for user, agency in counting)
    will = {pair: passing.decisive(taken[pair]) is not None for pair in pairs}
    return {pair: passes for pair, passes in will.items() if passes != (pair in passed)}


def _names(users: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    ids = sorted(users)
    for at in range(0, len(ids), AT_ONCE):
        rows = read_rows(select(User.id, User.name).where(User.id.in_(ids[at : at + AT_ONCE])))
        found.update((id_, name) for id_, name in rows)
    return found


def _agencies(ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.scalars(select(Agency).where(Agency.id.in_(sorted(ids))))
    return {one.id: in_lang(one, "name") for one in rows}


def _agency_turns(
    proposal: Proposal, turned: Mapping[tuple[int, int | None], bool], names: Mapping[int, str]
) -> list[AgencyTurn]:
    module = proposal.module.code
    rows = read_rows(
        select(ModulePass.agency_id, ModulePass.user_id, ModulePass.module).where(
            ModulePass.course == proposal.course.code,
            ModulePass.agency_id.in_(sorted(names)),
            ModulePass.ended_at.is_(None),
        )
    )
    passes: dict[int, set[tuple[int, str]]] = {agency: set() for agency in names}
    for agency, user, code in rows:
        passes[agency].add((user, code))
    found = []
    for agency, before in passes.items():
        turns = {(user, module): will for (user, of), will in turned.items() if of == agency}
        after = {one for one in before if turns.get(one, True)} | {one for one, will in turns.items() if will}
        was, is_ = standing(proposal.course, before), standing(proposal.course, after)
        people = [one.covers[module].people if module in one.covers else 0 for one in (was, is_)]
        found.append(AgencyTurn(names[agency], people[0], people[1], was.is_complete, is_.is_complete))
    return sorted(found, key=lambda one: one.name)


def standing(course: Course, passes: Iterable[tuple[int, str]]) -> AgencyCoverage:
    """The coverage that these passes of an agency's people make: (user, module) of each."""
    passes = list(passes)
    by_module = Counter(code for _user, code in passes)
    required = {module.code for module in course.required_modules}
    by_person = Counter(user for user, code in passes if code in required)
    now = clock.now()
    return AgencyCoverage(
        course,
        {code: Cover(people, now) for code, people in by_module.items()},
        sum(count == len(required) for count in by_person.values()),
    )
