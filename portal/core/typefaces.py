"""The typefaces of papers, read once for all papers of a process: which code stands for which glyph, and a cut of a face for one file; where glyphs go is core.shaping's matter, files are core.pdf_file's."""

import struct
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import fontpkg

# What only shaping needs, and what a PDF has no use for.
_LEFT_OUT = ("DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "cmap", "gasp", "meta", "name", "post")


class Glyph(NamedTuple):
    """A glyph as a file names it: by its number in the face, with the text that it stands for and its width in units."""

    number: int
    said: str
    width: int


class Typeface:
    """One weight of Sarabun. Codes of glyphs are the same in every paper, so that a shaped text can be written again."""

    def __init__(self, weight: int) -> None:
        import uharfbuzz  # noqa: PLC0415 - 3 MB of a worker that only who asks for a paper should take

        self.name = f"Sarabun-{weight}"
        self.face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(fontpkg.path("sarabun", weight))))
        self.letters = frozenset(self.face.unicodes)
        self.scale = 1000 / self.face.upem
        self.box = self._numbers("head", ">36x4h")
        self.ascent, self.descent = self._numbers("hhea", ">4x2h")
        (self.high,) = self._numbers("OS/2", ">88xh")  # of capitals
        self._codes: dict[tuple[int, str], int] = {}
        self._next = count(1)  # 0 is what is missing

    def code(self, number: int, said: str) -> int:
        """The code of a glyph that stands for this text; of all of Sarabun's there are some hundreds."""
        key = (number, said)
        found = self._codes.get(key)
        return self._codes.setdefault(key, next(self._next)) if found is None else found

    def cut(self, numbers: Iterable[int]) -> tuple[bytes, dict[int, int]]:
        """The face with these glyphs only, drawn and not shaped, and their numbers in it by those of before."""
        import uharfbuzz  # noqa: PLC0415 - as above

        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(numbers)
        wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _LEFT_OUT)
        wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        plan = uharfbuzz.SubsetPlan(self.face, wanted)
        return plan.execute().blob.data, dict(plan.old_to_new_glyph_mapping)

    def _numbers(self, table: str, shape: str) -> tuple[Any, ...]:
        return tuple(
            round(value * self.scale)
            for value in struct.unpack_from(shape, self.face.reference_table(table).data)
        )


@lru_cache(maxsize=4)
def typeface(weight: int) -> Typeface:
    """Sarabun in this weight."""
    return Typeface(weight)
