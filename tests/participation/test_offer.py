"""The page behind the links of an offered seat: open without signing in, clear about every state, and never double."""

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation import offers, registration
from portal.participation.models import Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests.rows import once

ENDS = "2023-02-14T09:00:00+07:00"


@pytest.fixture
def workshop(make_workshop):
    return make_workshop(capacity=1, offer_hours=24, venue="โรงแรมตัวอย่าง")


@pytest.fixture
@once
def mine(workshop, make_people, cast):
    """ละไม is offered the one seat; somebody waits behind her."""
    first, last = make_people(2)
    leaving = registration.register(workshop, user=first)
    mine = registration.register(workshop, user=cast.lamai)
    registration.register(workshop, user=last)
    registration.cancel(leaving, by=first)
    db.session.commit()
    return mine


@pytest.fixture
def url(mine):
    return f"/offers/{offers.tokens_of([mine])[mine.id]}"


def status(mine):
    db.session.expire_all()
    return db.session.get_one(Registration, mine.id).status.value


def answer(client, url, verb):
    """Press the button on the page, which stands there or stood there before."""
    client.get(url)
    token = client.page.select("input[name=csrf_token]")[0]["value"] if client.page.select("form") else ""
    return client.post(f"{url}/{verb}", data={"csrf_token": token})


def test_the_mail_leads_to_the_page_and_the_page_says_until_when(client, mine, url, mails, cast):
    assert f"http://localhost{url}" in mails(cast.lamai)[-1].text
    assert client.get(url).status_code == 200
    assert client.page.h1 == "มีที่นั่งให้คุณ"
    words = client.page.main
    assert "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0" in words
    assert "20–21 กุมภาพันธ์ 2566" in words
    assert "โรงแรมตัวอย่าง" in words
    assert "เก็บที่นั่งไว้ให้คุณถึง 14 ก.พ. 2566 09:00 น. เหลือเวลา 24 ชั่วโมง 0 นาที" in words
    assert [b.get_text() for b in client.page.select("main button")] == ["ยืนยันที่นั่ง", "สละที่นั่งนี้"]


def test_signed_out_one_press_takes_the_seat(client, mine, url):
    client.get(url)
    client.follow(client.submit("/accept"))
    assert client.page.h1 == "ยืนยันที่นั่งแล้ว"
    assert status(mine) == "confirmed"
    assert client.page.select("main form") == []


def test_signed_out_one_press_lets_it_go(client, mine, url):
    client.get(url)
    client.follow(client.submit("/decline"))
    assert client.page.h1 == "สละที่นั่งแล้ว"
    assert status(mine) == "cancelled"
    offered = select(Registration).where(Registration.status == RegistrationStatus.OFFERED)
    assert db.session.scalars(offered).one().user_id != mine.user_id


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_pressing_twice_does_it_once(client, mine, url, verb):
    client.get(url)
    token = client.page.select("main input[name=csrf_token]")[0]["value"]
    answers = [client.post(f"{url}/{verb}", data={"csrf_token": token}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    moves = select(RegistrationMove.move).where(RegistrationMove.registration_id == mine.id)
    assert len(db.session.scalars(moves).all()) == 3


@pytest.mark.parametrize(("first", "then"), [("accept", "decline"), ("decline", "accept")])
def test_the_other_button_of_an_old_tab_is_told_what_was_answered(client, mine, url, first, then):
    client.get(url)
    token = client.page.select("main input[name=csrf_token]")[0]["value"]
    client.post(f"{url}/{first}", data={"csrf_token": token})
    before = status(mine)
    assert client.post(f"{url}/{then}", data={"csrf_token": token}).status_code == 409
    assert "ข้อเสนอที่นั่งนี้มีคำตอบไปแล้ว" in client.page.text
    assert client.page.h1 == ("ยืนยันที่นั่งแล้ว" if first == "accept" else "สละที่นั่งแล้ว")
    assert status(mine) == before


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_in_the_second_of_its_end_the_button_answers_that_time_is_over(client, mine, url, verb, clock_at):
    client.get(url)
    token = client.page.select("main input[name=csrf_token]")[0]["value"]
    clock_at(ENDS)
    assert client.post(f"{url}/{verb}", data={"csrf_token": token}).status_code == 410
    assert client.page.h1 == "หมดเวลายืนยันที่นั่งแล้ว"
    assert client.get(url).status_code == 410
    assert client.page.select("main form") == []
    assert "ลงทะเบียนใหม่ได้ที่หน้างานอบรม" in client.page.main


def test_after_the_queue_moved_on_the_link_still_says_so(client, mine, url, workshop, clock_at):
    clock_at(ENDS)
    offers.expire(workshop)
    db.session.commit()
    assert client.get(url).status_code == 410


@pytest.mark.parametrize("verb", ["decline", "expire"])
def test_once_registration_is_shut_the_page_does_not_send_people_to_register(
    client, mine, url, workshop, clock_at, verb
):
    if verb == "decline":
        answer(client, url, verb)
    else:
        clock_at(ENDS)
    client.get(url)
    assert "ลงทะเบียนใหม่ได้ที่หน้างานอบรม" in client.page.main
    workshop.status = WorkshopStatus.CLOSED
    db.session.commit()
    client.get(url)
    assert "ลงทะเบียนใหม่ได้ที่หน้างานอบรม" not in client.page.main
    assert "ปิดรับลงทะเบียน" in client.page.main


def test_what_was_cancelled_meanwhile_says_so(client, mine, url, cast):
    registration.cancel(mine, by=cast.lamai)
    db.session.commit()
    assert client.get(url).status_code == 200
    assert client.page.h1 == "ข้อเสนอนี้ยกเลิกแล้ว"


def test_a_cancelled_workshop_has_nothing_to_confirm(client, mine, url, workshop):
    client.get(url)
    token = client.page.select("main input[name=csrf_token]")[0]["value"]
    workshop.status = WorkshopStatus.CANCELLED
    db.session.commit()
    assert client.post(f"{url}/accept", data={"csrf_token": token}).status_code == 409
    assert client.page.h1 == "งานนี้ยกเลิก"
    assert client.page.select("main form") == []


@pytest.mark.parametrize(
    "path", ["/offers/none", "/offers/none/accept", "/offers/none/decline", "/offers/%F0%9F%92%A3"]
)
def test_a_forged_link_is_404(client, mine, url, path):
    client.get(url)
    token = client.page.select("main input[name=csrf_token]")[0]["value"]
    if path.endswith(("accept", "decline")):
        assert client.post(path, data={"csrf_token": token}).status_code == 404
    else:
        assert client.get(path).status_code == 404


def test_without_the_token_of_the_form_nothing_happens(client, mine, url):
    assert client.post(f"{url}/accept").status_code == 400
    assert client.get(f"{url}/accept").status_code == 405
    assert status(mine) == "offered"


def test_looking_writes_nothing(client, mine, url, queries):
    with queries() as statements:
        client.get(url)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 6
    assert status(mine) == "offered"


def test_the_owner_sees_the_offer_on_the_workshops_page_and_takes_it_there(client, mine, cast):
    client.sign_in(cast.lamai).get("/workshops/pmqa40-2566")
    panel = client.page.one("aside.panel")
    assert "มีที่นั่งให้คุณ" in panel.get_text()
    client.follow(client.submit("/accept"))
    assert client.page.h1 == "ยืนยันที่นั่งแล้ว"
    assert status(mine) == "confirmed"


def test_the_owner_sees_it_on_their_own_page_as_the_next_thing_to_do(client, mine, cast):
    client.sign_in(cast.lamai).get("/me")
    assert "ยืนยันที่นั่งของคุณ" in client.page.main
    assert "เหลือเวลา 24 ชั่วโมง 0 นาที" in client.page.main
    client.follow(client.submit("/decline"))
    assert client.page.h1 == "สละที่นั่งแล้ว"


def test_an_overdue_offer_offers_nothing_more_to_its_owner(client, mine, cast, clock_at):
    clock_at(ENDS)
    client.sign_in(cast.lamai).get("/workshops/pmqa40-2566")
    assert client.page.select("aside form[action*=offers]") == []
    client.follow(client.submit("/registration"))
    assert "คุณอยู่ในคิวเป็นลำดับที่ 1" in client.page.flashes[0]
    assert status(mine) == "waitlisted"
    client.get("/me")
    assert client.page.select("main form[action*=offers]") == []


def test_no_two_presses_send_two_mails(client, mine, url, cast):
    client.get(url)
    token = client.page.select("main input[name=csrf_token]")[0]["value"]
    for _ in range(3):
        client.post(f"{url}/accept", data={"csrf_token": token})
    mails = select(OutboxMessage.kind).where(OutboxMessage.to_email == cast.lamai.email)
    assert db.session.scalars(mails).all().count("participation.registered") == 1
