"""What another completion rule would do: which agencies gain or lose a course, before a draft is published or between two editions; what completing means is coverage's matter."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.models import Agency
from portal.authoring import drafts
from portal.core.db import db
from portal.courses import catalog, editions, reader
from portal.courses.course import Course, Module
from portal.learning import coverage

MOST_NAMED = 200  # agencies of each list; the figures count all


@dataclass(frozen=True)
class Named:
    """An agency as the list names it."""

    code: str
    name_th: str
    name_en: str


@dataclass(frozen=True)
class Change:
    """Two rules of one course, and what the second makes of the first."""

    before: Course
    after: Course
    is_draft: bool
    complete_before: int
    complete_after: int
    gains: int
    losses: int
    gaining: list[Named]  # in Thai order, no more than MOST_NAMED
    losing: list[Named]

    @property
    def added(self) -> list[Module]:
        known = {module.code for module in self.before.required_modules}
        return [module for module in self.after.required_modules if module.code not in known]

    @property
    def dropped(self) -> list[Module]:
        kept = {module.code for module in self.after.required_modules}
        return [module for module in self.before.required_modules if module.code not in kept]

    @property
    def is_same_rule(self) -> bool:
        return not self.added and not self.dropped and self.before.members == self.after.members


def of_draft(code: str) -> Change | None:
    """What the draft of the course would change; None where there is none, or its course.toml cannot be read."""
    before, draft = catalog.course(code), drafts.of(code)
    if before is None or draft is None:
        return None
    after, _prose = reader.read(code, drafts.files_of(draft))
    return _between(before, after, is_draft=True) if after is not None else None


def of_edition(code: str, number: int) -> Change | None:
    """What this edition changed of the one before it; None for the first. Refuses UnknownEdition."""
    this = editions.by_number(code, number)
    if number < 2:
        return None
    before = editions.by_number(code, number - 1)
    return _between(catalog.at_edition(before.id), catalog.at_edition(this.id), is_draft=False)


def _between(before: Course, after: Course, *, is_draft: bool) -> Change:
    """By the facts there are now. Three or four queries."""
    had, has = _complete(before), _complete(after)
    return Change(
        before,
        after,
        is_draft,
        len(had),
        len(has),
        len(has - had),
        len(had - has),
        _named(has - had),
        _named(had - has),
    )


def _complete(course: Course) -> set[int]:
    return {agency for agency, one in coverage.matrix(course).items() if one.is_complete}


def _named(ids: Iterable[int]) -> list[Named]:
    wanted = sorted(ids)
    if not wanted:
        return []
    columns = select(Agency.code, Agency.name_th, Agency.name_en).order_by(Agency.sort_key)
    found: list[Named] = []
    for at in range(0, len(wanted), 500):
        rows = db.session.execute(columns.where(Agency.id.in_(wanted[at : at + 500])))
        found += [Named(*row) for row in rows]
        if len(found) >= MOST_NAMED:
            break
    return found[:MOST_NAMED]
