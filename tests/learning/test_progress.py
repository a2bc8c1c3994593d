"""How far one person is: lessons finished, modules passed, and what comes next."""

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.courses.course import Course
from portal.learning import attempts, progress
from portal.learning.models import LessonMark
from portal.learning.progress import Progress
from tests import packs
from tests.learning.taking import take


def of(user: User, course: Course) -> Progress:
    return progress.of_user(user, [course])[course.code]


def read(user: User, course: Course, module: str, *, lessons: int = 2) -> None:
    part = course.module(module)
    assert part is not None
    for lesson in part.lessons[:lessons]:
        progress.finish(user, course, part, lesson)
    db.session.commit()


def marks() -> list[LessonMark]:
    return list(db.session.scalars(select(LessonMark).order_by(LessonMark.id)))


def test_who_did_nothing_begins_with_the_first_lesson(cast, course, op):
    mine = of(cast.lamai, course)
    assert (mine.is_started, mine.passed_count) == (False, 0)
    assert mine.next_lesson() == (op, op.lessons[0])
    assert mine.next_quiz() is None


def test_a_finished_lesson_is_noted_with_the_agency(cast, course, op):
    progress.finish(cast.lamai, course, op, op.lessons[0])
    [mark] = marks()
    assert (mark.user_id, mark.agency_id) == (cast.lamai.id, cast.agency.id)
    assert (mark.course, mark.module, mark.lesson) == ("sample", "op", "l1")


def test_finishing_twice_notes_nothing_more(cast, course, op):
    for _click in range(2):
        progress.finish(cast.lamai, course, op, op.lessons[0])
    assert len(marks()) == 1


def test_who_waits_for_approval_reads_without_counting_for_the_agency(cast, course, op):
    cast.lamai.approved_at = None
    progress.finish(cast.lamai, course, op, op.lessons[0])
    assert [mark.agency_id for mark in marks()] == [None]
    assert of(cast.lamai, course).finished == {("op", "l1")}


def test_progress_counts_lessons_and_names_the_next(cast, course, op):
    read(cast.lamai, course, "op", lessons=1)
    mine = of(cast.lamai, course)
    assert mine.is_started
    assert mine.lessons_finished(op) == 1
    assert mine.is_begun(op)
    assert mine.next_lesson() == (op, op.lessons[1])
    assert mine.next_quiz() is None


def test_after_the_last_lesson_comes_the_quiz(cast, course, op):
    read(cast.lamai, course, "op")
    assert of(cast.lamai, course).next_quiz() == op


def test_a_passed_module_is_behind_even_with_lessons_unread(cast, course):
    take(cast.lamai, course, "op")
    mine = of(cast.lamai, course)
    assert mine.passed == {"op"}
    assert mine.passed_count == 1
    following = mine.next_lesson()
    assert following is not None
    assert following[0].code == "c1"
    assert mine.next_quiz() is None


def test_an_open_attempt_begins_the_module(cast, course, op):
    attempts.start(cast.lamai, course, op)
    assert of(cast.lamai, course).is_begun(op)


def test_when_everything_published_is_passed_nothing_comes_next(cast, course):
    for module in ("op", "c1"):
        take(cast.lamai, course, module)
    mine = of(cast.lamai, course)
    assert (mine.next_lesson(), mine.next_quiz(), mine.passed_count) == (None, None, 2)


def test_a_module_without_a_quiz_is_never_the_next_quiz(cast):
    files = packs.pack(published=("start",), coming=("op",))
    del files["start/quiz.toml"]
    course = packs.publish(files)
    read(cast.lamai, course, "start")
    mine = of(cast.lamai, course)
    assert (mine.next_lesson(), mine.next_quiz()) == (None, None)


def test_the_strip_shows_each_part_of_the_report(cast, course):
    take(cast.lamai, course, "op")
    read(cast.lamai, course, "c1", lessons=1)
    cells = progress.strip_of_user(of(cast.lamai, course))
    assert [(cell["code"], cell["state"]) for cell in cells] == [
        ("OP", "passed"),
        ("1", "begun"),
        ("2", "coming"),
    ]
    assert cells[0]["title"] == "ลักษณะสำคัญขององค์การ"


def test_what_was_passed_before_a_module_was_taken_back_is_still_shown(cast, course):
    take(cast.lamai, course, "c1")
    course = packs.publish(packs.pack(published=("op",), coming=("c1", "c2")))
    cells = progress.strip_of_user(of(cast.lamai, course))
    assert [cell["state"] for cell in cells] == ["empty", "passed", "coming"]


def test_people_and_courses_are_kept_apart(cast, course):
    other = packs.publish(packs.pack(title="อีกหลักสูตร"), code="other")
    take(cast.lamai, course, "op")
    read(cast.sakda, course, "op")
    found = progress.of_user(cast.lamai, [course, other])
    assert found["sample"].passed == {"op"}
    assert not found["other"].passed
    assert found["sample"].finished == frozenset()


@pytest.mark.parametrize("count", [1, 30])
def test_progress_is_one_query_however_much_was_done(count, cast, queries):
    course = packs.publish(packs.pack(lessons=count, published=("op",), coming=()))
    read(cast.lamai, course, "op", lessons=count)
    db.session.refresh(cast.lamai)
    with queries() as statements:
        mine = of(cast.lamai, course)
    assert len(mine.finished) == count
    assert len(statements) == 1
