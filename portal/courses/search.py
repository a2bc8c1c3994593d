"""Finding lessons and words of the glossaries by what somebody typed; it knows no person, and asks no database but for new editions.

Each process reads an edition once into an index and keeps it as long as the edition is current.
"""

import gc
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from flask import current_app
from markupsafe import Markup

from portal.core import thai
from portal.courses import catalog, search_index, search_marks, search_terms, search_words
from portal.courses.course import Course, Lesson, Module
from portal.courses.search_index import Entry, Index
from portal.courses.search_terms import Meaning, Words
from portal.courses.search_words import Fault, Spellings, Wanted

MOST_ANSWERS = 300  # kept in a process, each with its pages

Levels = tuple[int, int, int]  # lessons, a bit each, the nearest first; none in two

_NOTHING = Wanted("")
_EXTENSION = "search"
_keeping = threading.Lock()  # threads of a worker share the answers
_making = threading.Lock()


@dataclass(slots=True)
class _Known:
    """What one process keeps: an index for each current course, the words of all glossaries, and all ways to write each."""

    courses: tuple[Course, ...] = ()
    indexes: list[Index] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    same: dict[str, Spellings] = field(default_factory=dict)
    answers: OrderedDict[str, "Found"] = field(default_factory=OrderedDict)


class Excerpt(NamedTuple):
    """A piece of a lesson with its hits marked, and the heading above it."""

    html: Markup
    anchor: Markup
    heading: Markup


class Hit(NamedTuple):
    """A lesson in which something was found; what of it is shown is made when it is asked for."""

    within: Index
    number: int
    wanted: Wanted

    @property
    def place(self) -> tuple[str, str]:
        """What names its module: the course and the module in it."""
        return self.entry.place

    @property
    def course(self) -> Course:
        return self.within.course

    @property
    def entry(self) -> Entry:
        return self.within.entries[self.number]

    @property
    def module(self) -> Module:
        return self.entry.module

    @property
    def lesson(self) -> Lesson:
        return self.entry.lesson

    def title(self, line: int) -> Markup:
        """The Thai title (0) or the English one (1), with the hits marked."""
        return search_marks.line(self.within.words, self.entry.titles[line], self.wanted.words)

    def excerpts(self) -> list[Excerpt]:
        """The first places in the text where each word stands, no two of the same piece; none where only titles have it."""
        heading_at, body = self.entry.heading_at, self.within.body(self.number)
        found = search_marks.excerpts(self.within.words, *body, self.wanted.words)
        return [Excerpt(html, *heading_at(place)) for place, html in found]


@dataclass(frozen=True, slots=True)
class Found:
    """`count` lessons, of which `hits` gives some; words of glossaries; or what is wrong with what was typed."""

    typed: str
    fault: Fault | None = None
    meanings: Sequence[Meaning] = ()
    meant: str = ""  # the word of a glossary that is nearest, when nothing was found
    wanted: Wanted = _NOTHING
    levels: Sequence[tuple[Index, Levels]] = ()
    count: int = 0
    # Pages of it as search_answer made them, by language, root and number.
    drawn: dict[tuple[str, str, int], Markup] = field(default_factory=dict)

    def hits(self, since: int = 0, most: int | None = None) -> list[Hit]:
        """The lessons in their order: the module with the nearest first and all of it together, else as in the course."""
        until = self.count if most is None else min(self.count, since + most)
        found: list[Hit] = []
        for index, lessons in self._in_order():
            if since + len(found) >= until:
                break
            size = lessons.bit_count()
            if since >= size:
                since, until = since - size, until - size
                continue
            numbers = islice(search_index.bits(lessons), since, until - len(found))
            since, until = 0, until - since
            found += [Hit(index, number, self.wanted) for number in numbers]
        return found

    def _in_order(self) -> Iterator[tuple[Index, int]]:
        for nearest in range(3):
            for index, levels in self.levels:
                if levels[nearest]:
                    for module in index.modules:
                        lessons = [level & module for level in levels] if levels[nearest] & module else ()
                        if not any(lessons[:nearest]):
                            yield from ((index, one) for one in lessons if one)


def look_for(typed: str) -> Found:
    """Whatever was typed gets an answer: what was found, or what is wrong with it. The latest answers are kept."""
    typed = typed[: search_words.MOST + 1]
    known = _known()
    found = known.answers.get(typed) or _look_for(typed, known)
    with _keeping:
        known.answers[typed] = found
        known.answers.move_to_end(typed)
        if len(known.answers) > MOST_ANSWERS:
            known.answers.popitem(last=False)
    return found


def _look_for(typed: str, known: _Known) -> Found:
    for wanted in search_words.read(typed, known.same):
        if wanted.fault:
            return Found(wanted.typed, fault=wanted.fault)
        levels = list(_levels(known.indexes, wanted))
        meanings = search_terms.meanings(known.words, wanted)
        if levels or meanings:
            count = sum((first | second | third).bit_count() for _index, (first, second, third) in levels)
            return Found(typed, meanings=meanings, wanted=wanted, levels=levels, count=count)
    return Found(typed, meant=search_terms.nearest(thai.search_key(typed), known.words))


def _known() -> _Known:
    """The indexes of the current editions; only those that are new are made."""
    courses = catalog.courses()
    known: _Known = current_app.extensions.setdefault(_EXTENSION, _Known())
    if known.courses is courses:
        return known
    with _making:
        known = current_app.extensions[_EXTENSION]
        if list(map(id, known.courses)) == list(map(id, courses)):
            known.courses = courses
            return known
        old = {id(index.course): index for index in known.indexes}
        indexes = [old.get(id(course)) or search_index.build(course) for course in courses]
        known = _Known(courses, indexes, search_terms.of(courses), search_words.spellings(courses))
        current_app.extensions[_EXTENSION] = known
        gc.freeze()  # as catalog does with courses
        return known


def _levels(indexes: Sequence[Index], wanted: Wanted) -> Iterator[tuple[Index, Levels]]:
    """Of each course the lessons that have every word: those with all in the title, in title and headings, in the text."""
    words = [[search_index.sought(one, indexes) for one in spellings] for spellings in wanted.words]
    for index in indexes:
        titled, headed, having = -1, -1, -1
        for spellings in words:
            in_titles, in_headings, anywhere = index.having(spellings)
            titled, headed, having = titled & in_titles, headed & in_headings, having & anywhere
            if not having:
                break
        else:
            headed &= having
            titled &= having
            yield index, (titled, headed & ~titled, having & ~headed)
