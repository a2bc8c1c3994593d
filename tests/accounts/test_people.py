"""People as an administrator makes them, and the sample people."""

import pytest
from flask import Flask

from portal.accounts import audit, passwords, people, recovery
from portal.accounts.models import Role
from portal.accounts.people import AddressTaken, NeedsAgency
from portal.core.db import db
from tests.accounts.conftest import GOOD, verbs
from tests.cast import Cast


def test_a_person_made_by_hand_is_confirmed_and_approved(app: Flask) -> None:
    user = people.create_user(email="new@demo.example", name="ใหม่ มาแล้ว", role=Role.ORGANIZER, password=GOOD)
    assert user.is_approved
    assert user.may_organize
    assert passwords.verify(user.password_hash, GOOD)
    assert verbs() == ["created"]


def test_a_person_without_a_password_gets_a_link_to_set_one(app: Flask, client) -> None:
    user = people.create_user(email="new@demo.example", name="ใหม่")
    link = recovery.reset_link(user)
    assert client.get(link.removeprefix("http://localhost")).status_code == 200


def test_a_taken_address_is_refused(cast: Cast) -> None:
    with pytest.raises(AddressTaken, match=r"orn@demo\.example"):
        people.create_user(email="orn@demo.example", name="อีกคน")


def test_a_weak_password_is_refused(app: Flask) -> None:
    with pytest.raises(passwords.WeakPassword):
        people.create_user(email="new@demo.example", name="ใหม่", password="short")


def test_a_coordinator_needs_an_agency(cast: Cast) -> None:
    with pytest.raises(NeedsAgency):
        people.create_user(email="new@demo.example", name="ใหม่", role=Role.COORDINATOR)
    with pytest.raises(NeedsAgency):
        people.set_role(cast.wit, Role.COORDINATOR, by=cast.orn)


def test_a_change_of_role_is_noted_with_both_roles(cast: Cast) -> None:
    people.set_role(cast.lamai, Role.COORDINATOR, by=cast.orn)
    people.set_role(cast.lamai, Role.COORDINATOR, by=cast.orn)
    assert cast.lamai.is_coordinator
    (event,) = audit.events_of(cast.lamai)
    assert (event.verb, event.actor_id, event.detail) == (
        "role_changed",
        cast.orn.id,
        {"before": "learner", "after": "coordinator"},
    )


def test_the_cast_comes_first_among_the_sample_people(app: Flask) -> None:
    for email, name, role in (
        ("z@demo.example", "ก ก่อนใคร", Role.LEARNER),
        ("sakda@demo.example", "ศักดา", Role.LEARNER),
        ("o@demo.example", "ฮ ผู้จัด", Role.ORGANIZER),
        ("orn@demo.example", "อร", Role.ORGANIZER),
    ):
        people.create_user(email=email, name=name, role=role, password=GOOD, is_sample=True)
    people.create_user(email="real@demo.example", name="คนจริง", password=GOOD)
    db.session.commit()
    assert [user.name for user in people.samples()] == ["อร", "ศักดา", "ฮ ผู้จัด", "ก ก่อนใคร"]
    assert [user.name for user in people.samples(limit=2)] == ["อร", "ศักดา"]


def test_the_audit_names_things_by_their_code(cast: Cast) -> None:
    event = audit.note("seen", cast.agency, by=None, where="here")
    assert (event.subject, event.actor_id, event.detail) == ("agency:SAMPLE-DEPT", None, {"where": "here"})
    assert audit.note("loaded", "content", by=cast.orn).subject == "content"
