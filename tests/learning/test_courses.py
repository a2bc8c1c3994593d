"""/learn: every course, and how far the reader is."""

from portal.core.db import db
from portal.learning import progress
from portal.learning.models import Attempt, LessonMark
from tests import packs
from tests.learning.taking import take


def test_the_courses_are_open_to_everyone(client, course):
    assert client.get("/learn").status_code == 200
    assert client.page.h1 == "บทเรียน"
    assert "/learn/sample" in client.page.links()
    assert "หลักสูตรตัวอย่าง" in client.page.main


def test_without_a_course_the_page_says_what_will_be_here(client):
    assert client.get("/learn").status_code == 200
    assert "ยังไม่มีบทเรียน" in client.page.main


def test_the_strip_is_the_readers_own(client, cast, course):
    take(cast.lamai, course)
    client.sign_in(cast.lamai).get("/learn")
    assert client.page.select(".strip li")[0].get("class") == ["is-passed"]
    assert "เรียนต่อ" in client.page.main
    client.sign_in(cast.sakda).get("/learn")
    assert not client.page.select(".strip .is-passed")


def test_a_signed_out_page_holds_nothing_of_anybody(client, cast, course):
    take(cast.lamai, course)
    response = client.get("/learn")
    assert "csrf" not in response.get_data(as_text=True)
    assert not client.page.select(".strip .is-passed")
    assert "เรียนต่อ" not in client.page.main
    assert "Set-Cookie" not in response.headers


def test_looking_writes_nothing(client, cast, course):
    for path in ("/learn", "/learn/sample", "/learn/sample/op/l1", "/learn/sample/op/quiz"):
        assert client.sign_in(cast.lamai).get(path).status_code == 200
    assert db.session.query(Attempt).count() == db.session.query(LessonMark).count() == 0


def test_the_same_queries_for_one_course_and_for_thirty(client, cast, course, op, queries):
    progress.finish(cast.lamai, course, op, op.lessons[0])
    client.sign_in(cast.lamai).get("/learn")
    with queries() as one:
        client.get("/learn")
    for number in range(29):
        other = packs.publish(packs.pack(published=("op",), coming=()), code=f"course{number}")
        progress.finish(cast.lamai, other, other.modules[0], other.modules[0].lessons[0])
    client.get("/learn")
    with queries() as thirty:
        client.get("/learn")
    assert len(client.page.select("article")) == 30
    assert len(thirty) == len(one)
