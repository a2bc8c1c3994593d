"""Who decides that a person belongs to an agency, and what the person hears."""

import pytest
from flask import Flask

from portal.accounts import approvals, audit
from portal.accounts.approvals import AlreadyDecided, NotConfirmed
from portal.accounts.models import Role, User
from portal.core.db import db
from tests.accounts.conftest import kinds, letters, person_with
from tests.cast import Cast, person
from tests.pages import Client


@pytest.fixture
def piti(cast: Cast) -> User:
    user = person("piti@mail.example", "ปิติ ตั้งใจ", Role.LEARNER, cast.agency, approved=False)
    db.session.commit()
    return user


@pytest.fixture
def foreigner(cast: Cast) -> User:
    user = person("mana@mail.example", "มานะ อดทน", Role.LEARNER, cast.province, approved=False)
    db.session.commit()
    return user


def press(client: Client, user: User, what: str, **fields):
    client.get("/account")
    token = str(client.page.form("/sign-out").select("input[name=csrf_token]")[0]["value"])
    return client.post(f"/people/{user.code}/{what}", data={"csrf_token": token, **fields})


def test_a_coordinator_sees_who_of_the_own_agency_waits(cast: Cast, piti: User, foreigner: User) -> None:
    assert approvals.waiting(cast.mali) == [piti]
    assert approvals.count_waiting(cast.mali) == 1


def test_an_organizer_sees_all_who_wait(cast: Cast, piti: User, foreigner: User) -> None:
    assert approvals.waiting(cast.orn) == [piti, foreigner]
    assert approvals.count_waiting(cast.orn) == 2


def test_a_learner_sees_nobody(cast: Cast, piti: User) -> None:
    assert approvals.waiting(cast.lamai) == []
    assert approvals.count_waiting(cast.lamai) == 0


@pytest.mark.parametrize("missing", ["confirmed_at", "disabled_at", "declined_at"])
def test_who_cannot_be_approved_does_not_wait(cast: Cast, piti: User, missing: str) -> None:
    setattr(piti, missing, None if missing == "confirmed_at" else piti.created_at)
    assert approvals.waiting(cast.orn) == []


@pytest.mark.parametrize("who", ["mali", "orn"])
def test_approval_opens_the_account_and_writes_to_the_person(
    client: Client, cast: Cast, piti: User, who: str
) -> None:
    client.sign_in(getattr(cast, who))
    response = press(client, piti, "approve")
    assert response.headers["Location"] == {"mali": "/agency", "orn": "/organize/approvals"}[who]
    user = person_with("piti@mail.example")
    assert user.is_approved
    assert user.approved_by_id == getattr(cast, who).id
    assert kinds("piti@mail.example") == ["approved"]
    assert "กรมตัวอย่าง" in letters("piti@mail.example")[0].text
    assert [event.verb for event in audit.events_of(user)] == ["approved"]


def test_a_refusal_is_told_to_the_person_and_leaves_the_account_open(
    client: Client, cast: Cast, piti: User
) -> None:
    client.sign_in(cast.mali)
    assert press(client, piti, "decline").status_code == 303
    user = person_with("piti@mail.example")
    assert user.declined_at is not None
    assert not user.is_approved
    assert user.is_active
    assert kinds("piti@mail.example") == ["declined"]
    assert approvals.waiting(cast.mali) == []
    assert [event.verb for event in audit.events_of(user)] == ["declined"]


def test_a_double_press_decides_and_writes_once(client: Client, cast: Cast, piti: User) -> None:
    client.sign_in(cast.mali)
    press(client, piti, "approve")
    press(client, piti, "approve")
    client.get("/account")
    assert any("มีผู้ตัดสินใจแล้ว" in flash for flash in client.page.flashes)
    assert kinds("piti@mail.example") == ["approved"]


def test_who_was_approved_is_not_declined_by_a_stale_page(client: Client, cast: Cast, piti: User) -> None:
    client.sign_in(cast.mali)
    press(client, piti, "approve")
    press(client, piti, "decline")
    assert person_with("piti@mail.example").is_approved
    assert kinds("piti@mail.example") == ["approved"]


def test_the_button_leads_back_to_its_page(client: Client, cast: Cast, piti: User) -> None:
    client.sign_in(cast.orn)
    assert press(client, piti, "approve", next="/organize").headers["Location"] == "/organize"
    assert press(client, piti, "approve", next="//evil.example").headers["Location"] == "/organize/approvals"


@pytest.mark.parametrize("what", ["approve", "decline"])
def test_a_person_of_another_agency_is_not_there_for_a_coordinator(
    client: Client, cast: Cast, foreigner: User, what: str
) -> None:
    client.sign_in(cast.mali)
    assert press(client, foreigner, what).status_code == 404
    assert press(client, cast.wit, what).status_code == 404
    user = person_with("mana@mail.example")
    assert (user.approved_at, user.declined_at) == (None, None)
    assert letters() == []


@pytest.mark.parametrize("what", ["approve", "decline"])
@pytest.mark.parametrize("who", ["lamai", "wit", "sakda"])
def test_others_may_not_decide(client: Client, cast: Cast, piti: User, who: str, what: str) -> None:
    client.sign_in(getattr(cast, who))
    assert press(client, piti, what).status_code == 403
    assert approvals.waiting(cast.mali) == [piti]


def test_a_coordinator_not_yet_approved_may_not_decide(client: Client, cast: Cast, piti: User) -> None:
    cast.mali.approved_at = None
    client.sign_in(cast.mali)
    assert press(client, piti, "approve").status_code == 403


def test_nobody_approves_themselves_by_the_address(client: Client, cast: Cast, piti: User) -> None:
    client.sign_in(piti)
    assert press(client, piti, "approve").status_code == 403


@pytest.mark.parametrize("what", ["approve", "decline"])
def test_a_visitor_and_a_forged_form_decide_nothing(
    client: Client, cast: Cast, piti: User, what: str
) -> None:
    path = f"/people/{piti.code}/{what}"
    client.get("/sign-in")
    token = str(client.page.one("main input[name=csrf_token]")["value"])
    assert client.post(path, data={"csrf_token": token}).status_code == 401
    client.sign_in(cast.mali)
    assert client.post(path).status_code == 400
    assert client.get(path).status_code == 405
    assert approvals.waiting(cast.mali) == [piti]


@pytest.mark.both_databases
def test_an_address_must_be_confirmed_first(app: Flask, cast: Cast, piti: User) -> None:
    piti.confirmed_at = None
    db.session.flush()
    for decide in (approvals.approve, approvals.decline):
        with pytest.raises(NotConfirmed):
            decide(piti, by=cast.orn)


@pytest.mark.both_databases
def test_a_refusal_can_be_taken_back_and_is_not_made_twice(app: Flask, cast: Cast, piti: User) -> None:
    approvals.decline(piti, by=cast.mali)
    with pytest.raises(AlreadyDecided):
        approvals.decline(piti, by=cast.orn)
    approvals.approve(piti, by=cast.orn)
    assert piti.is_approved
    assert piti.declined_at is None
    with pytest.raises(AlreadyDecided):
        approvals.approve(piti, by=cast.orn)
