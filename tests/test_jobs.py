"""The worker's jobs: each done once whatever happens to a worker, and none stopped by another that fails."""

import os
import signal
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import jobs
from portal.core import clock
from portal.core.db import db
from portal.mail import outbox, told as told_once
from portal.mail.models import Heartbeat, OutboxMessage
from portal.participation import announcements, portions, registration
from portal.participation.models import Registration, SessionNews
from portal.participation.seats import WAITLISTED
from portal.programme.models import Workshop, WorkshopSession
from tests.participation.conftest import cast, make_people, make_workshop, track  # noqa: F401 - fixtures
from tests.participation.test_races import at_once
from tests.rows import once


@pytest.fixture
@once
def registered(make_workshop, make_people) -> None:  # noqa: F811
    """Two workshops with five people each, nothing of which was delivered."""
    workshops = [make_workshop(code) for code in ("one", "two")]
    people = make_people(10)
    for workshop, five in zip(workshops, (people[:5], people[5:]), strict=True):
        announcements.announce_changes(workshop)
        for person in five:
            registration.register(workshop, user=person)


@pytest.fixture
def seated(registered) -> None:
    """The same, of which a meeting moved; what they were told before is delivered."""
    while jobs.run().has_done:
        pass
    for session in db.session.scalars(select(WorkshopSession).where(WorkshopSession.code == "day1")):
        session.sequence += 1
    db.session.commit()


@pytest.fixture
def letters(app: Flask):
    """letters() — who got which subject, of what left since the test began."""
    folder: Path = app.config["INSTANCE"] / "mail"

    def read() -> Counter[tuple[str, str]]:
        found = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in folder.glob("*.eml")]
        return Counter((str(one["To"]), str(one["Subject"]).strip()) for one in found)

    return read


def told() -> list[str]:
    moved = select(OutboxMessage.to_email).where(OutboxMessage.kind == "participation.session_moved")
    return sorted(db.session.scalars(moved))


def test_once_does_all_that_is_due_and_ends(app: Flask, seated, letters) -> None:
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    assert len(told()) == len(set(told())) == 10
    moved = [number for (_, subject), number in letters().items() if subject.startswith("กำหนดการเปลี่ยน")]
    assert moved == [1] * 10
    again = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert (again.exit_code, len(told())) == (0, 10)


def test_a_job_that_fails_is_told_and_stops_no_other(
    app: Flask, seated, letters, monkeypatch, caplog
) -> None:
    announce = announcements.announce_changes

    def stumble(workshop):
        number = announce(workshop)
        if workshop.code == "one":
            raise RuntimeError("the roof leaks")
        return number

    monkeypatch.setattr(announcements, "announce_changes", stumble)
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 1
    assert "the roof leaks" in caplog.text
    assert told() == sorted(f"p{at}@demo.example" for at in range(5, 10))
    assert sum(letters().values()) == 15
    monkeypatch.undo()
    assert app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code == 0
    assert len(told()) == len(set(told())) == 10


def test_a_look_that_fails_stops_no_mail(app: Flask, seated, letters, monkeypatch) -> None:
    monkeypatch.setattr(announcements, "changed", lambda: 1 / 0)
    db.session.add(OutboxMessage(kind="test", to_email="lamai@demo.example", subject="ยังส่งได้", text="ข้อความ"))
    db.session.commit()
    assert jobs.run() == jobs.Round(has_done=True, has_failed=True)
    assert letters()["lamai@demo.example", "ยังส่งได้"] == 1


@pytest.mark.both_databases
def test_an_offer_nobody_took_goes_on_and_a_seat_that_became_free_by_itself_is_given(
    app: Flask,
    make_workshop,  # noqa: F811
    make_people,  # noqa: F811
    clock_at,
) -> None:
    workshop = make_workshop(capacity=1, offer_hours=2)
    seat, second, third = (registration.register(workshop, user=one) for one in make_people(3))
    registration.cancel(seat, by=seat.user)
    codes = (second.code, third.code)
    db.session.commit()

    def statuses() -> list[str]:
        db.session.expire_all()
        found = dict(db.session.execute(select(Registration.code, Registration.status)).all())
        return [found[code].value for code in codes]

    def work() -> None:
        while jobs.run().has_done:
            pass

    assert statuses() == ["offered", "waitlisted"]
    clock_at("2023-02-13T11:00:00+07:00")
    at_once(app, [work] * 3)
    assert statuses() == ["cancelled", "offered"]
    db.session.scalars(select(Workshop)).one().offer_hours = 0
    db.session.scalars(select(Registration).where(Registration.code == codes[0])).one().status = WAITLISTED
    db.session.scalars(select(Workshop)).one().capacity = 2  # by another way than the seats page
    db.session.commit()
    at_once(app, [work] * 3)
    assert statuses() == ["confirmed", "offered"]


@pytest.mark.both_databases
def test_workers_at_once_do_each_thing_once(app: Flask, seated, letters) -> None:
    before = sum(letters().values())

    def work() -> None:
        while jobs.run().has_done:
            pass

    at_once(app, [work] * 4)
    work()
    assert len(told()) == len(set(told())) == 10
    assert sum(letters().values()) - before == 10
    assert set(letters().values()) == {1}


@pytest.mark.both_databases
@pytest.mark.parametrize("at", ["the mails are written", "all is noted"])
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(app: Flask, seated, at: str) -> None:
    name = "_note" if at == "the mails are written" else "announce_changes"
    do = getattr(announcements, name)

    def die(*arguments: object) -> None:
        if name == "announce_changes":
            do(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    db.session.remove()
    db.engine.dispose()  # a connection has one process
    child = os.fork()
    if not child:
        setattr(announcements, name, die)
        jobs.run()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert told() == []
    assert set(db.session.scalars(select(SessionNews.sequence))) == {0}
    db.session.rollback()
    jobs.run()
    assert len(told()) == len(set(told())) == 10


# --- what is told ahead of a workshop and after it


@pytest.mark.both_databases
def test_with_nothing_to_do_every_look_reads_and_none_takes_a_lock(app: Flask, seated, queries) -> None:
    while jobs.run().has_done:
        pass
    with queries() as statements:
        assert jobs.run() == jobs.Round()
    assert len(statements) <= 14
    assert all(one.startswith("SELECT") for one in statements)
    assert not any("FOR UPDATE" in one for one in statements)


def test_somebody_else_s_long_write_holds_up_no_look(app: Flask, seated) -> None:
    while jobs.run().has_done:
        pass
    with db.engine.connect() as other:
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert jobs.run() == jobs.Round()
        other.exec_driver_sql("ROLLBACK")


@pytest.mark.both_databases
def test_a_worker_says_every_minute_that_it_lives(app: Flask, queries, clock_at) -> None:
    jobs.run()
    clock_at("2023-02-13T09:00:59+07:00")
    with queries() as statements:
        jobs.run()
    assert not any("INSERT" in one for one in statements)
    clock_at("2023-02-13T09:01:00+07:00")
    jobs.run()
    [beat] = db.session.scalars(select(Heartbeat.at))
    assert clock.local(beat).isoformat() == "2023-02-13T09:01:00+07:00"
    clock_at("2023-02-13T09:00:00+07:00")  # a clock that was ahead
    jobs.run()
    db.session.rollback()
    [beat] = db.session.scalars(select(Heartbeat.at))
    assert clock.local(beat).isoformat() == "2023-02-13T09:00:00+07:00"


@pytest.mark.both_databases
@pytest.mark.parametrize("at", ["put", "note"])
def test_a_worker_killed_while_it_reminds_loses_and_doubles_nothing(
    app: Flask,
    make_workshop,  # noqa: F811
    make_people,  # noqa: F811
    clock_at,
    monkeypatch,
    at: str,
) -> None:
    monkeypatch.setattr(portions, "PORTION", 2)
    clock_at("2023-02-08T09:00:00+07:00")
    workshop = make_workshop()
    for person in make_people(5):
        registration.register(workshop, user=person)
    db.session.commit()
    clock_at("2023-02-13T09:00:00+07:00")
    times = 0

    def die(*_a: object, **_k: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        while jobs.run().has_done:
            pass

    for _time in range(3):
        db.session.remove()
        db.engine.dispose()  # a connection has one process
        child = os.fork()
        if not child:
            monkeypatch.setattr(outbox if at == "put" else told_once, at, die)
            work()
            os._exit(1)
        times += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert times == 3
    work()
    reminded = select(OutboxMessage.to_email).where(OutboxMessage.kind == "participation.reminder")
    assert sorted(db.session.scalars(reminded)) == [f"p{number}@demo.example" for number in range(5)]


def test_a_slow_mail_server_does_not_keep_a_worker_from_its_other_jobs(
    app: Flask, letters, monkeypatch
) -> None:
    for number in range(3):
        row = {"kind": "test", "to_email": f"p{number}@demo.example", "subject": "ช้า", "text": "ข้อความ"}
        db.session.add(OutboxMessage(**row))
    db.session.commit()
    monkeypatch.setattr(jobs, "SECONDS_OF_MAIL", 0)
    for sent in (1, 2, 3):
        assert jobs.run().has_done
        assert sum(letters().values()) == sent
