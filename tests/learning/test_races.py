"""Two clicks, two tabs, two people at once, each on a connection of its own: nothing is doubled and nothing is lost."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import User
from portal.core.db import db, writing
from portal.courses import catalog
from portal.learning import attempts, coverage, progress
from portal.learning.keeping import AlreadySubmitted, Stale
from portal.learning.models import Attempt, LessonMark, ModulePass, Step
from tests import packs
from tests.learning.taking import answers, right, take, wrong

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
