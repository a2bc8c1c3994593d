"""What must hold within the text of a workshop, told in the words of the desk; the same for a file, by key and line, is files' matter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.core.clock import BANGKOK
from portal.core.errors import Refused
from portal.core.i18n import _, said
from portal.programme.differences import name_of_talk
from portal.programme.files import SessionText, WorkshopText


@dataclass(frozen=True)
class Fault:
    """One thing wrong, and where: ("session", "day1", "ends_at"), ("code",), or () for the text as a whole."""

    path: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return self.text


class BadText(Refused):
    """A text that cannot stand; `findings` holds all that is wrong with it."""

    def __init__(self, findings: Sequence[Fault]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(fault.text for fault in self.findings))


class Overlapping(BadText):
    """Two sessions are in one room at the same time; saved all the same with `overlap_ok`."""


class InThePast(BadText):
    """A session of a published workshop would come to lie in the past; saved all the same with `past_ok`."""


def faults(text: WorkshopText) -> list[Fault]:
    """Everything wrong with days, hours and codes."""
    return [*_days(text), *_codes(text), *(fault for one in text.sessions for fault in _session(one, text))]


def _days(text: WorkshopText) -> Iterator[Fault]:
    if text.starts_on is None:
        yield Fault(("starts_on",), _("ระบุวันแรก"))
    if text.ends_on is None:
        yield Fault(("ends_on",), _("ระบุวันสุดท้าย"))
    if text.starts_on and text.ends_on and text.ends_on < text.starts_on:
        yield Fault(("ends_on",), _("วันสุดท้ายต้องไม่มาก่อนวันแรก"))
    opens, closes = text.registration_opens_at, text.registration_closes_at
    if opens and closes and closes <= opens:
        yield Fault(("registration_closes_at",), _("ต้องปิดรับหลังจากเปิดรับ"))


def _codes(text: WorkshopText) -> Iterator[Fault]:
    kinds = (("session", text.sessions), ("talk", text.talks), ("question", text.questions))
    for kind, parts in kinds:
        taken: set[str] = set()
        for part in parts:
            if part.code in taken:
                yield Fault((kind, part.code, "code"), _("รหัส %(code)s ซ้ำ", code=part.code))
            taken.add(part.code)
    sessions = {one.code for one in text.sessions}
    for talk in text.talks:
        if talk.session and talk.session not in sessions:
            yield Fault(
                ("talk", talk.code, "session"),
                _("หัวข้อ %(name)s อยู่ในช่วงที่ไม่มีแล้ว เลือกช่วงอื่นหรือเว้นไว้", name=name_of_talk(talk)),
            )


def _session(one: SessionText, text: WorkshopText) -> Iterator[Fault]:
    name, path = name_of(one), ("session", one.code)
    if one.day is None:
        yield Fault((*path, "day"), _("%(name)s: ระบุวัน", name=name))
        return
    is_held = not one.is_cancelled  # a cancelled one stays on its day when the workshop moves away from it
    if is_held and text.starts_on and text.ends_on and not text.starts_on <= one.day <= text.ends_on:
        yield Fault((*path, "day"), _("%(name)s: วันนี้อยู่นอกวันอบรม", name=name))
    if (one.starts_at is None) != (one.ends_at is None):
        yield Fault((*path, "ends_at"), _("%(name)s: ระบุทั้งเวลาเริ่มและเวลาสิ้นสุด หรือเว้นทั้งคู่", name=name))
    elif one.starts_at and one.ends_at:
        if one.ends_at <= one.starts_at:
            yield Fault((*path, "ends_at"), _("%(name)s: เวลาสิ้นสุดต้องอยู่หลังเวลาเริ่ม", name=name))
        elif {moment.astimezone(BANGKOK).date() for moment in (one.starts_at, one.ends_at)} != {one.day}:
            yield Fault((*path, "starts_at"), _("%(name)s: เวลาต้องอยู่ในวันของช่วงนี้", name=name))


def name_of(session: SessionText) -> str:
    """What a session is called: its title, else its code."""
    return said(session.title) or session.code


def overlaps(text: WorkshopText) -> dict[tuple[str, str], Fault]:
    """Sessions of one room at the same time, by their codes. One without hours takes its whole day."""
    found = {}
    held = [one for one in text.sessions if one.room and one.day and not one.is_cancelled]
    for at, one in enumerate(held):
        for other in held[at + 1 :]:
            if one.room.casefold() == other.room.casefold() and _meet(_span(one), _span(other)):
                words = _(
                    "%(one)s และ %(other)s ใช้ห้อง %(room)s ในเวลาเดียวกัน",
                    one=name_of(one),
                    other=name_of(other),
                    room=one.room,
                )
                codes = (min(one.code, other.code), max(one.code, other.code))
                found[codes] = Fault(("session", other.code, "room"), words)
    return found


def moved_into_past(before: WorkshopText | None, after: WorkshopText, now: datetime) -> list[Fault]:
    """Sessions that are new, moved or no longer cancelled, and would be over by now."""
    old: Mapping[str, SessionText] = {one.code: one for one in before.sessions} if before else {}
    return [
        Fault(
            ("session", one.code, "day"),
            _("%(name)s: เวลาใหม่ผ่านไปแล้ว ตรวจวันและเวลาอีกครั้ง", name=name_of(one)),
        )
        for one in after.sessions
        if not one.is_cancelled
        and one.day
        and _span(one)[1] <= now
        and _when(old.get(one.code)) != _when(one)
    ]


def _when(one: SessionText | None) -> object:
    return one and not one.is_cancelled and (one.day, one.starts_at, one.ends_at)


def _span(one: SessionText) -> tuple[datetime, datetime]:
    """From when to when; without hours from midnight to midnight."""
    if one.starts_at and one.ends_at:
        return one.starts_at, one.ends_at
    midnight = datetime.combine(one.day or date.min, time(), tzinfo=BANGKOK)
    return midnight, midnight + timedelta(days=1)


def _meet(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
