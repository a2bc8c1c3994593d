"""Placeholders of a letter to many, such as {ชื่อ}: which there are, and putting words in their place exactly once; to whom it goes is recipients' matter."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from portal.core import thai
from portal.core.errors import Refused
from portal.core.i18n import _, _l


class Name(StrEnum):
    """What a placeholder stands for, by its English name."""

    NAME = "name"
    AGENCY = "agency"
    TICKET = "ticket"
    WORKSHOP = "workshop"
    DAYS = "days"
    VENUE = "venue"
    TICKET_LINK = "ticket link"
    WORKSHOP_LINK = "workshop link"
    LESSONS_LINK = "lessons link"


# As people write them, each with what it becomes.
THAI = {
    Name.NAME: "ชื่อ",
    Name.AGENCY: "หน่วยงาน",
    Name.WORKSHOP: "งาน",
    Name.DAYS: "วันที่",
    Name.VENUE: "สถานที่",
    Name.TICKET: "รหัสตั๋ว",
    Name.TICKET_LINK: "ลิงก์ตั๋ว",
    Name.WORKSHOP_LINK: "ลิงก์งาน",
    Name.LESSONS_LINK: "ลิงก์บทเรียน",
}
MEANINGS = {
    Name.NAME: _l("ชื่อผู้รับ"),
    Name.AGENCY: _l("หน่วยงานที่ผู้รับลงทะเบียนในนาม"),
    Name.WORKSHOP: _l("ชื่องานอบรม"),
    Name.DAYS: _l("วันอบรม"),
    Name.VENUE: _l("สถานที่อบรม"),
    Name.TICKET: _l("รหัสบนตั๋วของผู้รับ"),
    Name.TICKET_LINK: _l("ที่อยู่หน้าตั๋วพร้อม QR ผู้รับต้องเข้าสู่ระบบ"),
    Name.WORKSHOP_LINK: _l("ที่อยู่หน้างานอบรม"),
    Name.LESSONS_LINK: _l("ที่อยู่บทเรียน ถ้าเขียนถึงผู้ที่ยังไม่ผ่านส่วนใด จะเป็นบทเรียนของส่วนนั้น"),
}

_braces = re.compile(r"\{([^{}]*)\}|[{}]")
_by_key = {thai.search_key(word): name for name in Name for word in (name, THAI[name])}


class UnknownPlaceholder(Refused):
    """The letter holds one that there is not; the sentence names it."""


class OddBrace(Refused):
    text = _l("ปีกกาไม่ครบคู่ ใช้ปีกกาเฉพาะรอบคำที่ให้ระบบเติม เช่น {ชื่อ}")


def check(text: str, *, field: str) -> None:
    """Refuses, at this field, with UnknownPlaceholder what stands in braces and is none, with OddBrace a brace without its pair."""
    found = list(_braces.finditer(text))
    unknown = dict.fromkeys(one[0] for one in found if one[1] is not None and _name(one[1]) is None)
    if unknown:
        raise UnknownPlaceholder(" ".join(map(_not_known, unknown)), field=field)
    if any(one[1] is None for one in found):
        raise OddBrace(field=field)


def _name(words: str) -> Name | None:
    return _by_key.get(thai.search_key(words))


def _not_known(written: str) -> str:
    known = [word for name in Name for word in (THAI[name], name.value)]
    meant = thai.nearest(written, known, cutoff=0.6)
    if meant:
        return _("ไม่รู้จัก %(written)s หมายถึง {%(meant)s} ใช่หรือไม่", written=written, meant=meant)
    every = " ".join(f"{{{word}}}" for word in THAI.values())
    return _("ไม่รู้จัก %(written)s ที่ใช้ได้คือ %(every)s", written=written, every=every)


def put(text: str, word_of: Callable[[Name], str]) -> str:
    """The text with a word for each placeholder. What comes in is not looked at again; what is no placeholder stays."""

    def word(found: re.Match[str]) -> str:
        name = _name(found[1]) if found[1] is not None else None
        return found[0] if name is None else word_of(name)

    return _braces.sub(word, text)


class Holes:
    """Marks for what differs from reader to reader, so that a mail is made once for all; nobody else can write them."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._mark = re.compile(f"\x02{secret}([a-z]+)\x03")

    def mark(self, name: Name) -> str:
        return f"\x02{self._secret}{name}\x03"

    def filled(self, text: str, words: Mapping[Name, str]) -> str:
        return self._mark.sub(lambda found: words[Name(found[1])], text)
