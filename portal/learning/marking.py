"""What an answer is worth, and a paper as a whole: pure functions of question and answer.

Which questions a paper has stands in papers; what may be stored as an answer, and how it is read, in answering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from portal.core import thai
from portal.courses.course import (
    Choices,
    Cloze,
    Credit,
    Foreseen,
    Gap,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    Quiz,
    Short,
    Writing,
)
from portal.learning import answering
from portal.learning.answering import Answers, ImpossibleAnswer, TooLong, normalised
from portal.learning.models import CorrectionRule
from portal.learning.papers import Asked, paper

__all__ = [
    "Answers",
    "Asked",
    "ImpossibleAnswer",
    "Marked",
    "Ruling",
    "TooLong",
    "is_pass",
    "mark",
    "normalised",
    "paper",
    "points",
    "total",
]


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """A pair of a matching (`left_html`) or a gap of a cloze (`number`)."""

    given: str
    right: str
    is_right: bool
    left_html: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Marked:
    asked: Asked
    given: tuple[str, ...]  # as stored
    points: float  # of `most`
    most: float = 1.0  # 0 where it does not count: a writing task, a question taken out

    @property
    def is_right(self) -> bool:
        return self.most > 0 and self.points == self.most

    @property
    def is_answered(self) -> bool:
        return bool(self.given)

    @property
    def chosen(self) -> frozenset[str]:
        """The keys of the chosen choices."""
        return frozenset(self.given)

    @property
    def foreseen(self) -> Foreseen | None:
        """The wrong answer its author foresaw, if it is one."""
        shape = self.asked.question.shape
        if not isinstance(shape, Short) or not self.given:
            return None
        at = foreseen(shape, self.given[0])
        return None if at is None else shape.foreseen[at]

    @property
    def parts(self) -> list["MarkedPart"]:
        """Pair by pair, gap by gap, as they were asked: what was given and what would be right, in plain text."""
        given = self.asked.filled(self.given)
        match self.asked.question.shape:
            case Matching() as shape:
                rights = {right.key: right.text for right in shape.rights}
                return [
                    MarkedPart(
                        rights.get(given.get(left.key, ""), ""),
                        rights[shape.right_of[left.key]],
                        given.get(left.key) == shape.right_of[left.key],
                        left_html=left.html,
                    )
                    for left in self.asked.order
                    if isinstance(left, Option)
                ]
            case Cloze(gaps=gaps):
                return [_marked_gap(gap, given.get(str(gap.number), "")) for gap in gaps]
            case _:
                return []


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a question with a corrected key is marked: by the key of `question` where the rule is KEY."""

    rule: CorrectionRule
    question: Question | None = None


# --- What an answer is worth


def points(question: Question, given: Sequence[str]) -> float:
    """What a stored answer is worth, 0 to 1; nothing where it is empty, does not fit the question, or is a writing."""
    return float(_share(question, given)) if given else 0.0


def _share(question: Question, given: Sequence[str]) -> Fraction:
    match question.shape:
        case Choices() as shape:
            return _of_choices(shape, frozenset(given))
        case Matching() as shape:
            placed = answering.pairs(given)
            return _part(
                sum(placed.get(left) == right for left, right in shape.right_of.items()),
                len(shape.lefts),
                shape.credit,
            )
        case Ordering() as shape:
            return _of_order([item.key for item in shape.items], answering.sequence(given), shape.credit)
        case Numeric() as shape:
            number = answering.number(given[0], shape.unit)
            return Fraction(number is not None and abs(number - shape.answer) <= shape.tolerance)
        case Short() as shape:
            return Fraction(foreseen(shape, given[0]) is None and answering.fits(shape.accepted, given[0]))
        case Cloze() as shape:
            filled = answering.pairs(given)
            right = sum(is_gap_right(gap, filled.get(str(gap.number), "")) for gap in shape.gaps)
            return _part(right, len(shape.gaps), shape.credit)
        case Writing():
            return Fraction(0)


def _part(right: int, all_: int, credit: Credit) -> Fraction:
    share = Fraction(right, all_) if all_ else Fraction(0)
    return share if credit is Credit.SHARE or share == 1 else Fraction(0)


def _of_choices(shape: Choices, chosen: frozenset[str]) -> Fraction:
    right = frozenset(choice.key for choice in shape.choices if choice.is_correct)
    if shape.credit is Credit.WEIGHTS:
        percent = sum(choice.weight or 0 for choice in shape.choices if choice.key in chosen)
        return Fraction(min(max(percent, 0), 100), 100)
    if shape.credit is Credit.SHARE and right:
        return Fraction(max(len(chosen & right) - len(chosen - right), 0), len(right))
    return Fraction(chosen == right)


def _of_order(right: Sequence[str], given: Sequence[str], credit: Credit) -> Fraction:
    """Of the neighbours in the right order, how many are neighbours in the given one; all for exactly the right order."""
    if list(given) == list(right):
        return Fraction(1)
    neighbours = set(pairwise(given))
    kept = sum(pair in neighbours for pair in pairwise(right))
    return _part(kept, len(right) - 1, credit) if kept < len(right) - 1 else Fraction(0)


def is_gap_right(gap: Gap, given: str) -> bool:
    """Whether what was typed or picked belongs into the gap."""
    return answering.fits(gap.accepted, given) if gap.accepted else given == gap.answer != ""


def _marked_gap(gap: Gap, given: str) -> MarkedPart:
    names = {option.key: option.text for option in gap.options}
    right = gap.accepted.texts[0] if gap.accepted else names.get(gap.answer, "")
    told = given if gap.accepted else names.get(given, "")
    return MarkedPart(told, right, is_gap_right(gap, given), number=gap.number)


def foreseen(shape: Short, given: str) -> int | None:
    """Which of the wrong answers its author foresaw it is; such an answer is wrong however near a right one it is."""
    key = thai.answer_key(given)
    return next((at for at, wrong in enumerate(shape.foreseen) if thai.answer_key(wrong.text) == key), None)


def mark(
    asked: Sequence[Asked], answers: Answers, keys: Mapping[str, Ruling] | None = None
) -> tuple[Marked, ...]:
    """Every question of the paper with what was answered and what it is worth; an unanswered one is worth 0.

    `keys` rules how questions with a corrected key are marked: by another key, right for everybody, or not at all.
    """
    return tuple(
        _marked(one, tuple(answers.get(one.question.id, ())), (keys or {}).get(one.question.id))
        for one in asked
    )


def _marked(asked: Asked, given: tuple[str, ...], ruling: Ruling | None) -> Marked:
    if not asked.question.is_scored or (ruling and ruling.rule is CorrectionRule.VOID):
        return Marked(asked, given, 0.0, 0.0)
    if ruling and ruling.rule is CorrectionRule.FREE:
        return Marked(asked, given, 1.0)
    by = ruling.question if ruling and ruling.question else asked.question
    return Marked(asked, given, points(by, given))


def total(marked: Sequence[Marked]) -> tuple[float, float]:
    """The score of a paper and the most there was, without a rounding error piling up: three thirds are 1."""
    score = sum((Fraction(one.points).limit_denominator(10_000) for one in marked), Fraction(0))
    return float(score), float(sum(one.most for one in marked))


def is_pass(quiz: Quiz, score: float, most: float) -> bool:
    """Whether the score reaches the pass mark, reckoned without rounding: 70 % of 10 is 7, not 6.99."""
    if most <= 0:
        return False
    return Fraction(score).limit_denominator(1_000_000) * 100 >= quiz.pass_mark * Fraction(most)
