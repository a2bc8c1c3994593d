"""What a certificate says, as the text its QR holds: signed, so that it can be believed without asking us. Keys are keys' matter.

A claim is a JWS in compact form (RFC 7515) by Ed25519 (RFC 8037): header {"alg": "EdDSA", "kid": …, "typ": "json+deflate"}, the payload is
JSON, deflated (RFC 1951), for Thai takes three bytes a letter. The QR holds the address of the certificate's page with the
claim behind a #: a camera opens the page, and who has no network reads the claim.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal.core.errors import Refused
from portal.core.i18n import _l

LONGEST = 4_000  # letters of a claim, as many as its column holds
MOST_BYTES = 8_192  # of what it says, once inflated
VERSION = 1
TYPE = "json+deflate"


class NoClaim(Refused):
    text = _l("ข้อความนี้ไม่ใช่ใบประกาศของระบบนี้ หรืออ่านมาไม่ครบ")


class Altered(Refused):
    text = _l("ลายมือชื่อดิจิทัลไม่ตรงกับข้อความ ใบประกาศนี้ถูกแก้ไขหรืออ่านมาผิด")


class UnknownKey(Refused):
    text = _l("ลงชื่อด้วยกุญแจที่ไม่รู้จัก จึงยืนยันไม่ได้ว่าเป็นใบประกาศของระบบนี้")


class Distrusted(Refused):
    text = _l(
        "ลงนามด้วยกุญแจที่เลิกเชื่อถือแล้ว ลายมือชื่อนี้จึงไม่ยืนยันอะไร ตรวจด้วยรหัสบนใบกับระบบ หรือขอใบที่ดาวน์โหลดใหม่จากผู้ถือใบ"
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """What is signed, in the words of the day of issue; `issued` and `earned` are days as ISO writes them."""

    code: str
    kind: str
    holder: str
    agency: str  # "" for somebody of no agency
    title: str
    earned: str
    issued: str
    issuer: str  # the address of the portal


def sealed(claim: Claim, *, kid: str, sign: Callable[[bytes], bytes]) -> str:
    """The claim as text, signed."""
    payload = json.dumps({"v": VERSION, **asdict(claim)}, ensure_ascii=False, separators=(",", ":")).encode()
    deflate = zlib.compressobj(9, wbits=-15)
    body = (
        _plain({"alg": "EdDSA", "kid": kid, "typ": TYPE})
        + "."
        + _text(deflate.compress(payload) + deflate.flush())
    )
    return f"{body}.{_text(sign(body.encode()))}"


def opened(
    text: str, *, public_keys: Mapping[str, bytes], distrusted: Collection[str] = ()
) -> tuple[Claim, str]:
    """What a claim says, and the kid of the key that signed it; `text` is what a QR held or the claim alone.

    Refuses NoClaim, Distrusted, UnknownKey and Altered. That it stands, and was not revoked since, only the portal knows.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as below
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - 60 ms and 8 MB

    parts = text.strip().rpartition("#")[2].split(".")
    if len(parts) != 3 or len(text) > 2 * LONGEST:
        raise NoClaim
    header = _json(_bytes(parts[0]))
    if header.get("alg") != "EdDSA" or header.get("typ") != TYPE:
        raise NoClaim
    kid = header.get("kid")
    if isinstance(kid, str) and kid in distrusted:
        raise Distrusted
    if not isinstance(kid, str) or kid not in public_keys:
        raise UnknownKey
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public_keys[kid]).verify(
            _bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode()
        )
    except InvalidSignature as no:
        raise Altered from no
    return _claim(_json(_inflated(_bytes(parts[1])))), kid


def _claim(said: dict[str, Any]) -> Claim:
    try:
        values = {name: said[name] for name in Claim.__dataclass_fields__}
    except KeyError as no:
        raise NoClaim from no
    if said.get("v") != VERSION or not all(isinstance(value, str) for value in values.values()):
        raise NoClaim
    return Claim(**values)


def _plain(values: Mapping[str, str]) -> str:
    return _text(json.dumps(values, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Only the one way of writing these bytes is taken: else letters could be changed that nothing signs."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as no:
        raise NoClaim from no
    if _text(data) != text:
        raise Altered
    return data


def _json(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as no:
        raise NoClaim from no
    if not isinstance(said, dict):
        raise NoClaim
    return said


def _inflated(data: bytes) -> bytes:
    inflate = zlib.decompressobj(wbits=-15)
    try:
        said = inflate.decompress(data, MOST_BYTES)
    except zlib.error as no:
        raise NoClaim from no
    if inflate.unconsumed_tail:
        raise NoClaim
    return said
