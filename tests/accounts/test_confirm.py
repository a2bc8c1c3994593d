"""Confirming an address: by a button, once, and then the agency is settled or asked."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import links, signup
from portal.accounts.models import Agency, AgencyDomain, User
from portal.core.db import db
from portal.core.tokens import sign
from tests.accounts.conftest import kinds, letters, path_in, person_with, verbs
from tests.cast import Cast
from tests.pages import Client


def newcomer(agency: Agency, email: str = "piti@krom.example") -> str:
    """Somebody has signed up; the path of the link in their mail."""
    signup.sign_up(name="ปิติ ตั้งใจ", email=email, agency=agency, password_hash="x")
    db.session.commit()
    return path_in(letters(email)[-1])


def know(agency: Agency, domain: str) -> None:
    db.session.add(AgencyDomain(agency_id=agency.id, domain=domain))
    db.session.commit()


def test_opening_the_link_shows_whose_it_is_and_changes_nothing(client: Client, cast: Cast) -> None:
    path = newcomer(cast.agency)
    client.get(path)
    client.get(path)
    assert "ปิติ ตั้งใจ" in client.page.main
    assert "กรมตัวอย่าง" in client.page.main
    assert person_with("piti@krom.example").confirmed_at is None


def test_pressing_the_button_confirms(client: Client, cast: Cast) -> None:
    client.get(newcomer(cast.agency))
    response = client.submit("/confirm/")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")
    client.follow(response)
    assert "ผู้ประสานงานของหน่วยงานจะยืนยันสังกัดให้" in client.page.flashes[0]
    user = person_with("piti@krom.example")
    assert user.confirmed_at is not None
    assert user.approved_at is None
    assert verbs() == ["signed_up", "confirmed"]


def test_a_mail_domain_of_the_agency_is_approved_at_once(client: Client, cast: Cast) -> None:
    know(cast.agency, "krom.example")
    client.get(newcomer(cast.agency))
    client.follow(client.submit("/confirm/"))
    assert client.page.flashes == ["ยืนยันอีเมลแล้ว เข้าสู่ระบบได้เลย"]
    user = person_with("piti@krom.example")
    assert user.is_approved
    assert user.approved_by_id is None
    assert verbs()[-1] == "approved"
    assert kinds("mali@demo.example") == []


@pytest.mark.parametrize("email", ["piti@mail.krom.example", "piti@notkrom.example", "piti@krom.example.com"])
def test_a_domain_that_only_looks_alike_is_not_the_agencys(client: Client, cast: Cast, email: str) -> None:
    know(cast.agency, "krom.example")
    client.get(newcomer(cast.agency, email))
    client.submit("/confirm/")
    assert not person_with(email).is_approved


def test_a_domain_of_another_agency_opens_nothing(client: Client, cast: Cast) -> None:
    know(cast.province, "krom.example")
    client.get(newcomer(cast.agency))
    client.submit("/confirm/")
    assert not person_with("piti@krom.example").is_approved


def test_the_coordinators_are_told_that_somebody_waits(client: Client, cast: Cast) -> None:
    client.get(newcomer(cast.agency))
    client.submit("/confirm/")
    (letter,) = letters("mali@demo.example")
    assert letter.kind == "accounts.someone_waits"
    assert "ปิติ ตั้งใจ (piti@krom.example)" in letter.text
    assert path_in(letter) == "/agency"
    assert letters("orn@demo.example") == []


def test_where_an_agency_has_no_coordinator_the_organizers_are_told(client: Client, cast: Cast) -> None:
    client.get(newcomer(cast.province))
    client.submit("/confirm/")
    (letter,) = letters("orn@demo.example")
    assert path_in(letter) == "/organize/approvals"
    assert letters("mali@demo.example") == []


def test_a_link_works_once(client: Client, cast: Cast) -> None:
    path = newcomer(cast.agency)
    client.get(path)
    token = str(client.page.one("main input[name=csrf_token]")["value"])
    for _ in range(2):
        assert client.post(path, data={"csrf_token": token}).headers["Location"] == "/sign-in"
    response = client.get(path)
    assert response.headers["Location"] == "/sign-in"
    client.follow(response)
    assert any("ยืนยันอีเมลไว้แล้ว" in flash for flash in client.page.flashes)
    assert verbs().count("confirmed") == 1
    assert kinds("mali@demo.example") == ["someone_waits"]


def test_a_forged_a_foreign_and_an_old_link_are_dead(app: Flask, client: Client, cast: Cast) -> None:
    path = newcomer(cast.agency)
    piti = person_with("piti@krom.example")
    code, mark = piti.code, links._mark(piti)
    for token in (
        "nonsense",
        path.removeprefix("/confirm/")[:-2] + "xx",
        sign("reset", [code, mark]),
        sign("confirm", [cast.lamai.code, mark]),
        sign("confirm", ["NOBODY", mark]),
    ):
        assert client.get(f"/confirm/{token}").status_code == 410
        assert "ใช้ไม่ได้แล้ว" in client.page.h1
    assert person_with("piti@krom.example").confirmed_at is None


def test_a_link_dies_after_three_days(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    path = newcomer(cast.agency)
    monkeypatch.setattr(signup, "CONFIRM_WITHIN", signup.CONFIRM_WITHIN * 0 - signup.DOUBLE_PRESS)
    assert client.get(path).status_code == 410


def test_a_link_is_bound_to_its_address(client: Client, cast: Cast) -> None:
    path = newcomer(cast.agency)
    person_with("piti@krom.example").email = "else@krom.example"
    assert client.get(path).status_code == 410


def test_a_link_of_a_closed_account_is_dead(client: Client, cast: Cast) -> None:
    path = newcomer(cast.agency)
    user = person_with("piti@krom.example")
    user.disabled_at = user.created_at
    assert client.get(path).status_code == 410


def test_pressing_a_dead_link_confirms_nobody(client: Client, cast: Cast) -> None:
    client.get(newcomer(cast.agency))
    token = str(client.page.one("main input[name=csrf_token]")["value"])
    assert client.post("/confirm/nonsense", data={"csrf_token": token}).status_code == 410
    assert (
        db.session.scalars(select(User).where(User.confirmed_at.is_(None))).one().email == "piti@krom.example"
    )


@pytest.mark.both_databases
def test_the_rule_confirms_under_a_lock(app: Flask, cast: Cast) -> None:
    token = newcomer(cast.agency).removeprefix("/confirm/")
    assert signup.confirm(token).confirmed_at is not None
    with pytest.raises(signup.AlreadyConfirmed):
        signup.confirm(token)
