"""Text in a box of paper: the largest size that will do, lines of even length, names whole."""

from hypothesis import given, strategies as st

from portal.core import fitting
from portal.core.fitting import Room


def measure(text: str) -> float:
    return float(len(text))


def test_what_fits_is_set_in_the_largest_size_on_one_line():
    assert fitting.fit("กรม ตัวอย่าง", measure, Room(120, (10, 8), 2)) == (("กรม ตัวอย่าง",), 10)


def test_lines_are_even_and_not_one_full_and_one_with_a_rest():
    fitted = fitting.fit("aaaa bbbb cccc dddd", measure, Room(170, (10,), 2))
    assert fitted.lines == ("aaaa bbbb", "cccc dddd")


def test_a_name_is_set_smaller_before_a_word_of_it_is_parted():
    name = "สำนักงานคณะกรรมการ สมมติ"
    assert fitting.fit(name, measure, Room(120, (10, 6), 2, keeps_words=True)) == (
        ("สำนักงานคณะกรรมการ", "สมมติ"),
        6,
    )
    assert fitting.fit(name, measure, Room(120, (10, 6), 3)).size == 10


def test_a_word_that_no_size_holds_is_parted_between_its_letters_and_then_cut():
    fitted = fitting.fit("ก้" * 40, measure, Room(100, (20, 10), 2, keeps_words=True))
    assert fitted.size == 10
    assert fitted.lines == ("ก้" * 5, "ก้" * 4 + "…")


def test_an_empty_text_is_one_empty_line():
    assert fitting.fit("", measure, Room(100, (20, 10))) == (("",), 20)


@given(st.text("กาูี้เ aB-/(", max_size=60), st.integers(20, 300), st.integers(1, 4), st.booleans())
def test_nothing_is_wider_than_its_room_and_nothing_is_lost(text, width, most, keeps):
    text = " ".join(text.split())
    fitted = fitting.fit(text, measure, Room(width, (10, 5, 2), most, keeps))
    assert len(fitted.lines) <= most
    widest = max(map(len, fitted.lines))
    assert widest * fitted.size <= width or widest <= 4  # one letter with its vowels and marks
    if not fitted.lines[-1].endswith("…"):
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
