"""Text files people write in TOML, read with the file and line of all that is wrong; what a key means is each room's matter."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from portal.core.errors import Refused
from portal.core.i18n import _

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*\[(\[?)\s*([^\[\]\"']+?)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")
_AT_LINE = re.compile(r"at line (\d+)")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_LETTERS_OF_A_CODE = 40


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a file, in words for the person who wrote it."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class BadContent(Refused):
    """Files that are refused whole, with everything that is wrong in them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(
            sorted(set(findings), key=lambda finding: (finding.file, finding.line, finding.text))
        )
        super().__init__("\n".join(str(finding) for finding in self.findings))


@dataclass
class _File:
    name: str
    lines: dict[Path, int]
    findings: list[Finding]


@dataclass
class Table:
    """One table of a file. What is missing or of the wrong kind becomes a finding, and an empty value is given back."""

    values: dict[str, Any]
    file: _File
    path: Path = ()
    read: set[str] = field(default_factory=set)

    def complain(self, key: str | None, text: str) -> None:
        """Note that the value of `key` (or the table itself) is wrong."""
        self.file.findings.append(Finding(self.file.name, self.line_of(key), text))

    def line_of(self, key: str | None = None) -> int:
        """The line of `key`; of the table itself where the key is not there or none is named."""
        path = self.path if key is None else (*self.path, key)
        return self.file.lines.get(path) or self.file.lines.get(self.path, 1)

    def _take(self, key: str, kind: type, what: str, *, required: bool) -> Any:
        self.read.add(key)
        value = self.values.get(key)
        if value is None:
            if required:
                self.complain(None, _("ขาด %(key)s", key=key))
            return None
        if type(value) is not kind:
            self.complain(key, _("%(key)s ต้องเป็น%(what)s", key=key, what=what))
            return None
        return value

    def text(
        self, key: str, *, required: bool = True, may_be_empty: bool = False, most: int | None = None
    ) -> str:
        """A text without surrounding blanks; "" when it is left out or refused. More than `most` letters are refused."""
        value = self._take(key, str, _("ข้อความในเครื่องหมายคำพูด"), required=required)
        if value is not None and not value.strip() and not may_be_empty:
            self.complain(key, _("%(key)s ว่างอยู่", key=key))
        text = (value or "").strip()
        if most is not None and len(text) > most:
            self.complain(key, _("%(key)s ยาวเกิน %(most)d ตัวอักษร", key=key, most=most))
        return text

    def pair(self, key: str, *, required: bool = True, most: int | None = None) -> dict[str, str]:
        """A text in Thai (`key`) and, where there is one, in English (`key_en`); {} when it is left out."""
        thai = self.text(key, required=required, most=most)
        english = self.text(f"{key}_en", required=False, most=most)
        if english and not thai and key not in self.values:
            self.complain(f"{key}_en", _("มี %(key)s_en แต่ไม่มี %(key)s", key=key))
        return {"th": thai, "en": english} if thai else {}

    def code(self, key: str = "code", *, taken: set[str] | None = None) -> str:
        """A short code for addresses: small Latin letters, digits, single hyphens. One that is `taken` is refused."""
        value = self.text(key)
        if value and (not CODE.fullmatch(value) or len(value) > MOST_LETTERS_OF_A_CODE):
            self.complain(key, _("%(key)s ใช้ได้เฉพาะ a–z 0–9 และขีดกลาง ไม่เกิน 40 ตัว", key=key))
            return ""
        if value and taken is not None:
            if value in taken:
                self.complain(key, _("รหัส %(code)s ซ้ำ", code=value))
            taken.add(value)
        return value

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts; () when it is left out or refused."""
        value = self._take(key, list, _("รายการข้อความ"), required=required)
        if value is None:
            return ()
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.complain(key, _("%(key)s ต้องเป็น%(what)s", key=key, what=_("รายการข้อความ")))
            return ()
        return tuple(item.strip() for item in value)

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A date as ISO writes it, in the Gregorian calendar. A year of the Buddhist Era is refused, not guessed."""
        value: date | None = self._take(key, date, _("วันที่แบบ 2023-02-20"), required=required)
        if value is not None and value.year >= 2400:
            self.complain(key, _("%(key)s ต้องเป็นปี ค.ศ. เช่น 2023-02-20", key=key))
            return None
        return value

    def hour(self, key: str, *, required: bool = True) -> time | None:
        """An hour of the day, such as 09:00:00, without a zone."""
        value: time | None = self._take(key, time, _("เวลาแบบ 09:00:00"), required=required)
        return value

    def moment(self, key: str, *, required: bool = True) -> datetime | None:
        """A moment with its offset, such as 2023-02-01T09:00:00+07:00. One without an offset is refused, not guessed."""
        value: datetime | None = self._take(
            key, datetime, _("เวลาแบบ 2023-02-01T09:00:00+07:00"), required=required
        )
        if value is not None and (value.tzinfo is None or value.year >= 2400):
            self.complain(
                key, _("%(key)s ต้องเป็น%(what)s", key=key, what=_("เวลาแบบ 2023-02-01T09:00:00+07:00"))
            )
            return None
        return value

    def number(
        self, key: str, *, required: bool = True, least: int = 0, most: int | None = None
    ) -> int | None:
        """A whole number from `least` to `most`."""
        value: int | None = self._take(key, int, _("จำนวนเต็ม"), required=required)
        if value is not None and value < least:
            self.complain(key, _("%(key)s ต้องไม่น้อยกว่า %(least)d", key=key, least=least))
            return None
        if value is not None and most is not None and value > most:
            self.complain(key, _("%(key)s ต้องไม่เกิน %(most)d", key=key, most=most))
            return None
        return value

    def decimal(self, key: str, *, required: bool = True) -> Decimal | None:
        """A number with or without a fraction, as it is written: 0.1 is a tenth."""
        value = self.values.get(key)
        whole_or_not = float if isinstance(value, float) else int
        number = self._take(key, whole_or_not, _("ตัวเลข"), required=required)
        read = None if number is None else Decimal(str(number))
        if read is not None and not read.is_finite():
            self.complain(key, _("%(key)s ต้องเป็น%(what)s", key=key, what=_("ตัวเลข")))
            return None
        return read

    def flag(self, key: str, *, required: bool = True) -> bool | None:
        """true or false; None when it is left out or refused."""
        value: bool | None = self._take(key, bool, _("ค่า true หรือ false"), required=required)
        return value

    def one_of(self, key: str, words: Sequence[str]) -> str:
        """One of these words; "" when it is none of them."""
        value = self.text(key, may_be_empty="" in words)
        if value and value not in words:
            shown = ", ".join(f'"{word}"' for word in words)
            self.complain(key, _("%(key)s ต้องเป็นหนึ่งใน %(words)s", key=key, words=shown))
            return ""
        return value

    def table(self, key: str) -> "Table | None":
        """The table `[key]`, or None with a finding when it is missing."""
        value = self._take(key, dict, _("ตาราง [%(key)s]", key=key), required=True)
        return None if value is None else Table(value, self.file, (*self.path, key))

    def tables(self, key: str, *, required: bool = True) -> list["Table"]:
        """The tables `[[key]]` in their order."""
        value = self._take(key, list, _("ตาราง [[%(key)s]]", key=key), required=required)
        if value is None or not all(isinstance(item, dict) for item in value):
            if value is not None:
                self.complain(key, _("%(key)s ต้องเป็น%(what)s", key=key, what=_("ตาราง [[%(key)s]]", key=key)))
            return []
        return [Table(item, self.file, (*self.path, key, at)) for at, item in enumerate(value)]

    def done(self) -> None:
        """Every key that nobody asked for is a finding: a mistyped key must not be lost in silence."""
        for key in self.values.keys() - self.read:
            self.complain(key, _("ไม่รู้จัก %(key)s", key=key))


def parse(data: bytes, name: str, findings: list[Finding]) -> Table | None:
    """The file as a table; None with a finding when it is not UTF-8 or not TOML."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        findings.append(Finding(name, line, _("ไฟล์นี้ไม่ใช่ UTF-8")))
        return None
    text = text.replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only TOMLDecodeError: huge numbers, deep nesting
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        findings.append(Finding(name, line, _("อ่านเป็น TOML ไม่ได้: %(error)s", error=error)))
        return None
    return Table(values, _File(name, lines_of(text), findings))


def lines_of(text: str) -> dict[Path, int]:
    """The line on which each table begins and each of its keys stands. tomllib does not tell, so the text is walked once more."""
    lines: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    at: Path = ()
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if line.count(quote) % 2 else quote
            continue
        if header := _HEADER.match(line):
            at = _place(header[2], counts, is_array=bool(header[1]))
            lines[at] = number
        elif key := _KEY.match(line):
            lines[(*at, key[1])] = number
            quote = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return lines


def _place(name: str, counts: dict[Path, int], *, is_array: bool) -> Path:
    """Where a header stands: `talk.point` is ("talk", 2, "point", 0) for the first point of the third talk."""
    place: Path = ()
    parts = [part.strip() for part in name.split(".")]
    for depth, part in enumerate(parts, 1):
        place = (*place, part)
        if is_array and depth == len(parts):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place
