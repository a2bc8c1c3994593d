"""The organizer's list of certificates and the page of one: found, revoked with a reason, replaced by one with the names of today."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import AuditEvent
from portal.certificates import issuing
from portal.certificates.models import Certificate
from portal.core.db import db
from portal.mail.models import OutboxMessage
from tests.cast import Cast
from tests.pages import Client

LIST = "/organize/certificates"


@pytest.fixture
def one(client: Client, cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    client.sign_in(cast.orn)
    return issue(cast.lamai)


@pytest.mark.both_databases
def test_it_is_found_by_name_and_by_code(client: Client, one: Certificate, cast: Cast, issue: Any) -> None:
    other = issue(cast.sakda)
    for text in ("ละไม", issuing.shown(one.code).lower()):
        client.get(LIST, query_string={"q": text})
        assert f"{LIST}/{one.code}" in client.page.links()
        assert f"{LIST}/{other.code}" not in client.page.links()
    for text in ("ไม่มีคนนี้", "%", "๏" * 5_000, "' OR 1=1"):
        assert client.get(LIST, query_string={"q": text, "state": "x", "page": "ก"}).status_code == 200
        assert "ไม่พบใบประกาศที่ค้น" in client.page.text


@pytest.mark.both_databases
def test_the_list_is_narrowed_by_where_they_stand(
    client: Client, one: Certificate, cast: Cast, issue: Any
) -> None:
    gone, old = issue(cast.sakda), issue(cast.mali)
    issuing.revoke(gone, by=cast.orn, why="ออกผิดคน")
    new = issuing.replace(old, by=cast.orn)
    db.session.commit()
    for state, expected in (("standing", {one, new}), ("revoked", {gone}), ("replaced", {old})):
        client.get(LIST, query_string={"state": state})
        shown = {link.rsplit("/", 1)[1] for link in client.page.links() if link.startswith(f"{LIST}/")}
        assert shown == {each.code for each in expected}


def test_the_same_queries_for_one_and_for_three(
    client: Client, one: Certificate, cast: Cast, issue: Any, queries: Any
) -> None:
    client.get(LIST)
    with queries() as few:
        client.get(LIST)
    issue(cast.sakda), issue(cast.mali)
    with queries() as more:
        client.get(LIST)
    assert len(more) == len(few)


def test_before_anything_is_issued_the_list_says_how(client: Client, cast: Cast) -> None:
    client.sign_in(cast.orn)
    client.get(LIST)
    assert "ยังไม่ได้ออกใบประกาศ" in client.page.text


def test_it_is_revoked_with_a_reason_and_noted(client: Client, one: Certificate, cast: Cast) -> None:
    client.get(f"{LIST}/{one.code}")
    assert client.submit("/revoke", why="ออกผิดคน").status_code == 303
    assert (one.is_standing, one.ended_why) == (False, "ออกผิดคน")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "certificate.revoke")).one()
    assert (event.subject, event.actor_id) == (f"certificate:{one.code}", cast.orn.id)
    client.get(f"{LIST}/{one.code}")
    assert "เพิกถอนแล้ว" in client.page.text
    assert not client.page.select("main form")


@pytest.mark.parametrize("why", ["", "  ", "ก" * 301])
def test_without_a_fit_reason_it_stands(client: Client, one: Certificate, why: str) -> None:
    client.get(f"{LIST}/{one.code}")
    assert client.submit("/revoke", why=why).status_code == 422
    assert client.page.errors
    db.session.refresh(one)
    assert one.is_standing


def test_it_is_replaced_by_one_with_the_name_of_today_and_its_holder_told(
    client: Client, one: Certificate, cast: Cast
) -> None:
    cast.lamai.name = "ละไม ใจใหม่"
    db.session.commit()
    client.get(f"{LIST}/{one.code}")
    assert "ละไม ใจใหม่" in client.page.text
    answer = client.submit("/replacement")
    other = one.replaced_by
    assert other is not None
    assert answer.headers["Location"] == f"{LIST}/{other.code}"
    assert other.holder == "ละไม ใจใหม่"
    assert db.session.scalars(select(OutboxMessage.key)).one() == f"certificate:{other.code}"


@pytest.mark.parametrize("action", ["/revoke", "/replacement"])
def test_ending_it_twice_is_refused(client: Client, one: Certificate, cast: Cast, action: str) -> None:
    client.get(f"{LIST}/{one.code}")
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    db.session.commit()
    client.submit(action, why="อีก")
    client.get(f"{LIST}/{one.code}")
    assert (one.ended_why, one.replaced_by) == ("ออกผิดคน", None)
