"""A typed answer is marked as a Thai teacher would: spelling is forgiven as far as the author says, another word never."""

import time

import pytest
from hypothesis import given, strategies as st

from portal.core.thai import MARKS, VOWELS, answer_key, is_accepted

STAKEHOLDER = "ผู้มีส่วนได้ส่วนเสีย"

# One side, the other, edits, tones, whether they agree. Whatever stands on which side.
CASES = [
    # Named in the promise: wrong whatever the budget is.
    ("ไม่ใช่ผู้มีส่วนได้ส่วนเสีย", STAKEHOLDER, 2, False, False),
    ("ไม่ใช่ผู้มีส่วนได้ส่วนเสีย", STAKEHOLDER, 2, True, False),
    ("ข้าว", "ข่าว", 2, False, False),
    ("ป่า", "ป้า", 2, False, False),
    ("เสือ", "เสื่อ", 2, False, False),
    # The same, spelled by another keyboard.
    (STAKEHOLDER, STAKEHOLDER, 0, False, True),
    ("  ผู้มีส่วนได้  ส่วนเสีย ", STAKEHOLDER, 0, False, True),
    ("ผู้มี\u200bส่วนได้\u200bส่วนเสีย", STAKEHOLDER, 0, False, True),
    ("ผู้มีส่วนได้\u00a0ส่วนเสีย", STAKEHOLDER, 0, False, True),
    ("ผู้มีส่วนได้\nส่วนเสีย", STAKEHOLDER, 0, False, True),
    ("การนํา", "การนำ", 0, False, True),
    ("น้ํา", "น้ำ", 0, False, True),
    ("นํ้า", "น้ำ", 0, False, True),
    ("เเผน", "แผน", 0, False, True),
    ("เเเผน", "แผน", 0, False, False),
    ("เเผนเเม่บท", "แผนแม่บท", 0, False, True),
    ("ปี ๒๕๖๖", "ปี 2566", 0, False, True),
    ("หมวด ๗", "หมวด 7", 0, False, True),
    ("หมวด๗", "หมวด 7", 0, False, True),
    ("PMQA4.0", "pmqa 4.0", 0, False, True),
    ("ก.พ.ร.", "กพร", 0, False, True),
    ("สำนักงาน ก.พ.ร.", "สำนักงานกพร.", 0, False, True),
    ("“แผน”", "แผน", 0, False, True),
    ("แผน.", "แผน", 0, False, True),
    ("adli", "ADLI", 0, False, True),
    ("core  values", "Core Values", 0, False, True),
    ("corevalues", "Core Values", 0, False, False),
    ("ผู้้มีส่วน", "ผู้มีส่วน", 0, False, True),  # a tone typed twice, which no eye sees
    ("ท\u0e35\u0e48\u0e35", "ที่", 0, False, True),
    ("ส่ิง", "สิ่ง", 0, False, True),  # marks in the other order
    ("กๅร", "การ", 0, False, True),
    ("ฤๅษี", "ฤาษี", 0, False, False),
    ("รัฐ ประชาชน", "รัฐประชาชน", 0, False, True),
    ("1 2", "12", 0, False, False),
    # Nothing is nothing.
    ("", "แผน", 2, True, False),
    ("   ", "แผน", 2, True, False),
    ("\u200b", "แผน", 2, True, False),
    ("?", "แผน", 2, True, False),
    # Consonants within the budget.
    ("ยุทธศาตร์", "ยุทธศาสตร์", 0, False, False),
    ("ยุทธศาตร์", "ยุทธศาสตร์", 1, False, True),
    ("ยุทธสาสตร์", "ยุทธศาสตร์", 1, False, True),
    ("ยุทธศาสตร", "ยุทธศาสตร์", 1, False, True),  # ์ silences a letter, it makes no other word
    ("ยุทศาตร์", "ยุทธศาสตร์", 1, False, False),
    ("ยุทศาตร์", "ยุทธศาสตร์", 2, False, True),
    ("วิสัยทัศ", "วิสัยทัศน์", 2, False, True),
    ("สมรรนถะ", "สมรรถนะ", 1, False, True),  # two neighbours swapped are one
    ("สมรรนถะ", "สมรรถนะ", 0, False, False),
    ("บูรนาการ", "บูรณาการ", 1, False, True),
    ("benchmarkng", "benchmarking", 1, False, True),
    ("benchmark", "benchmarking", 2, False, False),
    ("ศสสตร์", "ศาสตร์", 1, False, True),  # a key beside the other: no other vowel, a slip
    # Vowels and tones are other words.
    ("มี", "มิ", 2, False, False),
    ("ขาว", "ขวา", 2, False, False),
    ("ขาว", "เขา", 1, False, False),
    ("การ", "กร", 2, False, False),
    ("องค์กร", "องค์การ", 1, False, False),
    ("แก", "เก", 1, False, False),
    ("ใจ", "ไจ", 1, False, False),
    ("คะ", "ค่ะ", 1, False, False),
    ("กัน", "กาน", 2, False, False),
    ("เส้นทาง", "เสนทาง", 1, False, False),
    ("ข้าวสา", "ข่าวสาร", 2, False, False),  # a letter more does not make a wrong tone right
    ("ผูมีส่วนได้ส่วนเสีย", STAKEHOLDER, 1, False, False),
    # … unless the author lets them pass.
    ("ผูมีสวนไดสวนเสีย", STAKEHOLDER, 0, True, True),
    ("ข้าว", "ข่าว", 0, True, True),
    ("มี", "มือ", 0, True, False),
    ("เสือ", "เสื่อ", 0, True, True),
    ("กร", "การ", 0, True, False),  # า is no mark
    ("กร", "การ", 1, True, True),
    ("ข้าวสา", "ข่าวสาร", 1, True, True),
    # Negations are never crossed, in either direction.
    ("ไม่ผ่าน", "ผ่าน", 2, True, False),
    ("มิใช่", "ใช่", 2, True, False),
    ("ไร้ผล", "ได้ผล", 2, True, False),
    ("ไม่ผล", "ให้ผล", 2, True, False),
    ("งดจ่าย", "จ่าย", 2, False, False),
    ("งดใช้", "ลดใช้", 2, False, False),
    ("ห้ามทำ", "ตามทำ", 2, True, False),
    ("เว้นวรรค", "เน้นวรรค", 2, True, False),
    ("อย่าทำ", "ยาทำ", 2, True, False),
    ("ขาดแผน", "วาดแผน", 2, True, False),
    ("informal", "formal", 2, True, False),
    ("unfair", "fair", 2, True, False),
    ("not met", "met", 2, True, False),
    ("ไม่ผาน", "ไม่ผ่าน", 0, True, True),  # the same negation in both
    ("ใม่ผ่าน", "ไม่ผ่าน", 0, False, False),
    ("ไม่ผ่านเกณ", "ไม่ผ่านเกณฑ์", 2, False, True),
    ("มิติดิจิทัน", "มิติดิจิทัล", 1, False, True),  # มิ within a word stands in both
    # Figures are no slips of the pen.
    ("ปี 2565", "ปี 2566", 2, True, False),
    ("หมวด 1", "หมวด 7", 2, True, False),
    ("หมวด", "หมวด 7", 2, True, False),
    ("ร้อยละ 80", "ร้อยละ 8", 2, True, False),
]


@pytest.mark.parametrize(("one", "other", "edits", "tones", "agree"), CASES)
def test_an_answer_is_right_or_wrong_as_a_teacher_says(one, other, edits, tones, agree):
    assert is_accepted(one, [other], edits=edits, tones=tones) is agree
    assert is_accepted(other, [one], edits=edits, tones=tones) is agree


def test_one_of_several_accepted_answers_is_enough():
    accepted = ["สำนักงาน ก.พ.ร.", "สำนักงานคณะกรรมการพัฒนาระบบราชการ", "OPDC"]
    assert is_accepted("opdc", accepted, edits=0, tones=False)
    assert not is_accepted("สำนักงาน ก.พ.", accepted, edits=0, tones=False)
    assert not is_accepted("แผน", [], edits=2, tones=True)


letters = st.text(st.sampled_from("กขคงรวสนอทมดไใเแา่้ิีุ์ 12๑a."), max_size=12)
budgets = st.integers(0, 2)


@given(letters, letters, budgets, st.booleans())
def test_no_side_is_the_first(one, other, edits, tones):
    if answer_key(one) and answer_key(other):
        assert is_accepted(one, [other], edits=edits, tones=tones) == is_accepted(
            other, [one], edits=edits, tones=tones
        )


@given(letters, letters, budgets, st.booleans())
def test_a_larger_budget_or_leave_for_tones_never_makes_a_right_answer_wrong(one, other, edits, tones):
    if is_accepted(one, [other], edits=edits, tones=tones):
        assert is_accepted(one, [other], edits=min(edits + 1, 2), tones=tones)
        assert is_accepted(one, [other], edits=edits, tones=True)


@given(st.text(max_size=30))
def test_a_key_is_its_own_key_and_right_for_itself(text):
    key = answer_key(text)
    assert answer_key(key) == key
    if key:
        assert is_accepted(text, [key], edits=0, tones=False)


@given(letters, letters, budgets)
def test_without_leave_answers_that_differ_in_vowels_and_tones_alone_never_agree(one, other, edits):
    def spoken(text: str) -> str:
        return "".join(letter for letter in answer_key(text) if letter not in MARKS | VOWELS)

    if spoken(one) == spoken(other) and answer_key(one) != answer_key(other):
        assert not is_accepted(one, [other], edits=edits, tones=False)


def test_a_long_answer_is_refused_quickly():
    accepted = ["ก" * 200] * 20
    begun = time.process_time()
    for typed in ("ก" * 199 + "ขค", "ก" * 4000, "ไม่" * 1300):
        is_accepted(typed, accepted, edits=2, tones=True)
    assert time.process_time() - begun < 5
