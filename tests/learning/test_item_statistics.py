"""The figures of a question agree with a textbook's way of reckoning them, done here by hand and by the formula for the part in the whole."""

import math
import statistics
from collections import Counter

import pytest

from portal.learning.item_statistics import Cell, Flag, discrimination, figures, groups, median, taken

# Ten people, five questions; the last is answered the better, the worse a person is otherwise.
RIGHT = [
    [1, 1, 1, 1, 0],
    [1, 1, 1, 1, 0],
    [1, 1, 1, 0, 0],
    [1, 1, 0, 1, 1],
    [1, 1, 1, 0, 0],
    [1, 0, 1, 0, 1],
    [1, 1, 0, 0, 0],
    [1, 0, 0, 0, 1],
    [1, 0, 0, 0, 1],
    [1, 0, 0, 0, 0],
]
TOTALS = [sum(row) for row in RIGHT]  # 4 4 3 4 3 3 2 2 2 1


def cells_of(item: int, answers: str = "") -> Counter[Cell]:
    """The outcomes of this question, each person's answer the letter at their place."""
    return Counter(
        (float(row[item]), float(sum(row)), 5.0, tuple(answers[at : at + 1])) for at, row in enumerate(RIGHT)
    )


def part_in_whole(item: int) -> float:
    """The textbook's correction of the item-total correlation for the item's own part in the total."""
    own = [row[item] for row in RIGHT]
    raw = statistics.correlation(own, TOTALS)
    s_i, s_t = statistics.pstdev(own), statistics.pstdev(TOTALS)
    return (raw * s_t - s_i) / math.sqrt(s_t**2 + s_i**2 - 2 * raw * s_t * s_i)


@pytest.mark.parametrize(("item", "facility"), [(0, 1.0), (1, 0.6), (2, 0.5), (3, 0.3), (4, 0.4)])
def test_facility_is_the_mean_of_the_points(item: int, facility: float) -> None:
    assert figures(cells_of(item), {}).facility == pytest.approx(facility)


@pytest.mark.parametrize("item", [1, 2, 3, 4])
def test_discrimination_is_the_correlation_with_the_rest_by_the_textbook(item: int) -> None:
    rest = [total - row[item] for total, row in zip(TOTALS, RIGHT, strict=True)]
    by_hand = statistics.correlation([row[item] for row in RIGHT], rest)
    assert discrimination(cells_of(item)) == pytest.approx(by_hand, abs=1e-12)
    assert discrimination(cells_of(item)) == pytest.approx(part_in_whole(item), abs=1e-12)


def test_discrimination_worked_out_on_paper() -> None:
    # Question 2: points 1 1 1 1 1 0 1 0 0 0, rest 3 3 2 3 2 3 1 2 2 1. Means .6 and 2.2;
    # sum of products .8, of squares 2.4 and 5.6: .8 / √13.44.
    assert discrimination(cells_of(1)) == pytest.approx(0.8 / math.sqrt(13.44))


def test_the_best_27_per_cent_less_the_weakest() -> None:
    # 27 % of ten are three: the best are those with 4, 4 and 4; the weakest the one with 1 and two of the three with 2.
    found = figures(cells_of(1), {})
    assert found.high == pytest.approx(1.0)
    assert found.low == pytest.approx((1 + 0 + 0) * (2 / 3) / 3)
    assert found.spread == pytest.approx(1 - 2 / 9)


def test_of_those_who_tie_at_the_border_each_counts_in_part() -> None:
    low, high = groups(cells_of(0))
    assert low == {0.2: 1.0, 0.4: pytest.approx(2 / 3)}
    assert high == {0.8: 1.0}


@pytest.mark.parametrize(
    ("item", "flags"), [(0, (Flag.EVERYBODY,)), (1, ()), (2, ()), (3, ()), (4, (Flag.NEGATIVE,))]
)
def test_a_question_is_flagged_that_everybody_knows_or_that_the_weak_know_better(
    item: int, flags: tuple[Flag, ...]
) -> None:
    assert figures(cells_of(item), {}).flags == flags


def test_a_question_that_nobody_gets_wholly_right_is_flagged_however_much_they_get_in_part() -> None:
    assert figures({(0.5, 2.5, 5.0, ("a",)): 3, (0.25, 3.25, 5.0, ("b",)): 1}, {}).flags[0] is Flag.NOBODY


def test_partial_points_and_papers_of_different_length_are_reckoned_by_shares() -> None:
    outcomes: dict[Cell, int] = {
        (0.5, 2.5, 3.0, ()): 1,
        (1.0, 2.0, 4.0, ()): 2,
        (0.0, 0.5, 3.0, ()): 1,
        (0.25, 1.25, 2.0, ()): 1,
    }
    own = [0.5, 1.0, 1.0, 0.0, 0.25]
    rest = [2 / 2, 1 / 3, 1 / 3, 0.5 / 2, 1 / 1]
    assert discrimination(outcomes) == pytest.approx(statistics.correlation(own, rest))


@pytest.mark.parametrize(
    "outcomes",
    [
        {},
        {(1.0, 4.0, 5.0, ()): 1},  # one alone
        {(1.0, 1.0, 1.0, ()): 4, (0.0, 0.0, 1.0, ()): 2},  # no other question
        {(1.0, 4.0, 5.0, ()): 3},  # all alike
        {(1.0, 4.0, 5.0, ()): 3, (0.0, 3.0, 5.0, ()): 3},  # the rest is alike
    ],
)
def test_discrimination_is_unknown_where_nothing_can_be_compared(outcomes: dict[Cell, int]) -> None:
    assert discrimination(outcomes) is None
    assert Flag.NEGATIVE not in figures(outcomes, {}).flags


@pytest.mark.parametrize(
    "values", [[7], [1, 2], [3, 3, 3], [1, 2, 9], [5, 5, 8, 90], [1, 1, 2, 2], [4, 6, 6, 6, 7, 9]]
)
def test_the_middle_time_is_the_median(values: list[int]) -> None:
    assert median(Counter(values)) == statistics.median(values)


def test_nobody_asked_leaves_all_unknown() -> None:
    nothing = figures({}, {})
    assert (nothing.count, nothing.facility, nothing.spread, nothing.seconds) == (0, None, None, None)
    assert nothing.flags == ()


def test_how_often_each_choice_was_taken_by_the_weakest_and_by_the_best() -> None:
    found = {one.answer: one for one in taken(cells_of(1, "aaaaabacc"), lambda answer: answer)}
    assert {answer: one.count for answer, one in found.items()} == {"a": 6, "c": 2, "b": 1}
    assert found["a"].share == pytest.approx(0.6)
    assert (found["a"].high, found["c"].high) == (1.0, 0.0)
    assert found["c"].low == pytest.approx(2 * (2 / 3) / 3)
    assert found["b"].mean == pytest.approx(3 / 5)
