"""A workshop's own questions: written, kept, asked only where they belong, and answered in words, numbers and days."""

from dataclasses import replace

import pytest

from portal.core.toml import BadContent
from portal.programme import questions, text_files
from portal.programme.models import Workshop
from portal.programme.questions import BadAnswers, Choice, Kind, Question, When, check_answers
from tests.programme.texts import FULL, QUESTIONS, pair

pytestmark = pytest.mark.usefixtures("app")

FOOD, DIET, YEARS, ARRIVES = QUESTIONS


def errors(sent: dict[str, str], asked=QUESTIONS) -> dict[str, str]:
    with pytest.raises(BadAnswers) as no:
        check_answers(asked, sent)
    return no.value.errors


def findings(*asked: Question) -> list[str]:
    with pytest.raises(BadContent) as no:
        text_files.read(text_files.write(replace(FULL, questions=asked)))
    return [finding.text for finding in no.value.findings]


# --- written and kept


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_a_question_is_stored_and_comes_back(question):
    assert questions.from_json(questions.to_json(question)) == question


def test_the_questions_of_a_workshop_come_in_their_order():
    workshop = Workshop(questions=[questions.to_json(question) for question in QUESTIONS])
    assert questions.of(workshop) == QUESTIONS
    assert questions.of(Workshop(questions=[])) == ()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((DIET, FOOD), "ก่อนหน้า"),
        ((replace(FOOD, when=When("food", "any")),), "ก่อนหน้า"),
        ((FOOD, replace(DIET, when=When("food", "none"))), "none"),
        ((YEARS, replace(DIET, when=When("years", "3"))), "years"),
        ((FOOD, FOOD), "รหัส food ซ้ำ"),
        ((replace(FOOD, choices=()),), "สองข้อ"),
        ((replace(FOOD, choices=FOOD.choices[:1]),), "สองข้อ"),
        ((replace(FOOD, choices=(FOOD.choices[0], FOOD.choices[0])),), "รหัส any ซ้ำ"),
        ((replace(YEARS, choices=FOOD.choices),), "เฉพาะคำถามแบบเลือก"),
        ((replace(YEARS, label={}),), "ขาด label"),
        ((replace(YEARS, label=pair("ก" * 501)),), "500"),
        ((replace(FOOD, choices=(*FOOD.choices, Choice("long", pair("ก" * 501)))),), "500"),
        ((replace(YEARS, code="Years!"),), "a–z"),
        (tuple(replace(YEARS, code=f"q{number}") for number in range(51)), "50"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_its_file(asked, words):
    assert any(words in found for found in findings(*asked)), findings(*asked)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "number"', 'kind = "colour"'),
        ('is = "special"', "is = 3"),
        ("required = true", "requierd = true"),
    ],
)
def test_a_mistyped_key_or_word_is_refused_in_its_file(old, new):
    text = text_files.write(FULL)
    assert old in text
    with pytest.raises(BadContent):
        text_files.read(text.replace(old, new, 1))


def test_a_condition_must_be_a_table():
    text = text_files.write(FULL).replace('when = { question = "food", is = "special" }', "when = 3")
    with pytest.raises(BadContent, match="when"):
        text_files.read(text)


# --- answered


def test_answers_are_taken_as_choices_words_numbers_and_days():
    sent = {"food": "special", "diet": " ไม่ทานถั่ว\r\nและนม ", "years": "๑,๒๐๐", "arrives": "๑๙ ก.พ. ๒๕๖๖"}
    assert check_answers(QUESTIONS, sent) == {
        "food": "special",
        "diet": "ไม่ทานถั่ว\nและนม",
        "years": 1200,
        "arrives": "2023-02-19",
    }


def test_a_question_that_the_answers_before_do_not_lead_to_is_not_taken():
    assert check_answers(QUESTIONS, {"food": "any", "diet": "ไม่ทานถั่ว"}) == {"food": "any"}


def test_a_question_further_down_is_not_asked_when_the_one_before_it_was_not():
    second = Question("third", Kind.CHOICE, pair("ข้อสาม"), True, FOOD.choices, When("food", "special"))
    third = Question("fourth", Kind.TEXT, pair("ข้อสี่"), True, when=When("third", "any"))
    asked = (FOOD, second, third)
    assert check_answers(asked, {"food": "any", "third": "any", "fourth": "x"}) == {"food": "any"}
    assert set(errors({"food": "special", "third": "any"}, asked)) == {"fourth"}


def test_what_nobody_asked_is_not_kept():
    assert check_answers((YEARS,), {"colour": "red", "csrf_token": "x"}) == {}


def test_a_question_left_empty_has_no_answer():
    assert check_answers(QUESTIONS, {"food": "any", "years": "  ", "arrives": ""}) == {"food": "any"}


def test_required_questions_must_be_answered_where_they_are_asked():
    assert errors({}) == {"food": "ตอบคำถามนี้ด้วย"}
    assert set(errors({"food": "special", "diet": " \n "})) == {"diet"}


def test_all_that_is_wrong_is_told_at_once_in_words():
    found = errors({"food": "meat", "years": "หลายปี", "arrives": "31 กุมภาพันธ์ 2566"})
    assert set(found) == {"food", "years", "arrives"}
    assert "เลือก" in found["food"]
    assert "12.5" in found["years"]
    assert "28 วัน" in found["arrives"]


def test_the_refusal_itself_is_a_sentence():
    with pytest.raises(BadAnswers) as no:
        check_answers(QUESTIONS, {})
    assert "คำตอบ" in str(no.value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("-3", -3),
        ("+7", 7),
        ("12.50", 12.5),
        ("1,234,567", 1_234_567),
        ("๓.๕", 3.5),
        ("1 200", 1200),
    ],
)
def test_a_number_is_read_as_people_write_it(written, number):
    assert check_answers((YEARS,), {"years": written}) == {"years": number}


@pytest.mark.parametrize(
    "written", ["1e9", "nan", "inf", "1.2.3", "1,2", "12 ปี", "٣", "9" * 16, "9" * 400, "0x10", "½"]
)
def test_what_is_no_number_is_refused(written):
    assert set(errors({"years": written}, (YEARS,))) == {"years"}


def test_a_text_has_two_thousand_letters_and_no_more():
    asked = (replace(DIET, when=None),)
    assert len(check_answers(asked, {"diet": "ก" * 2000})["diet"]) == 2000
    assert "2,000" in errors({"diet": "ก" * 2001}, asked)["diet"]


def test_control_characters_and_halves_of_letters_are_left_out():
    asked = (replace(DIET, when=None),)
    assert check_answers(asked, {"diet": "ก\x00ข\x1b\ud800ค\tง"}) == {"diet": "กขค\tง"}
    assert set(errors({"diet": "\x00\x07"}, asked)) == {"diet"}


# --- shown


def test_answers_are_shown_in_the_readers_language():
    answers = {"food": "special", "diet": "ไม่ทานถั่ว", "years": 12.5, "arrives": "2023-02-19"}
    assert [questions.shown(question, answers) for question in QUESTIONS] == [
        "อาหารพิเศษ",
        "ไม่ทานถั่ว",
        "12.5",
        "19 กุมภาพันธ์ 2566",
    ]
    assert [questions.shown(question, answers, "en") for question in QUESTIONS] == [
        "A special diet",
        "ไม่ทานถั่ว",
        "12.5",
        "19 February 2023",
    ]


def test_no_answer_shows_nothing():
    assert questions.shown(FOOD, {}) == ""


def test_an_answer_from_before_the_question_changed_shows_as_it_is():
    assert questions.shown(FOOD, {"food": "vegan"}) == "vegan"
    assert questions.shown(FOOD, {"food": 3}) == "3"
    assert questions.shown(ARRIVES, {"arrives": "เที่ยง"}) == "เที่ยง"
