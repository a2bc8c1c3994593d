"""What a page keeps by itself: acknowledged with the next number, or told clearly why not; nothing is overwritten."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import SignIn
from portal.core import clock
from portal.core.db import db
from portal.learning import attempts
from portal.learning.models import Attempt, Step, StepKind
from tests import packs
from tests.learning.taking import answers, course_with, right, wrong
from tests.rows import laid

NINE = datetime(2023, 2, 13, 2, 0, tzinfo=UTC)


@pytest.fixture
def begun(client, cast, course, op) -> Attempt:
    attempt = laid("begun", lambda: attempts.start(cast.lamai, course, op))
    client.sign_in(cast.lamai)
    client.get(f"/attempts/{attempt.code}?q=1")
    return attempt


def told(client) -> Any:
    """What the page's own script reads."""
    found = client.page.one("script#quiz")
    return json.loads(found.string or found.get_text())


def autosave(client, attempt: Attempt, said, *, token: str | None = None):
    headers = {"X-CSRFToken": token or told(client)["csrf"], "Accept": "application/json"}
    return client.post(f"/attempts/{attempt.code}/autosave", json=said, headers=headers)


def first(attempt: Attempt):
    return attempts.paper_of(attempt)[0]


def stored(attempt: Attempt) -> tuple[int, dict]:
    db.session.rollback()
    return attempts.latest(attempt)


def test_an_answer_is_acknowledged_with_the_next_number(client, begun):
    name, given = first(begun).question.id, right(first(begun))
    answer = autosave(client, begun, {"seq": 0, "answers": {name: given}})
    assert (answer.status_code, answer.json) == (
        200,
        {"seq": 1, "stored": {name: given}, "at": "09:00", "left": None},
    )
    assert stored(begun) == (1, {name: given})


def test_the_fields_of_the_form_are_read_as_the_form_is(client, begun):
    name, given = first(begun).question.id, right(first(begun))
    fields = [["answer", key] for key in given] + [["csrf_token", "x"]]
    assert autosave(client, begun, {"seq": 0, "fields": {name: fields}}).json["stored"] == {name: given}


def test_autosaves_take_one_anothers_place_and_a_button_makes_a_step(client, begun):
    name = first(begun).question.id
    for seq, (keys, asked) in enumerate([(["a"], False), (["b"], False), (["a"], True), (["b"], False)]):
        assert (
            autosave(client, begun, {"seq": seq, "answers": {name: keys}, "asked": asked}).status_code == 200
        )
    kinds = [step.kind for step in db.session.query(Step).order_by(Step.seq)]
    assert kinds == [StepKind.AUTOSAVE, StepKind.ANSWER, StepKind.AUTOSAVE]
    assert stored(begun) == (4, {name: ["b"]})


def test_what_was_sent_twice_is_acknowledged_twice_and_stored_once(client, begun):
    name, given = first(begun).question.id, right(first(begun))
    seqs = [autosave(client, begun, {"seq": 0, "answers": {name: given}}).json["seq"] for _again in range(3)]
    assert (seqs, db.session.query(Step).count()) == ([1, 1, 1], 1)


@pytest.mark.parametrize("seq", [0, 9, -1])
def test_a_stale_page_and_one_from_the_future_get_what_is_stored(seq, client, begun):
    name = first(begun).question.id
    attempts.save(begun, seq=0, answers={name: right(first(begun))})
    db.session.commit()
    answer = autosave(client, begun, {"seq": seq, "answers": {name: wrong(first(begun))}})
    assert (answer.status_code, answer.json["state"], answer.json["seq"]) == (409, "stale", 1)
    assert answer.json["stored"] == {name: right(first(begun))}
    assert answer.json["message"]
    assert stored(begun) == (1, {name: right(first(begun))})


def test_asking_for_nothing_tells_the_time_and_writes_nothing(client, cast):
    course = course_with("time_limit = 30\n")
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    db.session.commit()
    client.sign_in(cast.lamai).get(f"/attempts/{attempt.code}")
    clock.start_at(NINE + timedelta(minutes=10), still=True)
    assert autosave(client, attempt, {"seq": 0}).json["left"] == 1200
    assert db.session.query(Step).count() == 0


def test_what_comes_after_the_time_closes_the_attempt_with_what_was_saved(client, cast):
    course = course_with("time_limit = 30\n")
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    attempts.save(attempt, seq=0, answers={first(attempt).question.id: right(first(attempt))})
    db.session.commit()
    client.sign_in(cast.lamai).get(f"/attempts/{attempt.code}")
    clock.start_at(NINE + timedelta(minutes=31), still=True)
    answer = autosave(client, attempt, {"seq": 1, "answers": answers(attempt)})
    assert (answer.status_code, answer.json["state"]) == (409, "closed")
    assert answer.json["to"] == f"/attempts/{attempt.code}/result"
    db.session.expire_all()
    assert attempt.score == 1.0
    client.get(answer.json["to"])
    assert "หมดเวลาก่อนส่ง" in client.page.main


def test_a_submitted_attempt_takes_nothing_more(client, begun):
    attempts.submit(begun, seq=0, answers=answers(begun))
    db.session.commit()
    answer = autosave(client, begun, {"seq": 1, "answers": {first(begun).question.id: ["a"]}})
    assert (answer.status_code, answer.json["state"]) == (409, "closed")


@pytest.mark.parametrize("given", [["z"], ["\0"], ["a" * 1_000_000]])
def test_an_impossible_answer_is_refused_and_a_megabyte_is_no_fault(given, client, begun):
    answer = autosave(client, begun, {"seq": 0, "answers": {first(begun).question.id: given}})
    assert (answer.status_code, answer.json["state"]) == (422, "refused")
    answer = autosave(client, begun, {"seq": 0, "answers": {"nobody": ["a"]}})
    assert answer.status_code == 422
    assert stored(begun) == (0, {})


@pytest.mark.parametrize(
    "said",
    [
        [],
        "x",
        None,
        {"answers": {}},
        {"seq": "0"},
        {"seq": True},
        {"seq": 0, "answers": []},
        {"seq": 0, "answers": {"op-00": "a"}},
        {"seq": 0, "answers": {"op-00": [1]}},
        {"seq": 0, "fields": {"op-00": [["answer"]]}},
        {"seq": 0, "fields": {"op-00": ["answer"]}},
        {"seq": 0, "fields": {"op-00": [["answer", "a"]] * 101}},
    ],
)
def test_what_has_no_shape_is_bad(said, client, begun):
    answer = autosave(client, begun, said)
    assert (answer.status_code, bool(answer.json["message"])) == (400, True)
    assert stored(begun) == (0, {})


def test_a_number_beyond_all_numbers_is_only_stale(client, begun):
    answer = autosave(client, begun, {"seq": 10**30, "answers": {first(begun).question.id: ["a"]}})
    assert answer.status_code == 409


def test_a_page_that_is_left_may_send_a_form(client, begun):
    name, given = first(begun).question.id, right(first(begun))
    data = {"csrf_token": told(client)["csrf"], "autosave": json.dumps({"seq": 0, "answers": {name: given}})}
    assert client.post(f"/attempts/{begun.code}/autosave", data=data).status_code == 200
    assert stored(begun) == (1, {name: given})
    for text in ("", "{", "[]"):
        assert (
            client.post(f"/attempts/{begun.code}/autosave", data=data | {"autosave": text}).status_code == 400
        )


def test_it_needs_a_token_a_sign_in_and_ones_own_attempt(client, cast, begun):
    token = told(client)["csrf"]
    said = {"seq": 0, "answers": {first(begun).question.id: ["a"]}}
    assert autosave(client, begun, said, token="forged").status_code == 400
    client.sign_out()
    assert autosave(client, begun, said, token=token).status_code in (400, 401)
    client.sign_in(cast.sakda).get("/learn/sample/op/quiz")
    token = client.page.form("/attempts").select("[name=csrf_token]")[0]["value"]
    assert autosave(client, begun, said, token=str(token)).status_code == 404
    assert stored(begun) == (0, {})


def test_a_sign_in_that_ended_elsewhere_keeps_nothing_more(client, begun):
    token = told(client)["csrf"]
    for row in db.session.scalars(select(SignIn)):
        row.ended_at = clock.now()
    db.session.commit()
    said = {"seq": 0, "answers": {first(begun).question.id: ["a"]}}
    assert autosave(client, begun, said, token=token).status_code == 401
    assert stored(begun) == (0, {})


def test_an_edition_replaced_meanwhile_changes_nothing_for_an_open_attempt(client, begun):
    packs.publish(packs.pack(published=("c1",), coming=("op",)))
    name, given = first(begun).question.id, right(first(begun))
    assert autosave(client, begun, {"seq": 0, "answers": {name: given}}).status_code == 200
    assert stored(begun) == (1, {name: given})


def test_a_handful_of_queries(client, begun, queries):
    name = first(begun).question.id
    autosave(client, begun, {"seq": 0, "answers": {name: ["a"]}})
    with queries() as statements:
        assert autosave(client, begun, {"seq": 1, "answers": {name: ["b"]}}).status_code == 200
    assert len(statements) <= 7, statements
