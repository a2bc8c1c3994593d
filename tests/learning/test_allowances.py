"""How many attempts a quiz leaves, and when the next may begin."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core import clock
from portal.core.db import db
from portal.learning import attempts
from portal.learning.allowances import Allowance, NoAttemptsLeft, TooSoon, allowance
from portal.learning.models import Attempt
from tests.learning.taking import course_with, take

NINE = datetime(2023, 2, 13, 2, 0, tzinfo=UTC)


def left(user, course) -> Allowance:
    quiz = course.modules[0].quiz
    assert quiz is not None
    return allowance(quiz, attempts.earlier(user, course.code, "op"))


def test_any_number_may_be_begun_where_nothing_is_said(cast, course):
    for _again in range(3):
        take(cast.lamai, course)
    assert left(cast.lamai, course) == Allowance(None, None)


def test_after_the_last_attempt_no_other_is_begun(cast, app):
    course = course_with("attempts = 2\n")
    for number in (2, 1):
        assert left(cast.lamai, course).left == number
        take(cast.lamai, course, mistakes=4)
    assert left(cast.lamai, course).is_used_up
    with pytest.raises(NoAttemptsLeft):
        take(cast.lamai, course)
    take(cast.mali, course)
    assert db.session.query(Attempt).count() == 3


def test_an_open_attempt_is_gone_on_with_though_it_is_the_last(cast, app):
    course = course_with("attempts = 1\n")
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    assert attempts.start(cast.lamai, course, course.modules[0]) is attempt


def test_the_next_attempt_waits_from_the_end_of_the_last(cast, app):
    course = course_with("wait = 10\n")
    take(cast.lamai, course)
    with pytest.raises(TooSoon) as no:
        take(cast.lamai, course)
    assert no.value.opens_at == NINE + timedelta(minutes=10)
    assert str(no.value) == "เริ่มครั้งต่อไปได้ตั้งแต่ 13 ก.พ. 2566 09:10 น."
    clock.start_at(NINE + timedelta(minutes=10), still=True)
    take(cast.lamai, course)


def test_who_has_no_attempt_left_waits_for_none(cast, app):
    course = course_with("attempts = 1\nwait = 10\n")
    take(cast.lamai, course)
    assert left(cast.lamai, course) == Allowance(0, None)


def test_each_quiz_has_its_own_count(cast, app):
    course = course_with("attempts = 1\nwait = 60\n")
    take(cast.lamai, course, "op")
    take(cast.lamai, course, "c1")
