"""What of the facts is said, by whom, of what and when: once each, in Thai and English, and nothing personal."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.learning.models import ModulePass
from portal.participation.models import AttendanceState
from portal.xapi import delivery
from portal.xapi.models import Statement
from tests.learning.taking import take

ATTENDED, PARTIAL, _EXCUSED, NO_SHOW, WITHDRAWN = AttendanceState


@pytest.fixture
def told(small):
    """told() — what the store got by now, by kind of verb."""

    def said() -> list[tuple[str, dict]]:
        delivery.deliver_due()
        return [
            (one["verb"]["display"]["en"], one) for _path, _headers, batch in small.requests for one in batch
        ]

    return said


def kinds(said) -> list[str]:
    return [kind for kind, _one in said]


def test_a_quiz_begun_is_started_whether_it_is_passed_or_not(told, cast, course) -> None:
    attempt = take(cast.lamai, course, "op", mistakes=2)
    db.session.commit()
    ((kind, one),) = told()
    assert kind == "started"
    assert one["verb"] == {
        "id": "http://activitystrea.ms/schema/1.0/start",
        "display": {"th": "เริ่มทำ", "en": "started"},
    }
    quiz = course.module("op")
    assert one["object"]["id"] == "http://localhost/learn/sample/op/quiz"
    assert one["object"]["definition"]["name"] == {
        language: title for language, title in (("th", quiz.title_th), ("en", quiz.title_en)) if title
    }
    assert one["actor"]["account"] == {"homePage": "http://localhost", "name": f"person:{cast.lamai.code}"}
    assert one["context"]["team"]["account"]["name"] == f"agency:{cast.agency.code}"
    assert datetime.fromisoformat(one["timestamp"]) == attempt.started_at
    assert one["timestamp"].endswith("Z")


def test_a_pass_comes_with_its_score_and_in_the_same_registration(told, cast, course) -> None:
    take(cast.lamai, course, "op")
    db.session.commit()
    (_start, started), (kind, passed) = told()
    assert kind == "passed"
    result = passed["result"]
    assert (result["success"], result["score"]["scaled"]) == (True, 1.0)
    assert result["score"]["min"] <= result["score"]["raw"] <= result["score"]["max"]
    assert passed["context"]["registration"] == started["context"]["registration"]
    assert passed["context"]["contextActivities"]["parent"][0]["id"] == "http://localhost/learn/sample"


def test_a_course_is_completed_with_the_last_part_at_that_moment_once(told, cast, course, clock_at) -> None:
    take(cast.lamai, course, "op")
    clock_at("2023-02-14T10:00:00+07:00")
    take(cast.lamai, course, "c1")
    db.session.commit()
    (completed,) = [one for kind, one in told() if kind == "completed"]
    assert completed["object"]["id"] == "http://localhost/learn/sample"
    assert datetime.fromisoformat(completed["timestamp"]) == datetime(2023, 2, 14, 3, tzinfo=UTC)
    # A pass for another agency completes nothing anew.
    cast.lamai.agency = cast.province
    take(cast.lamai, course, "op")
    db.session.commit()
    assert kinds(told()).count("completed") == 1
    assert kinds(told()).count("passed") == 3


def test_one_part_completes_nothing(told, cast, course) -> None:
    take(cast.lamai, course, "op")
    take(cast.sakda, course, "c1")
    db.session.commit()
    assert "completed" not in kinds(told())


def test_a_pass_that_was_taken_back_before_is_not_told(told, cast, course) -> None:
    take(cast.lamai, course, "op")
    found = db.session.scalars(select(ModulePass)).one()
    found.ended_at = found.passed_at
    db.session.commit()
    assert kinds(told()) == ["started"]


@pytest.mark.parametrize("state", [PARTIAL, NO_SHOW, WITHDRAWN])
def test_only_who_attended_is_told_as_attended(told, noted, state) -> None:
    noted(ATTENDED)
    noted(state)
    assert told() == []


def test_attended_is_told_of_the_mark_that_decides_and_once(told, noted, seat) -> None:
    noted(NO_SHOW)
    noted(ATTENDED)
    ((kind, one),) = told()
    assert kind == "attended"
    assert one["object"]["id"] == f"http://localhost/workshops/{seat.workshop.code}#day1"
    assert one["context"]["contextActivities"]["parent"][0]["definition"]["name"] == {
        "th": "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
        "en": "PMQA 4.0",
    }
    noted(NO_SHOW)
    noted(ATTENDED)
    assert len(told()) == 1


def test_no_name_and_no_address_leaves_the_house(told, busy, cast) -> None:
    text = json.dumps(told(), ensure_ascii=False)
    for person in (cast.lamai, cast.orn):
        assert person.name not in text
        assert person.email not in text
    assert "mbox" not in text


def test_every_statement_has_an_id_of_its_own_that_is_always_the_same(told, busy) -> None:
    ids = [UUID(one["id"]) for _kind, one in told()]
    assert len(set(ids)) == 7
    assert {one.version for one in ids} == {5}
    assert {str(one) for one in ids} == set(db.session.scalars(select(Statement.uuid)))
