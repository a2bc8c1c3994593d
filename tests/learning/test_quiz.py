"""Before a quiz: what counts, one button to begin or go on, and earlier attempts."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.core import clock
from portal.core.db import db
from portal.learning import attempts
from portal.learning.models import Attempt
from tests import packs
from tests.learning.taking import take

QUIZ = "/learn/sample/op/quiz"


def count() -> int:
    return db.session.scalar(select(func.count(Attempt.id))) or 0


def test_the_page_says_what_counts(client, cast, course):
    assert client.sign_in(cast.lamai).get(QUIZ).status_code == 200
    assert client.page.h1 == "แบบทดสอบท้ายส่วน"
    assert "ร้อยละ 70 ขึ้นไป" in client.page.main
    assert "ยังไม่เคยทำ" in client.page.main


def test_only_a_quiz_with_more_questions_than_it_asks_promises_new_ones(client, cast, course):
    client.sign_in(cast.lamai).get(QUIZ)
    assert "ข้อสุ่มใหม่" not in client.page.main
    packs.publish(packs.pack(questions=6, draw=3))
    client.get(QUIZ)
    assert "ข้อสุ่มใหม่" in client.page.main
    assert client.page.one(".head .fig").get_text() == "3"


def test_signed_out_one_is_led_to_the_sign_in_and_back(client, course):
    response = client.get(QUIZ)
    assert (response.status_code, response.headers["Location"]) == (303, f"/sign-in?next={QUIZ}")


@pytest.mark.parametrize("path", ["sample/c2/quiz", "sample/none/quiz", "none/op/quiz"])
def test_what_has_no_quiz_is_not_found(path, client, cast, course):
    assert client.sign_in(cast.lamai).get(f"/learn/{path}").status_code == 404


def test_a_part_without_a_quiz_has_no_quiz_page(client, cast):
    files = packs.pack(published=("start",), coming=("op",))
    del files["start/quiz.toml"]
    packs.publish(files)
    client.sign_in(cast.lamai)
    assert client.get("/learn/sample/start/quiz").status_code == 404
    client.get("/learn/sample/start/l1")
    assert client.page.form("/finished")["action"] == "/learn/sample/start/l1/finished"
    client.page.form("/finished")["action"] = "/learn/sample/start/quiz/attempts"
    assert client.submit("/quiz/attempts").status_code == 404


# --- start


def test_the_button_begins_an_attempt(client, cast, course):
    client.sign_in(cast.lamai).get(QUIZ)
    response = client.submit("/attempts")
    [attempt] = db.session.scalars(select(Attempt)).all()
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{attempt.code}")
    client.follow(response)
    assert "ข้อ 1" in client.page.h1


def test_a_double_click_begins_one_attempt(client, cast, course):
    client.sign_in(cast.lamai).get(QUIZ)
    places = {client.submit("/attempts").headers["Location"] for _click in range(2)}
    assert len(places) == count() == 1


def test_an_open_attempt_is_gone_on_with(client, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    client.sign_in(cast.lamai).get(QUIZ)
    assert client.page.one(".panel a")["href"] == f"/attempts/{attempt.code}"
    assert not client.page.select(".panel form")


def test_who_waits_for_approval_is_told_and_cannot_begin(client, cast, course):
    client.sign_in(cast.lamai).get(QUIZ)
    cast.lamai.approved_at = None
    response = client.submit("/attempts")
    assert (response.status_code, count()) == (303, 0)
    client.follow(response)
    assert any("ยืนยัน" in flash for flash in client.page.flashes)
    assert "รอการยืนยัน" in client.page.one(".panel").get_text()
    assert not client.page.select(".panel form")


def test_a_quiz_taken_back_meanwhile_is_not_found(client, cast, course):
    client.sign_in(cast.lamai).get(QUIZ)
    packs.publish(packs.pack(published=("c1",), coming=("op",)))
    assert (client.submit("/attempts").status_code, count()) == (404, 0)


def test_nobody_begins_without_signing_in_or_without_a_token(client, cast, course):
    client.sign_in(cast.lamai)
    assert client.post(f"{QUIZ}/attempts").status_code == 400
    client.get(QUIZ)
    client.sign_out()
    assert client.submit("/attempts").status_code in (400, 401)
    assert count() == 0


# --- earlier attempts


def test_earlier_attempts_lead_to_their_results(client, cast, course):
    failed, passed = take(cast.lamai, course, mistakes=3), take(cast.lamai, course)
    take(cast.sakda, course)
    client.sign_in(cast.lamai).get(QUIZ)
    rows = client.page.select(".lines li")
    assert [str(row.select("a")[0]["href"]) for row in rows] == [
        f"/attempts/{attempt.code}/result" for attempt in (passed, failed)
    ]
    assert "ได้ 4 จาก 4 ข้อ" in rows[0].get_text()
    assert "ยังไม่ผ่าน" in rows[1].get_text()
    assert "ผลที่ผ่านแล้วไม่หาย" in client.page.main


def test_the_same_queries_for_one_attempt_and_for_thirty(client, cast, course, queries, clock_at):
    take(cast.lamai, course)
    client.sign_in(cast.lamai).get(QUIZ)
    with queries() as one:
        client.get(QUIZ)
    for _again in range(29):
        clock_at((clock.now() + timedelta(minutes=20)).isoformat())
        take(cast.lamai, course)
    with queries() as thirty:
        client.get(QUIZ)
    assert len(client.page.select(".lines li")) == 30
    assert len(one) == len(thirty) <= 8
