"""Classical statistics of one question, reckoned from how often each outcome occurred; which attempts count and what is kept is item_analysis' matter."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# What came of a question in one attempt: its points of 1, the score and the most of the whole attempt, the answer.
Cell = tuple[float, float, float, tuple[str, ...]]
Cells = Mapping[Cell, int]  # how often each occurred

GROUP = 0.27  # of all, in the group of the best and in that of the weakest, after Kelley
ALMOST = 1e-9  # what summing leaves of a correlation that is none


class Flag(StrEnum):
    """Why somebody should look at a question."""

    NOBODY = "nobody"  # got it wholly right
    EVERYBODY = "everybody"
    NEGATIVE = "negative"  # the better the rest of an attempt, the worse this question


@dataclass(frozen=True, slots=True)
class Taken:
    """How often an answer was given. Shares are of 1, of all who were asked and of the groups of the weakest and the best."""

    answer: str
    count: int
    share: float
    low: float | None
    high: float | None
    mean: float  # score of 1 of those who gave it, in the whole attempt


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a question; None where too few answered to know it."""

    count: int
    facility: float | None = None  # mean points of 1
    discrimination: float | None = None  # correlation with the score of the other questions
    spread: float | None = None  # mean points of the best 27 % less those of the weakest 27 %
    low: float | None = None  # mean points of the weakest
    high: float | None = None  # of the best
    seconds: float | None = None  # the middle one
    flags: tuple[Flag, ...] = ()


def figures(cells: Cells, seconds: Mapping[int, int]) -> Figures:
    """The figures of a question from its outcomes and how often it took how many seconds."""
    count = sum(cells.values())
    if not count:
        return Figures(0, seconds=median(seconds))
    low, high = (_mean(cells, weights) for weights in groups(cells))
    correlation = discrimination(cells)
    return Figures(
        count=count,
        facility=sum(points * times for (points, *_rest), times in cells.items()) / count,
        discrimination=correlation,
        spread=None if low is None or high is None else high - low,
        low=low,
        high=high,
        seconds=median(seconds),
        flags=_flags(cells, count, correlation),
    )


def _flags(cells: Cells, count: int, correlation: float | None) -> tuple[Flag, ...]:
    right = sum(times for (points, *_rest), times in cells.items() if points >= 1)
    found = {
        Flag.NOBODY: right == 0,
        Flag.EVERYBODY: right == count,
        Flag.NEGATIVE: correlation is not None and correlation < -ALMOST,
    }
    return tuple(flag for flag, is_so in found.items() if is_so)


def discrimination(cells: Cells) -> float | None:
    """The corrected item-total correlation: of the points with the share got of all other questions of the attempt.

    None where there is no other question, or where nothing differs.
    """
    pairs = [
        (points, (score - points) / (most - 1), times)
        for (points, score, most, _answer), times in cells.items()
        if most > 1
    ]
    count = sum(times for _own, _rest, times in pairs)
    if count < 2:
        return None
    own_mean = sum(own * times for own, _rest, times in pairs) / count
    rest_mean = sum(rest * times for _own, rest, times in pairs) / count
    together = sum((own - own_mean) * (rest - rest_mean) * times for own, rest, times in pairs)
    own_spread = sum((own - own_mean) ** 2 * times for own, _rest, times in pairs)
    rest_spread = sum((rest - rest_mean) ** 2 * times for _own, rest, times in pairs)
    if own_spread < ALMOST or rest_spread < ALMOST:
        return None
    return max(-1.0, min(1.0, together / math.sqrt(own_spread * rest_spread)))


def groups(cells: Cells) -> tuple[dict[float, float], dict[float, float]]:
    """The weakest and the best 27 % by the score of the whole attempt: which part of those with each score belongs to them.

    Of those who tie at the border each counts in part, so that the order of rows decides nothing. Empty for one alone.
    """
    levels: Counter[float] = Counter()
    for (_points, score, most, _answer), times in cells.items():
        levels[score / most if most else 0.0] += times
    count = sum(levels.values())
    if count < 2:
        return {}, {}
    size = max(1, math.floor(GROUP * count + 0.5))
    rising = sorted(levels)
    return _first(levels, rising, size), _first(levels, reversed(rising), size)


def _first(levels: Mapping[float, int], order: Iterable[float], size: float) -> dict[float, float]:
    found: dict[float, float] = {}
    for level in order:
        if size <= 0:
            break
        found[level] = min(1.0, size / levels[level])
        size -= levels[level]
    return found


def _weighed(cells: Cells, weights: Mapping[float, float]) -> Iterable[tuple[Cell, float]]:
    for cell, times in cells.items():
        weight = weights.get(cell[1] / cell[2] if cell[2] else 0.0, 0.0) * times
        if weight:
            yield cell, weight


def _mean(cells: Cells, weights: Mapping[float, float]) -> float | None:
    whole = sum(weight for _cell, weight in _weighed(cells, weights))
    return sum(cell[0] * weight for cell, weight in _weighed(cells, weights)) / whole if whole else None


def median(values: Mapping[int, int]) -> float | None:
    """The middle of values that occurred so often; of an even number the mean of both in the middle."""
    count = sum(values.values())
    if not count:
        return None
    middle: list[int] = []
    passed = 0
    for value in sorted(values):
        passed += values[value]
        while len(middle) < 2 and passed > (count - 1) // 2 + len(middle) * (1 - count % 2):
            middle.append(value)
    return sum(middle[:2]) / 2


def taken(cells: Cells, parts: Callable[[tuple[str, ...]], Iterable[str]]) -> list[Taken]:
    """How often each answer was given, the most frequent first. `parts` says of which answers a given one consists."""
    low, high = groups(cells)
    count = sum(cells.values())
    given: dict[str, list[float]] = {}  # how often, in the low group, in the high group, sum of shares
    for cell, times in cells.items():
        share = cell[1] / cell[2] if cell[2] else 0.0
        for part in set(parts(cell[3])):
            sums = given.setdefault(part, [0, 0.0, 0.0, 0.0])
            sums[0] += times
            sums[1] += times * low.get(share, 0.0)
            sums[2] += times * high.get(share, 0.0)
            sums[3] += times * share
    sizes = [sum(weight for _cell, weight in _weighed(cells, weights)) for weights in (low, high)]
    found = [
        Taken(
            answer=part,
            count=int(sums[0]),
            share=sums[0] / count,
            low=sums[1] / sizes[0] if sizes[0] else None,
            high=sums[2] / sizes[1] if sizes[1] else None,
            mean=sums[3] / sums[0],
        )
        for part, sums in given.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.answer))
