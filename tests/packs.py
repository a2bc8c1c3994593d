"""Course packs of any small shape, published as real editions: for tests of what people do with a course."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from portal.core.db import db
from portal.core.toml import Finding
from portal.courses import catalog, checker, editions, reader
from portal.courses.course import Course
from portal.courses.prose import Prose

PARTS = {"op": "OP", "c1": "1", "c2": "2", "c3": "3", "c4": "4", "c5": "5", "c6": "6", "c7": "7"}
NAMES = {"op": "ลักษณะสำคัญขององค์การ", "c1": "การนำองค์การ", "c2": "การวางแผนเชิงยุทธศาสตร์"}
KINDS = ("single", "multiple", "true_false")


def lesson(title: str, body: str = "อ่านแล้วลองเขียน") -> str:
    return f"""\
+++
title = "{title}"
title_en = "Lesson {title}"
summary_en = "What the lesson says."
minutes = 6
sources = ["S"]
+++
## ขั้นตอน {{#steps}}

{body}
"""


def _choice(text: str, is_correct: bool) -> str:
    return f"""\
  [[question.choice]]
  text = "{text}"
  correct = {str(is_correct).lower()}
  why = "เหตุผลของ {text}"
"""


def question(name: str, kind: str = "single", *, lesson: str = "l1", text: str = "") -> str:
    """One question; right is the first choice (a), of a multiple one the first two (a, b)."""
    rights = 2 if kind == "multiple" else 1
    texts = ["ถูก", "ผิด"] if kind == "true_false" else [f"ตัวเลือก {name} ที่ {at}" for at in range(1, 5)]
    choices = "".join(_choice(choice, at < rights) for at, choice in enumerate(texts))
    return f"""
[[question]]
id = "{name}"
kind = "{kind}"
lesson = "{lesson}"
difficulty = "easy"
text = "{text or "คำถาม " + name}"
advice = true
{choices}"""


def quiz(
    questions: Iterable[str], *, pass_mark: int = 70, draw: int | None = None, shuffle: bool = True
) -> str:
    drawn = f"draw = {draw}\n" if draw else ""
    return f"""\
title = "แบบทดสอบท้ายส่วน"
title_en = "Quiz of the part"
pass_mark = {pass_mark}
{drawn}shuffle = {str(shuffle).lower()}
{"".join(questions)}"""


def _module(code: str, lessons: Sequence[str], *, is_published: bool) -> str:
    return f"""
[[module]]
code = "{code}"
part = "{PARTS.get(code, "")}"
title = "{NAMES.get(code, "ส่วน " + code)}"
title_en = "Part {code}"
summary = "สาระของส่วน {code}"
summary_en = "What part {code} is about."
status = "{"published" if is_published else "coming"}"
lessons = [{", ".join(f'"{slug}"' for slug in lessons)}]
"""


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
    counted = ", ".join(f'"{code}"' for code in [*published, *coming] if code in PARTS)
    files = {
        "course.toml": f"""\
title = "{title}"
title_en = "A sample course"
track = ["pmqa40"]
summary = "เรียนเขียนรายงาน"
summary_en = "Learn to write a report."

[completion]
members = {members}
modules = [{counted}]
{"".join(_module(code, slugs, is_published=True) for code in published)}
{"".join(_module(code, (), is_published=False) for code in coming)}"""
    }
    for code in published:
        for slug in slugs:
            files[f"{code}/{slug}.md"] = lesson(f"บท {code} {slug}", body)
        asked = [question(f"{code}-{at:02}", KINDS[at % 3]) for at in range(questions)]
        files[f"{code}/quiz.toml"] = quiz(asked, pass_mark=pass_mark, draw=draw, shuffle=shuffle)
    return {path: text.encode() for path, text in files.items()}


def publish(files: dict[str, bytes] | None = None, *, code: str = "sample") -> Course:
    """Publish the files (a pack as it comes) and give the course as everybody now reads it. Commits."""
    with read_once():
        editions.publish(code, files or pack(), by=None)
        db.session.commit()
        course = catalog.course(code)
    assert course is not None
    return course


_check, _read = checker.check, reader.read
_checked: dict[tuple[str, str], list[Finding]] = {}
_courses: dict[tuple[str, str, int], tuple[Course | None, Prose]] = {}


def _check_once(code: str, files: Mapping[str, bytes]) -> list[Finding]:
    key = code, editions.digest_of(files)
    if key not in _checked:
        _checked[key] = _check(code, files)
    return list(_checked[key])


def _course_once(
    code: str, files: Mapping[str, bytes], *, edition_id: int = 0, number: int = 0
) -> tuple[Course | None, Prose]:
    key = code, editions.digest_of(files), number
    if key not in _courses:
        _courses[key] = _read(code, files, number=number)
    course, prose = _courses[key]
    return course and replace(course, edition_id=edition_id), prose


@contextmanager
def read_once() -> Iterator[None]:
    """To render the same pack for every test again, twice each, took a tenth of the suite; courses/ tries how that is done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker, "check", _check_once)
        patch.setattr(reader, "read", _course_once)
        yield
