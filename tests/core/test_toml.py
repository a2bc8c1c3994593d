"""Text files are refused whole, with the file and line of all that is wrong."""

from datetime import date

import pytest

from portal.core.toml import BadContent, Finding, Table, lines_of, parse

pytestmark = pytest.mark.usefixtures("app")


def read(text, findings):
    table = parse(text.encode(), "a.toml", findings)
    assert isinstance(table, Table)
    return table


def found(findings):
    return [(finding.line, finding.text) for finding in findings]


def test_values_come_as_they_are_written():
    findings: list[Finding] = []
    table = read(
        'code = "day-1"\ntitle = " วันที่หนึ่ง "\ntitle_en = "Day one"\non = 2023-02-20\nseats = 40\n', findings
    )
    assert table.code() == "day-1"
    assert table.pair("title") == {"th": "วันที่หนึ่ง", "en": "Day one"}
    assert table.day("on") == date(2023, 2, 20)
    assert table.number("seats") == 40
    table.done()
    assert findings == []


def test_text_that_is_not_toml_is_named_with_its_line():
    findings: list[Finding] = []
    assert parse('title = "ก"\ntitle = "ข"\n'.encode(), "a.toml", findings) is None
    assert findings[0].file == "a.toml"
    assert findings[0].line == 2


def test_bytes_that_are_not_utf8_are_named_with_their_line():
    findings: list[Finding] = []
    assert parse(b'a = 1\nb = "\xa1"\n', "a.toml", findings) is None
    assert found(findings) == [(2, "ไฟล์นี้ไม่ใช่ UTF-8")]


def test_a_missing_key_is_named_at_its_table():
    findings: list[Finding] = []
    table = read('[[talk]]\ncode = "a"\n\n[[talk]]\nnote = "x"\n', findings)
    for row in table.tables("talk"):
        row.code()
    assert found(findings) == [(4, "ขาด code")]


@pytest.mark.parametrize(
    ("line", "ask", "words"),
    [
        ("a = 1", lambda table: table.text("a"), "ข้อความ"),
        ('a = "  "', lambda table: table.text("a"), "ว่าง"),
        ('a = "Day One"', lambda table: table.code("a"), "a–z"),
        ('a = "2023-02-20"', lambda table: table.day("a"), "วันที่"),
        ("a = 2566-02-20", lambda table: table.day("a"), "ค.ศ."),
        ("a = 2023-02-20T09:00:00", lambda table: table.moment("a"), "+07:00"),
        ("a = true", lambda table: table.number("a"), "จำนวนเต็ม"),
        ("a = 0", lambda table: table.number("a", least=1), "ไม่น้อยกว่า 1"),
        ('a = ["x", 1]', lambda table: table.texts("a"), "รายการข้อความ"),
        ('a = "x"', lambda table: table.tables("a"), "[[a]]"),
        ('a = "x"', lambda table: table.table("a"), "[a]"),
        ('a_en = "x"', lambda table: table.pair("a", required=False), "a_en"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_at_its_line(line, ask, words):
    findings: list[Finding] = []
    table = read(f"# a comment\n{line}\n", findings)
    assert not ask(table)
    [(at, text)] = found(findings)
    assert at == 2
    assert words in text


def test_a_mistyped_key_is_not_lost_in_silence():
    findings: list[Finding] = []
    table = read('titel = "ก"\n', findings)
    table.done()
    assert found(findings) == [(1, "ไม่รู้จัก titel")]


def test_a_code_is_taken_once():
    findings: list[Finding] = []
    taken: set[str] = set()
    for row in read('[[a]]\ncode = "x"\n[[a]]\ncode = "x"\n', findings).tables("a"):
        row.code(taken=taken)
    assert found(findings) == [(4, "รหัส x ซ้ำ")]


def test_lines_are_found_in_nested_tables_and_beside_long_texts():
    text = '[[a]]\nx = """\n[[a]]\ny = 1\n"""\n[[a.b]]\nz = 1\n[[a]]\n[[a.b]]\nz = 2\n'
    lines = lines_of(text)
    assert lines["a", 0, "x"] == 2
    assert lines["a", 0, "b", 0, "z"] == 7
    assert lines["a", 1, "b", 0, "z"] == 10
    assert ("a", 0, "y") not in lines


def test_a_refusal_tells_everything_in_the_order_of_files_and_lines():
    no = BadContent([Finding("b.toml", 1, "ค"), Finding("a.toml", 9, "ข"), Finding("a.toml", 2, "ก")])
    assert str(no) == "a.toml:2: ก\na.toml:9: ข\nb.toml:1: ค"
