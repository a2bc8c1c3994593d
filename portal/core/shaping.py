"""A line of text as a paper writes it: each letter where HarfBuzz puts it, and the text itself beside it for who reads or copies.

fpdf2 shapes too, but breaks each mark out of its line for readers, loses ำ, and takes four times as long.
"""

from itertools import pairwise
from typing import Any, NamedTuple

MISSING = "?"  # for a letter that the font has not
UNSAID = "\u2060"  # a glyph that belongs to the letters of the one before it, as า to ำ: nothing, and no seam


class Shaped(NamedTuple):
    """A text ready to be written at size 1: its width in em, and the operators that draw it from where the pen stands."""

    width: float
    operators: str


def shaped(text: str, font: Any) -> Shaped:
    """The text in this font (of fpdf2), whose subset takes up the glyphs that it needs."""
    if not text:
        return Shaped(0, "")
    text = _drawable(text, font)
    infos, places = font.perform_harfbuzz_shaping(text, 1, None)
    starts = sorted({info.cluster for info in infos})
    said = {start: text[start:end] for start, end in pairwise([*starts, len(text)])}
    line = _Line()
    for info, place in zip(infos, places, strict=True):
        width = font.hbfont.get_glyph_h_advance(info.codepoint)
        glyph = font.subset.get_glyph(
            glyph=info.codepoint,
            unicode=tuple(map(ord, said.pop(info.cluster, UNSAID))),
            glyph_name=font.ttfont.getGlyphName(info.codepoint),
            glyph_width=round(width * font.scale),
        )
        letter = font.escape_text(chr(font.subset.pick_glyph(glyph)))
        line.add(letter, place, width, font.scale)
    return Shaped(line.pen / 1000, line.done(text))


class _Line:
    """Operators under way, in thousandths of an em: `pen` is where the text stands, `at` where a reader of the operators does."""

    def __init__(self) -> None:
        self.pen = self.at = self.rise = 0.0
        self.run = ""
        self.row: list[str] = []
        self.written: list[str] = []

    def add(self, letter: str, place: Any, width: float, scale: float) -> None:
        x, rise = self.pen + place.x_offset * scale, place.y_offset * scale
        if rise != self.rise:
            self._end_row()
            self.written.append(f"{rise / 1000:.4g} Ts")
            self.rise = rise
        if x != self.at:
            self._end_run()
            self.row.append(f"{self.at - x:.4g}")
        self.run += letter
        self.at = x + width * scale
        self.pen += place.x_advance * scale

    def done(self, text: str) -> str:
        self._end_row()
        if self.rise:
            self.written.append("0 Ts")
        drawn = " ".join(self.written)
        if text.isascii():
            return drawn
        return f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC {drawn} EMC"

    def _end_run(self) -> None:
        if self.run:
            self.row.append(f"({self.run})")
            self.run = ""

    def _end_row(self) -> None:
        self._end_run()
        if self.row:
            self.written.append(f"[{''.join(self.row)}] TJ")
            self.row = []


def _drawable(text: str, font: Any) -> str:
    """What the font has no letter for is seen to be missing, where it would else be left out in silence."""
    if all(ord(letter) in font.cmap for letter in text):
        return text
    return "".join(letter if ord(letter) in font.cmap else MISSING for letter in text)
