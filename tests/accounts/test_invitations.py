"""Inviting a colleague: an account of the own agency that opens by a mail, and nothing told about accounts elsewhere."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.accounts import invitations, links, passwords, recovery, signup, throttle
from portal.accounts.models import Role, User
from portal.core import clock
from portal.core.db import db
from portal.core.tokens import BadToken
from tests.accounts.conftest import GOOD, kinds, letters, path_in, person_with, verbs
from tests.cast import Cast, person
from tests.pages import Client

WANTED = {"email": "piti@krom.example", "name": "ปิติ ตั้งใจ"}


def invite(cast: Cast, **changed) -> User:
    user = invitations.invite(**(WANTED | {"agency": cast.agency, "by": cast.mali} | changed))
    db.session.commit()
    return user


def test_a_new_address_gets_an_approved_account_that_nobody_can_enter_yet(app: Flask, cast: Cast) -> None:
    user = invite(cast)
    assert (user.name, user.role, user.agency) == ("ปิติ ตั้งใจ", Role.LEARNER, cast.agency)
    assert (user.password_hash, user.confirmed_at) == (None, None)
    assert (user.approved_at, user.approved_by_id) == (clock.now(), cast.mali.id)
    assert not user.is_approved
    assert invitations.is_invited(user)
    assert kinds() == ["invited"]
    assert verbs() == ["approved", "invited"]


def test_the_mail_names_who_invites_and_into_which_agency(app: Flask, cast: Cast) -> None:
    invite(cast)
    [letter] = letters("piti@krom.example")
    assert letter.subject == "คำเชิญเข้าใช้งานในนามกรมตัวอย่าง"
    assert "มะลิ ใจดี เพิ่มคุณเป็นคนของกรมตัวอย่าง" in letter.text
    assert "ภายใน 14 วัน" in letter.text
    assert path_in(letter).startswith("/reset-password/")


def test_a_mail_without_anybody_to_name_still_says_what_it_is(app: Flask, cast: Cast) -> None:
    user = invite(cast)
    user.approved_by_id = None
    invitations.send(user)
    assert "คุณได้รับเชิญเป็นคนของกรมตัวอย่าง" in letters()[-1].text


def test_the_link_sets_a_password_confirms_the_address_and_asks_nobody(client: Client, cast: Cast) -> None:
    invite(cast)
    client.get(path_in(letters()[0]))
    assert "เข้าสู่ระบบได้ทันที" in client.page.main
    assert client.submit("/reset-password/", password=GOOD).status_code == 303
    user = person_with("piti@krom.example")
    assert user.is_approved
    assert user.approved_by_id == cast.mali.id
    assert passwords.verify(user.password_hash, GOOD)
    assert kinds("mali@demo.example") == []
    client.get("/sign-in")
    client.follow(client.submit("/sign-in", email="piti@krom.example", password=GOOD))
    assert "ปิติ" in client.page.text


def test_the_link_dies_on_use(client: Client, cast: Cast) -> None:
    invite(cast)
    path = path_in(letters()[0])
    client.get(path)
    client.submit("/reset-password/", password=GOOD)
    assert client.get(path).status_code == 410


def test_opening_the_link_changes_nothing(client: Client, cast: Cast, queries) -> None:
    invite(cast)
    with queries() as statements:
        assert client.get(path_in(letters()[0])).status_code == 200
    assert all(statement.startswith("SELECT") for statement in statements)


def test_the_link_lives_two_weeks(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(days=14) == invitations.OPEN_WITHIN
    invite(cast)
    monkeypatch.setattr(recovery, "RESET_WITHIN", timedelta(seconds=-1))
    assert client.get(path_in(letters()[0])).status_code == 200
    monkeypatch.setattr(invitations, "OPEN_WITHIN", timedelta(seconds=-1))
    assert client.get(path_in(letters()[0])).status_code == 410


def test_a_link_for_something_else_opens_no_invitation(app: Flask, cast: Cast) -> None:
    with pytest.raises(BadToken):
        invitations.read(links.make("confirm", invite(cast)))


def test_once_it_ran_out_the_forgotten_password_page_sends_another(client: Client, cast: Cast) -> None:
    invite(cast)
    recovery.ask("piti@krom.example", network="n")
    client.get(path_in(letters()[-1]))
    client.submit("/reset-password/", password=GOOD)
    assert person_with("piti@krom.example").is_approved


def test_inviting_again_writes_again_and_mends_the_name(app: Flask, cast: Cast) -> None:
    first = invite(cast)
    again = invite(cast, name="ปิติ ตั้งใจดี")
    assert again is first
    assert again.name == "ปิติ ตั้งใจดี"
    assert kinds() == ["invited", "invited"]
    assert verbs() == ["approved", "invited", "invited"]


def test_an_account_the_agency_has_is_given_back_as_it_is(app: Flask, cast: Cast) -> None:
    assert invite(cast, email="lamai@demo.example") is cast.lamai
    assert cast.lamai.name == "ละไม ตั้งใจ"
    assert kinds() == []


def test_one_that_waits_for_approval_is_approved(app: Flask, cast: Cast) -> None:
    piti = person("piti@krom.example", "ปิติ เดิม", agency=cast.agency, approved=False)
    assert invite(cast) is piti
    assert piti.is_approved
    assert piti.name == "ปิติ เดิม"
    assert kinds() == ["approved"]


def test_one_that_was_declined_is_approved_after_all(app: Flask, cast: Cast) -> None:
    piti = person("piti@krom.example", "ปิติ เดิม", agency=cast.agency, approved=False)
    piti.declined_at = clock.now()
    assert invite(cast).is_approved
    assert piti.declined_at is None


def test_an_account_nobody_confirmed_loses_its_password_and_its_old_link(app: Flask, cast: Cast) -> None:
    """Whoever signed up with the address, only who reads its mail gets in."""
    signup.sign_up(**WANTED, agency=cast.agency, password_hash="somebody's")
    old = links.make("confirm", person_with("piti@krom.example"))
    user = invite(cast)
    assert user.password_hash is None
    assert invitations.is_invited(user)
    with pytest.raises(BadToken):
        signup.confirm(old)


def test_signing_up_with_an_invited_address_takes_nothing_and_sends_the_link_again(
    app: Flask, cast: Cast
) -> None:
    invite(cast)
    signup.sign_up(
        email="piti@krom.example", name="ใครก็ไม่รู้", agency=cast.province, password_hash="somebody's"
    )
    user = person_with("piti@krom.example")
    assert (user.name, user.agency, user.password_hash) == ("ปิติ ตั้งใจ", cast.agency, None)
    assert kinds() == ["invited", "invited"]


def refusal(cast: Cast, email: str) -> str:
    with pytest.raises(invitations.CannotInvite) as no:
        invite(cast, email=email)
    db.session.rollback()
    assert no.value.field == "email"
    return str(no.value)


def test_accounts_elsewhere_and_shut_ones_are_refused_in_the_same_words(app: Flask, cast: Cast) -> None:
    cast.lamai.disabled_at = clock.now()
    db.session.commit()
    words = {refusal(cast, email) for email in ("sakda@demo.example", "orn@demo.example", cast.lamai.email)}
    assert words == {"เชิญอีเมลนี้ไม่ได้ ตรวจว่าพิมพ์ถูก ถ้าถูกแล้ว แจ้งผู้จัด"}
    assert kinds() == []
    assert verbs() == []
    assert cast.sakda.agency == cast.province


def test_a_person_may_only_invite_so_many_in_an_hour(app: Flask, cast: Cast, clock_at) -> None:
    for number in range(invitations.INVITATIONS_OF_A_PERSON):
        invitations.note_try(f"p{number}@krom.example", by=cast.mali)
    with pytest.raises(throttle.TooMany):
        invitations.note_try("one@more.example", by=cast.mali)
    invitations.note_try("one@more.example", by=cast.orn)
    clock_at("2023-02-13T10:01:00+07:00")
    invitations.note_try("one@more.example", by=cast.mali)


def test_an_address_is_not_written_to_without_end(app: Flask, cast: Cast) -> None:
    for _ in range(invitations.LETTERS_TO_AN_ADDRESS):
        invitations.note_try("piti@krom.example", by=cast.mali)
    with pytest.raises(throttle.TooMany):
        invitations.note_try("piti@krom.example", by=cast.orn)


@pytest.mark.both_databases
def test_the_rule_works_under_its_lock(app: Flask, cast: Cast) -> None:
    assert invite(cast) is invite(cast)
    user = recovery.reset(path_in(letters()[-1]).removeprefix("/reset-password/"), "new hash")
    assert user.is_approved


# --- withdrawing


def withdraw(cast: Cast) -> User:
    user = invite(cast)
    invitations.withdraw(user, by=cast.mali)
    db.session.commit()
    return user


def test_who_is_not_wanted_after_all_is_none_of_the_agency_and_the_link_is_dead(
    client: Client, cast: Cast
) -> None:
    user = withdraw(cast)
    assert (user.agency, user.approved_at, user.approved_by_id) == (None, None, None)
    assert not invitations.is_invited(user)
    assert client.get(path_in(letters()[0])).status_code == 410
    assert verbs() == ["approved", "invited", "invitation_withdrawn"]


def test_an_account_that_was_opened_is_not_withdrawn(client: Client, cast: Cast) -> None:
    user = invite(cast)
    client.get(path_in(letters()[0]))
    client.submit("/reset-password/", password=GOOD)
    for opened in (user, cast.lamai):
        with pytest.raises(invitations.NotInvited):
            invitations.withdraw(opened, by=cast.mali)
    assert user.is_approved


def test_withdrawing_twice_is_told(app: Flask, cast: Cast) -> None:
    user = withdraw(cast)
    with pytest.raises(invitations.NotInvited):
        invitations.withdraw(user, by=cast.mali)


def test_who_was_withdrawn_may_be_invited_again_by_any_agency(app: Flask, cast: Cast) -> None:
    user = withdraw(cast)
    assert invite(cast, agency=cast.province, name="ปิติ ย้ายมา") is user
    assert (user.agency, user.name) == (cast.province, "ปิติ ย้ายมา")
    assert invitations.is_invited(user)
    assert kinds() == ["invited", "invited"]


def test_who_was_withdrawn_may_sign_up_as_anybody_and_waits_as_anybody(client: Client, cast: Cast) -> None:
    withdraw(cast)
    signup.sign_up(email="piti@krom.example", name="ปิติ เอง", agency=cast.province, password_hash="own")
    user = person_with("piti@krom.example")
    assert (user.name, user.agency, user.approved_at) == ("ปิติ เอง", cast.province, None)
    assert kinds() == ["invited", "confirm_email"]


def test_a_forgotten_password_opens_no_agency_to_who_was_withdrawn(client: Client, cast: Cast) -> None:
    withdraw(cast)
    recovery.ask("piti@krom.example", network="n")
    db.session.commit()
    client.get(path_in(letters("piti@krom.example")[-1]))
    client.submit("/reset-password/", password=GOOD)
    user = person_with("piti@krom.example")
    assert (user.agency, user.is_approved) == (None, False)


@pytest.mark.both_databases
def test_withdrawing_works_under_its_lock(app: Flask, cast: Cast) -> None:
    assert withdraw(cast).agency_id is None
