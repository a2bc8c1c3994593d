"""One file of a course as its readers would see it, with all that is wrong in it; the pack as a whole is checker's matter."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from portal.core.toml import Finding, parse
from portal.courses import glossary, pack, quizzes, reader
from portal.courses.course import Lesson, Quiz, Term
from portal.courses.prose import Prose

NUMBER = 0  # of an edition that is not published yet


@dataclass(frozen=True)
class Preview:
    """What the file says; all empty for course.toml, for an image, and for a file that cannot be read."""

    findings: tuple[Finding, ...]
    lesson: Lesson | None = None
    quiz: Quiz | None = None
    terms: tuple[Term, ...] = field(default=())


def address_of_images(code: str) -> str:
    """Below which address an edition that is not published yet looks for its images."""
    return f"/learn/{code}/files/{NUMBER}/"


def preview(code: str, files: Mapping[str, bytes], path: str, *, images: str) -> Preview:
    """This file among the others. `images`: the address below which the images of the draft are found."""
    prose = Prose(code, NUMBER, files, [])
    module, _slash, name = path.partition("/")
    lesson: Lesson | None = None
    quiz: Quiz | None = None
    terms: tuple[Term, ...] = ()
    if path == pack.GLOSSARY:
        terms = glossary.read(prose)
    elif path == pack.COURSE:
        parse(files[path], path, prose.findings)
    elif name == pack.QUIZ:
        quiz = quizzes.read(path, prose, lessons=_slugs(files, module), taken={})
    elif name.endswith(pack.LESSON):
        lesson = reader.lesson(name.removesuffix(pack.LESSON), path, prose)
    if lesson is not None:
        lesson = replace(lesson, html=lesson.html.replace(address_of_images(code), images))
    found = sorted({one for one in prose.findings if one.file == path}, key=lambda one: (one.line, one.text))
    return Preview(tuple(found), lesson, quiz, terms)


def _slugs(files: Mapping[str, bytes], module: str) -> list[str]:
    """The lessons there are files of: which of them course.toml names is told of the whole pack."""
    names = (path.partition("/")[2] for path in files if path.startswith(f"{module}/"))
    return [name.removesuffix(pack.LESSON) for name in names if name.endswith(pack.LESSON)]
