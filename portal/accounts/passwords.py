"""Passwords: which are good enough, and their argon2 hashes; who may set one is the matter of sign-up and recovery."""

import os
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from portal.core.errors import Refused
from portal.core.i18n import _, _l

SHORTEST = 10
LONGEST = 200

# OWASP's 19 MiB profile: some 25 ms and 19 MiB a hash. Only so many at once, or a wave of sign-ins takes all memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = BoundedSemaphore(max(2, os.cpu_count() or 1))
# What is verified when nobody has the address, so that the answer takes as long.
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$vk0Ct1LGGcuG0C+6XWpk2g$mjd0sAan8UfTD+oTcBV9bmCSXCSVSQimXOF5+JeFSNg"

# What is tried first everywhere, and here: ten characters and longer, folded.
_WELL_KNOWN = """
    1234567890 0123456789 12345678910 123456789a 0987654321 1111111111 0000000000 9999999999 1122334455 1231231231
    1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 qwertyuiop qwerty1234 qwerty12345 qwerty123456 asdfghjkl; asdfghjkl1 zxcvbnm123
    password12 password123 password1234 passw0rd123 p@ssw0rd123 p@ssword123 p@ssw0rd1234 iloveyou123 welcome123
    admin12345 admin123456 administrator letmein123 changeme123 abcdefghij abcd123456 abcde12345 abc1234567 a123456789
    thailand123 bangkok123 pmqa123456 pmqa2566pmqa opdc123456 ฟหกดฟหกด11 ฟหกด่าสวฟหกด ๑๒๓๔๕๖๗๘๙๐
"""
COMMON = frozenset(_WELL_KNOWN.split())


class WeakPassword(Refused):
    """The password is too short, too well known, or the address itself."""

    def __init__(self, text: object) -> None:
        super().__init__(text, field="password")


def _plain(password: str) -> str:
    """One form for what looks the same: a keyboard may send ำ or แ in another way tomorrow."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, email: str) -> None:
    """Refuse with WeakPassword one that is shorter than ten characters, known to everybody, or made of the address."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        missing = SHORTEST - len(plain)
        raise WeakPassword(_("ตอนนี้มี %(count)d ตัว เพิ่มอีก %(missing)d ตัว", count=len(plain), missing=missing))
    if len(plain) > LONGEST:
        raise WeakPassword(_("ยาวได้ไม่เกิน %(max)d ตัวอักษร", max=LONGEST))
    folded = plain.casefold().strip()
    if folded in (email.casefold(), email.casefold().partition("@")[0]):
        raise WeakPassword(_l("ตั้งให้ต่างจากอีเมล"))
    if folded in COMMON or len(set(folded)) <= 2:
        raise WeakPassword(_l("รหัสนี้มีคนใช้มากจนเดาได้ ลองใช้ประโยคที่จำได้"))


def hash_password(password: str) -> str:
    """The argon2id hash to store. Slow on purpose: call it outside a transaction."""
    with _at_once:
        return _hasher.hash(_plain(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of the hash; None is nobody's and takes as long. Slow on purpose: outside a transaction."""
    with _at_once:
        try:
            _hasher.verify(password_hash or NOBODYS, _plain(password))
        except (Argon2Error, InvalidHashError):
            return False
    return password_hash is not None


def is_dated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew at the next sign-in."""
    return _hasher.check_needs_rehash(password_hash)
