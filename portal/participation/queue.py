"""Who is next: the order of a queue and who of it gets the free seats, reckoned from plain figures; no database is asked here.

The rule, of which every workshop shows its own part on its page:

1. Until a date an agency may have a guarantee: a number of seats. Agencies below theirs go first, by arrival among
   them; then all others by arrival. Of an agency that misses two of its guaranteed seats, two people go first.
2. Of the free seats those are kept that agencies below their guarantee still miss: the sum over the entitled
   agencies of what each misses, and never more than are free. Only who is below the guarantee gets such a seat;
   everybody else draws from what is free beyond. The date past, nothing is kept and arrival alone decides.
3. An agency at its maximum waits, and everybody behind it passes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Waiting(NamedTuple):
    """Somebody in the queue."""

    id: int
    agency_id: int | None
    arrival: int


@dataclass(frozen=True)
class Rule:
    """What holds for a workshop at one moment. `guaranteed` is 0, and nobody entitled, when no guarantee is in force."""

    capacity: int | None
    per_agency: int | None = None
    guaranteed: int = 0
    entitled: frozenset[int] = frozenset()

    def share(self, agency_id: int | None) -> int:
        """The seats guaranteed to this agency; never more than one agency may have."""
        if agency_id not in self.entitled:
            return 0
        return self.guaranteed if self.per_agency is None else min(self.guaranteed, self.per_agency)

    @property
    def is_plain(self) -> bool:
        """Whether arrival alone decides."""
        return self.per_agency is None and not self.entitled


@dataclass(frozen=True)
class Taken:
    """Seats that people have or are being offered: in all, and by agency (those without one are in the sum alone)."""

    total: int
    by_agency: Mapping[int, int]

    def of(self, agency_id: int | None) -> int:
        return 0 if agency_id is None else self.by_agency.get(agency_id, 0)


class Reason(StrEnum):
    """Why somebody waits."""

    AT_MOST = "at_most"  # the own agency has as many seats as one may have
    FULL = "full"
    KEPT = "kept"  # what is free is kept for agencies below their guarantee
    NEXT = "next"  # nothing holds this person back: a seat is free and passed on at any moment


def free(rule: Rule, taken: Taken) -> int | None:
    """Seats that nobody has; None where there is no number of seats."""
    return None if rule.capacity is None else max(rule.capacity - taken.total, 0)


def kept(rule: Rule, taken: Taken) -> int:
    """How many of the free seats only agencies below their guarantee get."""
    nobodys = free(rule, taken)
    if nobodys is None or not rule.entitled:
        return 0
    missing = sum(max(rule.share(agency) - taken.of(agency), 0) for agency in rule.entitled)
    return min(missing, nobodys)


def reason(agency_id: int | None, rule: Rule, taken: Taken) -> Reason:
    """What keeps somebody of this agency from a seat now; NEXT when nothing does."""
    if agency_id is not None and rule.per_agency is not None and taken.of(agency_id) >= rule.per_agency:
        return Reason.AT_MOST
    nobodys = free(rule, taken)
    if nobodys is None:
        return Reason.NEXT
    if nobodys == 0:
        return Reason.FULL
    is_below = taken.of(agency_id) < rule.share(agency_id)
    return Reason.NEXT if is_below or nobodys > kept(rule, taken) else Reason.KEPT


def order(waiting: Iterable[Waiting], rule: Rule, taken: Taken) -> list[Waiting]:
    """The queue as it is shown: those whose agency misses guaranteed seats, then the others, each by arrival."""
    line = sorted(waiting, key=lambda one: one.arrival)
    if not rule.entitled:
        return line
    held: Counter[int] = Counter(taken.by_agency)
    first: list[Waiting] = []
    others: list[Waiting] = []
    for one in line:
        if one.agency_id is not None and held[one.agency_id] < rule.share(one.agency_id):
            held[one.agency_id] += 1
            first.append(one)
        else:
            others.append(one)
    return first + others


def chosen(waiting: Iterable[Waiting], rule: Rule, taken: Taken) -> list[int]:
    """Who gets the free seats now, by id, in the order in which they are given."""
    nobodys = free(rule, taken)
    for_all = None if nobodys is None else nobodys - kept(rule, taken)
    held: Counter[int] = Counter(taken.by_agency)
    found: list[int] = []
    for one in order(waiting, rule, taken):
        if nobodys is not None and len(found) >= nobodys:
            break
        of_agency = held[one.agency_id] if one.agency_id is not None else 0
        if one.agency_id is not None and rule.per_agency is not None and of_agency >= rule.per_agency:
            continue
        if of_agency >= rule.share(one.agency_id) and for_all is not None:
            if for_all == 0:
                continue
            for_all -= 1
        if one.agency_id is not None:
            held[one.agency_id] += 1
        found.append(one.id)
    return found
