"""Facts outlive people's moves and names: who moves leaves the old record with the old agency, who is erased becomes a pseudonym, and the totals of every day stay equal."""

from datetime import date

import pytest
from sqlalchemy import select

from portal import erasing
from portal.accounts.models import SignIn, User
from portal.core.db import Base, db
from portal.courses.course import Course
from portal.learning import assignments, completion, coverage
from portal.learning.models import LessonPlace, Note
from portal.mail.models import MessageStatus, OutboxMessage
from portal.organize import people_rows
from tests import packs
from tests.organize.conftest import passes

JANUARY = "2023-01-20T10:00:00+07:00"
END_OF_JANUARY = coverage.end_of(date(2023, 1, 31))
pytestmark = pytest.mark.both_databases


def told(course) -> dict[str, object]:
    """Everything that coverage says of last month and of now."""
    coverage.forget()
    found: dict[str, object] = {}
    for as_of in (END_OF_JANUARY, None):
        whole = coverage.whole(course, as_of=as_of)
        found[f"matrix {as_of}"] = {
            agency: (one.people, one.people_complete, one.is_complete) for agency, one in whole.matrix.items()
        }
        found[f"totals {as_of}"] = whole.totals
        found[f"moments {as_of}"] = completion.moments(course, as_of=as_of)
    return found


@pytest.fixture
def course(app) -> Course:
    """Two parts published; complete with two people who passed both."""
    return packs.publish()


@pytest.fixture
def january(cast, course) -> None:
    for user in (cast.lamai, cast.mali):
        passes(user, course, ["op", "c1"], JANUARY)
    passes(cast.sakda, course, ["op"], JANUARY)
    db.session.commit()


def test_who_moves_leaves_the_old_record_with_the_old_agency(cast, course, january):
    before = told(course)
    cast.lamai.agency = cast.province
    db.session.commit()
    assert told(course) == before
    passes(cast.lamai, course, ["c1"], "2023-02-10T10:00:00+07:00")
    db.session.commit()
    after = told(course)
    assert after[f"matrix {END_OF_JANUARY}"] == before[f"matrix {END_OF_JANUARY}"]
    assert coverage.of_agency(cast.agency.id, course).is_complete
    assert coverage.of_agency(cast.province.id, course).people == (1, 1, 0)


def test_an_erased_person_becomes_a_pseudonym_and_every_total_stays_equal(app, cast, course, january):
    before, lines = told(course), [row[7:] for row in people_rows.rows(course)]
    name = erasing.erase(cast.lamai, by=cast.orn)
    db.session.commit()
    assert told(course) == before
    assert [row[7:] for row in people_rows.rows(course)] == lines
    assert name.startswith("ผู้ใช้ที่ลบแล้ว ")
    assert name in [row[4] for row in people_rows.rows(course)]


def test_nothing_in_the_database_tells_who_it_was(app, cast, course, january):
    old = cast.lamai.code
    cast.lamai.position = "นักวิเคราะห์"
    place = {"user_id": cast.lamai.id, "course": course.code, "module": "op", "lesson": "l1"}
    db.session.add_all(
        [Note(**place, words="ถามละไม"), LessonPlace(**place), SignIn(key="k", user_id=cast.lamai.id)]
    )
    assignments.assign(
        [cast.lamai],
        course,
        course.modules[0],
        agency=cast.agency,
        due_on=None,
        by=cast.mali,
    )
    assignments.remind([cast.lamai], course, course.modules[:1], due=None, by=cast.mali)
    db.session.commit()
    erasing.erase(cast.lamai, by=None)
    db.session.commit()
    kept = [
        f"{table.name}: {row}"
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
        if any(word in str(row) for word in ("ละไม", "lamai@", "นักวิเคราะห์", old))
    ]
    assert kept == []


def test_mail_that_waits_for_an_erased_person_does_not_leave(app, cast, course):
    assignments.remind([cast.lamai], course, course.modules[:1], due=None, by=cast.mali)
    erasing.erase(cast.lamai, by=None)
    [mail] = db.session.scalars(select(OutboxMessage))
    assert (mail.status, mail.text) == (MessageStatus.FAILED, "")


def test_an_erased_account_opens_no_more_and_erasing_twice_changes_nothing(app, client, cast):
    client.sign_in(cast.lamai)
    name = erasing.erase(cast.lamai, by=None)
    db.session.commit()
    assert client.get("/me").status_code == 303
    assert erasing.erase(cast.lamai, by=None) == name


def test_the_command_erases_by_address_and_says_the_pseudonym(app, cast):
    run = app.test_cli_runner()
    assert "ผู้ใช้ที่ลบแล้ว" in run.invoke(args=["users", "erase", "LAMAI@demo.example"]).output
    assert run.invoke(args=["users", "erase", "nobody@demo.example"]).exit_code != 0
    db.session.expire_all()
    erased = db.session.get(User, cast.lamai.id)
    assert erased is not None
    assert erased.disabled_at is not None
