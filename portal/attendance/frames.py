"""Reads the QR code in a picture from a door's camera, for phones that cannot do so themselves; what the text means is the tickets' matter."""

import io

from portal.core.errors import Refused
from portal.core.i18n import _l

MOST_BYTES = 200 * 1024
LONGEST_SIDE = 1_600  # in pixels: more shows nothing that a door needs, and a small file may claim any size


class NotAPicture(Refused):
    text = _l("อ่านภาพนี้ไม่ได้ ส่งภาพ JPEG ด้านละไม่เกิน 1,600 จุด")


def text_in(jpeg: bytes) -> str | None:
    """The text of the QR code in the picture, None where there is none. Refuses NotAPicture."""
    import zxingcpp  # noqa: PLC0415 - 2 MB of a worker that only a phone without a reader of its own asks for
    from PIL import Image  # noqa: PLC0415 - 40 ms of import that only such a phone asks for

    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            if max(picture.size) > LONGEST_SIDE:
                raise NotAPicture
            found = zxingcpp.read_barcodes(
                picture.convert("L"), zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
            )
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as no:
        raise NotAPicture from no
    return next((code.text for code in found if code.text), None)
