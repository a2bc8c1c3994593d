"""Who may register and when: each refusal is a class of its own whose sentence says what to do; seats are registration's matter."""

from datetime import datetime, time
from typing import Any

from portal.accounts.access import may_see_agency
from portal.accounts.models import User
from portal.awards import rounds
from portal.core import clock, dates
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.programme.models import Workshop, WorkshopStatus


class NotOpen(Refused):
    """The workshop takes no registrations at this moment, from nobody; `heading` says so in two words."""

    heading: Any = _l("ปิดรับแล้ว")


class NotOnOffer(NotOpen):
    heading = _l("ยังไม่เปิดรับ")
    text = _l("งานอบรมนี้ยังไม่เปิดให้ลงทะเบียน ดูงานอื่นได้ที่หน้างานอบรม")


class WorkshopCancelled(NotOpen):
    heading = _l("งานนี้ยกเลิก")
    text = _l("งานอบรมนี้ยกเลิกแล้ว ดูงานอื่นได้ที่หน้างานอบรม")


class WindowUnknown(NotOpen):
    heading = _l("ยังไม่ประกาศวันรับ")
    text = _l("ยังไม่ประกาศวันเปิดรับลงทะเบียน เมื่อประกาศแล้วจะแสดงที่หน้านี้")


class NotYetOpen(NotOpen):
    """Opens later; the sentence says when."""

    heading = _l("ยังไม่เปิดรับ")


class WindowClosed(NotOpen):
    """Was open; the sentence says since when it is not, where that is known."""


class WorkshopOver(NotOpen):
    heading = _l("งานจบแล้ว")
    text = _l("งานอบรมนี้จบแล้ว บทเรียนยังเปิดให้เรียนได้")


class NotEligible(Refused):
    """This person may not register, others may."""


class SignInFirst(NotEligible):
    text = _l("เข้าสู่ระบบก่อน แล้วจึงลงทะเบียนได้")


class EmailNotConfirmed(NotEligible):
    text = _l("เปิดลิงก์ยืนยันในอีเมลที่ส่งให้ตอนสมัครก่อน แล้วกลับมาลงทะเบียน")


class NotApproved(NotEligible):
    text = _l("บัญชีของคุณรออนุมัติ แจ้งผู้ประสานงานของหน่วยงานให้อนุมัติ แล้วกลับมาลงทะเบียน")


class NoAgency(NotEligible):
    text = _l("บัญชีของคุณยังไม่ผูกกับหน่วยงาน แจ้งผู้จัดให้ระบุหน่วยงานก่อน แล้วกลับมาลงทะเบียน")


class NoPassedEntry(NotEligible):
    text = _l("ไม่พบผลงานของหน่วยงานที่ผ่านขั้นตอนที่ 1 ของรางวัลนี้ ถ้าคิดว่าไม่ถูกต้อง ให้ผู้ประสานงานของหน่วยงานแจ้งผู้จัด")


def refusal(
    workshop: Workshop, user: User | None, *, by: User | None = None, has_passed: bool | None = None
) -> Refused | None:
    """Why this person (None: not signed in) may not register now, or None when they may.

    `by` and `has_passed` as in not_eligible. At most two queries.
    """
    return not_open(workshop) or not_eligible(workshop, user, by=by, has_passed=has_passed)


def not_open(workshop: Workshop) -> NotOpen | None:
    """Why nobody may register now: not on offer, window not announced, not yet open, closed or over. No query."""
    if workshop.status is WorkshopStatus.DRAFT:
        return NotOnOffer()
    if workshop.status is WorkshopStatus.CANCELLED:
        return WorkshopCancelled()
    if workshop.ends_on < clock.today():
        return WorkshopOver()
    return _outside_window(workshop)


def not_eligible(
    workshop: Workshop, user: User | None, *, by: User | None = None, has_passed: bool | None = None
) -> NotEligible | None:
    """Why this person may not register while others may. At most two queries.

    Whom their coordinator or an organizer (`by`) registers need not have confirmed their address yet.
    `has_passed` says whether an entry of their agency passed stage 1, where that was asked already; then no query.
    """
    if user is None:
        return SignInFirst()
    if user.confirmed_at is None and not _is_vouched_for(user, by):
        return EmailNotConfirmed()
    if user.approved_at is None:
        return NotApproved()
    if user.agency is None:
        return NoAgency()
    if has_passed is None:
        has_passed = rounds.passed_stage_1(user.agency, workshop.tracks)
    return None if has_passed else NoPassedEntry()


def begins_at(workshop: Workshop) -> datetime:
    """When the first meeting begins: at its hour where hours are announced, else with its day in Bangkok."""
    first = workshop.starts_on
    hours = [at.starts_at for at in workshop.sessions if at.day == first and at.starts_at is not None]
    return min(hours) if hours else datetime.combine(first, time(), tzinfo=clock.BANGKOK)


def has_begun(workshop: Workshop) -> bool:
    """Whether the first meeting has begun."""
    return clock.now() >= begins_at(workshop)


def _is_vouched_for(user: User, by: User | None) -> bool:
    return by is not None and by.id != user.id and may_see_agency(by, user.agency_id)


def _outside_window(workshop: Workshop) -> NotOpen | None:
    opens, closes = workshop.registration_opens_at, workshop.registration_closes_at
    now = clock.now()
    if workshop.status is WorkshopStatus.CLOSED or (closes is not None and closes <= now):
        if closes is None or now < closes:
            return WindowClosed(_("ปิดรับลงทะเบียนแล้ว ถ้าจำเป็นต้องเข้าอบรม ติดต่อผู้จัด"))
        return WindowClosed(
            _(
                "ปิดรับลงทะเบียนเมื่อ %(when)s ถ้าจำเป็นต้องเข้าอบรม ติดต่อผู้จัด",
                when=dates.date_time(closes, lang=_lang()),
            )
        )
    if opens is None:
        return WindowUnknown()
    if now < opens:
        return NotYetOpen(_("เปิดรับลงทะเบียนตั้งแต่ %(when)s", when=dates.date_time(opens, lang=_lang())))
    return None


def _lang() -> dates.Lang:
    return "en" if language() == "en" else "th"
