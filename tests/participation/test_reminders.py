"""Reminders: due when they should be, told once to whom they concern, whatever happens to a worker."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from portal import jobs
from portal.core import clock
from portal.core.db import db
from portal.mail.models import OutboxMessage, Told
from portal.participation import portions, registration, reminders
from portal.programme.models import WorkshopStatus
from tests.participation import telling
from tests.participation.telling import ONE, SEVEN, all_of
from tests.participation.test_messages import body
from tests.participation.test_races import at_once


@pytest.fixture
def workshop(clock_at, make_workshop):
    return telling.ahead(clock_at, make_workshop)


@pytest.fixture
def seat(workshop, cast):
    return telling.seated(workshop, cast.lamai)


def remind(workshop):
    return all_of(reminders.due, reminders.remind, workshop)


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
