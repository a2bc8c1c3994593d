"""Tables confirmed and undone at once, each with a connection of its own: what was shown is what is done, once."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.import_runs import Changed, IsUndone, NothingLeft, NothingToDo
from portal.accounts.models import ImportRun, User
from portal.attendance import roll
from portal.core.db import db
from portal.core.errors import Refused
from portal.organize import imports
from portal.participation import registration
from portal.participation.models import AttendanceMark, AttendanceState, Registration
from tests.participation.conftest import make_people, make_workshop  # noqa: F401 - fixtures of the neighbour
from tests.participation.test_races import at_once
from tests.rows import once

pytestmark = pytest.mark.both_databases


def kept(kind: str, *lines: str, **more: Any) -> str:
    return imports.keep(kind, io.BytesIO("\n".join(lines).encode()), "a.csv", **more)


def shown(token: str, by: User) -> str:
    """What the page of the difference would hand to the button."""
    mark = imports.plan(imports.read(token), by=by).mark
    db.session.rollback()
    return mark


def confirms(token: str, mark: str, by: User, refused: list[Refused]) -> Callable[[], Any]:
    by_id = by.id

    def job() -> None:
        try:
            imports.confirm(imports.read(token), mark=mark, by=db.session.get_one(User, by_id))
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            refused.append(no)

    return job


def undoes(run: ImportRun, by: User, refused: list[Refused]) -> Callable[[], Any]:
    by_id, run_id = by.id, run.id

    def job() -> None:
        try:
            imports.undo(db.session.get_one(ImportRun, run_id), by=db.session.get_one(User, by_id))
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            refused.append(no)

    return job


def test_one_difference_confirmed_by_four_at_once_is_done_once(app, cast):
    lines = [f"p{at}@agency.go.th,คน ที่{at}" for at in range(50)]
    token = kept("people", "email,name", *lines, "lamai@demo.example,ละไม ใหม่")
    refused: list[Refused] = []
    at_once(app, [confirms(token, shown(token, cast.orn), cast.orn, refused)] * 4)
    assert db.session.scalar(select(func.count(User.id))) == 55
    assert db.session.scalar(select(func.count(ImportRun.id))) == 1
    assert {type(no) for no in refused} <= {NothingToDo, Changed}
    assert len(refused) == 3


def test_two_tables_of_the_same_people_leave_each_person_once(app, cast):
    refused: list[Refused] = []
    jobs = []
    for name in ("หนึ่ง", "สอง"):
        token = kept("people", "email,name", *(f"p{at}@agency.go.th,คน {name}" for at in range(30)))
        jobs.append(confirms(token, shown(token, cast.orn), cast.orn, refused))
    at_once(app, jobs)
    assert [type(no) for no in refused] == [Changed]
    names = set(db.session.scalars(select(User.name).where(User.email.like("%agency.go.th"))))
    assert len(names) == 1
    assert db.session.scalar(select(func.count(User.id))) == 35


@pytest.fixture
@once
def seated(make_workshop, make_people) -> list[Registration]:  # noqa: F811
    workshop = make_workshop()
    rows = [registration.register(workshop, user=person) for person in make_people(6)]
    db.session.commit()
    return rows


def attended(seated: list[Registration]) -> str:
    lines = [f"{row.ticket},มา" for row in seated]
    asked = {"session": "day1", "share": 80, "length": None, "skip_unknown": False}
    return kept("attendance", "ตั๋ว,ผล", *lines, subject=seated[0].workshop.code, options=asked)


def test_marks_at_a_door_and_from_a_list_at_once_are_what_was_shown_or_nothing(app, cast, seated):
    token = attended(seated)
    refused: list[Refused] = []
    first, session = seated[0], seated[0].workshop.sessions[0]
    first_id = first.id

    def at_the_door() -> None:
        row = db.session.get_one(Registration, first_id)
        roll.mark(row, row.workshop.sessions[0], state=AttendanceState.EXCUSED, by=None, how="roster")

    at_once(app, [confirms(token, shown(token, cast.orn), cast.orn, refused), at_the_door])
    marks = db.session.scalar(select(func.count(AttendanceMark.id)))
    assert (marks, [type(no) for no in refused]) in [(7, []), (1, [Changed])]
    state = roll.states_of([session])[(first_id, session.id)]
    assert state is AttendanceState.EXCUSED or not refused  # both stand: the later one decides


@pytest.mark.parametrize("kind", ["people", "attendance"])
def test_an_undo_pressed_by_three_at_once_is_done_once(app, cast, seated, kind):
    token = attended(seated) if kind == "attendance" else kept("people", "email,name", "a@agency.go.th,นก")
    refused: list[Refused] = []
    at_once(app, [confirms(token, shown(token, cast.orn), cast.orn, refused)])
    run = db.session.scalars(select(ImportRun)).one()
    at_once(app, [undoes(run, cast.orn, refused)] * 3)
    assert {type(no) for no in refused} <= {IsUndone, NothingLeft}
    assert len(refused) == 2
    assert db.session.scalar(select(func.count(User.id)).where(User.email == "a@agency.go.th")) == 0
    marks = db.session.scalar(select(func.count(AttendanceMark.id)))
    assert marks == (12 if kind == "attendance" else 0)
