"""The demonstration: its people and their history stand ready, are invented throughout, and exist nowhere else."""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import demo
from portal.accounts import approvals, passwords, people
from portal.accounts.models import Agency, User
from portal.app import create_app
from portal.awards.models import Entry
from portal.core import clock
from portal.core.db import Base, db
from portal.courses import catalog
from portal.learning import coverage
from portal.learning.models import Attempt, LessonMark, ModulePass, Step
from portal.mail.models import MessageStatus, OutboxMessage
from portal.participation import eligibility, seats
from portal.participation.models import Registration, RegistrationMove
from portal.programme import materials, workshops
from tests.browser.demonstration import made_once, shared_by_all
from tests.conftest import START, settings
from tests.pages import Client

MOST_CPU_SECONDS = 12
CAST = {
    "orn@demo.example": ("อร", "organizer", None),
    "mali@demo.example": ("มะลิ", "coordinator", "กรมตัวอย่าง"),
    "lamai@demo.example": ("ละไม", "learner", "กรมตัวอย่าง"),
    "wit@demo.example": ("วิทย์", "speaker", None),
    "sakda@demo.example": ("ศักดา", "learner", "จังหวัดสมมติ"),
}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration as it was made, within its time."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    made = made_once(shared_by_all(tmp_path_factory.getbasetemp()))
    assert float(made.with_suffix(".cpu").read_text()) < MOST_CPU_SECONDS
    shutil.copytree(made, folder)
    return folder


def opened(instance: Path, *, is_demo: bool = True) -> Flask:
    given = {"DEMO": is_demo, "CLOCK": datetime.fromisoformat(START) if is_demo else None}
    app = create_app(settings(instance, f"sqlite:///{instance / 'portal.sqlite'}", **given))
    app.test_client_class = Client
    return app


def entered(app: Flask) -> Iterator[Flask]:
    clock.start_at(app.config["CLOCK"])
    with app.app_context():
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()
    coverage.forget()
    clock.start_at(None)


@pytest.fixture(scope="module")
def demonstrating(instance: Path) -> Flask:
    return opened(instance)


@pytest.fixture
def stage(demonstrating: Flask) -> Iterator[Flask]:
    """The portal in demonstration mode on that data."""
    yield from entered(demonstrating)


@pytest.fixture
def visitor(stage: Flask) -> Client:
    client = stage.test_client()
    assert isinstance(client, Client)
    return client


def person(name: str) -> User:
    return db.session.scalars(select(User).where(User.email == f"{name}@demo.example")).one()


def rows() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_the_cast_is_there_with_its_addresses_and_password(stage: Flask) -> None:
    for email, (name, role, agency) in CAST.items():
        user = db.session.scalars(select(User).where(User.email == email)).one()
        assert user.name.split()[0] == name
        assert (user.role, user.agency.name_th if user.agency else None) == (role, agency)
        assert user.is_approved
    assert passwords.verify(person("lamai").password_hash, "pmqa-demo-2566")
    assert set(CAST) == set(people.CAST)


def test_some_thirty_agencies_are_invented_and_marked_so(stage: Flask) -> None:
    samples = db.session.scalars(select(Agency).where(Agency.is_sample)).all()
    assert 28 <= len(samples) <= 34
    assert all("ตัวอย่าง" in agency.name_th or "สมมติ" in agency.name_th for agency in samples)
    assert all(user.is_sample for user in db.session.scalars(select(User)))
    assert all(user.email.endswith(".example") for user in db.session.scalars(select(User)))


@pytest.mark.parametrize(
    "model", [User, Entry, Registration, RegistrationMove, Attempt, LessonMark, ModulePass]
)
def test_nothing_was_done_in_the_name_of_a_real_agency(stage: Flask, model: Any) -> None:
    real = select(Agency.id).where(~Agency.is_sample)
    assert db.session.scalar(select(func.count()).select_from(Agency).where(~Agency.is_sample))
    assert db.session.scalar(select(func.count()).select_from(model).where(model.agency_id.in_(real))) == 0


def test_registration_is_open_one_workshop_has_seats_and_one_a_queue(stage: Flask) -> None:
    first, second = workshops.published()
    assert eligibility.not_open(first) is eligibility.not_open(second) is None
    counted = seats.of_many([first, second])
    assert (counted[first.id].left or 0) > 10
    assert counted[first.id].confirmed > 10
    assert (counted[second.id].left, counted[second.id].confirmed) == (0, second.capacity)
    assert counted[second.id].waiting > 5


def test_the_week_was_lively(stage: Flask) -> None:
    moves = dict(
        db.session.execute(select(RegistrationMove.move, func.count()).group_by(RegistrationMove.move)).all()
    )
    assert set(moves) == {"registered", "waitlisted", "promoted", "cancelled"}
    outcomes = dict(db.session.execute(select(Attempt.passed, func.count()).group_by(Attempt.passed)).all())
    assert outcomes[True] > 50
    assert outcomes[False] > 20
    for course in catalog.courses():
        totals = coverage.totals(course)
        assert 0 < totals.agencies_complete < totals.agencies_begun < 30
    waiting = approvals.waiting(person("orn"))
    assert len(waiting) == 2
    assert len(approvals.waiting(person("mali"))) == 1


def test_its_letters_were_sent_and_stand_in_the_outbox(stage: Flask, instance: Path) -> None:
    sent = db.session.execute(select(OutboxMessage.status, func.count()).group_by(OutboxMessage.status)).all()
    [(status, count)] = sent
    assert status is MessageStatus.SENT
    assert count > 50
    assert len(list((instance / "mail").glob("*.eml"))) == count
    kinds = set(db.session.scalars(select(OutboxMessage.kind).distinct()))
    assert {
        "participation.registered",
        "participation.waitlisted",
        "participation.promoted",
        "accounts.someone_waits",
    } <= kinds


def test_every_fact_has_the_time_it_would_have_had(stage: Flask) -> None:
    now = clock.now()
    for column in (
        User.created_at,
        Registration.registered_at,
        RegistrationMove.at,
        Attempt.started_at,
        Attempt.submitted_at,
        Step.at,
        LessonMark.at,
        ModulePass.passed_at,
        OutboxMessage.created_at,
    ):
        first, last = db.session.execute(select(func.min(column), func.max(column))).one()
        assert first is not None
        assert last is not None
        assert demo.FOUNDED <= first <= last <= now, column


def test_lamai_is_in_the_middle_of_a_quiz_and_sakda_has_done_nothing(stage: Flask) -> None:
    [attempt] = db.session.scalars(select(Attempt).where(Attempt.user_id == person("lamai").id)).all()
    assert attempt.submitted_at is None
    assert db.session.scalar(select(func.count(Step.id)).where(Step.attempt_id == attempt.id)) == 1
    for model in (Registration, Attempt, LessonMark, ModulePass):
        mine = select(func.count()).select_from(model).where(model.user_id == person("sakda").id)
        assert db.session.scalar(mine) == 0


def test_a_second_run_changes_nothing_and_says_so_only_where_asked(stage: Flask, instance: Path) -> None:
    before = rows()
    db.session.rollback()
    again = stage.test_cli_runner().invoke(args=["demo"])
    assert (again.exit_code, again.stdout) == (0, "demonstration data is there; it stays as it is\n")
    assert rows() == before


# --- walking through


def test_the_sign_in_page_lists_the_cast_and_one_click_signs_in(visitor: Client) -> None:
    visitor.get("/sign-in")
    first = [
        button.get_text(" ", strip=True) for button in visitor.page.select("form[action^='/sign-in/as/']")
    ][:5]
    assert [words.split()[0] for words in first] == [name for name, _role, _agency in CAST.values()]
    visitor.follow(visitor.submit(f"/sign-in/as/{person('lamai').code}"))
    assert visitor.page.h1.startswith("ละไม")


def test_a_banner_says_what_is_not_real(visitor: Client) -> None:
    visitor.get("/")
    [banner] = visitor.page.select(".demo")
    assert "วันนี้ของระบบคือ 13 กุมภาพันธ์ 2566" in banner.get_text()
    assert "ข้อมูลตัวอย่าง" in banner.get_text()


WALKS = {
    "orn": (
        "/organize",
        "/organize/coverage",
        "/organize/coverage?course=pmqa2562",
        "/organize/outbox",
        "/organize/approvals",
        "/organize/workshops/pmqa40-2566/roster",
    ),
    "mali": ("/me", "/agency"),
    "lamai": ("/me", "/workshops/pmqa40-2566", "/learn/pmqa40"),
    "wit": ("/me", "/speakers"),
    "sakda": ("/me", "/workshops/excellence-2566"),
}


@pytest.mark.parametrize("name", WALKS)
def test_everybody_of_the_cast_has_something_to_see(visitor: Client, name: str) -> None:
    visitor.sign_in(person(name))
    for address in WALKS[name]:
        assert visitor.get(address).status_code == 200, address
        assert visitor.page.select(".empty") == [] or name in ("sakda", "wit", "lamai", "mali"), address


def test_what_is_next_for_lamai_is_her_quiz_and_for_sakda_a_seat_or_a_lesson(visitor: Client) -> None:
    visitor.sign_in(person("lamai")).get("/me")
    assert "ทำแบบทดสอบต่อ" in visitor.page.one(".next").get_text()
    visitor.sign_in(person("sakda")).get("/me")
    assert "จองที่นั่งในงานอบรม" in visitor.page.one(".next").get_text()


# --- and nowhere else


def test_without_the_demonstration_mode_nothing_is_made(tmp_path: Path) -> None:
    refused = opened(tmp_path, is_demo=False).test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert refused.stderr == "set PORTAL_DEMO=1: sample people never belong in a real installation\n"
    assert not (tmp_path / "portal.sqlite").exists()


def test_in_production_sample_people_are_not_listed_and_cannot_come_in(instance: Path) -> None:
    for app in entered(opened(instance, is_demo=False)):
        client = app.test_client()
        assert isinstance(client, Client)
        code = person("orn").code
        client.get("/sign-in")
        assert "อร" not in client.page.main.split()
        assert client.page.select("form[action*='/sign-in/as/'], .demo") == []
        token = client.page.form("/sign-in").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
        assert client.post(f"/sign-in/as/{code}", data={"csrf_token": token}).status_code == 404
        client.get("/sign-in")
        assert client.submit("/sign-in", email="orn@demo.example", password=demo.PASSWORD).status_code == 422
        client.sign_in(person("orn"))
        assert client.get("/organize").status_code == 303


def test_a_demonstration_that_fails_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(demo, "_sign_up_newcomers", fall)
    with pytest.raises(ZeroDivisionError):
        demo.make()
    db.session.rollback()
    assert not demo.is_made()
    assert db.session.scalar(select(func.count(Agency.id))) == 0


def test_without_content_there_are_at_least_the_people(app: Flask) -> None:
    demo.make()
    assert demo.is_made()
    assert db.session.scalar(select(func.count(Registration.id))) == 0


def test_the_history_ends_now_or_with_the_window_of_registration(
    app: Flask, clock_at: Callable[[str], None]
) -> None:
    for moment in ("2023-02-07T09:00:00+07:00", "2023-03-30T09:00:00+07:00"):
        clock_at(moment)
        moments = demo._moments(200, random.Random(1))
        assert moments == sorted(moments)
        assert demo.OPENS <= moments[0] <= moments[-1] <= min(clock.now(), demo.CLOSES)


def test_before_registration_opens_nobody_has_registered_or_learned(
    app: Flask, clock_at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock_at("2023-02-03T09:00:00+07:00")
    for name in ("_register", "_learn"):
        monkeypatch.setattr(demo, name, lambda *_given: pytest.fail("too early"))
    demo.make()
    assert demo.is_made()


def test_a_speaker_hands_out_a_file_and_a_link(stage: Flask) -> None:
    handed = materials.of_talks(materials.talks_given_by(person("wit")))
    kinds = [one.versions[-1].media_type for found in handed.values() for one in found]
    assert kinds == ["application/pdf", ""]
