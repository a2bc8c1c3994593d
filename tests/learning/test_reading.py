"""Reading: a lesson left is found again at its place, its end is noted once; the whole course stands on one page."""

import pytest

from portal.core.db import db
from portal.learning import progress, reading
from portal.learning.models import LessonPlace
from tests import packs

L1, L2 = "/learn/sample/op/l1", "/learn/sample/op/l2"
TWO = "## ที่หนึ่ง {#one}\n\nก\n\n### ย่อย {#sub}\n\nข[^1]\n\n[อีกบท](l2.md#steps) [ข้างบน](#one)\n\n[^1]: หมายเหตุ"


@pytest.fixture
def two(app):
    files = packs.pack()
    files["op/l1.md"] = packs.lesson("บทแรก", TWO).encode()
    return packs.publish(files)


def leave(client, path=L1, **said):
    client.get(path)
    token = client.page.one("article[data-place]")["data-token"]
    return client.post(f"{path}/place", json=said, headers={"X-CSRFToken": token})


def place() -> LessonPlace:
    return db.session.query(LessonPlace).one()


# --- the place


def test_a_lesson_that_was_left_is_gone_on_with_at_its_heading(client, cast, two):
    client.sign_in(cast.lamai)
    assert leave(client, heading="sub").status_code == 204
    client.get(L1)
    assert client.page.select("article > p.meta a")[0]["href"] == "#sub"
    client.get("/learn/sample")
    assert f"{L1}#sub" in client.page.links()
    client.get("/me")
    assert f"{L1}#sub" in client.page.links()


def test_the_lesson_left_last_comes_before_the_first_of_the_course(client, cast, two):
    client.sign_in(cast.lamai)
    leave(client, L2, heading="steps")
    client.get("/learn/sample")
    assert client.page.one(".panel a")["href"] == f"{L2}#steps"


def test_who_finished_what_was_left_goes_on_in_order(client, cast, two, clock_at):
    client.sign_in(cast.lamai)
    leave(client, L2, heading="steps")
    client.get(L2)
    client.submit("/finished")
    client.get("/learn/sample")
    assert client.page.one(".panel a")["href"] == L1


def test_a_place_in_a_part_that_is_passed_or_gone_leads_nowhere(cast, two):
    left = reading.note_place(cast.lamai, (two, two.modules[0], two.modules[0].lessons[1]), heading="steps")
    assert left is not None
    left.lesson = "gone"
    db.session.flush()
    module, lesson = progress.of_user(cast.lamai, [two])["sample"].next_lesson() or (None, None)
    assert module is not None
    assert lesson is not None
    assert (module.code, lesson.slug) == ("op", "l1")


def test_a_heading_that_is_not_there_is_the_beginning(client, cast, two):
    client.sign_in(cast.lamai)
    leave(client, heading="none")
    assert place().heading == ""
    client.get("/learn/sample")
    assert L1 in client.page.links()


@pytest.mark.parametrize("said", [[], "one", {"heading": 7}, None])
def test_what_is_no_place_is_refused(said, client, cast, two):
    client.sign_in(cast.lamai).get(L1)
    token = client.page.one("article[data-place]")["data-token"]
    assert client.post(f"{L1}/place", json=said, headers={"X-CSRFToken": token}).status_code == 400
    assert db.session.query(LessonPlace).count() == 0


def test_a_place_needs_a_token_a_person_and_a_lesson(client, cast, two):
    assert client.post(f"{L1}/place", json={}).status_code in (400, 401)
    client.sign_in(cast.lamai)
    assert client.post(f"{L1}/place", json={}).status_code == 400
    client.get(L1)
    token = client.page.one("article[data-place]")["data-token"]
    gone = client.post("/learn/sample/op/none/place", json={}, headers={"X-CSRFToken": token})
    assert gone.status_code == 404


def test_reading_alone_notes_nothing(client, cast, two):
    client.sign_in(cast.lamai).get(L1)
    assert db.session.query(LessonPlace).count() == 0


@pytest.mark.both_databases
def test_the_end_is_noted_once_and_kept(cast, two, clock_at):
    where = two, two.modules[0], two.modules[0].lessons[0]
    reading.note_place(cast.lamai, where, at_end=True)
    first = place().reached_end_at
    assert first is not None
    clock_at("2023-02-14T09:00:00+07:00")
    reading.note_place(cast.lamai, where, heading="one", at_end=True)
    assert (place().reached_end_at, place().heading) == (first, "one")
    assert progress.of_user(cast.lamai, [two])["sample"].places[0].at > first


def test_the_button_at_the_end_notes_the_end(client, cast, two):
    client.sign_in(cast.lamai).get(L1)
    client.submit("/finished")
    assert place().reached_end_at is not None


# --- the whole course


def test_the_whole_course_is_one_page_with_no_id_twice(client, two):
    assert client.get("/learn/sample/print").status_code == 200
    assert [one["id"] for one in client.page.select("article h3")] == ["op.l1", "op.l2", "c1.l1", "c1.l2"]
    assert client.page.one(r"#op\.l1\.one").name == "h4"


def test_links_between_its_lessons_stay_on_the_page(client, two):
    client.get("/learn/sample/print")
    links = client.page.select("article a[href]")
    assert {"#op.l2.steps", "#op.l1.one"} <= {str(link["href"]) for link in links}
    ids = {str(one["id"]) for one in client.page.select("[id]")}
    assert {str(link["href"])[1:] for link in links if str(link["href"]).startswith("#")} <= ids


def test_the_course_leads_to_it_and_an_unknown_one_is_not_found(client, two):
    client.get("/learn/sample")
    assert "/learn/sample/print" in client.page.links()
    assert client.get("/learn/none/print").status_code == 404


def test_one_part_of_it_is_a_page_too_and_links_to_others_lead_to_their_lessons(client, two):
    client.get("/learn/sample/print?part=c1")
    assert [one["id"] for one in client.page.select("article h3")] == ["c1.l1", "c1.l2"]
    for part in ("c2", "none"):
        assert client.get(f"/learn/sample/print?part={part}").status_code == 404
