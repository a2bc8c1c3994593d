"""Modules and lessons put into a course.toml as text: nothing else in it is another byte."""

import tomllib

import pytest

from portal.authoring import course_text, outline
from portal.authoring.course_text import CodeTaken, NotEditable, with_lesson, with_module, without_lesson
from tests.courses import packs

BODY = packs.sound()["course.toml"].replace(
    b'lessons = ["why", "how"]', 'lessons = ["why", "how"]  # ตามลำดับ'.encode()
)
NEW = {"code": "c2", "part": "2", "title": "แผน", "status": "coming", "lessons": []}


def test_a_lesson_comes_last_and_the_comment_stays() -> None:
    after = with_lesson(BODY, "op", "new")
    assert after == BODY.replace(b'["why", "how"]', b'["why", "how", "new"]')


def test_a_first_lesson_makes_a_module_published_and_the_last_gone_a_coming_one() -> None:
    after = with_lesson(BODY, "c1", "vision")
    module = course_text.modules_of(after)[1]
    assert (module["status"], module["lessons"]) == ("published", ["vision"])
    assert without_lesson(after, "c1", "vision") == BODY
    assert without_lesson(BODY, "c1", "none") == BODY


def test_a_module_comes_last() -> None:
    after = with_module(BODY, NEW)
    assert after.startswith(BODY.rstrip(b"\n"))
    assert tomllib.loads(after.decode())["module"][-1] == NEW
    windows = with_module(BODY.replace(b"\n", b"\r\n"), NEW)
    assert windows == after.replace(b"\n", b"\r\n")


def test_what_is_taken_or_cannot_be_changed_is_refused() -> None:
    with pytest.raises(CodeTaken):
        with_lesson(BODY, "op", "why")
    with pytest.raises(CodeTaken):
        with_module(BODY, NEW | {"code": "op"})
    for body in (b"x = ", b"\xff", b"module = [{code = 'op'}]", b"module = 3"):
        with pytest.raises(NotEditable):
            with_lesson(body, "op", "new")


def test_an_outline_is_read_of_whatever_there_is() -> None:
    assert [module.code for module in outline.of(packs.sound()).modules] == ["op", "c1"]
    assert outline.titles(packs.sound())["op/how.md"] == "เขียนอย่างไร"
    assert outline.titles(packs.sound())["op/quiz.toml"] == "แบบทดสอบ"
    for body in (b"", b"\xff", b"x = ", b"module = 3", b"module = [1]", b"[[module]]\ncode = 3\nlessons = 7"):
        assert outline.of({"course.toml": body}).modules == ()
