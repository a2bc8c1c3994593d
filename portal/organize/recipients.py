"""Whom an organizer may write to: the groups of a workshop's people, and who is in one now; what they are written is group_letters' matter."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import false, select

from portal.accounts.models import Agency, User
from portal.attendance import roll
from portal.core import clock, dates
from portal.core.db import db
from portal.core.i18n import _, in_lang, language
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import progress
from portal.participation.models import AttendanceState, Registration, RegistrationStatus
from portal.programme.models import Workshop, WorkshopSession


class Kind(StrEnum):
    REGISTERED = "registered"
    OFFERED = "offered"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    NO_SHOWS = "no_shows"  # of a session; of none: noted as not come, and at no session as anything else
    UNMARKED = "unmarked"  # at a session
    NOT_PASSED = "not_passed"  # a module, among those with a seat


STATUSES = {
    Kind.OFFERED: RegistrationStatus.OFFERED,
    Kind.WAITING: RegistrationStatus.WAITLISTED,
    Kind.CANCELLED: RegistrationStatus.CANCELLED,
}


@dataclass(frozen=True)
class Group:
    """Some people of a workshop; as text `kind[:session or course/module][@agency]`, all by their codes."""

    kind: Kind
    of: str = ""
    agency: str = ""

    def __str__(self) -> str:
        return self.kind + (f":{self.of}" if self.of else "") + (f"@{self.agency}" if self.agency else "")

    @classmethod
    def read(cls, text: str) -> "Group | None":
        """The group that a text names; None where it names none."""
        choice, _at, agency = text.partition("@")
        kind, _colon, of = choice.partition(":")
        return cls(Kind(kind), of, agency) if kind in list(Kind) else None


class Recipient(NamedTuple):
    """Somebody of a group, with all that a letter may say of them."""

    registration: str
    ticket: str
    name: str
    email: str
    language: str
    agency_th: str | None
    agency_en: str | None


class Choice(NamedTuple):
    value: str
    label: str


def people(workshop: Workshop, group: Group) -> list[Recipient]:
    """Who is in the group now, in Thai order; nobody whose account is closed. One query, two where marks decide."""
    query = (
        select(
            Registration.id,
            Registration.code,
            Registration.ticket,
            User.name,
            User.email,
            User.language,
            Agency.name_th,
            Agency.name_en,
        )
        .join(Registration.user)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(
            Registration.workshop_id == workshop.id,
            Registration.status == STATUSES.get(group.kind, RegistrationStatus.CONFIRMED),
            User.disabled_at.is_(None),
        )
        .order_by(User.sort_key, Registration.id)
    )
    if group.agency:
        query = query.where(Agency.code == group.agency)
    if group.kind is Kind.NOT_PASSED:
        part = part_of(group)
        query = query.where(User.id.not_in(progress.who_passed(*part)) if part else false())
    rows = db.session.execute(query)
    if group.kind in (Kind.NO_SHOWS, Kind.UNMARKED):
        marks = _marks(workshop, group.of)
        wanted = {AttendanceState.NO_SHOW} if group.kind is Kind.NO_SHOWS else set()
        return [Recipient(*row) for number, *row in rows if marks.get(number, set()) == wanted]
    return [Recipient(*row) for _number, *row in rows]


def _marks(workshop: Workshop, session: str) -> dict[int, set[AttendanceState]]:
    """By id of the registration, what was noted at this session, or at any where none is named."""
    asked = [one for one in workshop.sessions if session in ("", one.code)]
    found: dict[int, set[AttendanceState]] = {}
    for (registration, _session), state in roll.states_of(asked).items():
        found.setdefault(registration, set()).add(state)
    return found


def part_of(group: Group) -> tuple[Course, Module] | None:
    """The course and module of a group of those who have not passed one; None where these are no more, or it is another group."""
    code, _slash, name = group.of.partition("/")
    course = catalog.course(code) if group.kind is Kind.NOT_PASSED else None
    module = course.module(name) if course else None
    return (course, module) if course and module else None


def choices(workshop: Workshop) -> dict[str, list[Choice]]:
    """The groups of this workshop that can be chosen, under headings; attendance from the day of a session on."""
    registered = (Kind.REGISTERED, Kind.OFFERED, Kind.WAITING, Kind.CANCELLED)
    found = {_("การลงทะเบียน"): [Group(kind) for kind in registered]}
    held = [one.code for one in _held(workshop)]
    if held:
        found[_("การเข้าอบรม")] = [
            Group(Kind.NO_SHOWS),
            *(Group(kind, code) for code in held for kind in (Kind.NO_SHOWS, Kind.UNMARKED)),
        ]
    for course in catalog.courses():
        if parts := list(_parts(course)):
            found[in_lang(course, "title")] = parts
    return {
        heading: [Choice(str(one), label(one, workshop)) for one in groups]
        for heading, groups in found.items()
    }


def _held(workshop: Workshop) -> list[WorkshopSession]:
    today = clock.today()
    return [one for one in workshop.sessions if one.day <= today and not one.is_cancelled]


def _parts(course: Course) -> Iterator[Group]:
    for module in course.modules:
        if module.is_published and module.quiz is not None:
            yield Group(Kind.NOT_PASSED, f"{course.code}/{module.code}")


def agencies(workshop: Workshop) -> list[Choice]:
    """The agencies whose people ever registered, in Thai order. One query."""
    rows = db.session.execute(
        select(Agency.code, Agency.name_th, Agency.name_en)
        .where(Agency.id.in_(select(Registration.agency_id).where(Registration.workshop_id == workshop.id)))
        .order_by(Agency.sort_key)
    )
    is_english = language() == "en"
    return [Choice(code, (is_english and english) or thai) for code, thai, english in rows]


def label(group: Group, workshop: Workshop) -> str:
    """What the group is called, in the language in force, without its agency; what is no more by its code."""
    words = {
        Kind.REGISTERED: _("ผู้ได้ที่นั่ง"),
        Kind.OFFERED: _("ผู้ที่ต้องยืนยันที่นั่ง"),
        Kind.WAITING: _("ผู้รอในคิว"),
        Kind.CANCELLED: _("ผู้ที่ยกเลิก"),
    }
    if group.kind in words:
        return words[group.kind]
    if group.kind is Kind.NOT_PASSED:
        return _("ผู้ได้ที่นั่งที่ยังไม่ผ่าน%(part)s", part=_part(group))
    if not group.of:
        return _("ผู้ที่ไม่มาเลยสักช่วง")
    session = next((one for one in workshop.sessions if one.code == group.of), None)
    when = f"{in_lang(session, 'title')} · {_day(session)}" if session else group.of
    if group.kind is Kind.NO_SHOWS:
        return _("ผู้ที่ไม่มา %(session)s", session=when)
    return _("ผู้ที่ยังไม่บันทึก %(session)s", session=when)


def _day(session: WorkshopSession) -> str:
    return dates.short_date(session.day, lang="en" if language() == "en" else "th")


def _part(group: Group) -> str:
    found = part_of(group)
    if found is None:
        return group.of
    course, module = found
    title = in_lang(module, "title")
    if module.part.isdecimal():
        return _(
            "หมวด %(code)s %(title)s (%(course)s)",
            code=module.part,
            title=title,
            course=in_lang(course, "title"),
        )
    return _("ส่วน %(title)s (%(course)s)", title=title, course=in_lang(course, "title"))


def called(texts: Iterable[str], workshop: Workshop) -> dict[str, str]:
    """Whole groups in words, their agencies too, by their texts. One query."""
    names: dict[str, str] = dict(agencies(workshop))
    return {text: _called(text, workshop, names) for text in texts}


def _called(text: str, workshop: Workshop, agencies: Mapping[str, str]) -> str:
    group = Group.read(text)
    if group is None:
        return text
    words = label(group, workshop)
    if not group.agency:
        return words
    return _("%(group)s เฉพาะ%(agency)s", group=words, agency=agencies.get(group.agency, group.agency))
