"""A coordinator gives a colleague's seat back: asked once, done once, with its reason."""

from sqlalchemy import select

from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Move, RegistrationMove, RegistrationStatus
from tests.participation.teaming import URL, standing

CONFIRMED = RegistrationStatus.CONFIRMED
CANCELLED = RegistrationStatus.CANCELLED


def test_a_seat_is_cancelled_with_its_reason_after_a_question(client, team_page, workshop, cast, ledger):
    seat = registration.register(workshop, user=cast.lamai)
    page = team_page()
    address = f"{URL}/registrations/{seat.code}/cancel"
    assert address in page.links()
    client.get(address)
    assert client.page.h1 == "ยกเลิกให้คนในทีม"
    assert "ละไม ตั้งใจ" in client.page.main
    client.follow(client.submit(why="ติดราชการ"))
    assert client.page.flashes == ["ยกเลิกให้ ละไม ตั้งใจ แล้ว และแจ้งทางอีเมลแล้ว"]
    assert standing() == {cast.lamai.email: CANCELLED}
    assert ledger(seat) == [Move.REGISTERED, Move.CANCELLED]
    [last] = db.session.scalars(select(RegistrationMove).where(RegistrationMove.move == Move.CANCELLED))
    assert (last.by_id, last.why) == (cast.mali.id, "ติดราชการ")


def test_what_is_cancelled_already_is_said_and_not_done_again(client, team_page, workshop, cast, ledger):
    seat = registration.register(workshop, user=cast.lamai)
    team_page()
    client.get(f"{URL}/registrations/{seat.code}/cancel")
    page = client.page
    client.submit()
    client.page = page
    client.follow(client.submit())
    assert "การลงทะเบียนนี้ยกเลิกไปแล้ว" in client.page.flashes
    assert ledger(seat) == [Move.REGISTERED, Move.CANCELLED]


def test_a_reason_too_long_is_told_and_kept(client, team_page, workshop, cast):
    seat = registration.register(workshop, user=cast.lamai)
    team_page()
    client.get(f"{URL}/registrations/{seat.code}/cancel")
    assert client.submit(why="ก" * 201).status_code == 422
    assert client.page.one("#why")["value"] == "ก" * 201
    assert standing() == {cast.lamai.email: CONFIRMED}


def test_once_it_began_nothing_is_cancelled_and_the_page_says_whom_to_tell(
    client, team_page, workshop, cast, clock_at
):
    seat = registration.register(workshop, user=cast.lamai)
    team_page()
    address = f"{URL}/registrations/{seat.code}/cancel"
    client.get(address)
    page = client.page
    clock_at("2023-02-20T08:00:00+07:00")
    client.get(URL)
    assert address not in client.page.links()
    client.get(address)
    assert client.page.select("main form") == []
    assert "แจ้งผู้จัด" in client.page.main
    client.page = page
    assert client.submit().status_code == 409
    assert standing() == {cast.lamai.email: CONFIRMED}
