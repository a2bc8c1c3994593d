"""The time of an attempt: the server's clock decides, with grace; what was saved in time counts, what comes later does not."""

from datetime import UTC, datetime, timedelta

import pytest

from portal import jobs
from portal.core import clock
from portal.core.db import db
from portal.learning import attempts, extra_time, timing
from portal.learning.keeping import AlreadySubmitted, Given, Stale, TimeIsUp
from portal.learning.models import Attempt, ModulePass, Step, StepKind
from tests.learning.taking import answers, course_with, right, take

LIMIT = "time_limit = 30\ngrace = 20\n"
BEGUN = datetime(2023, 2, 13, 2, 0, tzinfo=UTC)


@pytest.fixture
def timed(app, cast) -> Attempt:
    """Begun at nine with thirty minutes and twenty seconds of grace."""
    course = course_with(LIMIT)
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    db.session.commit()
    return attempt


@pytest.fixture
def after():
    """after(minutes=30, seconds=1): so long after nine o'clock."""
    return lambda **passed: clock.start_at(BEGUN + timedelta(**passed), still=True)


def steps(attempt: Attempt) -> list[StepKind]:
    return [one.kind for one in db.session.query(Step).filter_by(attempt_id=attempt.id).order_by(Step.seq)]


def first(attempt: Attempt) -> Given:
    """The right answer to the first question."""
    one = attempts.paper_of(attempt)[0]
    return {one.question.id: right(one)}


def test_the_limit_is_reckoned_from_the_start(timed):
    assert timed.due_at == BEGUN + timedelta(minutes=30)
    assert timing.seconds_left(timed) == 1800


def test_without_a_limit_nothing_is_ever_over(cast, course, op, after):
    attempt = attempts.start(cast.lamai, course, op)
    after(days=900)
    assert (attempt.due_at, timing.seconds_left(attempt)) == (None, None)
    assert attempts.save(attempt, seq=0, answers=first(attempt)) == 1
    assert attempts.overdue() == []


@pytest.mark.parametrize("seconds", [0, 1, 19, 20])
def test_within_the_grace_answers_and_a_submit_are_taken(seconds, timed, after):
    after(minutes=30, seconds=seconds)
    seq = attempts.save(timed, seq=0, answers=answers(timed))
    attempts.submit(timed, seq=seq, answers={})
    assert (timed.score, timed.submitted_at, steps(timed)[-1]) == (4.0, clock.now(), StepKind.SUBMIT)


def test_a_submit_a_second_late_counts_what_was_saved(timed, after):
    attempts.save(timed, seq=0, answers=first(timed))
    after(minutes=30, seconds=21)
    attempts.submit(timed, seq=1, answers=answers(timed))
    assert (timed.score, timed.passed) == (1.0, False)
    assert timed.submitted_at == BEGUN + timedelta(minutes=30, seconds=20)
    assert steps(timed) == [StepKind.ANSWER, StepKind.TIMEOUT]
    assert attempts.is_closed_by_clock(timed)
    assert attempts.latest(timed)[1] == first(timed)


def test_a_save_a_second_late_is_refused_and_writes_nothing(timed, after):
    after(minutes=30, seconds=21)
    with pytest.raises(TimeIsUp):
        attempts.save(timed, seq=0, answers=first(timed))
    assert (steps(timed), timed.submitted_at) == ([], None)


def test_the_worker_closes_what_is_over_once(timed, after):
    attempts.save(timed, seq=0, answers=answers(timed))
    after(minutes=30, seconds=20)
    assert attempts.overdue() == []
    after(hours=5)
    assert attempts.overdue() == [timed.id]
    db.session.commit()
    attempt_id = timed.id
    assert jobs.run().has_done
    timed = db.session.get_one(Attempt, attempt_id)
    assert (timed.score, timed.passed) == (4.0, True)
    assert timed.submitted_at == BEGUN + timedelta(minutes=30, seconds=20)
    assert db.session.query(ModulePass).one().passed_at == clock.now()  # what was told before stays true
    assert not attempts.overdue()
    assert steps(timed) == [StepKind.ANSWER, StepKind.TIMEOUT]


def test_closing_an_attempt_in_time_or_closed_does_nothing(timed, after):
    assert not attempts.close_if_over(timed)
    attempts.submit(timed, seq=0, answers={})
    after(hours=1)
    assert attempts.close_if_over(timed)
    assert (steps(timed), attempts.is_closed_by_clock(timed)) == ([StepKind.SUBMIT], False)
    with pytest.raises(AlreadySubmitted):
        attempts.save(timed, seq=1, answers=first(timed))


def test_beginning_anew_closes_the_one_that_is_over(timed, cast, after):
    after(hours=1)
    course = course_with(LIMIT)
    another = attempts.start(cast.lamai, course, course.modules[0])
    assert another.id != timed.id
    assert (timed.score, another.due_at) == (0.0, clock.now() + timedelta(minutes=30))


def test_a_new_edition_leaves_the_time_of_an_open_attempt_as_it_was(timed, after):
    course_with("time_limit = 5\n")
    after(minutes=29)
    assert attempts.save(timed, seq=0, answers=first(timed)) == 1


# --- how long a question took


def test_the_time_since_the_last_step_is_the_saved_questions(timed, after):
    one, other = (asked.question.id for asked in attempts.paper_of(timed)[:2])
    given = answers(timed)
    after(seconds=40)
    attempts.save(timed, seq=0, answers={one: given[one]})
    after(seconds=55)
    attempts.save(timed, seq=1, answers={other: given[other]})
    after(minutes=25)  # away: at most ten minutes
    attempts.save(timed, seq=2, answers={one: []})
    assert timed.seconds == {one: 640, other: 15}


def test_autosaves_add_up_and_what_changes_nothing_adds_nothing(timed, after):
    one = attempts.paper_of(timed)[0].question.id
    for seq, chosen in enumerate((["a"], ["b"], ["b"])):
        after(seconds=10 * (seq + 1))
        attempts.save(timed, seq=min(seq, 2), answers={one: chosen}, kind=StepKind.AUTOSAVE)
    assert timed.seconds == {one: 20}
    assert steps(timed) == [StepKind.AUTOSAVE]


def test_several_questions_saved_at_once_share_the_time(timed, after):
    after(seconds=40)
    attempts.save(timed, seq=0, answers=answers(timed))
    assert set(timed.seconds.values()) == {10}


def test_a_number_from_the_future_is_told_as_such(timed):
    with pytest.raises(Stale) as no:
        attempts.save(timed, seq=7, answers=first(timed))
    assert (no.value.seq, no.value.answers) == (0, {})
    assert "ไม่ตรงกับที่หน้านี้รู้" in str(no.value)


def test_points_are_kept_by_question(cast, course):
    attempt = take(cast.lamai, course, mistakes=1)
    papers = attempts.paper_of(attempt)
    assert attempt.points == {one.question.id: float(one.number > 1) for one in papers}


# --- extra time


def test_extra_time_lengthens_what_is_begun_and_what_is_open(timed, cast, after):
    extra_time.give(by=cast.orn, user=cast.lamai, per_cent=50, why="สายตา")
    assert timed.due_at == BEGUN + timedelta(minutes=45)
    after(minutes=44)
    attempts.submit(timed, seq=0, answers={})
    course = course_with(LIMIT)
    assert attempts.start(cast.lamai, course, course.modules[0]).due_at == clock.now() + timedelta(minutes=45)
