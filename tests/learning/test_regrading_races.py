"""A key is corrected while people submit, and twice at once: everybody is marked by the corrected key, and hears of it once."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.db import db
from portal.courses import catalog
from portal.learning import attempts, corrections, regrading
from portal.learning.models import Attempt, CorrectionRule, KeyCorrection, ModulePass, Regrade
from portal.mail.models import OutboxMessage
from tests import cast as people, packs
from tests.cast import Cast
from tests.learning.test_races import at_once, this

pytestmark = pytest.mark.both_databases

# One of four is wrong beside op-00, so that op-00 decides.
GIVEN = {"op-00": ["b"], "op-01": ["a", "b"], "op-02": ["b"], "op-03": ["a"]}


def free_point() -> str:
    course = catalog.course("sample")
    assert course is not None
    module, question = corrections.find(course, "op-00")
    proposal = corrections.propose(course, module, question, CorrectionRule.FREE)
    return regrading.correct(proposal, why="สองข้อถูก", by=None).correction.code


def submits(attempt_id: int) -> Callable[[], Attempt]:
    return lambda: attempts.submit(this(attempt_id), seq=0, answers=GIVEN)


def test_who_submits_meanwhile_is_marked_by_the_corrected_key_like_all_others(app: Flask, cast: Cast) -> None:
    course = packs.publish()
    module = course.module("op")
    assert module is not None
    learners = [people.person(f"r{at}@demo.example", "คน", agency=cast.agency) for at in range(12)]
    open_ones = [attempts.start(user, course, module).id for user in learners]
    for attempt_id in open_ones[:4]:
        attempts.submit(this(attempt_id), seq=0, answers=GIVEN)
    at_once(app, [*map(submits, open_ones[4:8]), free_point, *map(submits, open_ones[8:])])
    db.session.expire_all()
    marked = list(db.session.scalars(select(Attempt)))
    assert [(one.points["op-00"], one.score, one.passed) for one in marked] == [(1.0, 3.0, True)] * 12
    passes = db.session.scalars(select(ModulePass.user_id).where(ModulePass.ended_at.is_(None)))
    assert sorted(passes) == [user.id for user in learners]
    changed = db.session.scalars(select(Regrade.attempt_id)).all()
    assert len(db.session.scalars(select(OutboxMessage)).all()) == len(changed) >= 4


def test_the_same_correction_twice_at_once_is_made_once(app: Flask, cast: Cast) -> None:
    course = packs.publish()
    module = course.module("op")
    assert module is not None
    attempt = attempts.start(cast.lamai, course, module)
    attempts.submit(attempt, seq=0, answers=GIVEN)
    codes = at_once(app, [free_point] * 4)
    assert len(set(codes)) == 1
    assert len(db.session.scalars(select(KeyCorrection)).all()) == 1
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1
