"""Thai text: sorted like the dictionary (ICU is the oracle), found however it is typed, answers compared letter by letter."""

import random

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text

from portal.core import thai
from portal.core.db import db

icu = pytest.importorskip("icu", reason="pyicu-wheels of requirements-dev.txt is the oracle of Thai order")
COLLATOR = icu.Collator.createInstance(icu.Locale("th"))

SPEAKERS = ["โชติชนะ", "เบญจมาภรณ์", "ภาวนา", "รัชต์วรรณ", "สุพินดา", "อารีย์พันธ์"]

consonants = st.sampled_from(thai.CONSONANTS)
leading = st.sampled_from(["", *thai.LEADING])
vowels = st.sampled_from(["", *"ะัาำิีึืฺุู"])
tones = st.sampled_from(["", *"็่้๊๋์"])
syllables = st.builds("{}{}{}{}".format, leading, consonants, vowels.filter(lambda v: v not in "ะาำ"), tones)
endings = st.sampled_from(["", "ะ", "า", "ำ", "ก", "น", "ๆ", " ", "-", "4", "๔", "PMQA", "x"])
words = st.lists(st.builds("{}{}".format, syllables, endings), min_size=1, max_size=4).map("".join)


def test_leading_vowels_wait_for_their_consonant() -> None:
    shuffled = random.Random(1).sample(SPEAKERS, len(SPEAKERS))
    assert sorted(shuffled, key=thai.sort_key) == SPEAKERS


def test_tone_marks_decide_last() -> None:
    assert sorted(["ข้าว", "ขาว", "ข่าว", "ขาวสะอาด", "ขา"], key=thai.sort_key) == [
        "ขา",
        "ขาว",
        "ข่าว",
        "ข้าว",
        "ขาวสะอาด",
    ]


def test_digits_come_before_thai_and_thai_before_latin() -> None:
    assert sorted(["PMQA", "กรม", "4.0", "๓ หน่วย"], key=thai.sort_key) == ["๓ หน่วย", "4.0", "กรม", "PMQA"]


def test_spaces_punctuation_and_case_do_not_count() -> None:
    assert thai.sort_key("สำนักงาน ก.พ.ร.") == thai.sort_key("สำนักงานกพร")
    assert thai.sort_key("pmqa (4.0)") == thai.sort_key("PMQA 4.0")


def test_both_spellings_of_sara_am_sort_alike() -> None:
    assert thai.sort_key("ก\u0e4d\u0e32") == thai.sort_key("กำ")


def test_the_key_is_plain_ascii_so_every_database_sorts_it_alike() -> None:
    key = thai.sort_key("สำนักงาน ก.พ.ร. é Ω 4.0")
    assert key.isascii()
    assert key.isalnum()
    assert key == key.lower()


def test_letters_of_other_scripts_come_last_and_accents_do_not_count() -> None:
    assert thai.sort_key("é") == thai.sort_key("e")
    assert sorted(["Ω", "z", "ฮ"], key=thai.sort_key) == ["ฮ", "z", "Ω"]
    assert thai.sort_key("") < thai.sort_key("0")


@given(words, words)
def test_any_two_words_stand_as_in_icu(one: str, other: str) -> None:
    ours = (thai.sort_key(one) > thai.sort_key(other)) - (thai.sort_key(one) < thai.sort_key(other))
    COLLATOR.setStrength(icu.Collator.SECONDARY)
    assert ours == COLLATOR.compare(thai.tidy(one), thai.tidy(other))


def test_a_long_key_fits_its_column() -> None:
    assert len(thai.sort_key("ก้" * 300)) == thai.SORT_KEY_LENGTH
    assert thai.sort_key("ก" * 300) < thai.sort_key("ก" * 100 + "ข")


@pytest.mark.both_databases
def test_a_database_sorts_the_keys_as_python_does(app) -> None:
    keys = [
        thai.sort_key(name)
        for name in ("โชติชนะ", "ขา", "ข่า", "ขาว", "4.0", "PMQA", "๓ หน่วย", "Ω", "ก.พ.ร.", "กพ")
    ]
    rows = " UNION ALL ".join(f"SELECT '{key}' AS name" for key in keys)
    assert list(db.session.scalars(text(f"SELECT name FROM ({rows}) AS keys ORDER BY name"))) == sorted(keys)


@given(words, words)
def test_keys_stand_alike_under_the_collation_of_any_language(one: str, other: str) -> None:
    keys = [thai.sort_key(one), thai.sort_key(other)]
    for language in ("en_US", "th_TH", "root"):
        assert sorted(keys) == sorted(keys, key=icu.Collator.createInstance(icu.Locale(language)).getSortKey)


@given(st.text(max_size=20))
def test_any_text_has_a_key(text: str) -> None:
    key = thai.sort_key(text)
    assert key.isascii()
    assert key.isalnum()


def test_tidy_gives_one_spelling() -> None:
    assert thai.tidy("ท\u0e4d\u0e32") == "ทำ"
    assert thai.tidy("น\u0e4d\u0e49\u0e32") == thai.tidy("น\u0e33\u0e49") == "น้ำ"
    assert thai.tidy("เเผน") == "แผน"
    assert thai.tidy("ท\u0e48\u0e35") == "ที่"
    assert thai.tidy("ภาค\u200bรัฐ\ufeff\u00a04.0") == "ภาครัฐ 4.0"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert thai.tidy(thai.tidy(text)) == thai.tidy(text)


def test_an_answer_is_the_same_however_it_is_spelled() -> None:
    assert thai.normalise_answer("  PMQA   ๔.๐ ") == thai.normalise_answer("pmqa 4.0")
    assert thai.normalise_answer("เเนวทาง\n") == "แนวทาง"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ข้าว", "ข่าว"),
        ("ไม่ใช่ผู้มีส่วนได้ส่วนเสีย", "ผู้มีส่วนได้ส่วนเสีย"),
        ("365", "356"),
        ("4.0", "40"),
        ("องค์กร", "องค์การ"),
    ],
)
def test_another_answer_stays_another_answer(one: str, other: str) -> None:
    assert thai.normalise_answer(one) != thai.normalise_answer(other)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("กพร", "ก.พ.ร."),
        ("pmqa๔.๐", "PMQA 4.0"),
        ("องค์กร", "องค์การ"),
        ("ทํางาน", "ทำงาน"),
        ("ＰＭＱＡ", "pmqa"),
        ("ภาค รัฐ", "ภาครัฐ"),
    ],
)
def test_a_search_finds_other_spellings(typed: str, stored: str) -> None:
    assert thai.search_key(typed) == thai.search_key(stored)


AGENCIES = [
    "กรมควบคุมโรค",
    "กรมอนามัย",
    "กรมการแพทย์",
    "กรมตัวอย่าง",
    "สำนักงาน ก.พ.ร.",
    "สำนักงาน ก.พ.",
    "มหาวิทยาลัยขอนแก่น",
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("กรมคุมโรค", "กรมควบคุมโรค"),
        ("กรมตัวอยาง", "กรมตัวอย่าง"),
        ("สำนักงาน กพร", "สำนักงาน ก.พ.ร."),
        ("ม.ขอนแก่น", None),
        ("กระทรวงการคลัง", None),
        ("", None),
    ],
)
def test_a_misspelled_agency_is_offered_only_when_it_is_near(typed: str, meant: str | None) -> None:
    assert thai.nearest(typed, AGENCIES) == meant


def test_an_exact_name_is_its_own_nearest() -> None:
    assert [thai.nearest(name, AGENCIES) for name in AGENCIES] == AGENCIES
