"""One person's page: their seats, their learning and the one thing to do next, all asked of facts; whole agencies are team's matter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

from portal.accounts.models import User
from portal.awards.models import Track
from portal.core import clock, dates
from portal.core.db import db, read_rows
from portal.core.i18n import _, in_lang
from portal.courses import catalog
from portal.courses.course import Module
from portal.learning import assignments, progress
from portal.learning.assignments import Standing
from portal.learning.models import Attempt
from portal.learning.progress import Progress
from portal.participation import answers, eligibility, offers, seats, tickets
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.tickets import Ticket
from portal.programme import workshops
from portal.programme.models import Workshop, WorkshopStatus


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now: a title, why, and where."""

    title: str
    text: str
    href: str
    action: str


@dataclass(frozen=True)
class TicketOfToday:
    """What is shown at the door today, with its QR drawn."""

    registration: Registration
    ticket: Ticket
    qr: Markup


_MINE = (Registration.user_id == bindparam("user"), Registration.status != RegistrationStatus.CANCELLED)
_TAKEN = (
    select(Registration)
    .join(Registration.workshop)
    .where(*_MINE)
    .options(contains_eager(Registration.workshop))
    .order_by(Workshop.starts_on, Workshop.id)
)
_TRACKS = (
    select(Track.code)
    .join(Workshop.tracks)
    .join(Registration, Registration.workshop_id == Workshop.id)
    .where(*_MINE)
)
_BEGUN = (
    select(Attempt.code, Attempt.edition_id, Attempt.module)
    .where(Attempt.user_id == bindparam("user"), Attempt.submitted_at.is_(None))
    .order_by(Attempt.id.desc())
    .limit(1)
)


def registrations_of(user: User) -> Sequence[Registration]:
    """The seats and queue places of this person that are not cancelled, by the day of the workshop. One query."""
    return db.session.scalars(_TAKEN, {"user": user.id}).all()


def tracks_of(user: User) -> frozenset[str]:
    """The tracks of the award whose workshops they go to or wait for. One query."""
    return frozenset(read_rows(_TRACKS, user=user.id).scalars())


def places_of(taken: Sequence[Registration]) -> dict[int, int]:
    """The places in their queues of those that wait, by id. One query, none when nothing waits."""
    waiting = [one for one in taken if one.status is RegistrationStatus.WAITLISTED]
    return seats.positions(waiting) if waiting else {}


def offers_of(taken: Sequence[Registration]) -> dict[int, str]:
    """What names the seats now offered to them in links, by id of the registration. One query, none without an offer."""
    return offers.tokens_of(taken)


def ticket_of_today(taken: Sequence[Registration]) -> TicketOfToday | None:
    """The ticket of a workshop that has a session today, if they have a seat there. No query outside the days of a workshop."""
    today = clock.today()
    for one in taken:
        workshop = one.workshop
        is_on = one.status is RegistrationStatus.CONFIRMED and workshop.status is not WorkshopStatus.CANCELLED
        if is_on and workshop.starts_on <= today <= workshop.ends_on and _meets_on(workshop, today):
            ticket = tickets.of(one)
            return TicketOfToday(one, ticket, tickets.qr(ticket.address))
    return None


def _meets_on(workshop: Workshop, day: date) -> bool:
    return any(session.day == day and not session.is_cancelled for session in workshop.sessions)


def progress_of(user: User, tracks: Collection[str]) -> list[Progress]:
    """The person's progress in every course: those begun first, then those of these tracks."""
    found = progress.of_user(user, catalog.courses()).values()
    return sorted(found, key=lambda one: (not one.is_started, not _is_of(one, tracks)))


@dataclass(frozen=True)
class Assigned:
    """A module that the agency asks of this person, and where to go on with it."""

    course: Progress
    module: Module
    asked: Standing

    @property
    def href(self) -> str:
        """The first lesson of it not finished, else its quiz."""
        at: dict[str, Any] = {"course": self.course.course.code, "module": self.module.code}
        for lesson in self.module.lessons:
            if (self.module.code, lesson.slug) not in self.course.finished:
                return url_for("learning.lesson", **at, lesson=lesson.slug)
        return url_for("learning.quiz", **at)


def assigned_to(user: User, learned: Sequence[Progress]) -> list[Assigned]:
    """What the agency asks of this person and they have not passed there, the nearest day first. One query."""
    courses = {one.course.code: one for one in learned}
    found = []
    for one in assignments.of_user(user) if user.agency_id else ():
        progress_there = courses.get(one.course)
        module = progress_there.course.module(one.module) if progress_there else None
        if progress_there is not None and module is not None and module.is_published:
            found.append(Assigned(progress_there, module, one))
    return found


def _is_of(one: Progress, tracks: Collection[str]) -> bool:
    return any(track in tracks for track in one.course.tracks)


def next_step(  # noqa: PLR0913 - what the page has read of a person
    user: User,
    taken: Sequence[Registration],
    offered: Mapping[int, str],
    mine: Sequence[Progress],
    tracks: Collection[str],
    *,
    assigned: Sequence[Assigned] = (),
) -> NextStep | None:
    """The one thing to do now, or None when everything that is published is done. `offered` is what offers_of gave,
    `assigned` what assigned_to did."""
    return (
        _approval(user)
        or _offer(taken, offered)
        or _questions(taken)
        or _open_quiz(user)
        or _seat(user, taken)
        or _assigned(assigned)
        or _learning(mine, tracks)
    )


def _approval(user: User) -> NextStep | None:
    """Who is not approved may read, and nothing else; who signs in has confirmed the address."""
    if user.is_approved:
        return None
    if user.declined_at is not None:
        why = _("ผู้ประสานงานแจ้งว่าคุณไม่ได้อยู่ในหน่วยงานนี้ ถ้าไม่ถูกต้อง ติดต่อผู้ประสานงานหรือผู้จัด ระหว่างนี้อ่านบทเรียนได้")
    else:
        why = _("ผู้ประสานงานของหน่วยงานหรือผู้จัดจะยืนยันว่าคุณอยู่ในหน่วยงานนี้ แล้วแจ้งทางอีเมล")
    return NextStep(_("อ่านบทเรียนระหว่างรอการยืนยัน"), why, url_for("learning.courses"), _("เปิดบทเรียน"))


def _offer(taken: Sequence[Registration], offered: Mapping[int, str]) -> NextStep | None:
    """A seat that waits for an answer, while it does."""
    for one in taken:
        if one.id in offered:
            return NextStep(
                _("ยืนยันที่นั่งของคุณ"),
                in_lang(one.workshop, "title"),
                url_for("offers.offer", token=offered[one.id]),
                _("ดูและยืนยัน"),
            )
    return None


def _questions(taken: Sequence[Registration]) -> NextStep | None:
    """The first workshop that waits for answers of who is registered, perhaps by somebody else."""
    for one in taken:
        if answers.are_waiting(one):
            return NextStep(
                _("ตอบคำถามของงานอบรม"),
                _("%(title)s ผู้จัดต้องการคำตอบของคุณก่อนวันอบรม", title=in_lang(one.workshop, "title")),
                url_for("participation.answers", code=one.workshop.code),
                _("ตอบคำถาม"),
            )
    return None


def _open_quiz(user: User) -> NextStep | None:
    attempt = read_rows(_BEGUN, user=user.id).first()
    if attempt is None:
        return None
    module = catalog.at_edition(attempt.edition_id).module(attempt.module)
    return NextStep(
        _("ทำแบบทดสอบต่อ"),
        _("%(quiz)s คำตอบที่บันทึกแล้วยังอยู่ครบ", quiz=in_lang(module, "title") if module else attempt.module),
        url_for("learning.attempt", code=attempt.code),
        _("ทำต่อ"),
    )


def _seat(user: User, taken: Sequence[Registration]) -> NextStep | None:
    """The first workshop they may register for, unless they have a seat in one or wait in this one."""
    if any(one.status in (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED) for one in taken):
        return None
    known = {one.workshop_id for one in taken}
    for workshop in workshops.all_workshops():
        if workshop.id not in known and eligibility.refusal(workshop, user) is None:
            return NextStep(
                _("จองที่นั่งในงานอบรม"),
                in_lang(workshop, "title"),
                url_for("participation.workshop", code=workshop.code),
                _("ดูงานและจองที่นั่ง"),
            )
    return None


def _assigned(assigned: Sequence[Assigned]) -> NextStep | None:
    for one in assigned[:1]:
        due = one.asked.due_on
        return NextStep(
            in_lang(one.module, "title"),
            _("หน่วยงานขอให้คุณผ่านส่วนนี้ เหลือ %(days)s วัน", days=max(0, dates.days_left(due, clock.today())))
            if due
            else _("หน่วยงานขอให้คุณผ่านส่วนนี้"),
            one.href,
            _("เรียนต่อ"),
        )
    return None


def _learning(mine: Sequence[Progress], tracks: Collection[str]) -> NextStep | None:
    """The quiz of a part that is read through, else the next lesson; of courses begun or of these tracks, else of the first."""
    own = [one for one in mine if one.is_started or _is_of(one, tracks)]
    for one in own or mine[:1]:
        if (quiz := one.next_quiz()) is not None:
            return NextStep(
                _("ทำแบบทดสอบ %(module)s", module=in_lang(quiz, "title")),
                _("อ่านบทเรียนของส่วนนี้จบแล้ว เหลือแบบทดสอบ"),
                url_for("learning.quiz", course=one.course.code, module=quiz.code),
                _("เริ่มทำ"),
            )
        if (following := one.next_lesson()) is not None:
            module, lesson = following
            title = in_lang(module, "title")
            return NextStep(
                in_lang(lesson, "title"),
                _("%(module)s · อ่านราว %(minutes)s นาที", module=title, minutes=lesson.minutes),
                url_for(
                    "learning.lesson",
                    course=one.course.code,
                    module=module.code,
                    lesson=lesson.slug,
                    _anchor=one.heading_in(module, lesson),
                ),
                _("อ่านบทนี้"),
            )
    return None
