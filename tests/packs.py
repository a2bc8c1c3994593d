"""Course packs of any small shape, published as real editions: for tests of what people do with a course."""

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from portal.core.db import db
from portal.core.toml import Finding
from portal.courses import catalog, checker, editions, reader
from portal.courses.course import Course
from portal.courses.prose import Prose
from tests.rows import laid

PARTS = {"op": "OP", "c1": "1", "c2": "2", "c3": "3", "c4": "4", "c5": "5", "c6": "6", "c7": "7"}
NAMES = {"op": "ลักษณะสำคัญขององค์การ", "c1": "การนำองค์การ", "c2": "การวางแผนเชิงยุทธศาสตร์"}
KINDS = ("single", "multiple", "true_false")

LARGE = 30  # files
T = TypeVar("T")
Choice = tuple[str, bool, str]  # text, whether it is right, why


def lesson(
    title: str,
    body: str,
    *,
    title_en: str = "",
    summary_en: str = "What the lesson says.",
    minutes: int = 6,
    sources: Sequence[str] = ("S",),
) -> str:
    return f"""\
+++
title = "{title}"
title_en = "{title_en or f"Lesson {title}"}"
summary_en = "{summary_en}"
minutes = {minutes}
sources = [{_listed(sources)}]
+++
{body}
"""


def question(
    name: str,
    kind: str,
    choices: Iterable[Choice],
    *,
    lesson: str = "l1",
    text: str = "",
    difficulty: str = "easy",
    note: str = "advice = true",
) -> str:
    quotes = '"""' if {"\n", "*"} & set(text) else '"'
    return f"""
[[question]]
id = "{name}"
kind = "{kind}"
lesson = "{lesson}"
difficulty = "{difficulty}"
text = {quotes}{text or "คำถาม " + name}{quotes}
{note}
{"".join(_choice(*choice) for choice in choices)}"""


def _choice(text: str, is_correct: bool, why: str) -> str:
    return f"""\
  [[question.choice]]
  text = "{text}"
  correct = {str(is_correct).lower()}
  why = "{why}"
"""


def quiz(
    questions: Iterable[str],
    *,
    title: str = "แบบทดสอบท้ายส่วน",
    title_en: str = "Quiz of the part",
    pass_mark: int = 70,
    draw: int | None = None,
    shuffle: bool = True,
) -> str:
    drawn = f"draw = {draw}\n" if draw else ""
    return f"""\
title = "{title}"
title_en = "{title_en}"
pass_mark = {pass_mark}
{drawn}shuffle = {str(shuffle).lower()}
{"".join(questions)}"""


def module(
    code: str, lessons: Sequence[str], *, is_published: bool, title_en: str = "", says: Sequence[str] = ()
) -> str:
    """A table of course.toml; `says` is its summary in Thai and in English."""
    summary, summary_en = says or (f"สาระของส่วน {code}", f"What part {code} is about.")
    return f"""
[[module]]
code = "{code}"
part = "{PARTS.get(code, "")}"
title = "{NAMES.get(code, "ส่วน " + code)}"
title_en = "{title_en or f"Part {code}"}"
summary = "{summary}"
summary_en = "{summary_en}"
status = "{"published" if is_published else "coming"}"
lessons = [{_listed(lessons)}]
"""


def course(
    modules: Sequence[str], *, counted: Iterable[str], title: str = "หลักสูตรตัวอย่าง", members: int = 2
) -> str:
    return f"""\
title = "{title}"
title_en = "A sample course"
track = ["pmqa40"]
summary = "เรียนเขียนรายงาน"
summary_en = "Learn to write a report."

[completion]
members = {members}
modules = [{_listed(counted)}]
{"".join(modules)}"""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def pack(
    *,
    title: str = "หลักสูตรตัวอย่าง",
    published: Sequence[str] = ("op", "c1"),
    coming: Sequence[str] = ("c2",),
    members: int = 2,
    lessons: int = 2,
    questions: int = 4,
    pass_mark: int = 70,
    draw: int | None = None,
    shuffle: bool = True,
    body: str = "อ่านแล้วลองเขียน",
) -> dict[str, bytes]:
    """A sound pack: `published` modules with lessons l1, l2, … and a quiz of all three kinds in turn, `coming` ones without."""
    slugs = [f"l{at}" for at in range(1, lessons + 1)]
    modules = [module(code, slugs, is_published=True) for code in published]
    modules += [module(code, (), is_published=False) for code in coming]
    counted = [code for code in (*published, *coming) if code in PARTS]
    files = {"course.toml": course(modules, counted=counted, title=title, members=members)}
    for code in published:
        for slug in slugs:
            files[f"{code}/{slug}.md"] = lesson(f"บท {code} {slug}", f"## ขั้นตอน {{#steps}}\n\n{body}")
        asked = [_plain(f"{code}-{at:02}", KINDS[at % 3]) for at in range(questions)]
        files[f"{code}/quiz.toml"] = quiz(asked, pass_mark=pass_mark, draw=draw, shuffle=shuffle)
    return as_files(files)


def _plain(name: str, kind: str) -> str:
    """One question; right is the first choice (a), of a multiple one the first two (a, b)."""
    rights = 2 if kind == "multiple" else 1
    texts = ["ถูก", "ผิด"] if kind == "true_false" else [f"ตัวเลือก {name} ที่ {at}" for at in range(1, 5)]
    return question(name, kind, [(text, at < rights, f"เหตุผลของ {text}") for at, text in enumerate(texts)])


def as_files(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in texts.items()}


def publish(files: dict[str, bytes] | None = None, *, code: str = "sample") -> Course:
    """Publish the files (a pack as it comes) and give the course as everybody now reads it. Commits."""
    files = files or pack()
    with read_once():
        laid(
            f"course {code} {editions.digest_of(files)}", lambda: bool(editions.publish(code, files, by=None))
        )
        db.session().info[editions._PUBLISHED] = True  # as if it had been published just now
        db.session.commit()
        course = catalog.course(code)
    assert course is not None
    return course


_check, _read = checker.check, reader.read
_folder = Path()
_checked: dict[tuple[str, str], list[Finding]] = {}
_courses: dict[tuple[str, str, int], tuple[Course | None, Prose]] = {}


def _check_once(code: str, files: Mapping[str, bytes]) -> list[Finding]:
    key = code, editions.digest_of(files)
    if key not in _checked:
        _checked[key] = _shared(f"check-{code}-{key[1]}", files, lambda: _check(code, files))
    return list(_checked[key])


def _course_once(
    code: str, files: Mapping[str, bytes], *, edition_id: int = 0, number: int = 0
) -> tuple[Course | None, Prose]:
    key = code, editions.digest_of(files), number
    if key not in _courses:
        _courses[key] = _shared(
            f"course-{code}-{key[1]}-{number}", files, lambda: _read(code, files, number=number)
        )
    course, prose = _courses[key]
    return course and replace(course, edition_id=edition_id), prose


def share_in(folder: Path) -> None:
    """Where the workers of a run lay what it takes long to read: the courses of content/."""
    global _folder
    folder.mkdir(exist_ok=True)
    _folder = folder


def _shared(name: str, files: Mapping[str, bytes], make: Callable[[], T]) -> T:
    if len(files) < LARGE:
        return make()
    kept = _folder / name
    with suppress(FileNotFoundError):
        found: T = pickle.loads(kept.read_bytes())
        return found
    made = make()
    half = kept.with_suffix(f".{os.getpid()}")
    half.write_bytes(pickle.dumps(made))
    half.replace(kept)
    return made


@contextmanager
def read_once() -> Iterator[None]:
    """To render the same pack for every test again, twice each, took a tenth of the suite; courses/ tries how that is done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker, "check", _check_once)
        patch.setattr(reader, "read", _course_once)
        yield
