"""Inviting a colleague from the team page: the account, the mail, and a seat at once if ticked."""

import pytest
from sqlalchemy import select

from portal.accounts import invitations
from portal.accounts.models import User
from portal.core.db import db
from portal.participation.models import RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests.participation.teaming import URL, row_of, standing

CONFIRMED = RegistrationStatus.CONFIRMED
CANCELLED = RegistrationStatus.CANCELLED


def test_a_colleague_is_invited_and_told_so(client, team_page, kinds):
    team_page()
    client.follow(client.submit(f"{URL}/invitations", name=" ปิติ  ตั้งใจ ", email="Piti@Krom.example"))
    assert client.page.flashes == ["ส่งคำเชิญให้ ปิติ ตั้งใจ แล้ว"]
    person = db.session.scalars(select(User).where(User.email == "piti@krom.example")).one()
    assert "เชิญแล้ว ยังไม่ตั้งรหัสผ่าน" in row_of(client.page, person)
    assert kinds(person) == ["accounts.invited"]
    assert standing() == {}


def test_and_registered_at_once_if_ticked(client, team_page):
    team_page()
    client.follow(client.submit(f"{URL}/invitations", name="ปิติ ตั้งใจ", email="piti@krom.example", at_once="y"))
    assert client.page.flashes == ["ส่งคำเชิญให้ ปิติ ตั้งใจ แล้ว", "ได้ที่นั่ง 1 คน"]
    assert standing() == {"piti@krom.example": CONFIRMED}


def test_the_invitation_stands_even_if_there_is_no_registering(client, team_page, workshop):
    team_page()
    page = client.page
    workshop.status = WorkshopStatus.CLOSED
    client.page = page
    client.follow(client.submit(f"{URL}/invitations", name="ปิติ ตั้งใจ", email="piti@krom.example", at_once="y"))
    assert client.page.flashes[0] == "ส่งคำเชิญให้ ปิติ ตั้งใจ แล้ว"
    assert "ปิดรับลงทะเบียนแล้ว" in client.page.flashes[1]
    assert standing() == {}


def test_somebody_who_has_an_account_here_is_only_registered(client, team_page, cast, kinds):
    team_page()
    client.follow(client.submit(f"{URL}/invitations", name="ละไม", email=cast.lamai.email, at_once="y"))
    assert client.page.flashes[0] == "ละไม ตั้งใจ มีบัญชีในหน่วยงานอยู่แล้ว"
    assert kinds(cast.lamai) == ["registered"]


@pytest.mark.parametrize("whose", ["sakda@demo.example", "orn@demo.example"])
def test_an_address_in_use_elsewhere_is_refused_without_saying_where(client, team_page, whose):
    team_page()
    assert client.submit(f"{URL}/invitations", name="ใคร", email=whose).status_code == 409
    assert client.page.errors == ["เชิญอีเมลนี้ไม่ได้ ตรวจว่าพิมพ์ถูก ถ้าถูกแล้ว แจ้งผู้จัด"]
    assert client.page.one("#name")["value"] == "ใคร"
    assert "จังหวัดสมมติ" not in client.page.text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "\u200b", "email": "a@b.example"}, "กรอกชื่อและนามสกุล"),
        ({"name": "ก" * 201, "email": "a@b.example"}, "ยาวได้ไม่เกิน 200"),
        ({"name": "ปิติ", "email": "no address"}, "อีเมลนี้ไม่ถูกต้อง"),
        ({"name": "ปิติ", "email": "a@b.example\r\nBcc: x@y.example"}, "อีเมลนี้ไม่ถูกต้อง"),
        ({"name": "ปิติ", "email": ""}, "กรอกอีเมล"),
    ],
)
def test_a_bad_invitation_is_told_at_its_field_and_kept(client, team_page, sent, words, mails):
    team_page()
    assert client.submit(f"{URL}/invitations", **sent).status_code == 422
    assert any(words in error for error in client.page.errors)
    assert mails() == []


def test_too_many_invitations_are_put_off_even_refused_ones(client, team_page, monkeypatch):
    monkeypatch.setattr(invitations, "INVITATIONS_OF_A_PERSON", 2)
    for _ in range(2):
        team_page()
        assert client.submit(f"{URL}/invitations", name="x", email="sakda@demo.example").status_code == 409
    team_page()
    assert client.submit(f"{URL}/invitations", name="x", email="new@demo.example").status_code == 429
    assert "ลองหลายครั้งเกินไป" in client.page.main
