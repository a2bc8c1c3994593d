"""A PDF file under way (ISO 32000-1): its pages, the typefaces cut to what stands on them, and the table that finds them; what is drawn is core.pdf's matter.

Written by ourselves: a library that does the same is 30 MB of a worker, and cuts typefaces a hundred times as slowly.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from portal.core.typefaces import Glyph, Typeface

_AT_ONCE = 100  # entries of one list in a table of texts


class PdfFile:
    """Objects in their order, kept whole in memory, pages packed as they come. Sizes are points."""

    def __init__(self) -> None:
        self._objects: list[bytes | None] = []
        self._pages: list[int] = []
        self._tree, self._resources = self._later(), self._later()

    def page(self, operators: str, width: float, height: float) -> None:
        """Add a page."""
        content = self._stream(operators.encode("ascii"))
        self._pages.append(
            self._add(
                f"<</Type/Page/Parent {self._tree} 0 R/MediaBox[0 0 {width:.2f} {height:.2f}]"
                f"/Resources {self._resources} 0 R/Contents {content} 0 R>>"
            )
        )

    def done(
        self,
        faces: Mapping[str, tuple[Typeface, Mapping[int, Glyph]]],
        *,
        title: str,
        lang: str,
        made_at: datetime,
    ) -> bytes:
        """The file. `faces`: by the name that operators call it, each typeface with the glyphs used of it by their codes."""
        fonts = [f"/{name} {self._font(face, used)} 0 R" for name, (face, used) in faces.items() if used]
        self._put(self._resources, f"<</Font<<{''.join(fonts)}>>>>")
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._put(self._tree, f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>")
        root = self._add(
            f"<</Type/Catalog/Pages {self._tree} 0 R/Lang({lang})/ViewerPreferences<</DisplayDocTitle true>>>>"
        )
        zone = made_at.strftime("%z") or "+0000"
        at = f"{made_at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"
        info = self._add(f"<</Title <FEFF{_hex(title)}>/CreationDate(D:{at})>>")
        return self._written(root, info)

    def _font(self, face: Typeface, used: Mapping[int, Glyph]) -> int:
        """A typeface as a composite font whose codes are our own (9.7.4)."""
        codes = sorted(used)
        data, numbers = face.cut({glyph.number for glyph in used.values()})
        name = f"PORTAL+{face.name}"
        drawn = bytearray(2 * (codes[-1] + 1))
        for code in codes:
            drawn[2 * code : 2 * code + 2] = numbers[used[code].number].to_bytes(2, "big")
        file = self._stream(data, f"/Length1 {len(data)}")
        box = " ".join(map(str, face.box))
        described = self._add(
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {face.ascent}"
            f"/Descent {face.descent}/CapHeight {face.high}/StemV 90/FontFile2 {file} 0 R>>"
        )
        widths = "".join(f"{code}[{used[code].width}]" for code in codes)
        letters = self._add(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/FontDescriptor {described} 0 R/W[{widths}]"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/CIDToGIDMap {self._stream(bytes(drawn))} 0 R>>"
        )
        texts = self._stream(_texts({code: used[code].said for code in codes}).encode("ascii"))
        return self._add(
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{letters} 0 R]"
            f"/ToUnicode {texts} 0 R>>"
        )

    def _add(self, body: str | bytes) -> int:
        number = self._later()
        self._put(number, body)
        return number

    def _later(self) -> int:
        self._objects.append(None)
        return len(self._objects)

    def _put(self, number: int, body: str | bytes) -> None:
        self._objects[number - 1] = body.encode("ascii") if isinstance(body, str) else body

    def _stream(self, data: bytes, more: str = "") -> int:
        packed = zlib.compress(data)
        head = f"<</Length {len(packed)}/Filter/FlateDecode{more}>>\nstream\n"
        return self._add(b"".join((head.encode("ascii"), packed, b"\nendstream")))

    def _written(self, root: int, info: int) -> bytes:
        pieces, at, table = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], 15, ["0000000000 65535 f \n"]
        for number, body in enumerate(self._objects, 1):
            piece = b"%d 0 obj\n%b\nendobj\n" % (number, body or b"null")
            table.append(f"{at:010} 00000 n \n")
            at += len(piece)
            pieces.append(piece)
        size = len(table)
        end = f"trailer\n<</Size {size}/Root {root} 0 R/Info {info} 0 R>>\nstartxref\n{at}\n%%EOF\n"
        return b"".join([*pieces, f"xref\n0 {size}\n{''.join(table)}{end}".encode("ascii")])


def _texts(said: Mapping[int, str]) -> str:
    """Which text each code stands for, for who copies or searches (9.10.3)."""
    lists = (
        f"{len(part)} beginbfchar\n{''.join(part)}endbfchar\n"
        for part in _parts([f"<{code:04X}> <{_hex(text)}>\n" for code, text in said.items()])
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{''.join(lists)}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )


def _parts(lines: list[str]) -> Iterator[list[str]]:
    return (lines[at : at + _AT_ONCE] for at in range(0, len(lines), _AT_ONCE))


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()
