"""Extra time: given by organizers to a person or an agency, the most counts, and it reaches attempts that are open."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.accounts.models import AuditEvent
from portal.core import clock
from portal.core.db import db
from portal.learning import attempts, extra_time
from portal.learning.extra_time import NobodyNamed, NotAShare, NotThere
from portal.learning.models import Attempt, ExtraTime
from tests.learning.taking import course_with

PAGE = "/organize/extra-time"
NINE = datetime(2023, 2, 13, 2, 0, tzinfo=UTC)


@pytest.fixture
def course(app):
    return course_with("time_limit = 40\n")


def share(user, module: str = "op") -> int:
    return extra_time.per_cent(user, "sample", module)


def minutes_of(attempt: Attempt) -> float:
    db.session.refresh(attempt)
    assert attempt.due_at is not None
    return (attempt.due_at - attempt.started_at) / timedelta(minutes=1)


def test_of_several_the_most_counts_and_nobody_elses_does(cast, course):
    give = extra_time.give
    give(by=cast.orn, agency=cast.agency, per_cent=25, why="อบรมออนไลน์")
    give(by=cast.orn, user=cast.lamai, course="sample", per_cent=50, why="สายตา")
    give(by=cast.orn, user=cast.lamai, course="sample", module="c1", per_cent=100, why="สายตา")
    assert [share(one) for one in (cast.lamai, cast.mali, cast.sakda, cast.orn)] == [50, 25, 0, 0]
    assert share(cast.lamai, "c1") == 100
    assert extra_time.per_cent(cast.lamai, "other", "op") == 25


def test_given_anew_for_the_same_it_takes_the_place_of_the_old(cast, course):
    for per_cent in (100, 20):
        extra_time.give(by=cast.orn, user=cast.lamai, per_cent=per_cent, why="สายตา")
    assert share(cast.lamai) == 20
    assert [one.per_cent for one in extra_time.in_force()] == [20]
    assert db.session.query(ExtraTime).count() == 2


def test_what_is_open_is_lengthened_and_never_shortened(cast, course):
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    given = extra_time.give(by=cast.orn, agency=cast.agency, per_cent=50, why="ไฟดับ")
    assert minutes_of(attempt) == 60
    extra_time.give(by=cast.orn, user=cast.lamai, per_cent=10, why="สายตา")
    extra_time.end(given, by=cast.orn)
    db.session.flush()
    assert (minutes_of(attempt), share(cast.lamai)) == (60, 10)


def test_what_is_over_stays_over_and_what_is_another_stays_as_it_was(cast, course):
    over = attempts.start(cast.lamai, course, course.modules[0])
    clock.start_at(NINE + timedelta(minutes=45), still=True)
    other, foreign = (
        attempts.start(cast.lamai, course, course.modules[1]),
        attempts.start(cast.sakda, course, course.modules[0]),
    )
    extra_time.give(by=cast.orn, agency=cast.agency, course="sample", module="op", per_cent=300, why="ไฟดับ")
    assert [minutes_of(one) for one in (over, other, foreign)] == [40, 40, 40]


@pytest.mark.parametrize("per_cent", [-1, 0, 4, 301])
def test_only_a_share_that_makes_sense_is_given(per_cent, cast, course):
    with pytest.raises(NotAShare):
        extra_time.give(by=cast.orn, user=cast.lamai, per_cent=per_cent, why="x")


def test_it_is_for_one_of_a_person_and_an_agency_in_a_place_that_is_there(cast, course):
    with pytest.raises(NobodyNamed):
        extra_time.give(by=cast.orn, per_cent=50, why="x")
    with pytest.raises(NobodyNamed):
        extra_time.give(by=cast.orn, user=cast.lamai, agency=cast.agency, per_cent=50, why="x")
    for where, module in (("nowhere", ""), ("sample", "c9"), ("", "op")):
        with pytest.raises(NotThere):
            extra_time.give(by=cast.orn, user=cast.lamai, course=where, module=module, per_cent=50, why="x")


# --- the page


def given(client, **fields: str) -> int:
    client.get(PAGE)
    filled = {"email": "", "agency": "", "where": "", "per_cent": "50", "why": "สายตา"} | fields
    status: int = client.submit(f"{PAGE}#h-give", **filled).status_code
    return status


def test_an_organizer_gives_and_ends_it(client, cast, course):
    client.sign_in(cast.orn)
    assert given(client, email=" LAMAI@demo.example ", where="sample/op") == 303
    assert given(client, agency="กรมตัวอย่าง", per_cent="25") == 303
    db.session.rollback()
    assert (share(cast.lamai), share(cast.lamai, "c1")) == (50, 25)
    client.get(PAGE)
    rows = [row.get_text(" ", strip=True) for row in client.page.select("tbody tr")]
    assert ["กรมตัวอย่าง" in rows[0], "ละไม" in rows[1], "สายตา" in rows[1]] == [True] * 3
    assert client.submit("/end").status_code == 303
    db.session.rollback()
    assert share(cast.lamai, "c1") == 0
    assert [event.verb for event in db.session.query(AuditEvent)] == ["extra time given"] * 2 + [
        "extra time ended"
    ]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "เลือกคนเดียวหรือหน่วยงานเดียว"),
        ({"email": "lamai@demo.example", "agency": "กรมตัวอย่าง"}, "เลือกคนเดียวหรือหน่วยงานเดียว"),
        ({"email": "nobody@demo.example"}, "ยังไม่มีบัญชี"),
        ({"agency": "กรมไม่มีจริง"}, "กรมไม่มีจริง"),
        ({"agency": "กรมตัวอย่าง", "per_cent": "1000"}, "5 ถึง 300"),
        ({"agency": "กรมตัวอย่าง", "per_cent": "ครึ่ง"}, "5 ถึง 300"),
        ({"agency": "กรมตัวอย่าง", "why": ""}, "เหตุผล"),
        ({"agency": "กรมตัวอย่าง", "where": "nowhere"}, "แบบทดสอบ"),
    ],
)
def test_a_bad_form_is_told_and_keeps_what_was_typed(fields, says, client, cast, course):
    client.sign_in(cast.orn)
    assert given(client, **fields) == 422
    assert says in client.page.main
    assert client.page.one("#why")["value"] == fields.get("why", "สายตา")
    assert extra_time.in_force() == []


def test_only_organizers_come_in(client, cast, course):
    for user in (cast.lamai, cast.mali, cast.wit):
        assert client.sign_in(user).get(PAGE).status_code == 403
    client.sign_out()
    assert client.get(PAGE).status_code == 303


def test_what_is_not_there_cannot_be_ended(client, cast, course):
    client.sign_in(cast.orn)
    given(client, email="lamai@demo.example")
    client.get(PAGE)
    token = client.page.form("/end").select("[name=csrf_token]")[0]["value"]
    assert client.post(f"{PAGE}/NOSUCH/end", data={"csrf_token": token}).status_code == 404


def test_the_same_queries_for_one_and_for_thirty(client, cast, course, queries):
    client.sign_in(cast.orn)
    counts = []
    for many in (1, 29):
        for at in range(many):
            extra_time.give(
                by=cast.orn,
                user=cast.lamai,
                course="sample",
                module=("op", "c1")[at % 2],
                per_cent=50,
                why="x",
            )
        db.session.commit()
        client.get(PAGE)
        with queries() as statements:
            client.get(PAGE)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_quiz_page_tells_ones_own_time(client, cast, course):
    extra_time.give(by=cast.orn, user=cast.lamai, per_cent=50, why="สายตา")
    client.sign_in(cast.lamai).get("/learn/sample/op/quiz")
    assert "60 นาที รวมเวลาที่เพิ่มให้ร้อยละ 50" in client.page.main
