"""/learn/<course>: its parts in order, and where the reader goes on."""

import pytest

from portal.learning import progress
from tests import packs
from tests.learning.taking import take


def test_a_course_shows_its_parts_and_what_completes_it(client, course):
    assert client.get("/learn/sample").status_code == 200
    assert client.page.h1 == "หลักสูตรตัวอย่าง"
    assert [str(part["id"]) for part in client.page.select("main ol > li[id]")] == ["op", "c1", "c2"]
    assert "มีผู้ผ่านครบทุกส่วนอย่างน้อย 2 คน" in client.page.main
    assert "/learn/sample/op/l1" in client.page.links()
    assert "/learn/sample/op/quiz" in client.page.links()


def test_a_coming_part_is_named_and_leads_nowhere(client, course):
    client.get("/learn/sample")
    coming = client.page.one("#c2")
    assert "กำลังจัดทำ" in coming.get_text()
    assert not coming.select("a")


def test_an_unknown_course_is_not_found(client, course):
    assert client.get("/learn/nothing").status_code == 404


def test_the_reader_goes_on_where_they_stopped(client, cast, course, op):
    progress.finish(cast.lamai, course, op, op.lessons[0])
    client.sign_in(cast.lamai).get("/learn/sample")
    panel = client.page.one(".panel")
    assert "ต่อจากที่ค้างไว้" in panel.get_text()
    assert panel.select("a")[0]["href"] == "/learn/sample/op/l2"
    assert "อ่านจบ 1 จาก 2 บท" in client.page.main


def test_when_all_lessons_are_read_the_panel_leads_to_the_quiz(client, cast, op, course):
    course = packs.publish(packs.pack(published=("op",)))
    part = course.modules[0]
    for lesson in part.lessons:
        progress.finish(cast.lamai, course, part, lesson)
    client.sign_in(cast.lamai).get("/learn/sample")
    assert client.page.one(".panel a")["href"] == "/learn/sample/op/quiz"


def test_a_passed_part_says_so(client, cast, course):
    take(cast.lamai, course)
    client.sign_in(cast.lamai).get("/learn/sample")
    assert "ผ่านแล้ว" in client.page.one("#op .hang-side").get_text()
    assert client.page.one("#op .hang-side").select(".tag-ok")


def test_a_signed_out_page_holds_nothing_of_anybody(client, cast, course):
    take(cast.lamai, course)
    response = client.get("/learn/sample")
    assert "csrf" not in response.get_data(as_text=True)
    assert not client.page.select(".is-passed:not(.legend *)")
    assert "ของฉัน" not in client.page.main


@pytest.mark.parametrize("lessons", [1, 30])
def test_the_same_queries_for_one_lesson_and_for_thirty(lessons, client, cast, queries):
    course = packs.publish(packs.pack(lessons=lessons, published=("op",), coming=()))
    for lesson in course.modules[0].lessons:
        progress.finish(cast.lamai, course, course.modules[0], lesson)
    client.sign_in(cast.lamai).get("/learn/sample")
    with queries() as statements:
        client.get("/learn/sample")
    assert len(client.page.select(".contents svg[aria-label]")) == lessons
    assert len(statements) <= 6


def test_the_address_of_a_part_leads_to_it_on_the_page_of_its_course(client, course):
    assert client.get("/learn/sample/op").headers["Location"] == "/learn/sample#op"
    assert client.get("/learn/sample/nothing").status_code == 404
    assert client.get("/learn/nothing/op").status_code == 404
