"""Finding lessons and words of the glossaries by what somebody typed; it knows no person, and asks no database but for new editions.

Each process reads an edition once into an index and keeps it as long as the edition is current.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flask import current_app
from markupsafe import Markup, escape

from portal.core import thai
from portal.courses import catalog, search_index, search_words
from portal.courses.course import Course, Lesson, Module, Term
from portal.courses.search_index import Entry, Folded, Index
from portal.courses.search_words import Fault, Spellings, Wanted

EXCERPTS = 2  # of a lesson
BEFORE, AFTER = 40, 110  # letters of an excerpt round its first hit
LEEWAY = 14  # letters given up to begin and end an excerpt at a blank
MOST_TERMS = 6
CUTOFF = 0.72  # how alike the word that may have been meant is

MOST_ANSWERS = 300  # kept in a process, each with its pages

_EXTENSION = "search"
_keeping = threading.Lock()  # threads of a worker share the answers


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a glossary as it is searched: Thai, English, other spellings, a line each."""

    course: Course
    term: Term
    words: Folded
    name: str  # the key of the Thai one


@dataclass(slots=True)
class _Known:
    """What one process keeps: an index for each current course, the words of all glossaries, and all ways to write each."""

    courses: tuple[Course, ...] = ()
    indexes: list[Index] = field(default_factory=list)
    words: list[_Word] = field(default_factory=list)
    same: dict[str, Spellings] = field(default_factory=dict)
    answers: OrderedDict[str, "Found"] = field(default_factory=OrderedDict)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a lesson with its hits marked, and the heading above it."""

    html: Markup
    anchor: str
    heading: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A lesson in which something was found; what of it is shown is made when it is asked for."""

    course: Course
    entry: Entry
    wanted: Wanted

    @property
    def place(self) -> tuple[str, str]:
        """What names its module."""
        return self.course.code, self.module.code

    @property
    def module(self) -> Module:
        return self.entry.module

    @property
    def lesson(self) -> Lesson:
        return self.entry.lesson

    def title(self, line: int) -> Markup:
        """The Thai title (0) or the English one (1), with the hits marked."""
        return _line(self.entry.words, line, self.wanted.words)

    def excerpts(self) -> list[Excerpt]:
        """The first places in the text where each word stands, no two of the same piece; none where only titles have it."""
        return _excerpts(self.entry, self.wanted.words)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word of a glossary, with the hits marked."""

    course: Course
    term: Term
    th: Markup
    en: Markup


@dataclass(frozen=True, slots=True)
class Found:
    """`count` lessons, of which `hits` gives some; words of glossaries; or what is wrong with what was typed."""

    typed: str
    fault: Fault | None = None
    meanings: Sequence[Meaning] = ()
    meant: str = ""  # the word of a glossary that is nearest, when nothing was found
    wanted: Wanted | None = None
    groups: Sequence[tuple[Index, Sequence[int]]] = ()  # by module, its lessons' bits by how near they are
    count: int = 0
    drawn: dict[tuple[str, int], Markup] = field(
        default_factory=dict
    )  # pages of it, as search_views made them

    def hits(self, since: int = 0, most: int | None = None) -> list[Hit]:
        """The lessons in their order: the module with the nearest first and all of it together, else as in the course."""
        left = self.count - since if most is None else most
        found: list[Hit] = []
        for index, levels in self.groups:
            for level in levels:
                size = level.bit_count()
                if since >= size:
                    since -= size
                    continue
                numbers = search_index.bits(level)[since : since + left - len(found)]
                since = 0
                if self.wanted is not None:
                    found += [Hit(index.course, index.entries[number], self.wanted) for number in numbers]
                if len(found) >= left:
                    return found
        return found


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
        groups = _groups(known.indexes, wanted)
        meanings = _meanings(known.words, wanted)
        if groups or meanings:
            count = sum(level.bit_count() for _index, levels in groups for level in levels)
            return Found(typed, meanings=meanings, wanted=wanted, groups=groups, count=count)
    return Found(typed, meant=_nearest(thai.search_key(typed), known.words))


def _known() -> _Known:
    """The indexes of the current editions; only those that are new are made."""
    known: _Known = current_app.extensions.setdefault(_EXTENSION, _Known())
    courses = catalog.courses()
    if known.courses is not courses:
        old = {id(index.course): index for index in known.indexes}
        indexes = [old.get(id(course)) or search_index.build(course) for course in courses]
        known = _Known(courses, indexes, _words(courses), search_words.spellings(courses))
        current_app.extensions[_EXTENSION] = known
    return known


def _words(courses: Iterable[Course]) -> list[_Word]:
    """The words of all glossaries in Thai order; of one that several courses have, the first."""
    found: dict[str, _Word] = {}
    for course in courses:
        for term in course.glossary:
            names = "\n".join(thai.tidy(name) for name in (term.th, term.en, *term.also))
            name = thai.search_key(term.th)
            found.setdefault(name, _Word(course, term, search_index.fold(names), name))
    return sorted(found.values(), key=lambda one: thai.sort_key(one.term.th))


def _meanings(words: Iterable[_Word], wanted: Wanted) -> list[Meaning]:
    found = [one for one in words if _has_all(one.words.key, wanted.words)]
    found.sort(
        key=lambda one: wanted.words[0][0] not in one.words.key.split("\n")
    )  # what is called just so comes first
    return [
        Meaning(one.course, one.term, *(_line(one.words, line, wanted.words) for line in (0, 1)))
        for one in found[:MOST_TERMS]
    ]


def _has_all(key: str, words: Iterable[Spellings]) -> bool:
    for spellings in words:
        for spelling in spellings:
            if spelling in key:
                break
        else:
            return False
    return True


def _nearest(key: str, words: Iterable[_Word]) -> str:
    """The word of a glossary that was most likely meant; "" when none is near. Only those that share half their letters are held against it."""
    letters = set(key)
    near = [
        one.term.th
        for one in words
        if abs(len(one.name) - len(key)) <= len(key) // 2
        and 2 * len(letters & set(one.name)) >= max(len(letters), 1)
    ]
    return thai.nearest(key, near, cutoff=CUTOFF) or ""


def _groups(indexes: Iterable[Index], wanted: Wanted) -> list[tuple[Index, list[int]]]:
    """By module the lessons that have every word: those with all in the title, in title and headings, in the text."""
    found: list[tuple[int, Index, list[int]]] = []
    for index in indexes:
        titled, headed, having = -1, -1, -1
        for spellings in wanted.words:
            in_text = in_title = in_heading = 0
            for spelling in spellings:
                in_text |= index.having(spelling, in_text)
            having &= in_text
            if not having:
                break
            for spelling in spellings:
                in_title |= index.titles.having(spelling)
                in_heading |= index.headings.having(spelling)
            titled, headed = titled & in_title, headed & (in_title | in_heading)
        if having:
            near, nearer = having & headed, having & titled
            for _module, lessons in index.modules:
                levels = [nearer & lessons, near & ~nearer & lessons, having & ~near & lessons]
                if any(levels):
                    found.append((0 if levels[0] else 1 if levels[1] else 2, index, levels))
    return [(index, levels) for _place, index, levels in sorted(found, key=lambda one: one[0])]


def _excerpts(entry: Entry, words: Sequence[Spellings]) -> list[Excerpt]:
    made: list[Excerpt] = []
    ends: list[tuple[int, int]] = []
    for spellings in words:
        at, length = search_index.first(spellings, entry.words.key, entry.body)
        if at < 0:
            continue
        place = entry.words.place(at)
        if any(begin <= place < end for begin, end in ends):
            continue
        begin, end = _piece(entry.words.text, *entry.words.span(at, length))
        ends.append((begin, end))
        spans = _spans(entry.words, max(entry.body, at - BEFORE - 2), at + length + AFTER, words)
        html = _marked(entry.words.text, begin, end, spans)
        made.append(Excerpt(html, *entry.heading_at(place)))
        if len(made) == EXCERPTS:
            break
    return made


def _piece(text: str, begin: int, end: int) -> tuple[int, int]:
    """From where to where an excerpt round this hit goes: within its block, at blanks where there are some near."""
    block = text.rfind("\n", 0, begin) + 1
    block_end = text.find("\n", end)
    block_end = len(text) if block_end < 0 else block_end
    first, last = max(block, begin - BEFORE), min(block_end, max(end, begin + AFTER))
    if first > block:
        blank = text.find(" ", first - LEEWAY, begin)
        first = blank + 1 if blank >= 0 else search_index.whole(text, first)
    if last < block_end:
        blank = text.rfind(" ", end, last)
        last = blank if blank >= max(end, last - 2 * LEEWAY) else search_index.whole(text, last)
    return max(first, block), last


def _spans(words: Folded, begin: int, end: int, wanted: Iterable[Spellings]) -> list[tuple[int, int]]:
    """Where hits stand in the text, in order and apart, between these places of the key."""
    found = []
    for spellings in wanted:
        for spelling in spellings:
            at = words.key.find(spelling, begin, end)
            while at >= 0:
                found.append(words.span(at, len(spelling)))
                at = words.key.find(spelling, at + len(spelling), end)
    apart: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if apart and first <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(last, apart[-1][1])
        else:
            apart.append((first, last))
    return apart


def _line(words: Folded, line: int, wanted: Sequence[Spellings]) -> Markup:
    """This line of the text with the hits in it marked."""
    begin, key_begin = 0, 0
    for _before in range(line):
        begin, key_begin = words.text.find("\n", begin) + 1, words.key.find("\n", key_begin) + 1
    end, key_end = words.text.find("\n", begin), words.key.find("\n", key_begin)
    spans = _spans(words, key_begin, len(words.key) if key_end < 0 else key_end, wanted)
    return _marked(words.text, begin, len(words.text) if end < 0 else end, spans)


def _marked(text: str, begin: int, end: int, spans: Iterable[tuple[int, int]]) -> Markup:
    """This piece of the text with the hits that lie in it marked; dots where it was cut within a block."""
    pieces = ["… " if begin and text[begin - 1] != "\n" else ""]
    at = begin
    for first, last in spans:
        if first >= at and last <= end:
            pieces += (escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>")
            at = last
    pieces += (escape(text[at:end]), " …" if end < len(text) and text[end] != "\n" else "")
    return Markup("".join(pieces))  # noqa: S704 - the pieces are escaped
