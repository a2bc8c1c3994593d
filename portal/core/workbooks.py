"""Uploaded workbooks: what they may unpack to, checked before anything is read, and the sheet that is meant; its table is core.tables' matter."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MAX_UNZIPPED = 50 * 1024 * 1024
MAX_MEMBERS = 2_000
# The reader allocates the whole rectangle down to the last used cell: one stray cell at XFD1048576 would end the process.
MAX_AREA = 1_000_000

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Place = tuple[int, int]  # row, column

_reference = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{0,4})\$?(\d{1,9})["']""")
# Formats the reader would also open, in a notation that the area check cannot see.
_foreign = {"xl/workbook.bin", "content.xml"}

_sheet = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_link = re.compile(rb"""\w+:id\s*=\s*["']([^"']+)["']""")
_relation = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_id = re.compile(rb"""\bId\s*=\s*["']([^"']+)["']""")
_target = re.compile(rb"""\bTarget\s*=\s*["']([^"']+)["']""")
_cell = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]{0,200}\br="([A-Z]{1,3}\d{1,7})")([^>]{1,300}[^>/])>((?:(?!<(?:\w+:)?c[\s>]|</(?:\w+:)?c>).)*)""",
    re.DOTALL,
)
_anything = re.compile(rb"""<(?:\w+:)?f[\s>/]|\bt\s*=\s*["']e["']""")
_formula = re.compile(rb"<(?:\w+:)?f[\s>/]")
_kind = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_value = re.compile(rb"<(?:\w+:)?v>[^<]")


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


@dataclass(frozen=True)
class Sheet:
    """The sheet that is read, cells as the reader gives them and by their place from 0 in it, and what a person should know of it."""

    name: str
    rows: list[list[Any]]
    merged: tuple[tuple[Place, Place], ...]  # first and last cell of each, both within
    broken: frozenset[Place]  # cells that show an error, or a formula that nobody reckoned
    formulas: int
    others: tuple[str, ...]  # sheets in sight that are not read, though something stands in them
    hidden: int  # sheets out of sight


def read(data: bytes) -> Sheet:
    """The first sheet in sight that is not empty. Refuses with NotAWorkbook or TooBig."""
    check(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        seen = [
            at
            for at, one in enumerate(book.sheets_metadata)
            if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
        ]
        filled = [at for at in seen if book.get_sheet_by_index(at).height] or seen or [0]
        sheet = book.get_sheet_by_index(filled[0])
        names = book.sheet_names
        rows = sheet.to_python(skip_empty_area=False)
        broken, formulas = _formulas(data, filled[0])
        return Sheet(
            name=names[filled[0]],
            rows=rows,
            merged=tuple(sheet.merged_cell_ranges or ()),
            broken=broken,
            formulas=formulas,
            others=tuple(names[at] for at in filled[1:]),
            hidden=len(names) - len(seen),
        )
    except (CalamineError, OSError, ValueError, IndexError) as no:
        raise NotAWorkbook from no


def _formulas(data: bytes, index: int) -> tuple[frozenset[Place], int]:
    """Which cells of a sheet have no value to be read, and how many are formulas; none where its file cannot be told."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = _file_of(archive, index)
        text = archive.read(name) if name in archive.namelist() else b""
    if not _anything.search(text):
        return frozenset(), 0
    broken, formulas = set(), 0
    for reference, attributes, body in _cell.findall(text):
        is_formula = _formula.search(body) is not None
        formulas += is_formula
        kind = _kind.search(attributes)
        if (kind and kind[1] == b"e") or (is_formula and not kind and not _value.search(body)):
            letters, row = reference.decode().rstrip("0123456789"), reference.decode().lstrip(LETTERS)
            broken.add((int(row) - 1, column_number(letters) - 1))
    return frozenset(broken), formulas


def _file_of(archive: zipfile.ZipFile, index: int) -> str:
    """The member in which a sheet stands, as the workbook names it; "" where it does not say so plainly."""
    try:
        sheets = _sheet.findall(archive.read("xl/workbook.xml"))
        links = archive.read("xl/_rels/workbook.xml.rels")
        wanted = _link.search(sheets[index])
        for one in _relation.findall(links):
            found, target = _id.search(one), _target.search(one)
            if wanted and found and target and found[1] == wanted[1]:
                path = target[1].decode()
                return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    except (KeyError, IndexError, UnicodeDecodeError):
        pass
    return ""
