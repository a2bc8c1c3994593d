"""Who has earned a certificate, asked of the facts; that one is issued, and stays issued, is issuing's matter.

For a course: every required module passed (course.toml [completion]). For a workshop: as many sessions attended as its rule
says, all that take place where there is none.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.attendance import roll
from portal.certificates.models import CertificateKind, WorkshopRule
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.courses.course import Course
from portal.learning.models import ModulePass
from portal.participation.models import AttendanceState, Registration, RegistrationStatus
from portal.programme.models import Workshop, WorkshopSession


class BadRule(Refused):
    field = "sessions"


@dataclass(frozen=True, slots=True)
class Earned:
    """What one person earned, and when it was whole."""

    user_id: int
    agency_id: int | None  # for which it was earned
    kind: CertificateKind
    subject: str
    title: dict[str, str]  # {"th": …, "en": …}
    facts: dict[str, Any]
    on: date  # in Bangkok


def of_course(course: Course, user_ids: Collection[int] | None = None) -> list[Earned]:
    """Everybody (or those asked for) who passed all required modules; for the agency of the last pass. One query."""
    required = [module.code for module in course.required_modules]
    if not required:
        return []
    passes = (
        select(ModulePass.user_id, ModulePass.agency_id, ModulePass.module, ModulePass.passed_at)
        .where(
            ModulePass.course == course.code, ModulePass.module.in_(required), ModulePass.ended_at.is_(None)
        )
        .order_by(ModulePass.user_id, ModulePass.passed_at, ModulePass.id)
    )
    if user_ids is not None:
        passes = passes.where(ModulePass.user_id.in_(user_ids))
    title = {"th": course.title_th, "en": course.title_en}
    found = []
    for user_id, rows in _by_person(db.session.execute(passes)):
        first: dict[str, Any] = {}
        for row in rows:
            first.setdefault(row.module, row)
        if len(first) == len(required):
            last = max(first.values(), key=lambda row: row.passed_at)
            facts = {"modules": required}
            on = clock.local(last.passed_at).date()
            found.append(
                Earned(user_id, last.agency_id, CertificateKind.COURSE, course.code, title, facts, on)
            )
    return found


def _by_person(rows: Iterable[Any]) -> Iterable[tuple[int, list[Any]]]:
    people: dict[int, list[Any]] = {}
    for row in rows:
        people.setdefault(row.user_id, []).append(row)
    return people.items()


def sessions_needed(workshop: Workshop) -> int:
    """How many sessions must be attended; at least one, at most as many as take place."""
    taking_place = sum(not session.is_cancelled for session in workshop.sessions)
    latest = (
        select(WorkshopRule.sessions)
        .where(WorkshopRule.workshop_id == workshop.id)
        .order_by(WorkshopRule.id.desc())
    )
    rule = db.session.scalar(latest.limit(1))
    return min(rule, taking_place) if rule else taking_place


def set_sessions_needed(workshop: Workshop, sessions: int, *, by: User) -> WorkshopRule:
    """From now on so many are needed; certificates already issued stand. Refuses BadRule: none, or more than take place."""
    most = sum(not session.is_cancelled for session in workshop.sessions)
    if not 1 <= sessions <= most:
        raise BadRule(_("ใส่จำนวนช่วงตั้งแต่ 1 ถึง %(most)d", most=most))
    rule = WorkshopRule(workshop_id=workshop.id, sessions=sessions, by_id=by.id)
    db.session.add(rule)
    db.session.flush()
    return rule


def of_workshop(workshop: Workshop, user_ids: Collection[int] | None = None) -> list[Earned]:
    """Everybody (or those asked for) with a seat who attended enough sessions, as the marks stand now. Three queries."""
    needed = sessions_needed(workshop)
    sessions = {session.id: session for session in workshop.sessions if not session.is_cancelled}
    if not needed:
        return []
    came: dict[int, list[WorkshopSession]] = {}
    for (registration_id, session_id), state in roll.states_of(list(sessions.values())).items():
        if state is AttendanceState.ATTENDED:
            came.setdefault(registration_id, []).append(sessions[session_id])
    seats = select(Registration.id, Registration.user_id, Registration.agency_id).where(
        Registration.workshop_id == workshop.id, Registration.status == RegistrationStatus.CONFIRMED
    )
    if user_ids is not None:
        seats = seats.where(Registration.user_id.in_(user_ids))
    title = {"th": workshop.title_th, "en": workshop.title_en}
    found = []
    for registration_id, user_id, agency_id in db.session.execute(seats):
        attended = sorted(came.get(registration_id, []), key=lambda session: session.day)
        if len(attended) >= needed:
            facts = {"attended": len(attended), "sessions": len(sessions)}
            on = attended[needed - 1].day
            found.append(
                Earned(user_id, agency_id, CertificateKind.WORKSHOP, workshop.code, title, facts, on)
            )
    return found
