"""A sound pack reads into the course that the rooms above build on."""

import pytest

from portal.courses import reader
from portal.courses.course import Course
from tests.courses import packs


@pytest.fixture
def course() -> Course:
    course, prose = reader.read(packs.CODE, packs.sound(), edition_id=7, number=3)
    assert prose.findings == []
    assert course is not None
    return course


def test_a_course_knows_its_edition_its_rule_and_its_modules_in_order(course: Course) -> None:
    assert (course.code, course.edition_id, course.number) == (packs.CODE, 7, 3)
    assert (course.title_th, course.title_en) == ("หลักสูตรตัวอย่าง", "A sample course")
    assert (course.tracks, course.members, course.counted) == (("pmqa40",), 2, ("op", "c1"))
    assert [module.code for module in course.modules] == ["op", "c1"]
    assert [module.code for module in course.counted_modules] == ["op", "c1"]
    assert [module.code for module in course.required_modules] == ["op"]


def test_a_coming_module_has_a_title_and_nothing_to_read(course: Course) -> None:
    coming = course.module("c1")
    assert coming is not None
    assert (coming.title_th, coming.part, coming.is_published) == ("การนำองค์การ", "1", False)
    assert (coming.lessons, coming.quiz) == ((), None)


def test_a_lesson_has_its_facts_its_html_and_its_contents(course: Course) -> None:
    lesson = course.modules[0].lesson("why")
    assert lesson is not None
    assert (lesson.title_en, lesson.minutes, lesson.sources) == ("Why it is there", 5, ("S", "R1"))
    assert [(heading.level, heading.id) for heading in lesson.toc] == [(2, "ask"), (3, "more")]
    assert lesson.toc[0].text == "ผู้ประเมินถามอะไร"
    assert "<h2" in lesson.html
    assert course.modules[0].lesson("gone") is None


def test_links_and_images_of_a_lesson_lead_to_the_portal(course: Course) -> None:
    why, how = course.modules[0].lessons
    assert 'href="/learn/sample/op/how#steps"' in why.html
    assert 'href="#more"' in why.html
    assert 'aria-label="เส้นทางของรายงาน"><svg' in why.html
    assert 'href="/learn/sample/op/why"' in how.html


def test_a_photograph_has_the_address_of_its_edition() -> None:
    files = packs.spoiled("op/why.md", "way.svg", "way.png") | {"img/way.png": b""}
    course, _prose = reader.read(packs.CODE, files, number=3)
    assert course is not None
    assert 'src="/learn/sample/files/3/img/way.png"' in course.modules[0].lessons[0].html


def test_links_of_a_quiz_are_relative_to_its_module(course: Course) -> None:
    quiz = course.modules[0].quiz
    assert quiz is not None
    assert 'href="/learn/sample/op/how"' in quiz.questions[0].choices[2].why_html


def test_a_quiz_has_its_rules_and_its_questions(course: Course) -> None:
    quiz = course.modules[0].quiz
    assert quiz is not None
    assert (quiz.pass_mark, quiz.draw, quiz.shuffle, len(quiz.questions)) == (70, 2, True, 3)
    single, multiple, true_false = quiz.questions
    assert [question.kind for question in quiz.questions] == ["single", "multiple", "true_false"]
    assert (single.id, single.lesson, single.difficulty) == ("op-01", "why", "easy")
    assert [question.source for question in quiz.questions] == ["fact:OP-01", "seed:F20", "advice"]
    assert [choice.key for choice in single.choices] == ["a", "b", "c"]
    assert [choice.is_correct for choice in multiple.choices] == [True, True, False]
    assert [choice.html for choice in true_false.choices] == ["ถูก", "ผิด"]
    assert "<strong>ถูก</strong>" in single.html
    assert "<li>" in multiple.html


def test_without_draw_and_shuffle_all_are_drawn_and_shuffled() -> None:
    files = packs.spoiled("op/quiz.toml", "draw = 2\nshuffle = true\n", "")
    course, prose = reader.read(packs.CODE, files)
    assert prose.findings == []
    assert course is not None
    quiz = course.modules[0].quiz
    assert quiz is not None
    assert (quiz.draw, quiz.shuffle) == (3, True)


def test_a_choice_fits_into_a_label(course: Course) -> None:
    quiz = course.modules[0].quiz
    assert quiz is not None
    for question in quiz.questions:
        for choice in question.choices:
            assert "<p" not in choice.html + choice.why_html


def test_reading_a_broken_pack_raises_nothing() -> None:
    for path, body in packs.sound().items():
        for spoilt in (b"", b"\xff\xfe", body[: len(body) // 2], body[::-1]):
            reader.read(packs.CODE, packs.sound() | {path: spoilt})
    assert reader.read(packs.CODE, {})[0] is None
