"""Item analysis counts what was stored: of first attempts or of all, on top of what it knows, and never across two wordings of a question."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from bench import analysis as bench
from portal.accounts.models import User
from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning import item_analysis
from portal.learning.item_analysis import Analysis, Item, Of, analyse
from portal.learning.item_statistics import Flag
from portal.learning.models import Attempt, CorrectionRule, KeyCorrection, StepKind
from tests import cast as people, packs
from tests.cast import Cast
from tests.learning.storing import submitted

# Of the pack: op-00 single (a is right), op-01 multiple (a, b), op-02 true or false (a), op-03 single (a).
RIGHT = {"op-00": ["a"], "op-01": ["a", "b"], "op-02": ["a"], "op-03": ["a"]}


def but(**answers: str) -> dict[str, list[str]]:
    """The right answers but for these, such as q0="b"."""
    return RIGHT | {f"op-0{name[1:]}": list(keys) for name, keys in answers.items()}


@pytest.fixture
def learners(cast: Cast) -> list[User]:
    return [people.person(f"p{at}@demo.example", f"คนที่ {at}", agency=cast.agency) for at in range(5)]


def analysed(course: Course, of: Of = Of.FIRST) -> Analysis:
    module = course.module("op")
    assert module is not None
    return analyse(course, module, of=of)


def item(course: Course, name: str, of: Of = Of.FIRST) -> Item:
    found = analysed(course, of).item(name)
    assert found is not None
    return found


def test_facility_choices_and_time_are_those_of_the_stored_answers(
    course: Course, learners: list[User]
) -> None:
    for user, answer, seconds in zip(learners, ["a", "a", "b", "c", ""], [20, 40, 30, 50, 5], strict=True):
        submitted(user, course, but(q0=answer), seconds={"op-00": seconds})
    found = item(course, "op-00")
    assert (found.figures.count, found.figures.facility, found.figures.seconds) == (5, 0.4, 30)
    assert [(one.answer, one.count) for one in found.taken] == [("a", 2), ("b", 1), ("c", 1)]
    assert found.blank == 1


@pytest.mark.both_databases
def test_both_databases_tell_the_same(app: Flask, learners: list[User]) -> None:
    course = packs.publish()
    for user, answer in zip(learners, "abcaa", strict=True):
        submitted(user, course, but(q0=answer, q3="b" if answer == "a" else "a"))
    submitted(learners[0], course, RIGHT)
    found = item(course, "op-03")
    assert (found.figures.facility, found.figures.flags) == (0.4, (Flag.NEGATIVE,))
    assert (analysed(course).attempts, analysed(course, Of.ALL).attempts) == (5, 6)


def test_only_first_attempts_count_unless_all_are_asked_for(course: Course, learners: list[User]) -> None:
    submitted(learners[0], course, but(q0="b"))
    submitted(learners[0], course, RIGHT)
    submitted(learners[1], course, RIGHT)
    assert item(course, "op-00").figures.facility == 0.5
    assert item(course, "op-00", Of.ALL).figures.facility == pytest.approx(2 / 3)


def test_questions_that_all_or_none_get_right_are_flagged(course: Course, learners: list[User]) -> None:
    for user in learners:
        submitted(user, course, but(q2="b"))
    flags = {one.question.id: one.figures.flags for one in analysed(course).items}
    assert flags["op-02"] == (Flag.NOBODY,)
    assert flags["op-00"] == (Flag.EVERYBODY,)


def test_what_is_open_does_not_count_and_what_the_clock_closed_does(
    course: Course, learners: list[User]
) -> None:
    submitted(learners[0], course, but(q0="b"), kind=StepKind.TIMEOUT)
    is_open = submitted(learners[1], course, RIGHT)
    db.session.execute(
        update(Attempt).where(Attempt.id == is_open.id).values(submitted_at=None, score=None, passed=None)
    )
    assert item(course, "op-00").figures.count == 1
    assert [one.answer for one in item(course, "op-00").taken] == ["b"]


def test_several_choices_are_counted_each(course: Course, learners: list[User]) -> None:
    submitted(learners[0], course, but(q1="ab"))
    submitted(learners[1], course, but(q1="ac"))
    counted = {one.answer: one.count for one in item(course, "op-01").taken}
    assert counted == {"a": 2, "b": 1, "c": 1}


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many attempts each count that was made went through."""
    counts: list[int] = []
    count = item_analysis._count

    def noted(known: item_analysis._Known, rows: object, module: str) -> None:
        before = known.count
        count(known, rows, module)  # type: ignore[arg-type]
        counts.append(known.count - before)

    monkeypatch.setattr(item_analysis, "_count", noted)
    return counts


def test_while_nobody_submits_nothing_is_counted_again(
    course: Course, learners: list[User], counting: list[int]
) -> None:
    submitted(learners[0], course, RIGHT)
    analysed(course)
    analysed(course, Of.ALL)
    assert counting == [1]


def test_new_attempts_are_counted_on_top(course: Course, learners: list[User], counting: list[int]) -> None:
    for user in learners[:3]:
        submitted(user, course, RIGHT)
    analysed(course)
    submitted(learners[3], course, but(q0="b"), at=clock.now())
    assert item(course, "op-00").figures.facility == 0.75
    submitted(learners[4], course, but(q0="b"), at=clock.now() - timedelta(minutes=5))  # noticed late
    assert item(course, "op-00").figures.facility == 0.6
    assert counting == [3, 1, 1]


def test_an_attempt_that_ended_long_before_it_was_closed_is_not_lost(
    course: Course, learners: list[User]
) -> None:
    submitted(learners[0], course, RIGHT, at=clock.now())
    analysed(course)
    submitted(learners[1], course, but(q0="b"), at=clock.now() - timedelta(days=2))
    assert item(course, "op-00").figures.count == 2


def test_a_corrected_key_has_all_counted_anew(course: Course, learners: list[User]) -> None:
    attempt = submitted(learners[0], course, but(q0="b"))
    assert item(course, "op-00").figures.facility == 0
    attempt.points = attempt.points | {"op-00": 1.0}
    same = {"course": course.code, "module": "op", "question": "op-00", "edition_id": course.edition_id}
    db.session.add(KeyCorrection(**same, rule=CorrectionRule.FREE, why="สองข้อถูก"))
    db.session.commit()
    assert item(course, "op-00").figures.facility == 1


def test_answers_to_another_wording_are_left_out_and_told(course: Course, learners: list[User]) -> None:
    submitted(learners[0], course, but(q0="b"))
    files = packs.pack()
    files["op/quiz.toml"] = files["op/quiz.toml"].replace("ตัวเลือก op-00 ที่ 2".encode(), "อีกอย่าง".encode())
    later = packs.publish(files)
    submitted(learners[1], later, RIGHT)
    found = item(later, "op-00")
    assert (found.figures.count, found.figures.facility, found.older) == (1, 1, 1)
    assert item(later, "op-03").figures.count == 2  # reads as it did


def test_a_question_no_longer_asked_is_told_last(course: Course, learners: list[User]) -> None:
    submitted(learners[0], course, RIGHT)
    later = packs.publish(packs.pack(questions=3))
    numbers = [(one.question.id, one.number) for one in analysed(later).items]
    assert numbers == [("op-00", 1), ("op-01", 2), ("op-02", 3), ("op-03", 0)]


def test_attempts_from_before_points_were_kept_are_marked_once_more(
    course: Course, learners: list[User]
) -> None:
    attempt = submitted(learners[0], course, but(q0="b"))
    attempt.points = {}
    db.session.commit()
    assert item(course, "op-00").figures.facility == 0
    assert item(course, "op-03").figures.facility == 1


def test_of_many_different_answers_the_rare_ones_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_analysis, "MOST_CELLS", 20)
    tally = item_analysis._Tally()
    for at in range(100):
        for answer in ("บ่อย", f"ตอบ {at}", "ย" * 5_000):
            cell = (0.0, 1.0, 4.0, (answer,))
            if cell in tally.cells:
                tally.cells[cell] += 1
            else:
                item_analysis._add(tally, cell)
    assert len(tally.cells) <= 20
    assert sum(tally.cells.values()) == 300
    assert tally.cells[0.0, 1.0, 4.0, ("บ่อย",)] == 100
    assert all(len(answer) <= item_analysis.LONGEST for *_points, (answer,) in tally.cells)


def test_nobody_yet_leaves_every_question_without_figures(course: Course) -> None:
    assert [one.figures.count for one in analysed(course).items] == [0, 0, 0, 0]


def test_the_bench_fills_a_quiz_as_people_do(course: Course) -> None:
    module = course.module("op")
    assert module is not None
    bench.fill(course, module, 40)
    found = analysed(course, Of.ALL)
    assert (found.attempts, analysed(course).attempts) == (40, 10)
    assert all(0 < (one.figures.facility or 0) < 1 for one in found.items)
