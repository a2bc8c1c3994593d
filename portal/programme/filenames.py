"""File names as they are kept and sent: safe on every system, Thai letters and the ending as they were; what is inside is kinds' matter."""

import re
import unicodedata
from collections.abc import Collection

from portal.core.thai import without_heaps

MOST_LETTERS = 150
MOST_BYTES = 240  # of UTF-8: file systems take 255, and unpacking may add a number
NAMELESS = "เอกสาร"

_not_in_names = re.compile(r'[<>:"|?*]')
_reserved = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=$|\.)", re.IGNORECASE)


def safe_name(sent: str) -> str:
    """The name without folders, control and direction characters, heaps of marks, and at most MOST_LETTERS long. Never empty."""
    name = unicodedata.normalize("NFC", sent.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(" " if letter.isspace() else letter for letter in name)
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] not in "C")
    name = " ".join(without_heaps(_not_in_names.sub("-", name)).split()).strip(". ")
    stem, ending = split(name)
    stem = _cut(_without_first_marks(stem), MOST_LETTERS - len(ending), MOST_BYTES - len(ending)).rstrip(". ")
    if _reserved.match(stem):
        stem = f"_{stem}"
    return f"{stem or NAMELESS}{ending}"


def split(name: str) -> tuple[str, str]:
    """The name before its ending, and the ending with its dot, in small letters; "" where there is none of Latin letters."""
    stem, dot, ending = name.rpartition(".")
    if dot and ending.isascii() and ending.isalnum() and len(ending) <= 8:
        return stem, f".{ending.lower()}"
    return name, ""


def distinct(name: str, taken: Collection[str]) -> str:
    """The name, with a number before its ending where it is taken; `taken` holds names in small letters."""
    stem, ending = split(name)
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{stem} ({number}){ending}"
    return found


def _without_first_marks(stem: str) -> str:
    at = next((at for at, letter in enumerate(stem) if unicodedata.category(letter)[0] != "M"), len(stem))
    return stem[at:]


def _cut(stem: str, letters: int, size: int) -> str:
    """So much of it as has room, never between a letter and its marks."""
    kept = stem[:letters]
    while len(kept.encode()) > size:
        kept = kept[:-1]
    while kept and len(kept) < len(stem) and unicodedata.category(stem[len(kept)])[0] == "M":
        kept = kept[:-1]
    return kept
