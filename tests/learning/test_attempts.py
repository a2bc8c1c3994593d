"""An attempt: begun once, saved step by step, submitted once, and never overwritten by an old form."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.core import clock
from portal.core.db import db
from portal.learning import attempts
from portal.learning.attempts import NotApprovedYet, QuizNotThere
from portal.learning.keeping import AlreadySubmitted, Stale
from portal.learning.marking import ImpossibleAnswer
from portal.learning.models import Attempt, ModulePass, Step, StepKind
from tests import packs
from tests.learning.taking import answers, right, take, wrong


@pytest.fixture
def begun(cast, course, op) -> Attempt:
    attempt = attempts.start(cast.lamai, course, op)
    db.session.commit()
    return attempt


def steps_of(attempt: Attempt) -> list[Step]:
    return list(db.session.scalars(select(Step).where(Step.attempt_id == attempt.id).order_by(Step.seq)))


def passes() -> list[ModulePass]:
    return list(db.session.scalars(select(ModulePass).order_by(ModulePass.id)))


# --- start


def test_an_attempt_is_on_the_server_from_its_first_moment(begun, cast, course):
    assert (begun.user_id, begun.agency_id) == (cast.lamai.id, cast.agency.id)
    assert (begun.course, begun.module, begun.edition_id) == ("sample", "op", course.edition_id)
    assert (begun.started_at, begun.submitted_at, begun.score, begun.passed) == (
        clock.now(),
        None,
        None,
        None,
    )
    assert attempts.latest(begun) == (0, {})


def test_starting_again_gives_back_the_open_attempt(begun, cast, course, op):
    assert attempts.start(cast.lamai, course, op).id == begun.id


def test_after_submitting_the_next_start_is_a_new_attempt_with_a_paper_of_its_own(cast, course, op):
    first = take(cast.lamai, course)
    second = attempts.start(cast.lamai, course, op)
    assert second.id != first.id
    assert second.seed != first.seed


def test_two_people_have_each_their_own_attempt(begun, cast, course, op):
    assert attempts.start(cast.mali, course, op).id != begun.id


def test_each_module_has_an_attempt_of_its_own(begun, cast, course):
    assert attempts.start(cast.lamai, course, course.module("c1")).id != begun.id


def test_a_module_that_is_coming_has_no_quiz_to_start(cast, course):
    with pytest.raises(QuizNotThere):
        attempts.start(cast.lamai, course, course.module("c2"))


def test_a_module_without_a_quiz_has_none_to_start(cast):
    files = packs.pack(published=("op", "extra"))
    del files["extra/quiz.toml"]
    course = packs.publish(files)
    with pytest.raises(QuizNotThere):
        attempts.start(cast.lamai, course, course.modules[1])


@pytest.mark.parametrize("lacks", ["approved_at", "confirmed_at"])
def test_a_quiz_waits_until_somebody_vouched_for_the_person(lacks, cast, course, op):
    setattr(cast.lamai, lacks, None)
    db.session.commit()
    with pytest.raises(NotApprovedYet):
        attempts.start(cast.lamai, course, op)
    assert db.session.scalar(select(func.count(Attempt.id))) == 0


def test_somebody_without_an_agency_may_try_a_quiz(cast, course):
    attempt = take(cast.orn, course)
    assert attempt.passed
    assert [one.agency_id for one in passes()] == [None]
    take(cast.orn, course)
    assert len(passes()) == 1


# --- save


def test_a_saved_answer_is_there_and_numbered(begun):
    asked = attempts.paper_of(begun)[0]
    assert attempts.save(begun, seq=0, answers={asked.question.id: right(asked)}) == 1
    assert attempts.latest(begun) == (1, {asked.question.id: right(asked)})


def test_a_later_answer_stands_beside_the_earlier_ones_and_replaces_its_own(begun):
    first, second = attempts.paper_of(begun)[:2]
    attempts.save(begun, seq=0, answers={first.question.id: right(first)})
    attempts.save(begun, seq=1, answers={second.question.id: right(second)})
    attempts.save(begun, seq=2, answers={first.question.id: wrong(first)})
    assert attempts.latest(begun) == (3, {first.question.id: wrong(first), second.question.id: right(second)})
    assert steps_of(begun)[0].answers == {first.question.id: right(first)}


def test_an_answer_can_be_taken_back(begun):
    asked = attempts.paper_of(begun)[0]
    attempts.save(begun, seq=0, answers={asked.question.id: right(asked)})
    attempts.save(begun, seq=1, answers={asked.question.id: []})
    assert attempts.latest(begun) == (2, {asked.question.id: []})


def test_the_order_and_doubling_of_choices_say_nothing(begun):
    asked = next(one for one in attempts.paper_of(begun) if one.question.kind == "multiple")
    attempts.save(begun, seq=0, answers={asked.question.id: ["b", "a", "b"]})
    assert attempts.latest(begun)[1] == {asked.question.id: ["a", "b"]}


def test_the_same_save_sent_twice_is_one_step(begun):
    asked = attempts.paper_of(begun)[0]
    for _click in range(2):
        assert attempts.save(begun, seq=0, answers={asked.question.id: right(asked)}) == 1
    assert len(steps_of(begun)) == 1


def test_going_past_a_question_without_an_answer_adds_no_step(begun):
    asked = attempts.paper_of(begun)[0]
    assert attempts.save(begun, seq=0, answers={asked.question.id: []}) == 0
    assert steps_of(begun) == []


def test_an_old_form_that_says_what_is_stored_is_no_conflict(begun):
    first, second = attempts.paper_of(begun)[:2]
    attempts.save(begun, seq=0, answers={first.question.id: right(first)})
    attempts.save(begun, seq=1, answers={second.question.id: right(second)})
    assert attempts.save(begun, seq=0, answers={first.question.id: right(first)}) == 2
    assert len(steps_of(begun)) == 2


@pytest.mark.parametrize("seq", [0, 2, -1, 10**30])
def test_a_form_from_another_step_is_refused_with_both_versions_and_overwrites_nothing(seq, begun):
    asked = attempts.paper_of(begun)[0]
    attempts.save(begun, seq=0, answers={asked.question.id: right(asked)})
    with pytest.raises(Stale) as no:
        attempts.save(begun, seq=seq, answers={asked.question.id: wrong(asked)})
    assert (no.value.seq, no.value.answers) == (1, {asked.question.id: right(asked)})
    assert attempts.latest(begun) == (1, {asked.question.id: right(asked)})


@pytest.mark.parametrize(
    "given", [{"op-00": ["z"]}, {"op-00": ["a", "z"]}, {"nobody": ["a"]}, {"c1-00": ["a"]}, {"nobody": []}]
)
def test_an_answer_that_cannot_be_is_refused(given, begun):
    with pytest.raises(ImpossibleAnswer):
        attempts.save(begun, seq=0, answers=given)
    assert attempts.latest(begun) == (0, {})


@pytest.mark.parametrize("kind", ["single", "true_false"])
def test_two_answers_to_a_question_for_one_are_refused(kind, begun):
    asked = next(one for one in attempts.paper_of(begun) if one.question.kind == kind)
    with pytest.raises(ImpossibleAnswer):
        attempts.save(begun, seq=0, answers={asked.question.id: ["a", "b"]})


def test_a_question_that_was_not_drawn_cannot_be_answered(cast):
    course = packs.publish(packs.pack(questions=8, draw=3))
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    asked = {one.question.id for one in attempts.paper_of(attempt)}
    assert len(asked) == 3
    other = next(question.id for question in attempts.quiz_of(attempt).questions if question.id not in asked)
    with pytest.raises(ImpossibleAnswer):
        attempts.save(attempt, seq=0, answers={other: ["a"]})


def test_one_autosave_takes_the_place_of_another_and_still_counts_on(begun):
    asked = attempts.paper_of(begun)[0]
    attempts.save(begun, seq=0, answers={asked.question.id: wrong(asked)}, kind=StepKind.AUTOSAVE)
    attempts.save(begun, seq=1, answers={asked.question.id: right(asked)}, kind=StepKind.AUTOSAVE)
    [step] = steps_of(begun)
    assert (step.seq, step.answers) == (2, {asked.question.id: right(asked)})


def test_an_autosave_never_replaces_an_answer_that_was_saved(begun):
    asked = attempts.paper_of(begun)[0]
    attempts.save(begun, seq=0, answers={asked.question.id: wrong(asked)})
    attempts.save(begun, seq=1, answers={asked.question.id: right(asked)}, kind=StepKind.AUTOSAVE)
    attempts.save(begun, seq=2, answers={asked.question.id: wrong(asked)})
    assert [(step.seq, step.kind) for step in steps_of(begun)] == [
        (1, "answer"),
        (2, "autosave"),
        (3, "answer"),
    ]


def test_after_submitting_nothing_can_be_saved(cast, course):
    attempt = take(cast.lamai, course)
    before = attempts.latest(attempt)
    asked = attempts.paper_of(attempt)[0]
    with pytest.raises(AlreadySubmitted):
        attempts.save(attempt, seq=before[0], answers={asked.question.id: wrong(asked)})
    assert attempts.latest(attempt) == before


# --- submit


def test_submitting_marks_the_paper_and_notes_when(begun, clock_at):
    attempts.save(begun, seq=0, answers=answers(begun, mistakes=1))
    clock_at("2023-02-13T09:17:00+07:00")
    attempts.submit(begun, seq=1, answers={})
    assert (begun.score, begun.max_score, begun.passed) == (3, 4, True)
    assert begun.submitted_at == clock.now()
    assert steps_of(begun)[-1].kind is StepKind.SUBMIT
    assert [one.is_right for one in attempts.result_of(begun)] == [False, True, True, True]


def test_answers_sent_with_the_submit_count(begun):
    attempts.submit(begun, seq=0, answers=answers(begun))
    assert (begun.score, begun.passed) == (4, True)


def test_below_the_pass_mark_nothing_is_noted(cast, course):
    attempt = take(cast.lamai, course, mistakes=2)
    assert (attempt.score, attempt.passed) == (2, False)
    assert passes() == []


def test_an_empty_paper_may_be_submitted_and_is_worth_nothing(begun):
    attempts.submit(begun, seq=0, answers={})
    assert (begun.score, begun.max_score, begun.passed) == (0, 4, False)


def test_a_pass_is_noted_with_the_agency_and_the_moment(cast, course):
    attempt = take(cast.lamai, course)
    [noted] = passes()
    assert (noted.user_id, noted.agency_id) == (cast.lamai.id, cast.agency.id)
    assert (noted.course, noted.module, noted.attempt_id) == ("sample", "op", attempt.id)
    assert noted.passed_at == attempt.submitted_at


def test_only_the_first_pass_is_noted(cast, course, clock_at):
    first = take(cast.lamai, course)
    clock_at("2023-02-14T09:00:00+07:00")
    take(cast.lamai, course)
    [noted] = passes()
    assert (noted.attempt_id, noted.passed_at) == (first.id, first.submitted_at)


def test_a_later_fail_takes_no_pass_away(cast, course):
    take(cast.lamai, course)
    take(cast.lamai, course, mistakes=4)
    assert len(passes()) == 1


def test_who_passes_again_at_a_new_agency_is_noted_there_too(cast, course):
    take(cast.lamai, course)
    cast.lamai.agency = cast.province
    db.session.commit()
    take(cast.lamai, course)
    assert [one.agency_id for one in passes()] == [cast.agency.id, cast.province.id]


def test_an_attempt_counts_for_the_agency_it_was_begun_for(begun, cast):
    cast.lamai.agency = cast.province
    db.session.commit()
    attempts.submit(begun, seq=0, answers=answers(begun))
    assert [one.agency_id for one in passes()] == [cast.agency.id]


def test_a_second_submit_changes_nothing(begun, clock_at):
    attempts.submit(begun, seq=0, answers=answers(begun))
    before = (begun.score, begun.submitted_at, len(steps_of(begun)))
    clock_at("2023-02-13T09:05:00+07:00")
    again = attempts.submit(begun, seq=0, answers=answers(begun, mistakes=4))
    assert (again.score, again.submitted_at, len(steps_of(begun))) == before
    assert len(passes()) == 1


def test_nobody_submits_answers_they_have_not_seen(begun):
    asked = attempts.paper_of(begun)[0]
    attempts.save(begun, seq=0, answers={asked.question.id: wrong(asked)})
    with pytest.raises(Stale):
        attempts.submit(begun, seq=0, answers={})
    assert begun.submitted_at is None


def test_an_impossible_answer_submits_nothing(begun):
    with pytest.raises(ImpossibleAnswer):
        attempts.submit(begun, seq=0, answers={"op-00": ["z"]})
    assert begun.submitted_at is None


# --- editions


def test_a_new_edition_leaves_the_paper_of_an_open_attempt_as_it_was(begun):
    before = attempts.paper_of(begun)
    files = packs.pack(questions=6, pass_mark=100)
    files["op/quiz.toml"] = files["op/quiz.toml"].replace("คำถาม op-00".encode(), "คำถามใหม่".encode())
    course = packs.publish(files)
    assert course.edition_id != begun.edition_id
    assert attempts.paper_of(begun) == before
    attempts.submit(begun, seq=0, answers=answers(begun, mistakes=1))
    assert (begun.score, begun.max_score, begun.passed) == (3, 4, True)


def test_the_next_attempt_is_of_the_new_edition(begun, cast):
    course = packs.publish(packs.pack(questions=6))
    attempts.submit(begun, seq=0, answers={})
    following = attempts.start(cast.lamai, course, course.modules[0])
    assert following.edition_id == course.edition_id
    assert len(attempts.paper_of(following)) == 6


def test_an_attempt_can_be_finished_though_its_module_was_taken_back(begun):
    packs.publish(packs.pack(published=("c1",), coming=("op", "c2")))
    attempts.submit(begun, seq=0, answers=answers(begun))
    assert begun.passed
    assert len(attempts.result_of(begun)) == 4


# --- reads


def test_earlier_attempts_are_the_submitted_ones_newest_first(cast, course, op, clock_at):
    first = take(cast.lamai, course)
    clock_at((clock.now() + timedelta(hours=1)).isoformat())
    second = take(cast.lamai, course, mistakes=4)
    attempts.start(cast.lamai, course, op)
    take(cast.mali, course)
    assert [one.id for one in attempts.earlier(cast.lamai, "sample", "op")] == [second.id, first.id]


def test_an_attempt_is_found_by_its_own_person_only(begun, cast):
    assert attempts.of_user(cast.lamai, begun.code) is not None
    assert attempts.of_user(cast.sakda, begun.code) is None
    assert attempts.of_user(cast.lamai, "NOBODY22") is None
