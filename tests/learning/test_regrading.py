"""Correcting a key: what looking tells is what doing does, and only those whose score or outcome changed hear of it, once."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import AuditEvent, User
from portal.core import clock
from portal.core.db import db, writing
from portal.courses.course import Course
from portal.learning import attempts, coverage, passing
from portal.learning.corrections import NoKeyNow, NoSuchQuestion, NotScored, find, propose, rulings
from portal.learning.models import Attempt, CorrectionRule, KeyCorrection, ModulePass, Regrade
from portal.learning.regrade_effects import Effect
from portal.learning.regrading import Done, correct, look
from portal.mail.models import OutboxMessage
from tests import cast as people, packs
from tests.cast import Cast
from tests.learning.storing import submitted
from tests.pages import counted_queries

KEY, FREE, VOID = CorrectionRule.KEY, CorrectionRule.FREE, CorrectionRule.VOID
# Of the pack: op-00 single (a is right), op-01 multiple (a, b), op-02 true or false (a), op-03 single (a). 70 % is three of four.
RIGHT = {"op-00": ["a"], "op-01": ["a", "b"], "op-02": ["a"], "op-03": ["a"]}


def but(**answers: str) -> dict[str, list[str]]:
    """The right answers but for these, such as q0="b"."""
    return RIGHT | {f"op-0{name[1:]}": list(keys) for name, keys in answers.items()}


def mended(name: str = "op-00", right: int = 2) -> Course:
    """The next edition, in which another choice of this question is right."""
    files = packs.pack()
    head, mark, tail = files["op/quiz.toml"].decode().partition(f'id = "{name}"')
    question, more, rest = tail.partition("[[question]]\n")
    question = question.replace("correct = true", "correct = false")
    choices = question.split("correct = false")
    question = (
        "correct = false".join(choices[:right]) + "correct = true" + "correct = false".join(choices[right:])
    )
    files["op/quiz.toml"] = (head + mark + question + more + rest).encode()
    return packs.publish(files)


def looked(course: Course, rule: CorrectionRule = KEY, name: str = "op-00") -> Effect:
    module, question = find(course, name)
    return look(propose(course, module, question, rule))


def done(course: Course, rule: CorrectionRule = KEY, name: str = "op-00", *, by: User | None = None) -> Done:
    module, question = find(course, name)
    with writing():
        found = correct(propose(course, module, question, rule), why="ตัวเลือกนี้ถูกตามเกณฑ์", by=by)
        db.session.commit()
    return found


def marks(*attempts: Attempt) -> list[tuple[float | None, float | None, bool | None]]:
    for one in attempts:
        db.session.refresh(one)
    return [(one.score, one.max_score, one.passed) for one in attempts]


def passes() -> set[tuple[int, int | None]]:
    rows = db.session.execute(
        select(ModulePass.user_id, ModulePass.agency_id).where(ModulePass.ended_at.is_(None))
    )
    return {(user, agency) for user, agency in rows}


def told() -> dict[str, OutboxMessage]:
    return {one.to_email: one for one in db.session.scalars(select(OutboxMessage))}


@pytest.fixture
def taken(course: Course, cast: Cast) -> dict[str, Attempt]:
    """ละไม will pass by b, ศักดา no longer by a; มะลิ keeps passing with another score; วิทย์ is not touched."""
    return {
        "lamai": submitted(cast.lamai, course, but(q0="b", q1="a")),
        "sakda": submitted(cast.sakda, course, but(q1="a")),
        "mali": submitted(cast.mali, course, RIGHT),
        "wit": submitted(cast.wit, course, but(q0="c", q1="a")),
    }


def test_looking_tells_who_passes_and_fails_otherwise_and_writes_nothing(
    taken: dict[str, Attempt], cast: Cast
) -> None:
    later = mended()
    before = marks(*taken.values()), passes()
    effect = looked(later)
    assert (effect.looked_at, len(effect.changes), effect.people) == (4, 3, 3)
    assert [(one.name, one.agency) for one in effect.passing] == [(cast.lamai.name, "กรมตัวอย่าง")]
    assert [(one.name, one.agency) for one in effect.failing] == [(cast.sakda.name, "จังหวัดสมมติ")]
    assert (marks(*taken.values()), passes()) == before
    assert told() == {}
    assert db.session.scalars(select(KeyCorrection)).all() == []


def test_looking_tells_which_agencies_coverage_changes(taken: dict[str, Attempt]) -> None:
    effect = looked(mended())
    agencies = {one.name: one for one in effect.agencies}
    dept, province = agencies["กรมตัวอย่าง"], agencies["จังหวัดสมมติ"]
    assert (dept.before, dept.after, dept.gains_cover, dept.loses_cover) == (1, 2, False, False)
    assert (province.before, province.after, province.loses_cover) == (1, 0, True)


@pytest.mark.both_databases
def test_doing_does_what_looking_told(app: Flask, cast: Cast) -> None:
    course = packs.publish()
    taken = [
        submitted(cast.lamai, course, but(q0="b", q1="a")),
        submitted(cast.sakda, course, but(q1="a")),
        submitted(cast.wit, course, but(q0="c")),
    ]
    later = mended()
    promised = looked(later)
    effect = done(later, by=cast.orn).effect
    assert effect == promised
    assert marks(*taken) == [(3.0, 4.0, True), (2.0, 4.0, False), (3.0, 4.0, True)]
    assert [one.points["op-00"] for one in taken] == [1.0, 0.0, 0.0]
    assert passes() == {(cast.lamai.id, cast.agency.id), (cast.wit.id, None)}
    covered = {agency: set(one.covers) for agency, one in coverage.matrix(later).items()}
    assert covered == {cast.agency.id: {"op"}}


def test_the_pass_that_was_lost_counts_as_of_the_days_before(taken: dict[str, Attempt], cast: Cast) -> None:
    later = mended()
    before = clock.now()
    done(later)
    assert coverage.of_agency(cast.province.id, later, as_of=before).covers.keys() == {"op"}
    assert coverage.of_agency(cast.province.id, later).covers == {}


def test_what_was_kept_of_coverage_notices(taken: dict[str, Attempt], cast: Cast) -> None:
    later = mended()
    assert set(coverage.whole(later).matrix) == {cast.agency.id, cast.province.id}
    done(later)
    assert {agency for agency, one in coverage.whole(later).matrix.items() if one.covers} == {cast.agency.id}


def test_only_who_is_touched_hears_of_it_once(taken: dict[str, Attempt], cast: Cast) -> None:
    later = mended()
    done(later)
    letters = told()
    assert set(letters) == {cast.lamai.email, cast.sakda.email, cast.mali.email}
    assert "2/4 เป็น 3/4" in letters[cast.lamai.email].text
    assert "ตอนนี้คุณผ่านส่วนนี้แล้ว" in letters[cast.lamai.email].text
    assert "ไม่ถึงเกณฑ์" in letters[cast.sakda.email].text
    assert "เหมือนเดิม" in letters[cast.mali.email].text
    done(later)
    assert len(told()) == 3
    assert len(db.session.scalars(select(KeyCorrection)).all()) == 1


def test_several_attempts_of_a_person_are_told_in_one_mail(course: Course, cast: Cast) -> None:
    first = submitted(cast.lamai, course, but(q0="b", q1="a"))
    second = submitted(cast.lamai, course, but(q0="b"))
    done(mended())
    assert all(f"/attempts/{one.code}/result" in told()[cast.lamai.email].text for one in (first, second))


def test_who_left_gets_no_mail(taken: dict[str, Attempt], cast: Cast) -> None:
    cast.lamai.disabled_at = clock.now()
    done(mended())
    assert set(told()) == {cast.sakda.email, cast.mali.email}


def test_what_changed_is_kept_as_a_fact_with_who_did_it(taken: dict[str, Attempt], cast: Cast) -> None:
    correction = done(mended(), by=cast.orn).correction
    rows = {one.attempt_id: one for one in db.session.scalars(select(Regrade))}
    assert set(rows) == {taken[name].id for name in ("lamai", "sakda", "mali")}
    lamai = rows[taken["lamai"].id]
    assert (lamai.score_before, lamai.score_after, lamai.passed_before, lamai.passed_after) == (
        2,
        3,
        False,
        True,
    )
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "corrected")).one()
    assert (event.subject, event.actor_id) == ("question:sample/op/op-00", cast.orn.id)
    assert event.detail == {"rule": "key", "correction": correction.code, "attempts": 3}


def test_a_point_for_everybody_and_none_that_counts(taken: dict[str, Attempt]) -> None:
    later = mended(right=1)  # the same key
    free = looked(later, FREE)
    assert {one.code: one.after.score for one in free.changes} == {
        taken["lamai"].code: 3,
        taken["wit"].code: 3,
    }
    done(later, VOID)
    assert marks(*taken.values()) == [(2, 3, False), (2, 3, False), (3, 3, True), (2, 3, False)]
    assert all("op-00" not in one.points for one in taken.values())


def test_the_key_takes_back_what_was_given_to_everybody_and_what_was_taken_out(
    taken: dict[str, Attempt],
) -> None:
    later = mended(right=1)
    before = marks(*taken.values())
    for rule in (FREE, VOID):
        done(later, rule)
        assert marks(*taken.values()) != before
        done(later, KEY)
        assert marks(*taken.values()) == before
    assert all("op-00" in one.points for one in taken.values())


def test_an_earlier_correction_of_another_question_stays(taken: dict[str, Attempt]) -> None:
    later = mended()
    done(later, FREE, "op-01")
    done(later, KEY, "op-00")
    assert marks(*taken.values()) == [(4, 4, True), (3, 4, True), (3, 4, True), (3, 4, True)]


def test_attempts_of_later_editions_are_not_touched(course: Course, cast: Cast) -> None:
    done(course, FREE)
    later = packs.publish(packs.pack(title="ใหม่"))
    attempt = submitted(cast.lamai, later, but(q0="b"))
    assert rulings("sample", "op", course.edition_id)["op-00"].rule is FREE
    assert rulings("sample", "op", later.edition_id) == {}
    assert looked(later).looked_at == 1
    assert marks(attempt) == [(3, 4, True)]


def test_attempts_that_the_new_key_does_not_fit_are_left_out_and_told(course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, but(q0="b"))
    files = packs.pack()
    single, multiple = (f'id = "op-00"\nkind = "{kind}"'.encode() for kind in ("single", "multiple"))
    files["op/quiz.toml"] = files["op/quiz.toml"].replace(single, multiple)
    effect = looked(packs.publish(files))
    assert (effect.looked_at, effect.left_out, effect.changes) == (0, ((1, 1),), ())


def test_an_attempt_whose_paper_did_not_hold_the_question_is_not_looked_at(app: Flask, cast: Cast) -> None:
    course = packs.publish(packs.pack(draw=2))
    attempt = submitted(cast.lamai, course, RIGHT)
    missing = next(name for name in RIGHT if name not in attempt.points)
    assert looked(course, FREE, missing).looked_at == 0
    done(course, VOID, missing)
    assert looked(course, KEY, missing).looked_at == 0


def test_attempts_from_before_points_were_kept_are_replayed(taken: dict[str, Attempt]) -> None:
    for one in taken.values():
        one.points = {}
    db.session.commit()
    assert len(looked(mended()).changes) == 3


def test_where_the_latest_attempt_decides_a_pass_may_end_though_an_earlier_one_passed(
    app: Flask, cast: Cast
) -> None:
    files = packs.pack()
    files["op/quiz.toml"] = b'counts = "latest"\n' + files["op/quiz.toml"]
    course = packs.publish(files)
    submitted(cast.lamai, course, but(q0="c"))
    submitted(cast.lamai, course, but(q1="a"), at=clock.now())
    effect = done(course, VOID, "op-03").effect
    assert [one.passes for one in effect.turns] == [False]
    assert passes() == set()


def test_an_agency_may_lose_and_gain_completion(app: Flask, cast: Cast) -> None:
    course = packs.publish(packs.pack(published=("op",), coming=(), members=1))
    submitted(cast.lamai, course, but(q0="b", q1="a"))
    turn = looked(course, FREE).agencies[0]
    assert (turn.was_complete, turn.is_complete, turn.gains_cover) == (False, True, True)


def test_looking_asks_the_same_few_questions_of_the_database_for_one_and_for_many(
    course: Course, cast: Cast
) -> None:
    submitted(cast.lamai, course, but(q0="b", q1="a"))
    looked(course, FREE)
    with counted_queries() as one:
        looked(course, FREE)
    for at in range(12):
        user = people.person(f"p{at}@demo.example", f"คนที่ {at}", agency=cast.agency)
        submitted(user, course, but(q0="b", q1="a"))
    with counted_queries() as many:
        assert looked(course, FREE).people == 13
    assert len(many) == len(one)


@pytest.mark.both_databases
def test_who_began_before_the_correction_and_submits_after_it_is_marked_by_the_corrected_key(
    app: Flask, cast: Cast
) -> None:
    course = packs.publish()
    module = course.module("op")
    assert module is not None
    attempt = attempts.start(cast.lamai, course, module)
    db.session.commit()
    done(mended())
    attempts.submit(attempt, seq=0, answers=but(q0="b", q1="a"))
    db.session.commit()
    assert marks(attempt) == [(3, 4, True)]
    first = next(one for one in attempts.result_of(attempt) if one.asked.question.id == "op-00")
    assert first.is_right
    assert [choice.key for choice in first.asked.choices if choice.is_correct] == ["b"]


def test_a_question_that_is_gone_takes_a_point_but_no_key(course: Course, cast: Cast) -> None:
    submitted(cast.lamai, course, but(q3="b", q1="a"))
    later = packs.publish(packs.pack(questions=3))
    with pytest.raises(NoKeyNow):
        looked(later, KEY, "op-03")
    assert [one.passes for one in looked(later, FREE, "op-03").turns] == [True]


def test_no_question_of_that_name_is_refused(course: Course) -> None:
    with pytest.raises(NoSuchQuestion):
        find(course, "op-99")


def test_a_written_task_has_no_key(app: Flask) -> None:
    files = packs.pack()
    files["op/quiz.toml"] += """
[[question]]
id = "op-write"
kind = "writing"
lesson = "l1"
difficulty = "hard"
text = "เขียนย่อหน้า"
advice = true
model = "แบบอย่าง"
  [[question.criterion]]
  text = "บอกวิธี"
  [[question.criterion]]
  text = "บอกผล"
  [[question.criterion]]
  text = "บอกตัวเลข"
""".encode()
    with pytest.raises(NotScored):
        looked(packs.publish(files), FREE, "op-write")


def test_settling_one_person_does_not_go_through_everybodys_attempts(
    course: Course, cast: Cast, queries
) -> None:
    submitted(cast.lamai, course, RIGHT)
    with queries() as statements:
        passing.settle(cast.lamai.id, cast.agency.id, course.code, "op", at=clock.now())
    asked = [one for one in statements if "FROM attempt" in one]
    assert asked
    for statement in asked:
        plan = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?")
        )
        assert all("user_id=?" in row[3] for row in plan), statement
