"""Run in a fresh demonstration: adds the states pages should be seen in, and prints what the tests must know, as JSON."""

import json
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select

from portal.accounts import links, passwords, people
from portal.accounts.models import Agency, User
from portal.attendance import feeds, roll
from portal.authoring import exchange
from portal.certificates import issuing
from portal.certificates.earning import Earned
from portal.certificates.models import CertificateKind
from portal.core import clock
from portal.core.db import db, writing
from portal.core.tokens import new_code
from portal.courses import catalog
from portal.learning import assessments, attempts, notes, sample_answers
from portal.learning.models import Attempt
from portal.mail import delivery, outbox
from portal.mail.models import OutboxMessage
from portal.organize import group_letters, imports
from portal.organize.group_letters import Draft
from portal.organize.recipients import Group
from portal.participation import eligibility, ledger, passing, registration, seats, terms, tickets
from portal.participation.models import AttendanceState, Registration, RegistrationStatus
from portal.programme import desk, workshops
from portal.programme.models import Material, Workshop
from portal.programme.questions import Choice, Kind, Question, When
from tests.cast import PASSWORD
from tests.participation.asking import QUESTIONS
from wsgi import app

Answers = dict[str, list[str]]


def answers_of(course: str, module: str, *, right: bool = True) -> Answers:
    """Question → its right answer, or a wrong one."""
    part = catalog.course(course).module(module)  # type: ignore[union-attr]
    assert part is not None
    assert part.quiz is not None
    answer = sample_answers.right if right else sample_answers.wrong
    return {question.id: answer(question) for question in part.quiz.questions}


def attempt(user: User, course: str, module: str, answers: Answers) -> Attempt:
    """An open attempt of this person with these answers saved."""
    found = catalog.course(course)
    assert found is not None
    part = found.module(module)
    assert part is not None
    begun = attempts.start(user, found, part)
    asked = {one.question.id for one in attempts.paper_of(begun)}
    seq = attempts.latest(begun)[0]
    attempts.save(begun, seq=seq, answers={name: keys for name, keys in answers.items() if name in asked})
    return begun


def submitted(user: User, course: str, module: str, *, missed: int) -> str:
    """The code of a submitted attempt with so many wrong answers, the first of them left open."""
    answers = answers_of(course, module)
    begun = attempt(user, course, module, {})
    asked = [one.question.id for one in attempts.paper_of(begun)]
    for question in asked[:missed]:
        answers[question] = answers_of(course, module, right=False)[question]
    answers.pop(asked[0] if missed else "", None)
    begun = attempt(user, course, module, answers)
    attempts.submit(begun, seq=attempts.latest(begun)[0], answers={})
    return begun.code


def note_of(user: User) -> str:
    """A note beside a lesson, and a bookmark."""
    course = catalog.course("pmqa40")
    module = course.module("op") if course else None
    assert course is not None
    assert module is not None
    where = course, module, module.lessons[0]
    notes.write(user, where, words="", heading="")
    return notes.write(user, where, words="ถามกองแผนเรื่องนี้", heading="ask").code


def written_answer() -> dict[str, str]:
    """A writing task of pmqa40 that somebody handed in an answer to: its module, its id, and the attempt."""
    for task in assessments.tasks():
        found = db.session.execute(assessments.handed_in(task, only_waiting=True)).first()
        if found is not None and task.course.code == "pmqa40":
            return {"writing_module": task.module.code, "writing": task.question.id, "written": found.code}
    raise LookupError("nobody handed in a written answer")


def eligible_newcomer() -> str:
    """Somebody approved with no registration and no attempt, whose agency may come to the workshop on PMQA 4.0."""
    workshop = workshops.workshop_by_code("pmqa40-2566")
    assert workshop is not None
    for agency in db.session.scalars(select(Agency).where(Agency.is_sample).order_by(Agency.id.desc())):
        person = people.create_user(
            email="kaew@demo.example", name="แก้ว ไร้สคริปต์", agency=agency, is_sample=True
        )
        person.password_hash = passwords.hash_password(PASSWORD)
        if eligibility.refusal(workshop, person) is None:
            return person.email
        db.session.delete(person)
        db.session.flush()
    raise LookupError("no agency of the demonstration may come")


def mark_some() -> None:
    """A few marks of attendance, one of each kind."""
    workshop = workshops.workshop_by_code("pmqa40-2566")
    assert workshop is not None
    seated = select(Registration).where(
        Registration.workshop_id == workshop.id, Registration.status == RegistrationStatus.CONFIRMED
    )
    marks = dict(zip(db.session.scalars(seated.limit(len(AttendanceState))), AttendanceState, strict=True))
    roll.mark_all(workshop.sessions[0], marks, by=None, how=roll.ON_THE_ROSTER)


def draft_of_next_year() -> None:
    """A copy of a workshop that asks two questions, the second only after an answer to the first."""
    orn = people.by_email("orn@demo.example")
    workshop = workshops.workshop_by_code("pmqa40-2566")
    assert workshop is not None
    draft = desk.copy(workshop, code="next-2567", first_day=date(2024, 2, 19), by=orn)
    ways = (Choice("car", {"th": "รถส่วนตัว", "en": "Own car"}), Choice("train", {"th": "รถไฟ", "en": "Train"}))
    way = Question("way", Kind.CHOICE, {"th": "เดินทางมาอย่างไร", "en": "How will you come?"}, True, ways)
    plate = {"th": "ทะเบียนรถสำหรับที่จอด", "en": "Number plate for the car park"}
    asked = (way, Question("parking", Kind.TEXT, plate, when=When("way", "car")))
    text = replace(desk.text_of(draft), questions=asked)
    desk.save(draft, text, by=orn, version=draft.version, note="ถามเรื่องที่จอดรถ")


def offered_seats() -> dict[str, str]:
    """Seats that were offered, one of them too long ago; and somebody who waits."""
    workshop = workshops.workshop_by_code("excellence-2566")
    orn = people.by_email("orn@demo.example")
    assert workshop is not None
    assert orn is not None
    now = terms.of(workshop)
    more = replace(now, capacity=(now.capacity or 0) + 2, offer_hours=24)
    late, standing = terms.change(workshop, more, by=orn)
    late.offer_expires_at = clock.now()
    db.session.flush()
    links_of = {one.id: passing.token_of(one, ledger.moves_of(one)[-1][0]) for one in (late, standing)}
    [*_, last] = seats.line_of(workshop)
    waiting = db.session.get_one(Registration, last.id).code
    return {"offer": links_of[standing.id], "expired_offer": links_of[late.id], "waiting": waiting}


def letter_to_a_group(workshop: Workshop) -> str:
    """The code of a letter that went to everybody with a seat."""
    orn = people.by_email("orn@demo.example")
    assert orn is not None
    body = "เรียน {ชื่อ}\n\nพบกันวันที่ {วันที่} รหัสตั๋วของคุณคือ {รหัสตั๋ว}"
    group = Group.read("registered")
    assert group is not None
    draft = Draft(new_code(), group, "ถึง {หน่วยงาน} ก่อนวันอบรม", body)
    count = group_letters.preview(workshop, draft).count
    return group_letters.send(workshop, draft, by=orn, count=count).code


def tables() -> dict[str, str]:
    """A table of people that was brought in, one that waits to be confirmed, and one in which every row is wrong."""
    orn = people.by_email("orn@demo.example")
    assert orn is not None
    tokens = [
        imports.keep("people", BytesIO(f"email,name\n{rows}\n".encode()), "people.csv")
        for rows in ("tida@demo.example,ธิดา มาใหม่", "orn@demo.example,อร ชื่อใหม่", ",\nno address,")
    ]
    done, waits, bad = tokens
    draft = imports.read(done)
    run = imports.confirm(draft, mark=imports.plan(draft, by=orn).mark, by=orn)
    return {"import_run": run.code, "import_draft": waits, "bad_import": bad, "questions": questions()}


def questions() -> str:
    """A file of questions that waits to be confirmed: one comes, one is to be mended, one stays behind."""
    text = "ข้อใดคือ Approach {=วิธีการ#ใช่ ~การเรียนรู้#นั่นคือ L ~การเชื่อมโยง#นั่นคือ I}\n\nA ย่อมาจาก{=Approach}\n\nไม่ครบ{"
    return exchange.keep("pmqa40", "op", BytesIO(text.encode()), exchange.Sent(b"", "คำถาม.gift", "ruler"))


def unconfirmed() -> User:
    person = people.create_user(email="rung@demo.example", name="รุ่ง มาใหม่")
    person.agency = db.session.scalars(select(Agency).where(Agency.code == "SAMPLE-DEPT")).one()
    person.confirmed_at = person.approved_at = None
    person.password_hash = passwords.hash_password(PASSWORD)
    db.session.flush()
    return person


def ask_questions(workshop: Workshop) -> None:
    """The workshop asks questions of its own, and somebody who may register has not done so."""
    workshop.questions = QUESTIONS
    person = people.create_user(
        email="nid@demo.example",
        name="นิด ยังไม่จอง",
        agency=db.session.scalars(select(Agency).where(Agency.code == "SAMPLE-DEPT")).one(),
        is_sample=True,
    )
    person.password_hash = passwords.hash_password(PASSWORD)
    db.session.flush()
    assert eligibility.refusal(workshop, person) is None


def certificates(*people: User) -> dict[str, str]:
    """A certificate that stands, and one that was revoked."""
    title = {"th": "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0", "en": "PMQA 4.0"}
    facts = {"modules": ["op", "c1", "c2"]}
    stands, gone = issuing.issue(
        [
            Earned(one.id, one.agency_id, CertificateKind.COURSE, "pmqa40", title, facts, clock.today())
            for one in people
        ],
        by=None,
    )
    issuing.revoke(gone, by=people[0], why="ออกผิดคน")
    return {"certificate": stands.code, "revoked": gone.code, "claim": stands.claim}


def set_stage() -> dict[str, Any]:
    cast = {name: people.by_email(f"{name}@demo.example") for name in ("mali", "lamai")}
    lamai, mali = cast["lamai"], cast["mali"]
    assert lamai is not None
    assert mali is not None
    queued = workshops.workshop_by_code("excellence-2566")
    assert queued is not None
    taken = registration.register(queued, user=lamai)
    ask_questions(queued)
    feeds.rotate(lamai)
    mark_some()
    draft_of_next_year()
    new = unconfirmed()
    known = {
        **offered_seats(),
        **tables(),
        "team_place": taken.code,
        "ticket": tickets.address(taken).rpartition("/")[2],
        "open": attempt(lamai, "pmqa40", "op", {}).code,
        "failed": submitted(lamai, "pmqa2562", "c1", missed=6),
        **written_answer(),
        "passed": submitted(lamai, "pmqa2562", "op", missed=2),
        "note": note_of(lamai),
        "confirm": links.make("confirm", new),
        "reset": links.make("reset", mali),
        "feed": feeds.feed_of(lamai).secret,  # type: ignore[union-attr]
        "newcomer": eligible_newcomer(),
        "answers": {one.code: {module.code: answers_of(one.code, module.code) for module in one.required_modules} for one in catalog.courses()},
    }  # fmt: skip
    known |= certificates(lamai, mali)
    db.session.commit()
    delivery.deliver_due(limit=100)
    handed = db.session.scalars(select(Material).order_by(Material.id)).first()
    assert handed is not None
    known |= {"material": handed.code, "talk": handed.talk.code, "letter": letter_to_a_group(queued)}
    known["message"] = db.session.scalar(
        select(OutboxMessage.code).where(OutboxMessage.to_email == lamai.email)
    )
    outbox.enqueue(kind="example", to_email="new@demo.example", subject="จดหมายที่ยังรอส่ง", text="ข้อความเปล่า")
    db.session.commit()
    return known


if __name__ == "__main__":
    with app.app_context(), writing():
        json.dump(set_stage(), sys.stdout)
