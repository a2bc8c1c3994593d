"""Inviting a colleague from the team page: the account, the mail, and a seat at once if ticked."""

import pytest
from sqlalchemy import select

from portal.accounts import invitations
from portal.accounts.models import Role, User
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests import cast as cast_module
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


# --- withdrawing


@pytest.fixture
def piti(client, team_page) -> User:
    """Invited from the page that is open."""
    team_page()
    client.follow(client.submit(f"{URL}/invitations", name="ปิติ ตั้งใจ", email="piti@krom.example"))
    return db.session.scalars(select(User).where(User.email == "piti@krom.example")).one()


def withdrawal(person: User) -> str:
    return f"{URL}/invitations/{person.code}/withdrawal"


def test_an_invitation_is_withdrawn_with_one_button_and_twice_is_once(client, piti):
    button = client.page.one(f"button[form=withdraw-{piti.code}]")
    assert button.get_text(" ", strip=True) == "ถอนคำเชิญ ปิติ ตั้งใจ"
    page = client.page
    client.follow(client.submit(withdrawal(piti)))
    assert client.page.flashes == ["ถอนคำเชิญของ ปิติ ตั้งใจ แล้ว ลิงก์ในอีเมลใช้ไม่ได้อีก"]
    assert "piti@krom.example" not in client.page.main
    client.page = page
    assert client.submit(withdrawal(piti)).status_code == 404
    db.session.expire_all()
    assert piti.agency is None


def test_only_who_has_not_opened_the_account_has_the_button(client, cast, piti):
    for person in (cast.lamai, cast.mali):
        assert client.page.select(f"[form=withdraw-{person.code}]") == []
    token = (
        client.page.one("#people").find_parent("form").find("input", attrs={"name": "csrf_token"})["value"]
    )
    client.follow(client.post(withdrawal(cast.lamai), data={"csrf_token": token}))
    assert "จึงถอนคำเชิญไม่ได้" in client.page.flashes[0]
    assert cast.lamai.agency is cast.agency


def test_who_holds_a_place_keeps_the_invitation_until_it_is_given_back(client, piti, make_workshop, cast):
    other = make_workshop("another", title_th="งานอื่น")
    mine = registration.register(other, user=piti, by=cast.mali)
    db.session.commit()
    client.follow(client.submit(withdrawal(piti)))
    assert client.page.flashes == ["ปิติ ตั้งใจ ลงทะเบียนงาน งานอื่น ไว้ ยกเลิกหรือเปลี่ยนคนก่อน"]
    registration.cancel(mine, by=cast.mali)
    db.session.commit()
    client.follow(client.submit(withdrawal(piti)))
    assert "ถอนคำเชิญของ ปิติ ตั้งใจ แล้ว" in client.page.flashes[0]


def test_who_is_registered_here_is_handed_on_or_cancelled_first(client, team_page, piti):
    client.submit(f"{URL}/registrations", people=[piti.code])
    page = team_page()
    assert page.select(f"[form=withdraw-{piti.code}]") == []
    assert "เชิญแล้ว ยังไม่ตั้งรหัสผ่าน" in row_of(page, piti)


def test_nobody_withdraws_for_another_agency(client, cast, piti, workshop):
    page = client.page
    coordinator = cast_module.person("noi@demo.example", "น้อย", Role.COORDINATOR, cast.province)
    client.sign_in(coordinator).get(URL)
    token = (
        client.page.one("#people").find_parent("form").find("input", attrs={"name": "csrf_token"})["value"]
    )
    assert client.post(withdrawal(piti), data={"csrf_token": token}).status_code == 404
    client.sign_in(cast.lamai)
    client.page = page
    assert client.submit(withdrawal(piti)).status_code in (400, 403)
    db.session.expire_all()
    assert piti.agency is not None
