"""The mails, whole: what each says, to whom, with which calendar, and that it is said once."""

import pytest

from portal.core.db import db
from portal.participation import messages, registration
from portal.participation.queue import Reason


@pytest.fixture
def full(make_workshop, cast, make_people):
    """A workshop of one seat that somebody else has, who may leave it; ละไม waits."""
    workshop = make_workshop(capacity=1, venue="โรงแรมตัวอย่าง")
    other = registration.register(workshop, user=make_people(1)[0])
    mine = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return workshop, other, mine


FACTS = """\
งานอบรม: รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0
วัน: 20–21 กุมภาพันธ์ 2566
เวลา: ยังไม่ประกาศ
สถานที่: โรงแรมตัวอย่าง"""


def body(mail):
    """The text without the signature that every mail of the portal carries."""
    return mail.text.split("\n-- \n")[0].strip()


def facts(mine):
    return FACTS


def ticket(mine):
    """The lines about the ticket in the mails that bring a seat."""
    page = "http://localhost/workshops/pmqa40-2566/ticket"
    return f"ตั๋วเข้างานของคุณ: {page}\nรหัสตั๋ว: {mine.ticket[:3]}-{mine.ticket[3:]}"


def test_registered(make_workshop, cast, mails):
    mine = registration.register(make_workshop(venue="โรงแรมตัวอย่าง"), user=cast.lamai)
    [mail] = mails(cast.lamai)
    assert (mail.subject, mail.to_name) == ("ได้ที่นั่งแล้ว อบรม 20–21 ก.พ. 2566", "ละไม ตั้งใจ")
    assert (
        body(mail)
        == f"""\
เรียน ละไม ตั้งใจ

คุณได้ที่นั่งในงานอบรมนี้แล้ว

{facts(mine)}

{ticket(mine)}

นัดหมายแนบมากับอีเมลนี้ เปิดไฟล์ invite.ics เพื่อเพิ่มลงปฏิทินได้

ถ้ามาไม่ได้ ยกเลิกที่หน้างานอบรม เพื่อให้ที่นั่งแก่ผู้ที่รออยู่
http://localhost/workshops/pmqa40-2566"""
    )


def test_waitlisted_because_it_is_full(full, cast, mails):
    [mail] = mails(cast.lamai)
    assert mail.subject == "อยู่ในคิวลำดับที่ 1 อบรม 20–21 ก.พ. 2566"
    assert mail.calendar is None
    assert (
        body(mail)
        == f"""\
เรียน ละไม ตั้งใจ

คุณอยู่ในคิวของงานอบรมนี้เป็นลำดับที่ 1
ที่นั่งเต็ม เมื่อมีผู้ยกเลิก ที่นั่งจะเลื่อนมาตามลำดับและแจ้งทางอีเมล

{facts(full[2])}

ดูลำดับล่าสุด หรือออกจากคิว ได้ที่หน้างานอบรม
http://localhost/workshops/pmqa40-2566"""
    )


def test_waitlisted_because_the_agency_has_its_maximum(make_workshop, make_people, mails):
    workshop = make_workshop(capacity=10, per_agency=1)
    people = make_people(2, agencies=1)
    for person in people:
        registration.register(workshop, user=person)
    assert "หน่วยงานของคุณได้ที่นั่งครบ 1 ที่แล้ว" in body(mails(people[1])[0])


def test_promoted(full, cast, mails):
    _, other, mine = full
    registration.cancel(other, by=other.user)
    mail = mails(cast.lamai)[-1]
    assert mail.subject == "ถึงลำดับคุณแล้ว ได้ที่นั่งอบรม 20–21 ก.พ. 2566"
    assert (
        body(mail)
        == f"""\
เรียน ละไม ตั้งใจ

มีที่นั่งว่างและถึงลำดับของคุณแล้ว ระบบจองที่นั่งนี้ให้คุณทันที

{facts(mine)}

{ticket(mine)}

นัดหมายแนบมากับอีเมลนี้ เปิดไฟล์ invite.ics เพื่อเพิ่มลงปฏิทินได้

ถ้าไม่ต้องการที่นั่งนี้แล้ว ยกเลิกที่หน้างานอบรม ที่นั่งจะเลื่อนให้คนถัดไป
http://localhost/workshops/pmqa40-2566"""
    )


def test_cancelled(full, mails):
    _, other, _ = full
    registration.cancel(other, by=other.user)
    mail = mails(other.user)[-1]
    assert mail.subject == "ยกเลิกที่นั่งแล้ว อบรม 20–21 ก.พ. 2566"
    assert (
        body(mail)
        == f"""\
เรียน {other.user.name}

ที่นั่งของคุณในงานอบรมนี้ยกเลิกแล้ว

{facts(other)}

ไฟล์ที่แนบมาจะนำนัดหมายออกจากปฏิทินของคุณ

ถ้าเปลี่ยนใจ ลงทะเบียนใหม่ได้ที่หน้างานอบรม โดยจะต่อท้ายคิว
http://localhost/workshops/pmqa40-2566"""
    )


def test_left_the_queue(full, cast, mails):
    _, _, mine = full
    registration.cancel(mine, by=cast.lamai)
    mail = mails(cast.lamai)[-1]
    assert mail.subject == "ออกจากคิวแล้ว อบรม 20–21 ก.พ. 2566"
    assert "คุณออกจากคิวของงานอบรมนี้แล้ว" in body(mail)
    assert "ถ้าเปลี่ยนใจ เข้าคิวใหม่ได้" in body(mail)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("orn", "ผู้จัดนำชื่อของคุณออกจากคิวของงานอบรมนี้"),
        ("mali", "มะลิ ใจดี นำชื่อของคุณออกจากคิวของงานอบรมนี้"),
    ],
)
def test_who_is_taken_out_of_the_queue_reads_by_whom(full, cast, mails, who, words):
    _, _, mine = full
    registration.cancel(mine, by=getattr(cast, who), why="ลงทะเบียนซ้ำ")
    mail = mails(cast.lamai)[-1]
    assert mail.subject == "ชื่อของคุณไม่อยู่ในคิวแล้ว อบรม 20–21 ก.พ. 2566"
    text = body(mail)
    assert words in text
    assert "คุณออกจากคิวของงานอบรมนี้แล้ว" not in text
    assert "เหตุผล: ลงทะเบียนซ้ำ" in text
    assert "ถ้ายังต้องการเข้าอบรม ลงทะเบียนใหม่ได้" in text


def test_the_same_move_is_never_mailed_twice(full, cast, mails):
    _, _, mine = full
    messages.waitlisted(mine, position=1, reason=Reason.FULL)
    assert len(mails(cast.lamai)) == 1


def test_the_html_says_the_same_and_a_name_cannot_break_it(make_workshop, cast, mails):
    cast.lamai.name = "ละไม <script>alert(1)</script>"
    registration.register(make_workshop(), user=cast.lamai)
    [mail] = mails(cast.lamai)
    assert "คุณได้ที่นั่งในงานอบรมนี้แล้ว" in mail.html
    assert "<script" not in mail.html
    assert "เรียน ละไม <script>alert(1)</script>" in mail.text


def test_announced_hours_stand_in_the_mail(make_workshop, cast, mails):
    from datetime import datetime

    workshop = make_workshop()
    workshop.sessions[0].starts_at = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
    workshop.sessions[0].ends_at = datetime.fromisoformat("2023-02-20T16:30:00+07:00")
    registration.register(workshop, user=cast.lamai)
    assert "เวลา: 20 ก.พ. 2566 09:00 น. – 16:30 น." in body(mails()[0])
