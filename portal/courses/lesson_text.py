"""A lesson's words as plain text in blocks, with the headings they stand under; how it is searched is search_index's matter."""

import re
from dataclasses import dataclass
from html import unescape

from portal.core import thai
from portal.courses.course import Lesson

_tag = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>")
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
DRAWN = frozenset(("svg", "sup"))  # drawings and the numbers of footnotes are no words of the text
HEADINGS = frozenset(("h2", "h3"))


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
    for found in _tag.finditer(html):
        name = _id.search(found[3])
        if found[2] in HEADINGS and not found[1] and name and unescape(name[1]) in named:
            cuts.append((found.start(), unescape(name[1])))
    ends = [begin for begin, _anchor in cuts[1:]] + [len(html)]
    return [(html[begin:end], anchor) for (begin, anchor), end in zip(cuts, ends, strict=True)]


def _plain(html: str) -> str:
    """The words of this HTML, a block a line."""
    for name in DRAWN:
        html = re.sub(rf"<{name}\b.*?</{name}>", "", html, flags=re.S)
    text = _tag.sub(lambda tag: "" if tag[2].lower() in INLINE else "\n", html.replace("\n", " "))
    text = thai.tidy(unescape(text))
    return _ends.sub("\n", _blanks.sub(" ", text)).strip()
