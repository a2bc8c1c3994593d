"""The two courses of content/ are whole: every part of the report is taught, asked and written, and nothing in them contradicts itself."""

import re
from collections.abc import Iterator
from itertools import chain

import pytest

from config import ROOT
from portal.courses import editions, figures, reader, style
from portal.courses.course import Course, Module, QuestionKind
from tests import packs

CONTENT = ROOT / "content"
CODES = ("pmqa40", "pmqa2562")
PARTS = ("op", "c1", "c2", "c3", "c4", "c5", "c6", "c7")
FILES = {code: editions.read_folder(CONTENT / "courses" / code) for code in CODES}
LEAST_QUESTIONS, LEAST_KINDS, LEAST_PAIRS = 20, 5, 3


@pytest.fixture(scope="module")
def courses() -> dict[str, Course]:
    with packs.read_once():
        read = {code: reader.read(code, files)[0] for code, files in FILES.items()}
    return {code: course for code, course in read.items() if course is not None}


@pytest.fixture(scope="module")
def modules(courses: dict[str, Course]) -> dict[str, Module]:
    return {f"{code}/{module.code}": module for code, course in courses.items() for module in course.modules}


def texts() -> Iterator[tuple[str, str]]:
    """Every lesson by its path."""
    for code, files in FILES.items():
        for path, body in files.items():
            if path.endswith(".md"):
                yield f"{code}/{path}", body.decode()


def test_no_warning() -> None:
    """That there is no fault is told by `flask content check` (test_commands.py)."""
    with packs.read_once():
        told = [style.warnings(code, files) for code, files in FILES.items()]
    assert [str(finding) for finding in chain(*told)] == []


@pytest.mark.parametrize("code", CODES)
def test_every_part_of_the_report_is_taught_and_what_stands_before_and_after(
    courses: dict[str, Course], code: str
) -> None:
    course = courses[code]
    assert course.counted == PARTS
    assert all(module.is_published for module in course.modules)
    assert {"start", *PARTS, "submit"} <= {module.code for module in course.modules}
    assert len(course.glossary) >= 40


def test_there_is_as_much_as_two_complete_courses_need(modules: dict[str, Module]) -> None:
    assert len(modules) >= 21
    assert sum(len(module.lessons) for module in modules.values()) >= 66
    assert sum(len(module.quiz.scored) for module in modules.values() if module.quiz) >= 420


def test_every_module_has_lessons_a_bank_of_many_kinds_and_a_writing_task(modules: dict[str, Module]) -> None:
    for name, module in modules.items():
        assert 2 <= len(module.lessons) <= 5, name
        quiz = module.quiz
        assert quiz is not None, name
        assert len(quiz.scored) >= LEAST_QUESTIONS, name
        assert quiz.draw >= 10, name
        assert len({question.kind for question in quiz.scored}) >= LEAST_KINDS, name
        assert any(question.kind is QuestionKind.WRITING for question in quiz.questions), name
        asked = {question.lesson for question in quiz.questions}
        assert asked == {lesson.slug for lesson in module.lessons}, name


def test_every_quiz_was_read_by_somebody_else(modules: dict[str, Module]) -> None:
    unread = [name for name, module in modules.items() if module.quiz and module.quiz.checked_on is None]
    assert unread == []


def test_every_lesson_says_which_facts_it_teaches_and_is_there_in_english_too(
    modules: dict[str, Module],
) -> None:
    for name, module in modules.items():
        for lesson in module.lessons:
            assert lesson.title_en, (name, lesson.slug)
            assert 3 <= len(re.findall(r"[.?](?:\s|$)", lesson.summary_en)) <= 6, (name, lesson.slug)
            assert lesson.facts or "G" in lesson.sources, (name, lesson.slug)


def test_every_lesson_of_a_part_makes_drafts_better_and_ends_with_a_check() -> None:
    for name, text in texts():
        if name.split("/")[1] in PARTS:
            assert text.count("!!! better") >= LEAST_PAIRS, name
            assert text.count("!!! draft") == text.count("!!! better"), name
            assert "- [ ]" in text, name


def test_the_invented_agency_is_told_with_the_same_figures_everywhere() -> None:
    told: dict[str, set[str]] = {}
    for files in FILES.values():
        for figure in figures.figures_in(files):
            told.setdefault(figure.name, set()).add(figure.value)
    assert len(told) > 100
    assert {name: values for name, values in told.items() if len(values) > 1} == {}


def test_an_organization_is_called_by_one_word() -> None:
    """องค์กร stands only in names and where a source is quoted as it spells."""
    names = r"สร้างความรู้สึกมีส่วนร่วมของบุคลากรในองค์กร|“องค์กร”|องค์กรปกครองส่วนท้องถิ่น|องค์กรอิสระ"
    assert [name for name, text in texts() if "องค์กร" in re.sub(names, "", text)] == []
