"""One person's page: their seats, their learning and the one thing to do next, all asked of facts; whole agencies are team's matter."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.core.db import db
from portal.core.i18n import _, in_lang
from portal.courses import catalog
from portal.learning import progress
from portal.learning.models import Attempt
from portal.learning.progress import Progress
from portal.participation import eligibility
from portal.participation.models import Registration, RegistrationStatus
from portal.programme import workshops
from portal.programme.models import Workshop


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now: a title, why, and where."""

    title: str
    text: str
    href: str
    action: str


def registrations_of(user: User) -> list[Registration]:
    """The seats and queue places of this person that are not cancelled, by the day of the workshop."""
    return list(
        db.session.scalars(
            select(Registration)
            .join(Workshop)
            .where(Registration.user_id == user.id, Registration.status != RegistrationStatus.CANCELLED)
            .options(joinedload(Registration.workshop).selectinload(Workshop.sessions))
            .order_by(Workshop.starts_on)
        )
    )


def progress_of(user: User) -> list[Progress]:
    """The person's progress in every course, courses already begun first."""
    found = progress.of_user(user, catalog.courses())
    return sorted(found.values(), key=lambda one: not one.is_started)


def _about_account(user: User) -> NextStep | None:
    if user.confirmed_at is None:
        return NextStep(
            _("ยืนยันอีเมล"),
            _("เปิดจดหมายที่ส่งไปที่ %(email)s แล้วกดลิงก์ในจดหมาย", email=user.email),
            url_for("accounts.account"),
            _("ดูบัญชี"),
        )
    if user.approved_at is None:
        return NextStep(
            _("อ่านบทเรียนระหว่างรอการยืนยัน"),
            _("ผู้ประสานงานของหน่วยงานหรือผู้จัดจะยืนยันว่าคุณอยู่ในหน่วยงานนี้ แล้วแจ้งทางอีเมล"),
            url_for("learning.courses"),
            _("เปิดบทเรียน"),
        )
    return None


def _open_quiz(user: User) -> NextStep | None:
    attempt = db.session.scalar(
        select(Attempt)
        .where(Attempt.user_id == user.id, Attempt.submitted_at.is_(None))
        .order_by(Attempt.id.desc())
        .limit(1)
    )
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
    if any(one.status is RegistrationStatus.CONFIRMED for one in taken):
        return None
    known = {one.workshop_id for one in taken}
    for workshop in workshops.published():
        if workshop.id not in known and eligibility.refusal(workshop, user) is None:
            return NextStep(
                _("จองที่นั่งในงานอบรม"),
                in_lang(workshop, "title"),
                url_for("participation.workshop", code=workshop.code),
                _("ดูงานและจองที่นั่ง"),
            )
    return None


def _learning(mine: Sequence[Progress]) -> NextStep | None:
    for one in mine:
        if (module := one.next_quiz()) is not None:
            return NextStep(
                _("ทำแบบทดสอบ %(module)s", module=in_lang(module, "title")),
                _("อ่านบทเรียนของส่วนนี้จบแล้ว เหลือแบบทดสอบ"),
                url_for("learning.quiz", course=one.course.code, module=module.code),
                _("เริ่มทำ"),
            )
        if (following := one.next_lesson()) is not None:
            module, lesson = following
            return NextStep(
                in_lang(lesson, "title"),
                _(
                    "%(module)s · อ่านราว %(minutes)s นาที",
                    module=in_lang(module, "title"),
                    minutes=lesson.minutes,
                ),
                url_for("learning.lesson", course=one.course.code, module=module.code, lesson=lesson.slug),
                _("อ่านบทนี้"),
            )
    return None


def next_step(user: User, taken: Sequence[Registration], mine: Sequence[Progress]) -> NextStep | None:
    """The one thing to do now, or None when everything that is published is done."""
    return _about_account(user) or _open_quiz(user) or _seat(user, taken) or _learning(mine)
