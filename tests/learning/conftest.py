"""A course to learn from: two published parts of the report with quizzes, one that is coming."""

import pytest

from portal.courses.course import Course, Module
from tests import packs


@pytest.fixture
def course(app) -> Course:
    return packs.publish()


@pytest.fixture
def op(course: Course) -> Module:
    module = course.module("op")
    assert module is not None
    return module
