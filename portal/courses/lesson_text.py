"""A lesson's words as plain text in blocks, with the headings they stand under; how it is searched is search_index's matter."""

import re
from dataclasses import dataclass
from html import unescape

from portal.core import thai
from portal.courses.course import Lesson

_tag = re.compile(r"</?[a-zA-Z][^>]*>")
_heading = re.compile(r"<h[23]\b([^>]*)>")
_id = re.compile(r'\bid="([^"]*)"')
_blanks = re.compile(r"[^\S\n]+")
_ends = re.compile(r" *\n[\s]*")
# What stands within a line; every other element begins a block.
INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "time",
        "u",
        "var",
        "wbr",
    ]
)
DRAWN = ("svg", "sup")  # drawings and the numbers of footnotes are no words of the text

_within = re.compile(rf"</?(?:{'|'.join(sorted(INLINE))})(?![a-z0-9])[^>]*>", re.IGNORECASE)
_drawn = re.compile(rf"<({'|'.join(DRAWN)})\b.*?</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """`text`: tidied blocks, parted by "\\n". `headings`: where the text under each begins, with its id and its words."""

    text: str
    headings: tuple[tuple[int, str, str], ...]


def of(lesson: Lesson) -> Written:
    """The words of the lesson's body; the headings are blocks of it."""
    named = {heading.id: heading.text for heading in lesson.toc}
    pieces: list[str] = []
    headings: list[tuple[int, str, str]] = []
    length = 0
    for html, anchor in _sections(lesson.html, named):
        text = _plain(html)
        if anchor:
            headings.append((length, anchor, named[anchor]))
        if text:
            pieces.append(text)
            length += len(text) + 1
    return Written("\n".join(pieces), tuple(headings))


def _sections(html: str, named: dict[str, str]) -> list[tuple[str, str]]:
    """The HTML parted before each heading of the contents, with that heading's id; the first part has none."""
    cuts = [(0, "")]
    for found in _heading.finditer(html):
        name = _id.search(found[1])
        if name and unescape(name[1]) in named:
            cuts.append((found.start(), unescape(name[1])))
    ends = [begin for begin, _anchor in cuts[1:]] + [len(html)]
    return [(html[begin:end], anchor) for (begin, anchor), end in zip(cuts, ends, strict=True)]


def _plain(html: str) -> str:
    """The words of this HTML, a block a line."""
    text = _within.sub("", _drawn.sub("", html).replace("\n", " "))
    text = thai.tidy(unescape(_tag.sub("\n", text)))
    return _ends.sub("\n", _blanks.sub(" ", text)).strip()
