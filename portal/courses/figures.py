"""Figures of the invented agency, tagged where they stand in a text, so that one story keeps the same numbers everywhere.

`{กรมตัวอย่าง:บุคลากรปี 2565=2,480}` is read as 2,480; what a lesson makes of it is prose's matter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from portal.core.i18n import _
from portal.core.toml import Finding
from portal.courses import pack

_BEGINS = "{กรมตัวอย่าง"
_TAG = re.compile(r"\{กรมตัวอย่าง:[ \t]*([^{}=\n]+?)[ \t]*=[ \t]*([^{}\n]+?)[ \t]*\}")


class Figure(NamedTuple):
    name: str
    value: str
    file: str
    line: int


def without_tags(text: str) -> str:
    """The text as readers see it: every tag gives way to its value."""
    return _TAG.sub(r"\2", text) if _BEGINS in text else text


def figures_in(files: Mapping[str, bytes]) -> Iterator[Figure]:
    """Every tagged figure of the lessons and quizzes of a pack, in the order of files and lines."""
    for path in sorted(files):
        if pack.is_image(path):
            continue
        for number, line in enumerate(files[path].decode("utf-8", "replace").split("\n"), 1):
            for name, value in _TAG.findall(line):
                yield Figure(name, value, path, number)


def broken_tags(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What begins like a tag and is none."""
    for path in sorted(files):
        if pack.is_image(path):
            continue
        for number, line in enumerate(files[path].decode("utf-8", "replace").split("\n"), 1):
            if line.count(_BEGINS) != len(_TAG.findall(line)):
                yield Finding(path, number, _("ตัวเลขของกรมตัวอย่างเขียนเป็น {กรมตัวอย่าง:ชื่อ=ค่า} ในบรรทัดเดียว"))


def contradictions(figures: Iterable[Figure]) -> Iterator[Finding]:
    """Every figure that was told with another value before; the first place that names it is held to be right."""
    first: dict[str, Figure] = {}
    for figure in figures:
        known = first.setdefault(figure.name, figure)
        if figure.value != known.value:
            yield Finding(
                figure.file,
                figure.line,
                _(
                    "%(name)s เป็น %(value)s แต่ %(file)s บรรทัด %(line)d เขียนว่า %(other)s",
                    name=figure.name,
                    value=figure.value,
                    file=known.file,
                    line=known.line,
                    other=known.value,
                ),
            )
