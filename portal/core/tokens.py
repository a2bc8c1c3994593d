"""Secrets that travel in addresses: random codes, and signed tokens with a purpose and an age; whom they let in is the caller's rule."""

import secrets
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.core.errors import Refused
from portal.core.i18n import _l

# Without look-alikes (0 O 1 I L), so that a code can be read aloud and typed.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class BadToken(Refused):
    """The token is altered, made for something else, or too old."""

    text = _l("ลิงก์นี้ใช้ไม่ได้แล้ว ขอลิงก์ใหม่อีกครั้ง")


def new_code(length: int = 8) -> str:
    """A random public code of letters and digits without look-alikes."""
    # One number instead of a letter at a time: a letter to two thousand people asks for as many codes.
    number = secrets.randbelow(len(ALPHABET) ** length)
    letters = []
    for _ in range(length):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return "".join(letters)


def new_ticket() -> str:
    """Six of the same letters: short enough to type at a door, unique only where its table says so."""
    return new_code(6)


def new_secret() -> str:
    """A random secret of 256 bits, fit for an address."""
    return secrets.token_urlsafe(32)


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=f"portal:{purpose}")


def sign(purpose: str, payload: Any) -> str:
    """A token that `read` gives back for the same purpose. The payload is readable by anyone, so it holds no secret."""
    return str(_serializer(purpose).dumps(payload))


def read(purpose: str, token: str, *, max_age: int) -> Any:
    """What was signed for this purpose at most `max_age` seconds ago (real clock). Refuses with BadToken."""
    try:
        return _serializer(purpose).loads(token, max_age=max_age)
    except BadSignature as no:
        raise BadToken from no
