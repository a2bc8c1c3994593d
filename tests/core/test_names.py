"""Names as Thais write them: titles joined or apart, names of one word."""

import pytest
from hypothesis import given, strategies as st

from portal.core import names
from portal.core.thai import tidy


@pytest.mark.parametrize(
    ("written", "title", "name"),
    [
        ("รศ.ดร.สมชาย ใจดี", "รศ.ดร.", "สมชาย ใจดี"),
        ("รศ. ดร. สมชาย  ใจดี", "รศ. ดร.", "สมชาย ใจดี"),
        ("พล.ต.อ.กล้า หาญ", "พล.ต.อ.", "กล้า หาญ"),
        ("พ.ต.ท.หญิง กานดา", "พ.ต.ท.หญิง", "กานดา"),
        ("ว่าที่ร้อยตรีหญิงกานดา งาม", "ว่าที่ร้อยตรีหญิง", "กานดา งาม"),
        ("ว่าที่ ร.ต.สมชาย", "ว่าที่ ร.ต.", "สมชาย"),
        ("ม.ร.ว.สุข ตัวอย่าง", "ม.ร.ว.", "สุข ตัวอย่าง"),
        ("นางสาวละไม ตั้งใจ", "นางสาว", "ละไม ตั้งใจ"),
        ("น.ส.ละไม", "น.ส.", "ละไม"),
        ("ศาสตราจารย์เกียรติคุณ นายแพทย์สมชาย ดี", "ศาสตราจารย์เกียรติคุณ นายแพทย์", "สมชาย ดี"),
        ("Assoc. Prof. Dr. Somchai Jaidee", "Assoc. Prof. Dr.", "Somchai Jaidee"),
        ("ละออ", "", "ละออ"),
        ("นายิกา ดี", "", "นายิกา ดี"),  # ิ cannot begin a name: นาย is no title here
        ("คุณากร", "", "คุณากร"),
        ("สมหญิง", "", "สมหญิง"),
        ("ดร.", "", "ดร."),
        ("นาย", "", "นาย"),
    ],
)
def test_what_stands_before_a_name_is_told_from_it(written: str, title: str, name: str) -> None:
    assert names.split(written) == (title, name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("รศ.ดร.สมชาย ใจดี", "นาย สมชาย  ใจดี"),
        ("พล.ต.อ.กล้า", "กล้า"),
        ("Mr. Somchai Jaidee", "somchai jaidee"),
        ("สํารวย", "สำรวย"),
    ],
)
def test_one_person_has_one_key(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


def test_other_titles_are_another_writing_and_other_spaces_are_not() -> None:
    assert names.is_same("รศ.ดร.สมชาย ใจดี", "รศ. ดร. สมชาย ใจดี")
    assert not names.is_same("รศ.ดร.สมชาย ใจดี", "สมชาย ใจดี")


@given(st.text("นายางสว.ดรพลต อิู่ห้ญgMrs", max_size=30))
def test_nothing_of_a_name_is_lost(text: str) -> None:
    title, name = names.split(text)
    assert "".join(f"{title}{name}".split()) == "".join(tidy(text).split())
    assert name or not text.split()
