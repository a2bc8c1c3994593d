"""What a course and its files are called, read without their prose and without a word about faults; reading them in earnest is reader's matter."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.courses import pack, reader


@dataclass(frozen=True)
class ModuleOutline:
    code: str
    part: str
    title_th: str
    title_en: str
    is_published: bool
    lessons: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    """Titles are "" where the file does not say them."""

    title_th: str
    title_en: str
    modules: tuple[ModuleOutline, ...]

    def module(self, code: str) -> ModuleOutline | None:
        return next((module for module in self.modules if module.code == code), None)


def of(files: Mapping[str, bytes]) -> Outline:
    """The outline of a course, as far as its course.toml can be read."""
    table = _table(files.get(pack.COURSE, b""))
    rows = table.get("module", [])
    modules = [_module(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return Outline(_word(table, "title"), _word(table, "title_en"), tuple(one for one in modules if one.code))


def titles(files: Mapping[str, bytes]) -> dict[str, str]:
    """What the lessons and quizzes call themselves in Thai, by their paths; those that do not say are left out."""
    found = {}
    for path, body in files.items():
        if path.endswith(pack.LESSON):
            front = reader.split(body.decode("utf-8-sig", "replace").replace("\r\n", "\n"))[0]
            title = _word(_table((front or "").encode()), "title")
        else:
            title = _word(_table(body), "title") if path.endswith(f"/{pack.QUIZ}") else ""
        if title:
            found[path] = title
    return found


def _module(row: Mapping[str, Any]) -> ModuleOutline:
    lessons = row.get("lessons", [])
    return ModuleOutline(
        code=_word(row, "code"),
        part=_word(row, "part"),
        title_th=_word(row, "title"),
        title_en=_word(row, "title_en"),
        is_published=row.get("status") == reader.PUBLISHED,
        lessons=tuple(map(str, lessons)) if isinstance(lessons, list) else (),
    )


def _word(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else ""


def _table(body: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(body.decode("utf-8-sig", "replace").replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return {}
