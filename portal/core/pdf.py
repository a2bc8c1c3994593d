"""Paper: an A4 document with Thai set right, drawn in millimetres from the top left; what stands on it is each room's matter.

Letters are written so that they can be read out and copied again (core.shaping). Sizes of type are points.
"""

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from portal.core import clock, fitting, shaping, thai, typefaces
from portal.core.i18n import language

WIDTH, HEIGHT = 210.0, 297.0
POINT = 72 / 25.4  # points in a millimetre
LEADING = 1.6  # of lines of text: with less, Thai marks above and below touch

ABOVE = 0.79  # of a line's height stands above its baseline: marks reach higher above letters than below

# As the tokens of the pages have them, for white paper.
INK, INK_2, LINE, CLOTH = "#181f27", "#49515a", "#80878e", "#1c427b"

M, L = 2_300, 2_900  # letters of ASCII that a QR code holds with a seventh of it to spare, and at all

Weight = Literal[400, 600]
Side = Literal["left", "middle", "right"]
Point = tuple[float, float]

_FAMILIES: dict[Weight, str] = {400: "sarabun", 600: "sarabun-600"}
_KEPT = 8192  # shaped texts: names of agencies and of the workshop stand on many badges
_DARK = re.compile(rb"\x00+")


class Style(NamedTuple):
    """How a text looks."""

    size: float
    weight: Weight = 400
    colour: str = INK


class Block(NamedTuple):
    """Lines of one style."""

    lines: tuple[str, ...]
    style: Style
    is_whole: bool = True  # as fitting.Fitted

    @property
    def leading(self) -> float:
        """From one baseline to the next, in millimetres."""
        return self.style.size * LEADING / POINT

    @property
    def height(self) -> float:
        """Of all lines, in millimetres."""
        return self.leading * len(self.lines)


class Paper:
    """A document under way, kept whole in memory; `done` gives the file. `lies`: its pages are wider than high."""

    def __init__(self, title: str, *, lies: bool = False) -> None:
        from fpdf import FPDF  # noqa: PLC0415 - 0.4 s of import that only who asks for a paper should pay

        self.breadth, self.height = (HEIGHT, WIDTH) if lies else (WIDTH, HEIGHT)
        self._pdf = FPDF("landscape" if lies else "portrait", unit="mm", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_title(title)
        self._pdf.set_lang(language())
        self._pdf.set_creation_date(clock.now())
        for weight, family in _FAMILIES.items():
            typefaces.add(self._pdf, family, weight)
        self._shaped = lru_cache(maxsize=_KEPT)(self._shape)

    def page(self) -> None:
        """Begin a page."""
        self._pdf.add_page()

    def width(self, text: str, style: Style) -> float:
        """How wide the text is, in millimetres."""
        return self._shaped(clean(text), style.weight).width * style.size / POINT

    def fit(self, text: str, room: fitting.Room, style: Style) -> Block:
        """The text laid into the room, in one of its sizes and else in this style."""
        weight = style.weight
        fitted = fitting.fit(
            clean(text),
            lambda piece: self._shaped(piece, weight).width / POINT,
            room,
            leading=LEADING / POINT,
        )
        return Block(fitted.lines, style._replace(size=fitted.size), fitted.is_whole)

    def text(self, text: str, x: float, y: float, style: Style, side: Side = "left") -> None:
        """Write one line with its baseline at `y`, beginning, in the middle or ending at `x`."""
        shaped = self._shaped(clean(text), style.weight)
        x -= shaped.width * style.size / POINT * {"left": 0, "middle": 0.5, "right": 1}[side]
        at = f"{style.size:g} 0 0 {style.size:g} {x * POINT:.2f} {(self.height - y) * POINT:.2f} Tm"
        self._write(f"BT {_paint(style.colour)} {self._font(style.weight)} {at} {shaped.operators} ET")

    def block(self, block: Block, x: float, top: float, side: Side = "left") -> float:
        """Write the lines below `top`, with room for the marks above the first; gives the bottom of the last."""
        baseline = top + block.leading * ABOVE
        for line in block.lines:
            self.text(line, x, baseline, block.style, side)
            baseline += block.leading
        return top + block.height

    def rule(self, start: Point, end: Point, *, width: float = 0.2, colour: str = LINE) -> None:
        """Draw a straight line, `width` in millimetres."""
        ends = " ".join(
            f"{x * POINT:.2f} {(self.height - y) * POINT:.2f} {to}"
            for (x, y), to in ((start, "m"), (end, "l"))
        )
        self._write(f"{_paint(colour).upper()} {width * POINT:.2f} w {ends} S")

    def fill(self, corner: Point, width: float, height: float, *, colour: str) -> None:
        """Fill a rectangle, `corner` its top left."""
        x, y = corner[0] * POINT, (self.height - corner[1] - height) * POINT
        self._write(f"{_paint(colour)} {x:.2f} {y:.2f} {width * POINT:.2f} {height * POINT:.2f} re f")

    def shape(self, path: str, corner: Point, size: float, *, colour: str) -> None:
        """Fill a path of PDF operators in a square of 1 by 1 that has its y downwards, drawn so large."""
        x, y, scale = corner[0] * POINT, (self.height - corner[1]) * POINT, size * POINT
        self._write(f"q {_paint(colour)} {scale:.4f} 0 0 {-scale:.4f} {x:.2f} {y:.2f} cm {path} f Q")

    def qr(self, text: str, x: float, y: float, size: float) -> None:
        """Draw a QR code of at most L letters into a square of this size; the quiet zone round it is the caller's."""
        side, squares = _squares(text)
        scale = size * POINT / side
        at = f"{scale:.4f} 0 0 {scale:.4f} {x * POINT:.2f} {(self.height - y - size) * POINT:.2f} cm"
        self._write(f"q 0 g {at} {squares} f Q")

    def done(self) -> bytes:
        """The file. Afterwards nothing can be added."""
        file = bytes(self._pdf.output())
        self._shaped.cache_clear()  # it and the typefaces hold the document, and would wait long to be cleared away
        self._pdf.fonts.clear()
        return file

    def _shape(self, text: str, weight: Weight) -> shaping.Shaped:
        return shaping.shaped(text, self._pdf.fonts[_FAMILIES[weight]])

    def _font(self, weight: Weight) -> str:
        font = self._pdf.fonts[_FAMILIES[weight]]
        return self._pdf._set_font_for_page(font, 1, wrap_in_text_object=False)

    def _write(self, operators: str) -> None:
        self._pdf._out(operators)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """The text as a paper takes it: on one line, tidied, with no heaps of marks."""
    return " ".join(thai.without_heaps(thai.tidy(text)).split())


@lru_cache(maxsize=64)
def _paint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return f"{red:.3f} {green:.3f} {blue:.3f} rg"


def _squares(text: str) -> tuple[int, str]:
    """The QR code of a text: modules on a side, and its dark runs as rectangles of one path, so that no seam shows between rows."""
    import zxingcpp  # noqa: PLC0415 - 2 MB of a worker that only who asks for a paper should take

    code = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level="M" if len(text) <= M else "L"
    )
    picture: Any = code.to_image(scale=1, add_quiet_zones=False)
    side, rows = picture.shape[0], bytes(memoryview(picture))
    dark = (
        (run.start(), side - row - 1, run.end() - run.start())
        for row in range(side)
        for run in _DARK.finditer(rows[row * side : (row + 1) * side])
    )
    return side, " ".join(f"{x} {y} {length} 1 re" for x, y, length in dark)
