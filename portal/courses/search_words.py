"""What somebody typed to search for, as spellings to look for; where they stand is search's matter."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.core import thai
from portal.courses.course import Course, Term

LEAST, MOST = 2, 100  # letters
MOST_WORDS = 8

_in_brackets = re.compile(r"\(([^()]*)\)")
_blank = re.compile(r"\s+")
_blank_apart = re.compile(r"\s+(?!\d)")  # หมวด 4 and PMQA 4.0 are one word
_letters = re.compile(r"[^\W_]")

Spellings = tuple[str, ...]


class Fault(StrEnum):
    """Why nothing can be looked for."""

    EMPTY = "empty"
    SHORT = "short"
    LONG = "long"
    NO_LETTERS = "no letters"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`words`: for each the spellings, as keys, of which a lesson must have one."""

    typed: str
    words: tuple[Spellings, ...] = ()
    fault: Fault | None = None


def read(typed: str, same: Mapping[str, Spellings]) -> Iterator[Wanted]:
    """What to look for, the strictest way first; `same` is what `spellings` gave. Without a letter to look for, its fault."""
    if len(typed) > MOST:
        yield Wanted(typed[:MOST], fault=Fault.LONG)
        return
    text = thai.plain_digits(" ".join(typed.split()))
    if not text or (fault := _fault(text)):
        yield Wanted(text, fault=fault if text else Fault.EMPTY)
        return
    seen = set()
    for parts in ([text], _blank_apart.split(text), _blank.split(text)):
        keys = tuple(dict.fromkeys(key for part in parts if len(key := thai.search_key(part)) >= LEAST))
        if keys and keys not in seen:
            seen.add(keys)
            yield Wanted(typed, tuple(same.get(key, (key,)) for key in keys[:MOST_WORDS]))


def _fault(text: str) -> Fault | None:
    if not _letters.search(text):
        return Fault.NO_LETTERS
    return Fault.SHORT if len(thai.search_key(text)) < LEAST else None


def spellings(courses: Iterable[Course]) -> dict[str, Spellings]:
    """For each way to write a word of a glossary, all ways to write it, that one first."""
    same: dict[str, Spellings] = {}
    for course in courses:
        for term in course.glossary:
            keys = tuple(dict.fromkeys(_keys(term)))
            for key in keys:
                same[key] = tuple(dict.fromkeys((key, *same.get(key, ()), *keys)))
    return same


def _keys(term: Term) -> Iterator[str]:
    for name in _names((term.th, term.en, *term.also, *term.avoid)):
        key = thai.search_key(name)
        if len(key) >= LEAST:
            yield key


def _names(names: Sequence[str]) -> Iterator[str]:
    """Each name, and what stands in its brackets as another: พีเอ็มคิวเอ (PMQA)."""
    for name in names:
        yield _in_brackets.sub("", name)
        yield from _in_brackets.findall(name)
