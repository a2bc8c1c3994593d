"""Two clicks, two tabs, two people at once, each on a connection of its own: nothing is doubled and nothing is lost."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import apart, db, writing
from portal.courses import catalog
from portal.learning import attempts, coverage, keeping, passing, progress
from portal.learning.allowances import NoAttemptsLeft
from portal.learning.keeping import AlreadySubmitted, Stale
from portal.learning.models import Attempt, LessonMark, ModulePass, Step, StepKind
from tests import packs
from tests.learning.taking import answers, course_with, right, take, wrong

pytestmark = pytest.mark.both_databases


def at_once(app: Flask, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each job gives back, or the refusal it met; all begin together, each in a transaction of its own."""
    db.session.commit()
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        with app.app_context(), writing():
            together.wait(timeout=30)
            try:
                found = job()
                db.session.commit()
            except (Stale, AlreadySubmitted) as no:
                db.session.rollback()
                return no
            return found

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs, timeout=60))


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def me(user_id: int) -> User:
    return db.session.get_one(User, user_id)


def this(attempt_id: int) -> Attempt:
    return db.session.get_one(Attempt, attempt_id)


def test_a_double_click_on_start_begins_one_attempt(app, cast, course):
    user_id = cast.lamai.id

    def start() -> str:
        now = catalog.course("sample")
        assert now is not None
        part = now.module("op")
        assert part is not None
        return attempts.start(me(user_id), now, part).code

    assert len(set(at_once(app, [start] * 8))) == 1
    assert count(Attempt) == 1


def test_of_two_tabs_that_save_at_once_one_is_kept_and_the_other_is_told(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    attempt_id, asked = attempt.id, attempts.paper_of(attempt)[0]
    name = asked.question.id

    def saves(chosen: list[str]) -> Callable[[], int]:
        return lambda: attempts.save(this(attempt_id), seq=0, answers={name: chosen})

    given = at_once(app, [saves(right(asked)), saves(wrong(asked))])
    [no] = [one for one in given if isinstance(one, Stale)]
    assert [one for one in given if one is not no] == [1]
    assert attempts.latest(this(attempt_id)) == (1, no.answers)


def test_a_double_click_on_save_is_one_step(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    attempt_id, given = attempt.id, answers(attempt)
    assert at_once(app, [lambda: attempts.save(this(attempt_id), seq=0, answers=given)] * 6) == [1] * 6
    assert count(Step) == 1


def test_a_double_click_on_submit_marks_once_and_notes_one_pass(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    attempt_id, given = attempt.id, answers(attempt)
    scores = at_once(app, [lambda: attempts.submit(this(attempt_id), seq=0, answers=given).score] * 6)
    assert scores == [4.0] * 6
    assert (count(Step), count(ModulePass)) == (1, 1)


def test_a_save_and_a_submit_at_once_end_in_one_order_or_the_other(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    attempt_id, given = attempt.id, answers(attempt)
    seq = attempts.save(attempt, seq=0, answers=given)
    name, chosen = next((one.question.id, wrong(one)) for one in attempts.paper_of(attempt))
    saved, submitted = at_once(
        app,
        [
            lambda: attempts.save(this(attempt_id), seq=seq, answers={name: chosen}),
            lambda: attempts.submit(this(attempt_id), seq=seq, answers={}).score,
        ],
    )
    db.session.expire_all()
    stored = this(attempt_id)
    if isinstance(saved, AlreadySubmitted):
        assert (submitted, stored.score) == (4.0, 4.0)
    else:
        assert (saved, stored.submitted_at) == (seq + 1, None)
        assert isinstance(submitted, Stale)


def test_a_double_click_on_finished_notes_the_lesson_once(app, cast, course, op):
    user_id, lesson = cast.lamai.id, op.lessons[0]
    at_once(app, [lambda: progress.finish(me(user_id), course, op, lesson)] * 6)
    assert count(LessonMark) == 1


def test_many_people_pass_at_once_and_every_pass_counts(app, cast, course, op):
    people = [cast.lamai.id, cast.mali.id, cast.sakda.id]
    coverage.totals(course)

    def passes(user_id: int) -> Callable[[], bool | None]:
        return lambda: take(me(user_id), course).passed

    assert at_once(app, [passes(one) for one in people]) == [True] * 3
    assert count(ModulePass) == 3
    assert coverage.of_agency(cast.agency.id, course).covers["op"].people == 2
    assert coverage.totals(course).agencies_by_module == {"op": 2}


def test_an_attempt_begun_while_an_edition_is_published_keeps_one_paper(app, cast, course, op):
    user_id = cast.lamai.id
    files = packs.pack(questions=6)
    publish_then_start = [
        lambda: packs.publish(files).edition_id,
        lambda: attempts.start(me(user_id), course, op).code,
    ]
    _edition, code = at_once(app, publish_then_start)
    attempt = attempts.of_user(cast.lamai, code)
    assert attempt is not None
    assert len(attempts.paper_of(attempt)) == 4


def test_autosaves_and_a_submit_at_once_lose_nothing_that_was_acknowledged(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    attempt_id, code, user_id, given = attempt.id, attempt.code, cast.lamai.id, answers(attempt)
    seq = attempts.save(attempt, seq=0, answers=given)
    name, chosen = next((one.question.id, wrong(one)) for one in attempts.paper_of(attempt))

    def autosave() -> int:
        return keeping.keep(user_id, code, seq=seq, answers={name: chosen}, kind=StepKind.AUTOSAVE)[0]

    *saved, submitted = at_once(
        app, [autosave] * 3 + [lambda: attempts.submit(this(attempt_id), seq=seq, answers={}).score]
    )
    db.session.expire_all()
    stored = this(attempt_id)
    if isinstance(
        submitted, Stale
    ):  # an autosave was first: all three say the same, and nothing is submitted unseen
        assert (saved, stored.submitted_at) == ([seq + 1] * 3, None)
        assert attempts.latest(stored)[1][name] == chosen
    else:
        assert all(isinstance(one, AlreadySubmitted) for one in saved)
        assert (submitted, stored.score, count(Step)) == (4.0, 4.0, 2)


def test_the_clock_and_a_submit_at_once_close_an_attempt_once(app, cast):
    course = course_with("time_limit = 30\n")
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    attempt_id, seq = attempt.id, attempts.save(attempt, seq=0, answers=answers(attempt))
    clock.start_at(clock.now() + timedelta(hours=1), still=True)
    jobs: list[Callable[[], Any]] = [lambda: attempts.close_if_over(this(attempt_id))] * 3
    jobs += [lambda: attempts.submit(this(attempt_id), seq=seq, answers={}).score] * 3
    found = at_once(app, jobs)
    assert found == [True] * 3 + [4.0] * 3
    assert (count(Step), count(ModulePass)) == (2, 1)
    assert attempts.is_closed_by_clock(this(attempt_id))


def test_two_devices_that_autosave_at_once_overwrite_nothing_unseen(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    code, user_id, asked = attempt.code, cast.lamai.id, attempts.paper_of(attempt)[0]
    name = asked.question.id

    def saves(chosen: list[str]) -> Callable[[], int]:
        return lambda: keeping.keep(user_id, code, seq=0, answers={name: chosen}, kind=StepKind.AUTOSAVE)[0]

    found = at_once(app, [saves(right(asked)), saves(wrong(asked))])
    [no] = [one for one in found if isinstance(one, Stale)]
    assert [one for one in found if one is not no] == [1]
    assert attempts.latest(this(attempt.id)) == (1, no.answers)


def test_of_autosaves_and_a_button_at_once_one_is_kept_and_the_others_see_it(app, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    code, user_id, asked = attempt.code, cast.lamai.id, attempts.paper_of(attempt)
    first, last = asked[0].question.id, asked[-1]
    seq = attempts.save(attempt, seq=0, answers={first: right(asked[0])}, kind=StepKind.AUTOSAVE)

    def saves(chosen: list[str], kind: StepKind) -> Callable[[], int]:
        def without_session() -> int:
            with apart():
                said = {last.question.id: chosen}
                return keeping.keep(user_id, code, seq=seq, answers=said, kind=kind)[0]

        return without_session

    by_itself, pressed = saves(right(last), StepKind.AUTOSAVE), saves(wrong(last), StepKind.ANSWER)
    found = at_once(app, [by_itself, pressed] * 3)
    stored_seq, stored = attempts.latest(this(attempt.id))
    assert stored_seq == seq + 1
    assert seq + 1 in found
    assert all(one == seq + 1 or one.answers == stored for one in found)
    assert set(stored) == {first, last.question.id}


def test_somebody_without_an_agency_who_submits_while_it_is_settled_passes_once(app, cast, course, op):
    take(cast.orn, course)
    user_id = cast.orn.id
    at_once(app, [lambda: passing.settle(user_id, None, "sample", "op", at=clock.now())] * 4)
    assert count(ModulePass) == 1


def test_starts_at_once_take_no_more_attempts_than_there_are(app, cast):
    course = course_with("attempts = 1\n")
    user_id = cast.lamai.id

    def whole() -> Any:
        try:
            return take(me(user_id), course).code
        except NoAttemptsLeft as no:
            db.session.rollback()
            return no

    found = at_once(app, [whole] * 4)
    assert count(Attempt) == 1
    assert len({one for one in found if isinstance(one, str)}) == 1
