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
    from fontTools import subset  # noqa: PLC0415 - as fpdf
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as fpdf
    from fpdf import FPDF  # noqa: PLC0415 - 0.4 s of import that only who asks for a paper should pay

    path = str(fontpkg.path("sarabun", weight))
    pdf = FPDF()
    pdf.add_font("face", fname=path)
    face: Any = pdf.fonts["face"]
    _shaper = face.hbfont
    options = subset.Options(
        glyph_names=True,
        notdef_outline=True,
        hinting=False,
        layout_features=[],
    )
    options.drop_tables += list(_LEFT_OUT)
    cut = subset.Subsetter(options)
    font = TTFont(path, recalcTimestamp=False)
    cut.populate(glyphs=font.getGlyphOrder())
    cut.subset(font)
    outlines = BytesIO()
    font.save(outlines)
    return _Read(face, outlines.getvalue())
