"""Tickets: six letters of one seat in one workshop, the signed address that its QR holds, and reading either back; what a scan does is check_in's matter."""

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Any, NamedTuple

import segno
from flask import current_app
from markupsafe import Markup
from sqlalchemy import bindparam, select

from portal.core import thai, tokens
from portal.core.db import read_rows
from portal.core.errors import Refused
from portal.core.i18n import _, _l, in_lang
from portal.core.tokens import ALPHABET
from portal.mail.compose import link
from portal.participation.models import Registration
from portal.programme.models import Workshop

LETTERS = 6
SIGNATURE = 10  # letters: one in 800 million million is right by chance
LONGEST = 500  # of what a camera may have read

_address = re.compile(
    r"/tickets/([a-z0-9-]{1,60})/([A-Z0-9]{6})\.([A-Z0-9]{1,40})(?=$|[?#/])", re.I | re.ASCII
)
_apart = re.compile(r"[\s\-\u2010-\u2015_.·\u200b-\u200f\ufeff]+")
_letters = re.compile(f"[{ALPHABET}]{{{LETTERS}}}")

# The keys of a Thai keyboard (Kedmanee) by the Latin letters on them, for whoever forgot to switch.
_KEYS = "ๆไ/-ภถุึคตำพะัีรนยฟหกดเ้่าสผปแอิืทฎฑธํ๊ณฯญฤฆฏโฌ็๋ษศฉฮฺ์ข"
_MEANT = "QW23456789ERTYUIOPASDFGHJKLZXCVBNMERTYUIOPASDFGHJKLCVBN-"
_SWITCHED = dict(zip(map(ord, _KEYS), _MEANT, strict=True))

_TAKEN = select(Registration.id).where(
    Registration.workshop_id == bindparam("workshop"), Registration.ticket == bindparam("ticket")
)
_WORKSHOP = select(Workshop.title_th, Workshop.title_en).where(Workshop.code == bindparam("code"))


class NotATicket(Refused):
    text = _l("นี่ไม่ใช่ตั๋วของงานอบรม หาคิวอาร์บนหน้าตั๋ว หรือพิมพ์รหัส 6 ตัว")


class ForgedTicket(Refused):
    text = _l("ตั๋วนี้ไม่ได้ออกโดยระบบนี้ ให้เปิดตั๋วจากหน้า “ของฉัน” หรือค้นในรายชื่อ")


class OtherWorkshop(Refused):
    """A ticket of ours, but of another workshop; the sentence names that one."""


class UnknownTicket(Refused):
    text = _l("ไม่มีตั๋วรหัสนี้ในงานนี้ ตรวจทีละตัวแล้วลองใหม่ หรือค้นในรายชื่อ")


class Ticket(NamedTuple):
    """A ticket as it is shown: its letters, the same in two groups, and the address that its QR holds."""

    letters: str
    shown: str
    address: str


def of(registration: Registration) -> Ticket:
    """The ticket of this registration. No query where its workshop is loaded."""
    return Ticket(registration.ticket, shown(registration.ticket), address(registration))


def address(registration: Registration) -> str:
    """The full address that the QR of this registration holds."""
    return address_of(registration.workshop.code, registration.ticket)


def address_of(workshop: str, ticket: str) -> str:
    """The same from the columns of a list: a workshop's code and a ticket's letters."""
    named = f"{ticket}.{signature(workshop, ticket)}"
    return link("check_in.scanned", workshop=workshop, ticket=named)


def shown(ticket: str) -> str:
    """K7M-4QX: two groups, as people read it aloud."""
    return f"{ticket[:3]}-{ticket[3:]}"


def signature(workshop: str, ticket: str) -> str:
    """Ten letters that only this installation can write beside this ticket of this workshop."""
    return _signature(str(current_app.secret_key), f"ticket:{workshop}:{ticket}", SIGNATURE)


def letters_of(purpose: str, length: int) -> str:
    """Letters that only this installation can write for this purpose."""
    return _signature(str(current_app.secret_key), purpose, length)


def free_in(workshop: Workshop) -> str:
    """Letters that nobody has in this workshop, under its lock, which the caller holds. One query, again by rare chance."""
    while True:
        ticket = tokens.new_ticket()
        if read_rows(_TAKEN, workshop=workshop.id, ticket=ticket).first() is None:
            return ticket


def read(text: str, workshop: str) -> str:
    """The six letters that this text means at the door of this workshop (its code): the address in a QR, or the letters
    typed in any case, with blanks or hyphens, or on a Thai keyboard. Whether anybody has them is not asked.

    Refuses with NotATicket, ForgedTicket, and OtherWorkshop for a ticket of ours that belongs elsewhere.
    """
    found = _address.search(text[:LONGEST])
    if found is None:
        return _typed(text)
    where, ticket = found[1].lower(), found[2].upper()
    if not is_signed(where, ticket, found[3]):
        raise ForgedTicket
    if where != workshop:
        raise OtherWorkshop(_of_another(where))
    return ticket


def letters_in(text: str) -> str:
    """What somebody typed as a code, in one spelling: capitals, nothing between them, Thai keys as the Latin ones."""
    text = thai.plain_digits(text[:LONGEST]).strip()
    if not text.isascii() and any(ord(letter) in _SWITCHED for letter in text):
        text = text.translate(_SWITCHED)
    return _apart.sub("", text).upper()


def is_signed(workshop: str, ticket: str, by: str) -> bool:
    """Whether these letters stand beside a ticket that we gave out."""
    return hmac.compare_digest(signature(workshop, ticket).encode(), by.upper().encode())


@lru_cache(maxsize=512)  # drawing one takes longer than a page
def qr(text: str) -> Markup:
    """The text as a QR code: an SVG without a size of its own, black on white in any theme, that readers skip."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        omitsize=True, border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - drawn here


@lru_cache(maxsize=4_096)
def _signature(secret: str, message: str, length: int) -> str:
    number = int.from_bytes(hmac.digest(secret.encode(), f"portal:{message}".encode(), hashlib.sha256))
    letters = []
    for _at in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def _typed(text: str) -> str:
    letters = letters_in(text)
    if _letters.fullmatch(letters):
        return letters
    if len(letters) == LETTERS and letters.isascii() and letters.isalnum():
        raise UnknownTicket  # with a 0 or an O in it, which no ticket has
    raise NotATicket


def _of_another(workshop: str) -> str:
    row: Any = read_rows(_WORKSHOP, code=workshop).first()
    return str(_("ตั๋วนี้เป็นของงาน “%(title)s” ไม่ใช่งานนี้", title=in_lang(row, "title") if row else workshop))
