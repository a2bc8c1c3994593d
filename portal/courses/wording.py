"""Words and claims of lessons and questions, line by line: terms spelled otherwise than the glossary, claims nobody may make."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from portal.core.i18n import _
from portal.core.toml import Finding
from portal.courses import pack
from portal.courses.course import Term

CLAIMS = "claims.toml"
# Of the whole house, whatever a glossary says.
ALWAYS = (("องค์กร", "องค์การ"),)
NAMES = ("องค์กรปกครองส่วนท้องถิ่น", "องค์กรอิสระ")  # as the law writes them

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
# What no reader sees: addresses, anchors, marks, the keys of a TOML line.
_UNSEEN = re.compile(r"\]\([^)]*\)|\{#[^}]*\}|<[^>]*>|`[^`]*`|https?://\S+|^\s*\w+\s*=")
_ACRONYM = re.compile(r"\b(?=[A-Za-z]*[A-Z][A-Za-z]*[A-Z])[A-Za-z]{3,8}\b")


class Claim(NamedTuple):
    """What may not be said: a pattern, words beside which it may be said all the same, and why."""

    pattern: re.Pattern[str]
    unless: str
    why: str


def claims_in(content: Path) -> tuple[Claim, ...]:
    """The claims of content/claims.toml; () where there is none."""
    file = content / CLAIMS
    if not file.exists():
        return ()
    rows = tomllib.loads(file.read_text("utf-8")).get("claim", [])
    return tuple(Claim(re.compile(row["pattern"]), row.get("unless", ""), row["why"]) for row in rows)


def warnings(
    glossary: Sequence[Term], texts: Mapping[str, str], claims: Sequence[Claim]
) -> Iterator[Finding]:
    """Terms spelled otherwise, and claims that may not be made, in lessons and quizzes."""
    avoided = {word: right for term in glossary for word in term.avoid for right in (term.th,)}
    avoided |= dict(ALWAYS)
    good = [term.th for term in glossary] + [word for term in glossary for word in term.also]
    good += NAMES
    acronyms = {word.lower(): word for term in glossary for word in _ACRONYM.findall(f"{term.th} {term.en}")}
    for path, text in texts.items():
        if path == pack.GLOSSARY:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            told = [*_misspelled(line, avoided, good, acronyms), *_claimed(line, claims)]
            yield from (Finding(path, number, words) for words in told)


def _misspelled(
    line: str, avoided: Mapping[str, str], good: Sequence[str], acronyms: Mapping[str, str]
) -> Iterator[str]:
    """Quotations keep their own words, and a longer term may hold a word that is avoided alone."""
    seen = _QUOTED.sub(" ", line) if "“" in line else line
    seen = _UNSEEN.sub(" ", seen)
    for word, right in avoided.items():
        if word in seen and word in _without(seen, [term for term in good if word in term]):
            yield _("เขียน “%(right)s” ตามอภิธานศัพท์ แทน “%(word)s”", right=right, word=word)
    for word in re.findall(r"\b[A-Za-z]{3,8}\b", seen):
        right = acronyms.get(word.lower(), word)
        if word != right and not word.islower():
            yield _("เขียน “%(right)s” ตามอภิธานศัพท์ แทน “%(word)s”", right=right, word=word)


def _without(line: str, terms: Sequence[str]) -> str:
    for term in terms:
        line = line.replace(term, " ")
    return line


def _claimed(line: str, claims: Sequence[Claim]) -> Iterator[str]:
    for claim in claims:
        if claim.pattern.search(line) and not (claim.unless and claim.unless in line):
            yield _("ข้อความนี้ยืนยันไม่ได้: %(why)s", why=claim.why)
