"""Modules that a coordinator asks colleagues to pass by a day, and the mails that say so; what an agency lacks is coverage's matter."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, exists, select

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import begin_write, db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses.course import Course, Module
from portal.learning.models import Assignment, ModulePass
from portal.mail import outbox
from portal.mail.compose import compose

ASSIGNED, REMINDED = "learning.assigned", "learning.reminded"


class NobodyChosen(Refused):
    text = _l("เลือกเพื่อนร่วมงานอย่างน้อยหนึ่งคน")
    field = "people"


class NotAColleague(Refused):
    text = _l("มอบหมายได้เฉพาะคนที่ยืนยันแล้วของหน่วยงานนี้ โหลดหน้านี้ใหม่แล้วเลือกอีกครั้ง")
    field = "people"


class DayIsOver(Refused):
    text = _l("วันที่กำหนดผ่านไปแล้ว เลือกวันนี้หรือหลังจากนี้")
    field = "due_on"


class NothingToPass(Refused):
    text = _l("ส่วนนี้ยังไม่เปิดหรือไม่มีแบบทดสอบ จึงยังมอบหมายไม่ได้")


@dataclass(frozen=True, slots=True)
class Standing:
    """An assignment that was not called off, of somebody who still works there."""

    code: str
    user_id: int
    name: str
    course: str
    module: str
    due_on: date | None
    is_passed: bool

    @property
    def is_late(self) -> bool:
        return not self.is_passed and self.due_on is not None and self.due_on < clock.today()


_IS_PASSED = exists().where(
    ModulePass.user_id == Assignment.user_id,
    ModulePass.agency_id == Assignment.agency_id,
    ModulePass.course == Assignment.course,
    ModulePass.module == Assignment.module,
    ModulePass.ended_at.is_(None),
)
_STANDING = (
    select(
        Assignment.code,
        Assignment.user_id,
        User.name,
        Assignment.course,
        Assignment.module,
        Assignment.due_on,
        _IS_PASSED.label("is_passed"),
    )
    .join(User, and_(User.id == Assignment.user_id, User.agency_id == Assignment.agency_id))
    .where(Assignment.ended_at.is_(None), User.disabled_at.is_(None))
    .order_by(Assignment.due_on.is_(None), Assignment.due_on, User.sort_key, Assignment.id)
)
_OF_AGENCY = _STANDING.where(Assignment.agency_id == bindparam("agency"))
_OF_USER = _STANDING.where(Assignment.user_id == bindparam("user"), ~_IS_PASSED)


def of_agency(agency: Agency) -> list[Standing]:
    """What is assigned in this agency, passed or not, the nearest day first. One query."""
    return [Standing(*row) for row in read_rows(_OF_AGENCY, agency=agency.id)]


def of_user(user: User) -> list[Standing]:
    """What this person is asked for by the agency of now and has not passed there, the nearest day first. One query."""
    return [Standing(*row) for row in read_rows(_OF_USER, user=user.id)]


def assign(  # noqa: PLR0913 - whom, what, by when, by whom
    people: Sequence[User],
    course: Course,
    module: Module,
    *,
    agency: Agency,
    due_on: date | None,
    by: User,
) -> list[User]:
    """Ask these colleagues for the module by this day (in Bangkok) and write to each, once a day; returns who was asked.

    Who passed it there is left in peace; asked already, they get the new day. Refuses NobodyChosen, NotAColleague,
    DayIsOver, NothingToPass. Flushes.
    """
    if not people:
        raise NobodyChosen
    if not module.is_published or module.quiz is None:
        raise NothingToPass
    if due_on is not None and due_on < clock.today():
        raise DayIsOver
    if any(not _works_in(person, agency) for person in people):
        raise NotAColleague
    begin_write()
    left = _without_pass(people, agency, course, module)
    for person in left:
        _ask(person, agency, course, module, due_on=due_on, by=by)
    return left


def _works_in(person: User, agency: Agency) -> bool:
    return person.agency_id == agency.id and person.is_approved and person.is_active


def _without_pass(people: Iterable[User], agency: Agency, course: Course, module: Module) -> list[User]:
    passed = set(
        db.session.scalars(
            select(ModulePass.user_id).where(
                ModulePass.agency_id == agency.id,
                ModulePass.course == course.code,
                ModulePass.module == module.code,
                ModulePass.ended_at.is_(None),
            )
        )
    )
    return [person for person in people if person.id not in passed]


def _ask(  # noqa: PLR0913 - as assign
    person: User, agency: Agency, course: Course, module: Module, *, due_on: date | None, by: User
) -> None:
    """One row stands at a time; with a new day the old one is ended, so that it stays known what was asked."""
    same = {"user_id": person.id, "agency_id": agency.id, "course": course.code, "module": module.code}
    known = db.session.scalars(
        select(Assignment).filter_by(**same, ended_at=None).with_for_update()
    ).one_or_none()
    if known is not None and known.due_on == due_on:
        return
    if known is not None:
        known.ended_at = clock.now()
        db.session.flush()
    db.session.add(Assignment(**same, due_on=due_on, by_id=by.id))
    _send(
        "assigned",
        person,
        kind=ASSIGNED,
        key=f"{course.code}:{module.code}",
        course=course,
        module=module,
        due=due_on,
        by=by,
    )


def call_off(code: str, *, agency: Agency) -> Assignment | None:
    """The agency no longer asks for it; None where it has no such assignment. Flushes."""
    begin_write()
    found = db.session.scalars(
        select(Assignment).where(Assignment.code == code, Assignment.agency_id == agency.id)
    ).one_or_none()
    if found is not None and found.ended_at is None:
        found.ended_at = clock.now()
        db.session.flush()
    return found


def remind(
    people: Sequence[User], course: Course, modules: Sequence[Module], *, due: date | None, by: User
) -> int:
    """Write to these people which modules their agency still lacks; each gets one such mail of a course a day. Returns how many do now."""
    sent = [
        _send(
            "please_pass",
            person,
            kind=REMINDED,
            key=course.code,
            course=course,
            modules=modules,
            due=due,
            by=by,
        )
        for person in people
    ]
    return sum(sent)


def to_be_reminded(agency: Agency, course: Course, module: Module) -> list[User]:
    """Who can be reminded of a module: those it is assigned to, else everybody who works there; without who passed it."""
    works_here = (
        User.agency_id == agency.id,
        User.confirmed_at.is_not(None),
        User.approved_at.is_not(None),
        User.disabled_at.is_(None),
    )
    people = db.session.scalars(select(User).where(*works_here).order_by(User.sort_key, User.id)).all()
    asked = {
        one.user_id for one in of_agency(agency) if (one.course, one.module) == (course.code, module.code)
    }
    meant = [person for person in people if person.id in asked] if asked else people
    return _without_pass(meant, agency, course, module)


def _send(message: str, reader: User, *, kind: str, key: str, **context: Any) -> bool:
    """Whether the mail was put in the outbox; one with this key went out today already."""
    composed = compose(message, language=reader.language, reader=reader, **context)
    day = clock.today().isoformat()
    made = outbox.put(
        kind=kind,
        to_email=reader.email,
        to_name=reader.name,
        key=f"{message}:{reader.code}:{key}:{day}",
        **vars(composed),
    )
    return made is not None


def modules_of(course: Course, standing: Collection[Standing]) -> list[tuple[Module, Standing]]:
    """These assignments of a course with their modules, those of modules that are gone left out."""
    found = [(course.module(one.module), one) for one in standing if one.course == course.code]
    return [(module, one) for module, one in found if module is not None]
