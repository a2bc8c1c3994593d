"""SVG pictures of a pack set into the page itself, so that their Thai is in the page's typeface; whether one is sound is pictures' matter."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from xml.etree import ElementTree

from portal.courses import pictures

NAMESPACE = "http://www.w3.org/2000/svg"
_IMAGE = re.compile(r'<img alt="([^"]*)" src="([^"]*\.svg)"\s*/?>')
_OWN = re.compile(r"url\(#([^)]+)\)")


def set_in(html: str, file_of: Callable[[str], str | None], files: Mapping[str, bytes]) -> str:
    """The same HTML with each SVG image drawn in place. `file_of` tells the file behind an address.

    A drawing that brings styles of its own stays an image: the page's security policy would drop them.
    """
    count = 0

    def drawn(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        file = file_of(match[2])
        svg = _drawing(files.get(file or "", b""), prefix=f"d{count}-")
        if svg is None:
            return match[0]
        label = escape(unescape(match[1]))
        return f'<div class="drawing" tabindex="0" role="img" aria-label="{label}">{svg}</div>'

    return _IMAGE.sub(drawn, html)


def _drawing(body: bytes, *, prefix: str) -> str | None:
    """The SVG as an element of a page, its ids its own; None for one that is not sound, or has styles."""
    if pictures.faults("drawing.svg", body):
        return None
    root = ElementTree.fromstring(body)  # noqa: S314 - pictures lets no DOCTYPE and no deep nesting through
    if any(element.tag == f"{{{NAMESPACE}}}style" or "style" in element.attrib for element in root.iter()):
        return None
    for parent in list(root.iter()):
        for title in parent.findall(f"{{{NAMESPACE}}}title"):
            parent.remove(title)
        _rename(parent, prefix)
    for name in ("role", "aria-labelledby", "aria-describedby", "height"):
        root.attrib.pop(name, None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    _name_plainly(root)
    return ElementTree.tostring(root, encoding="unicode")


def _name_plainly(root: ElementTree.Element) -> None:
    """Write the elements without a prefix: which one the library gives a namespace is set for the whole process, by anybody."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    root.set("xmlns", NAMESPACE)


def _rename(element: ElementTree.Element, prefix: str) -> None:
    for name, value in element.attrib.items():
        if name == "id":
            element.set(name, prefix + value)
        elif name.endswith("href") and value.startswith("#"):
            element.set(name, f"#{prefix}{value[1:]}")
        elif "url(#" in value:
            element.set(name, _OWN.sub(lambda match: f"url(#{prefix}{match[1]})", value))
