"""Tables in and out of real files: what is written is read back, and a bad file is refused by cell, never half read."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from portal.core import sheets, tables, workbooks
from portal.core.tables import CellError, SheetError, Table
from portal.core.thai import tidy

COLUMNS = ["รหัส", "หน่วยงาน", "ผ่าน"]
ROWS = [["0042", "กรมตัวอย่าง", 3], ["7", "จังหวัดสมมติ, สำนักงาน", 12.5]]

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
dangerous = st.builds(
    "{}{}".format, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'", "'=", "", "＝"]), texts
)


def read(data: bytes, filename: str = "ตาราง.csv") -> Table:
    return tables.read_table(io.BytesIO(data), filename)


def workbook(rows: Sequence[Sequence[object]], *, at: tuple[int, int] = (0, 0)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(at[0] + number, at[1], row)
    return file.getvalue()


def rezipped(
    data: bytes, change: dict[str, tuple[bytes, bytes]], extra: dict[str, bytes] | None = None
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(*change.get(name, (b"\0", b"\0"))))
        for name, body in (extra or {}).items():
            new.writestr(name, body)
    return file.getvalue()


def test_a_csv_opens_in_a_thai_spreadsheet() -> None:
    data = sheets.write_csv(COLUMNS, ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines == ["รหัส,หน่วยงาน,ผ่าน", "0042,กรมตัวอย่าง,3", '7,"จังหวัดสมมติ, สำนักงาน",12.5', ""]


def test_dates_in_a_csv_are_iso_and_moments_are_in_bangkok() -> None:
    data = sheets.write_csv(
        ["a", "b", "c"], [[date(2023, 3, 22), datetime(2023, 3, 22, 20, 5, tzinfo=UTC), None]]
    )
    assert data.decode("utf-8-sig").splitlines()[1] == "2023-03-22,2023-03-23 03:05,"


@pytest.mark.parametrize("cell", ["=1+1", "+66 2 123", "-5", "@name", "\t=1", "\r=1", "＝1", "'=1"])
def test_no_cell_of_a_csv_is_taken_for_a_formula(cell: str) -> None:
    written = sheets.write_csv(["a"], [[cell]]).decode("utf-8-sig").split("\r\n", 1)[1]
    assert written.lstrip('"').startswith("'")


def test_numbers_below_zero_stay_numbers() -> None:
    assert sheets.write_csv(["a"], [[-5]]).decode("utf-8-sig").splitlines()[1] == "-5"


# A cell of nothing but invisible letters is an empty one, and a row of them is none.
@given(
    st.lists(dangerous.filter(lambda text: tidy(text).strip() and "\x85" not in text), min_size=1, max_size=4)
)
def test_a_written_csv_reads_back_the_same(cells: list[str]) -> None:
    columns = [f"c{number}" for number in range(len(cells))]
    table = read(sheets.write_csv(columns, [cells]))
    assert list(table.rows[0].cells) == [tidy(cell).strip() for cell in cells]


def test_a_workbook_has_bold_headings_that_stay_in_sight_in_a_thai_font() -> None:
    page = openpyxl.load_workbook(io.BytesIO(sheets.write_xlsx(COLUMNS, ROWS))).active
    assert page is not None
    assert page["A1"].font.b
    assert not page["A2"].font.b
    assert page["B2"].font.name == "TH Sarabun New"
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:C3"


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    moment = datetime(2023, 3, 22, 2, 0, tzinfo=UTC)
    data = sheets.write_xlsx(["a"] * 6, [["=1+1", "0042", 3, date(2023, 3, 22), moment, True]])
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    cells = [page.cell(2, place) for place in range(1, 7)]
    assert [cell.data_type for cell in cells] == ["s", "s", "n", "d", "d", "s"]
    assert [cell.value for cell in cells[:3]] == ["=1+1", "0042", 3]
    assert cells[3].value == datetime(2023, 3, 22)
    assert cells[4].value == datetime(2023, 3, 22, 9, 0)


def test_a_workbook_without_rows_still_opens() -> None:
    page = openpyxl.load_workbook(io.BytesIO(sheets.write_xlsx(COLUMNS, []))).active
    assert page is not None
    assert [cell.value for cell in page[1]] == COLUMNS


def test_a_written_workbook_reads_back_with_addresses() -> None:
    table = read(sheets.write_xlsx(COLUMNS, ROWS), "ตาราง.xlsx")
    assert table.header == tuple(COLUMNS)
    first, second = table.rows
    assert (first["รหัส"], first["หน่วยงาน"], first["ผ่าน"]) == ("0042", "กรมตัวอย่าง", "3")
    assert second["ผ่าน"] == "12.5"
    assert second.address("หน่วยงาน") == "B3"
    assert str(second.error("รหัส", "ไม่รู้จัก")) == "A3: ไม่รู้จัก"


def test_a_row_keeps_its_place_below_empty_rows_and_columns() -> None:
    table = read(workbook([["code", "name"], [], ["DDC", "กรมควบคุมโรค"]], at=(2, 1)), "a.xlsx")
    assert table.header_row == 3
    assert table.rows[0].number == 5
    assert table.rows[0].address("name") == "C5"
    assert table.rows[0]["name"] == "กรมควบคุมโรค"


def test_dates_and_whole_numbers_of_a_workbook_become_plain_text() -> None:
    row = [datetime(2566, 3, 22), datetime(2023, 3, 22, 9, 30), 5.0, 1.25, True, 12345678901234]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, list("abcdef"))
        for place, value in enumerate(row):
            page.write(
                1, place, value, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}) if place < 2 else None
            )
    cells = read(file.getvalue(), "a.xlsx").rows[0].cells
    assert cells == ("2566-03-22", "2023-03-22 09:30", "5", "1.25", "TRUE", "12345678901234")


def test_an_old_thai_csv_is_read_too() -> None:
    table = read("รหัส,หน่วยงาน\r\nDDC,กรมควบคุมโรค\r\n".encode("cp874"))
    assert table.rows[0]["หน่วยงาน"] == "กรมควบคุมโรค"


def test_headings_are_found_however_they_are_spelled() -> None:
    table = read("\ufeff Code ,ทํางาน\n x ,y\u200b\n".encode())
    assert table.rows[0]["code"] == "x"
    assert table.rows[0]["ทำงาน"] == "y"
    assert table.rows[0]["ไม่มี"] == ""


def test_a_cell_of_several_lines_is_one_cell() -> None:
    table = read(b'a,b\r\n"x\r\ny",z\r\n1,2\r\n')
    assert table.rows[0].cells == ("x\ny", "z")
    assert table.rows[1].number == 3


def test_a_missing_column_is_named_where_it_would_stand() -> None:
    with pytest.raises(SheetError) as no:
        tables.require_columns(read(b"code,name\n1,2\n"), ["code", "agency"])
    assert no.value.errors == (CellError("C1", "ขาดคอลัมน์ “agency”"),)
    assert "C1" in str(no.value)


def test_an_unknown_column_is_refused_only_where_all_names_are_given() -> None:
    table = read(b"code,ministri\n1,2\n")
    tables.require_columns(table, ["code"])
    tables.require_columns(table, ["CODE"], optional=["ministri"])
    with pytest.raises(SheetError) as no:
        tables.require_columns(table, ["code"], optional=["ministry"])
    assert no.value.errors == (CellError("B1", "ไม่รู้จักคอลัมน์ “ministri” หมายถึง “ministry” ใช่หรือไม่"),)


def test_doubled_headings_and_cells_outside_the_headings_are_all_named() -> None:
    with pytest.raises(SheetError) as no:
        read(b"a,b,a\n1,2,3,4\n5,6,7,,8\n")
    assert [error.cell for error in no.value.errors] == ["A1", "D2", "E3"]


def test_many_errors_are_told_by_the_first_few_and_their_number() -> None:
    no = SheetError(errors=[CellError(f"A{number}", "ว่าง") for number in range(2, 12)])
    assert "10 จุด" in str(no)
    assert "A6" in str(no)
    assert "A7" not in str(no)


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (b"", "a.csv", "ว่างเปล่า"),
        (b"\r\n,,\r\n", "a.csv", "ว่างเปล่า"),
        (b'a,b\n"1,2\n', "a.csv", "บรรทัดที่"),
        (b"a\0b\n", "a.csv", "อ่านตัวอักษร"),
        (b"\x80\xff\xfe\xdb\xdc", "a.csv", "อ่านตัวอักษร"),
        (b"\xd0\xcf\x11\xe0old", "a.xls", ".xlsx หรือ .csv"),
        (b"%PDF-1.7", "a.pdf", ".xlsx หรือ .csv"),
        (b"PK\x03\x04broken", "a.xlsx", "เปิดไฟล์ .xlsx นี้ไม่ได้"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, filename: str, words: str) -> None:
    with pytest.raises(SheetError, match=words) as no:
        read(data, filename)
    assert no.value.errors == ()


def test_a_file_over_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 10)
    with pytest.raises(SheetError, match="ใหญ่เกินไป"):
        read(b"a,b\n" + b"1,2\n" * 5)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = rezipped(workbook([["a"]]), {}, {"xl/media/x.xml": b" " * (workbooks.MAX_UNZIPPED + 1)})
    assert len(bomb) < 100_000
    with pytest.raises(SheetError, match="ใหญ่เกินไป"):
        read(bomb, "a.xlsx")


@pytest.mark.parametrize("cell", [b"XFD1048576", b"xfd1048576", b"A1048576' s='1"])
def test_one_cell_at_the_far_corner_does_not_end_the_process(cell: bytes) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    rows = [[str(number)] * 3 for number in range(2)]
    far = rezipped(workbook(rows), {sheet: (b'r="C2"', b"r = '" + cell + b"'")})
    with pytest.raises(SheetError, match="ใหญ่เกินไป"):
        read(far, "a.xlsx")


def test_a_row_number_alone_can_be_too_far() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    data = rezipped(workbook([["a"] * 3, ["b"] * 3]), {sheet: (b'<row r="2"', b'<row r="1048576"')})
    with pytest.raises(SheetError, match="ใหญ่เกินไป"):
        read(data, "a.xlsx")


def test_a_workbook_in_another_notation_is_refused() -> None:
    data = rezipped(workbook([["a"]]), {}, {"xl/workbook.bin": b""})
    with pytest.raises(SheetError, match="เปิดไฟล์"):
        read(data, "a.xlsx")


def test_a_member_whose_size_lies_is_refused() -> None:
    data = bytearray(workbook([["a"]]))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (5).to_bytes(4, "little")
    with pytest.raises(SheetError, match="เปิดไฟล์"):
        read(bytes(data), "a.xlsx")


WORKBOOK = workbook([["a", "b"], ["ก", 1]])


@given(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused(place: int, byte: int) -> None:
    damaged = WORKBOOK[:place] + bytes([byte]) + WORKBOOK[place + 1 :]
    try:
        table = read(damaged, "a.xlsx")
    except SheetError:
        return
    assert table.header


def test_column_letters_and_numbers_agree() -> None:
    assert [workbooks.column_letters(number) for number in (1, 26, 27, 702, 703)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]
    assert all(
        workbooks.column_number(workbooks.column_letters(number)) == number for number in range(1, 2000)
    )


def test_a_download_keeps_its_thai_name() -> None:
    response = sheets.download(b"x", "รายชื่อ 2566.xlsx")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=2566.xlsx; filename*=UTF-8''%E0%B8%A3")
    assert response.content_type.endswith("spreadsheetml.sheet")
    assert sheets.download(b"x", "a.csv").content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize("name", ["รายชื่อ.csv", 'a"b\r\nX: y.csv', "é;.csv", ".csv"])
def test_no_name_of_a_download_breaks_its_header(name: str) -> None:
    disposition = sheets.download(b"x", name).headers["Content-Disposition"]
    assert disposition.isascii()
    assert disposition.count(";") == 2
    assert '"' not in disposition
