"""Names of people as Thais write them, with ranks and titles before them or joined to them; whose name it is, is the rooms' matter."""

import re
from typing import NamedTuple

from portal.core.thai import search_key, tidy

_VOWELS = "ะ-ฺๅ็-๎"  # what cannot begin a word: behind it, the letters before are no title but part of a name

# Written out; the longest first, so that ผู้ช่วยศาสตราจารย์ is not taken for what it begins with.
_WHOLE = """
    ผู้ช่วยศาสตราจารย์ รองศาสตราจารย์ ศาสตราจารย์ ดอกเตอร์ นายแพทย์ แพทย์หญิง ทันตแพทย์หญิง ทันตแพทย์ เภสัชกรหญิง เภสัชกร
    สัตวแพทย์หญิง สัตวแพทย์ นางสาว นาง นาย เด็กชาย เด็กหญิง คุณหญิง ท่านผู้หญิง คุณ อาจารย์ ว่าที่
    พลเอก พลโท พลตรี พันเอก พันโท พันตรี ร้อยเอก ร้อยโท ร้อยตรี จ่าสิบเอก จ่าสิบโท จ่าสิบตรี สิบเอก สิบโท สิบตรี
    พลเรือเอก พลเรือโท พลเรือตรี นาวาเอก นาวาโท นาวาตรี เรือเอก เรือโท เรือตรี
    พลอากาศเอก พลอากาศโท พลอากาศตรี นาวาอากาศเอก นาวาอากาศโท นาวาอากาศตรี เรืออากาศเอก เรืออากาศโท เรืออากาศตรี
    พลตำรวจเอก พลตำรวจโท พลตำรวจตรี พันตำรวจเอก พันตำรวจโท พันตำรวจตรี ร้อยตำรวจเอก ร้อยตำรวจโท ร้อยตำรวจตรี ดาบตำรวจ
    จ่าสิบตำรวจ สิบตำรวจเอก สิบตำรวจโท สิบตำรวจตรี หม่อมเจ้า หม่อมราชวงศ์ หม่อมหลวง พระมหา
"""
_whole = "|".join(sorted(_WHOLE.split(), key=len, reverse=True))
_title = re.compile(
    rf"""(?:
        (?:[ก-ฮ]{{1,4}}\.\s*)+ (?:หญิง(?![{_VOWELS}])|\(พิเศษ\))?      # รศ.ดร. พล.ต.อ. น.ส. ร.ต.อ.หญิง: no name has a full stop
      | (?:{_whole})(?![{_VOWELS}])(?:(?:(?<=เอก)|(?<=โท)|(?<=ตรี)|(?<=ตำรวจ))หญิง(?![{_VOWELS}])|(?<=ศาสตราจารย์)เกียรติคุณ)?
      | (?:asst|assoc|associate|assistant|prof|professor|dr|mrs|mr|ms|miss)(?:\.\s*|\s+)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)

# How lists of people head the columns with a name, in small letters.
HEADINGS = {
    "title": ("คำนำหน้า", "คำนำหน้าชื่อ", "คำนำหน้านาม", "ยศ"),
    "name": (
        "ชื่อ",
        "ชื่อ-สกุล",
        "ชื่อ - สกุล",
        "ชื่อ สกุล",
        "ชื่อสกุล",
        "ชื่อ-นามสกุล",
        "ชื่อ - นามสกุล",
        "ชื่อ นามสกุล",
        "ชื่อและนามสกุล",
        "name",
        "full name",
    ),
    "last_name": ("นามสกุล", "สกุล", "last name"),
}


class Name(NamedTuple):
    """A name apart from what stands before it: ("รศ.ดร.", "สมชาย ใจดี"); the title may be "", the name never is."""

    title: str
    name: str


def split(text: str) -> Name:
    """The title and the name of a person; a text that would be nothing but titles is all name. Spaces are squeezed."""
    text = " ".join(tidy(text).split())
    end = 0
    while (found := _title.match(text, end)) and found.end() < len(text):
        end = found.end()
    return Name(text[:end].strip(), text[end:])


def key(text: str) -> str:
    """The same for all spellings of one person's name: without title, spaces, dots and case."""
    return search_key(split(text).name)


def is_same(one: str, other: str) -> bool:
    """Whether two writings differ in nothing but spaces, dots and invisible letters, titles included."""
    return one == other or search_key(one) == search_key(other)
