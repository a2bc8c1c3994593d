"""Two agencies and the wall between them: ศักดา of จังหวัดสมมติ never gets into anything of กรมตัวอย่าง, whatever address he tries."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from portal import content
from portal.accounts import approvals
from portal.accounts.models import Role, SignIn, User
from portal.attendance import feeds
from portal.attendance.models import CalendarFeed
from portal.awards.models import Entry, Round
from portal.core import clock
from portal.core.db import db
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning import attempts
from portal.learning.models import Attempt, ModulePass
from portal.mail.models import OutboxMessage
from portal.participation import registration
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme import workshops
from tests import cast as people, packs, rows
from tests.cast import Cast
from tests.learning.taking import answers, take
from tests.pages import Client

OPENS = datetime.fromisoformat("2023-02-06T08:30:00+07:00")


@pytest.fixture
def week(cast: Cast) -> Cast:
    """A week in the life of both agencies: seats, a queue, calendars, quizzes passed, begun and failed, people waiting."""
    rows.laid("week", lambda: lived(cast))
    return cast


@pytest.fixture
def course(week: Cast) -> Course:
    return read_course()


def read_course() -> Course:
    with packs.read_once():
        found = catalog.course("pmqa40")
    assert found is not None
    return found


def lived(cast: Cast) -> None:
    with packs.read_once():
        content.load(ROOT / "content")
        db.session.commit()
    course = read_course()
    for agency in (cast.agency, cast.province):
        for track in db.session.scalars(select(Round)).one().tracks:
            db.session.add(Entry(track=track, agency=agency, stage1_passed_on=clock.today()))
    for workshop in workshops.published():
        workshop.registration_opens_at, workshop.capacity = OPENS, 1
        for user in (cast.mali, cast.lamai, cast.sakda):
            registration.register(workshop, user=user)
    for user in (cast.mali, cast.lamai, cast.sakda):
        feeds.rotate(user)
        take(user, course, "op")
        take(user, course, "c1", mistakes=99)
        begun = attempts.start(user, course, course.required_modules[1])
        attempts.save(begun, seq=0, answers=answers(begun))
        db.session.add(SignIn(key=f"key of {user.email}", user_id=user.id))
    for agency, name in ((cast.agency, "วันเพ็ญ มาใหม่"), (cast.province, "สมหมาย ย้ายมา")):
        people.person(f"new@{agency.code.lower()}.example", name, agency=agency, approved=False)


def of_krom(cast: Cast) -> list[User]:
    return list(db.session.scalars(select(User).where(User.agency_id == cast.agency.id)))


def codes_of_krom(cast: Cast) -> set[str]:
    """Every code and secret that names something of กรมตัวอย่าง or of its people."""
    ids = [user.id for user in of_krom(cast)]
    found = {cast.agency.code, *(user.code for user in of_krom(cast))}
    for model, column in ((Attempt, Attempt.code), (Registration, Registration.code), (SignIn, SignIn.code)):
        found.update(db.session.scalars(select(column).where(model.user_id.in_(ids))))
    emails = [user.email for user in of_krom(cast)]
    found.update(db.session.scalars(select(OutboxMessage.code).where(OutboxMessage.to_email.in_(emails))))
    return found


def codes_of_each_kind(cast: Cast) -> list[str]:
    """Of all those codes one of every kind and state: what มะลิ and ละไม have alike is tried once."""
    theirs: list[Any] = [cast.agency.code, *(user.code for user in of_krom(cast))]
    started = Attempt.submitted_at.is_(None)
    for by_kind in (
        select(func.min(Attempt.code))
        .group_by(started, Attempt.passed)
        .where(Attempt.user_id == cast.mali.id),
        select(func.min(Registration.code))
        .group_by(Registration.status)
        .where(Registration.user_id.in_([user.id for user in of_krom(cast)])),
        select(func.min(SignIn.code)).where(SignIn.user_id == cast.mali.id),
        select(func.min(OutboxMessage.code)).where(OutboxMessage.to_email == cast.mali.email),
    ):
        theirs += db.session.scalars(by_kind)
    assert len(set(theirs)) == 1 + 3 + 3 + 2 + 1 + 1
    assert set(theirs) <= codes_of_krom(cast)
    return theirs


def addresses(app: Flask, code: str) -> Iterator[tuple[str, str]]:
    """(method, address) of every way into the portal that names something by a code, with this code in its place."""
    others: dict[str, Any] = {
        "course": "pmqa40",
        "module": "op",
        "lesson": "x",
        "number": 1,
        "path": "x",
        "session": "day1",
        "ending": "csv",
        "kind": "csv",
        "act": "cancellation",
        "to": "up",
        "code": "pmqa40-2566",
    }
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            # Somebody's place in a workshop is named beside the workshop, of which everybody knows the code.
            named = {"registration", "place"} & rule.arguments or {"code", "token", "secret"} & rule.arguments
            if named and rule.endpoint != "static":
                values: Any = {
                    name: code if name in named else others.get(name, "x") for name in rule.arguments
                }
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield method, app.url_for(rule.endpoint, **values)


def state_of_krom(cast: Cast) -> list[object]:
    """All that anybody could have changed."""
    db.session.expire_all()
    ids = [user.id for user in of_krom(cast)]
    return [
        sorted((user.code, user.name, user.approved_at, user.declined_at) for user in of_krom(cast)),
        sorted(
            db.session.execute(
                select(Registration.code, Registration.status, Registration.sequence).where(
                    Registration.user_id.in_(ids)
                )
            )
        ),
        sorted(
            db.session.execute(
                select(Attempt.code, Attempt.submitted_at.is_(None)).where(Attempt.user_id.in_(ids))
            )
        ),
        sorted(
            db.session.execute(
                select(SignIn.code, SignIn.ended_at).where(
                    SignIn.user_id.in_(ids), SignIn.key.like("key of%")
                )
            )
        ),
        sorted(db.session.scalars(select(CalendarFeed.secret).where(CalendarFeed.user_id.in_(ids)))),
        sorted(db.session.scalars(select(ModulePass.id).where(ModulePass.agency_id == cast.agency.id))),
    ]


def token_of(client: Client) -> str:
    client.get("/me")
    return str(client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]


def test_no_address_with_a_code_of_the_other_agency_opens_or_changes_anything(
    app: Flask, client: Client, week: Cast
) -> None:
    client.sign_in(week.sakda)
    before = state_of_krom(week)
    token = token_of(client)
    client.check_pages = False  # that of a refusal is read elsewhere, not a thousand times
    tried = 0
    for code in codes_of_each_kind(week):
        for method, address in addresses(app, code):
            data = {"csrf_token": token, "seq": "1", "password": "x", "q": "1"} if method == "POST" else None
            status = client.open(address, method=method, data=data).status_code
            # Links from a mail answer anybody, and say that they are none.
            allowed = (410,) if address.startswith(("/confirm/", "/reset-password/")) else (403, 404)
            # What a script sends is read before anything is looked up: this one sent nothing that can be read.
            allowed = (400,) if address.endswith("/autosave") else allowed
            assert status in allowed, (method, address, status)
            tried += 1
    assert tried > 200
    assert state_of_krom(week) == before


def test_no_page_of_his_shows_a_person_or_a_code_of_the_other_agency(
    app: Flask, client: Client, week: Cast
) -> None:
    client.sign_in(week.sakda)
    names = [
        *(user.name for user in of_krom(week)),
        *(user.email for user in of_krom(week)),
        *codes_of_krom(week),
    ]
    seen = 0
    with app.test_request_context():
        plain = [
            app.url_for(rule.endpoint)
            for rule in app.url_map.iter_rules()
            if not rule.arguments and "GET" in (rule.methods or set())
        ]
    own = [f"/workshops/{workshop.code}" for workshop in workshops.published()]
    own += [
        f"/attempts/{code}"
        for code in db.session.scalars(select(Attempt.code).where(Attempt.user_id == week.sakda.id))
    ]
    for address in [*plain, *own, "/learn/pmqa40", "/learn/pmqa40/op/quiz"]:
        response = client.get(address)
        if response.status_code != 200:
            continue
        seen += 1
        words = client.page.text if response.mimetype == "text/html" else response.text
        for name in names:
            assert name not in words, (address, name)
    assert seen > 10


def test_neither_his_calendar_nor_that_of_a_workshop_names_the_others(client: Client, week: Cast) -> None:
    feed = db.session.scalars(select(CalendarFeed).where(CalendarFeed.user_id == week.sakda.id)).one()
    for address in (f"/calendar/{feed.secret}.ics", f"/workshops/{workshops.published()[0].code}.ics"):
        response = client.sign_in(week.sakda).get(address)
        assert response.status_code == 200
        assert "มะลิ" not in response.text
        assert "ละไม" not in response.text


def test_a_coordinator_of_the_other_agency_gets_no_further(app: Flask, client: Client, week: Cast) -> None:
    """ศักดา becomes coordinator of จังหวัดสมมติ: now he decides there, and still nothing in กรมตัวอย่าง."""
    week.sakda.role = Role.COORDINATOR
    db.session.commit()
    before = state_of_krom(week)
    client.sign_in(week.sakda).get("/agency")
    assert client.page.h1 == "จังหวัดสมมติ"
    assert "วันเพ็ญ" not in client.page.text
    token = token_of(client)
    for user in of_krom(week):
        for act in ("approve", "decline"):
            assert client.post(f"/people/{user.code}/{act}", data={"csrf_token": token}).status_code == 404
    assert state_of_krom(week) == before


def newcomer(cast: Cast, agency: object) -> User:
    return db.session.scalars(select(User).where(User.approved_at.is_(None), User.agency == agency)).one()


def test_mali_approves_who_waits_in_her_agency_and_nobody_elsewhere(client: Client, week: Cast) -> None:
    ours, theirs = newcomer(week, week.agency), newcomer(week, week.province)
    client.sign_in(week.mali).get("/agency")
    page = client.page
    token = token_of(client)
    for act in ("approve", "decline"):
        assert client.post(f"/people/{theirs.code}/{act}", data={"csrf_token": token}).status_code == 404
    client.page = page
    client.follow(client.submit(f"/people/{ours.code}/approve"))
    assert client.page.flashes == ["ยืนยันสังกัดของ วันเพ็ญ มาใหม่ แล้ว"]
    db.session.expire_all()
    assert (ours.is_approved, ours.approved_by_id) == (True, week.mali.id)
    assert (theirs.is_approved, theirs.declined_at) == (False, None)


def test_who_was_approved_registers_and_counts_for_the_agency(
    client: Client, week: Cast, course: Course
) -> None:
    ours = newcomer(week, week.agency)
    assert client.sign_in(ours).get("/me").status_code == 200
    assert "อ่านบทเรียนระหว่างรอการยืนยัน" in client.page.main
    approvals.approve(ours, by=week.mali)
    db.session.commit()
    code = workshops.published()[0].code
    client.get(f"/workshops/{code}")
    client.follow(client.submit(f"/workshops/{code}/registration"))
    mine = db.session.scalars(select(Registration).where(Registration.user_id == ours.id)).one()
    assert (mine.status, mine.agency_id) == (RegistrationStatus.WAITLISTED, week.agency.id)
    take(ours, course, "op")
    client.sign_in(week.mali).get("/agency")
    row = next(row for row in client.page.select("table.cloth tbody tr") if "วันเพ็ญ" in row.get_text())
    assert row.select("svg[aria-label=ผ่าน]")
    assert "วันเพ็ญ" in client.page.one("#h-seats").find_parent("section").get_text()  # type: ignore[union-attr]


def test_who_moves_takes_the_future_along_and_leaves_the_past(
    client: Client, week: Cast, course: Course
) -> None:
    """ละไม moves to จังหวัดสมมติ: what she passed stays with กรมตัวอย่าง, what she does from now on is the province's."""
    week.lamai.agency = week.province
    db.session.commit()
    take(week.lamai, course, "op")
    passes = db.session.execute(
        select(ModulePass.agency_id).where(ModulePass.user_id == week.lamai.id)
    ).scalars()
    assert list(passes) == [week.agency.id, week.province.id]
    client.sign_in(week.mali).get("/agency")
    assert "ละไม ตั้งใจ ย้ายออกแล้ว" in client.page.text
    moved = select(RegistrationMove.agency_id).where(RegistrationMove.move != Move.CANCELLED)
    assert set(db.session.scalars(moved)) == {week.agency.id, week.province.id}
