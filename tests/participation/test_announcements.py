"""What changed about a workshop is told once, to everybody whom it concerns, with the calendar that makes the change."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.attendance import calendars
from portal.core.db import db
from portal.participation import announcements, registration, terms
from portal.participation.models import Registration, RegistrationStatus, SessionNews
from portal.programme import desk
from portal.programme.models import Workshop, WorkshopSession, WorkshopStatus
from tests.attendance.test_calendars import events
from tests.participation.test_messages import body
from tests.participation.test_races import at_once
from tests.rows import once

FACTS = """\
งานอบรม: รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0
วัน: 20–21 กุมภาพันธ์ 2566
เวลา: {hours}
สถานที่: โรงแรมตัวอย่าง"""
PAGE = "http://localhost/workshops/pmqa40-2566"


@pytest.fixture
@once
def workshop(make_workshop):
    """Its sessions are known to the announcer as they stand."""
    workshop = make_workshop(venue="โรงแรมตัวอย่าง")
    announcements.announce_changes(workshop)
    db.session.commit()
    return workshop


@pytest.fixture
@once
def seat(workshop, cast):
    mine = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return mine


def facts(mine, hours="ยังไม่ประกาศ"):
    return FACTS.format(hours=hours)


def move(session, hours=("09:00", "16:30"), **changes):
    """As the desk does: other values, and a higher sequence."""
    if hours:
        session.starts_at, session.ends_at = (
            datetime.fromisoformat(f"{changes.get('day', session.day)}T{hour}:00+07:00") for hour in hours
        )
    for name, value in changes.items():
        setattr(session, name, value)
    session.sequence += 1
    db.session.commit()


def cancel(session):
    move(session, hours=None, is_cancelled=True)


def turn(workshop, status):
    """As the desk does when a workshop is cancelled or reopened."""
    workshop.status = status
    workshop.version += 1
    for session in workshop.sessions:
        session.sequence += 1
    db.session.commit()


def announce(workshop):
    number = announcements.announce_changes(workshop)
    db.session.commit()
    return number


class TestMoved:
    def test_the_mail_says_what_was_and_what_is(self, workshop, seat, cast, mails):
        move(workshop.sessions[0], room="ห้อง 1")
        assert announce(workshop) == 1
        _, mail = mails(cast.lamai)
        assert (mail.kind, mail.subject) == (
            "participation.session_moved",
            "กำหนดการเปลี่ยน อบรม 20–21 ก.พ. 2566",
        )
        assert (
            body(mail)
            == f"""\
เรียน ละไม ตั้งใจ

กำหนดการของงานอบรมที่คุณได้ที่นั่งเปลี่ยนดังนี้

วันที่หนึ่ง
เดิม: จันทร์ 20 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง
ใหม่: จันทร์ 20 กุมภาพันธ์ 2566 09:00 น. – 16:30 น. · ห้อง 1 · โรงแรมตัวอย่าง

{facts(seat, "20 ก.พ. 2566 09:00 น. – 16:30 น.")}

นัดหมายใหม่แนบมากับอีเมลนี้ เปิดไฟล์ invite.ics เพื่อเปลี่ยนในปฏิทินของคุณ

ถ้ามาไม่ได้ ยกเลิกที่หน้างานอบรม เพื่อให้ที่นั่งแก่ผู้ที่รออยู่
{PAGE}"""
        )

    def test_its_calendar_moves_that_meeting_and_no_other(self, workshop, seat, mails):
        move(workshop.sessions[0], link="https://meet.example/x")
        announce(workshop)
        invitation, moved = (events(mail.calendar) for mail in mails())
        assert Calendar.from_ical(mails()[1].calendar)["METHOD"] == "REQUEST"
        assert list(moved) == ["pmqa40-2566.day1@pmqa-portal"]
        for uid, event in moved.items():
            assert event["SEQUENCE"] == invitation[uid]["SEQUENCE"] + 1
            assert event["DTSTART"].dt.isoformat() == "2023-02-20T09:00:00+07:00"
            assert str(event["ATTENDEE"]) == "mailto:lamai@demo.example"
            assert "https://meet.example/x" in event["DESCRIPTION"]

    def test_two_meetings_moved_in_one_go_are_one_mail(self, workshop, seat, cast, kinds, mails):
        for session in workshop.sessions:
            move(session)
        assert announce(workshop) == 1
        assert kinds(cast.lamai) == ["registered", "session_moved"]
        assert len(events(mails()[1].calendar)) == 2

    def test_each_change_is_told_once(self, workshop, seat, cast, kinds):
        move(workshop.sessions[0])
        assert [announce(workshop), announce(workshop)] == [1, 0]
        move(workshop.sessions[0], room="ห้อง 2")
        assert [announce(workshop), announce(workshop)] == [1, 0]
        assert kinds(cast.lamai) == ["registered", "session_moved", "session_moved"]

    def test_a_new_meeting_is_told_without_a_before(self, workshop, seat, cast, mails):
        db.session.add(
            WorkshopSession(
                workshop=workshop,
                code="eve",
                position=9,
                title_th="ช่วงค่ำ",
                day=date(2023, 2, 21),
                sequence=1,
            )
        )
        db.session.commit()
        announce(workshop)
        text = body(mails(cast.lamai)[-1])
        assert "ช่วงค่ำ\nใหม่: อังคาร 21 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง\n" in text
        assert "เดิม:" not in text

    def test_only_those_with_a_seat_are_told(self, make_workshop, make_people, kinds):
        workshop = make_workshop(capacity=2)
        announce(workshop)
        seated, offered, waiting, gone = people = make_people(4)
        rows = [registration.register(workshop, user=person) for person in people]
        registration.cancel(rows[3], by=gone)
        rows[1].status = RegistrationStatus.OFFERED
        rows[1].offer_expires_at = workshop.registration_closes_at
        db.session.commit()
        move(workshop.sessions[0])
        assert announce(workshop) == 1
        assert kinds(seated)[-1] == "session_moved"
        assert [kinds(one)[-1] for one in (offered, waiting, gone)] == [
            "registered",
            "waitlisted",
            "left_queue",
        ]

    def test_who_came_long_after_the_change_has_it_in_the_invitation(
        self, workshop, seat, cast, make_people, kinds, clock_at
    ):
        early, late = make_people(2)
        move(workshop.sessions[0])
        clock_at("2023-02-13T09:09:00+07:00")
        registration.register(workshop, user=early)
        clock_at("2023-02-13T09:11:00+07:00")
        registration.register(workshop, user=late)
        db.session.commit()
        assert announce(workshop) == 2
        assert kinds(early) == ["registered", "session_moved"]
        assert kinds(late) == ["registered"]

    def test_each_is_told_in_their_own_language(self, workshop, seat, cast, mails):
        cast.lamai.language = "en"
        move(workshop.sessions[0])
        announce(workshop)
        mail = mails(cast.lamai)[-1]
        assert "Monday 20 February 2023" in mail.text
        assert "PMQA 4.0" in str(next(iter(events(mail.calendar).values()))["SUMMARY"])

    def test_a_meeting_that_is_over_is_noted_without_a_mail(self, workshop, seat, cast, kinds, clock_at):
        clock_at("2023-02-21T08:00:00+07:00")
        move(workshop.sessions[0])
        assert announcements.changed() == [workshop.id]
        assert announce(workshop) == 0
        assert announcements.changed() == []
        assert kinds(cast.lamai) == ["registered"]

    def test_a_meeting_moved_into_the_past_troubles_nobody(self, workshop, seat):
        move(workshop.sessions[0], day=date(2023, 1, 5))
        assert announce(workshop) == 0
        assert announcements.changed() == []

    def test_a_key_for_many_meetings_is_not_too_long(self, workshop, seat, mails):
        for at in range(30):
            db.session.add(
                WorkshopSession(
                    workshop=workshop,
                    code=f"a-rather-long-code-{at}",
                    title_th="ช่วง",
                    day=date(2023, 2, 21),
                    sequence=1,
                )
            )
        db.session.commit()
        announce(workshop)
        assert len(mails()[-1].key) <= 160


class TestSessionCancelled:
    def test_the_mail_says_which_and_that_the_seat_stays(self, workshop, seat, cast, mails):
        cancel(workshop.sessions[1])
        assert announce(workshop) == 1
        mail = mails(cast.lamai)[-1]
        assert (mail.kind, mail.subject) == (
            "participation.session_cancelled",
            "ยกเลิกบางช่วง อบรม 20–21 ก.พ. 2566",
        )
        assert (
            body(mail)
            == f"""\
เรียน ละไม ตั้งใจ

ช่วงต่อไปนี้ของงานอบรมที่คุณได้ที่นั่งไม่จัดแล้ว ช่วงอื่นยังจัดตามเดิม และที่นั่งของคุณยังอยู่

วันที่สอง: อังคาร 21 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง

{facts(seat)}

ไฟล์ที่แนบมาจะนำช่วงที่ยกเลิกออกจากปฏิทินของคุณ
{PAGE}"""
        )

    def test_its_calendar_takes_out_that_meeting(self, workshop, seat, mails):
        cancel(workshop.sessions[1])
        announce(workshop)
        invitation, cancelled = (events(mail.calendar) for mail in mails())
        assert Calendar.from_ical(mails()[1].calendar)["METHOD"] == "CANCEL"
        [(uid, event)] = cancelled.items()
        assert (uid, event["STATUS"]) == ("pmqa40-2566.day2@pmqa-portal", "CANCELLED")
        assert event["SEQUENCE"] > invitation[uid]["SEQUENCE"]

    def test_one_moved_and_one_cancelled_are_two_mails(self, workshop, seat, cast, kinds):
        move(workshop.sessions[0])
        cancel(workshop.sessions[1])
        assert announce(workshop) == 2
        assert kinds(cast.lamai) == ["registered", "session_moved", "session_cancelled"]

    def test_back_again_is_told_again_and_cancelled_again_too(self, workshop, seat, cast, kinds, mails):
        cancel(workshop.sessions[1])
        announce(workshop)
        move(workshop.sessions[1], hours=None, is_cancelled=False)
        announce(workshop)
        assert "วันที่สอง (กลับมาจัดแล้ว)\nใหม่: อังคาร 21 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง" in body(mails()[-1])
        assert events(mails()[-1].calendar)["pmqa40-2566.day2@pmqa-portal"]["STATUS"] == "CONFIRMED"
        cancel(workshop.sessions[1])
        announce(workshop)
        assert kinds(cast.lamai)[1:] == ["session_cancelled", "session_moved", "session_cancelled"]

    def test_a_change_of_what_is_known_as_cancelled_is_noted_only(self, workshop, seat):
        cancel(workshop.sessions[1])
        announce(workshop)
        move(workshop.sessions[1])
        assert announce(workshop) == 0


class TestWorkshopCancelled:
    def test_the_mail_and_its_calendar(self, workshop, seat, cast, mails):
        turn(workshop, WorkshopStatus.CANCELLED)
        assert announcements.changed() == [workshop.id]
        assert announce(workshop) == 1
        invitation, mail = mails(cast.lamai)
        assert (mail.kind, mail.subject) == (
            "participation.workshop_cancelled",
            "ยกเลิกงานอบรม 20–21 ก.พ. 2566",
        )
        assert (
            body(mail)
            == f"""\
เรียน ละไม ตั้งใจ

งานอบรมนี้ยกเลิกแล้ว คุณไม่ต้องทำอะไร

{facts(seat)}

ไฟล์ที่แนบมาจะนำนัดหมายออกจากปฏิทินของคุณ

บทเรียนยังเปิดให้เรียนได้ ดูงานอบรมอื่นได้ที่ http://localhost/workshops"""
        )
        before, after = events(invitation.calendar), events(mail.calendar)
        assert Calendar.from_ical(mail.calendar)["METHOD"] == "CANCEL"
        assert before.keys() == after.keys()
        for uid, event in after.items():
            assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", before[uid]["SEQUENCE"] + 1)

    def test_the_mail_says_why_the_desk_cancelled_it(self, workshop, seat, cast, mails):
        desk.cancel(workshop, by=cast.orn, why="น้ำท่วม")
        workshop = desk.save(
            workshop,
            replace(desk.text_of(workshop), venue="ยังหาอยู่"),
            by=cast.orn,
            version=workshop.version,
            note="ไม่ใช่เหตุผล",
        )
        db.session.commit()
        assert announce(workshop) == 1
        assert "งานอบรมนี้ยกเลิกแล้ว คุณไม่ต้องทำอะไร\nเหตุผล: น้ำท่วม\n" in mails(cast.lamai)[-1].text

    def test_a_reason_of_an_earlier_time_is_not_told_again(self, workshop, seat, cast, mails):
        for change, why in ((desk.cancel, "น้ำท่วม"), (desk.reopen, "น้ำลด"), (desk.cancel, "")):
            change(workshop, by=cast.orn, why=why)
            db.session.commit()
            assert announce(workshop) == 1
        assert ["เหตุผล" in mail.text for mail in mails(cast.lamai)[1:]] == [True, False, False]

    def test_offers_and_the_queue_are_told_too_without_a_calendar(self, make_workshop, make_people, mails):
        workshop = make_workshop(capacity=2)
        seated, offered, waiting, gone = people = make_people(4)
        rows = [registration.register(workshop, user=person) for person in people]
        registration.cancel(rows[3], by=gone)
        rows[1].status = RegistrationStatus.OFFERED
        rows[1].offer_expires_at = workshop.registration_closes_at
        db.session.commit()
        turn(workshop, WorkshopStatus.CANCELLED)
        assert announce(workshop) == 3
        assert mails(seated)[-1].calendar is not None
        for person in (offered, waiting):
            assert mails(person)[-1].kind == "participation.workshop_cancelled"
            assert mails(person)[-1].calendar is None
            assert "ปฏิทิน" not in mails(person)[-1].text
        assert mails(gone)[-1].kind == "participation.left_queue"

    def test_it_is_told_once_and_what_changes_afterwards_to_nobody(self, workshop, seat, cast, kinds):
        turn(workshop, WorkshopStatus.CANCELLED)
        assert announce(workshop) == 1
        move(workshop.sessions[0])
        assert announce(workshop) == 0
        assert announcements.changed() == []
        assert kinds(cast.lamai) == ["registered", "workshop_cancelled"]

    def test_back_again_and_off_again_are_told_each_time(self, workshop, seat, cast, kinds, mails):
        for status in (WorkshopStatus.CANCELLED, WorkshopStatus.PUBLISHED, WorkshopStatus.CANCELLED):
            turn(workshop, status)
            assert announce(workshop) == 1
        assert kinds(cast.lamai)[1:] == ["workshop_cancelled", "workshop_restored", "workshop_cancelled"]
        off, on, off_again = (events(mail.calendar) for mail in mails(cast.lamai)[1:])
        for uid, event in on.items():
            assert event["STATUS"] == "CONFIRMED"
            assert off[uid]["SEQUENCE"] < event["SEQUENCE"] < off_again[uid]["SEQUENCE"]
        assert (
            body(mails(cast.lamai)[2])
            == f"""\
เรียน ละไม ตั้งใจ

งานอบรมที่เคยแจ้งว่ายกเลิก กลับมาจัดแล้ว ที่นั่งของคุณยังอยู่

{facts(seat)}

นัดหมายแนบมากับอีเมลนี้ เปิดไฟล์ invite.ics เพื่อเพิ่มลงปฏิทินได้

ถ้ามาไม่ได้ ยกเลิกที่หน้างานอบรม เพื่อให้ที่นั่งแก่ผู้ที่รออยู่
{PAGE}"""
        )

    def test_without_sessions_the_days_are_taken_out_as_one(self, make_workshop, cast, mails):
        workshop = make_workshop()
        for session in list(workshop.sessions):
            db.session.delete(session)
        db.session.commit()
        registration.register(workshop, user=cast.lamai)
        turn(workshop, WorkshopStatus.CANCELLED)
        assert announce(workshop) == 1
        before, after = (events(mail.calendar)["pmqa40-2566@pmqa-portal"] for mail in mails())
        assert (after["STATUS"], after["SEQUENCE"]) == ("CANCELLED", before["SEQUENCE"] + 1)

    def test_one_that_is_over_is_noted_without_a_mail(self, workshop, seat, clock_at):
        clock_at("2023-02-22T08:00:00+07:00")
        turn(workshop, WorkshopStatus.CANCELLED)
        assert announce(workshop) == 0
        assert announcements.changed() == []

    def test_its_page_and_calendar_stay_and_say_so(self, workshop, seat, cast, client):
        turn(workshop, WorkshopStatus.CANCELLED)
        assert client.sign_in(cast.lamai).get("/workshops/pmqa40-2566").status_code == 200
        assert client.page.one("#h-seat").get_text() == "งานนี้ยกเลิก"
        assert "ได้ที่นั่งแล้ว" not in client.page.main
        for body_ in (client.get("/workshops/pmqa40-2566.ics").data, calendars.personal(cast.lamai)):
            assert [event["STATUS"] for event in events(body_).values()] == ["CANCELLED", "CANCELLED"]


class TestChanged:
    def test_what_never_changed_is_noted_silently(self, make_workshop, cast, kinds):
        workshop = make_workshop()
        registration.register(workshop, user=cast.lamai)
        db.session.commit()
        assert announcements.changed() == [workshop.id]
        assert announce(workshop) == 0
        assert announcements.changed() == []
        assert kinds(cast.lamai) == ["registered"]

    def test_drafts_are_left_out_until_they_are_published(self, make_workshop):
        workshop = make_workshop(status=WorkshopStatus.DRAFT)
        assert announcements.changed() == []
        workshop.status = WorkshopStatus.PUBLISHED
        assert announcements.changed() == [workshop.id]

    def test_looking_asks_once_and_writes_nothing(self, workshop, make_workshop, queries):
        for at in range(5):
            make_workshop(code=f"more-{at}")
        with queries() as asked:
            assert len(announcements.changed()) == 5
        assert len(asked) == 1
        assert asked[0].startswith("SELECT")

    def test_as_many_queries_for_a_mail_whoever_gets_it(self, workshop, make_people, queries):
        def told(people):
            for person in people:
                registration.register(workshop, user=person)
            move(workshop.sessions[0])
            with queries() as asked:
                announcements.announce_changes(workshop)
            db.session.commit()
            return [
                one for one in asked if "outbox" not in one and not one.startswith(("SAVEPOINT", "RELEASE"))
            ]

        workshop.capacity = None
        assert len(told(make_people(1))) == len(told(make_people(12)))


class TestFromTheDesk:
    """What organizers do, through to the mails."""

    @pytest.fixture
    def save(self, workshop, seat, cast):
        """save(session, day=…, …) — as the desk's page of one session does."""

        def saved(code, **changes):
            text = desk.text_of(workshop)
            sessions = tuple(replace(one, **changes) if one.code == code else one for one in text.sessions)
            desk.save(workshop, replace(text, sessions=sessions), by=cast.orn, version=workshop.version)
            db.session.commit()

        return saved

    def test_a_meeting_is_moved_and_moved_back(self, workshop, save, cast, kinds, mails):
        save("day2", room="ห้อง 9")
        assert announce(workshop) == 1
        assert "เดิม: อังคาร 21 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง" in body(mails()[-1])
        assert "ใหม่: อังคาร 21 กุมภาพันธ์ 2566 · ห้อง 9 · โรงแรมตัวอย่าง" in body(mails()[-1])
        save("day2", room="")
        assert announce(workshop) == 1
        save("day2", title={"th": "วันสุดท้าย", "en": ""})
        assert announce(workshop) == 0
        assert kinds(cast.lamai) == ["registered", "session_moved", "session_moved"]

    def test_a_link_reaches_those_with_a_seat_only(self, workshop, save, mails, client):
        save("day1", link="https://meet.example/room")
        announce(workshop)
        assert "ใหม่: จันทร์ 20 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง · https://meet.example/room" in body(mails()[-1])
        assert b"meet.example" not in client.get("/workshops/pmqa40-2566.ics").data

    def test_a_meeting_is_cancelled(self, workshop, save, cast, kinds):
        save("day2", is_cancelled=True)
        assert announce(workshop) == 1
        assert kinds(cast.lamai)[1:] == ["session_cancelled"]

    def test_a_new_venue_moves_every_meeting(self, workshop, seat, cast, mails):
        terms.change(workshop, replace(terms.of(workshop), venue="ที่ใหม่"), by=cast.orn)
        db.session.commit()
        assert announce(workshop) == 1
        mail = mails(cast.lamai)[-1]
        assert body(mail).count("เดิม: ") == body(mail).count("· ที่ใหม่") == 2
        assert {str(one["LOCATION"]) for one in events(mail.calendar).values()} == {"ที่ใหม่"}

    def test_the_workshop_is_called_off_and_on_again(self, workshop, seat, cast, kinds, mails):
        desk.cancel(workshop, by=cast.orn, why="น้ำท่วม")
        db.session.commit()
        assert announce(workshop) == 1
        desk.reopen(workshop, by=cast.orn)
        db.session.commit()
        assert announce(workshop) == 1
        assert kinds(cast.lamai)[1:] == ["workshop_cancelled", "workshop_restored"]
        first, off, on = (events(mail.calendar) for mail in mails(cast.lamai))
        for uid, event in first.items():
            assert event["SEQUENCE"] < off[uid]["SEQUENCE"] < on[uid]["SEQUENCE"]
        assert announcements.changed() == []

    def test_a_draft_may_change_as_it_likes(self, make_workshop, cast, make_people, kinds):
        draft = make_workshop("draft", status=WorkshopStatus.DRAFT)
        text = desk.text_of(draft)
        desk.save(draft, replace(text, venue="ที่ใหม่"), by=cast.orn, version=draft.version)
        desk.publish(draft, by=cast.orn)
        db.session.commit()
        person = make_people(1)[0]
        announce(draft)
        registration.register(draft, user=person)
        db.session.commit()
        assert announcements.changed() == []
        assert kinds(person) == ["registered"]


@pytest.mark.both_databases
class TestOnce:
    def test_what_was_not_committed_was_not_told(self, workshop, seat, cast, kinds):
        move(workshop.sessions[0])
        cancel(workshop.sessions[1])
        announcements.announce_changes(workshop)
        db.session.rollback()
        assert kinds(cast.lamai) == ["registered"]
        assert announce(workshop) == 2
        assert kinds(cast.lamai) == ["registered", "session_moved", "session_cancelled"]

    def test_many_workers_at_once_tell_it_once(self, app, workshop, make_people, mails):
        workshop.capacity = None
        for person in make_people(12):
            registration.register(workshop, user=person)
        db.session.commit()
        move(workshop.sessions[0])
        workshop_id = workshop.id
        before = len(mails())
        sent: list[int] = []
        at_once(
            app,
            [lambda: sent.append(announcements.announce_changes(db.session.get_one(Workshop, workshop_id)))]
            * 6,
        )
        assert sorted(sent) == [0, 0, 0, 0, 0, 12]
        assert len(mails()) - before == 12
        news = db.session.scalars(select(SessionNews).order_by(SessionNews.session_id)).all()
        assert [row.sequence for row in news] == [1, 0]

    def test_a_change_while_people_come_and_go_reaches_everybody_who_stays(
        self, app, workshop, make_people, mails
    ):
        workshop.capacity = None
        people = make_people(16)
        rows = [registration.register(workshop, user=person) for person in people[:8]]
        db.session.commit()
        workshop_id, first = workshop.id, workshop.sessions[0].id
        goers, comers = [row.id for row in rows[:4]], [person.id for person in people[8:]]

        def changes():
            held = registration.hold(db.session.get_one(Workshop, workshop_id))
            next(one for one in held.sessions if one.id == first).sequence += 1

        def goes(row_id):
            row = db.session.get_one(Registration, row_id)
            registration.cancel(row, by=row.user)

        def comes(user_id):
            user = db.session.get_one(type(people[0]), user_id)
            registration.register(db.session.get_one(Workshop, workshop_id), user=user)

        jobs = [changes]
        jobs += [lambda one=one: goes(one) for one in goers] + [lambda one=one: comes(one) for one in comers]
        jobs += [lambda: announcements.announce_changes(db.session.get_one(Workshop, workshop_id))] * 3
        at_once(app, jobs)
        announce(workshop)
        shown: dict[str, int] = {}
        for mail in mails():
            if mail.calendar is not None and mail.calendar_method == "REQUEST":
                event = events(mail.calendar).get("pmqa40-2566.day1@pmqa-portal")
                shown[mail.to_email] = int(event["SEQUENCE"]) if event is not None else shown[mail.to_email]
        for row in db.session.scalars(
            select(Registration).where(Registration.status == RegistrationStatus.CONFIRMED)
        ):
            assert shown[row.user.email] == 1 + row.sequence
        moved = [mail.to_email for mail in mails() if mail.kind.endswith("session_moved")]
        assert len(moved) == len(set(moved))
