"""An organizer's word to the coordinators of an agency about what it lacks of a course, once a day; what it lacks is coverage's matter."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from portal.accounts import audit
from portal.accounts.models import Agency, AuditEvent, Role, User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses.course import Course
from portal.learning import coverage
from portal.learning.coverage import AgencyCoverage
from portal.mail import outbox
from portal.mail.compose import compose


class NoCoordinator(Refused):
    text = _l("หน่วยงานนี้ยังไม่มีผู้ประสานงานที่รับจดหมายได้ นำเข้าบุคคลที่มีบทบาทผู้ประสานงานของหน่วยงานนี้ก่อน แล้วกลับมาเตือน")


class NothingMissing(Refused):
    text = _l("หน่วยงานนี้ครบหลักสูตรนี้แล้ว ไม่มีอะไรต้องเตือน")


class RemindedToday(Refused):
    text = _l("วันนี้เตือนผู้ประสานงานของหน่วยงานนี้เรื่องหลักสูตรนี้แล้ว เตือนได้อีกพรุ่งนี้")


def of_agency(agency: Agency) -> Sequence[User]:
    """The coordinators of an agency who can act and get mail, in Thai order. One query."""
    found = select(User).where(
        User.role == Role.COORDINATOR,
        User.agency_id == agency.id,
        User.confirmed_at.is_not(None),
        User.approved_at.is_not(None),
        User.disabled_at.is_(None),
    )
    return db.session.scalars(found.order_by(User.sort_key, User.id)).all()


def remind(agency: Agency, course: Course, *, due: date | None, by: User) -> int:
    """Write to the agency's coordinators what it lacks of the course, each once a day (in Bangkok), and note that it was
    done; returns to how many. Refuses NothingMissing, NoCoordinator, RemindedToday. Flushes."""
    begin_write()
    found = coverage.of_agency(agency.id, course)
    if found.is_complete:
        raise NothingMissing
    people = of_agency(agency)
    if not people:
        raise NoCoordinator
    sent = sum(_write(person, agency, found, due=due, by=by) for person in people)
    if not sent:
        raise RemindedToday
    audit.note("coordinators.remind", _subject(agency, course), by=by, people=sent)
    return sent


def _write(reader: User, agency: Agency, found: AgencyCoverage, *, due: date | None, by: User) -> bool:
    course = found.course
    composed = compose(
        "please_plan",
        language=reader.language,
        reader=reader,
        agency=agency,
        found=found,
        course=course,
        due=due,
        by=by,
    )
    made = outbox.put(
        kind="home.coordinator_reminded",
        to_email=reader.email,
        to_name=reader.name,
        key=f"please_plan:{reader.code}:{course.code}:{clock.today().isoformat()}",
        **vars(composed),
    )
    return made is not None


def last_reminded(agency: Agency, courses: Sequence[Course]) -> dict[str, datetime]:
    """By the course's code, when its coordinators were last reminded; those never are absent. One query."""
    subjects = {_subject(agency, course): course.code for course in courses}
    last_at = func.max(AuditEvent.at, type_=AuditEvent.at.type)
    rows = db.session.execute(
        select(AuditEvent.subject, last_at)
        .where(AuditEvent.subject.in_(subjects))
        .group_by(AuditEvent.subject)
    )
    return {subjects[subject]: at for subject, at in rows}


def _subject(agency: Agency, course: Course) -> str:
    return f"plan:{agency.code}:{course.code}"
