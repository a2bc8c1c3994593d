"""Paper: an A4 document with Thai set right, drawn in millimetres from the top left; what stands on it is each room's matter.

Letters are written so that they can be read out and copied again (core.shaping). Sizes of type are points.
"""

from functools import lru_cache
from typing import Any, Literal, NamedTuple

from portal.core import clock, fitting, shaping, thai
from portal.core.i18n import language
from portal.core.pdf_file import PdfFile
from portal.core.typefaces import Glyph, typeface

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

_CALLED: dict[Weight, str] = {400: "F4", 600: "F6"}  # the typefaces, by the operators
_BITS = b"0" + b"1" * 255  # of the shades of a picture


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
        self.breadth, self.height = (HEIGHT, WIDTH) if lies else (WIDTH, HEIGHT)
        self._title, self._lang, self._made_at = title, language(), clock.now()
        self._file = PdfFile()
        self._written: list[str] | None = None  # of the page under way
        self._used: dict[Weight, dict[int, Glyph]] = {weight: {} for weight in _CALLED}

    def page(self) -> None:
        """Begin a page."""
        self._end_page()
        self._written = []

    def width(self, text: str, style: Style) -> float:
        """How wide the text is, in millimetres."""
        return _shaped(clean(text), style.weight).width * style.size / POINT

    def fit(self, text: str, room: fitting.Room, style: Style) -> Block:
        """The text laid into the room, in one of its sizes and else in this style."""
        weight = style.weight
        fitted = fitting.fit(
            clean(text),
            lambda piece: _shaped(piece, weight).width / POINT,
            room,
            leading=LEADING / POINT,
        )
        return Block(fitted.lines, style._replace(size=fitted.size), fitted.is_whole)

    def text(self, text: str, x: float, y: float, style: Style, side: Side = "left") -> None:
        """Write one line with its baseline at `y`, beginning, in the middle or ending at `x`."""
        shaped = _shaped(clean(text), style.weight)
        self._used[style.weight].update(shaped.glyphs)
        x -= shaped.width * style.size / POINT * {"left": 0, "middle": 0.5, "right": 1}[side]
        at = f"{style.size:g} 0 0 {style.size:g} {x * POINT:.2f} {(self.height - y) * POINT:.2f} Tm"
        self._write(f"BT {_paint(style.colour)} /{_CALLED[style.weight]} 1 Tf {at} {shaped.operators} ET")

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
        side, bits = _squares(text)
        at = f"{size * POINT:.4f} 0 0 {size * POINT:.4f} {x * POINT:.2f} {(self.height - y - size) * POINT:.2f} cm"
        self._write(f"q 0 g {at} BI /W {side} /H {side} /IM true /F /AHx ID {bits}> EI Q")

    def done(self) -> bytes:
        """The file. Afterwards nothing can be added."""
        self._end_page()
        faces = {_CALLED[weight]: (typeface(weight), used) for weight, used in self._used.items()}
        return self._file.done(faces, title=self._title, lang=self._lang, made_at=self._made_at)

    def _end_page(self) -> None:
        if self._written is not None:
            self._file.page("\n".join(self._written), self.breadth * POINT, self.height * POINT)
        self._written = None

    def _write(self, operators: str) -> None:
        if self._written is None:
            raise LookupError("no page was begun")
        self._written.append(operators)


def _shaped(text: str, weight: Weight) -> shaping.Shaped:
    return shaping.shaped(text, typeface(weight))


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """The text as a paper takes it: on one line, tidied, with no heaps of marks."""
    return " ".join(thai.without_heaps(thai.tidy(text)).split())


@lru_cache(maxsize=64)
def _paint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return f"{red:.3f} {green:.3f} {blue:.3f} rg"


def _squares(text: str) -> tuple[int, str]:
    """The QR code of a text: modules on a side, and each row from the left, a bit for each, 0 where it is dark, in hexadecimal."""
    import zxingcpp  # noqa: PLC0415 - 2 MB of a worker that only who asks for a paper should take

    code = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level="M" if len(text) <= M else "L"
    )
    picture: Any = code.to_image(scale=1, add_quiet_zones=False)
    side, rows = picture.shape[0], bytes(memoryview(picture))
    bits, wide = rows.translate(_BITS), (side + 7) // 8 * 8
    lines = (int(bits[at : at + side].ljust(wide, b"1"), 2) for at in range(0, side * side, side))
    return side, "".join(f"{line:0{wide // 4}x}" for line in lines)
