"""What an uploaded workbook may unpack to, checked before anything is read; its cells are core.sheets' matter."""

import io
import re
import zipfile
import zlib

MAX_UNZIPPED = 50 * 1024 * 1024
MAX_MEMBERS = 2_000
# The reader allocates the whole rectangle down to the last used cell: one stray cell at XFD1048576 would end the process.
MAX_AREA = 1_000_000

_reference = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{0,4})\$?(\d{1,9})["']""")
# Formats the reader would also open, in a notation that the area check cannot see.
_foreign = {"xl/workbook.bin", "content.xml"}


class NotAWorkbook(Exception):
    """The bytes are no readable .xlsx."""


class TooBig(Exception):
    """The workbook would unpack to more than we read."""


def check(data: bytes) -> None:
    """Refuse with NotAWorkbook or TooBig; a workbook that passes may be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
            _check_area(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as no:
        raise NotAWorkbook from no


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename.lower() for member in members}
    if "xl/workbook.xml" not in names or names & _foreign:
        raise NotAWorkbook
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNZIPPED:
        raise TooBig


def _check_area(archive: zipfile.ZipFile) -> None:
    """Reads every member to its end, so a size that lies fails its checksum here."""
    for member in archive.infolist():
        rows = columns = 1
        for letters, digits in set(_reference.findall(archive.read(member))):
            rows, columns = max(rows, int(digits)), max(columns, column_number(letters.decode()))
        if rows * columns > MAX_AREA:
            raise TooBig


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27; no letters are column 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """1 → A, 26 → Z, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
