"""Text set into a box of paper: how large and in which lines; where Thai may come apart is core.seams', drawing core.pdf's matter."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from portal.core import seams

Measure = Callable[[str], float]  # the width of a text at size 1

CUT = "…"


class Room(NamedTuple):
    """What a text has: so many lines of this width, in the first (largest) of the sizes that will do.

    `keeps_words`: a word is parted only where even the last size does not hold it whole, as in names of people.
    """

    width: float
    sizes: tuple[float, ...]
    most: int = 1
    keeps_words: bool = False


class Fitted(NamedTuple):
    """Lines that fit, and the size they are set in."""

    lines: tuple[str, ...]
    size: float


def fit(text: str, measure: Measure, room: Room) -> Fitted:
    """The text in lines that the room holds, evenly long. What fits in no way is parted by letters, and ends in …"""
    ways: list[Callable[[str], Sequence[str]]] = [seams.pieces]
    if room.keeps_words:
        ways.insert(0, _by_space)
    for pieces in ways:
        measured = [(piece, measure(piece), measure(piece.rstrip())) for piece in pieces(text)]
        for size in room.sizes:
            lines = _lines(measured, room.width / size)
            if lines is not None and len(lines) <= room.most:
                return Fitted(_even(measured, lines, room.width / size), size)
    return Fitted(_parted(text, measure, room), room.sizes[-1])


def _by_space(text: str) -> list[str]:
    words = text.split(" ")
    return [f"{word} " for word in words[:-1]] + words[-1:]


# A piece, its width, and its width at the end of a line.
_Measured = tuple[str, float, float]


def _lines(pieces: Sequence[_Measured], width: float) -> tuple[str, ...] | None:
    """The pieces laid into lines, None where one of them is too wide for any."""
    lines: list[str] = []
    line, taken = "", 0.0
    for piece, whole, at_end in pieces:
        if at_end > width:
            return None
        if line and taken + at_end > width:
            lines.append(line.rstrip())
            line, taken = "", 0.0
        line, taken = line + piece, taken + whole
    return (*lines, line.rstrip())


def _even(pieces: Sequence[_Measured], lines: tuple[str, ...], width: float) -> tuple[str, ...]:
    """The same number of lines, in the least width that gives so many."""
    narrow = sum(whole for _piece, whole, _at_end in pieces) / len(lines) if len(lines) > 1 else width
    while narrow < width:
        found = _lines(pieces, narrow)
        if found is not None and len(found) == len(lines):
            return found
        narrow += width / 50
    return lines


def _parted(text: str, measure: Measure, room: Room) -> tuple[str, ...]:
    """Lines parted between letters in the last size; what is left over is cut, and says so."""
    width = room.width / room.sizes[-1]
    pieces = [(letter, measure(letter), measure(letter.rstrip())) for letter in seams.letters(text)]
    lines = _lines(pieces, width) or (text,)
    if len(lines) <= room.most:
        return lines
    kept = seams.letters(lines[room.most - 1])
    while kept and measure("".join(kept) + CUT) > width:
        kept.pop()
    return (*lines[: room.most - 1], "".join(kept).rstrip() + CUT)
