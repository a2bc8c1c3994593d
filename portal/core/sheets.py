"""Tables into files, XLSX and CSV, and files to the browser; which columns and rows, the rooms say, and reading them back is core.tables' matter."""

import codecs
import csv
import io
import re
import tempfile
import unicodedata
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextvars import Context
from datetime import date, datetime
from itertools import chain
from typing import IO, Any
from urllib.parse import quote

from flask import Response, current_app

from portal.core import tables
from portal.core.clock import BANGKOK
from portal.core.i18n import _, in_language, language

MAX_ROWS = 1_048_575  # below the headings, that a sheet holds
ROWS_A_PIECE = 200
PIECE = 64 * 1024
MAX_CELL = 32_767  # what one cell of a spreadsheet holds
FONT = {"font_name": "TH Sarabun New", "font_size": 16}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
    "zip": "application/zip",
}

Writer = Callable[[Sequence[Any], Iterable[Sequence[Any]]], bytes]


def write_csv(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV that a Thai Excel opens by a double click: UTF-8 with BOM, CRLF, dates in ISO form, no cell taken for a formula."""
    return b"".join(stream_csv(columns, rows))


def stream_csv(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same piece by piece, in memory that does not grow with the rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    yield codecs.BOM_UTF8
    for count, row in enumerate(chain((columns,), rows), start=1):
        writer.writerow([_guarded(_plain(value)) for value in row])
        if count % ROWS_A_PIECE == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode("utf-8")
    text.seek(0)
    text.truncate()
    return piece


def write_xlsx(columns: Sequence[Any], rows: Iterable[Sequence[Any]], *, sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet: bold headings that stay in sight, filters, numbers and dates as such, text never a formula."""
    file = io.BytesIO()
    _write_book(file, columns, rows, sheet)
    return file.getvalue()


def stream_xlsx(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same piece by piece: a workbook is whole before it is sent, so it waits in a file, not in memory."""
    with tempfile.TemporaryFile() as file:
        _write_book(file, columns, rows, "Sheet1")
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write_book(file: IO[bytes], columns: Sequence[Any], rows: Iterable[Sequence[Any]], sheet: str) -> None:
    """As many rows as a sheet holds; the rest of a longer table is left to the CSV, and the last line says so."""
    import xlsxwriter  # noqa: PLC0415 - 60 ms that only an export should pay

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
            if last == MAX_ROWS:
                _write_cell(page, last, 0, _("แผ่นงานเต็มแล้ว แถวที่เหลืออยู่ในแฟ้ม CSV"), formats)
                break
            for place, value in enumerate(row):
                _write_cell(page, last, place, value, formats)
                text = str(_plain(value))
                if len(text) > widths[place]:  # marks above and below only make it narrower
                    widths[place] = max(widths[place], _width(text))
        for place, width in enumerate(widths):
            page.set_column(place, place, min(width + 3, 60))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, last, max(len(columns) - 1, 0))


def download(body: bytes | Iterator[bytes], filename: str) -> Response:
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


def streamed(filename: str, columns: Sequence[Any], rows: Callable[[], Iterable[Sequence[Any]]]) -> Response:
    """The same of a CSV or XLSX whose rows are made while it is sent, when the request's own session is gone: in this
    language, with a session of their own."""
    app, lang = current_app._get_current_object(), language()  # type: ignore[attr-defined]
    written = stream_csv if filename.endswith(".csv") else stream_xlsx

    def pieces() -> Generator[bytes, None, None]:
        with app.app_context(), in_language(lang):
            yield from written(columns, rows())

    return download(_apart(pieces()), filename)


def _apart(pieces: Generator[bytes, None, None]) -> Iterator[bytes]:
    """The same in a context of its own, which is left as it was entered also where the reader goes away midway."""
    own = Context()
    try:
        while piece := own.run(next, pieces, b""):
            yield piece
    finally:
        own.run(pieces.close)


def _plain(value: Any) -> Any:
    """What a cell of a CSV holds: numbers as they are, moments in Bangkok, all else as text."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value).upper() if isinstance(value, bool) else value
    if isinstance(value, datetime):
        return _local(value).isoformat(" ", "minutes")
    text = str(value)
    return (text if text.isprintable() else tables.unsteered(text))[:MAX_CELL]


def _local(moment: datetime) -> datetime:
    return moment.astimezone(BANGKOK).replace(tzinfo=None)


def _guarded(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and tables.FORMULA.match(value) else value


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
