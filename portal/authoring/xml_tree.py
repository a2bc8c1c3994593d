"""XML of strangers as a small tree that knows its lines: no document types, no entities, no depth that harms; what the elements mean is each format's matter."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import parse as parse_safely

from portal.authoring.brought import MOST_BYTES, Unreadable
from portal.core.i18n import _

MOST_DEPTH = 200
MOST_ELEMENTS = 600_000

_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>")
_VOID = {"br", "img", "hr"}


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, what it holds in order (texts and elements), and its line."""

    name: str
    attributes: dict[str, str]
    line: int
    inside: list["Node | str"] = field(default_factory=list)

    def all(self, name: str) -> list["Node"]:
        """The children of this name."""
        return [one for one in self.inside if isinstance(one, Node) and one.name == name]

    def one(self, name: str) -> "Node | None":
        return next(iter(self.all(name)), None)

    def text(self, *path: str) -> str:
        """All text within the element at the end of this path of first children, "" where there is none."""
        node: Node | None = self
        for name in path:
            node = node.one(name) if node else None
        return "".join(node.texts()).strip() if node else ""

    def texts(self) -> Iterator[str]:
        for one in self.inside:
            if isinstance(one, str):
                yield one
            else:
                yield from one.texts()

    def walk(self) -> Iterator["Node"]:
        """This element and all below it, in the order of the file."""
        yield self
        for one in self.inside:
            if isinstance(one, Node):
                yield from one.walk()

    def html(self) -> str:
        """What stands within, as HTML."""
        return "".join(
            escape(one, quote=False) if isinstance(one, str) else one.outer() for one in self.inside
        )

    def outer(self) -> str:
        given = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        return f"<{self.name}{given}>" + ("" if self.name in _VOID else f"{self.html()}</{self.name}>")


def parse(data: bytes) -> Node:
    """The root element. Refuses with Unreadable what is no XML, is too big or deep, or declares a document type."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_("ไฟล์ใหญ่เกินไป ต้องไม่เกิน %(most)d เมกะไบต์", most=MOST_BYTES // 1024 // 1024))
    builder = _Builder()
    try:
        parse_safely(io.BytesIO(_as_utf8(data)), builder, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable(_("ไฟล์ XML มี <!DOCTYPE> หรือ entity ไม่ได้")) from None
    except SAXParseException as no:
        line = no.getLineNumber() or 1
        raise Unreadable(
            _("อ่านเป็น XML ไม่ได้ บรรทัด %(line)d: %(error)s", line=line, error=no.getMessage()), line=line
        ) from None
    except (ValueError, LookupError):
        raise Unreadable(_("อ่านเป็น XML ไม่ได้")) from None
    assert builder.root is not None
    return builder.root


def _as_utf8(data: bytes) -> bytes:
    """Thai files of Windows, said to be so or not, as UTF-8; all else as it is."""
    said = _DECLARED.match(data)
    name = said[1].decode().lower() if said else "utf-8"
    if name in ("windows-874", "cp874", "tis-620", "iso-8859-11", "utf-8", "utf8"):
        body = data[said.end() :] if said else data
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = body.decode("cp874")
        return text.encode()
    return data


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self.open: list[Node] = []
        self.count = 0
        self.locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        self.locator = locator

    def startElement(self, name: str, attrs: Any) -> None:
        self.count += 1
        if len(self.open) >= MOST_DEPTH or self.count > MOST_ELEMENTS:
            raise Unreadable(_("ไฟล์ XML ซ้อนกันลึกหรือมีส่วนมากเกินไป"), line=self.locator.getLineNumber())
        given = {
            key.rpartition(":")[2]: attrs.getValue(key)
            for key in attrs.getNames()
            if not key.startswith("xmlns")
        }
        node = Node(name.rpartition(":")[2], given, self.locator.getLineNumber())
        if self.open:
            self.open[-1].inside.append(node)
        else:
            self.root = node
        self.open.append(node)

    def endElement(self, name: str) -> None:
        self.open.pop()

    def characters(self, content: str) -> None:
        self.open[-1].inside.append(content)
