"""Texts folded as core.thai.search_key folds, each letter's place kept; what is looked for in them is search_index's matter."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.core import thai

# Letters that fold to one letter each; all others are looked at.
_other = re.compile("[^0-9A-Za-zก-ฮะ-ฺเ-ๆ็-๎๐-๙\n]+")
_marks = frozenset("ัิีึืฺุู็่้๊๋์ํ๎")
_inside = re.compile("[ะ-ฺๅๆ็-๎]*")
_FOLDED_WORD, _WORD = "องค์กร", "องค์การ"  # as search_key has it
_ADDED = 5  # letters of it before the one that is put in


class _Folds(dict[int, str]):
    """Each letter as search_key folds it, made once; the end of a block stays."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = folded = letter if letter == "\n" else thai.search_key(letter)
        return folded


_folds = _Folds()


@dataclass(frozen=True, slots=True)
class Folded:
    """A tidied text and its key: from key letter `at[i]` on, a letter stands `shift[i]` letters further in the text."""

    text: str
    key: str
    at: Sequence[int]
    shift: Sequence[int]

    def place(self, at: int) -> int:
        """Where the key's letter `at` stands in the text."""
        return at + self.shift[bisect_right(self.at, at) - 1]

    def span(self, at: int, length: int) -> tuple[int, int]:
        """From where to where a hit of the key stands in the text, with the marks on its last letter."""
        under, last = bisect_right(self.at, at), at + length - 1
        shift = self.shift[under - 1]
        is_plain = under == len(self.at) or self.at[under] > last  # nothing was left out within the hit
        end = (last + shift if is_plain else self.place(last)) + 1
        while self.text[end : end + 1] in _marks:
            end += 1
        return at + shift, end


def fold(text: str) -> Folded:
    """A text that is tidied (core.thai.tidy) and whose blocks end in "\\n"."""
    raw = text.translate(_folds)
    at, shift = array("i", [0]), array("i", [0])
    added = 0
    for place, is_put_in, change in sorted([*_left_out(text), *_put_in(raw)]):
        added += is_put_in
        if place + added == at[-1]:
            shift[-1] += change
        else:
            at.append(place + added)
            shift.append(shift[-1] + change)
    return Folded(text, raw.replace(_FOLDED_WORD, _WORD), at, shift)


def tidied(*texts: str) -> str:
    """These texts tidied, a line each."""
    return "\n".join(" ".join(thai.tidy(text).split()) for text in texts)


def whole(text: str, at: int) -> int:
    """This place or the next at which no mark or following vowel would begin a piece."""
    inside = _inside.match(text, at)
    return inside.end() if inside else at


def first(spellings: Iterable[str], key: str, since: int, until: int) -> tuple[int, int]:
    """Where between these places the first of these spellings stands, and its length; (-1, 0) for nowhere."""
    found, length = -1, 0
    for one in spellings:
        at = key.find(one, since, until)
        if at >= 0 and (found < 0 or at < found or (at == found and len(one) > length)):
            found, length = at, len(one)
    return found, length


def _left_out(text: str) -> Iterator[tuple[int, bool, int]]:
    """The places of the plain key from which on the text is longer or shorter, and by how much."""
    gone = 0
    for run in _other.finditer(text):
        for at, letter in enumerate(run[0], run.start()):
            change = 1 - len(_folds[ord(letter)])
            if change:
                yield at - gone + (change < 0), False, change
                gone += change


def _put_in(raw: str) -> Iterator[tuple[int, bool, int]]:
    """The places of the plain key before which search_key puts a letter in."""
    at = raw.find(_FOLDED_WORD)
    while at >= 0:
        yield at + _ADDED, True, -1
        at = raw.find(_FOLDED_WORD, at + len(_FOLDED_WORD))
