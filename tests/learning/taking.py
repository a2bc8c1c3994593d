"""People who take quizzes: right and wrong answers to any paper, and whole attempts in one line."""

from typing import Any

from portal.accounts.models import User
from portal.core.db import db
from portal.courses.course import Cloze, Course, Matching, Ordering
from portal.learning import attempts, sample_answers
from portal.learning.keeping import Given
from portal.learning.marking import Asked
from portal.learning.models import Attempt
from tests import packs


def course_with(settings: str, **kinds: Any) -> Course:
    """A course whose quizzes have these lines of settings, tables last. Commits."""
    files = packs.pack(**kinds)
    plain, _, tables = settings.partition("[")
    for path in [path for path in files if path.endswith("quiz.toml")]:
        head, question, rest = files[path].partition(b"\n[[question]]")
        files[path] = plain.encode() + head + (f"\n[{tables}" if tables else "").encode() + question + rest
    return packs.publish(files)


def right(asked: Asked) -> list[str]:
    return sample_answers.right(asked.question)


def wrong(asked: Asked) -> list[str]:
    return sample_answers.wrong(asked.question)


def answers(attempt: Attempt, *, mistakes: int = 0) -> Given:
    """Answers to the whole paper, the first `mistakes` of them wrong."""
    return {
        asked.question.id: wrong(asked) if asked.number <= mistakes else right(asked)
        for asked in attempts.paper_of(attempt)
    }


def take(user: User, course: Course, module: str = "op", *, mistakes: int = 0) -> Attempt:
    """Begin, answer and submit the module's quiz. Commits."""
    part = course.module(module)
    assert part is not None
    attempt = attempts.start(user, course, part)
    seq = attempts.save(attempt, seq=attempts.latest(attempt)[0], answers=answers(attempt, mistakes=mistakes))
    attempts.submit(attempt, seq=seq, answers={})
    db.session.commit()
    return attempt


def fields(asked: Asked, given: list[str]) -> dict[str, Any]:
    """What the page's own form posts for an answer as it is stored."""
    if isinstance(asked.question.shape, Ordering):
        return {f"answer-{key}": str(place) for place, key in enumerate(given, 1)}
    if isinstance(asked.question.shape, (Matching, Cloze)):
        parts = (one.partition("=") for one in given)
        return {f"answer-{part}": value for part, _sign, value in parts}
    return {"answer": given}
