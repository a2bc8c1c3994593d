"""Two texts compared: every line is told, and within a changed line what changed."""

import time

from hypothesis import given, strategies as st

from portal.core import text_differences
from portal.core.text_differences import Line, Run, lines, runs

texts = st.lists(st.sampled_from(["ก", "ข", "ค", "", "ภาษาไทย และ 12", "ภาษาไทย และ 13"]), max_size=12).map(
    "\n".join
)


def told(line: Line) -> str:
    return "".join(run.text for run in line.runs)


@given(texts, texts)
def test_every_told_line_stands_where_it_says(before: str, after: str) -> None:
    old, new = before.split("\n"), after.split("\n")
    found = [line for piece in lines(before, after) for line in piece]
    for line in found:
        assert line.before is None or old[line.before - 1] == told(line)
        assert line.after is None or new[line.after - 1] == told(line)
    assert (not found) == (before == after)
    gone = {line.before for line in found if line.is_gone}
    assert [text for at, text in enumerate(old, 1) if at not in gone] == [
        text for at, text in enumerate(new, 1) if at not in {line.after for line in found if line.is_new}
    ]


def test_within_a_line_only_what_changed_is_marked() -> None:
    left, right = runs("หน่วยงานมีบุคลากร 2,480 คน", "หน่วยงานมีบุคลากร 2,512 คน")
    assert [run.text for run in left if run.is_changed] == ["480"]
    assert [run.text for run in right if run.is_changed] == ["512"]


def test_a_mark_is_not_parted_from_its_letter() -> None:
    left, right = runs("อ่านข่าวที่บ้านเสมอ", "อ่านข้าวที่บ้านเสมอ")
    assert Run("ข่า", True) in left
    assert Run("ข้า", True) in right


def test_lines_that_have_nothing_in_common_are_told_whole() -> None:
    assert runs("กขค", "xyz") == ((Run("กขค", True),), (Run("xyz", True),))


def test_long_texts_are_compared_soon_enough() -> None:
    before = "\n".join(f"บรรทัดที่ {n} " + "ข้อความ" * 20 for n in range(3000))
    after = before.replace("บรรทัดที่ 7", "แถวที่ 7")
    began = time.process_time()
    assert lines(before, after)
    huge = "ก" * 200_000
    assert lines(huge, huge + "ข")
    assert lines("x\n" * text_differences.MOST_LINES, "y\n" * text_differences.MOST_LINES)
    assert lines("x\n" * 5000 + "y\n", "y\n" + "x\n" * 5000)
    assert lines(f"{'ก' * 1900}\n" * 40, f"{'กข' * 950}\n" * 40)
    assert time.process_time() - began < 20
