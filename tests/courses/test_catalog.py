"""The catalog answers from memory, and sees a new edition in time."""

import threading
from typing import Any

import pytest
from flask import Flask

from portal.core.db import db
from portal.core.i18n import in_language
from portal.courses import catalog, editions, shelf
from portal.courses.course import Course
from tests.courses import packs

CODE = packs.CODE


def publish(files: dict[str, bytes] | None = None, code: str = CODE) -> int:
    edition = editions.publish(code, files or packs.sound(), by=None)
    assert edition is not None
    db.session.commit()
    return edition.id


def publish_elsewhere(app: Flask, files: dict[str, bytes]) -> None:
    """Publish as another process would: this one's count of its own publications stays as it is."""

    def run() -> None:
        with app.app_context():
            editions.publish(CODE, files, by=None)
            db.session().info.clear()
            db.session.commit()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    db.session.rollback()


def members() -> int:
    course = catalog.course(CODE)
    assert course is not None
    return course.members


def test_nothing_is_taught_before_anything_is_published(app: Flask) -> None:
    assert catalog.courses() == ()
    assert catalog.course(CODE) is None


def test_a_published_course_is_there_at_once(app: Flask) -> None:
    assert catalog.course(CODE) is None
    edition_id = publish()
    course = catalog.course(CODE)
    assert course is not None
    assert (course.edition_id, course.number) == (edition_id, 1)


def test_reading_costs_no_query_once_it_is_known(app: Flask, queries: Any) -> None:
    edition_id = publish()
    catalog.courses()
    with queries() as statements:
        for _again in range(20):
            catalog.courses()
            catalog.course(CODE)
            catalog.at_edition(edition_id)
    assert statements == []


def test_the_first_reading_costs_as_many_queries_as_there_are_courses_and_one(
    app: Flask, queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "take", lambda *_args, **_kwargs: None)
    publish()
    publish(code="other")
    with queries() as statements:
        catalog.courses()
    assert len(statements) == 3


def test_what_another_process_publishes_is_seen_within_the_seconds_set(
    app: Flask, queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    assert members() == 2
    publish_elsewhere(app, packs.spoiled("course.toml", "members = 2", "members = 9"))
    with queries() as statements:
        assert members() == 2
    assert statements == []
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 0)
    assert members() == 9


def test_asking_again_without_news_costs_one_query(
    app: Flask, queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    before = catalog.courses()
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 0)
    with queries() as statements:
        after = catalog.courses()
    assert len(statements) == 1
    assert after[0] is before[0]


def test_a_publication_that_is_rolled_back_was_never_taught(app: Flask) -> None:
    publish()
    catalog.courses()
    editions.publish(CODE, packs.spoiled("course.toml", "members = 2", "members = 9"), by=None)
    assert members() == 2
    db.session.rollback()
    assert members() == 2


def test_a_broken_pack_leaves_the_course_as_it_was(app: Flask) -> None:
    publish()
    with pytest.raises(editions.BrokenPack):
        editions.publish(CODE, packs.spoiled("course.toml", "members = 2", "members = 0"), by=None)
    db.session.commit()
    assert members() == 2


def test_an_attempt_finds_the_course_as_it_stood_in_its_edition(app: Flask) -> None:
    first = publish()
    second = publish(packs.spoiled("course.toml", "members = 2", "members = 3"))
    assert catalog.at_edition(first).members == 2
    assert catalog.at_edition(first).number == 1
    assert catalog.at_edition(second).members == 3
    assert catalog.course(CODE) is catalog.at_edition(second)


def test_an_unknown_edition_is_a_lookup_error(app: Flask) -> None:
    with pytest.raises(LookupError):
        catalog.at_edition(99)


def test_old_editions_are_let_go_but_come_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "MOST_EDITIONS", 2)
    ids = [publish(packs.spoiled("course.toml", "members = 2", f"members = {n}")) for n in range(1, 7)]
    found = [catalog.at_edition(edition_id).members for edition_id in ids]
    assert found == [1, 2, 3, 4, 5, 6]
    assert len(app.extensions["courses"].read) <= 3
    assert catalog.at_edition(ids[0]).members == 1


def test_courses_stand_in_the_order_of_the_award(app: Flask) -> None:
    publish(packs.spoiled("course.toml", '["pmqa40"]', '["excellent", "category"]'), code="a-second")
    publish(packs.spoiled("course.toml", '["pmqa40"]', '["category"]'), code="a-third")
    publish(code="z-first")
    assert [course.code for course in catalog.courses()] == ["z-first", "a-second", "a-third"]


def test_a_course_reads_the_same_whoever_asked_first(app: Flask) -> None:
    publish()

    def read() -> Course:
        catalog.forget()
        return catalog.courses()[0]

    thai = read()
    with in_language("en"):
        assert read() == thai


def test_an_image_is_given_by_its_edition(app: Flask) -> None:
    edition_id = publish()
    found = catalog.edition_id_of(CODE, 1)
    assert found == edition_id
    assert catalog.image(edition_id, "img/way.svg") == packs.SVG.encode()
    assert catalog.image_type("img/way.svg") == "image/svg+xml"
    assert catalog.image_type("img/a.png") == "image/png"


@pytest.mark.parametrize(
    "path", ["op/quiz.toml", "course.toml", "op/why.md", "img/none.svg", "img/../op/quiz.toml", "img/", ""]
)
def test_only_images_are_given_out(app: Flask, path: str) -> None:
    assert catalog.image(publish(), path) is None


def test_an_edition_that_is_not_there_has_no_id(app: Flask) -> None:
    publish()
    assert catalog.edition_id_of(CODE, 2) is None
    assert catalog.edition_id_of("none", 1) is None


def test_threads_that_ask_at_once_all_get_the_course(app: Flask) -> None:
    publish()
    got: list[object] = []

    def ask() -> None:
        with app.app_context():
            got.append(catalog.course(CODE))

    threads = [threading.Thread(target=ask) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert all(course is got[0] and course is not None for course in got)
