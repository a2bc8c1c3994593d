"""Submitted attempts as the portal stores them, in any number, for tests of what is done with them later."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning import marking, passing
from portal.learning.models import Attempt, Step, StepKind


def submitted(
    user: User,
    course: Course,
    given: Mapping[str, Sequence[str]],
    *,
    module: str = "op",
    at: datetime | None = None,
    seconds: Mapping[str, int] | None = None,
    kind: StepKind = StepKind.SUBMIT,
) -> Attempt:
    """An attempt with these answers, marked by the key of the course's edition, and the pass it makes. Commits."""
    quiz = next(part.quiz for part in course.modules if part.code == module)
    assert quiz is not None
    marked = marking.mark(marking.paper(quiz, 7), given)
    score, most = marking.total(marked)
    at = at or clock.now() - timedelta(days=1)
    attempt = Attempt(
        user_id=user.id,
        agency_id=user.agency_id,
        course=course.code,
        module=module,
        edition_id=course.edition_id,
        seed=7,
        started_at=at,
        submitted_at=at,
        score=score,
        max_score=most,
        passed=marking.is_pass(quiz, score, most),
        points={one.asked.question.id: one.points for one in marked if one.most},
        seconds=dict(seconds or {}),
    )
    db.session.add(attempt)
    db.session.flush()
    answers = {name: list(keys) for name, keys in given.items()}
    db.session.add(Step(attempt_id=attempt.id, seq=1, kind=kind, answers=answers, at=at))
    passing.settle(user.id, user.agency_id, course.code, module, at=at)
    db.session.commit()
    return attempt
