"""Text files with a table in them: their letters, their separator and their cells, as Thai spreadsheets write them; what the cells mean is core.tables' matter."""

import codecs
import contextlib
import csv
import io
import re

SEPARATORS = ",;\t|"
MOST_CELLS = 1_000_000  # as of a workbook

_said = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_quoted = re.compile(r'"[^"]*"?')


class Unreadable(Exception):
    """The bytes are text in none of the ways we know."""


class TooBig(Exception):
    """There are more cells than we read."""


class BadLine(Exception):
    """One line breaks the rules of quoting; `number` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def rows(data: bytes) -> list[list[str]]:
    """The cells of each row: UTF-8, UTF-16 (the “Unicode text” of a spreadsheet) or Windows Thai, apart by commas,
    semicolons, tabs or bars. Refuses with Unreadable, BadLine, TooBig."""
    text = decoded(data)
    if _is_wide(data) and "\t" in text:
        return _parsed(text, "\t")
    told = _said.match(text)
    return _parsed(text[told.end() :], told[1]) if told else _parsed(text, _separator(text))


def _parsed(text: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found, cells = [], 0
    try:
        for row in reader:
            found.append(row)
            cells += len(row)
            if cells > MOST_CELLS:
                raise TooBig
        return found
    except csv.Error as no:
        raise BadLine(reader.line_num) from no


def decoded(data: bytes) -> str:
    """The text of these bytes. Refuses with Unreadable."""
    for encoding in ("utf-16",) if _is_wide(data) else ("utf-8-sig", "cp874"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise Unreadable


def _is_wide(data: bytes) -> bool:
    return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _separator(text: str) -> str:
    """What the first line has most of; the comma where it has none."""
    line = _quoted.sub("", text.lstrip("\r\n").partition("\n")[0])
    return max(SEPARATORS, key=line.count)
