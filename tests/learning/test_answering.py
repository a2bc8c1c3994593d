"""What a form sends becomes one stored spelling; what a question does not offer is refused, and so is a book."""

import time

import pytest
from hypothesis import given, strategies as st

from portal.courses.course import Accepted, Cloze, Gap, Question, QuestionKind
from portal.learning import answering
from portal.learning.marking import ImpossibleAnswer, TooLong, normalised, points
from tests.learning.test_marking import (
    CLOZE,
    KINDS,
    MATCHING,
    NUMERIC,
    ORDERING,
    SHORT,
    WRITING,
    of_kind,
    question,
)

SINGLE, MULTIPLE = question("s"), question("m", QuestionKind.MULTIPLE, "ab")


@pytest.mark.parametrize(
    ("asked", "given", "stored"),
    [
        (SINGLE, ["b"], ["b"]),
        (SINGLE, ["b", "b"], ["b"]),
        (SINGLE, [], []),
        (SINGLE, [""], []),
        (MULTIPLE, ["c", "a", "a"], ["a", "c"]),
        (MATCHING, ["b=2", "a=1"], ["a=1", "b=2"]),
        (MATCHING, ["b=2", "a=", "c="], ["b=2"]),
        (MATCHING, ["a=", "b=", "c="], []),
        (ORDERING, ["b", "a", "d", "c"], ["b", "a", "d", "c"]),
        (ORDERING, ["a=2", "b=1", "c=4", "d=3"], ["b", "a", "d", "c"]),
        (ORDERING, ["a=2", "b=", "c=", "d=4"], ["a=2", "d=4"]),
        (ORDERING, ["a=1", "b=1", "c=2", "d=3"], ["a=1", "b=1", "c=2", "d=3"]),
        (ORDERING, ["a=", "b="], []),
        (NUMERIC, [" ๑๒.๕ "], ["๑๒.๕"]),
        (SHORT, ["  ยุทธศาสตร์\x00 "], ["ยุทธศาสตร์"]),
        (SHORT, ["\x00"], []),
        (SHORT, ["   "], []),
        (SHORT, ["\ud800ก"], ["ก"]),
        (WRITING, ["หนึ่ง\r\nสอง"], ["หนึ่ง\nสอง"]),
        (CLOZE, ["2=b", "1= แผน "], ["1=แผน", "2=b"]),
        (CLOZE, ["1=a=b", "2="], ["1=a=b"]),
    ],
)
def test_an_answer_has_one_stored_spelling(asked, given, stored):
    assert normalised(asked, given) == stored
    assert normalised(asked, stored) == stored


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (SINGLE, ["z"]),
        (SINGLE, ["a", "b"]),
        (SINGLE, [1]),
        (MULTIPLE, ["a", "A"]),
        (MATCHING, ["a"]),
        (MATCHING, ["a=9"]),
        (MATCHING, ["z=1"]),
        (MATCHING, ["a=1", "a=2"]),
        (ORDERING, ["a", "b"]),
        (ORDERING, ["a", "b", "c", "c"]),
        (ORDERING, ["a", "b", "c", "z"]),
        (ORDERING, ["a=5"]),
        (ORDERING, ["a=0"]),
        (ORDERING, ["a=๑"]),
        (ORDERING, ["a", "b=2"]),
        (ORDERING, ["z=1"]),
        (NUMERIC, ["1", "2"]),
        (SHORT, ["ก", "ข"]),
        (CLOZE, ["แผน"]),
        (CLOZE, ["3=แผน"]),
        (CLOZE, ["2=แผน"]),
        (CLOZE, ["1=แผน", "1=งาน"]),
        (WRITING, ["ก", "ข"]),
    ],
)
def test_what_a_question_does_not_offer_is_refused(asked, given):
    with pytest.raises(ImpossibleAnswer):
        normalised(asked, given)


@pytest.mark.parametrize(
    ("asked", "most"),
    [(NUMERIC, 4_000), (SHORT, 4_000), (WRITING, 20_000)],
    ids=["number", "short", "writing"],
)
def test_a_text_that_is_too_long_is_refused_with_words(asked, most):
    assert normalised(asked, ["ก" * most]) == ["ก" * most]
    for letters in (most + 1, 1_000_000):
        with pytest.raises(TooLong, match="ยาวเกินไป"):
            normalised(asked, ["ก" * letters])


def test_a_gap_is_no_place_for_a_book_either():
    with pytest.raises(TooLong):
        normalised(CLOZE, ["1=" + "ก" * 4_001])


def test_an_ordering_is_shown_again_as_it_was_left():
    assert answering.places(["b", "a"]) == {"b": "1", "a": "2"}
    assert answering.places(["a=2", "b=2"]) == {"a": "2", "b": "2"}
    assert answering.doubled(["a=2", "b=2", "c=1"]) == ["2"]
    assert answering.doubled(["a", "b"]) == []


@pytest.mark.parametrize(
    ("asked", "given", "whole"),
    [
        (SINGLE, ["a"], True),
        (SINGLE, [], False),
        (MATCHING, ["a=1", "b=2"], False),
        (MATCHING, ["a=1", "b=2", "c=2"], True),
        (ORDERING, ["a=1", "b=1", "c=2", "d=3"], False),
        (ORDERING, list("abcd"), True),
        (CLOZE, ["2=b"], False),
        (CLOZE, ["1=ก", "2=b"], True),
        (WRITING, ["ก"], True),
    ],
)
def test_an_answer_in_part_is_not_whole(asked, given, whole):
    assert answering.is_whole(asked, given) is whole


parts = st.sampled_from(["a", "b", "c", "d", "1", "2", "z", "", " ", "=", "\x00", "๑", "แผน"])
sent = st.lists(st.one_of(parts, st.tuples(parts, parts).map("=".join), st.text(max_size=8)), max_size=5)


@given(st.sampled_from([*KINDS, MULTIPLE]), sent)
def test_whatever_is_sent_is_refused_or_stored_for_good(asked, given):
    try:
        stored = normalised(asked, given)
    except (ImpossibleAnswer, TooLong):
        return
    assert normalised(asked, stored) == stored
    assert 0 <= points(asked, stored) <= 1
    assert "\x00" not in "".join(stored)


def test_many_gaps_of_long_texts_are_marked_quickly():
    accepted = Accepted(tuple("ก" * 190 + letter for letter in "กขคงจฉชซฌญ"), 2, True)
    asked: Question = of_kind(QuestionKind.CLOZE, Cloze(tuple(Gap(at, accepted) for at in range(1, 21))))
    begun = time.process_time()
    points(asked, [f"{at}={'ก' * 180 + 'ฮ' * 11}" for at in range(1, 21)])
    assert time.process_time() - begun < 5
