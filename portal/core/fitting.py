"""Text set into a box of paper: how large and in which lines; where Thai may come apart is core.seams', drawing core.pdf's matter."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from portal.core import seams

Measure = Callable[[str], float]  # the width of a text at size 1

CUT = "…"
LEFT_OUT = " ·"  # where a line ends


class Room(NamedTuple):
    """What a text has: this width and height, and the first (largest) of the sizes that will do.

    `keeps_words`: a word is parted only where even the last size does not hold it whole, as in names of people.
    """

    width: float
    height: float
    sizes: tuple[float, ...]
    keeps_words: bool = False


class Fitted(NamedTuple):
    """Lines that fit, and the size they are set in. `is_whole`: no word had to be parted where it may not be."""

    lines: tuple[str, ...]
    size: float
    is_whole: bool = True


def fit(text: str, measure: Measure, room: Room, *, leading: float) -> Fitted:
    """The text in lines that the room holds, evenly long; `leading` is the height of a line at size 1.

    A room holds one line always. What fits in no way is parted by letters in the last size, and ends in … where it is cut.
    """
    ways: list[Callable[[str], Sequence[str]]] = [seams.pieces]
    if room.keeps_words:
        ways.insert(0, seams.words)
    for pieces in ways:
        measured = [(piece, measure(piece), measure(piece.rstrip(LEFT_OUT))) for piece in pieces(text)]
        for size in room.sizes:
            lines = _lines(measured, room.width / size)
            if lines is not None and len(lines) <= _most(room, size, leading):
                return Fitted(_even(measured, lines, room.width / size), size)
    last = room.sizes[-1]
    return Fitted(_parted(text, measure, room.width / last, _most(room, last, leading)), last, False)


def _most(room: Room, size: float, leading: float) -> int:
    return max(1, int(room.height / (size * leading) + 0.001))


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
            lines.append(line.rstrip(LEFT_OUT))
            line, taken = "", 0.0
        line, taken = line + piece, taken + whole
    return (*lines, line.rstrip(LEFT_OUT))


def _even(pieces: Sequence[_Measured], lines: tuple[str, ...], width: float) -> tuple[str, ...]:
    """The same number of lines, in the least width that gives so many."""
    narrow = sum(whole for _piece, whole, _at_end in pieces) / len(lines) if len(lines) > 1 else width
    while narrow < width:
        found = _lines(pieces, narrow)
        if found is not None and len(found) == len(lines):
            return found
        narrow += width / 50
    return lines


def _parted(text: str, measure: Measure, width: float, most: int) -> tuple[str, ...]:
    """Lines parted between letters; what is left over is cut, and says so."""
    pieces = [(letter, measure(letter), measure(letter.rstrip(LEFT_OUT))) for letter in seams.letters(text)]
    lines = _lines(pieces, width) or (text,)
    if len(lines) <= most:
        return _even(pieces, lines, width)
    kept = seams.letters(lines[most - 1])
    while kept and measure("".join(kept) + CUT) > width:
        kept.pop()
    return (*lines[: most - 1], "".join(kept).rstrip() + CUT)
