"""File names come in as anything and go out safe on every system, with their Thai and their ending."""

import unicodedata

import pytest
from hypothesis import example, given, strategies as st

from portal.programme.filenames import MOST_BYTES, MOST_LETTERS, distinct, safe_name, split


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("แนวทางการเขียนรายงาน.pdf", "แนวทางการเขียนรายงาน.pdf"),
        ("Application Report (ฉบับที่ 2).DOCX", "Application Report (ฉบับที่ 2).docx"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\อร\\สไลด์.pptx", "สไลด์.pptx"),
        ("/สไลด์.pdf", "สไลด์.pdf"),
        ("สไลด์\r\nSet-Cookie: a=b.pdf", "สไลด์ Set-Cookie- a=b.pdf"),
        ("สไลด์\u2028\u2029\x00\x1b.pdf", "สไลด์.pdf"),
        ("สไลด์\u202efdp.exe.pdf", "สไลด์fdp.exe.pdf"),
        ("ส\u200bไ\ufeffลด์\u2066.pdf", "สไลด์.pdf"),
        ("กำ.pdf", "กำ.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("ก" + "\u0e49" * 1000 + ".pdf", "ก" + "\u0e49" * 3 + ".pdf"),
        ("\u0e49" * 1000 + ".pdf", "เอกสาร.pdf"),
        ('a<b>c:"d"|e?f*.pdf', "a-b-c--d--e-f-.pdf"),
        ("  สไลด์   วันแรก . pdf", "สไลด์ วันแรก . pdf"),
        ("...ซ่อน.pdf", "ซ่อน.pdf"),
        (".pdf", "pdf"),
        ("con.pdf", "_con.pdf"),
        ("LPT1.docx", "_LPT1.docx"),
        ("สไลด์.pdf. . ", "สไลด์.pdf"),
        ("", "เอกสาร"),
        ("..", "เอกสาร"),
        ("/", "เอกสาร"),
    ],
)
def test_a_name_is_made_safe(sent, kept):
    assert safe_name(sent) == kept


def test_a_long_name_is_cut_before_its_ending_and_never_between_a_letter_and_its_marks():
    name = safe_name("ที่" * 200 + ".pdf")
    assert name.endswith("ที่.pdf")
    assert len(name) <= MOST_LETTERS
    assert len(safe_name("a" * 500 + ".pdf")) == MOST_LETTERS


@given(st.text(max_size=400))
@example("\ud800.pdf")
@example("a" * 300 + "." + "b" * 300)
def test_every_name_comes_out_safe_and_stays_so(sent: str) -> None:
    name = safe_name(sent)
    assert 0 < len(name) <= MOST_LETTERS
    assert len(name.encode()) <= MOST_BYTES + 8
    assert not set(name) & set('/\\<>:"|?*\r\n')
    assert not any(unicodedata.category(letter)[0] == "C" for letter in name)
    assert name == name.strip()
    assert safe_name(name) == name


def test_the_ending_is_told_apart_in_small_letters():
    assert split("สไลด์.PDF") == ("สไลด์", ".pdf")
    assert split("ฉบับที่ 1.2") == ("ฉบับที่ 1", ".2")
    assert split("ระบบ.ไทย") == ("ระบบ.ไทย", "")


def test_the_same_names_are_told_apart_by_a_number():
    assert distinct("ก.pdf", ()) == "ก.pdf"
    assert distinct("A.pdf", {"a.pdf", "a (2).pdf"}) == "A (3).pdf"
