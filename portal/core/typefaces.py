"""The typefaces of papers, read once for all papers of a process; what is written with them is core.pdf's and core.shaping's matter.

fpdf2 reads a typeface anew for each document, and its rules for shaping once more when it cuts it: two thirds of the
time of a paper of one page.
"""

from copy import copy
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

import fontpkg

# What only shaping needs (HarfBuzz has a copy of its own), and what a PDF has no use for.
_LEFT_OUT = ("GDEF", "GPOS", "GSUB", "DSIG", "OS/2", "STAT", "cmap", "gasp", "meta", "name")


class _Read(NamedTuple):
    face: Any  # as fpdf2 has it, with HarfBuzz's copy loaded
    outlines: bytes  # the same typeface without what shapes it: all glyphs by the same numbers


def add(pdf: Any, family: str, weight: int) -> None:
    """The same as `add_font` of fpdf2's document for this weight of Sarabun."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as fpdf
    from fpdf.fonts import SubsetMap  # noqa: PLC0415 - 0.4 s of import that only who asks for a paper should pay

    read = _read(weight)
    face = copy(read.face)
    face.i = len(pdf.fonts) + 1
    face.fontkey = family
    face.missing_glyphs = []
    face.ttfont = TTFont(BytesIO(read.outlines), recalcBBoxes=False, recalcTimestamp=False, lazy=True)
    face._hbfont = type(read.face.hbfont)(read.face.hbfont.face)  # threads share the face, not the font
    face.subset = SubsetMap(face)
    pdf.fonts[family] = face


@lru_cache(maxsize=4)
def _read(weight: int) -> _Read:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as fpdf
    from fpdf import FPDF  # noqa: PLC0415 - 0.4 s of import that only who asks for a paper should pay

    path = str(fontpkg.path("sarabun", weight))
    pdf = FPDF()
    pdf.add_font("face", fname=path)
    face: Any = pdf.fonts["face"]
    _shaper = face.hbfont  # reads its own copy, and keeps it
    face.ttfont.close()
    font = TTFont(path, recalcBBoxes=False, recalcTimestamp=False, lazy=True)
    for table in set(_LEFT_OUT).intersection(font.keys()):
        del font[table]
    outlines = BytesIO()
    font.save(outlines)
    font.close()
    return _Read(face, outlines.getvalue())
