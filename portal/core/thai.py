"""Thai text as people sort, look for and answer it; how it breaks into lines is core.typeset's matter."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

SORT_KEY_LENGTH = (
    400  # what a column for sort keys holds; only names beyond some 150 letters lose their tone marks to it
)
MOST_MARKS = 3  # above and below one letter; Thai has two at most
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
# What copying from web pages and PDFs leaves between letters.
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\x00"))

CONSONANTS = "".join(map(chr, range(0x0E01, 0x0E2F)))
LEADING = "เแโใไ"
# The order of the Royal Institute Dictionary within one written form, the lightest first.
TONES = "๎์็่้๊๋"
PRIMARY = {letter: rank for rank, letter in enumerate(CONSONANTS + "ํะัาิีึืุู" + LEADING + "ฺ")}
UNWRITTEN = "ฯๆ"
LETTERS = "กขคงจฉชซญฐ"  # of a list's points, in the order in which they are counted

# Signs above and below a letter that are vowels or tones; ์ is none of them, it only silences.
MARKS = frozenset("ัิีึืฺุู็่้๊๋ํ๎")
VOWELS = frozenset("ะาำเแโใไๅ")
# Words that turn a sentence round; the Latin ones also as beginnings of words.
NEGATIONS = ("ไม่", "มิ", "ไร้", "ห้าม", "งด", "เว้น", "อย่า", "ปราศ", "ขาด")
LATIN_NEGATIONS = ("not", "no", "non", "un", "in", "im", "dis")

_leading_vowel = re.compile(f"([{LEADING}])([{CONSONANTS}])")
_marks = re.compile("[ัิ-ฺ็-๎]{2,}")
_split_sara_am = re.compile("ํ([่-๋]*)า")
_early_sara_am = re.compile("ำ([่-๋]+)")
_twice = re.compile("([ัิ-ฺ็-๎])\\1+")
_long_aa = re.compile("(?<![ฤฦ])ๅ")
_loose_space = re.compile(r"(?<![0-9]) (?=[0-9])|(?<=[0-9]) (?![0-9])|(?<![a-z0-9]) | (?![a-z0-9])")
_dot_of_thai = re.compile("(?<=[ก-๛])\\.|\\.(?=[ก-๛])")
_negation = re.compile("|".join((*NEGATIONS, rf"\b(?:{'|'.join(LATIN_NEGATIONS)})")))
_digit = re.compile(r"\d")
AROUND = " \"'“”‘’.,;:!?"


def plain_digits(text: str) -> str:
    """The same text with Thai digits written as Arabic ones."""
    return text.translate(THAI_DIGITS)


def without_heaps(text: str) -> str:
    """The same text with at most MOST_MARKS marks on a letter: more are no word, and would cover the lines above."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def tidy(text: str) -> str:
    """The same words in the one spelling a computer compares: NFC, ำ and แ in one piece, marks in order, nothing invisible."""
    text = unicodedata.normalize("NFC", text.translate(INVISIBLE).replace("\u00a0", " "))
    text = _marks.sub(_tones_last, text).replace("เเ", "แ")
    return _early_sara_am.sub(r"\1ำ", _split_sara_am.sub(r"\1ำ", text))


def _tones_last(run: re.Match[str]) -> str:
    return "".join(sorted(run[0], key=lambda mark: "่" <= mark <= "๋"))


def normalise_answer(text: str) -> str:
    """A typed answer ready to compare: tidied, Arabic digits, small Latin letters, one space between words.

    Only spellings of the same words fall together; a different tone mark or a missing ไม่ stays a different answer.
    """
    return " ".join(plain_digits(tidy(text)).casefold().split())


def answer_key(text: str) -> str:
    """A typed answer as a teacher reads it: normalised, without what nobody sees or says.

    Blanks beside Thai, the dots of Thai abbreviations, quotes and stops around the whole, a mark typed twice, ๅ for า.
    """
    key = _long_aa.sub("า", _twice.sub(r"\1", normalise_answer(text)).replace("ิํ", "ึ"))
    return _dot_of_thai.sub("", _loose_space.sub("", key.strip(AROUND)))


def is_accepted(text: str, accepted: Sequence[str], *, edits: int, tones: bool) -> bool:
    """Whether a typed answer is one of the accepted ones, or at most `edits` letters from it.

    Letters may be missing, too many, other or swapped. Figures, negations and, unless `tones`, all vowels and tone
    marks must be the same: ข้าว is never ข่าว. With `tones` marks above and below count nothing, other vowels as letters.
    """
    given = answer_key(text)
    return bool(given) and any(_agree(given, answer_key(one), edits, tones) for one in accepted)


def _agree(given: str, right: str, edits: int, tones: bool) -> bool:
    if given == right or not _unmarked(given) or not _unmarked(right):
        return given == right
    if tones:
        given, right, same = _unmarked(given), _unmarked(right), _negations(given) == _negations(right)
        if not same:
            return False
    if abs(len(given) - len(right)) > edits or (not tones and _consonants(given) == _consonants(right)):
        return False
    if _digit.findall(given) != _digit.findall(right) or _negations(given) != _negations(right):
        return False
    return _distance(given, right, edits, fixed=frozenset() if tones else MARKS | VOWELS) <= edits


def _unmarked(key: str) -> str:
    return "".join(letter for letter in key if letter not in MARKS)


def _consonants(key: str) -> str:
    return "".join(letter for letter in key if letter not in MARKS and letter not in VOWELS)


def _negations(key: str) -> list[str]:
    return _negation.findall(key.replace("ใ", "ไ"))


def _distance(one: str, other: str, most: int, *, fixed: frozenset[str]) -> int:
    """How many letters differ (swapped neighbours are one), or more than `most`; `fixed` ones differ only from unfixed ones."""
    never = most + 1
    before: list[int] = []
    row = _steps(other, never, fixed)
    for at, letter in enumerate(one):
        last, row, before_last = row, [row[0] + (never if letter in fixed else 1)], before
        for to, wanted in enumerate(other):
            if abs(at - to) > most:
                row.append(never)
                continue
            both = letter in fixed and wanted in fixed
            best = min(
                last[to] + (0 if letter == wanted else never if both else 1),
                last[to + 1] + (never if letter in fixed else 1),
                row[to] + (never if wanted in fixed else 1),
            )
            if (
                at
                and to
                and one[at - 1] == wanted
                and other[to - 1] == letter
                and not fixed & {letter, wanted}
            ):
                best = min(best, before_last[to - 1] + 1)
            row.append(min(best, never))
        before = last
    return row[-1]


def _steps(other: str, never: int, fixed: frozenset[str]) -> list[int]:
    """What it costs to write the first letters of a text from nothing."""
    costs = [0]
    for letter in other:
        costs.append(min(costs[-1] + (never if letter in fixed else 1), never))
    return costs


def search_key(text: str) -> str:
    """Letters, marks and digits alone, folded: "PMQA 4.0" and "pmqa๔.๐" agree, "ก.พ.ร." and "กพร", องค์กร and องค์การ."""
    folded = plain_digits(tidy(unicodedata.normalize("NFKC", text))).casefold()
    kept = "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMN")
    return kept.replace("องค์กร", "องค์การ")


def sort_key(text: str) -> str:
    """A key in [0-9a-z] whose plain order is the dictionary's order of the texts, in Python and under any database collation.

    Digits come before Thai, Thai before Latin; a leading vowel counts after its consonant; tone marks decide only
    between equal letters; spaces, punctuation and case do not count. Never longer than SORT_KEY_LENGTH.
    """
    swapped = _leading_vowel.sub(r"\2\1", tidy(text).replace("ำ", "าํ").replace("ๅ", "า"))
    first: list[str] = []
    second: list[str] = []
    for letter in plain_digits(swapped):
        if letter in TONES:
            second.append(ALPHABET[2 + TONES.index(letter)])
        elif unit := _unit(letter):
            first.append(unit)
            second.append("1")
    return ("".join(first) + "0" + "".join(second).rstrip("1"))[:SORT_KEY_LENGTH]


def _unit(letter: str) -> str:
    """The weight of one letter; all begin above "0", which ends the first level."""
    rank = PRIMARY.get(letter)
    if rank is not None:
        return "gh"[rank // 36] + ALPHABET[rank % 36]
    if letter.isascii():
        return ("d" if letter.isdigit() else "k") + letter.lower() if letter.isalnum() else ""
    if letter in UNWRITTEN:
        return ""
    base = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part)[0] in "LN"
    )
    if base.isascii():
        return "".join(map(_unit, base))
    return "".join(f"z{ord(part):05x}" for part in base)


def nearest(text: str, candidates: Iterable[str], *, cutoff: float = 0.72) -> str | None:
    """The candidate the person most likely meant, or None when none is near enough to be offered."""
    by_key = {search_key(candidate): candidate for candidate in reversed(list(candidates))}
    found = difflib.get_close_matches(search_key(text), by_key, n=1, cutoff=cutoff)
    return by_key[found[0]] if found else None
