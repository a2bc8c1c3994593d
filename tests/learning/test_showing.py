"""A result shows what its quiz lets be seen, when it lets it be seen, and the page holds nothing of the rest."""

import pytest

from portal.courses.course import Feedback, Shown
from portal.learning.showing import Seen, seen, waits
from tests.learning.taking import course_with, take

SUBMIT, PASSED, NEVER = Shown
LATER = '[feedback]\nscore = "submit"\npoints = "passed"\nanswers = "passed"\nwhy = "passed"\n'


@pytest.mark.parametrize(
    ("has_passed", "is_used_up", "expected"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_what_waits_is_seen_once_passed_or_when_no_attempts_are_left(
    has_passed: bool, is_used_up: bool, expected: bool
) -> None:
    feedback = Feedback(score=PASSED, points=PASSED, answers=PASSED, why=PASSED)
    given = seen(feedback, has_passed=has_passed, is_used_up=is_used_up)
    assert given == Seen(expected, expected, expected, expected)
    assert given.is_all is expected


def test_what_is_never_shown_is_not_shown_to_who_passed_either() -> None:
    feedback = Feedback(score=SUBMIT, points=NEVER, answers=NEVER, why=NEVER)
    assert seen(feedback, has_passed=True, is_used_up=True) == Seen(True, False, False, False)


def test_who_sees_the_right_answers_sees_which_were_right() -> None:
    feedback = Feedback(points=NEVER, answers=SUBMIT)
    assert seen(feedback, has_passed=False, is_used_up=False).points


def test_only_what_comes_later_makes_a_result_wait() -> None:
    assert waits(Feedback(why=PASSED))
    assert not waits(Feedback(why=NEVER))
    assert not waits(Feedback())


def result_of(client, attempt) -> str:
    assert client.get(f"/attempts/{attempt.code}/result").status_code == 200
    return str(client.page.main)


def test_a_failed_result_tells_how_much_and_keeps_key_and_reasons_back(client, cast) -> None:
    course = course_with(LATER)
    attempt = take(cast.lamai, course, mistakes=4)
    words = result_of(client.sign_in(cast.lamai), attempt)
    assert "ยังไม่ผ่าน" in words
    assert "เหตุผลของ" not in client.page.soup.decode()
    assert not client.page.select(".explained")


def test_the_same_result_tells_all_once_the_quiz_is_passed(client, cast) -> None:
    course = course_with(LATER)
    failed = take(cast.lamai, course, mistakes=4)
    take(cast.lamai, course)
    result_of(client.sign_in(cast.lamai), failed)
    assert "เหตุผลของ" in client.page.soup.decode()


def test_the_last_attempt_that_is_allowed_tells_all_too(client, cast) -> None:
    attempt = take(cast.lamai, course_with(f"attempts = 1\n{LATER}"), mistakes=4)
    result_of(client.sign_in(cast.lamai), attempt)
    assert "เหตุผลของ" in client.page.soup.decode()


def test_reasons_that_are_never_shown_are_nowhere_on_the_page(client, cast) -> None:
    attempt = take(cast.lamai, course_with('[feedback]\nwhy = "never"\nanswers = "never"\n'))
    result_of(client.sign_in(cast.lamai), attempt)
    assert "เหตุผลของ" not in client.page.soup.decode()


def test_the_page_before_the_quiz_says_that_something_waits(client, cast, app) -> None:
    course_with(LATER)
    client.sign_in(cast.lamai).get("/learn/sample/op/quiz")
    assert "เมื่อผ่าน" in client.page.main


def test_explanations_that_nobody_sees_are_not_promised(client, cast):
    client.sign_in(cast.lamai)
    for settings, is_promised in (('[feedback]\nwhy = "never"\n', False), ("", True)):
        course_with(settings)
        client.get("/learn/sample/op/quiz")
        assert ("คำอธิบายทุกตัวเลือกจะอยู่ตรงนี้" in client.page.main) is is_promised
