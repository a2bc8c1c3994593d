"""The Markdown of lessons and questions as clean HTML, and every reason to refuse it; what a link leads to is the caller's to say.

Raw HTML is never HTML here: its one exception is the ADLI mark, all else is shown as text and found.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.toc import TocExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from markupsafe import Markup

from portal.core import markup_shapes
from portal.core.i18n import _
from portal.core.markup_check import (
    ATTRIBUTES,
    EVERYWHERE,
    SCHEMES,
    SOURCE,
    TAGS,
    UNSAFE,
    Check,
    Finding,
    Resolver,
    Source,
    level_of,
)
from portal.core.typeset import in_html

__all__ = ["Finding", "Heading", "Rendered", "Resolver", "render", "slug"]

_adli = r'<span class="adli">(Le|[ADLITC])</span>'
_raw = r"(<!--|</?[A-Za-z][^<>]*>|<[!?][^<>]*>)"
_one_at_a_time = threading.Lock()
# One line of words that no rule of Markdown could touch, as most choices of a quiz are: read without it, in a tenth of the time.
_words = re.compile(r"(?!\d+[.)])[0-9A-Za-zก-๛“”‘’(][0-9A-Za-zก-๛“”‘’()%,.;:?/·–—→… ]*(?<! )")


@dataclass(frozen=True)
class Heading:
    """A line of the contents: its level (2 or 3), the id to link to, its plain text."""

    level: int
    id: str
    title: str


@dataclass(frozen=True)
class Rendered:
    """Clean HTML ready for a page, its contents list, and what is wrong with the text, in the order of its lines."""

    html: Markup
    toc: tuple[Heading, ...]
    findings: tuple[Finding, ...]


def render(text: str, *, resolve_link: Resolver, resolve_image: Resolver, first_line: int = 1) -> Rendered:
    """The text as HTML. Relative links and images go through the resolvers; None from one is a finding.

    `first_line` is the line of the file on which the text begins. A text with findings still renders, without what
    was found, but is not fit to publish.
    """
    if _words.fullmatch(text):
        return Rendered(in_html(f"<p>{text}</p>"), (), ())
    source = Source(text, first_line)
    with _one_at_a_time:
        parser, finish = _parser()
        finish.work = Check(source, resolve_link, resolve_image)
        try:
            html = parser.reset().convert(source.text)
        except RecursionError:
            _parser.cache_clear()  # one that broke off in the middle would go on there with the next text
            return Rendered(Markup(), (), (Finding(first_line, _("ข้อความซ้อนกันลึกเกินไป")),))
        toc = tuple(_flat(parser.toc_tokens))  # type: ignore[attr-defined]
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": EVERYWHERE, **ATTRIBUTES},
        url_schemes=SCHEMES,
        link_rel=None,
    )
    return Rendered(
        in_html(clean), toc, tuple(sorted(finish.work.findings, key=lambda finding: finding.line))
    )


def slug(heading: str, separator: str = "-") -> str:
    """An id of the heading's own letters, Thai ones with their marks."""
    kept = "".join(
        letter if unicodedata.category(letter)[0] in "LMN" else " "
        for letter in unicodedata.normalize("NFC", heading)
    )
    return separator.join(kept.lower().split()) or "section"


class _RawHtml(InlineProcessor):
    """Raw HTML becomes an element of our own that the check finds and shows as text."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        element = Element(UNSAFE)
        element.text = AtomicString(m[1])
        return element, m.start(0), m.end(0)


class _Adli(InlineProcessor):
    """The letter that marks approach, deployment, learning or integration in a worked example."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        element = Element("span", {"class": "adli"})
        element.text = AtomicString(m[1])
        return element, m.start(0), m.end(0)


class _Prepare(Treeprocessor):
    """Before inline text is read: boxes get titles, headings remember how they were written."""

    def run(self, root: Element) -> None:
        markup_shapes.title_boxes(root)
        for element in root.iter():
            if level_of(element):
                element.set(SOURCE, element.text or "")


class _Finish(Treeprocessor):
    """After all else: the check, then the shapes."""

    work: Check

    def run(self, root: Element) -> None:
        self.work.run(root)
        markup_shapes.shape(root)


class _Dialect(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.deregister("automail")
        md.inlinePatterns.register(_Adli(_adli, md), "adli", 95)
        md.inlinePatterns.register(_RawHtml(_raw, md), "raw", 90)
        md.treeprocessors.register(_Prepare(md), "prepare", 40)
        md.treeprocessors.register(_Finish(md), "finish", -10)


@cache
def _parser() -> tuple[Markdown, _Finish]:
    """One parser for all, 6 ms to build; used under a lock because it holds the text it is at."""
    parser = Markdown(
        extensions=[
            *(
                "tables",
                "attr_list",
                "def_list",
                "admonition",
                "fenced_code",
                "pymdownx.tilde",
                "pymdownx.caret",
            ),
            FootnoteExtension(BACKLINK_TITLE="กลับไปที่เชิงอรรถ {} ในเนื้อหา", SEPARATOR="-"),
            TocExtension(slugify=slug, toc_depth="2-3", marker=""),
            _Dialect(),
        ],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "pymdownx.tilde": {"subscript": False},
            "pymdownx.caret": {"superscript": False},
        },
    )
    finish = parser.treeprocessors["finish"]
    assert isinstance(finish, _Finish)
    return parser, finish


def _flat(tokens: list[dict[str, object]]) -> Iterator[Heading]:
    for token in tokens:
        yield Heading(int(str(token["level"])), str(token["id"]), str(token["name"]))
        yield from _flat(token["children"])  # type: ignore[arg-type]
