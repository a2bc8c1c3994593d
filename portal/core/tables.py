"""Tables out of files, as text cells that know where they stand; what a column means is the business of the room that imports it."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import IO, Any

from portal.core import delimited, workbooks
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.thai import nearest, tidy

MAX_BYTES = 10 * 1024 * 1024
SHOWN_ERRORS = 5
HEADINGS_WITHIN = 30  # rows from the top in which they are looked for

Names = Mapping[str, Sequence[str]]

# A spreadsheet takes a cell that begins so for a formula; the apostrophe makes it text again.
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")

_steering = dict.fromkeys(set(range(0xA0)) - set(range(0x20, 0x7F)) - {0x09, 0x0A})


@dataclass(frozen=True)
class CellError:
    """What is wrong with one cell, by its address in the sheet: `B7`."""

    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}"


def in_order(errors: Iterable[CellError]) -> list[CellError]:
    """The errors as people read a sheet: by row, then by column."""

    def place(error: CellError) -> tuple[int, int, str]:
        letters = error.cell.rstrip("0123456789")
        return int(error.cell[len(letters) :] or 0), len(letters), letters

    return sorted(errors, key=place)


class SheetError(Refused):
    """The file cannot be used as it is. `errors` names every bad cell; it is empty when the file itself is the trouble.
    `table` is what could be read nevertheless, so that its other cells can be looked at, too."""

    text = _l("อ่านไฟล์นี้ไม่ได้")

    def __init__(
        self,
        text: Any = None,
        *,
        errors: Sequence[CellError] = (),
        table: "Table | None" = None,
        field: str | None = None,
    ) -> None:
        self.errors = tuple(errors)
        self.table = table
        if text is None and self.errors:
            text = _(
                "แก้ไขไฟล์แล้วนำเข้าใหม่ พบ %(count)d จุด: %(first)s", count=len(self.errors), first=self._first()
            )
        super().__init__(text, field=field)

    def _first(self) -> str:
        more = " …" if len(self.errors) > SHOWN_ERRORS else ""
        return " · ".join(map(str, self.errors[:SHOWN_ERRORS])) + more


@dataclass(frozen=True)
class Row:
    """One row of text cells that knows where it stands in the sheet; `row["code"]` is "" for an empty cell."""

    number: int
    cells: tuple[str, ...]
    columns: Mapping[str, int]

    def __getitem__(self, column: str) -> str:
        place = self._place(column)
        return "" if place is None or place >= len(self.cells) else self.cells[place]

    def _place(self, column: str) -> int | None:
        place = self.columns.get(column)
        return self.columns.get(folded(column)) if place is None else place

    def address(self, column: str) -> str:
        """The address of this row's cell in a column: `B7`; the whole row, `7`, where there is no such column."""
        place = self._place(column)
        return f"{'' if place is None else workbooks.column_letters(place + 1)}{self.number}"

    def error(self, column: str, message: str) -> CellError:
        """An error of this row's cell in a column."""
        return CellError(self.address(column), message)


@dataclass(frozen=True)
class Table:
    """The sheet that is read: its headings as written, the rows below them that are not empty, where each named column
    stands by its folded heading (or the name that heading goes by), and what else a person should know of the file."""

    header: tuple[str, ...]
    header_row: int
    rows: tuple[Row, ...]
    columns: Mapping[str, int]
    notes: tuple[str, ...] = ()


def read_table(stream: IO[bytes], filename: str, *, names: Names | None = None) -> Table:
    """The table in an .xlsx or a text file (UTF-8, UTF-16 or Windows Thai), all cells as tidied text, dates in ISO form.

    `names` are the columns we know, each with other headings it goes by: the headings stand in the row that has most of
    them, so that titles may stand above. Of a workbook the first sheet in sight is read, and a cell merged downwards
    counts in all its rows. Refuses with SheetError a file that is too big, is something else, or has bad cells.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_big()
    sheet = _sheet_of(data, filename)
    kept: dict[object, str] = {}
    rows = [(number, _texts(cells, kept)) for number, cells in enumerate(sheet.rows, start=1)]
    return _table(sheet, rows, _aliases(names or {}))


def require_columns(table: Table, required: Sequence[str], *, optional: Sequence[str] | None = None) -> None:
    """Refuse with SheetError a table that lacks a required column, or (where `optional` is given) has one of another name."""
    known = {folded(name): name for name in (*required, *(optional or ()))}
    missing = [name for name in required if folded(name) not in table.columns]
    end = f"{workbooks.column_letters(len(table.header) + 1)}{table.header_row}"
    errors = [CellError(end, _("ขาดคอลัมน์ “%(name)s”", name=name)) for name in missing]
    unknown = [] if optional is None else [name for name in table.columns if name not in known]
    for name in unknown:
        cell = f"{workbooks.column_letters(table.columns[name] + 1)}{table.header_row}"
        errors.append(CellError(cell, _unknown_column(table.header[table.columns[name]], known.values())))
    if errors:
        raise SheetError(errors=errors)


def as_cell(text: str) -> str:
    """A text as it comes back from a sheet: tidied, without letters that steer a machine, lines apart by one sign."""
    return tidy(text if text.isprintable() else unsteered(text)).strip()


def unsteered(text: str) -> str:
    """The same text without letters that steer a machine, lines apart by one sign."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_steering)


def _too_big() -> SheetError:
    return SheetError(_("ไฟล์นี้ใหญ่เกินไป แบ่งเป็นหลายไฟล์แล้วนำเข้าทีละไฟล์"))


def folded(heading: str) -> str:
    """A heading as headings are compared: tidied, small letters, one space between words, on one line."""
    return " ".join(tidy(heading).casefold().split())


def _aliases(names: Names) -> dict[str, str]:
    return {folded(one): folded(name) for name, others in names.items() for one in (name, *others)}


def _columns(header: Sequence[str], aliases: Mapping[str, str]) -> dict[str, int]:
    found = {place: folded(name) for place, name in enumerate(header) if name}
    return {aliases.get(name, name): place for place, name in found.items()}


def _unknown_column(name: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    if meant is None:
        return str(_("ไม่รู้จักคอลัมน์ “%(name)s”", name=name))
    return str(_("ไม่รู้จักคอลัมน์ “%(name)s” หมายถึง “%(meant)s” ใช่หรือไม่", name=name, meant=meant))


def _sheet_of(data: bytes, filename: str) -> workbooks.Sheet:
    try:
        if data.startswith(b"PK"):
            return workbooks.read(data)
        if filename.lower().endswith((".csv", ".txt", ".tsv")):
            rows: list[list[Any]] = [[_unguarded(cell) for cell in row] for row in delimited.rows(data)]
            return workbooks.Sheet("", rows, (), frozenset(), 0, (), 0)
    except (workbooks.TooBig, delimited.TooBig) as no:
        raise _too_big() from no
    except workbooks.NotAWorkbook as no:
        raise SheetError(_("เปิดไฟล์ .xlsx นี้ไม่ได้ ไฟล์อาจเสียหรือมีรหัสผ่าน เปิดในโปรแกรมตารางแล้วบันทึกใหม่")) from no
    except delimited.BadLine as no:
        raise SheetError(_("อ่านบรรทัดที่ %(line)d ของไฟล์ไม่ได้ ตรวจเครื่องหมายคำพูด", line=no.number)) from no
    except delimited.Unreadable as no:
        raise SheetError(_("อ่านตัวอักษรในไฟล์นี้ไม่ได้ บันทึกเป็น CSV UTF-8 หรือ .xlsx แล้วนำเข้าใหม่")) from no
    raise SheetError(_("ใช้ได้เฉพาะไฟล์ .xlsx หรือ .csv เปิดไฟล์แล้วบันทึกเป็นแบบใดแบบหนึ่ง"))


def _table(sheet: workbooks.Sheet, rows: list[tuple[int, list[str]]], aliases: Mapping[str, str]) -> Table:
    filled = [(number, cells) for number, cells in rows if any(cells)]
    if not filled:
        raise SheetError(_("ไฟล์นี้ว่างเปล่า"))
    header_row, header = _header(filled, aliases)
    _fill_merged(sheet.merged, rows, below=header_row)
    below = [(number, cells) for number, cells in rows if number > header_row and any(cells)]
    columns = _columns(header, aliases)
    errors = [*_doubled(header, header_row, columns, aliases), *_bad_cells(sheet, header, header_row, below)]
    found = tuple(Row(number, tuple(cells), columns) for number, cells in below)
    table = Table(tuple(header), header_row, found, columns, _notes(sheet))
    if errors:
        raise SheetError(errors=errors, table=table)
    return table


def _header(rows: list[tuple[int, list[str]]], aliases: Mapping[str, str]) -> tuple[int, list[str]]:
    """Of the first rows the one with most of the headings we know; the first one where none has two."""
    scores = [
        (len({aliases[name] for name in map(folded, cells) if name in aliases}), -at)
        for at, (_number, cells) in enumerate(rows[:HEADINGS_WITHIN])
    ]
    score, at = max(scores)
    return rows[-at if score > 1 else 0]


def _fill_merged(
    merged: Iterable[tuple[workbooks.Place, workbooks.Place]],
    rows: list[tuple[int, list[str]]],
    *,
    below: int,
) -> None:
    """A cell merged over several rows of one column stands in each of them."""
    for (first, column), (last, end) in merged:
        if column == end and first >= below and first < len(rows) and column < len(rows[first][1]):
            for _number, cells in rows[first + 1 : last + 1]:
                if column < len(cells):
                    cells[column] = rows[first][1][column]


def _doubled(
    header: Sequence[str], row: int, columns: Mapping[str, int], aliases: Mapping[str, str]
) -> Iterable[CellError]:
    for place, name in enumerate(header):
        if name and columns[aliases.get(folded(name), folded(name))] != place:
            yield CellError(
                f"{workbooks.column_letters(place + 1)}{row}", _("หัวตาราง “%(name)s” ซ้ำ", name=name)
            )


def _bad_cells(
    sheet: workbooks.Sheet, header: Sequence[str], header_row: int, rows: list[tuple[int, list[str]]]
) -> list[CellError]:
    """Cells of the rows that cannot be read for what they are, in the order of reading."""
    named = {place for place, name in enumerate(header) if name}
    wide = {first for first, last in sheet.merged if first[1] != last[1]}
    found = [(number - 1, place, _("ข้อมูลนี้อยู่นอกหัวตาราง")) for number, place in _outside(rows, named)]
    for row, place in sheet.broken:
        if row >= header_row and place in named:
            found.append((row, place, _("สูตรในเซลล์นี้ไม่มีค่า วางเป็นค่าแทนสูตร")))
    for row, place in wide:
        if row >= header_row and place in named:
            found.append((row, place, _("เซลล์นี้ผสานหลายคอลัมน์ แยกเซลล์แล้วใส่ให้ครบทุกช่อง")))
    return [
        CellError(f"{workbooks.column_letters(place + 1)}{row + 1}", text)
        for row, place, text in sorted(found)
    ]


def _outside(rows: list[tuple[int, list[str]]], named: Container[int]) -> Iterable[tuple[int, int]]:
    return (
        (number, place)
        for number, cells in rows
        for place, cell in enumerate(cells)
        if cell and place not in named
    )


def _notes(sheet: workbooks.Sheet) -> tuple[str, ...]:
    notes = []
    if sheet.others or sheet.hidden:
        notes.append(_("อ่านเฉพาะแผ่นงาน “%(name)s” แผ่นอื่นและแผ่นที่ซ่อนอยู่ไม่ได้นำเข้า", name=sheet.name))
    if sheet.formulas:
        notes.append(_("มีสูตร %(count)d เซลล์ ใช้ค่าที่เห็นในตาราง", count=sheet.formulas))
    return tuple(notes)


def _texts(cells: Sequence[object], kept: dict[object, str]) -> list[str]:
    """The cells as text; the same words are tidied once, for long tables repeat themselves."""
    texts = []
    for value in cells:
        if isinstance(value, str):
            text = kept.get(value)
            if text is None:
                text = kept[value] = _text(value)
            texts.append(text)
        else:
            texts.append(_text(value))
    return texts


def _text(value: object) -> str:
    """A cell as the person sees it: whole numbers without a decimal point, dates in ISO form."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return as_cell(str(value))


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
