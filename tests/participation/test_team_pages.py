"""The coordinator's team page: register several at once, invite, cancel; of the own agency and nobody else's."""

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Role
from portal.core import clock
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests import cast as people
from tests.participation.asking import QUESTIONS
from tests.participation.teaming import URL, row_of, standing

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED


def test_the_page_tells_seats_of_workshop_and_agency_and_everybodys_standing(
    team_page, workshop, cast, ked, make_people
):
    workshop.per_agency = 2
    registration.register(workshop, user=make_people(1)[0])
    registration.register(workshop, user=cast.lamai)
    registration.register(workshop, user=ked)
    page = team_page()
    assert page.h1 == "ทีมของหน่วยงาน"
    assert "กรมตัวอย่าง" in page.main
    assert "ที่นั่งของหน่วยงาน1/2" in page.main.replace(" ", "")
    assert "เต็ม 2 ที่นั่ง · รอในคิว 1 คน" in page.main
    assert "ได้ที่นั่ง" in row_of(page, cast.lamai)
    assert "รอในคิวลำดับที่ 1" in row_of(page, ked)
    assert "ยังไม่ลงทะเบียน" in row_of(page, cast.mali)
    assert [box["value"] for box in page.select("input[name=people]")] == [cast.mali.code]
    assert "บุคคล ที่0" not in page.text


def test_a_guarantee_in_force_is_told_and_one_that_is_over_is_not(team_page, workshop, clock_at):
    workshop.guaranteed, workshop.guaranteed_until = 3, clock.now().replace(day=14)
    assert "ที่นั่งที่รับรองต่อหน่วยงาน" in team_page().main
    clock_at("2023-02-15T09:00:00+07:00")
    assert "ที่นั่งที่รับรองต่อหน่วยงาน" not in team_page().main


def test_an_offered_seat_is_told_with_its_end(team_page, workshop, cast, make_people):
    workshop.capacity, workshop.offer_hours = 1, 24
    first = registration.register(workshop, user=make_people(1)[0])
    registration.register(workshop, user=cast.lamai)
    registration.cancel(first, by=first.user)
    db.session.commit()
    page = team_page()
    assert "มีที่นั่งเสนอให้ รอตอบถึง 14 ก.พ. 2566 09:00 น." in row_of(page, cast.lamai)
    assert "ที่นั่งของหน่วยงาน1" in page.main.replace(" ", "")


def test_who_still_has_to_answer_the_questions_is_told_and_counted(team_page, workshop, cast, ked, clock_at):
    workshop.questions = QUESTIONS
    for person in (cast.lamai, ked):
        registration.register(workshop, user=person)
    mine = db.session.scalars(select(Registration).where(Registration.user_id == ked.id)).one()
    mine.answers = {"food": "halal", "bus": True}
    db.session.commit()
    page = team_page()
    assert "ยังไม่ตอบคำถามของงาน" in row_of(page, cast.lamai)
    assert "ยังไม่ตอบคำถามของงาน" not in row_of(page, ked)
    assert "ยังไม่ตอบคำถามของงาน" not in row_of(page, cast.mali)
    assert "ยังไม่ตอบคำถามของงาน1" in page.main.replace(" ", "")
    clock_at("2023-02-20T09:00:00+07:00")  # it began: answers are asked no more
    assert "ยังไม่ตอบคำถามของงาน" not in team_page().main


def test_those_ticked_are_registered_together(client, team_page, cast, ked, kinds):
    team_page()
    client.follow(client.submit(f"{URL}/registrations", people=[cast.lamai.code, ked.code]))
    assert client.page.flashes == ["ได้ที่นั่ง 2 คน"]
    assert standing() == {cast.lamai.email: CONFIRMED, ked.email: CONFIRMED}
    assert kinds(ked) == ["registered"]
    assert set(db.session.scalars(select(RegistrationMove.by_id))) == {cast.mali.id}


def test_when_too_few_seats_are_left_the_rest_wait_as_was_chosen(client, team_page, workshop, cast, ked):
    workshop.capacity = 1
    team_page()
    client.follow(
        client.submit(f"{URL}/registrations", people=[ked.code, cast.mali.code, cast.lamai.code], how="some")
    )
    assert client.page.flashes == ["ได้ที่นั่ง 1 คน · รอในคิว 2 คน"]
    assert standing() == {ked.email: CONFIRMED, cast.mali.email: WAITLISTED, cast.lamai.email: WAITLISTED}


def test_or_nobody_is_registered_and_the_page_says_how_many_fit(client, team_page, workshop, cast, ked):
    workshop.capacity = 1
    team_page()
    answer = client.submit(f"{URL}/registrations", people=[cast.lamai.code, ked.code], how="all")
    assert answer.status_code == 409
    assert "ได้ที่นั่งเพียง 1 จาก 2 คน เพราะที่นั่งเต็ม" in client.page.main
    assert len(client.page.select("input[name=people][checked]")) == 2
    assert client.page.one("input[name=how][checked]")["value"] == "all"
    assert standing() == {}


def test_whoever_cannot_be_registered_is_named(client, team_page, cast, ked):
    team_page()
    page = client.page
    ked.approved_at = None
    client.page = page
    assert client.submit(f"{URL}/registrations", people=[cast.lamai.code, ked.code]).status_code == 409
    assert "เกด ขยัน: บัญชีของคุณรออนุมัติ" in client.page.main
    assert standing() == {}


def test_nobody_ticked_is_told_at_the_list(client, team_page):
    team_page()
    assert client.submit(f"{URL}/registrations").status_code == 422
    assert client.page.one(".errors a")["href"] == "#people"
    assert "เลือกคนที่จะลงทะเบียนอย่างน้อยหนึ่งคน" in client.page.main


def test_an_odd_choice_is_refused_and_the_ticks_stay(client, team_page, cast):
    team_page()
    assert client.submit(f"{URL}/registrations", people=[cast.lamai.code], how="odd").status_code == 422
    assert client.page.one("input[name=people][checked]")["value"] == cast.lamai.code


def test_a_double_click_registers_once(client, team_page, cast):
    team_page()
    page = client.page
    client.submit(f"{URL}/registrations", people=[cast.lamai.code])
    client.page = page
    client.follow(client.submit(f"{URL}/registrations", people=[cast.lamai.code]))
    assert "ลงทะเบียนไว้ก่อนแล้ว 1 คน" in client.page.flashes
    assert db.session.scalar(select(func.count(RegistrationMove.id))) == 1


@pytest.mark.parametrize("code", ["NOBODY22", "sakda"])
def test_nobody_of_another_agency_is_registered_by_their_code(client, team_page, cast, code):
    team_page()
    code = cast.sakda.code if code == "sakda" else code
    answer = client.submit(f"{URL}/registrations", people=[cast.lamai.code, code])
    assert answer.status_code == 404
    assert standing() == {}


def test_registering_shut_the_page_says_why_and_seats_may_still_be_handled(
    team_page, workshop, cast, clock_at
):
    seat = registration.register(workshop, user=cast.lamai)
    clock_at("2023-02-18T08:00:00+07:00")
    page = team_page()
    assert "ปิดรับลงทะเบียนเมื่อ 17 ก.พ. 2566 16:30 น." in page.main
    assert page.select("input[name=people], input[name=how], input[name=at_once]") == []
    assert f"{URL}/registrations/{seat.code}/swap" in page.links()


def test_an_agency_that_did_not_pass_sees_why_it_cannot_register(client, workshop, cast):
    boss = people.person("boss@demo.example", "หัวหน้า ทีม", Role.COORDINATOR, cast.province)
    client.sign_in(boss).get(URL)
    assert "ไม่พบผลงานของหน่วยงานที่ผ่านขั้นตอนที่ 1" in client.page.main
    assert client.page.select("input[name=people]") == []
    assert "ละไม" not in client.page.text


def test_a_cancelled_workshop_offers_nothing_to_do(team_page, workshop, cast):
    registration.register(workshop, user=cast.lamai)
    workshop.status = WorkshopStatus.CANCELLED
    page = team_page()
    assert "งานนี้ยกเลิก" in page.main
    assert page.select("main form button") == []
    assert not [link for link in page.links() if "/registrations/" in link]


def test_a_draft_or_unknown_workshop_is_not_there(client, cast, workshop):
    client.sign_in(cast.mali)
    assert client.get("/agency/workshops/nowhere").status_code == 404
    workshop.status = WorkshopStatus.DRAFT
    assert client.get(URL).status_code == 404


def test_questions_are_announced_and_do_not_stand_in_the_way(client, team_page, workshop, cast):
    workshop.questions = [
        {"code": "meal", "kind": "text", "label": {"th": "อาหาร", "en": ""}, "required": True}
    ]
    assert "แต่ละคนตอบเองที่หน้างานอบรม" in team_page().main
    client.submit(f"{URL}/registrations", people=[cast.lamai.code])
    assert standing() == {cast.lamai.email: CONFIRMED}


def test_looking_writes_nothing_and_thirty_people_cost_no_more_queries(
    client, team_page, workshop, cast, queries
):
    workshop.capacity = 5
    registration.register(workshop, user=cast.lamai)
    team_page()
    with queries() as few:
        client.get(URL)
    for number in range(30):
        person = people.person(f"p{number}@demo.example", f"คน ที่{number}", agency=cast.agency)
        registration.register(workshop, user=person)
    with queries() as many:
        client.get(URL)
    assert len(client.page.select("table.team tbody tr")) == 32
    assert len(many) <= len(few) + 1 <= 10  # the places in the queue, once there is one
    assert all(statement.startswith("SELECT") for statement in many)


def test_the_agencys_page_leads_here(client, cast, workshop):
    client.sign_in(cast.mali).get("/agency")
    assert URL in client.page.links()
    assert "ยังไม่มีใครจองที่นั่ง" in client.page.main
