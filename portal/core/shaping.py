"""A line of text as a paper writes it: each letter where HarfBuzz puts it, and the text itself beside it for who reads or copies; typefaces and their codes are core.typefaces' matter."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from portal.core.typefaces import Glyph, Typeface

MISSING = "?"  # for a letter that the font has not
UNSAID = "\u2060"  # a glyph that belongs to the letters of the one before it, as า to ำ: nothing, and no seam


class Shaped(NamedTuple):
    """A text ready to be written at size 1 in any paper: its width in em, the operators that draw it from where the pen
    stands, and the glyphs that they name."""

    width: float
    operators: str
    glyphs: Mapping[int, Glyph]


@lru_cache(maxsize=1024)  # what stands on every paper of a kind, and names of agencies: 2 MB
def shaped(text: str, typeface: Typeface) -> Shaped:
    """The text in this typeface."""
    if not text:
        return Shaped(0, "", {})
    import uharfbuzz  # noqa: PLC0415 - as in typefaces

    text = _drawable(text, typeface)
    font = uharfbuzz.Font(typeface.face)  # threads share the face, not the font
    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    infos, places = buffer.glyph_infos, buffer.glyph_positions
    starts = sorted({info.cluster for info in infos})
    said = {start: text[start:end] for start, end in pairwise([*starts, len(text)])}
    line, glyphs = _Line(), {}
    for info, place in zip(infos, places, strict=True):
        width = font.get_glyph_h_advance(info.codepoint)
        words = said.pop(info.cluster, UNSAID)
        code = typeface.code(info.codepoint, words)
        glyphs[code] = Glyph(info.codepoint, words, round(width * typeface.scale))
        line.add(f"{code:04X}", place, width, typeface.scale)
    return Shaped(line.pen / 1000, line.done(text), glyphs)


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
            self.row.append(f"<{self.run}>")
            self.run = ""

    def _end_row(self) -> None:
        self._end_run()
        if self.row:
            self.written.append(f"[{''.join(self.row)}] TJ")
            self.row = []


def _drawable(text: str, typeface: Typeface) -> str:
    """What the font has no letter for is seen to be missing, where it would else be left out in silence."""
    if all(ord(letter) in typeface.letters for letter in text):
        return text
    return "".join(letter if ord(letter) in typeface.letters else MISSING for letter in text)
