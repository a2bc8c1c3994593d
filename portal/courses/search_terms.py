"""Words of the glossaries as they are searched: what one means, and which one was meant; which lessons have it is search's matter."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from portal.core import thai
from portal.courses import search_keys, search_marks
from portal.courses.course import Course, Term
from portal.courses.search_keys import Folded
from portal.courses.search_marks import Line
from portal.courses.search_words import Wanted

MOST_TERMS = 6
CUTOFF = 0.72  # how alike the word that may have been meant is


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a glossary as it is searched: Thai, English, other spellings, a line each."""

    course: Course
    term: Term
    words: Folded
    names: Sequence[Line]  # the Thai one and the English one
    key: str  # of the Thai one


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all glossaries in Thai order, and all their keys; `begins`: where in them those of each begin."""

    all: Sequence[Word] = ()
    keys: str = ""
    begins: Sequence[int] = ()


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
            key, folded = thai.search_key(term.th), search_keys.fold(names)
            found.setdefault(key, Word(course, term, folded, search_marks.lines(folded, 2), key))
    words = sorted(found.values(), key=lambda one: thai.sort_key(one.term.th))
    keys = [one.words.key for one in words]
    begins = accumulate((len(key) + 1 for key in keys), initial=0)
    return Words(words, "\n".join(keys), list(begins))


def meanings(words: Words, wanted: Wanted) -> list[Meaning]:
    """The first words that have all that was looked for, those called just so before the others."""
    having = set.intersection(*(set(_having(words, spellings)) for spellings in wanted.words))
    found = [words.all[number] for number in sorted(having)]
    found.sort(key=lambda one: wanted.words[0][0] not in one.words.key.split("\n"))
    return [
        Meaning(
            one.course, one.term, *(search_marks.line(one.words, name, wanted.words) for name in one.names)
        )
        for one in found[:MOST_TERMS]
    ]


def _having(words: Words, spellings: Iterable[str]) -> Iterator[int]:
    """The words, by their numbers, of whose keys one has one of these spellings."""
    for spelling in spellings:
        at = words.keys.find(spelling)
        while at >= 0:
            number = bisect_right(words.begins, at) - 1
            yield number
            at = words.keys.find(spelling, words.begins[number + 1])


def nearest(key: str, words: Words) -> str:
    """The word of a glossary that was most likely meant; "" when none is near. Only those that share half their letters are held against it."""
    letters = set(key)
    near = [
        one.term.th
        for one in words.all
        if abs(len(one.key) - len(key)) <= len(key) // 2
        and 2 * len(letters & set(one.key)) >= max(len(letters), 1)
    ]
    return thai.nearest(key, near, cutoff=CUTOFF) or ""
