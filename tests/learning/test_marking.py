"""A seed makes a paper, always the same one; an answer of every kind has its worth; the pass mark is never rounded."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given, strategies as st

from portal.courses.course import (
    Accepted,
    Choice,
    Choices,
    Cloze,
    Credit,
    Draw,
    Foreseen,
    Gap,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    QuestionKind,
    Quiz,
    Shape,
    Short,
    Writing,
)
from portal.learning.marking import Ruling, foreseen, is_pass, mark, paper, points, total
from portal.learning.models import CorrectionRule


def question(
    name: str, kind: QuestionKind = QuestionKind.SINGLE, right: str = "a", choices: str = "abcd"
) -> Question:
    made = tuple(Choice(key, f"choice {key}", key in right, "why") for key in choices)
    return of_kind(kind, Choices(made), name)


def of_kind(kind: QuestionKind, shape: Shape, name: str = "q") -> Question:
    return Question(name, kind, "l1", "easy", f"<p>{name}</p>", shape, "advice")


def options(keys: str) -> tuple[Option, ...]:
    return tuple(Option(key, f"part {key}", f"part {key}") for key in keys)


# Lefts a, b, c; b and c share a right, 3 belongs to none.
MATCHING = of_kind(
    QuestionKind.MATCHING, Matching(options("abc"), options("123"), {"a": "1", "b": "2", "c": "2"})
)
ORDERING = of_kind(QuestionKind.ORDERING, Ordering(options("abcd")))
NUMERIC = of_kind(QuestionKind.NUMERIC, Numeric(Decimal("12.5"), Decimal("0.1"), "ร้อยละ"))
SHORT = of_kind(
    QuestionKind.SHORT, Short(Accepted(("ยุทธศาสตร์", "แผนกลยุทธ์"), edits=1), (Foreseen("ยุทธศาตร์", "พิมพ์ตก"),))
)
CLOZE = of_kind(QuestionKind.CLOZE, Cloze((Gap(1, Accepted(("แผน",))), Gap(2, None, options("abc"), "b"))))
WRITING = of_kind(QuestionKind.WRITING, Writing((), "<p>model</p>"), "w")


def key_of(part: Choice | Option | Gap) -> str:
    return str(part.number) if isinstance(part, Gap) else part.key


def share(question: Question) -> Question:
    return replace(question, shape=replace(question.shape, credit=Credit.SHARE))  # type: ignore[arg-type]


QUIZ = Quiz("แบบทดสอบ", "Quiz", 70, 5, True, tuple(question(f"q{at}") for at in range(12)))


def order(quiz: Quiz, seed: int) -> list[tuple[str, str]]:
    return [
        (asked.question.id, "".join(choice.key for choice in asked.choices)) for asked in paper(quiz, seed)
    ]


def test_the_same_seed_gives_the_same_paper_for_ever():
    assert order(QUIZ, 7) == order(QUIZ, 7)
    # Written down: attempts of years ago are shown and marked again by their seeds.
    assert order(QUIZ, 7) == [("q8", "bacd"), ("q10", "dbca"), ("q5", "acbd"), ("q2", "acdb"), ("q6", "dcba")]


def test_other_seeds_draw_other_questions_in_another_order():
    papers = {tuple(order(QUIZ, seed)) for seed in range(50)}
    assert len(papers) == 50
    assert {name for drawn in papers for name, _order in drawn} == {f"q{at}" for at in range(12)}


def test_every_question_and_every_place_of_the_right_choice_is_drawn_about_equally_often():
    drawn = [line for seed in range(600) for line in order(QUIZ, seed)]
    for at in range(12):
        assert 190 < sum(name == f"q{at}" for name, _order in drawn) < 310
    for place in range(4):
        assert 0.21 < sum(keys[place] == "a" for _name, keys in drawn) / len(drawn) < 0.29


def test_a_paper_numbers_its_questions_and_asks_none_twice():
    asked = paper(QUIZ, 1)
    assert [one.number for one in asked] == [1, 2, 3, 4, 5]
    assert len({one.question.id for one in asked}) == 5


def test_choices_stay_in_place_where_the_author_says_so():
    assert {keys for seed in range(20) for _name, keys in order(replace(QUIZ, shuffle=False), seed)} == {
        "abcd"
    }


def test_true_and_false_are_never_shuffled():
    quiz = replace(QUIZ, draw=1, questions=(question("t", QuestionKind.TRUE_FALSE, choices="ab"),))
    assert {keys for seed in range(20) for _name, keys in order(quiz, seed)} == {"ab"}


def test_adding_a_question_leaves_the_order_of_the_others():
    longer = replace(QUIZ, draw=13, questions=(*QUIZ.questions, question("new")))
    before = order(replace(QUIZ, draw=12), 3)
    assert [line for line in order(longer, 3) if line[0] != "new"] == before


@pytest.mark.parametrize(
    ("kind", "right", "chosen", "worth"),
    [
        (QuestionKind.SINGLE, "a", "a", 1),
        (QuestionKind.SINGLE, "a", "b", 0),
        (QuestionKind.SINGLE, "a", "", 0),
        (QuestionKind.TRUE_FALSE, "b", "b", 1),
        (QuestionKind.TRUE_FALSE, "b", "a", 0),
        (QuestionKind.MULTIPLE, "ab", "ab", 1),
        (QuestionKind.MULTIPLE, "ab", "a", 0),
        (QuestionKind.MULTIPLE, "ab", "abc", 0),
        (QuestionKind.MULTIPLE, "ab", "cd", 0),
    ],
)
def test_an_answer_is_worth_one_when_exactly_the_right_choices_are_chosen(kind, right, chosen, worth):
    assert points(question("q", kind, right), list(chosen)) == worth


@pytest.mark.parametrize(
    ("chosen", "worth"),
    [("ab", 1), ("a", 0.5), ("abc", 0.5), ("ac", 0), ("abcd", 0), ("cd", 0), ("c", 0), ("", 0)],
)
def test_a_share_is_the_right_ones_less_the_wrong_ones(chosen, worth):
    assert points(share(question("q", QuestionKind.MULTIPLE, "ab")), list(chosen)) == worth


@pytest.mark.parametrize(
    ("chosen", "worth"),
    [
        ("ab", 1),
        ("a", 0.6),
        ("b", 0.4),
        ("ac", 0.35),
        ("bd", 0),
        ("abc", 0.75),
        ("abcd", 0),
        ("", 0),
        ("d", 0),
    ],
)
def test_weights_are_added_and_cut_to_what_there_is(chosen, worth):
    weights = {"a": 60, "b": 40, "c": -25, "d": -100}
    made = tuple(Choice(key, key, key in "ab", "why", weight) for key, weight in weights.items())
    assert points(of_kind(QuestionKind.MULTIPLE, Choices(made, Credit.WEIGHTS)), list(chosen)) == worth


@pytest.mark.parametrize(
    ("given", "exact", "shared"),
    [
        (["a=1", "b=2", "c=2"], 1, 1),
        (["a=1", "b=2"], 0, Fraction(2, 3)),
        (["a=2", "b=2", "c=3"], 0, Fraction(1, 3)),
        (["a=3", "b=3", "c=3"], 0, 0),
        ([], 0, 0),
    ],
)
def test_a_matching_is_worth_its_right_pairs(given, exact, shared):
    assert points(MATCHING, given) == exact
    assert points(share(MATCHING), given) == pytest.approx(float(shared))


@pytest.mark.parametrize(
    ("given", "exact", "shared"),
    [
        ("abcd", 1, 1),
        ("bcda", 0, Fraction(2, 3)),
        ("cdab", 0, Fraction(2, 3)),
        ("abdc", 0, Fraction(1, 3)),
        ("acbd", 0, 0),
        ("dcba", 0, 0),
        (["a=1", "b=2"], 0, Fraction(1, 3)),
        (["a=1", "b=3"], 0, 0),
        (["a=1", "b=1", "c=1", "d=1"], 0, 0),
        (["a=1", "b=1", "c=3", "d=4"], 0, Fraction(1, 3)),
        (["a=x"], 0, 0),
        ("", 0, 0),
    ],
)
def test_an_ordering_is_worth_its_neighbours(given, exact, shared):
    assert points(ORDERING, list(given)) == exact
    assert points(share(ORDERING), list(given)) == pytest.approx(float(shared))


@pytest.mark.parametrize(
    ("typed", "worth"),
    [
        ("12.5", 1),
        ("12.4", 1),
        ("12.6", 1),
        ("12.39", 0),
        ("12.61", 0),
        ("๑๒.๕", 1),
        ("ร้อยละ 12.5", 1),
        ("ร้อยละ ๑๒.๕๐", 1),
        ("12.5 %", 1),
        ("12.5%", 1),
        ("12.5 เปอร์เซ็นต์", 1),
        ("+12.5", 1),
        ("-12.5", 0),
        ("12,5", 0),
        ("สิบสอง", 0),
        ("12.5 คน", 0),
        ("12.5.5", 0),
        ("1e1", 0),
        (".", 0),
        ("NaN", 0),
        ("²", 0),
        ("9" * 4000, 0),
    ],
)
def test_a_number_is_read_as_thais_write_it(typed, worth):
    assert points(NUMERIC, [typed]) == worth


@pytest.mark.parametrize(
    ("answer", "unit", "typed", "worth"),
    [
        ("2480", "คน", "2,480", 1),
        ("2480", "คน", "2,480 คน", 1),
        ("2480", "คน", "๒,๔๘๐ คน", 1),
        ("2480", "คน", "2 480", 1),
        ("2480", "คน", "24,80", 0),
        ("2480", "คน", "2480 %", 0),
        ("0.5", "", ".5", 1),
        ("0.5", "", "0.5%", 1),
        ("-3", "", "−3", 1),
        ("1000000", "บาท", "1,000,000 บาท", 1),
    ],
)
def test_a_number_may_carry_its_unit(answer, unit, typed, worth):
    asked = of_kind(QuestionKind.NUMERIC, Numeric(Decimal(answer), Decimal(0), unit))
    assert points(asked, [typed]) == worth


@pytest.mark.parametrize(
    ("typed", "worth"), [("ยุทธศาสตร์", 1), ("แผนกลยุทธ", 1), ("ยุทธศาตร์", 0), ("ยุทธศาสตร์ชาติ", 0)]
)
def test_a_foreseen_wrong_answer_is_wrong_however_near(typed, worth):
    assert points(SHORT, [typed]) == worth
    assert (foreseen(cast(Short, SHORT.shape), typed) == 0) is (typed == "ยุทธศาตร์")


@pytest.mark.parametrize(
    ("given", "exact", "shared"),
    [
        (["1=แผน", "2=b"], 1, 1),
        (["1=เเผน", "2=b"], 1, 1),
        (["1=แผน", "2=a"], 0, 0.5),
        (["2=b"], 0, 0.5),
        (["1=b", "2=แผน"], 0, 0),
        ([], 0, 0),
    ],
)
def test_a_cloze_is_worth_its_right_gaps(given, exact, shared):
    assert points(CLOZE, given) == exact
    assert points(share(CLOZE), given) == shared


KINDS = [question("q"), MATCHING, ORDERING, NUMERIC, SHORT, CLOZE, WRITING]


@given(st.sampled_from([*KINDS, *map(share, [MATCHING, ORDERING, CLOZE])]), st.lists(st.text(max_size=6)))
def test_whatever_is_stored_is_worth_between_nothing_and_one(asked, given):
    assert 0 <= points(asked, given) <= 1


def test_writing_comes_last_is_always_asked_and_never_scored():
    quiz = replace(QUIZ, questions=(WRITING, *QUIZ.questions))
    asked = paper(quiz, 7)
    assert [one.question.id for one in asked] == [*(name for name, _order in order(QUIZ, 7)), "w"]
    marked = mark(asked, {"w": ["ข้อเขียน"]})
    assert (marked[-1].points, marked[-1].most, marked[-1].is_right) == (0, 0, False)
    assert total(marked) == (0, 5)


def test_each_topic_gets_as_many_as_its_author_says():
    topics = {f"q{at}": "abc"[at % 3] for at in range(12)}
    quiz = replace(
        QUIZ,
        questions=tuple(replace(one, topic=topics[one.id]) for one in QUIZ.questions),
        draws=(Draw("a", 1), Draw("b", 3), Draw("c", 2)),
        draw=6,
    )
    papers = [[one.question.id for one in paper(quiz, seed)] for seed in range(60)]
    assert all(Counter(topics[name] for name in drawn) == {"a": 1, "b": 3, "c": 2} for drawn in papers)
    assert {name for drawn in papers for name in drawn} == set(topics)
    assert len({tuple(topics[name] for name in drawn) for drawn in papers}) > 20  # topics are mixed


@pytest.mark.parametrize("shuffle", [True, False])
def test_what_is_to_be_ordered_or_matched_never_stands_in_the_right_order(shuffle):
    quiz = replace(QUIZ, questions=(ORDERING, replace(MATCHING, id="m")), draw=2, shuffle=shuffle)
    for seed in range(60):
        asked = {one.question.id: one for one in paper(quiz, seed)}
        assert sorted(key_of(part) for part in asked["q"].order) == list("abcd")
        assert [key_of(part) for part in asked["q"].order] != list("abcd")
        assert [len(offered) for offered in asked["m"].offered] == [3, 3, 3]
    rights = {
        tuple(
            part.key for part in next(one for one in paper(quiz, seed) if one.question.id == "m").offered[0]
        )
        for seed in range(60)
    }
    assert len(rights) == 6


def test_the_options_of_a_gap_are_shuffled_where_choices_are():
    def offered(shuffle: bool) -> set[tuple[str, ...]]:
        quiz = replace(QUIZ, questions=(CLOZE,), draw=1, shuffle=shuffle)
        return {tuple(part.key for part in paper(quiz, seed)[0].offered[1]) for seed in range(60)}

    assert len(offered(True)) == 6
    assert offered(False) == {("a", "b", "c")}


@pytest.mark.parametrize(
    ("ruling", "worth", "most"),
    [
        (None, 0, 1),
        (Ruling(CorrectionRule.KEY, question("q", right="b")), 1, 1),
        (Ruling(CorrectionRule.FREE), 1, 1),
        (Ruling(CorrectionRule.VOID), 0, 0),
    ],
)
def test_a_corrected_key_rules_how_a_question_is_marked(ruling, worth, most):
    quiz = replace(QUIZ, questions=(question("q"), question("r")), draw=2)
    keys = {} if ruling is None else {"q": ruling}
    marked = {one.asked.question.id: one for one in mark(paper(quiz, 1), {"q": ["b"], "r": ["a"]}, keys)}
    assert (marked["q"].points, marked["q"].most) == (worth, most)
    assert (marked["r"].points, marked["r"].most) == (1, 1)
    assert total(list(marked.values())) == (worth + 1, most + 1)


def test_thirds_add_up():
    quiz = replace(QUIZ, questions=tuple(replace(share(MATCHING), id=f"m{at}") for at in range(3)), draw=3)
    marked = mark(paper(quiz, 1), {f"m{at}": ["a=1"] for at in range(3)})
    assert total(marked) == (1, 3)
    assert is_pass(replace(quiz, pass_mark=33), *total(marked))
    assert not is_pass(replace(quiz, pass_mark=34), *total(marked))


def test_a_paper_is_marked_question_by_question_and_a_missing_answer_is_worth_nothing():
    asked = paper(QUIZ, 1)
    first, second, third = asked[:3]
    marked = mark(asked, {first.question.id: ["a"], second.question.id: ["b"], third.question.id: []})
    assert [one.points for one in marked] == [1, 0, 0, 0, 0]
    assert [one.is_right for one in marked] == [True, False, False, False, False]
    assert [one.is_answered for one in marked] == [True, True, False, False, False]
    assert marked[1].chosen == {"b"}


@pytest.mark.parametrize(
    ("pass_mark", "score", "most", "passes"),
    [
        (70, 7, 10, True),
        (70, 6, 10, False),
        (70, 6, 9, False),  # 66.7 %
        (70, 7, 9, True),
        (67, 2, 3, False),  # 66.67 % is not 67 %
        (66, 2, 3, True),
        (55, 11, 20, True),  # 0.55 × 20 is 11.000000000000002
        (35, 7, 20, True),
        (100, 9, 10, False),
        (100, 10, 10, True),
        (1, 0, 10, False),
        (70, 0, 0, False),
    ],
)
def test_the_pass_mark_is_reckoned_without_rounding(pass_mark, score, most, passes):
    assert is_pass(replace(QUIZ, pass_mark=pass_mark), float(score), float(most)) is passes


def test_every_pass_mark_agrees_with_whole_numbers():
    for pass_mark in range(1, 101):
        for most in range(1, 41):
            needed = -(-pass_mark * most // 100)
            quiz = replace(QUIZ, pass_mark=pass_mark)
            assert [is_pass(quiz, score, most) for score in (needed - 1, needed)] == [False, True]
