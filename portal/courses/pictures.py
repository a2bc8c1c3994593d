"""Whether an image of a pack is what its name says and does nothing but show: SVG and PNG; where it may stand is pack's matter."""

import re
from collections.abc import Iterator
from xml.parsers import expat

from portal.core.i18n import _

Fault = tuple[int, str]  # line, text

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
DRAWN = frozenset(
    [
        "svg",
        "g",
        "defs",
        "title",
        "desc",
        "metadata",
        "style",
        "symbol",
        "use",
        "marker",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "textPath",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "pattern",
        "filter",
        "feBlend",
        "feColorMatrix",
        "feComposite",
        "feFlood",
        "feGaussianBlur",
        "feMerge",
        "feMergeNode",
        "feOffset",
        "switch",
    ]
)
MOST_DEPTH = 200

_PNG_BEGINS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_ELSEWHERE = re.compile(r"@import|javascript:|\burl\(\s*['\"]?\s*(?!['\"#\s])", re.IGNORECASE)


def faults(path: str, body: bytes) -> list[Fault]:
    """All that is wrong with an image; [] for a good one."""
    if path.endswith(".png"):
        is_png = body.startswith(_PNG_BEGINS)
        return [] if is_png else [(1, _("ไฟล์นี้ไม่ใช่ภาพ PNG"))]
    return _Svg().read(body)


class _Svg:
    """One reading of an SVG. Only elements that draw are let through, so that what is new to us is refused, not trusted."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.depth = 0
        self.style: list[str] | None = None
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.XmlDeclHandler = self._declared
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction

    def read(self, body: bytes) -> list[Fault]:
        try:
            body.decode("utf-8")
            self.parser.Parse(body, True)
        except UnicodeDecodeError as error:
            self.found.append((body.count(b"\n", 0, error.start) + 1, _("ไฟล์นี้ไม่ใช่ UTF-8")))
        except expat.ExpatError as error:
            self.found.append((error.lineno, _("อ่านเป็น SVG ไม่ได้: %(error)s", error=error)))
        except _Enough:
            pass
        return self.found

    def _complain(self, text: str) -> None:
        self.found.append((self.parser.CurrentLineNumber, text))

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            self._complain(_("ไฟล์นี้ไม่ใช่ UTF-8"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _space, tag = name.rpartition(" ")
        self.depth += 1
        if self.depth == 1 and (namespace, tag) != (SVG, "svg"):
            self._complain(_('ไฟล์ SVG ต้องเริ่มด้วย <svg xmlns="http://www.w3.org/2000/svg">'))
        elif namespace != SVG or tag not in DRAWN or self.style is not None:
            self._complain(_("ภาพ SVG มี <%(tag)s> ไม่ได้", tag=tag))
        if self.depth > MOST_DEPTH:
            self._complain(_("ภาพ SVG ซ้อนกันลึกเกินไป"))
            raise _Enough
        self.style = [] if tag == "style" else None
        for fault in _attribute_faults(attributes):
            self._complain(fault)

    def _end(self, _name: str) -> None:
        self.depth -= 1
        style = "".join(self.style or [])
        self.style = None
        if "@" in style or "\\" in style or _ELSEWHERE.search(style):
            self._complain(_("<style> ของภาพ SVG เรียกสิ่งที่อยู่นอกไฟล์ไม่ได้"))

    def _text(self, text: str) -> None:
        if self.style is not None:
            self.style.append(text)

    def _doctype(self, *_declared: object) -> None:
        self._complain(_("ภาพ SVG มี <!DOCTYPE> ไม่ได้"))
        raise _Enough

    def _instruction(self, target: str, _data: str) -> None:
        self._complain(_("ภาพ SVG มี <?%(target)s?> ไม่ได้", target=target))


class _Enough(Exception):
    """There is no sense in reading on."""


def _attribute_faults(attributes: dict[str, str]) -> Iterator[str]:
    for name, value in attributes.items():
        namespace, _space, attribute = name.rpartition(" ")
        if attribute.lower().startswith("on"):
            yield _("ภาพ SVG มีคำสั่ง %(name)s ไม่ได้", name=attribute)
        elif attribute == "href" and namespace in ("", XLINK):
            if not value.strip().startswith("#"):
                yield _("href ของภาพ SVG ต้องชี้ในไฟล์เดียวกัน (#…)")
        elif "\\" in value or _ELSEWHERE.search(value):
            yield _("%(name)s ของภาพ SVG เรียกสิ่งที่อยู่นอกไฟล์ไม่ได้", name=attribute)
