"""Notes and bookmarks: one's own, kept beside the lesson, listed by course, and nobody else's business."""

import pytest

from portal.core.db import db
from portal.learning import notes
from portal.learning.models import Note

LESSON, LIST = "/learn/sample/op/l1", "/learn/sample/notes"


def kept() -> list[tuple[str, str]]:
    return [(note.heading, note.words) for note in db.session.query(Note).order_by(Note.id)]


@pytest.fixture
def written(client, cast, course) -> Note:
    client.sign_in(cast.lamai).get(LESSON)
    client.submit(f"{LESSON}/notes", words="ถามหัวหน้า 😀", heading="steps")
    return db.session.query(Note).one()


def test_a_note_stands_beside_its_lesson_and_in_the_list(client, written):
    client.get(LESSON)
    assert "ถามหัวหน้า 😀" in client.page.one("#notes").get_text()
    assert client.get(LIST).status_code == 200
    assert "ถามหัวหน้า 😀" in client.page.main
    assert f"{LESSON}#steps" in client.page.links()


def test_no_words_are_a_bookmark_and_twice_the_same_is_one(client, cast, course):
    client.sign_in(cast.lamai).get(LESSON)
    for _press in range(2):
        assert client.submit(f"{LESSON}/notes", words="  ").status_code == 303
    assert kept() == [("", "")]
    client.get(LIST)
    assert "คั่นทั้งบท" in client.page.main


def test_a_note_is_changed_and_removed(client, written):
    client.get(f"{LIST}/{written.code}")
    client.submit(f"{LIST}/{written.code}", words="ใหม่", heading="")
    assert kept() == [("", "ใหม่")]
    client.get(f"{LIST}/{written.code}")
    assert client.submit("/removal").status_code == 303
    assert kept() == []
    client.get(LIST)
    assert "ยังไม่มีโน้ต" in client.page.main


def test_too_many_words_are_refused_and_stay(client, cast, course):
    client.sign_in(cast.lamai).get(LESSON)
    words = "ก" * 4_001
    assert client.submit(f"{LESSON}/notes", words=words).status_code == 422
    assert client.page.one("textarea").get_text().strip() == words
    assert kept() == []


def test_too_many_notes_are_refused(client, written, monkeypatch):
    monkeypatch.setattr(notes, "MOST", 1)
    client.get(LESSON)
    assert client.submit(f"{LESSON}/notes", words="อีก").status_code == 422
    assert "ลบรายการที่ไม่ใช้" in client.page.main
    assert len(kept()) == 1


def test_nobody_else_sees_or_touches_a_note(client, cast, written):
    for other in (cast.sakda, cast.mali, cast.orn):
        client.sign_in(other)
        assert client.get(f"{LIST}/{written.code}").status_code == 404
        client.get(LIST)
        assert "ถามหัวหน้า" not in client.page.text
        client.get(LESSON)
        assert "ถามหัวหน้า" not in client.page.text
        form = client.page.form(f"{LESSON}/notes")
        form["action"] = f"{LIST}/{written.code}/removal"
        assert client.submit("/removal").status_code == 404
    assert len(kept()) == 1


def test_notes_need_a_sign_in_and_a_token(client, cast, course):
    assert client.get(LIST).status_code == 303
    assert client.post(f"{LESSON}/notes", data={"words": "ก"}).status_code in (400, 401)
    client.sign_in(cast.lamai)
    assert client.post(f"{LESSON}/notes", data={"words": "ก"}).status_code == 400
    assert client.get("/learn/none/notes").status_code == 404


def test_a_note_of_a_lesson_that_is_gone_is_still_there(client, written):
    written.lesson = "gone"
    db.session.flush()
    client.get(LIST)
    assert "บทที่ไม่อยู่ในหลักสูตรแล้ว" in client.page.main
    assert client.get(f"{LIST}/{written.code}").status_code == 200


def test_the_list_takes_as_many_queries_for_many_notes_as_for_one(client, cast, course, written, queries):
    with queries() as one:
        client.get(LIST)
    where = course, course.modules[0], course.modules[0].lessons[0]
    for number in range(30):
        notes.write(cast.lamai, where, words=str(number), heading="")
    with queries() as many:
        client.get(LIST)
    assert len(many) == len(one)
