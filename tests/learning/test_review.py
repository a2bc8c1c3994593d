"""Before submitting: what has no answer yet; submitting closes the attempt once."""

import pytest

from portal.core.db import db
from portal.learning import attempts
from portal.learning.models import Attempt, ModulePass
from tests.learning.taking import answers, right, take


@pytest.fixture
def begun(client, cast, course, op) -> Attempt:
    attempt = attempts.start(cast.lamai, course, op)
    db.session.commit()
    client.sign_in(cast.lamai)
    return attempt


def review(attempt: Attempt) -> str:
    return f"/attempts/{attempt.code}/review"


def test_the_review_names_what_has_no_answer(client, begun):
    one = attempts.paper_of(begun)[0]
    attempts.save(begun, seq=0, answers={one.question.id: right(one)})
    assert client.get(review(begun)).status_code == 200
    assert "ยังไม่ตอบ 3 ข้อ" in client.page.main
    assert f"/attempts/{begun.code}?q=2" in client.page.links()


def test_the_review_says_when_all_is_answered(client, begun):
    attempts.save(begun, seq=0, answers=answers(begun))
    client.get(review(begun))
    assert "ตอบครบทุกข้อแล้ว" in client.page.main


def test_submitting_leads_to_the_result(client, begun):
    attempts.save(begun, seq=0, answers=answers(begun))
    client.get(review(begun))
    response = client.submit("/submission")
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{begun.code}/result")
    client.follow(response)
    assert client.page.h1 == "ผ่านแล้ว"


def test_submitting_twice_counts_once(client, begun):
    attempts.save(begun, seq=0, answers=answers(begun))
    client.get(review(begun))
    places = [client.submit("/submission").headers["Location"] for _click in range(2)]
    assert places == [f"/attempts/{begun.code}/result"] * 2
    assert db.session.query(ModulePass).count() == 1


def test_a_review_older_than_the_last_answer_is_shown_anew(client, begun):
    client.get(review(begun))
    attempts.save(begun, seq=0, answers=answers(begun))
    assert client.submit("/submission").status_code == 409
    assert any("มีคำตอบใหม่กว่า" in flash for flash in client.page.flashes)
    assert "ตอบครบทุกข้อแล้ว" in client.page.main
    db.session.refresh(begun)
    assert begun.submitted_at is None
    assert client.submit("/submission").status_code == 303


@pytest.mark.parametrize("seq", [None, "x", "5"])
def test_a_submit_with_an_odd_number_submits_nothing(seq, client, begun):
    client.get(review(begun))
    assert client.submit("/submission", seq=seq).status_code == 409
    db.session.refresh(begun)
    assert begun.submitted_at is None


def test_a_foreign_attempt_cannot_be_submitted(client, cast, begun):
    client.sign_in(cast.sakda).get("/learn/sample/op/quiz")
    token = client.page.form("/attempts").select("[name=csrf_token]")[0]["value"]
    response = client.post(f"/attempts/{begun.code}/submission", data={"csrf_token": token, "seq": 0})
    assert response.status_code == 404


def test_a_submit_needs_its_token_and_a_sign_in(client, begun):
    assert client.post(f"/attempts/{begun.code}/submission").status_code == 400
    client.get(review(begun))
    client.sign_out()
    assert client.submit("/submission").status_code in (400, 401)
    db.session.refresh(begun)
    assert begun.submitted_at is None


def test_a_submit_of_a_submitted_attempt_from_an_old_tab_shows_its_result(client, cast, course):
    attempt = take(cast.lamai, course)
    client.sign_in(cast.lamai).get("/learn/sample/op/quiz")
    token = client.page.form("/attempts").select("[name=csrf_token]")[0]["value"]
    response = client.post(f"/attempts/{attempt.code}/submission", data={"csrf_token": token, "seq": 0})
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{attempt.code}/result")
