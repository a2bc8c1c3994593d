"""Registering over HTTP: what a person gets back, whatever happens meanwhile."""

from sqlalchemy import select

from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import WorkshopStatus

URL = "/workshops/pmqa40-2566"


def rows():
    db.session.expire_all()
    return list(db.session.scalars(select(Registration).order_by(Registration.arrival)))


def test_a_seat_is_booked_and_confirmed_on_the_page(client, make_workshop, cast, mails):
    make_workshop()
    client.sign_in(cast.lamai).get(URL)
    answer = client.submit("/registration")
    assert answer.status_code == 303
    client.follow(answer)
    assert client.page.flashes == ["จองที่นั่งแล้ว นัดหมายส่งไปที่อีเมลของคุณ"]
    assert "ได้ที่นั่งแล้ว" in client.page.main
    assert [row.status for row in rows()] == [RegistrationStatus.CONFIRMED]
    assert len(mails()) == 1


def test_a_double_click_books_once_and_says_the_same(client, make_workshop, cast, mails):
    make_workshop()
    client.sign_in(cast.lamai).get(URL)
    page = client.page
    for _ in range(2):
        client.page = page
        client.follow(client.submit("/registration"))
        assert client.page.flashes == ["จองที่นั่งแล้ว นัดหมายส่งไปที่อีเมลของคุณ"]
    assert len(rows()) == len(mails()) == 1


def test_who_lost_the_race_is_told_the_place_in_the_queue(client, make_workshop, make_people, cast):
    workshop = make_workshop(capacity=1)
    client.sign_in(cast.lamai).get(URL)
    registration.register(workshop, user=make_people(1)[0])
    client.follow(client.submit("/registration"))
    assert client.page.flashes == ["ยังไม่ได้ที่นั่ง คุณอยู่ในคิวเป็นลำดับที่ 1"]


def test_a_window_that_closed_meanwhile_is_a_clear_page(client, make_workshop, cast, clock_at):
    make_workshop()
    client.sign_in(cast.lamai).get(URL)
    clock_at("2023-02-17T16:30:00+07:00")
    answer = client.submit("/registration")
    assert answer.status_code == 409
    assert "ปิดรับลงทะเบียนเมื่อ 17 ก.พ. 2566 16:30 น." in client.page.flashes[0]
    assert rows() == []


def test_who_is_not_eligible_is_refused_even_with_a_form_of_their_own(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.lamai).get(URL)
    page = client.page
    client.sign_in(cast.sakda).get(URL)
    token = client.page.one(".menu input[name=csrf_token]")["value"]
    answer = client.post(f"{URL}/registration", data={"csrf_token": token})
    assert answer.status_code == 403
    assert "ไม่พบผลงานของหน่วยงาน" in client.page.flashes[0]
    client.page = page
    assert rows() == []


def test_who_is_not_signed_in_is_asked_to(client, make_workshop):
    make_workshop()
    client.check_pages = False
    assert client.post(f"{URL}/registration").status_code in (400, 401)
    assert rows() == []


def test_without_the_token_nothing_happens(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.lamai)
    assert client.post(f"{URL}/registration").status_code == 400
    assert rows() == []


def test_looking_is_not_registering(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.lamai)
    assert client.get(f"{URL}/registration").headers["Location"] == URL
    assert rows() == []


def test_an_unknown_workshop_is_404(client, make_workshop, cast):
    make_workshop()
    client.sign_in(cast.lamai).get(URL)
    client.page.form("/registration")["action"] = "/workshops/nowhere/registration"
    assert client.submit("/registration").status_code == 404


def test_a_draft_cannot_be_joined_by_its_address(client, make_workshop, cast):
    workshop = make_workshop()
    client.sign_in(cast.lamai).get(URL)
    workshop.status = WorkshopStatus.DRAFT
    assert client.submit("/registration").status_code == 404
    assert rows() == []


def test_in_a_rush_one_press_asks_the_database_seven_times(client, make_workshop, make_people, cast, queries):
    """Everybody waits while one registers: who, the lock, one count, three rows, the days for the mail."""
    workshop = make_workshop(capacity=1, per_agency=4)
    client.sign_in(cast.lamai).get("/workshops/pmqa40-2566")
    token = client.page.form("/registration").find("input", attrs={"name": "csrf_token"})["value"]
    registration.register(workshop, user=make_people(1)[0])
    db.session.commit()
    db.session.remove()
    with queries() as statements:
        client.post("/workshops/pmqa40-2566/registration", data={"csrf_token": token})
    assert len(statements) == 7
