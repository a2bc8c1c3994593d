"""What an attempt came to, every choice explained, and where to go next."""

import pytest

from portal.core.db import db
from portal.learning import attempts, progress
from portal.learning.models import Attempt, Step
from tests import packs
from tests.learning.taking import right, take, wrong


def show(client, attempt: Attempt) -> None:
    assert client.get(f"/attempts/{attempt.code}/result").status_code == 200


def test_a_pass_says_so_and_leads_on(client, cast, course):
    attempt = take(cast.lamai, course)
    show(client.sign_in(cast.lamai), attempt)
    assert client.page.h1 == "ผ่านแล้ว"
    assert client.page.one(".head .fig").get_text() == "4/4"
    assert "ในหน่วยงานของคุณมีผู้ผ่าน OP ลักษณะสำคัญขององค์การ แล้ว 1 คน" in client.page.main
    assert client.page.one(".hang-side .btn-block")["href"] == "/learn/sample/c1/l1"
    assert client.page.select(".strip .is-passed")


def test_after_a_pass_the_next_quiz_may_be_what_is_left(client, cast, course):
    part = course.module("c1")
    for lesson in part.lessons:
        progress.finish(cast.lamai, course, part, lesson)
    show(client.sign_in(cast.lamai), take(cast.lamai, course))
    assert client.page.one(".hang-side .btn-block")["href"] == "/learn/sample/c1/quiz"


def test_after_the_last_pass_one_goes_back_to_the_course(client, cast, course):
    take(cast.lamai, course, "c1")
    show(client.sign_in(cast.lamai), take(cast.lamai, course))
    assert client.page.one(".hang-side .btn-block")["href"] == "/learn/sample"


def test_a_fail_says_so_and_begins_again_at_once(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=3)
    show(client.sign_in(cast.lamai), attempt)
    assert client.page.h1 == "ยังไม่ผ่าน"
    assert client.page.one(".head .fig").get_text() == "1/4"
    response = client.submit("/quiz/attempts")
    assert response.status_code == 303
    client.follow(response)
    assert "ข้อ 1" in client.page.h1


def test_a_pass_counts_the_people_of_the_agency_it_counts_for(client, cast, course):
    take(cast.mali, course)
    attempt = take(cast.lamai, course)
    show(client.sign_in(cast.lamai), attempt)
    assert "แล้ว 2 คน" in client.page.main
    cast.lamai.agency = cast.province
    show(client, attempt)
    assert "ในหน่วยงานของคุณ" not in client.page.main


def test_somebody_without_an_agency_hears_nothing_of_one(client, cast, course):
    show(client.sign_in(cast.orn), take(cast.orn, course))
    assert "ในหน่วยงานของคุณ" not in client.page.main


def test_a_fail_hears_nothing_of_the_agency(client, cast, course):
    take(cast.mali, course)
    show(client.sign_in(cast.lamai), take(cast.lamai, course, mistakes=4))
    assert "ในหน่วยงานของคุณ" not in client.page.main


def test_every_missed_question_explains_the_answer_given_and_the_right_one(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=4)
    show(client.sign_in(cast.lamai), attempt)
    articles = client.page.select("article")
    for article, asked in zip(articles, attempts.paper_of(attempt), strict=True):
        text = article.get_text()
        for choice in asked.choices:
            assert choice.html in text
            assert choice.why_html in text
        assert "คุณตอบ" in text
        assert "คำตอบ" in text


def test_only_questions_with_more_choices_fold_the_others_away(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=4)
    show(client.sign_in(cast.lamai), attempt)
    for article, asked in zip(client.page.select("article"), attempts.paper_of(attempt), strict=True):
        assert len(article.select("details")) == (asked.question.kind != "true_false")


def test_a_missed_question_leads_back_to_its_lesson(client, cast, course):
    show(client.sign_in(cast.lamai), take(cast.lamai, course, mistakes=1))
    [article] = client.page.select("article")
    assert article.select("p a")[0]["href"] == "/learn/sample/op/l1"


def test_a_question_left_out_is_called_so(client, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    attempts.submit(attempt, seq=0, answers={})
    show(client.sign_in(cast.lamai), attempt)
    assert client.page.main.count("ข้อนี้ไม่ได้ตอบ") == 4
    assert "คุณตอบ" not in client.page.main


def test_right_ones_are_folded_but_explained(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=1)
    show(client.sign_in(cast.lamai), attempt)
    assert "ข้อที่ถูก 3 ข้อ" in client.page.main
    assert len(client.page.select("section > details")) == 3


def test_each_go_has_its_number(client, cast, course):
    first, second = take(cast.lamai, course), take(cast.lamai, course)
    for attempt, number in ((first, 1), (second, 2)):
        show(client.sign_in(cast.lamai), attempt)
        assert f"ครั้งที่ {number}" in client.page.main


def test_a_reload_shows_the_same_and_writes_nothing(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=1)
    client.sign_in(cast.lamai)
    steps = db.session.query(Step).count()
    pages = []
    for _reload in range(2):
        show(client, attempt)
        pages.append(client.page.main)
    assert pages[0] == pages[1]
    assert db.session.query(Step).count() == steps
    assert db.session.query(Attempt).count() == 1


def test_an_open_attempt_has_no_result_yet(client, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    response = client.sign_in(cast.lamai).get(f"/attempts/{attempt.code}/result")
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{attempt.code}")


def test_the_result_is_of_the_edition_it_was_taken_in(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=1)
    packs.publish(packs.pack(questions=2, lessons=1, pass_mark=100))
    show(client.sign_in(cast.lamai), attempt)
    assert client.page.h1 == "ผ่านแล้ว"
    assert client.page.one(".head .fig").get_text() == "3/4"


def test_links_lead_only_where_the_course_still_leads(client, cast, course):
    attempt = take(cast.lamai, course, mistakes=4)
    packs.publish(packs.pack(published=("c1",), coming=("op",)))
    show(client.sign_in(cast.lamai), attempt)
    for link in client.page.links():
        if link.startswith(("/learn", "/attempts")):
            assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("questions", [1, 30])
def test_the_same_queries_for_one_question_and_for_thirty(questions, client, cast, queries):
    course = packs.publish(packs.pack(questions=questions))
    path = f"/attempts/{take(cast.lamai, course, mistakes=questions // 2).code}/result"
    client.sign_in(cast.lamai).get(path)
    with queries() as statements:
        client.get(path)
    assert len(statements) == (9 if questions == 1 else 8)  # a pass counts the colleagues too


def test_the_score_counts_what_was_chosen(client, cast, course, op):
    attempt = attempts.start(cast.lamai, course, op)
    first, second = attempts.paper_of(attempt)[:2]
    attempts.submit(
        attempt, seq=0, answers={first.question.id: right(first), second.question.id: wrong(second)}
    )
    show(client.sign_in(cast.lamai), attempt)
    assert client.page.one(".head .fig").get_text() == "1/4"
