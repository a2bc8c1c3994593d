"""Which questions an attempt gets, in which order, and what an answer is worth: pure functions of quiz, seed and answers."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.courses.course import Choice, Question, QuestionKind, Quiz

Answers = Mapping[str, Sequence[str]]  # question id → keys of the chosen choices


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one attempt shows it: its number, and its choices in this attempt's order."""

    number: int
    question: Question
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    asked: Asked
    chosen: frozenset[str]
    points: float  # of 1

    @property
    def is_right(self) -> bool:
        return self.points == 1

    @property
    def is_answered(self) -> bool:
        return bool(self.chosen)


def _lot(seed: int, name: str) -> bytes:
    """A number drawn for a name: the same on every Python, which random.shuffle does not promise."""
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()


def paper(quiz: Quiz, seed: int) -> tuple[Asked, ...]:
    """The questions drawn for this seed in their order; the same seed always gives the same paper."""
    drawn = sorted(quiz.questions, key=lambda question: _lot(seed, question.id))[: quiz.draw]
    return tuple(
        Asked(number, question, _order(question, seed) if quiz.shuffle else question.choices)
        for number, question in enumerate(drawn, 1)
    )


def _order(question: Question, seed: int) -> tuple[Choice, ...]:
    if question.kind is QuestionKind.TRUE_FALSE:
        return question.choices
    return tuple(sorted(question.choices, key=lambda choice: _lot(seed, f"{question.id}/{choice.key}")))


def points(question: Question, chosen: frozenset[str]) -> float:
    """1 for exactly the right choices, else 0."""
    right = frozenset(choice.key for choice in question.choices if choice.is_correct)
    return 1.0 if chosen == right else 0.0


def mark(asked: Sequence[Asked], answers: Answers) -> tuple[Marked, ...]:
    """Every question of the paper with what was chosen and what it is worth; an unanswered one is worth 0."""
    return tuple(
        Marked(one, chosen := frozenset(answers.get(one.question.id, ())), points(one.question, chosen))
        for one in asked
    )


def is_pass(quiz: Quiz, score: float, most: float) -> bool:
    """Whether the score reaches the pass mark, reckoned without rounding: 70 % of 10 is 7, not 6.99."""
    return most > 0 and score * 100 >= quiz.pass_mark * most
