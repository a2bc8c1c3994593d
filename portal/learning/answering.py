"""Answers as they are stored: what a form may send for a question, and how it is read again; what it is worth is marking's matter."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portal.core import thai
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses.course import (
    Accepted,
    Choices,
    Cloze,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    QuestionKind,
    Short,
    Writing,
)

Answers = Mapping[str, Sequence[str]]  # question id → what is stored for it

LONGEST_TEXT = 4_000
LONGEST_WRITING = 20_000
MOST_PLACES = 10  # that an ordering has

# What no database keeps, or what nobody can see: controls but tabs and line ends, halves of a pair.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?(\d{1,3}([, ]\d{3})+|\d+)?(\.\d+)?")
_PER_CENT = ("ร้อยละ", "เปอร์เซ็นต์", "%")


class ImpossibleAnswer(Refused):
    text = _l("คำตอบนี้ไม่มีในตัวเลือกของข้อ เลือกใหม่อีกครั้ง")


class TooLong(Refused):
    text = _l("คำตอบยาวเกินไป ตัดให้สั้นลงแล้วบันทึกอีกครั้ง")


def normalised(question: Question, given: Sequence[str]) -> list[str]:
    """What is stored for this answer; [] for none. Refuses with ImpossibleAnswer what the question does not offer, and TooLong.

    Choices: their keys, sorted. Matching: `<left>=<right>`. Ordering: the keys in order, or `<key>=<place>` while places
    are missing or taken twice. Number, short, writing: the text. Cloze: `<number>=<text or key of the option>`.
    """
    if not all(isinstance(one, str) for one in given):
        raise ImpossibleAnswer
    said = [one for one in given if one.strip()]
    match question.shape:
        case Choices(choices=choices):
            keys = sorted(set(said))
            _only(keys, [choice.key for choice in choices])
            if question.kind is not QuestionKind.MULTIPLE and len(keys) > 1:
                raise ImpossibleAnswer
            return keys
        case Matching(lefts=lefts, rights=rights):
            placed = _filled(said, [left.key for left in lefts])
            _only(placed.values(), [right.key for right in rights])
            return [f"{left}={right}" for left, right in sorted(placed.items())]
        case Ordering(items=items):
            return _order(said, [item.key for item in items])
        case Cloze() as shape:
            return _gaps(shape, said)
        case Numeric() | Short():
            return _text(said, LONGEST_TEXT)
        case Writing():
            return _text(said, LONGEST_WRITING)


def _only(keys: Iterable[str], offered: Sequence[str]) -> None:
    if not set(keys) <= set(offered):
        raise ImpossibleAnswer


def _filled(said: Sequence[str], offered: Sequence[str]) -> dict[str, str]:
    """`<part>=<value>` as a dict, without empty values. Refuses parts that are not there or stand twice with another value."""
    filled: dict[str, str] = {}
    for one in said:
        part, equals, value = one.partition("=")
        if not equals or part not in offered or filled.get(part, value) != value:
            raise ImpossibleAnswer
        filled[part] = value
    return {part: value for part, value in filled.items() if value.strip()}


def _order(said: Sequence[str], keys: Sequence[str]) -> list[str]:
    if not any("=" in one for one in said):
        _only(said, keys)
        if (said and len(said) != len(keys)) or len(set(said)) != len(said):
            raise ImpossibleAnswer
        return list(said)
    places = _filled(said, keys)
    _only(places.values(), [str(at) for at in range(1, len(keys) + 1)])
    if len(set(places.values())) == len(keys):
        return sorted(places, key=lambda key: int(places[key]))
    return [f"{key}={place}" for key, place in sorted(places.items())]


def _gaps(shape: Cloze, said: Sequence[str]) -> list[str]:
    filled = _filled(said, [str(gap.number) for gap in shape.gaps])
    stored = []
    for gap in shape.gaps:
        value = filled.get(str(gap.number), "")
        if gap.accepted is None and value:
            _only([value], [option.key for option in gap.options])
        stored += [f"{gap.number}={text}" for text in _text([value] if value else [], LONGEST_TEXT)]
    return stored


def _text(said: Sequence[str], most: int) -> list[str]:
    if len(said) > 1:
        raise ImpossibleAnswer
    # Measured before anything is done to it: a megabyte is refused at once.
    if said and len(said[0]) > 2 * most:
        raise TooLong
    text = _UNSEEN.sub("", said[0].replace("\r\n", "\n")).strip() if said else ""
    if len(text) > most:
        raise TooLong
    return [text] if text else []


# --- Reading what is stored


def pairs(given: Sequence[str]) -> dict[str, str]:
    """What stands at each part of a stored matching or cloze."""
    return {part: value for part, _equals, value in (one.partition("=") for one in given)}


def places(given: Sequence[str]) -> dict[str, str]:
    """The place, from "1", that each item of a stored ordering was given."""
    if any("=" in one for one in given):
        return pairs(given)
    return {key: str(at) for at, key in enumerate(given, 1)}


def sequence(given: Sequence[str]) -> list[str]:
    """The keys of a stored ordering by their places; "" at a place that none or several have."""
    if not any("=" in one for one in given):
        return list(given)
    at = pairs(given)
    wanted = Counter(at.values())
    key_at = {place: key for key, place in at.items() if wanted[place] == 1}
    return [key_at.get(str(place), "") for place in range(1, MOST_PLACES + 1)]


def doubled(given: Sequence[str]) -> list[str]:
    """The places that two items of a stored ordering share."""
    counts = Counter(place for one in given for _key, equals, place in [one.partition("=")] if equals)
    return sorted((place for place, count in counts.items() if count > 1), key=int)


def is_whole(question: Question, given: Sequence[str]) -> bool:
    """Whether every part of the question has its answer."""
    match question.shape:
        case Matching(lefts=lefts):
            return len(given) == len(lefts)
        case Ordering(items=items):
            return len(given) == len(items) and not any("=" in one for one in given)
        case Cloze(gaps=gaps):
            return len(given) == len(gaps)
        case _:
            return bool(given)


def number(text: str, unit: str) -> Decimal | None:
    """The number somebody typed, with its unit or without; None where it is none. Per cent is read where it is the unit or none is."""
    plain = thai.plain_digits(thai.tidy(text)).casefold().strip()
    plain = plain.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    units = [thai.tidy(unit).casefold()] if unit else []
    if not unit or unit in _PER_CENT:
        units += _PER_CENT
    for one in filter(None, units):
        plain = plain.removeprefix(one).removesuffix(one).strip()
    found = _NUMBER.fullmatch(plain)
    if not found or not any(map(str.isdecimal, plain)):
        return None
    return Decimal(plain.replace(",", "").replace(" ", ""))


def fits(accepted: Accepted, text: str) -> bool:
    return thai.is_accepted(text, accepted.texts, edits=accepted.edits, tones=accepted.tones)


def named(options: Sequence[Option], key: str) -> Option | None:
    """The option with this key."""
    return next((option for option in options if option.key == key), None)
