"""The plan of what an agency lacks: shown step by step, assigned by a day, reminded of once a day; colleagues see it on /me."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.accounts import audit
from portal.accounts.models import Role
from portal.core import clock
from portal.core.db import db
from portal.learning.models import Assignment
from portal.mail.models import OutboxMessage
from tests import cast as people
from tests.learning.taking import take


@pytest.fixture
def mali(client, cast, offered, course):
    return client.sign_in(cast.mali)


def ask(client, cast, *codes: str, due_on: str = "1 มี.ค. 2566"):
    client.get("/agency/plan/sample/op")
    return client.submit("/agency/plan/sample/op", people=list(codes), due_on=due_on)


def mails(kind: str) -> list[str]:
    return list(db.session.scalars(select(OutboxMessage.to_email).where(OutboxMessage.kind == kind)))


def test_the_plan_leads_from_the_missing_part_over_its_lessons_to_its_quiz(mali, cast, course):
    take(cast.lamai, course, "op")
    mali.get("/agency")
    [step] = [item.get_text(" ", strip=True) for item in mali.page.select(".plan > li")]
    assert step.startswith("หมวด 1 ยังไม่มีผู้ผ่าน")
    assert "เหลือ 37 วัน → บทเรียน 1.1–1.2 ราว 12 นาที → แบบทดสอบ" in " ".join(mali.page.text.split())
    assert {"/learn/sample/c1/quiz", "/agency/plan/sample/c1"} <= set(mali.page.links())


def test_where_parts_are_covered_the_plan_names_who_lacks_least(mali, cast, course):
    take(cast.lamai, course, "op")
    take(cast.lamai, course, "c1")
    take(cast.mali, course, "op")
    mali.get("/agency")
    assert "ยังต้องมีผู้ผ่านครบทุกส่วนอีก 1 คน" in mali.page.main
    assert "มะลิ ใจดี เหลือ หมวด 1" in mali.page.main


def test_a_colleague_is_asked_with_a_date_gets_mail_and_sees_it_on_their_page(mali, cast):
    assert ask(mali, cast, cast.lamai.code).status_code == 303
    row = db.session.scalars(select(Assignment)).one()
    assert (row.user_id, row.agency_id, row.module, row.due_on) == (
        cast.lamai.id,
        cast.agency.id,
        "op",
        date(2023, 3, 1),
    )
    assert mails("learning.assigned") == ["lamai@demo.example"]
    mali.get("/agency")
    assert "มอบหมายแล้ว ละไม ตั้งใจ ภายใน 1 มี.ค. 2566" in mali.page.main
    mali.sign_in(cast.lamai).get("/me")
    assert "หน่วยงานมอบหมาย ลักษณะสำคัญขององค์การ ภายใน 1 มีนาคม 2566" in mali.page.main
    assert "/learn/sample/op/l1" in mali.page.links()


def test_what_was_passed_leaves_the_page_of_the_learner_and_is_told_to_the_coordinator(mali, cast, course):
    ask(mali, cast, cast.lamai.code)
    take(cast.lamai, course, "op")
    mali.get("/agency/plan/sample/op")
    assert "ละไม ตั้งใจ ภายใน 1 มีนาคม 2566 ผ่านแล้ว" in mali.page.main
    mali.sign_in(cast.lamai).get("/me")
    assert "หน่วยงานมอบหมาย" not in mali.page.main


def test_a_new_day_ends_the_old_assignment_and_the_same_day_changes_nothing(mali, cast):
    for due_on in ("1 มี.ค. 2566", "1 มี.ค. 2566", "๒ มี.ค. ๒๕๖๖"):
        ask(mali, cast, cast.lamai.code, due_on=due_on)
    rows = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [(row.due_on and row.due_on.day, row.ended_at is None) for row in rows] == [(1, False), (2, True)]
    assert len(mails("learning.assigned")) == 1  # once a day


def test_an_assignment_is_called_off_and_another_agency_s_cannot_be(mali, cast):
    ask(mali, cast, cast.lamai.code)
    row = db.session.scalars(select(Assignment)).one()
    mali.get("/agency/plan/sample/op")
    assert mali.submit(f"/agency/assignments/{row.code}/end").status_code == 303
    assert db.session.scalars(select(Assignment)).one().ended_at is not None
    other = people.agency("B1", "กรมอื่น")
    row.agency_id = other.id
    mali.get("/agency/plan/sample/op")
    token = mali.page.select("input[name=csrf_token]")[0]["value"]
    answer = mali.post(f"/agency/assignments/{row.code}/end", data={"csrf_token": token})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("codes", "due_on", "said"),
    [
        ([], "", "เลือกเพื่อนร่วมงานอย่างน้อยหนึ่งคน"),
        (["lamai"], "31/2/2566", "เดือนกุมภาพันธ์ 2566 มี 28 วัน"),
        (["lamai"], "12 ก.พ. 2566", "วันที่กำหนดผ่านไปแล้ว"),
        (["lamai"], "1/3/3109", "ไม่ชัดว่าเป็น พ.ศ. หรือ ค.ศ."),
        (["sakda"], "", "มอบหมายได้เฉพาะคนที่ยืนยันแล้วของหน่วยงานนี้"),
        (["none"], "", "มอบหมายได้เฉพาะคนที่ยืนยันแล้วของหน่วยงานนี้"),
    ],
)
def test_a_bad_form_is_kept_and_says_why(mali, cast, codes, due_on, said):
    wanted = [getattr(cast, name).code if hasattr(cast, name) else name for name in codes]
    answer = ask(mali, cast, *wanted, due_on=due_on)
    assert answer.status_code == 422
    assert said in mali.page.main
    assert mali.page.one("[name=due_on]")["value"] == due_on
    assert db.session.scalars(select(Assignment)).all() == []


def test_one_click_reminds_everybody_who_has_not_passed_and_once_a_day(mali, cast, course, clock_at):
    people.person("piti@demo.example", "ปิติ ขยัน", agency=cast.agency)
    take(cast.lamai, course, "op")
    for _click in range(2):
        mali.get("/agency")
        assert mali.submit("/agency/plan/sample/c1/reminders").status_code == 303
    assert sorted(mails("learning.reminded")) == ["lamai@demo.example", "piti@demo.example"]
    mali.get("/agency")
    assert mali.page.flashes[-1:] == ["วันนี้เตือนทุกคนเรื่องหลักสูตรนี้แล้ว เตือนได้อีกพรุ่งนี้"]
    clock_at("2023-02-14T09:00:00+07:00")
    mali.get("/agency")
    mali.submit("/agency/plan/sample/c1/reminders")
    assert len(mails("learning.reminded")) == 4


def test_who_was_asked_is_reminded_and_nobody_else(mali, cast):
    people.person("piti@demo.example", "ปิติ ขยัน", agency=cast.agency)
    ask(mali, cast, cast.lamai.code)
    mali.get("/agency")
    mali.submit("/agency/plan/sample/op/reminders")
    assert mails("learning.reminded") == ["lamai@demo.example"]


def test_somebody_who_moved_is_no_longer_asked(mali, cast):
    ask(mali, cast, cast.lamai.code)
    cast.lamai.agency = cast.province
    db.session.commit()
    mali.get("/agency")
    assert "มอบหมายแล้ว" not in mali.page.main
    mali.sign_in(cast.lamai).get("/me")
    assert "หน่วยงานมอบหมาย" not in mali.page.main


def test_what_presses_this_week_stands_first(mali, cast):
    people.person("w@mail.example", "รอ คนเดียว", agency=cast.agency, approved=False)
    ask(mali, cast, cast.lamai.code, due_on="15 ก.พ. 2566")
    mali.get("/agency")
    assert [item.get_text() for item in mali.page.select("#h-week + ol li")] == [
        "ยืนยันเพื่อนร่วมงานที่รออยู่ 1 คน",
        "ละไม ตั้งใจ ต้องผ่านส่วนที่มอบหมายภายใน 15 ก.พ. 2566",
    ]


def test_a_module_that_cannot_be_passed_has_no_page(mali):
    for address in ("/agency/plan/sample/c2", "/agency/plan/sample/none", "/agency/plan/none/op"):
        assert mali.get(address).status_code == 404


# --- the organizer reads it and reminds its coordinators

REMIND = "/organize/agencies/SAMPLE-DEPT/plan/sample/reminders"


@pytest.fixture
def orn(client, cast, course):
    client.sign_in(cast.orn)
    return client


def remind(orn) -> str:
    """Press the button, and what the page then says."""
    orn.get("/organize/agencies/SAMPLE-DEPT")
    orn.follow(orn.submit(REMIND))
    assert orn.page.h1 == "กรมตัวอย่าง"
    said: str = orn.page.flashes[0]
    return said


def test_an_organizer_reads_the_page_of_any_agency_and_can_only_remind(orn, cast, course):
    take(cast.lamai, course, "op")
    assert orn.get("/organize/agencies/SAMPLE-DEPT").status_code == 200
    assert orn.page.h1 == "กรมตัวอย่าง"
    assert "ละไม ตั้งใจ" in orn.page.main
    assert "หมวด 1 ยังไม่มีผู้ผ่าน" in orn.page.main
    assert [form["action"] for form in orn.page.select("main form")] == [REMIND]
    assert orn.get("/organize/agencies/NONE").status_code == 404
    assert orn.sign_in(cast.mali).get("/organize/agencies/SAMPLE-DEPT").status_code == 403


@pytest.mark.both_databases
def test_one_click_tells_every_coordinator_what_is_missing_once_a_day(orn, cast, clock_at):
    people.person("suda@demo.example", "สุดา ดูแล", role=Role.COORDINATOR, agency=cast.agency)
    people.person("other@demo.example", "คน อื่น", role=Role.COORDINATOR, agency=cast.province)
    cast.lamai.role = Role.COORDINATOR
    cast.lamai.disabled_at = clock.now()
    db.session.commit()
    orn.get("/organize/agencies/SAMPLE-DEPT")
    assert "ผู้ประสานงาน มะลิ ใจดี · สุดา ดูแล" in orn.page.main
    assert "ยังไม่เคยเตือนเรื่องหลักสูตรนี้" in orn.page.main
    assert remind(orn) == "ส่งจดหมายเตือนผู้ประสานงาน 2 คนแล้ว"
    assert "เตือนล่าสุด 13 ก.พ. 2566 09:00 น." in orn.page.main
    assert remind(orn).startswith("วันนี้เตือนผู้ประสานงานของหน่วยงานนี้เรื่องหลักสูตรนี้แล้ว")
    assert sorted(mails("home.coordinator_reminded")) == ["mali@demo.example", "suda@demo.example"]
    clock_at("2023-02-14T09:00:00+07:00")
    assert remind(orn) == "ส่งจดหมายเตือนผู้ประสานงาน 2 คนแล้ว"
    assert [event.detail for event in audit.events_of("plan:SAMPLE-DEPT:sample")] == [{"people": 2}] * 2


def test_where_nobody_coordinates_the_page_says_what_to_do(orn, cast):
    orn.get("/organize/agencies/SAMPLE-DEPT")
    cast.mali.role = Role.LEARNER
    db.session.commit()
    orn.follow(orn.submit(REMIND))
    assert orn.page.flashes[0].startswith("หน่วยงานนี้ยังไม่มีผู้ประสานงานที่รับจดหมายได้ นำเข้าบุคคล")
    assert "/organize/imports" in orn.page.links()
    assert orn.page.select("main form") == []
    assert mails("home.coordinator_reminded") == []


def test_an_agency_that_completed_the_course_is_left_in_peace(orn, cast, course):
    orn.get("/organize/agencies/SAMPLE-DEPT")
    for person in (cast.lamai, cast.mali):
        for module in ("op", "c1"):
            take(person, course, module)
    db.session.commit()
    orn.follow(orn.submit(REMIND))
    assert orn.page.flashes == ["หน่วยงานนี้ครบหลักสูตรนี้แล้ว ไม่มีอะไรต้องเตือน"]
    assert mails("home.coordinator_reminded") == []
