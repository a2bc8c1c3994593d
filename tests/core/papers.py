"""Papers as tests read them: the text of their pages, as two readers find it, and the codes that a camera would see."""

import io
from typing import Any

import pypdfium2
import zxingcpp
from pypdf import PdfReader

from portal.core import thai


def read(file: bytes) -> list[list[str]]:
    """The lines of each page as Chromium's reader gives them."""
    with pypdfium2.PdfDocument(file) as document:
        return [page.get_textpage().get_text_range().split("\r\n") for page in document]


def read_plainly(file: bytes) -> list[list[str]]:
    """The lines of each page from the letters alone, as a reader finds them that knows nothing of texts beside them."""
    return [
        [" ".join(thai.tidy(line).split()) for line in page.extract_text().split("\n")]
        for page in PdfReader(io.BytesIO(file)).pages
    ]


def about(file: bytes) -> dict[str, Any]:
    """Title, language and date of the file."""
    reader = PdfReader(io.BytesIO(file))
    said: Any = reader.metadata
    return {"title": said.title, "at": said.creation_date, "lang": reader.root_object["/Lang"]}


def codes(file: bytes, page: int = 0) -> list[str]:
    """The texts of the QR codes on a page, drawn as a printer would at 150 dpi, in the order in which one reads a page."""
    with pypdfium2.PdfDocument(file) as document:
        picture = document[page].render(scale=150 / 72, grayscale=True).to_pil()
    found = zxingcpp.read_barcodes(picture)
    found.sort(key=lambda code: (round(code.position.top_left.y / 50), code.position.top_left.x))
    return [code.text for code in found]


def photographed(file: bytes, page: int = 0, *, turned: float = 7.0) -> bytes:
    """A page as a phone takes it: small, askew, grey and packed as JPEG."""
    with pypdfium2.PdfDocument(file) as document:
        picture = document[page].render(scale=100 / 72, grayscale=True).to_pil()
    askew = picture.rotate(turned, expand=True, fillcolor=180).point(lambda shade: 40 + shade * 0.7)
    jpeg = io.BytesIO()
    askew.save(jpeg, "JPEG", quality=60)
    return jpeg.getvalue()


def ink(
    file: bytes, page: int = 0, within: tuple[float, float, float, float] | None = None
) -> tuple[float, float, float, float]:
    """The box round all that is drawn on a page (or within a part of it), in millimetres: left, top, right, bottom."""
    dots = 4 * 72 / 25.4
    with pypdfium2.PdfDocument(file) as document:
        picture = document[page].render(scale=4, grayscale=True).to_pil()
    if within:
        picture = picture.crop(tuple(round(side * dots) for side in within))
    box = picture.point(lambda shade: 255 if shade < 200 else 0).getbbox()
    x, y = within[:2] if within else (0.0, 0.0)
    left, top, right, bottom = (side / dots for side in box)
    return left + x, top + y, right + x, bottom + y
