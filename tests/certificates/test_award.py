"""The organizer's page of a course or a workshop: who earned a certificate, issuing to all of them once, and the rule."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import Tag
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.attendance import roll
from portal.certificates import awarding, earning, issuing
from portal.certificates.models import Certificate
from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation import registration
from portal.participation.models import AttendanceState
from portal.programme.models import Workshop
from tests import packs
from tests.cast import Cast
from tests.learning.taking import take
from tests.pages import Client
from tests.rows import once

COURSE = "/organize/courses/sample/certificates"
WORKSHOP = "/organize/workshops/pmqa40-2566/certificates"


@pytest.fixture
def passed(cast: Cast) -> None:
    """Lamai and Mali passed all parts of the course."""
    course = packs.publish()
    for person in (cast.lamai, cast.mali):
        for module in ("op", "c1"):
            take(person, course, module)


@pytest.fixture
@once
def attended(cast: Cast, make_workshop: Callable[..., Workshop]) -> Workshop:
    """Lamai attended the first of two days."""
    workshop = make_workshop()
    seat = registration.register(workshop, user=cast.lamai)
    roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
    db.session.commit()
    return workshop


@pytest.fixture(autouse=True)
def organizer(client: Client, cast: Cast) -> None:
    client.sign_in(cast.orn)


def give_all(client: Client) -> TestResponse:
    """The button, also by who has the page open from before."""
    client.get("/account")
    field = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})
    assert isinstance(field, Tag)
    return client.post(f"{COURSE}/all", data={"csrf_token": field["value"]})


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "certificates.issued")))


@pytest.mark.both_databases
@pytest.mark.usefixtures("passed")
def test_everybody_who_earned_one_is_given_one_and_told_once(client: Client, cast: Cast) -> None:
    client.get(COURSE)
    assert "ได้ตามเกณฑ์ 2 คน" in client.page.text
    for _again in range(2):
        assert give_all(client).status_code == 303
    issued = db.session.scalars(select(Certificate)).all()
    assert {one.user_id for one in issued} == {cast.lamai.id, cast.mali.id}
    assert {mail.to_email for mail in mails()} == {cast.lamai.email, cast.mali.email}
    assert len(mails()) == 2
    client.get(COURSE)
    assert "ทุกคนที่ได้ตามเกณฑ์มีใบประกาศแล้ว" in client.page.text
    assert "ออกใบประกาศให้" not in client.page.main


@pytest.mark.usefixtures("passed")
def test_a_closed_account_is_given_one_without_a_mail(client: Client, cast: Cast) -> None:
    cast.lamai.disabled_at = cast.lamai.confirmed_at
    db.session.commit()
    give_all(client)
    assert [mail.to_email for mail in mails()] == [cast.mali.email]


@pytest.mark.usefixtures("passed")
def test_very_many_are_issued_a_portion_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awarding, "MOST_ISSUED", 1)
    for count in (1, 2, 2):
        give_all(client)
        assert db.session.scalar(select(func.count(Certificate.id))) == count


def test_the_rule_of_a_workshop_decides_who_has_earned_one(client: Client, attended: Workshop) -> None:
    client.get(WORKSHOP)
    assert "ยังไม่มีใครครบเกณฑ์" in client.page.text
    assert client.submit(f"{WORKSHOP}/rule", sessions="1").status_code == 303
    client.get(WORKSHOP)
    assert "ได้ตามเกณฑ์ 1 คน" in client.page.text
    client.submit(f"{WORKSHOP}/all")
    (one,) = db.session.scalars(select(Certificate)).all()
    assert one.facts == {"attended": 1, "sessions": 2}


@pytest.mark.parametrize("sessions", ["", "0", "3", "สอง", "9" * 30])
def test_a_rule_that_nobody_could_keep_is_refused_at_its_field(
    client: Client, attended: Workshop, sessions: str
) -> None:
    client.get(WORKSHOP)
    assert client.submit(f"{WORKSHOP}/rule", sessions=sessions).status_code == 422
    assert client.page.errors
    assert client.page.one("#sessions")["value"] == sessions
    assert earning.sessions_needed(attended) == 2


def test_who_does_not_keep_the_rule_any_more_is_named(client: Client, attended: Workshop, cast: Cast) -> None:
    earning.set_sessions_needed(attended, 1, by=cast.orn)
    issuing.issue(earning.of_workshop(attended), by=cast.orn)
    earning.set_sessions_needed(attended, 2, by=cast.orn)
    db.session.commit()
    client.get(WORKSHOP)
    assert "มีใบที่ยังใช้ได้ แต่ไม่ครบเกณฑ์แล้ว" in client.page.text
    assert "ละไม ตั้งใจ" in client.page.main


@pytest.mark.usefixtures("passed")
def test_the_same_queries_for_one_and_for_two(client: Client, cast: Cast, queries: Any) -> None:
    with queries() as two:
        client.get(COURSE)
    cast.mali.agency = None
    db.session.commit()
    with queries() as again:
        client.get(COURSE)
    assert len(again) <= len(two) <= 10


@pytest.mark.parametrize(
    "path", ["/organize/courses/none/certificates", "/organize/workshops/none/certificates"]
)
def test_of_nothing_there_is_no_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
