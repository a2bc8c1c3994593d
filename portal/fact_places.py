"""The roof: which fact of content/facts.toml is taught, asked or shown where, as a table for authors; what the files mean is each room's matter."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from portal.core.i18n import _
from portal.core.toml import Finding

FACTS = "facts.toml"
TABLE = "COVERAGE.md"

_KEYS = ("facts", "fact", "seed")
_FRONT = re.compile(r"\A\+\+\+[ \t]*\r?\n(.*?)^\+\+\+", re.MULTILINE | re.DOTALL)


class Place(NamedTuple):
    """Where a fact is used: a file, by its path in content/, and the question or the talk, where it is one."""

    fact: str
    file: str
    name: str


def known(content: Path) -> dict[str, str]:
    """Every fact by its number, with how sure it is: "H", "M", or "S" for the news itself; {} where there is no list."""
    if not (content / FACTS).exists():
        return {}
    listed = tomllib.loads((content / FACTS).read_text("utf-8"))
    seeds = {f"F{number:02}": "S" for number in range(1, listed.get("seed", 0) + 1)}
    return seeds | {str(fact): str(sure) for fact, sure in listed.get("brief", {}).items()}


def places(content: Path) -> Iterator[Place]:
    """Every use of a fact in the order of files. A file that cannot be read is passed over: its own room tells."""
    for path in sorted((*content.rglob("*.toml"), *content.rglob("*.md"))):
        name = path.relative_to(content).as_posix()
        if name in (FACTS, TABLE):
            continue
        try:
            values = tomllib.loads(_toml_of(path))
        except (ValueError, RecursionError):
            continue
        yield from _uses(values, name, "")


def _toml_of(path: Path) -> str:
    text = path.read_text("utf-8-sig")
    if path.suffix == ".toml":
        return text
    front = _FRONT.match(text)
    return front[1] if front else ""


def _uses(value: Any, file: str, name: str) -> Iterator[Place]:
    if isinstance(value, list):
        for one in value:
            yield from _uses(one, file, name)
    if not isinstance(value, dict):
        return
    name = str(value.get("id", value.get("code", name)))
    for key, inner in value.items():
        if key in _KEYS and not isinstance(inner, dict):
            for fact in inner if isinstance(inner, list) else [inner]:
                if isinstance(fact, str):
                    yield Place(fact, file, name)
        else:
            yield from _uses(inner, file, name)


def check(content: Path) -> list[Finding]:
    """Facts that are used and not in the list; [] where there is no list."""
    facts = known(content)
    return [
        Finding(
            place.file,
            _line(content / place.file, place.fact),
            _("ไม่มี %(fact)s ใน facts.toml", fact=place.fact),
        )
        for place in places(content)
        if facts and place.fact not in facts
    ]


def _line(path: Path, fact: str) -> int:
    text = path.read_text("utf-8-sig")
    return text.count("\n", 0, max(text.find(f'"{fact}"'), 0)) + 1


def unused(content: Path) -> list[str]:
    """The facts of the list that nothing teaches, asks or shows."""
    used = {place.fact for place in places(content)}
    return [fact for fact in known(content) if fact not in used]


def table(content: Path) -> str:
    """COVERAGE.md: every fact of the list with where it is taught, asked or shown."""
    used: dict[str, dict[str, list[str]]] = {}
    for place in places(content):
        names = used.setdefault(place.fact, {}).setdefault(place.file, [])
        if place.name and place.name not in names:
            names.append(place.name)
    rows = [_row(fact, sure, used.get(fact, {})) for fact, sure in known(content).items()]
    return "\n".join([HEAD, *rows, ""])


HEAD = """\
# ข้อเท็จจริงแต่ละข้ออยู่ที่ใด · Where each fact is taught, asked or shown

`flask content facts` เขียนไฟล์นี้จาก `facts`, `fact` และ `seed` ในไฟล์ทั้งหมด อย่าแก้ด้วยมือ · Made by the command; do not edit.
S ข่าวต้นทาง · H แน่นอน · M แหล่งเดียวหรือความรู้ทั่วไป

| ข้อ | | บทเรียนและหน้า · Lessons and pages | คำถาม · Questions |
|---|---|---|---|"""


def _row(fact: str, sure: str, used: Mapping[str, list[str]]) -> str:
    quizzes = {file: names for file, names in used.items() if file.endswith("/quiz.toml")}
    shown = " · ".join(f"[{file}]({file})" for file in used if file not in quizzes)
    asked = " · ".join(
        f"[{file.split('/')[1]}]({file}) {', '.join(names)}" for file, names in quizzes.items()
    )
    return f"| {fact} | {sure} | {shown or '–'} | {asked or '–'} |"
