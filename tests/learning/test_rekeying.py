"""An older wording of a question takes the key of a later one: what was chosen then is known again by its text."""

from decimal import Decimal

import pytest

from portal.courses.course import (
    Accepted,
    Choice,
    Choices,
    Cloze,
    Gap,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    QuestionKind,
    Shape,
    Short,
)
from portal.learning import marking
from portal.learning.rekeying import rekeyed


def question(kind: str, shape: Shape) -> Question:
    return Question("q", QuestionKind(kind), "l1", "easy", "<p>?</p>", shape, "advice")


def choices(*texts: str, right: str) -> Choices:
    return Choices(
        tuple(
            Choice(key, text, text in right.split(), "") for key, text in zip("abcdef", texts, strict=False)
        )
    )


def options(*texts: str, keys: str = "abcdef") -> tuple[Option, ...]:
    return tuple(Option(key, text, text) for key, text in zip(keys, texts, strict=False))


def worth(then: Question, now: Question, *given: str) -> float | None:
    found = rekeyed(then, now)
    return None if found is None else marking.points(found, given)


THEN = question("single", choices("ก", "ข", "ค", right="ก"))


def test_another_choice_becomes_right() -> None:
    now = question("single", choices("ก", "ข", "ค", right="ข"))
    assert (worth(THEN, now, "a"), worth(THEN, now, "b")) == (0.0, 1.0)


def test_a_choice_that_moved_is_known_by_its_text() -> None:
    now = question("single", choices("ค", "ก", "ข", right="ค"))
    assert (worth(THEN, now, "a"), worth(THEN, now, "c")) == (0.0, 1.0)


def test_a_choice_whose_text_was_mended_is_known_by_its_place() -> None:
    assert worth(THEN, question("single", choices("ก", "ข(แก้)", "ค", right="ข(แก้)")), "b") == 1.0


def test_the_older_question_keeps_its_texts() -> None:
    now = question("single", choices("ค", "ก", "ข", right="ค"))
    found = rekeyed(THEN, now)
    assert found is not None
    assert [(one.key, one.html, one.is_correct) for one in found.choices] == [
        ("a", "ก", False),
        ("b", "ข", False),
        ("c", "ค", True),
    ]


@pytest.mark.parametrize(
    "now",
    [
        question("multiple", choices("ก", "ข", "ค", right="ก ข")),
        question("single", choices("ก", "ข", right="ข")),  # one is gone
        question("single", choices("ก", "ข", "ค", "ง", right="ง")),  # what is right was not on offer
        question("short", Short(Accepted(("ก",)))),
    ],
)
def test_a_question_that_offers_something_else_takes_no_key(now: Question) -> None:
    assert rekeyed(THEN, now) is None


def test_a_choice_that_was_added_changes_nothing_for_who_could_not_take_it() -> None:
    assert worth(THEN, question("single", choices("ก", "ข", "ค", "ง", right="ข")), "b") == 1.0


def test_another_order_is_right_by_the_texts_of_its_items() -> None:
    then = question("ordering", Ordering(options("หนึ่ง", "สอง", "สาม")))
    now = question("ordering", Ordering(options("สอง", "หนึ่ง", "สาม")))
    assert (worth(then, now, "a", "b", "c"), worth(then, now, "b", "a", "c")) == (0.0, 1.0)
    assert rekeyed(then, question("ordering", Ordering(options("สอง", "หนึ่ง")))) is None


def test_pairs_are_matched_anew() -> None:
    def pairs(rights: dict[str, str], *texts: str) -> Question:
        return question("matching", Matching(options("A", "D"), options(*texts, keys="123"), rights))

    then = pairs({"a": "1", "b": "2"}, "แนวทาง", "ถ่ายทอด")
    now = pairs({"a": "1", "b": "2"}, "ถ่ายทอด", "แนวทาง")
    assert worth(then, now, "a=2", "b=1") == 1.0
    assert rekeyed(then, pairs({"a": "3", "b": "2"}, "แนวทาง", "ถ่ายทอด", "ใหม่")) is None


def test_typed_answers_are_held_against_the_new_ones() -> None:
    then = question("short", Short(Accepted(("เก่า",))))
    assert worth(then, question("short", Short(Accepted(("ใหม่",)))), "ใหม่") == 1.0
    number = question("numeric", Numeric(Decimal(10), Decimal(0), ""))
    assert worth(number, question("numeric", Numeric(Decimal(12), Decimal(1), "")), "11.5") == 1.0


def test_gaps_take_the_key_of_their_place() -> None:
    typed, picked = Gap(1, Accepted(("เก่า",))), Gap(2, None, options("x", "y"), "a")
    then = question("cloze", Cloze((typed, picked)))
    now = question("cloze", Cloze((Gap(1, Accepted(("ใหม่",))), Gap(2, None, options("y", "x"), "a"))))
    assert worth(then, now, "1=ใหม่", "2=b") == 1.0
    assert rekeyed(then, question("cloze", Cloze((typed,)))) is None
    assert rekeyed(then, question("cloze", Cloze((picked, typed)))) is None
    assert rekeyed(then, question("cloze", Cloze((typed, Gap(2, None, options("x", "z"), "b"))))) is not None
