"""Sheets as offices send them: titles above, cells merged, sheets hidden, formulas, other separators and letters; each read or refused in words."""

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from portal.core import tables, workbooks
from portal.core.dates import parse_date
from portal.core.tables import CellError, SheetError, Table
from tests.core.test_sheets import rezipped

NAMES = {"email": ("อีเมล", "e-mail"), "name": ("ชื่อ-สกุล", "ชื่อ"), "agency": ("หน่วยงาน",)}


def read(data: bytes, filename: str = "a.xlsx") -> Table:
    return tables.read_table(io.BytesIO(data), filename, names=NAMES)


def book(
    *rows: list[Any], merged: str = "", before: tuple[str, str] | None = None, more: bool = False
) -> bytes:
    """A workbook with these rows; `before` is the name and state of a sheet in front, `more` one behind."""
    made = openpyxl.Workbook()
    page = made.active
    assert isinstance(page, Worksheet)
    page.title = "รายชื่อ"
    for row in rows:
        page.append(row)
    if merged:
        page.merge_cells(merged)
    if before is not None:
        name, state = before
        front = made.create_sheet(name, 0)
        front.append(["email", "name"])
        front.append(["hidden@x.example", "ที่ซ่อนอยู่"])
        front.sheet_state = state
        made.active = 1
    if more:
        made.create_sheet("สำรอง").append(["x"])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def refused(data: bytes, filename: str = "a.xlsx") -> list[CellError]:
    with pytest.raises(SheetError) as no:
        read(data, filename)
    return list(no.value.errors)


def test_headings_are_found_below_titles_and_by_their_other_names() -> None:
    table = read(book(["รายชื่อผู้เข้าอบรม", None], ["ณ วันที่ ๑", None], ["อีเมล", "ชื่อ-สกุล"], ["a@x.example", "นก"]))
    assert table.header_row == 3
    assert (table.rows[0]["email"], table.rows[0]["name"]) == ("a@x.example", "นก")
    assert table.rows[0].address("name") == "B4"


def test_two_columns_that_go_by_one_name_are_told() -> None:
    assert [error.cell for error in refused(book(["ชื่อ", "อีเมล", "ชื่อ-สกุล"], ["ก", "a@x.example", "ข"]))] == [
        "A1"
    ]


def test_a_cell_merged_downwards_counts_in_all_its_rows() -> None:
    table = read(book(["ชื่อ", "หน่วยงาน"], ["นก", "กรม"], ["เป็ด"], ["ไก่"], ["หมู", "กอง"], merged="B2:B4"))
    assert [row["agency"] for row in table.rows] == ["กรม", "กรม", "กรม", "กอง"]


def test_cells_merged_over_columns_are_told() -> None:
    assert refused(book(["ชื่อ", "อีเมล"], ["นก", "a@x.example"], ["กลุ่มที่สอง"], merged="A3:B3"))[0].cell == "A3"


def test_a_merged_title_above_the_headings_is_no_trouble() -> None:
    rows = (["รายชื่อผู้เข้าอบรมทั้งหมด", None], ["ชื่อ", "อีเมล"], ["นก", "a@x.example"])
    assert read(book(*rows, merged="A1:B1")).rows[0]["name"] == "นก"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_never_read_and_told_of(state: str) -> None:
    table = read(book(["email", "name"], ["a@x.example", "นก"], before=("ซ่อน", state)))
    assert [row["email"] for row in table.rows] == ["a@x.example"]
    assert "“รายชื่อ”" in table.notes[0]


def test_the_first_sheet_in_sight_is_read_and_others_are_told_of() -> None:
    table = read(book(["email"], ["a@x.example"], more=True))
    assert len(table.notes) == 1
    assert read(book(["email"], ["a@x.example"])).notes == ()


def with_formula(formula: str, value: Any) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["email", "name"])
        page.write(1, 0, "a@x.example")
        page.write_formula(1, 1, formula, value=value)
    return file.getvalue()


def test_of_a_formula_its_value_is_read_and_that_is_told() -> None:
    table = read(with_formula('="นก"&" บิน"', "นก บิน"))
    assert table.rows[0]["name"] == "นก บิน"
    assert "สูตร 1 เซลล์" in table.notes[0]


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!"])
def test_a_formula_that_shows_an_error_is_told_by_its_cell(value: str) -> None:
    assert [error.cell for error in refused(with_formula("=NA()", value))] == ["B2"]


def test_a_formula_that_nobody_reckoned_is_told_by_its_cell() -> None:
    assert [error.cell for error in refused(book(["email", "name"], ["a@x.example", "=1+1"]))] == ["B2"]


def test_a_formula_that_says_nothing_is_an_empty_cell() -> None:
    as_excel_does = (b'<c r="B2">', b'<c r="B2" t="str">')
    data = rezipped(with_formula('=IF(TRUE,"","x")', ""), {"xl/worksheets/sheet1.xml": as_excel_does})
    assert read(data).rows[0]["name"] == ""


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_any_separator_in_any_letters(separator: str, encoding: str) -> None:
    text = f"อีเมล{separator}ชื่อ\r\na@x.example{separator}นก ๑\r\n"
    assert read(text.encode(encoding), "a.csv").rows[0]["name"] == "นก ๑"


def test_the_separator_that_a_file_names_itself_is_used() -> None:
    assert read("sep=;\r\nอีเมล;ชื่อ\r\na@x.example;นก, บิน\r\n".encode(), "a.csv").rows[0]["name"] == "นก, บิน"


def test_a_comma_inside_quotes_tells_nothing_of_the_separator() -> None:
    assert read('"อีเมล, ที่ทำงาน, บ้าน";ชื่อ\nx;นก\n'.encode(), "a.csv").rows[0]["name"] == "นก"


def test_a_crafted_sheet_takes_no_longer_than_it_is_long() -> None:
    """No end of a tag anywhere: a search that looked on from every beginning would never come back."""
    text = b"<c r=" * 400_000 + b' t="e"'
    assert not workbooks._cell.search(text)


def test_errors_are_told_in_the_order_of_reading() -> None:
    errors = [CellError(cell, "x") for cell in ("B10", "AA2", "B2", "A10", "3")]
    assert [error.cell for error in tables.in_order(errors)] == ["B2", "AA2", "3", "A10", "B10"]


@pytest.mark.parametrize(
    "form", ["[$-D07041E]d mmmm yyyy;@", "[$-1070000]d/mm/yyyy;@", "d mmm bbbb", "B2d mmm yy"]
)
@pytest.mark.parametrize("typed", [datetime(2023, 3, 22), datetime(2566, 3, 22)])
def test_a_day_is_that_day_whichever_calendar_its_cell_shows(form: str, typed: datetime) -> None:
    """A Thai Excel shows พ.ศ. of a Gregorian day; in an English one people type 2566 as if it were one."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["name", "email"])
        page.write_datetime(1, 0, typed, made.add_format({"num_format": form}))
    assert parse_date(read(file.getvalue()).rows[0]["name"]) == date(2023, 3, 22)


@pytest.mark.parametrize("text", ["," * 2_000_000, "x\n" * 1_500_000])
def test_a_text_of_millions_of_cells_is_refused_as_too_big(text: str) -> None:
    with pytest.raises(SheetError, match="ใหญ่เกินไป"):
        read(text.encode(), "a.csv")
