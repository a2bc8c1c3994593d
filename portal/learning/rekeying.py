"""Two wordings of a question beside each other: whether they ask the same, and the older one under the key of the later; which attempts that touches is corrections' matter.

Keys of choices follow the order of the file, so a choice is known again by its text, or by its key where only its text
was mended. The older question keeps its texts and its keys: what was answered then is marked as it was meant.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from portal.courses.course import (
    Choice,
    Choices,
    Cloze,
    Gap,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    Shape,
    Short,
)

Keyed = TypeVar("Keyed", Choice, Option)


def rekeyed(then: Question, now: Question) -> Question | None:
    """The question as it was asked then, with the key of now; None where the two do not offer the same."""
    if then.kind is not now.kind:
        return None
    shape = _shape(then.shape, now.shape)
    return None if shape is None else replace(then, shape=shape, why_html=now.why_html)


def _shape(then: Shape, now: Shape) -> Shape | None:
    match then, now:
        case Choices(), Choices():
            return _choices(then, now)
        case Matching(), Matching():
            return _matching(then, now)
        case Ordering(), Ordering():
            found = _same_parts(then.items, now.items)
            if found is None or len(then.items) != len(now.items):
                return None
            of_now = {key: part for part, key in zip(then.items, found, strict=True)}
            return Ordering(tuple(of_now[item.key] for item in now.items), now.credit)
        case (Numeric(), Numeric()) | (Short(), Short()):
            return now
        case Cloze(), Cloze():
            return _cloze(then, now)
    return None


def _choices(then: Choices, now: Choices) -> Choices | None:
    found = _same_parts(then.choices, now.choices)
    if found is None:
        return None
    of_now = {choice.key: choice for choice in now.choices}
    choices = tuple(
        replace(
            choice,
            is_correct=of_now[key].is_correct,
            weight=of_now[key].weight,
            why_html=of_now[key].why_html,
        )
        for choice, key in zip(then.choices, found, strict=True)
    )
    # Where what is right now was not on offer then, nobody could have answered it.
    has_right = {choice.key for choice in now.choices if choice.is_correct} <= set(found)
    return Choices(choices, now.credit) if has_right else None


def _matching(then: Matching, now: Matching) -> Matching | None:
    lefts, rights = _same_parts(then.lefts, now.lefts), _same_parts(then.rights, now.rights)
    if lefts is None or rights is None or len(then.lefts) != len(now.lefts):
        return None
    then_of = {key: part.key for part, key in zip(then.rights, rights, strict=True)}
    right_of = {
        left.key: then_of.get(now.right_of[key], "") for left, key in zip(then.lefts, lefts, strict=True)
    }
    return Matching(then.lefts, then.rights, right_of, now.credit) if all(right_of.values()) else None


def _cloze(then: Cloze, now: Cloze) -> Cloze | None:
    if len(then.gaps) != len(now.gaps):
        return None
    gaps = [_gap(one, other) for one, other in zip(then.gaps, now.gaps, strict=True)]
    known = tuple(gap for gap in gaps if gap is not None)
    return Cloze(known, now.credit) if len(known) == len(gaps) else None


def _gap(then: Gap, now: Gap) -> Gap | None:
    if (then.accepted is None) != (now.accepted is None):
        return None
    if then.accepted is not None:
        return replace(then, accepted=now.accepted)
    found = _same_parts(then.options, now.options)
    if found is None or now.answer not in found:
        return None
    return replace(then, answer=then.options[found.index(now.answer)].key)


def _same_parts(then: Sequence[Keyed], now: Sequence[Keyed]) -> list[str] | None:
    """For each part of then the key that it has now: by its text, else by its key where that text is new; None where one is gone."""
    by_text = {part.html: part.key for part in now}
    texts_then = {part.html for part in then}
    mended = {part.key for part in now if part.html not in texts_then}
    found = [by_text.get(part.html) or (part.key if part.key in mended else None) for part in then]
    known = [key for key in found if key is not None]
    return known if len(set(known)) == len(then) else None


def is_same(one: Question, other: Question) -> bool:
    """Whether both ask the same of the same choices, so that answers to either may be counted together; keys may differ."""
    return (one.kind, one.html, offered(one)) == (other.kind, other.html, offered(other))


def offered(question: Question) -> tuple[tuple[str, str], ...]:
    """What the question offers to choose, place or fill in: (key, html), in the order of the keys."""
    shape = question.shape
    if isinstance(shape, Choices):
        return tuple((one.key, one.html) for one in shape.choices)
    if isinstance(shape, Matching):
        return tuple((one.key, one.html) for one in (*shape.lefts, *shape.rights))
    if isinstance(shape, Ordering):
        return tuple(sorted((one.key, one.html) for one in shape.items))
    gaps = getattr(shape, "gaps", ())
    return tuple((f"{gap.number}/{one.key}", one.html) for gap in gaps for one in gap.options)


def worth(question: Question) -> object:
    """The part of a question that decides what an answer is worth, to be compared."""
    shape = question.shape
    if isinstance(shape, Choices):
        return shape.credit, [(one.key, one.is_correct, one.weight) for one in shape.choices]
    if isinstance(shape, Matching):
        return shape.credit, sorted(shape.right_of.items())
    if isinstance(shape, Ordering):
        return shape.credit, [one.key for one in shape.items]
    if isinstance(shape, Cloze):
        return shape.credit, [(one.accepted, one.answer) for one in shape.gaps]
    return shape
