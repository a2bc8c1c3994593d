"""Every reason to refuse a text in our Markdown, each with its line, and the list of what may stay; parsing is core.markup's matter."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from portal.core import markup_shapes
from portal.core.i18n import _

Resolver = Callable[[str], str | None]

SCHEMES = {"http", "https", "mailto", "tel"}
EVERYWHERE = {"id", "class", "lang"}
ATTRIBUTES = {
    "a": {"href", "title", "aria-label"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked"},
    "ol": {"start"},
    "td": {"data-label"},
    "th": {"scope"},
}
TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "div", "span", "blockquote", "hr", "br", "pre", "code"),
    *(
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "figure",
        "figcaption",
    ),
    *("a", "img", "strong", "em", "del", "ins", "sup", "label", "input"),
}
UNSAFE = "unsafe"
SOURCE = "source"

_scheme = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_code = re.compile(r"(`+)[^\n]*?\1")
_placeholder = re.compile("\x02[^\x03]*\x03")


@dataclass(frozen=True)
class Finding:
    """A reason to refuse the text, with the line it stands on."""

    line: int
    message: str


class Source:
    """The text as it was written, to say on which line a thing stands."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
        self.first_line = first_line
        # What stands in code is looked at last: it is shown, not obeyed.
        body = "\n" + self.text
        self.bodies = (_code.sub(lambda found: " " * len(found[0]), body), body)
        self.seen: dict[str, int] = {}

    def line_of(self, *needles: str) -> int:
        """The line of the next place of the first of these that stands in the text at all."""
        for needle in needles:
            for body in self.bodies:
                place = body.find(needle, self.seen.get(needle, 0))
                place = body.find(needle) if place < 0 else place
                if place >= 0:
                    self.seen[needle] = place + len(needle)
                    begin = place + len(needle) - len(needle.lstrip("\n"))
                    return body.count("\n", 0, begin) - 1 + self.first_line
        return self.first_line


def level_of(element: Element) -> int:
    """1–6 for a heading, 0 for anything else."""
    tag = element.tag
    return int(tag[1]) if isinstance(tag, str) and len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0


class Check:
    """Walks one finished tree: collects findings, resolves links and images, takes out what may not stay."""

    def __init__(self, source: Source, resolve_link: Resolver, resolve_image: Resolver) -> None:
        self.source = source
        self.resolve_link = resolve_link
        self.resolve_image = resolve_image
        self.findings: list[Finding] = []
        self.level = 1
        self.opened: set[str] = set()

    def run(self, root: Element) -> None:
        ids = self._ids(root)
        for element in list(root.iter()):
            if level_of(element):
                self._heading(element)
            elif element.tag == UNSAFE:
                self._raw(element)
            elif element.tag == "img":
                self._image(element)
            elif element.tag == "a":
                self._link(element, ids)
            self._attributes(element)
            kind = markup_shapes.kind_of(element)
            if kind is not None and kind not in markup_shapes.BOXES:
                self._found(
                    _(
                        "ไม่รู้จักกล่อง “%(kind)s” ใช้ได้: %(known)s",
                        kind=kind,
                        known=", ".join(markup_shapes.BOXES),
                    ),
                    f"!!! {kind}",
                )

    def _found(self, message: str, *needles: str) -> None:
        self.findings.append(Finding(self.source.line_of(*needles), message))

    def _ids(self, root: Element) -> set[str]:
        ids: set[str] = set()
        for element in root.iter():
            name = element.get("id")
            if name is not None and name in ids:
                self.source.line_of(f"#{name}")
                self._found(_("จุดยึด “%(id)s” ซ้ำ", id=name), f"#{name}")
                del element.attrib["id"]
            elif name is not None:
                ids.add(name)
        return ids

    def _heading(self, element: Element) -> None:
        level, written = level_of(element), element.attrib.pop(SOURCE, "")
        marks = "#" * level
        places = (f"\n{marks} {written}", f"{marks} {written}", f"{marks}{written}", written)
        if level == 1:
            self._found(_("หัวข้อระดับ 1 (#) เป็นของชื่อบทเรียน ในเนื้อหาเริ่มที่ ##"), *places)
        elif level > 3:
            self._found(_("หัวข้อลึกเกินไป ใช้ได้เฉพาะ ## และ ###"), *places)
        elif level > self.level + 1:
            self._found(_("หัวข้อข้ามระดับ ต้องมี ## ก่อน ###"), *places)
        else:
            self.source.line_of(*places)
        self.level = max(level, 1)

    def _raw(self, element: Element) -> None:
        raw = element.text or ""
        name = (re.match(r"</?([A-Za-z][A-Za-z0-9-]*)", raw) or [raw, "!"])[1].lower()
        element.tag, element.text = "span", _placeholder.sub("…", raw)
        if not (raw.startswith("</") and name in self.opened):
            self._found(_("ใช้ HTML ไม่ได้: %(raw)s", raw=element.text[:60]), raw, re.split("[\n\x02]", raw)[0])
        self.opened.add(name)

    def _image(self, element: Element) -> None:
        written = element.attrib.pop("src", "")
        if not (element.get("alt") or "").strip():
            self._found(
                _("ภาพไม่มีคำบรรยายแทนภาพ เขียนใน [ ] หน้าที่อยู่ของภาพ"), f"![]({written}", f"]({written}", written
            )
        address = unescape(written).strip()
        found = None if _is_absolute(address) else self.resolve_image(address)
        if found is None:
            self._found(_("ไม่พบภาพ “%(address)s”", address=address[:80]), *_places(written))
        else:
            element.set("src", found)

    def _link(self, element: Element, ids: set[str]) -> None:
        if "footnote-backref" in (element.get("class") or ""):
            element.set("aria-label", element.attrib.pop("title", ""))
        written = element.attrib.pop("href", "")
        address = unescape(written).strip()
        if address.startswith("#"):
            found = address if address[1:] in ids else None
        elif _is_absolute(address):
            found = address if _is_safe(address) else None
        else:
            found = self.resolve_link(address)
        if found is None:
            self._found(_("ลิงก์ “%(address)s” ใช้ไม่ได้", address=address[:80]), *_places(written))
        else:
            element.set("href", found)

    def _attributes(self, element: Element) -> None:
        allowed = EVERYWHERE | ATTRIBUTES.get(str(element.tag), set())
        allowed |= {"align"} if element.tag in ("td", "th") else set()
        for name in [name for name in element.attrib if name not in allowed]:
            del element.attrib[name]
            self._found(_("ใช้แอตทริบิวต์ “%(name)s” ไม่ได้", name=name), f"{name}=", name)


def _places(address: str) -> tuple[str, ...]:
    """How an address may stand in the text, the surest first."""
    return f"]({address})", f"]({address} ", f"]({address}", address


def _is_absolute(address: str) -> bool:
    bare = re.sub(r"[\x00-\x20]", "", address)
    return bool(_scheme.match(bare)) or bare.startswith(("//", "\\"))


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.netloc or parts.path)
