"""A lesson: read by everybody, finished by whoever is signed in, its pictures kept for ever."""

import pytest

from portal.core.db import db
from portal.learning.models import LessonMark
from tests import packs

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>ทาง</title><path d="M0 0L10 10"/></svg>\n'


def with_picture() -> dict[str, bytes]:
    files = packs.pack(body='![ทางของรายงาน](../img/way.svg "ภาพที่ 1 ทาง")')
    return files | {"img/way.svg": PICTURE.encode()}


def marks() -> list[tuple[int, str]]:
    return [(mark.user_id, mark.lesson) for mark in db.session.query(LessonMark)]


# --- read


def test_a_lesson_is_open_to_everyone(client, course):
    assert client.get("/learn/sample/op/l1").status_code == 200
    assert client.page.h1 == "บท op l1"
    assert "อ่านแล้วลองเขียน" in client.page.main
    assert "บทที่ 1 จาก 2" in client.page.main


def test_a_lesson_leads_to_the_one_before_and_after_and_at_last_to_the_quiz(client, course):
    client.get("/learn/sample/op/l1")
    assert [str(a["href"]) for a in client.page.select(".pager a")] == ["/learn/sample/op/l2"]
    client.get("/learn/sample/op/l2")
    assert [str(a["href"]) for a in client.page.select(".pager a")] == [
        "/learn/sample/op/l1",
        "/learn/sample/op/quiz",
    ]


def test_the_lesson_one_is_in_is_marked(client, course):
    client.get("/learn/sample/op/l2")
    assert {str(a["href"]) for a in client.page.select(".contents [aria-current=page]")} == {
        "/learn/sample/op/l2"
    }


@pytest.mark.parametrize("path", ["op/none", "none/l1", "c2/l1", "op/quiz.toml", "op/l1.md"])
def test_what_is_no_published_lesson_is_not_found(path, client, course):
    assert client.get(f"/learn/sample/{path}").status_code == 404


def test_a_signed_out_lesson_holds_no_token_and_leads_to_the_sign_in(client, course):
    response = client.get("/learn/sample/op/l1")
    assert "csrf" not in response.get_data(as_text=True)
    assert "/sign-in?next=/learn/sample/op/l1" in client.page.links()
    assert "Set-Cookie" not in response.headers


def test_a_signed_in_lesson_is_a_handful_of_queries(client, cast, course, queries):
    client.sign_in(cast.lamai).get("/learn/sample/op/l1")
    with queries() as statements:
        client.get("/learn/sample/op/l1")
    assert len(statements) <= 6


def test_who_reads_in_english_is_told_that_the_lesson_is_thai(client, course):
    client.set_cookie("lang", "en")
    client.get("/learn/sample/op/l1")
    assert client.page.h1 == "Lesson บท op l1"
    assert "What the lesson says." in client.page.main
    assert client.page.one("div.prose")["lang"] == "th"


# --- finish


def test_finishing_a_lesson_leads_to_the_next(client, cast, course):
    client.sign_in(cast.lamai).get("/learn/sample/op/l1")
    response = client.submit("/finished")
    assert (response.status_code, response.headers["Location"]) == (303, "/learn/sample/op/l2")
    assert marks() == [(cast.lamai.id, "l1")]
    client.follow(response)
    assert client.page.flashes
    assert client.page.select('.contents svg[aria-label="อ่านจบแล้ว"]')


def test_finishing_the_last_lesson_leads_to_the_quiz(client, cast, course):
    client.sign_in(cast.lamai).get("/learn/sample/op/l2")
    assert client.submit("/finished").headers["Location"] == "/learn/sample/op/quiz"


def test_finishing_the_last_lesson_of_a_part_without_a_quiz_leads_to_the_course(client, cast):
    files = packs.pack(published=("start",), coming=("op",))
    del files["start/quiz.toml"]
    packs.publish(files)
    client.sign_in(cast.lamai).get("/learn/sample/start/l2")
    assert client.submit("/finished").headers["Location"] == "/learn/sample"


def test_a_finished_lesson_says_so_and_asks_no_more(client, cast, course):
    client.sign_in(cast.lamai).get("/learn/sample/op/l1")
    client.submit("/finished")
    client.get("/learn/sample/op/l1")
    assert "เรียนบทนี้จบแล้ว" in client.page.one(".finish").get_text()
    assert not client.page.select(".finish form")


def test_a_double_click_on_finished_is_one_mark(client, cast, course):
    client.sign_in(cast.lamai).get("/learn/sample/op/l1")
    assert [client.submit("/finished").status_code for _click in range(2)] == [303, 303]
    assert len(marks()) == 1


def test_nobody_finishes_without_signing_in(client, cast, course):
    client.sign_in(cast.lamai).get("/learn/sample/op/l1")
    client.sign_out()
    assert client.submit("/finished").status_code in (400, 401)
    assert marks() == []


def test_a_finished_mark_without_its_token_is_refused(client, cast, course):
    client.sign_in(cast.lamai)
    assert client.post("/learn/sample/op/l1/finished").status_code == 400
    assert marks() == []


def test_a_lesson_that_is_not_there_cannot_be_finished(client, cast, course):
    client.sign_in(cast.lamai).get("/learn/sample/op/l1")
    form = client.page.form("/finished")
    form["action"] = "/learn/sample/op/none/finished"
    assert client.submit("/finished").status_code == 404


# --- pictures


def test_a_picture_is_given_as_it_was_published_and_may_be_kept(client):
    packs.publish(with_picture())
    response = client.get("/learn/sample/files/1/img/way.svg")
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    assert response.get_data(as_text=True) == PICTURE
    assert "immutable" in response.headers["Cache-Control"]


def test_a_picture_of_an_older_edition_is_still_there(client):
    packs.publish(with_picture())
    packs.publish()
    assert client.get("/learn/sample/files/1/img/way.svg").status_code == 200
    assert client.get("/learn/sample/files/2/img/way.svg").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "sample/files/1/op/quiz.toml",
        "sample/files/1/course.toml",
        "sample/files/1/op/l1.md",
        "sample/files/1/img/../op/quiz.toml",
        "sample/files/1/img/none.svg",
        "sample/files/9/img/way.svg",
        "sample/files/99999999999999999999/img/way.svg",
        "other/files/1/img/way.svg",
    ],
)
def test_nothing_but_the_pictures_of_an_edition_is_given_out(path, client):
    packs.publish(with_picture())
    assert client.get(f"/learn/{path}").status_code == 404
