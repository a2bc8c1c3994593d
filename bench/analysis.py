"""What item analysis costs: a hundred thousand attempts at one quiz, counted from nothing, asked again, and after one more."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench import crowd, site
from bench.figures import Figure
from portal.core import clock
from portal.core.db import db
from portal.courses import catalog
from portal.courses.course import Course, Module, Question
from portal.learning import corrections, item_analysis, marking, regrading
from portal.learning.item_analysis import Of
from portal.learning.models import Attempt, CorrectionRule, Step, StepKind

ATTEMPTS, EACH = 100_000, 4  # of so many a person makes
COURSE, MODULE = "pmqa40", "op"
MOST_SECONDS = 5
AT_ONCE = 5_000
TRIES = 3  # what others do on the machine only adds: the best counts


def measured(folder: Path, name: str, database_url: str = "", *, attempts: int = ATTEMPTS) -> list[Figure]:
    """Seconds to analyse, from nothing, again, and after one more attempt."""
    here = site.make(folder, database_url)
    with here.open():
        course, module = _quiz()
        fill(course, module, attempts)
    with here.app.app_context():
        anew = min(_seconds(lambda: _from_nothing(course, module)) for _ in range(TRIES))
        again = min(_seconds(lambda: item_analysis.analyse(course, module, of=Of.ALL)) for _ in range(TRIES))
    with here.open():
        fill(course, module, 1, since=attempts)
        after = _seconds(lambda: item_analysis.analyse(course, module, of=Of.ALL))
        counted = item_analysis.analyse(course, module, of=Of.ALL).attempts
        looked = _seconds(lambda: _look(course, module))
        db.engine.dispose()
    what = f"{name}, item analysis of {attempts:,} attempts"
    return [
        Figure(f"{what}, from nothing", anew, "s", at_most=MOST_SECONDS),
        Figure(f"{what}, asked again", again * 1000, "ms"),
        Figure(f"{what}, after one more", after * 1000, "ms"),
        Figure(f"{what}, looking whom a correction touches", looked, "s"),
        Figure(f"{what}, attempts it tells", counted, "", at_most=attempts + 1, at_least=attempts + 1),
    ]


def _from_nothing(course: Course, module: Module) -> None:
    item_analysis.forget()
    item_analysis.analyse(course, module, of=Of.ALL)


def _look(course: Course, module: Module) -> None:
    """Whom it would touch if the first question did not count."""
    assert module.quiz is not None
    regrading.look(corrections.propose(course, module, module.quiz.scored[0], CorrectionRule.VOID))


def _seconds(do: Callable[[], Any]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _quiz() -> tuple[Course, Module]:
    course = catalog.course(COURSE)
    module = course.module(MODULE) if course else None
    if course is None or module is None or module.quiz is None:
        raise RuntimeError("the content has no such quiz")
    return course, module


def fill(course: Course, module: Module, attempts: int, *, since: int = 0) -> None:
    """So many submitted attempts at the quiz, some of them of the same people, as the portal stores them. Commits."""
    people = crowd.add_people(-(-attempts // EACH), [], name=f"a{since}-")
    rows = list(_attempts(course, module, people, attempts, since))
    for begin in range(0, attempts, AT_ONCE):
        portion = rows[begin : begin + AT_ONCE]
        ids = crowd.bulk(Attempt, [attempt for attempt, _answers in portion])
        steps = [
            {
                "attempt_id": id_,
                "seq": 1,
                "kind": StepKind.SUBMIT,
                "answers": answers,
                "at": attempt["submitted_at"],
            }
            for id_, (attempt, answers) in zip(ids, portion, strict=True)
        ]
        db.session.execute(insert(Step), steps)
    db.session.commit()


def _attempts(
    course: Course, module: Module, people: Sequence[int], count: int, since: int
) -> Iterator[tuple[dict[str, Any], dict[str, list[str]]]]:
    """Attempts with their answers: who is able takes the right choices more often."""
    quiz = module.quiz
    assert quiz is not None
    lot, now = random.Random(since), clock.now()
    for number in range(since, since + count):
        able = lot.random()
        paper = marking.paper(quiz, number)
        answers = {one.question.id: _answer(one.question, lot, lot.random() < able) for one in paper}
        marked = marking.mark(paper, answers)
        score, most = marking.total(marked)
        at = now - timedelta(minutes=lot.uniform(0, 14 * 24 * 60)) if count > 1 else now
        yield (
            {
                "code": f"A{number:07}",
                "user_id": people[(number - since) // EACH],
                "agency_id": None,
                "course": course.code,
                "module": module.code,
                "edition_id": course.edition_id,
                "seed": number,
                "started_at": at,
                "submitted_at": at,
                "score": score,
                "max_score": most,
                "passed": marking.is_pass(quiz, score, most),
                "points": {one.asked.question.id: one.points for one in marked if one.most},
                "seconds": {one.question.id: lot.randrange(5, 120) for one in paper},
            },
            answers,
        )


def _answer(question: Question, lot: random.Random, is_known: bool) -> list[str]:
    """The right choices, or any one; of other kinds something typed."""
    if is_known and question.choices:
        return [one.key for one in question.choices if one.is_correct]
    return [lot.choice(question.choices).key] if question.choices else [f"คำตอบ {lot.randrange(10_000)}"]
