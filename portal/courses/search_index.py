"""A course made ready to be searched: one key of all its lessons, and where in it which letters stand; what is shown of it is search_marks' matter.

The key has three lines of segments: each lesson's titles, then each lesson's headings, then each lesson's summary and text.
Which lessons have a spelling is found where its rarest three letters stand: each such place is held against the key.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from portal.courses import lesson_text, search_keys, search_marks
from portal.courses.course import Course, Lesson, Module
from portal.courses.search_keys import Folded
from portal.courses.search_marks import Line

LEAST, RUN = 2, 3  # letters
MANY = 400  # places, of which those in a segment already found are leapt over
NO_HEADING = Markup(), Markup()
BUCKETS = 1 << 15  # for runs; what two of them share is told apart by the key


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson as it is searched: its Thai and its English title, and where in the text its headings stand."""

    module: Module
    lesson: Lesson
    place: tuple[str, str]  # what names its module: the course and the module in it
    titles: Sequence[Line]
    heads: Sequence[int]
    headings: Sequence[tuple[Markup, Markup]]  # id and words of each

    def heading_at(self, place: int) -> tuple[Markup, Markup]:
        """Id and words of the heading that this place of the text stands under; empty before the first."""
        under = bisect_right(self.heads, place)
        return self.headings[under - 1] if under else NO_HEADING


class Sought(NamedTuple):
    """A spelling, the bucket of its rarest run of three letters, and how many letters stand before that run."""

    spelling: str
    bucket: int
    before: int


@dataclass(frozen=True, slots=True)
class Index:
    """A course's lessons. `pairs`: the segments, a bit each, that have these two letters. `places`: where each run of three
    letters begins, bucket by bucket from `starts` on; `segments`: in which segment each stands."""

    course: Course
    words: Folded
    entries: Sequence[Entry]
    modules: Sequence[int]  # the lessons of each, a bit each
    begins: Sequence[int]  # of each segment in the key
    pairs: dict[str, int]
    starts: Sequence[int]
    places: Sequence[int]
    segments: Sequence[int]
    # What pages always show alike of it, as search_answer made it.
    drawn: dict[tuple[str, str | int], Any] = field(default_factory=dict)

    def having(self, spellings: Iterable[Sought]) -> tuple[int, int, int]:
        """The lessons, a bit each, that have one of these spellings in the titles, in titles or headings, anywhere."""
        found = 0
        for sought in spellings:
            spelling = sought.spelling
            found |= self.pairs.get(spelling, 0) if len(spelling) == LEAST else self._having(sought)
        count = len(self.entries)
        lessons = (1 << count) - 1
        titles = found & lessons
        return titles, titles | found >> count & lessons, titles | found >> 2 * count

    def body(self, number: int) -> tuple[int, int]:
        """From where to where in the key a lesson's text stands."""
        segment = 2 * len(self.entries) + number
        return self.words.key.find("\n", self.begins[segment]) + 1, self.begins[segment + 1]

    def _having(self, sought: Sought) -> int:
        """The segments that have it: in each, the places of its rarest run are tried until one is right."""
        spelling, bucket, before = sought
        at, end = self.starts[bucket], self.starts[bucket + 1]
        stands, places, segments = self.words.key.startswith, self.places, self.segments
        found, right = 0, -1
        if end - at < MANY:
            for segment, place in zip(segments[at:end], places[at:end], strict=True):
                if segment != right and stands(spelling, place - before):
                    right = segment
                    found |= 1 << segment
            return found
        while at < end:
            if stands(spelling, places[at] - before):
                right = segments[at]
                found |= 1 << right
                at = bisect_right(segments, right, at + 1, end)
            else:
                at += 1
        return found


def sought(spelling: str, indexes: Sequence[Index]) -> Sought:
    """How to look for this spelling, of two letters or more, in these: by the run that is rarest in the first."""
    if len(spelling) == LEAST or not indexes:
        return Sought(spelling, 0, 0)
    starts, codes = indexes[0].starts, _codes(spelling)
    buckets = [(x * 961 ^ y * 31 ^ z) % BUCKETS for x, y, z in zip(codes, codes[1:], codes[2:], strict=False)]
    rarest = min(buckets, key=lambda bucket: starts[bucket + 1] - starts[bucket])
    return Sought(spelling, rarest, buckets.index(rarest))


def _codes(text: str) -> memoryview:
    return memoryview(text.encode("utf-32-le")).cast("I")


def bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def build(course: Course) -> Index:
    """Read all published lessons of the course: some milliseconds for each, so once for an edition."""
    taught = [
        (module, lesson) for module in course.modules if module.is_published for lesson in module.lessons
    ]
    written = [lesson_text.of(lesson) for _module, lesson in taught]
    titles = [search_keys.tidied(lesson.title_th, lesson.title_en) for _module, lesson in taught]
    headings = [search_keys.tidied(*(words for _at, _id, words in one.headings)) for one in written]
    summaries = [search_keys.tidied(lesson.summary_en) for _module, lesson in taught]
    bodies = [f"{summary}\n{one.text}" for summary, one in zip(summaries, written, strict=True)]
    pieces = [*titles, *headings, *bodies]
    words = search_keys.fold("\n".join(pieces))
    at, begins = list(_places(pieces)), array("I", _begins(words.key, pieces))
    entries = []
    for number, ((module, lesson), one) in enumerate(zip(taught, written, strict=True)):
        lines = search_marks.lines(words, 2, at[number], begins[number])
        text = at[2 * len(taught) + number] + len(summaries[number]) + 1
        heads = [text + place for place, _id, _heading in one.headings]
        named = [(escape(id_), escape(heading)) for _place, id_, heading in one.headings]
        entries.append(Entry(module, lesson, (course.code, module.code), lines, heads, named))
    pairs = _pairs(words.key, begins)
    return Index(course, words, entries, _modules(course), begins, pairs, *_runs(words.key, begins))


def _modules(course: Course) -> list[int]:
    modules, first = [], 0
    for module in course.modules:
        if module.is_published:
            modules.append((1 << len(module.lessons)) - 1 << first)
            first += len(module.lessons)
    return modules


def _places(pieces: Iterable[str]) -> Iterator[int]:
    """Where each piece stands in the text of all."""
    at = 0
    for piece in pieces:
        yield at
        at += len(piece) + 1


def _begins(key: str, pieces: Iterable[str]) -> Iterator[int]:
    """Where each piece begins in the key of all, and where one more would."""
    at = 0
    for piece in pieces:
        yield at
        for _line in range(piece.count("\n") + 1):
            at = key.find("\n", at) + 1 or len(key) + 1
    yield at


def _pairs(key: str, begins: Sequence[int]) -> dict[str, int]:
    pairs: dict[str, int] = {}
    for segment in range(len(begins) - 1):
        bit = 1 << segment
        for pair in {key[at : at + LEAST] for at in range(begins[segment], begins[segment + 1] - LEAST)}:
            pairs[pair] = pairs.get(pair, 0) | bit
    return pairs


def _runs(key: str, begins: Sequence[int]) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Where the places of each bucket start, the places, and the segment of each."""
    buckets = [array("I") for _bucket in range(BUCKETS)]
    codes = _codes(key)
    for at, x, y, z in zip(count(), codes, codes[1:], codes[2:], strict=False):
        buckets[(x * 961 ^ y * 31 ^ z) % BUCKETS].append(at)  # as `sought` has it
    starts, places = array("I", [0]), array("I")
    for found in buckets:
        places += found
        starts.append(len(places))
    kind = "B" if len(begins) <= 256 else "I"
    of = array(kind)
    for segment in range(len(begins) - 1):
        of.extend(array(kind, [segment]) * (begins[segment + 1] - begins[segment]))
    return starts, places, array(kind, map(of.__getitem__, places))
