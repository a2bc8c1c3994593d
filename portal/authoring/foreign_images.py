"""Images that come along with questions: made fit for a pack and named so that none takes another's place; where they stand is told by the text."""

import base64
import binascii
import io
import posixpath
import re
from urllib.parse import unquote, unquote_to_bytes

from portal.authoring import foreign_text
from portal.authoring.brought import Reading
from portal.core.i18n import _
from portal.courses import pack, pictures

MOST_PIXELS = 25_000_000

_DATA = re.compile(r"data:image/[\w.+-]+((?:;[\w=.-]+)*),(.*)", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"


def shown(reading: Reading, line: int, address: str, words: str, files: dict[str, bytes]) -> str | None:
    """The Markdown of the image at this address among these files; None, with a note, where there is none for us."""
    body = _body(address, files)
    name = (
        posixpath.basename(unquote(address.partition("?")[0]))
        if not address.startswith("data:")
        else "image.png"
    )
    path = _kept(reading, name, body) if body is not None else None
    if path is None:
        reading.notes(line, _("ภาพ “%(name)s” ไม่ได้นำเข้า เหลือเพียงคำบรรยาย", name=name[:60]))
        return None
    if not words:
        words = _("ภาพ %(name)s", name=posixpath.splitext(posixpath.basename(path))[0])
        reading.counts(_("ภาพไม่มีคำบรรยายแทนภาพ ใส่ชื่อไฟล์ไว้ก่อน แก้ให้บอกว่าเห็นอะไร"), line)
    return f"![{foreign_text.line_of_plain(words)}](../{path})"


def _body(address: str, files: dict[str, bytes]) -> bytes | None:
    if found := _DATA.match(address):
        try:
            return base64.b64decode(found[2]) if ";base64" in found[1] else unquote_to_bytes(found[2])
        except (binascii.Error, ValueError):
            return None
    return files.get(unquote(address.partition("?")[0]))


def _kept(reading: Reading, name: str, body: bytes) -> str | None:
    """Where the image stands in the pack from now on; the same image is kept once."""
    fit = _fit(body)
    if fit is None or len(fit[1]) > pack.MOST_BYTES_OF_AN_IMAGE:
        return None
    ending, body = fit
    stem = re.sub(r"[^a-z0-9]+", "-", posixpath.splitext(name)[0].lower()).strip("-")[:60] or "image"
    for count in range(1, 10_000):
        path = f"{pack.IMAGES}/{stem}{f'-{count}' if count > 1 else ''}{ending}"
        there = reading.found.images.get(path, reading.taken.get(path))
        if there is None:
            reading.found.images[path] = body
        if there is None or there == body:
            return path
    return None


def _fit(body: bytes) -> tuple[str, bytes] | None:
    """Ending and bytes of an image that a pack may hold; photographs become PNG."""
    if body.startswith(_PNG):
        return ".png", body
    if body.lstrip()[:1] == b"<":
        return (".svg", body) if not pictures.faults("image.svg", body) else None
    from PIL import Image  # noqa: PLC0415 - Pillow costs 60 ms that only photographs should pay

    try:
        with Image.open(io.BytesIO(body), formats=("JPEG", "GIF", "WEBP", "BMP")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            out = io.BytesIO()
            image.convert("RGBA" if "transparency" in image.info else "RGB").save(out, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return ".png", out.getvalue()
