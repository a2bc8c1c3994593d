"""Tables in and out of files, XLSX and CSV; what a column means is the business of the room that imports or exports it."""

import contextlib
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import IO, Any
from urllib.parse import quote

from flask import Response
from python_calamine import CalamineError, CalamineWorkbook

from portal.core import workbooks
from portal.core.clock import BANGKOK
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.thai import nearest, tidy

MAX_BYTES = 10 * 1024 * 1024
MAX_CELL = 32_767  # what one cell of a spreadsheet holds
SHOWN_ERRORS = 5
FONT = {"font_name": "TH Sarabun New", "font_size": 16}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
    "zip": "application/zip",
}

# A spreadsheet takes a cell that begins so for a formula; the apostrophe makes it text again.
_formula = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


@dataclass(frozen=True)
class CellError:
    """What is wrong with one cell, by its address in the sheet: `B7`."""

    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}"


class SheetError(Refused):
    """The file cannot be used as it is. `errors` names every bad cell; it is empty when the file itself is the trouble."""

    text = _l("อ่านไฟล์นี้ไม่ได้")

    def __init__(
        self, text: Any = None, *, errors: Sequence[CellError] = (), field: str | None = None
    ) -> None:
        self.errors = tuple(errors)
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
        place = self.columns.get(_heading(column))
        return "" if place is None or place >= len(self.cells) else self.cells[place]

    def address(self, column: str) -> str:
        """The address of this row's cell in a column: `B7`; the whole row, `7`, where there is no such column."""
        place = self.columns.get(_heading(column))
        return f"{'' if place is None else workbooks.column_letters(place + 1)}{self.number}"

    def error(self, column: str, message: str) -> CellError:
        """An error of this row's cell in a column."""
        return CellError(self.address(column), message)


@dataclass(frozen=True)
class Table:
    """The first sheet of a file: its headings as written and the rows below them that are not empty."""

    header: tuple[str, ...]
    header_row: int
    rows: tuple[Row, ...]

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Where each named column stands, by its folded heading."""
        return _columns(self.header)


def read_table(stream: IO[bytes], filename: str) -> Table:
    """The table in an .xlsx or .csv file (UTF-8 or Windows Thai), all cells as tidied text, dates in ISO form.

    Refuses with SheetError a file that is too big, is something else, or has cells outside its headings.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_big()
    if data.startswith(b"PK"):
        rows = _xlsx_rows(data)
    elif filename.lower().endswith((".csv", ".txt")):
        rows = _csv_rows(data)
    else:
        raise SheetError(_("ใช้ได้เฉพาะไฟล์ .xlsx หรือ .csv เปิดไฟล์แล้วบันทึกเป็นแบบใดแบบหนึ่ง"))
    return _table([(number, cells) for number, cells in enumerate(rows, start=1) if any(cells)])


def require_columns(table: Table, required: Sequence[str], *, optional: Sequence[str] | None = None) -> None:
    """Refuse with SheetError a table that lacks a required column, or (where `optional` is given) has one of another name."""
    known = {_heading(name): name for name in (*required, *(optional or ()))}
    missing = [name for name in required if _heading(name) not in table.columns]
    end = f"{workbooks.column_letters(len(table.header) + 1)}{table.header_row}"
    errors = [CellError(end, _("ขาดคอลัมน์ “%(name)s”", name=name)) for name in missing]
    unknown = [] if optional is None else [name for name in table.columns if name not in known]
    for name in unknown:
        cell = f"{workbooks.column_letters(table.columns[name] + 1)}{table.header_row}"
        errors.append(CellError(cell, _unknown_column(table.header[table.columns[name]], known.values())))
    if errors:
        raise SheetError(errors=errors)


def write_csv(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV that a Thai Excel opens by a double click: UTF-8 with BOM, CRLF, dates in ISO form, no cell taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in (columns, *rows):
        writer.writerow([_guarded(_plain(value)) for value in row])
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(columns: Sequence[Any], rows: Iterable[Sequence[Any]], *, sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet: bold headings that stay in sight, filters, numbers and dates as such, text never a formula."""
    import xlsxwriter  # noqa: PLC0415 - 60 ms that only an export should pay

    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "default_format_properties": FONT}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet(sheet)
        formats = {
            date: book.add_format({**FONT, "num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({**FONT, "num_format": "yyyy-mm-dd hh:mm"}),
        }
        page.write_row(0, 0, [str(name) for name in columns], book.add_format({**FONT, "bold": True}))
        widths = [_width(str(name)) for name in columns]
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write_cell(page, last, place, value, formats)
                widths[place] = max(widths[place], _width(str(_plain(value))))
        for place, width in enumerate(widths):
            page.set_column(place, place, min(width + 3, 60))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, last, max(len(columns) - 1, 0))
    return file.getvalue()


def download(body: bytes, filename: str) -> Response:
    """An answer that the browser saves under this name, Thai letters included."""
    kind = TYPES.get(filename.rsplit(".", 1)[-1].lower(), "application/octet-stream")
    response = Response(body, content_type=kind)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", filename).strip("-")
    plain = f"download{plain}" if plain.startswith(".") else plain
    response.headers["Content-Disposition"] = (
        f"attachment; filename={plain}; filename*=UTF-8''{quote(filename, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _too_big() -> SheetError:
    return SheetError(_("ไฟล์นี้ใหญ่เกินไป แบ่งเป็นหลายไฟล์แล้วนำเข้าทีละไฟล์"))


def _heading(text: str) -> str:
    return " ".join(tidy(text).casefold().split())


def _columns(header: Sequence[str]) -> dict[str, int]:
    return {_heading(name): place for place, name in enumerate(header) if name}


def _unknown_column(name: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    if meant is None:
        return str(_("ไม่รู้จักคอลัมน์ “%(name)s”", name=name))
    return str(_("ไม่รู้จักคอลัมน์ “%(name)s” หมายถึง “%(meant)s” ใช่หรือไม่", name=name, meant=meant))


def _xlsx_rows(data: bytes) -> list[list[str]]:
    try:
        workbooks.check(data)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except workbooks.TooBig as no:
        raise _too_big() from no
    except (workbooks.NotAWorkbook, CalamineError, OSError, ValueError) as no:
        raise SheetError(_("เปิดไฟล์ .xlsx นี้ไม่ได้ ไฟล์อาจเสียหรือมีรหัสผ่าน เปิดในโปรแกรมตารางแล้วบันทึกใหม่")) from no


def _csv_rows(data: bytes) -> list[list[str]]:
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    try:
        return [[_text(_unguarded(cell)) for cell in row] for row in reader]
    except csv.Error as no:
        raise SheetError(_("อ่านบรรทัดที่ %(line)d ของไฟล์ไม่ได้ ตรวจเครื่องหมายคำพูด", line=reader.line_num)) from no


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp874"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise SheetError(_("อ่านตัวอักษรในไฟล์นี้ไม่ได้ บันทึกเป็น CSV UTF-8 หรือ .xlsx แล้วนำเข้าใหม่"))


def _table(rows: list[tuple[int, list[str]]]) -> Table:
    if not rows:
        raise SheetError(_("ไฟล์นี้ว่างเปล่า"))
    header_row, header = rows[0]
    columns = _columns(header)
    errors = [
        CellError(f"{workbooks.column_letters(place + 1)}{header_row}", _("หัวตาราง “%(name)s” ซ้ำ", name=name))
        for place, name in enumerate(header)
        if name and columns[_heading(name)] != place
    ]
    errors += [
        CellError(f"{workbooks.column_letters(place + 1)}{number}", _("ข้อมูลนี้อยู่นอกหัวตาราง"))
        for number, cells in rows[1:]
        for place, cell in enumerate(cells)
        if cell and not (place < len(header) and header[place])
    ]
    if errors:
        raise SheetError(errors=errors)
    return Table(
        tuple(header), header_row, tuple(Row(number, tuple(cells), columns) for number, cells in rows[1:])
    )


def _text(value: object) -> str:
    """A cell as the person sees it: whole numbers without a decimal point, dates in ISO form."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return tidy(str(value)).strip()


def _plain(value: Any) -> Any:
    """What a cell of a CSV holds: numbers as they are, moments in Bangkok, all else as text."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value).upper() if isinstance(value, bool) else value
    if isinstance(value, datetime):
        return _local(value).isoformat(" ", "minutes")
    return str(value)[:MAX_CELL]


def _local(moment: datetime) -> datetime:
    return moment.astimezone(BANGKOK).replace(tzinfo=None)


def _guarded(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and _formula.match(value) else value


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _formula.match(text) else text


def _width(text: str) -> int:
    """How many columns of letters a text takes, marks above and below not counted."""
    return sum(unicodedata.category(letter) != "Mn" for letter in text)


def _write_cell(page: Any, row: int, place: int, value: Any, formats: Mapping[type[date], Any]) -> None:
    if isinstance(value, datetime):
        page.write_datetime(row, place, _local(value), formats[datetime])
    elif isinstance(value, date):
        page.write_datetime(row, place, value, formats[date])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        page.write_number(row, place, value)
    elif value is not None and value != "":
        page.write_string(row, place, str(_plain(value)))
