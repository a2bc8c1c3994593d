"""Who sees whose data: one scope, asked by every room."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import access
from portal.accounts.access import may_see_agency, only_my_agency
from portal.accounts.models import Role, User
from portal.core import clock
from portal.core.db import db
from tests.cast import Cast
from tests.pages import Client


def seen_by(user: User) -> set[str]:
    query = only_my_agency(select(User).where(User.agency_id.is_not(None)), User.agency_id, user)
    return {person.name.split()[0] for person in db.session.scalars(query)}


def test_an_organizer_sees_every_agency(cast: Cast) -> None:
    assert seen_by(cast.orn) == {"มะลิ", "ละไม", "ศักดา"}
    assert may_see_agency(cast.orn, cast.province)


def test_a_coordinator_sees_the_own_agency_and_no_other(cast: Cast) -> None:
    assert seen_by(cast.mali) == {"มะลิ", "ละไม"}
    assert may_see_agency(cast.mali, cast.agency)
    assert may_see_agency(cast.mali, cast.agency.id)
    assert not may_see_agency(cast.mali, cast.province)
    assert not may_see_agency(cast.mali, None)


@pytest.mark.parametrize("who", ["lamai", "wit", "sakda"])
def test_others_see_nobody(cast: Cast, who: str) -> None:
    assert seen_by(getattr(cast, who)) == set()
    assert not may_see_agency(getattr(cast, who), cast.agency)


def test_a_coordinator_not_yet_approved_sees_nobody(cast: Cast) -> None:
    cast.mali.approved_at = None
    assert seen_by(cast.mali) == set()


def test_a_coordinator_without_an_agency_sees_nobody(cast: Cast) -> None:
    cast.wit.role = Role.COORDINATOR
    assert seen_by(cast.wit) == set()
    assert not may_see_agency(cast.wit, None)


def test_an_admin_may_organize(cast: Cast) -> None:
    cast.wit.role = Role.ADMIN
    assert seen_by(cast.wit) == seen_by(cast.orn)


def test_sample_people_sign_in_only_in_a_demonstration(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.lamai.is_sample = True
    assert not access.may_sign_in(cast.lamai)
    monkeypatch.setitem(app.config, "DEMO", True)
    assert access.may_sign_in(cast.lamai)
    cast.lamai.disabled_at = clock.now()
    assert not access.may_sign_in(cast.lamai)


def test_a_made_up_key_signs_nobody_in(client: Client, cast: Cast) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = str(cast.orn.id)
    assert client.get("/account").status_code == 303


def test_knowing_who_asks_costs_one_query(client: Client, cast: Cast, queries) -> None:
    client.sign_in(cast.lamai)
    with queries() as statements:
        client.get("/account/password")  # leads on at once: only the door asked
    assert len(statements) == 1
