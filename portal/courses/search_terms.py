"""Words of the glossaries as they are searched: what one means, and which one was meant; which lessons have it is search's matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.core import thai
from portal.courses import search_keys, search_marks
from portal.courses.course import Course, Term
from portal.courses.search_keys import Folded
from portal.courses.search_words import Wanted

MOST_TERMS = 6
CUTOFF = 0.72  # how alike the word that may have been meant is


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a glossary as it is searched: Thai, English, other spellings, a line each."""

    course: Course
    term: Term
    words: Folded
    name: str  # the key of the Thai one


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all glossaries in Thai order, and all their keys."""

    all: Sequence[Word] = ()
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word of a glossary, with the hits marked."""

    course: Course
    term: Term
    th: Markup
    en: Markup


def of(courses: Iterable[Course]) -> Words:
    """The words of the glossaries; of one that several courses have, the first."""
    found: dict[str, Word] = {}
    for course in courses:
        for term in course.glossary:
            names = "\n".join(thai.tidy(name) for name in (term.th, term.en, *term.also))
            name = thai.search_key(term.th)
            found.setdefault(name, Word(course, term, search_keys.fold(names), name))
    words = sorted(found.values(), key=lambda one: thai.sort_key(one.term.th))
    return Words(words, "\n".join(one.words.key for one in words))


def meanings(words: Words, wanted: Wanted) -> list[Meaning]:
    """The first words that have all that was looked for, those called just so before the others."""
    found = words.all
    for spellings in wanted.words:
        if not any(map(words.keys.__contains__, spellings)):
            return []
        found = [one for one in found if any(map(one.words.key.__contains__, spellings))]
    found = sorted(found, key=lambda one: wanted.words[0][0] not in one.words.key.split("\n"))
    return [
        Meaning(one.course, one.term, *(search_marks.line(one.words, line, wanted.words) for line in (0, 1)))
        for one in found[:MOST_TERMS]
    ]


def nearest(key: str, words: Words) -> str:
    """The word of a glossary that was most likely meant; "" when none is near. Only those that share half their letters are held against it."""
    letters = set(key)
    near = [
        one.term.th
        for one in words.all
        if abs(len(one.name) - len(key)) <= len(key) // 2
        and 2 * len(letters & set(one.name)) >= max(len(letters), 1)
    ]
    return thai.nearest(key, near, cutoff=CUTOFF) or ""
