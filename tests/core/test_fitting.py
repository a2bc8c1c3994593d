"""Text in a box of paper: the largest size that will do, lines of even length, names whole."""

from hypothesis import given, strategies as st

from portal.core import fitting
from portal.core.fitting import Room


def measure(text: str) -> float:
    return float(len(text))


def test_what_fits_is_set_in_the_largest_size_on_one_line():
    assert fitting.fit("กรม ตัวอย่าง", measure, Room(120, 20, (10, 8)), leading=1) == (
        ("กรม ตัวอย่าง",),
        10,
        True,
    )


def test_lines_are_even_and_not_one_full_and_one_with_a_rest():
    fitted = fitting.fit("aaaa bbbb cccc dddd", measure, Room(170, 20, (10,)), leading=1)
    assert fitted.lines == ("aaaa bbbb", "cccc dddd")


def test_a_name_is_set_smaller_before_a_word_of_it_is_parted():
    name = "สำนักงานคณะกรรมการ สมมติ"
    assert fitting.fit(name, measure, Room(120, 20, (10, 6), keeps_words=True), leading=1) == (
        ("สำนักงานคณะกรรมการ", "สมมติ"),
        6,
        True,
    )
    assert fitting.fit(name, measure, Room(120, 30, (10, 6)), leading=1).size == 10


def test_a_word_that_no_size_holds_is_parted_between_its_letters_and_then_cut():
    fitted = fitting.fit("ก้" * 40, measure, Room(100, 20, (20, 10), keeps_words=True), leading=1)
    assert fitted.size == 10
    assert not fitted.is_whole
    assert fitted.lines == ("ก้" * 5, "ก้" * 4 + "…")


def test_no_line_ends_with_a_dot_between_two_things():
    fitted = fitting.fit("day one · hall two", measure, Room(100, 20, (10,)), leading=1)
    assert fitted.lines == ("day one", "hall two")


def test_an_empty_text_is_one_empty_line():
    assert fitting.fit("", measure, Room(100, 20, (20, 10)), leading=1) == (("",), 20, True)


@given(st.text("กาูี้เ aB-/(", max_size=60), st.integers(20, 300), st.integers(1, 40), st.booleans())
def test_nothing_is_wider_than_its_room_and_nothing_is_lost(text, width, height, keeps):
    text = " ".join(text.split())
    fitted = fitting.fit(text, measure, Room(width, height, (10, 5, 2), keeps), leading=1)
    assert len(fitted.lines) == 1 or len(fitted.lines) * fitted.size <= height
    widest = max(map(len, fitted.lines))
    assert widest * fitted.size <= width or widest <= 4  # one letter with its vowels and marks
    if not fitted.lines[-1].endswith("…"):
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
