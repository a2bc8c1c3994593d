"""What is shown of a text in which something was found: pieces of it with the hits marked; which texts those are is search's matter."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from portal.courses import search_keys
from portal.courses.search_keys import Folded
from portal.courses.search_words import Spellings

EXCERPTS = 2  # of a lesson
BEFORE, AFTER = 40, 110  # letters of an excerpt round its first hit
LEEWAY = 14  # letters given up to begin and end an excerpt at a blank
_BEGIN, _END = "\0", "\0\0"  # of a hit, until the text is escaped; core.thai.tidy leaves none in a text


class Line(NamedTuple):
    """A line of a text: as it is shown without a hit, and from where to where it stands in the text and in the key."""

    plain: Markup
    begin: int
    end: int
    key_begin: int
    key_end: int


def lines(words: Folded, count: int, begin: int = 0, key_begin: int = 0) -> list[Line]:
    """So many lines of the text from these places on."""
    made = []
    for _line in range(count):
        end, key_end = words.text.find("\n", begin), words.key.find("\n", key_begin)
        end = len(words.text) if end < 0 else end
        key_end = len(words.key) if key_end < 0 else key_end
        made.append(Line(escape(words.text[begin:end]), begin, end, key_begin, key_end))
        begin, key_begin = end + 1, key_end + 1
    return made


def line(words: Folded, one: Line, wanted: Sequence[Spellings]) -> Markup:
    """This line of the text with the hits in it marked."""
    spans = _spans(words, one.key_begin, one.key_end, wanted)
    return _marked(words.text, one.begin, one.end, spans) if spans else one.plain


def excerpts(words: Folded, since: int, until: int, wanted: Sequence[Spellings]) -> list[tuple[int, Markup]]:
    """The first places between these of the key where each word stands, no two of the same piece: where in the text, and the piece."""
    made: list[tuple[int, Markup]] = []
    ends: list[tuple[int, int]] = []
    for spellings in wanted:
        at, length = search_keys.first(spellings, words.key, since, until)
        if at < 0:
            continue
        place, hit_end = words.span(at, length)
        if any(first <= place < last for first, last in ends):
            continue
        begin, end = _piece(words.text, place, hit_end)
        ends.append((begin, end))
        spans = _spans(words, max(since, at - BEFORE - 2), min(until, at + length + AFTER), wanted)
        made.append((place, _marked(words.text, begin, end, spans)))
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
        first = blank + 1 if blank >= 0 else search_keys.whole(text, first)
    if last < block_end:
        blank = text.rfind(" ", end, last)
        last = blank if blank >= max(end, last - 2 * LEEWAY) else search_keys.whole(text, last)
    return max(first, block), last


def _spans(words: Folded, begin: int, end: int, wanted: Iterable[Spellings]) -> list[tuple[int, int]]:
    """Where hits stand in the text, in order and apart, between these places of the key."""
    found, find = [], words.key.find
    for spellings in wanted:
        for spelling in spellings:
            at = find(spelling, begin, end)
            while at >= 0:
                found.append(words.span(at, len(spelling)))
                at = find(spelling, at + len(spelling), end)
    if len(found) < 2:
        return found
    found.sort()
    apart = found[:1]
    for first, last in found[1:]:
        if first <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(last, apart[-1][1])
        else:
            apart.append((first, last))
    return apart


def _marked(text: str, begin: int, end: int, spans: Iterable[tuple[int, int]]) -> Markup:
    """This piece of the text with the hits that lie in it marked; dots where it was cut within a block."""
    shown = "… " if begin and text[begin - 1] != "\n" else ""
    at = begin
    for first, last in spans:
        if first >= at and last <= end:
            shown += f"{text[at:first]}{_BEGIN}{text[first:last]}{_END}"
            at = last
    shown += text[at:end] if end == len(text) or text[end] == "\n" else f"{text[at:end]} …"
    shown = str(escape(shown)).replace(_END, "</mark>").replace(_BEGIN, "<mark>")
    return Markup(shown)  # noqa: S704 - it is escaped
