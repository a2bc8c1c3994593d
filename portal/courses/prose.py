"""The Markdown of a pack as HTML: where its links and images lead, and what is wrong with them; Markdown itself is core.markup's."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, unquote

from portal.core import markup
from portal.core.i18n import _
from portal.core.toml import Finding, Table, parse
from portal.courses import drawings, figures, pack
from portal.courses.course import Heading

# The time Markdown takes grows with the square of unclosed ones: 1,000 cost 0.1 s, 65,000 more than ten minutes.
SLOW_MARKS = "[`"
MOST_MARKS = 1000

_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>\s*", re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
# Markdown keeps its place-holders between such characters, and no reader sees them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Anchor:
    """A place in a lesson that some text links to."""

    file: str
    line: int
    lesson: str
    id: str


@dataclass
class Prose:
    """All Markdown of one pack: what it needs to know of the pack, and what was learned while turning it into HTML."""

    code: str
    number: int
    files: Mapping[str, bytes]
    findings: list[Finding]
    seen: set[str] = field(default_factory=set)  # files that were read
    images: set[str] = field(default_factory=set)  # images that some text shows
    anchors: list[Anchor] = field(default_factory=list)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)

    def complain(self, file: str, line: int, text: str) -> None:
        self.findings.append(Finding(file, line, text))

    def table(self, file: str) -> Table | None:
        """A file as TOML; None with a finding when it is too big or no TOML."""
        return parse(self.files[file], file, self.findings) if self._take(file) else None

    def text(self, file: str) -> str | None:
        """A file as text; None with a finding when it is too big or not UTF-8."""
        if not self._take(file):
            return None
        body = self.files[file]
        try:
            text = body.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            self.complain(file, body.count(b"\n", 0, error.start) + 1, _("ไฟล์นี้ไม่ใช่ UTF-8"))
            return None
        return text

    def _take(self, file: str) -> bool:
        self.seen.add(file)
        if fault := pack.fault_of_size(file, self.files[file]):
            self.complain(file, 1, fault)
        return not fault

    def page(self, text: str, file: str, line: int) -> tuple[str, tuple[Heading, ...]]:
        """The HTML of a lesson and its headings; `line` is where the text begins in its file."""
        rendered = self._render(text, file, line)
        if rendered.html:
            self.ids[file] = frozenset(map(unescape, _ID.findall(rendered.html)))
        html = drawings.set_in(str(rendered.html), self._file_at, self.files)
        return html, tuple(Heading(heading.id, heading.level, heading.title) for heading in rendered.toc)

    def block(self, text: str, file: str, line: int) -> str:
        """The HTML of a question: any blocks."""
        return str(self._render(text, file, line).html)

    def inline(self, text: str, file: str, line: int) -> str:
        """The HTML of a choice or its reason: one paragraph, without its <p>, so that it fits into a label."""
        html = self.block(text, file, line).strip()
        alone = _PARAGRAPH.fullmatch(html)
        if html and alone is None:
            self.complain(file, line, _("ข้อความนี้ต้องเป็นย่อหน้าเดียว ไม่มีรายการ ตาราง หรือหัวข้อ"))
        return alone[1] if alone else html

    def _render(self, text: str, file: str, line: int) -> markup.Rendered:
        text = self._tamed(figures.without_tags(text), file, line)

        def link(address: str) -> str | None:
            return self._link(address, file, line + text.count("\n", 0, max(text.find(address), 0)))

        def image(address: str) -> str | None:
            return self._image(address, file)

        rendered = markup.render(text, resolve_link=link, resolve_image=image, first_line=line)
        for finding in rendered.findings:
            self.complain(file, finding.line, finding.message)
        return rendered

    def _tamed(self, text: str, file: str, line: int) -> str:
        """The text, or what is harmless of it, with a finding."""
        if _CONTROL.search(text):
            self.complain(file, line, _("มีอักขระควบคุมที่มองไม่เห็น ลบออกแล้วพิมพ์ใหม่"))
            text = _CONTROL.sub("", text)
        for mark in SLOW_MARKS:
            if text.count(mark) > MOST_MARKS:
                self.complain(
                    file, line, _("มี %(mark)s มากเกินไป ต้องไม่เกิน %(most)d ตัว", mark=mark, most=MOST_MARKS)
                )
                return ""
        return text

    def _link(self, address: str, file: str, line: int) -> str | None:
        """The address of the lesson that a relative link names, with its anchor; None when there is no such lesson."""
        path, _hash, anchor = unquote(address).partition("#")
        lesson = _below(file, path)
        if lesson == pack.GLOSSARY and lesson in self.files:
            self.anchors.append(Anchor(file, line, lesson, anchor))
            return f"/learn/{self.code}/glossary#{quote(anchor)}"
        module, _slash, name = lesson.partition("/")
        if lesson not in self.files or not name.endswith(pack.LESSON):
            return None
        if anchor:
            self.anchors.append(Anchor(file, line, lesson, anchor))
        return f"/learn/{self.code}/{module}/{name.removesuffix(pack.LESSON)}" + (
            f"#{quote(anchor)}" if anchor else ""
        )

    def _image(self, address: str, file: str) -> str | None:
        """The address of the image that a relative path names; None when there is no such image."""
        path = _below(file, unquote(address))
        if path not in self.files or not pack.is_image(path):
            return None
        self.images.add(path)
        return f"{self._files}{path}"

    @property
    def _files(self) -> str:
        return f"/learn/{self.code}/files/{self.number}/"

    def _file_at(self, address: str) -> str:
        """The file in the pack that an address of `_image` stands for."""
        return unquote(unescape(address)).removeprefix(self._files)


def _below(file: str, path: str) -> str:
    """The path in the pack of what `file` calls `path`; nothing in a pack is called so where it leads out."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
