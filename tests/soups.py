"""The soup of a page that lxml has parsed already, made in half the time in which Beautiful Soup parses it once more."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import AttributeValueList, Comment, HTMLAttributeDict, NavigableString
from lxml.html import HtmlElement

_BUILDER: Any = LXMLTreeBuilder()
_LISTS: dict[str, set[str]] = _BUILDER.cdata_list_attributes
_HELD: dict[str, type[NavigableString]] = _BUILDER.string_containers
# Written without a value, lxml gives them their own name for one.
_FLAGS = {"checked", "disabled", "multiple", "readonly", "selected", "defer", "ismap", "nowrap"}
_KEEPING: set[str] = _BUILDER.preserve_whitespace_tags
_SPACES = " \n\t\f\r"


class _Maker:
    """Links each element to that before it, as the pages are read from top to bottom."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self.last: Any = soup

    def link(self, made: Any, parent: Any) -> None:
        siblings = parent.contents
        before = siblings[-1] if siblings else None
        made.parent, made.previous_element, made.previous_sibling = parent, self.last, before
        made.next_element = made.next_sibling = None
        self.last.next_element = made
        if before is not None:
            before.next_sibling = made
        siblings.append(made)
        self.last = made

    def text(self, text: str | None, parent: Any, kind: type[NavigableString], is_kept: bool) -> None:
        if text:
            if not is_kept and not text.strip(_SPACES):
                text = "\n" if "\n" in text else " "
            made: Any = str.__new__(kind, text)
            made.hidden = False
            self.link(made, parent)

    def children(self, element: Any, parent: Any, kind: type[NavigableString], is_kept: bool) -> None:
        self.text(element.text, parent, kind, is_kept)
        for child in element:
            name = child.tag
            if type(name) is str:
                tag = _tag(name, child.items())
                self.link(tag, parent)
                keeps = is_kept or name in _KEEPING
                self.children(child, tag, _HELD.get(name, kind), keeps)
            else:
                self.text(child.text, parent, Comment, True)
            self.text(child.tail, parent, kind, is_kept)


def _tag(name: str, attributes: Iterable[tuple[str, str]]) -> Any:
    tag: Any = Tag.__new__(Tag)
    known, lists = _of(name)
    attrs: Any = HTMLAttributeDict()
    for key, value in attributes:
        given: Any = value
        if key in lists:
            given = AttributeValueList(value.split())
        elif key == value and key in _FLAGS:
            given = ""
        dict.__setitem__(attrs, key, given)
    tag.__dict__.update(known)
    tag.attrs, tag.contents = attrs, []
    return tag


@cache
def _of(name: str) -> tuple[dict[str, Any], frozenset[str]]:
    """What all elements of this name have alike, and which of their attributes are lists."""
    own = {
        "name": name,
        "can_be_empty_element": name in _BUILDER.empty_element_tags,
        "interesting_string_types": {_HELD[name]} if name in _HELD else Tag.MAIN_CONTENT_STRING_TYPES,
    }
    return {**_KNOWN, **own}, frozenset(_LISTS["*"] | _LISTS.get(name, set()))


_KNOWN = vars(BeautifulSoup("<p>", "lxml").p)


def soup_of(tree: HtmlElement) -> BeautifulSoup:
    """As BeautifulSoup(…, "lxml") makes it, but for what stands outside of <html>."""
    soup = BeautifulSoup("", "lxml")
    maker = _Maker(soup)
    root = _tag(str(tree.tag), tree.items())
    maker.link(root, soup)
    maker.children(tree, root, NavigableString, False)
    return soup
