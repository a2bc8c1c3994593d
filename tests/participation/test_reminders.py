"""Reminders, thanks and news of materials: due when they should be, told once to whom they concern, whatever happens to a worker."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from portal import jobs
from portal.core import clock
from portal.core.db import db
from portal.mail.models import OutboxMessage, Told
from portal.participation import attendance, material_news, portions, registration, reminders, thanks
from portal.participation.models import AttendanceState, Registration
from portal.programme.models import Audience, Material, MaterialVersion, Talk, WorkshopStatus
from tests.participation.test_messages import body
from tests.participation.test_races import at_once

SEVEN = "2023-02-13T08:00:00+07:00"
ONE = "2023-02-19T08:00:00+07:00"
AFTER = "2023-02-22T08:00:00+07:00"


@pytest.fixture
def early(app, clock_at):
    """It is some days before any reminder."""
    clock_at("2023-02-08T09:00:00+07:00")


@pytest.fixture
def workshop(early, make_workshop):
    """20 and 21 February, with a venue."""
    return make_workshop(venue="โรงแรมตัวอย่าง")


@pytest.fixture
def seat(workshop, cast):
    mine = registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return mine


def all_of(due, do, workshop):
    """Do the job until nothing is due; how many people were told."""
    told = 0
    while due():
        told += do(workshop)
        db.session.commit()
    return told


def remind(workshop):
    return all_of(reminders.due, reminders.remind, workshop)


def present(seat, session=0, state=AttendanceState.ATTENDED):
    attendance.mark(seat, seat.workshop.sessions[session], state=state, by=None, how="test")
    db.session.commit()


class TestReminder:
    @pytest.mark.parametrize(
        ("at", "subject"),
        [
            ("2023-02-13T07:59:00+07:00", None),
            (SEVEN, "อีก 7 วันถึงงานอบรม 20–21 ก.พ. 2566"),
            ("2023-02-15T12:00:00+07:00", "อีก 5 วันถึงงานอบรม 20–21 ก.พ. 2566"),  # the worker stood still
            ("2023-02-19T07:59:00+07:00", "อีก 1 วันถึงงานอบรม 20–21 ก.พ. 2566"),
            (ONE, "พรุ่งนี้อบรม 20–21 ก.พ. 2566"),
            ("2023-02-20T07:59:00+07:00", "วันนี้อบรม 20–21 ก.พ. 2566"),
            ("2023-02-20T08:00:00+07:00", None),
        ],
    )
    def test_it_is_due_in_the_morning_and_says_how_many_days_are_left(
        self, workshop, seat, cast, mails, clock_at, at, subject
    ):
        clock_at(at)
        remind(workshop)
        subjects = [mail.subject for mail in mails(cast.lamai)[1:]]
        if subject and subject.startswith("อีก 1 "):
            subject = "พรุ่งนี้อบรม 20–21 ก.พ. 2566"
        assert subjects == ([subject] if subject else [])

    def test_each_is_told_once_and_both_are_told(self, workshop, seat, cast, kinds, clock_at):
        for moment in (SEVEN, "2023-02-14T08:00:00+07:00", ONE, "2023-02-19T20:00:00+07:00"):
            clock_at(moment)
            remind(workshop)
        assert kinds(cast.lamai) == ["registered", "reminder", "reminder"]

    def test_who_registers_late_does_not_get_the_past_one(self, workshop, seat, cast, ked, kinds, clock_at):
        clock_at("2023-02-13T08:30:00+07:00")
        registration.register(workshop, user=ked)
        assert remind(workshop) == 1
        clock_at(ONE)
        assert remind(workshop) == 2
        assert kinds(ked) == ["registered", "reminder"]

    def test_who_waits_has_cancelled_or_may_not_sign_in_is_not_reminded(
        self, workshop, seat, cast, make_people, kinds, clock_at
    ):
        waits, left = make_people(2)
        registration.cancel(registration.register(workshop, user=left), by=left)
        workshop.capacity = 1
        registration.register(workshop, user=waits)
        cast.lamai.disabled_at = clock.now()
        db.session.commit()
        clock_at(SEVEN)
        assert remind(workshop) == 0
        assert "reminder" not in kinds()

    @pytest.mark.parametrize("status", [WorkshopStatus.DRAFT, WorkshopStatus.CANCELLED])
    def test_a_workshop_that_is_not_held_reminds_nobody(self, workshop, seat, clock_at, status):
        workshop.status = status
        db.session.commit()
        clock_at(SEVEN)
        assert reminders.due() == []
        assert reminders.remind(workshop) == 0

    def test_a_first_day_that_is_cancelled_is_not_waited_for(self, workshop, seat, cast, mails, clock_at):
        workshop.sessions[0].is_cancelled = True
        db.session.commit()
        clock_at(SEVEN)
        assert remind(workshop) == 0
        clock_at("2023-02-14T08:00:00+07:00")
        assert remind(workshop) == 1
        text = body(mails(cast.lamai)[-1])
        assert "วันที่สอง: อังคาร 21 กุมภาพันธ์ 2566" in text
        assert "วันที่หนึ่ง" not in text
        workshop.sessions[1].is_cancelled = True
        db.session.commit()
        clock_at(ONE)
        assert reminders.due() == []

    def test_hours_of_the_first_meeting_end_the_time_to_remind(self, workshop, seat, clock_at):
        first = workshop.sessions[0]
        first.starts_at = datetime.fromisoformat("2023-02-20T13:00:00+07:00")
        first.ends_at = datetime.fromisoformat("2023-02-20T16:00:00+07:00")
        db.session.commit()
        clock_at("2023-02-20T12:59:00+07:00")
        assert reminders.due() == [workshop.id]
        clock_at("2023-02-20T13:00:00+07:00")
        assert reminders.due() == []

    def test_a_workshop_that_moves_reminds_of_its_new_day(self, workshop, seat, cast, kinds, clock_at):
        clock_at(SEVEN)
        remind(workshop)
        for session in workshop.sessions:
            session.day = session.day.replace(month=3)
        workshop.starts_on, workshop.ends_on = date(2023, 3, 20), date(2023, 3, 21)
        db.session.commit()
        assert reminders.due() == []
        clock_at("2023-03-13T08:00:00+07:00")
        assert remind(workshop) == 1
        assert kinds(cast.lamai) == ["registered", "reminder", "reminder"]

    def test_it_says_when_where_and_which_ticket(self, workshop, seat, cast, mails, clock_at):
        seat.ticket = "K7M4QX"
        workshop.questions = [{"code": "food", "kind": "text", "label": "อาหาร"}]
        db.session.commit()
        clock_at(SEVEN)
        remind(workshop)
        text = body(mails(cast.lamai)[-1])
        assert "วันที่หนึ่ง: จันทร์ 20 กุมภาพันธ์ 2566 · โรงแรมตัวอย่าง" in text
        assert "รหัสตั๋ว: K7M-4QX" in text
        assert "http://localhost/workshops/pmqa40-2566/ticket" in text
        assert "http://localhost/workshops/pmqa40-2566/answers" in text

    def test_the_look_is_one_query_without_a_workshop_near_and_two_with_one_and_writes_nothing(
        self, workshop, seat, queries, clock_at
    ):
        with queries() as far:
            assert reminders.due() == []
        assert len(far) == 1
        clock_at(SEVEN)
        with queries() as near:
            assert len(reminders.due()) == 1
        assert len(near) == 2
        assert all(statement.startswith("SELECT") for statement in (*far, *near))


class TestPortions:
    @pytest.fixture
    def crowd(self, workshop, make_people, monkeypatch):
        monkeypatch.setattr(portions, "PORTION", 3)
        people = make_people(7)
        workshop.per_agency = None
        for person in people:
            registration.register(workshop, user=person)
        db.session.commit()
        return people

    def test_many_are_told_a_portion_at_a_time_and_noted_at_the_end(self, workshop, crowd, clock_at):
        clock_at(SEVEN)
        portioned = []
        while reminders.due():
            assert db.session.scalars(select(Told.key)).all() == []
            portioned.append(reminders.remind(workshop))
            db.session.commit()
        assert portioned == [3, 3, 1]
        assert db.session.scalars(select(Told.key)).all() == ["reminder:pmqa40-2566:2023-02-20-7"]

    def test_the_mails_of_one_telling_share_a_batch(self, workshop, crowd, mails, clock_at):
        clock_at(SEVEN)
        remind(workshop)
        batches = {mail.batch for mail in mails() if mail.kind == "participation.reminder"}
        assert len(batches) == 1
        assert None not in batches

    @pytest.mark.both_databases
    def test_workers_at_once_tell_each_person_once(self, app, workshop, crowd, clock_at):
        clock_at(SEVEN)

        def work():
            while jobs.run().has_done:
                pass

        at_once(app, [work] * 3)
        found = select(OutboxMessage.to_email).where(OutboxMessage.kind == "participation.reminder")
        assert sorted(db.session.scalars(found)) == sorted(person.email for person in crowd)
        assert jobs.run().has_failed is False


class TestThanks:
    def test_who_came_is_thanked_on_the_morning_after(self, workshop, seat, cast, ked, kinds, clock_at):
        other = registration.register(workshop, user=ked)
        clock_at("2023-02-21T12:00:00+07:00")
        present(seat)
        present(other, state=AttendanceState.NO_SHOW)
        clock_at("2023-02-22T07:59:00+07:00")
        assert thanks.due() == []
        clock_at(AFTER)
        assert all_of(thanks.due, thanks.thank, workshop) == 1
        assert kinds(cast.lamai) == ["registered", "thanks"]
        assert kinds(ked) == ["registered"]

    def test_who_is_noted_as_present_later_is_thanked_later_and_nobody_twice(
        self, workshop, seat, ked, kinds, clock_at
    ):
        other = registration.register(workshop, user=ked)
        present(seat)
        clock_at(AFTER)
        assert all_of(thanks.due, thanks.thank, workshop) == 1
        clock_at("2023-02-24T08:00:00+07:00")
        assert thanks.due() == []
        present(other, session=1, state=AttendanceState.PARTIAL)
        assert all_of(thanks.due, thanks.thank, workshop) == 1
        assert kinds().count("thanks") == 2
        clock_at("2023-03-08T08:00:00+07:00")
        present(other)
        assert thanks.due() == []

    def test_a_mark_that_was_a_mistake_thanks_nobody(self, workshop, seat, kinds, clock_at):
        present(seat)
        present(seat, state=AttendanceState.WITHDRAWN)
        clock_at(AFTER)
        assert all_of(thanks.due, thanks.thank, workshop) == 0
        assert "thanks" not in kinds()

    def test_it_says_what_is_next(self, workshop, seat, cast, mails, clock_at):
        present(seat)
        clock_at(AFTER)
        all_of(thanks.due, thanks.thank, workshop)
        text = body(mails(cast.lamai)[-1])
        assert "ขอบคุณที่มาร่วมงานอบรมนี้" in text
        assert "ทำอะไรต่อดี" not in text  # no materials, no lessons and no deadline are known
        assert "http://localhost/me" in text

    def test_nobody_noted_is_no_reason_to_look_further(self, workshop, seat, queries, clock_at):
        clock_at(AFTER)
        with queries() as statements:
            assert thanks.due() == []
        assert len(statements) == 1


@pytest.fixture
def hand_out(workshop):
    """hand_out("สไลด์", …) — one more material of the workshop's only talk, now."""
    talk = Talk(workshop=workshop, code="t1", title_th="หมวด 1")
    db.session.add(talk)
    db.session.commit()

    def put(title="สไลด์", **given):
        material = Material(talk=talk, title=title, **given)
        material.versions.append(MaterialVersion(number=1, url="https://video.example/1"))
        db.session.add(material)
        db.session.commit()
        return material

    return put


def announce(workshop):
    return all_of(material_news.due, material_news.announce, workshop)


class TestMaterials:
    def test_what_became_ready_within_an_hour_is_one_mail_and_what_came_later_another(
        self, workshop, seat, cast, mails, hand_out, clock_at
    ):
        hand_out("สไลด์")
        clock_at("2023-02-08T09:40:00+07:00")
        hand_out("แบบฝึกหัด")
        assert material_news.due() == []
        clock_at("2023-02-08T10:30:00+07:00")
        hand_out("วิดีโอ")
        assert announce(workshop) == 1
        text = body(mails(cast.lamai)[-1])
        assert "- สไลด์\n- แบบฝึกหัด\n" in text
        assert "วิดีโอ" not in text
        clock_at("2023-02-08T11:30:00+07:00")
        assert announce(workshop) == 1
        assert "- วิดีโอ\n" in body(mails(cast.lamai)[-1])
        assert announce(workshop) == 0

    def test_a_material_is_told_of_once_also_when_its_file_changes(
        self, workshop, seat, kinds, hand_out, clock_at
    ):
        material = hand_out()
        clock_at("2023-02-08T10:00:00+07:00")
        announce(workshop)
        material.versions.append(MaterialVersion(number=2, url="https://video.example/2"))
        db.session.commit()
        clock_at("2023-02-08T12:00:00+07:00")
        assert announce(workshop) == 0
        assert kinds().count("materials_ready") == 1

    def test_one_that_is_hidden_withdrawn_or_of_a_draft_is_not_told_of(
        self, workshop, seat, hand_out, clock_at
    ):
        later = hand_out(visible_from=datetime.fromisoformat("2023-02-09T09:00:00+07:00"))
        gone = hand_out()
        gone.withdrawn_at = clock.now()
        workshop_is = workshop.status
        workshop.status = WorkshopStatus.DRAFT
        db.session.commit()
        clock_at("2023-02-09T10:00:00+07:00")
        assert material_news.due() == []
        workshop.status = workshop_is
        db.session.commit()
        assert announce(workshop) == 1
        assert db.session.scalars(select(Told.key)).all() == [f"material:{later.code}"]

    def test_one_for_those_who_came_waits_for_the_end_and_goes_to_them(
        self, workshop, seat, cast, ked, kinds, hand_out, clock_at
    ):
        registration.register(workshop, user=ked)
        hand_out(audience=Audience.ATTENDED)
        clock_at("2023-02-20T12:00:00+07:00")
        present(seat)
        assert material_news.due() == []
        clock_at("2023-02-22T01:00:00+07:00")
        assert announce(workshop) == 1
        assert kinds(cast.lamai) == ["registered", "materials_ready"]
        assert kinds(ked) == ["registered"]

    def test_in_one_mail_each_reads_only_what_is_theirs(
        self, workshop, seat, cast, ked, mails, hand_out, clock_at
    ):
        registration.register(workshop, user=ked)
        clock_at("2023-02-22T00:00:00+07:00")
        present(seat)
        hand_out("เฉพาะผู้มา", audience=Audience.ATTENDED)
        hand_out("ของทุกคน", audience=Audience.EVERYONE)
        clock_at("2023-02-22T01:00:00+07:00")
        assert announce(workshop) == 2
        assert "เฉพาะผู้มา" in mails(cast.lamai)[-1].text
        assert "ของทุกคน" in mails(ked)[-1].text
        assert "เฉพาะผู้มา" not in mails(ked)[-1].text

    def test_what_was_ready_long_ago_is_no_news(self, workshop, seat, hand_out, clock_at):
        hand_out()
        clock_at("2023-02-16T09:00:00+07:00")
        assert material_news.due() == []

    def test_a_workshop_where_nobody_has_a_seat_is_noted_and_asked_no_more(
        self, workshop, hand_out, clock_at
    ):
        hand_out()
        clock_at("2023-02-08T10:00:00+07:00")
        assert material_news.due() == [workshop.id]
        assert announce(workshop) == 0
        assert material_news.due() == []

    def test_the_look_is_one_query(self, workshop, queries):
        with queries() as statements:
            assert material_news.due() == []
        assert len(statements) == 1


@pytest.mark.both_databases
def test_all_of_it_runs_on_both_databases(workshop, seat, hand_out, kinds, clock_at):
    hand_out()
    for moment in (SEVEN, ONE, "2023-02-20T09:00:00+07:00", AFTER):
        clock_at(moment)
        if moment.startswith("2023-02-20"):
            present(db.session.scalars(select(Registration)).one())
        while jobs.run().has_done:
            pass
        assert not jobs.run().has_failed
    assert kinds() == ["registered", "reminder", "materials_ready", "reminder", "thanks"]
