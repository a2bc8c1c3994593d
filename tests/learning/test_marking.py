"""A seed makes a paper, always the same one; an answer is right or it is not; the pass mark is never rounded."""

from dataclasses import replace

import pytest

from portal.courses.course import Choice, Question, QuestionKind, Quiz
from portal.learning.marking import is_pass, mark, paper, points


def question(
    name: str, kind: QuestionKind = QuestionKind.SINGLE, right: str = "a", choices: str = "abcd"
) -> Question:
    made = tuple(Choice(key, f"choice {key}", key in right, "why") for key in choices)
    return Question(name, kind, "l1", "easy", f"<p>{name}</p>", made, "advice")


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
    assert points(question("q", kind, right), frozenset(chosen)) == worth


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
