"""What a file of another system brings: questions as tables of a quiz.toml, their images, and what stayed behind; each format is read in its own file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.toml import Finding

Row = dict[str, Any]

MOST_QUESTIONS = 20_000
MOST_LETTERS = 50_000  # of one text
MOST_BYTES = 20 * 1024 * 1024


class Unreadable(Refused):
    """The file as a whole is none that can be read, or made to harm who reads it."""

    text = _l("อ่านไฟล์นี้ไม่ได้ ส่งไฟล์ GIFT, Moodle XML หรือ QTI")

    def __init__(self, text: Any = None, *, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


class TooMany(Unreadable):
    """There is more than one quiz holds."""


class LeftOut(Exception):
    """One question cannot be told in our kinds; `str(no)` says why, in words for the person."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Coming:
    """One question that can come in, and where it begins."""

    table: Row
    file: str
    line: int


@dataclass
class Brought:
    """`left_out` are questions that cannot come; `notes` tell what questions that do come lose on the way."""

    coming: list[Coming] = field(default_factory=list)
    left_out: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)  # by their path in the pack

    @property
    def tables(self) -> list[Row]:
        return [one.table for one in self.coming]


@dataclass
class Reading:
    """A file while it is read: where we are, and what was found so far."""

    file: str
    taken: Mapping[str, bytes] = field(default_factory=dict)  # images the course has already
    room: int = 0  # how many bytes of questions may come; 0 for any number
    bytes: int = 0  # that came so far, at least
    found: Brought = field(default_factory=Brought)
    counted: dict[str, list[int]] = field(default_factory=dict)

    def comes(self, table: Row, line: int) -> None:
        """A question is in; refuses with TooMany a file with more than there is room for, before all of it is read."""
        self.found.coming.append(Coming(table, self.file, line))
        self.bytes += size_of(table)
        if 0 < self.room < self.bytes:
            raise TooMany(
                _(
                    "คำถามมากกว่าที่แบบทดสอบหนึ่งเก็บได้ (%(most)d กิโลไบต์) แบ่งไฟล์ก่อนข้อที่ %(count)d ที่ %(file)s บรรทัด %(line)d",
                    most=self.room // 1024,
                    count=len(self.found.coming),
                    file=self.file,
                    line=line,
                )
            )
        if len(self.found.coming) > MOST_QUESTIONS:
            raise Unreadable(_("ไฟล์มีคำถามมากเกินไป ส่งได้ครั้งละไม่เกิน %(most)d ข้อ", most=MOST_QUESTIONS))

    def leaves_out(self, line: int, text: str) -> None:
        self.found.left_out.append(Finding(self.file, line, text))

    def notes(self, line: int, text: str) -> None:
        self.found.notes.append(Finding(self.file, line, text))

    def counts(self, what: str, line: int) -> None:
        """Note once for the whole file what many questions lose."""
        self.counted.setdefault(what, []).append(line)

    def done(self) -> Brought:
        for what, lines in self.counted.items():
            self.notes(lines[0], _("%(what)s (%(count)d ข้อ)", what=what, count=len(lines)))
        self.counted.clear()
        for found in (self.found.left_out, self.found.notes):
            files = list(dict.fromkeys(one.file for one in found))
            found.sort(key=lambda one: (files.index(one.file), one.line))
        return self.found


def size_of(value: Any) -> int:
    """How many bytes a table takes in a file, at least."""
    if isinstance(value, dict):
        return 14 + sum(len(key) + 5 + size_of(one) for key, one in value.items())
    if isinstance(value, list):
        return sum(map(size_of, value))
    return len(str(value).encode("utf-8", "replace"))


def most_of(text: str) -> str:
    """A few words of a text, to tell it by."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def joined(texts: Sequence[str]) -> str:
    """Explanations one after another, each once."""
    return " ".join(dict.fromkeys(text for text in texts if text))
