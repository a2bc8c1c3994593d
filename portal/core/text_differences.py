"""What is different between two texts, line by line and within a line; what a text means is its room's matter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

CONTEXT = 2  # lines shown around a change
MOST_LETTERS = 4_000  # of a line that is looked into: comparing two takes time that grows with both
MOST_LINES = 12_000  # of two texts that are compared line by line
MANY_LINES = (
    1_000  # from here on what stands in many places is no landmark: the time would grow with the square
)
LIKE = 0.35  # how much of two lines must be the same for one to be shown as the other changed
SHORT = 2  # equal letters between two changes are part of the change: nobody reads islands

# A Thai syllable's letters stay together, as do the letters of a Latin word and a figure.
_WORD = re.compile(
    r"[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]*|[A-Za-z]+|\d+|\s+|.", re.DOTALL
)


@dataclass(frozen=True)
class Run:
    """Some letters of a line, and whether the other line has them not."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of either text: its number there, None where it is not, and its letters."""

    before: int | None
    after: int | None
    runs: tuple[Run, ...]

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_gone(self) -> bool:
        return self.after is None


def lines(before: str, after: str) -> list[list[Line]]:
    """The changed lines with some around them, in pieces that stand apart; [] for equal texts."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) + len(new) > MOST_LINES:
        return [[*_gone(old, 0), *_new(new, 0)]] if old != new else []
    matcher = SequenceMatcher(None, old, new, autojunk=len(new) >= MANY_LINES)
    return [
        [line for code in group for line in _lines(code, old, new)]
        for group in matcher.get_grouped_opcodes(CONTEXT)
        if group
    ]


def runs(before: str, after: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Both lines with what is different in them."""
    if max(len(before), len(after)) > MOST_LETTERS:
        return (Run(before, True),), (Run(after, True),)
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new)
    if matcher.ratio() < LIKE:
        return (Run(before, True),), (Run(after, True),)
    found: tuple[list[Run], list[Run]] = ([], [])
    codes = matcher.get_opcodes()
    for at, (name, i, j, k, m) in enumerate(codes):
        is_inside = 0 < at < len(codes) - 1
        is_island = name == "equal" and is_inside and j - i <= SHORT and not "".join(old[i:j]).isspace()
        for side, text in zip(found, ("".join(old[i:j]), "".join(new[k:m])), strict=True):
            _append(side, text, name != "equal" or is_island)
    return tuple(found[0]), tuple(found[1])


def _append(side: list[Run], text: str, is_changed: bool) -> None:
    if text and side and side[-1].is_changed == is_changed:
        side[-1] = Run(side[-1].text + text, is_changed)
    elif text:
        side.append(Run(text, is_changed))


def _lines(code: tuple[str, int, int, int, int], old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    name, i, j, k, m = code
    if name == "equal":
        for at in range(j - i):
            yield Line(i + at + 1, k + at + 1, (Run(old[i + at]),))
    elif name == "replace":
        yield from _replaced(old[i:j], new[k:m], i, k)
    else:
        yield from _gone(old[i:j], i)
        yield from _new(new[k:m], k)


def _replaced(old: Sequence[str], new: Sequence[str], i: int, k: int) -> Iterator[Line]:
    """A line and what became of it, one below the other; those that are left over alone."""
    for at, (was, now) in enumerate(zip_longest(old, new)):
        if was is None:
            yield Line(None, k + at + 1, (Run(now, True),))
        elif now is None:
            yield Line(i + at + 1, None, (Run(was, True),))
        else:
            left, right = runs(was, now)
            yield Line(i + at + 1, None, left)
            yield Line(None, k + at + 1, right)


def _gone(old: Sequence[str], i: int) -> list[Line]:
    return [Line(i + at + 1, None, (Run(text, True),)) for at, text in enumerate(old)]


def _new(new: Sequence[str], k: int) -> list[Line]:
    return [Line(None, k + at + 1, (Run(text, True),)) for at, text in enumerate(new)]
