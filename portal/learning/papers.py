"""Which questions an attempt gets, and its parts in which order: drawn by the attempt's seed, the same for ever."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from portal.courses.course import (
    Choice,
    Choices,
    Cloze,
    Gap,
    Matching,
    Option,
    Ordering,
    Question,
    QuestionKind,
    Quiz,
)
from portal.learning import answering

_GAP = re.compile(r"\{\{(\d+)\}\}")

Part = Choice | Option | Gap
Keyed = TypeVar("Keyed", Choice, Option)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one attempt shows it: its number, and its parts in this attempt's order.

    `order` holds choices, the lefts of a matching, items or gaps; `offered` what may be picked at each of them: the
    rights of a matching, the options of a gap.
    """

    number: int
    question: Question
    order: tuple[Part, ...] = ()
    offered: tuple[tuple[Option, ...], ...] = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(part for part in self.order if isinstance(part, Choice))

    @property
    def pieces(self) -> list[str | Gap]:
        """The HTML of a cloze between its gaps, and the gaps."""
        found: list[str | Gap] = []
        gaps = {str(part.number): part for part in self.order if isinstance(part, Gap)}
        for at, piece in enumerate(_GAP.split(self.question.html)):
            found.append(gaps.get(piece, "") if at % 2 else piece)
        return found

    def filled(self, given: Sequence[str]) -> dict[str, str]:
        """What a stored answer has at each part: the right of a left, the place of an item, the text or option of a gap."""
        is_order = isinstance(self.question.shape, Ordering)
        return answering.places(given) if is_order else answering.pairs(given)

    def shared_places(self, given: Sequence[str]) -> list[str]:
        """The places of an ordering that more than one item was put at."""
        return answering.doubled(given)

    def in_places(self, given: Sequence[str]) -> tuple[Part, ...]:
        """The items of an ordering as they were put; in this attempt's order while places are missing."""
        at = answering.places(given)
        if len(set(at.values())) < len(self.order) or not all(place.isdecimal() for place in at.values()):
            return self.order
        return tuple(sorted(self.order, key=lambda part: int(at.get(_key(part), 0))))


def _key(part: Part) -> str:
    return str(part.number) if isinstance(part, Gap) else part.key


def _lot(seed: int, name: str) -> bytes:
    """A number drawn for a name: the same on every Python, which random.shuffle does not promise."""
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()


def paper(quiz: Quiz, seed: int) -> tuple[Asked, ...]:
    """The scored questions drawn for this seed in their order, then every writing task; the same seed, the same paper."""
    writing = [question for question in quiz.questions if not question.is_scored]
    return tuple(
        _asked(number, question, seed, shuffle=quiz.shuffle)
        for number, question in enumerate([*_drawn(quiz, seed), *writing], 1)
    )


def _drawn(quiz: Quiz, seed: int) -> list[Question]:
    by_lot = sorted(quiz.scored, key=lambda question: _lot(seed, question.id))
    if not quiz.draws:
        return by_lot[: quiz.draw]
    left = {draw.topic: draw.count for draw in quiz.draws}
    drawn = []
    for question in by_lot:
        if left.get(question.topic, 0) > 0:
            left[question.topic] -= 1
            drawn.append(question)
    return drawn


def _asked(number: int, question: Question, seed: int, *, shuffle: bool) -> Asked:
    def mixed(parts: tuple[Keyed, ...], where: str = "") -> tuple[Keyed, ...]:
        return tuple(sorted(parts, key=lambda part: _lot(seed, f"{question.id}/{where}{part.key}")))

    match question.shape:
        case Choices(choices=choices):
            stays = not shuffle or question.kind is QuestionKind.TRUE_FALSE
            return Asked(number, question, choices if stays else mixed(choices))
        case Matching(lefts=lefts, rights=rights):
            # In the order of the file the rights would stand beside their lefts.
            offered = mixed(rights, "right/")
            lefts = mixed(lefts) if shuffle else lefts
            return Asked(number, question, lefts, (offered,) * len(lefts))
        case Ordering(items=items):
            order = mixed(items)
            return Asked(number, question, order if order != items else (*order[1:], order[0]))
        case Cloze(gaps=gaps):
            offered_at = (mixed(gap.options, f"{gap.number}/") if shuffle else gap.options for gap in gaps)
            return Asked(number, question, gaps, tuple(offered_at))
        case _:
            return Asked(number, question)
