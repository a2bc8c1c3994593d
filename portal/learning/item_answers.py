"""The answers to a question in the words of its author, each with how often it was given; how often is item_statistics' matter."""

import string
from dataclasses import dataclass, replace

from markupsafe import escape

from portal.core import thai
from portal.core.i18n import _, language
from portal.courses.course import Choices, Cloze, Gap, Matching, Ordering, Question
from portal.learning import marking
from portal.learning.item_analysis import OTHER, Item
from portal.learning.item_statistics import Taken

MOST_TYPED = 12  # different ones told of a gap or a field; the others together
NEVER = Taken(answer="", count=0, share=0.0, low=0.0, high=0.0, mean=0.0)
NEVER_BY_FEW = replace(NEVER, low=None, high=None)  # too few answered to tell the weakest from the best


@dataclass(frozen=True, slots=True)
class Given:
    label: str  # a letter, or "" where an answer has none
    html: str  # fit for a page as it is
    is_right: bool
    taken: Taken

    @property
    def is_taken(self) -> bool:
        return self.taken.count > 0


def letter(key: str) -> str:
    """The letter that an author's first, second, … choice has, in the language in force."""
    at = string.ascii_lowercase.find(key)
    if language() == "en" or not 0 <= at < len(thai.LETTERS):
        return key.upper()
    return thai.LETTERS[at]


def given(item: Item) -> list[Given]:
    """Every choice, taken or not, in the order of the file; of other kinds the answers that were given, by how often."""
    shape = item.question.shape
    by_answer = {one.answer: one for one in item.taken}
    never = NEVER if item.figures.low is not None else NEVER_BY_FEW
    if isinstance(shape, Choices):
        return [
            Given(
                letter(one.key),
                one.html,
                one.weight == 100 if one.weight is not None else one.is_correct,
                by_answer.get(one.key, never),
            )
            for one in shape.choices
        ]
    if isinstance(shape, Matching):
        return _matched(shape, by_answer, never)
    if isinstance(shape, Ordering):
        right = " ".join(one.key for one in shape.items)
        found = [Given("", _ordered(one.answer), one.answer == right, one) for one in item.taken]
        return _most(found)
    if isinstance(shape, Cloze):
        return [one for gap in shape.gaps for one in _most(_in_gap(gap, item))]
    return _most([_typed(item.question, one) for one in item.taken])


def _matched(shape: Matching, by_answer: dict[str, Taken], never: Taken) -> list[Given]:
    found = []
    for left in shape.lefts:
        ones = [
            Given(
                letter(left.key),
                f"{left.html} → {right.html}",
                shape.right_of.get(left.key) == right.key,
                by_answer.get(f"{left.key}={right.key}", never),
            )
            for right in shape.rights
        ]
        found += sorted(
            (one for one in ones if one.is_taken or one.is_right), key=lambda one: -one.taken.count
        )
    return found


def _ordered(answer: str) -> str:
    return str(escape(_("คำตอบอื่น ๆ") if answer == OTHER else " → ".join(map(letter, answer.split(" ")))))


def _in_gap(gap: Gap, item: Item) -> list[Given]:
    texts = {option.key: option.text for option in gap.options}
    found = []
    for one in item.taken:
        number, _equals, answer = one.answer.partition("=")
        if number == str(gap.number):
            text = texts.get(answer, answer)
            found.append(Given(f"({number})", str(escape(text)), marking.is_gap_right(gap, answer), one))
    return found


def _typed(question: Question, one: Taken) -> Given:
    if one.answer == OTHER:
        return Given("", _("คำตอบอื่น ๆ"), False, one)
    return Given("", str(escape(one.answer)), marking.points(question, [one.answer]) == 1, one)


def _most(found: list[Given]) -> list[Given]:
    """The most frequent ones, and all others as one."""
    shown, others = found[:MOST_TYPED], [one.taken for one in found[MOST_TYPED:]]
    if not others:
        return shown
    count = sum(one.count for one in others)
    together = Taken(
        answer=OTHER,
        count=count,
        share=sum(one.share for one in others),
        low=None if others[0].low is None else sum(one.low or 0 for one in others),
        high=None if others[0].high is None else sum(one.high or 0 for one in others),
        mean=sum(one.mean * one.count for one in others) / count,
    )
    return [*shown, Given("", _("คำตอบอื่น ๆ"), False, together)]
