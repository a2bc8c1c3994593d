"""Giving a seat back over HTTP: asked once, done once, only one's own."""

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Registration, RegistrationMove, RegistrationStatus

URL = "/workshops/pmqa40-2566/registration/cancel"


@pytest.fixture
def seat(make_workshop, cast):
    mine = registration.register(make_workshop(capacity=1), user=cast.lamai)
    db.session.commit()
    return mine


def status(row):
    db.session.expire_all()
    return db.session.get_one(Registration, row.id).status


def test_the_page_asks_and_changes_nothing(client, seat, cast, queries):
    client.sign_in(cast.lamai)
    with queries() as statements:
        assert client.get(URL).status_code == 200
    assert all(statement.startswith("SELECT") for statement in statements)
    assert client.page.h1 == "ยกเลิกที่นั่ง"
    assert f"{seat.code[:4]}-{seat.code[4:]}" in client.page.main
    assert status(seat) is RegistrationStatus.CONFIRMED


def test_confirmed_it_is_given_back_and_passed_on(client, seat, cast, make_people):
    waiting = registration.register(seat.workshop, user=make_people(1)[0])
    client.sign_in(cast.lamai).get(URL)
    client.follow(client.submit())
    assert client.page.flashes == ["ยกเลิกที่นั่งแล้ว ที่นั่งนี้เปิดให้ผู้ที่รออยู่"]
    assert status(seat) is RegistrationStatus.CANCELLED
    assert status(waiting) is RegistrationStatus.CONFIRMED


def test_leaving_the_queue_has_its_own_words(client, seat, make_people):
    person = make_people(1)[0]
    registration.register(seat.workshop, user=person)
    client.sign_in(person).get(URL)
    assert client.page.h1 == "ออกจากคิว"
    client.follow(client.submit())
    assert client.page.flashes == ["ออกจากคิวแล้ว"]


def test_a_double_click_cancels_once(client, seat, cast):
    client.sign_in(cast.lamai).get(URL)
    page = client.page
    client.submit()
    client.page = page
    client.follow(client.submit())
    assert "การลงทะเบียนนี้ยกเลิกไปแล้ว" in client.page.flashes
    assert len(db.session.scalars(select(RegistrationMove)).all()) == 2


def test_who_cancelled_already_is_sent_back_with_a_word(client, seat, cast):
    registration.cancel(seat, by=cast.lamai)
    client.sign_in(cast.lamai)
    client.follow(client.get(URL))
    assert client.page.flashes == ["การลงทะเบียนนี้ยกเลิกไปแล้ว"]


def test_who_never_registered_finds_nothing(client, seat, cast):
    client.sign_in(cast.sakda)
    assert client.get(URL).status_code == 404
    assert client.get("/workshops/nowhere/registration/cancel").status_code == 404


def test_who_is_not_signed_in_goes_to_sign_in(client, seat):
    answer = client.get(URL)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_without_the_token_the_seat_stays(client, seat, cast):
    client.sign_in(cast.lamai)
    assert client.post(URL).status_code == 400
    assert status(seat) is RegistrationStatus.CONFIRMED


def test_once_it_began_the_page_says_whom_to_tell(client, seat, cast, clock_at):
    client.sign_in(cast.lamai).get(URL)
    page = client.page
    clock_at("2023-02-20T08:00:00+07:00")
    client.get(URL)
    assert "แจ้งผู้จัด" in client.page.main
    assert client.page.select("main form") == []
    client.page = page
    assert client.submit().status_code == 409
    assert status(seat) is RegistrationStatus.CONFIRMED
