"""Attendance from a list: the marks it would append, appending them, and undoing that by further marks; what its rows say is attendance_rows' matter."""

from typing import Any

from sqlalchemy import insert, select

from portal.accounts.import_runs import Change, Plan, Said, Stays, Undoing
from portal.accounts.models import ImportRun, User
from portal.attendance import attendance_rows, roll
from portal.attendance.attendance_lists import Person, people_of
from portal.attendance.attendance_rows import WITHDRAWN_WORD, Asked, Saying
from portal.attendance.calendars import STATE_WORDS
from portal.core import clock
from portal.core.db import db, read_rows
from portal.core.i18n import _, in_lang
from portal.core.tables import SheetError, Table, in_order
from portal.participation.models import AttendanceMark, AttendanceState
from portal.programme.models import Workshop

IMPORTED = "import"  # how
LONGEST_WHY = 200


def plan(table: Table, workshop: Workshop, asked: Asked, *, filename: str, lock: bool = False) -> Plan:
    """The marks that this table would append. Refuses with SheetError, which names every bad cell.

    With `lock` nobody marks these people until the transaction ends.
    """
    reading = attendance_rows.read(table, workshop, asked, people_of(workshop, lock=lock))
    if reading.errors:
        raise SheetError(errors=in_order(reading.errors))
    return _plan(reading.sayings, workshop, reading.notes, _("นำเข้าจากไฟล์ %(file)s", file=filename))


def carry_out(plan: Plan, run: ImportRun, by: User) -> dict[str, Any]:
    """Append the marks of the plan; gives what an undo needs."""
    _append([(person, session, state, why) for person, session, state, _before, why in plan.steps], run, by)
    return {
        "marks": [
            [person.id, session, state.value, before.value if before else None]
            for person, session, state, before, _why in plan.steps
        ]
    }


def undoing(run: ImportRun, *, lock: bool = False) -> Undoing:
    """Whose mark of this run still decides, and so can be followed by what was before; and who was marked anew since."""
    done = Undoing()
    marks = run.before["marks"]
    named = _named(run, lock=lock)
    latest = _latest({session for _id, session, _state, _before in marks})
    for registration, session, _state, before in marks:
        person = named.get(registration)
        if person is None:
            continue
        if latest.get((registration, session)) != run.id:
            done.stays.append(Stays(person.name, _("มีการบันทึกใหม่หลังนำเข้า")))
        else:
            done.back.append(person.name)
            state = AttendanceState(before) if before else AttendanceState.WITHDRAWN
            done.steps.append((person, session, state))
    return done


def take_back(done: Undoing, run: ImportRun, by: User) -> None:
    """Append what was before the run, or that it was a mistake; nothing is removed."""
    why = _("เลิกทำการนำเข้าไฟล์ %(file)s", file=run.filename)
    _append([(person, session, state, why) for person, session, state in done.steps], run, by)


def _plan(sayings: list[Saying], workshop: Workshop, notes: list[str], why: str) -> Plan:
    plan = Plan(notes=notes)
    known = roll.states_of(workshop.sessions)
    words = {state: str(word) for state, word in STATE_WORDS.items()} | {
        AttendanceState.WITHDRAWN: str(WITHDRAWN_WORD)
    }
    for one in sayings:
        before = known.get((one.person.id, one.session.id))
        if (before or AttendanceState.WITHDRAWN) is one.state:
            plan.kept += 1
            continue
        after = f"{words[one.state]} ({one.why})" if one.why else words[one.state]
        said = Said(f"{in_lang(one.session, 'title')}", words[before], after)
        name = f"{one.person.name} {one.person.agency}".strip()
        plan.changes.append(Change(one.row.address(one.column), name, (said,), is_new=before is None))
        reason = f"{one.why} {why}".strip()[:LONGEST_WHY]
        plan.steps.append((one.person, one.session.id, one.state, before, reason))
    return plan


def _append(marks: list[tuple[Person, int, AttendanceState, str]], run: ImportRun, by: User) -> None:
    now = clock.now()
    rows = [
        {
            "session_id": session,
            "registration_id": person.id,
            "agency_id": person.agency_id,
            "state": state,
            "how": IMPORTED,
            "why": why[:LONGEST_WHY],
            "by_id": by.id,
            "at": now,
            "noted_at": now,
            "run_id": run.id,
        }
        for person, session, state, why in marks
    ]
    if rows:
        db.session.execute(insert(AttendanceMark), rows)


def _latest(sessions: set[int]) -> dict[tuple[int, int], int | None]:
    """By registration and session, the run that brought the mark that decides; None where no run did. One query."""
    query = (
        select(AttendanceMark.registration_id, AttendanceMark.session_id, AttendanceMark.run_id)
        .where(AttendanceMark.session_id.in_(sessions))
        .order_by(AttendanceMark.at, AttendanceMark.id)
    )
    return {(registration, session): run for registration, session, run in read_rows(query)}


def _named(run: ImportRun, *, lock: bool) -> dict[int, Person]:
    """Everybody of the workshop of this run; none where it is gone."""
    workshop = db.session.scalar(select(Workshop).where(Workshop.code == run.subject))
    return people_of(workshop, lock=lock).by_id if workshop else {}
