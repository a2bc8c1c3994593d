"""Texts made ready to be searched: folded as core.thai.search_key folds, each letter's place kept, pairs of letters indexed."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.core import thai
from portal.courses import lesson_text
from portal.courses.course import Course, Lesson, Module

# Letters that fold to one letter each; all others are looked at.
_other = re.compile("[^0-9A-Za-zก-ฮะ-ฺเ-ๆ็-๎๐-๙\n]+")
_marks = re.compile("[ัิ-ฺ็-๎]*")
_inside = re.compile("[ะ-ฺๅๆ็-๎]*")
_FOLDED_WORD, _WORD = "องค์กร", "องค์การ"  # as search_key has it
LONGEST_RUN = 3
_ADDED = 5  # letters of it before the one that is put in


class _Folds(dict[int, str]):
    """Each letter as search_key folds it, made once; the end of a block stays."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = folded = letter if letter == "\n" else thai.search_key(letter)
        return folded


_folds = _Folds()


@dataclass(frozen=True, slots=True)
class Folded:
    """A tidied text and its key: from key letter `at[i]` on, a letter stands `shift[i]` letters further in the text."""

    text: str
    key: str
    at: Sequence[int]
    shift: Sequence[int]

    def place(self, at: int) -> int:
        """Where the key's letter `at` stands in the text."""
        return at + self.shift[bisect_right(self.at, at) - 1]

    def span(self, at: int, length: int) -> tuple[int, int]:
        """From where to where a hit of the key stands in the text, with the marks on its last letter."""
        marks = _marks.match(self.text, self.place(at + length - 1) + 1)
        return self.place(at), marks.end() if marks else self.place(at + length - 1) + 1


def fold(text: str) -> Folded:
    """A text that is tidied (core.thai.tidy) and whose blocks end in "\\n"."""
    raw = text.translate(_folds)
    at, shift = array("l", [0]), array("l", [0])
    added = 0
    for place, is_put_in, change in sorted([*_left_out(text), *_put_in(raw)]):
        added += is_put_in
        if place + added == at[-1]:
            shift[-1] += change
        else:
            at.append(place + added)
            shift.append(shift[-1] + change)
    return Folded(text, raw.replace(_FOLDED_WORD, _WORD), at, shift)


def _left_out(text: str) -> Iterator[tuple[int, bool, int]]:
    """The places of the plain key from which on the text is longer or shorter, and by how much."""
    gone = 0
    for run in _other.finditer(text):
        for at, letter in enumerate(run[0], run.start()):
            change = 1 - len(_folds[ord(letter)])
            if change:
                yield at - gone + (change < 0), False, change
                gone += change


def _put_in(raw: str) -> Iterator[tuple[int, bool, int]]:
    """The places of the plain key before which search_key puts a letter in."""
    at = raw.find(_FOLDED_WORD)
    while at >= 0:
        yield at + _ADDED, True, -1
        at = raw.find(_FOLDED_WORD, at + len(_FOLDED_WORD))


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson as it is searched: its titles, a line each, the English summary, then its body in one text."""

    number: int
    module: Module
    lesson: Lesson
    words: Folded
    body: int  # where in the key the body begins
    headings: str  # their keys
    anchors: tuple[tuple[int, str, str], ...]  # place in the text, id and words of each heading

    def heading_at(self, place: int) -> tuple[str, str]:
        """Id and words of the heading that this place of the text stands under; empty before the first."""
        under = bisect_right(self.anchors, place, key=lambda one: one[0])
        return self.anchors[under - 1][1:] if under else ("", "")

    @property
    def titles(self) -> str:
        """The keys of the Thai and the English title."""
        return self.words.key[: self.words.key.find("\n", self.words.key.find("\n") + 1)]


@dataclass(frozen=True, slots=True)
class Lines:
    """One line for each lesson, in one text."""

    key: str
    begins: Sequence[int]

    def having(self, spelling: str) -> int:
        """The lessons whose line has it, a bit each."""
        found = 0
        at = self.key.find(spelling)
        while at >= 0:
            number = bisect_right(self.begins, at)
            found |= 1 << (number - 1)
            if number == len(self.begins):
                break
            at = self.key.find(spelling, self.begins[number])
        return found


@dataclass(frozen=True, slots=True)
class Index:
    """A course's lessons, a bit each. `runs`: which of them have this run of two or of three letters."""

    course: Course
    entries: Sequence[Entry]
    runs: dict[str, int]
    titles: Lines
    headings: Lines
    modules: Sequence[tuple[Module, int]]  # with its lessons

    def having(self, spelling: str, besides: int = 0) -> int:
        """The lessons that have this spelling, which has two letters or more; those of `besides` are not asked again."""
        longest = min(len(spelling), LONGEST_RUN)
        found = ~besides
        for at in range(len(spelling) - longest + 1):
            found &= self.runs.get(spelling[at : at + longest], 0)
            if not found:
                return 0
        if len(spelling) <= LONGEST_RUN:
            return found
        sure = 0
        for number in bits(found):
            if spelling in self.entries[number].words.key:
                sure |= 1 << number
        return sure


def bits(number: int) -> list[int]:
    """The places of the bits that are set."""
    return [at for at, bit in enumerate(reversed(f"{number:b}")) if bit == "1"]


def build(course: Course) -> Index:
    """Read all published lessons of the course: some milliseconds for each, so once for an edition."""
    entries: list[Entry] = []
    modules = []
    for module in course.modules:
        if module.is_published:
            first = len(entries)
            entries += [_entry(first + at, module, lesson) for at, lesson in enumerate(module.lessons)]
            modules.append((module, (1 << len(entries)) - (1 << first)))
    runs: dict[str, int] = {}
    for entry in entries:
        for run in _runs(entry.words.key):
            runs[run] = runs.get(run, 0) | 1 << entry.number
    titles, headings = _lined(entry.titles for entry in entries), _lined(entry.headings for entry in entries)
    return Index(course, entries, runs, titles, headings, modules)


def _lined(keys: Iterable[str]) -> Lines:
    begins, lines, length = array("l"), [], 0
    for key in keys:
        begins.append(length)
        lines.append(f"{key}\r")
        length += len(key) + 1
    return Lines("".join(lines), begins)


def whole(text: str, at: int) -> int:
    """This place or the next at which no mark or following vowel would begin a piece."""
    inside = _inside.match(text, at)
    return inside.end() if inside else at


def _runs(key: str) -> set[str]:
    return {key[at : at + 2] for at in range(len(key) - 1)} | {
        key[at : at + LONGEST_RUN] for at in range(len(key) - 2)
    }


def _entry(number: int, module: Module, lesson: Lesson) -> Entry:
    written = lesson_text.of(lesson)
    before = _lines(lesson.title_th, lesson.title_en, lesson.summary_en)
    words = fold(f"{before}\n{written.text}")
    return Entry(
        number,
        module,
        lesson,
        words,
        body=len(key_of(before)) + 1,
        headings=key_of(_lines(*(text for _at, _id, text in written.headings))),
        anchors=tuple((at + len(before) + 1, id_, text) for at, id_, text in written.headings),
    )


def key_of(text: str) -> str:
    """The key of a text in blocks."""
    return fold(text).key


def _lines(*texts: str) -> str:
    return "\n".join(" ".join(thai.tidy(text).split()) for text in texts)


def first(spellings: Iterable[str], key: str, since: int = 0) -> tuple[int, int]:
    """Where the first of these spellings stands from `since` on, and its length; (-1, 0) for nowhere."""
    found = [(at, -len(one)) for one in spellings if (at := key.find(one, since)) >= 0]
    at, length = min(found, default=(-1, 0))
    return at, -length
