"""What is different between two texts of a workshop, in words for the organizer; which texts there were is history's matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from portal.core.dates import Lang, date_time, thai_date, time_of
from portal.core.i18n import _, _l, language, said
from portal.programme.files import DATES, FACTS, MEMO, SessionText, TalkText, WorkshopText
from portal.programme.models import WorkshopStatus
from portal.programme.names import CODES, Names
from portal.programme.questions import Kind, Question

LONGEST_NAME = 60

STATUSES = {
    WorkshopStatus.DRAFT: _l("ร่าง"),
    WorkshopStatus.PUBLISHED: _l("เผยแพร่แล้ว"),
    WorkshopStatus.CLOSED: _l("ปิดรับแล้ว"),
    WorkshopStatus.CANCELLED: _l("ยกเลิก"),
}
KINDS = {
    Kind.TEXT: _l("ข้อความ"),
    Kind.CHOICE: _l("เลือกหนึ่งข้อ"),
    Kind.NUMBER: _l("ตัวเลข"),
    Kind.DATE: _l("วันที่"),
}
LABELS: Mapping[str, Any] = {
    "title": _l("ชื่องานอบรม"),
    "topic": _l("หัวข้อ"),
    "organizer": _l("จัดโดย"),
    "format": _l("รูปแบบ"),
    "purpose": _l("เพื่อ"),
    "target": _l("สำหรับ"),
    "about": _l("เพิ่มเติม"),
    DATES: _l("วันอบรมตามที่แหล่งข่าวเขียน"),
    "round_year": _l("รอบรางวัล"),
    "tracks": _l("ประเภทรางวัล"),
    "starts_on": _l("วันแรก"),
    "ends_on": _l("วันสุดท้าย"),
    "venue": _l("สถานที่"),
    "capacity": _l("จำนวนที่นั่ง"),
    "per_agency": _l("จำนวนสูงสุดต่อหน่วยงาน"),
    "guaranteed": _l("ที่นั่งที่รับรองต่อหน่วยงาน"),
    "guaranteed_until": _l("รับรองที่นั่งถึง"),
    "offer_hours": _l("เวลาให้ยืนยันที่นั่ง (ชั่วโมง)"),
    "registration_opens_at": _l("วันเปิดรับ"),
    "registration_closes_at": _l("วันปิดรับ"),
    "status": _l("สถานะ"),
    FACTS: _l("ข้อความในแหล่งข่าวที่อ้างถึง"),
}


@dataclass(frozen=True)
class Difference:
    """One thing that is different. "" stands where there was, or is, nothing; `path` names the thing for programs."""

    label: str
    before: str
    after: str
    path: tuple[str, ...] = ()


class Field(NamedTuple):
    """What it is called, what it says, and what it is where two of them may say the same."""

    label: str
    shown: str
    value: Any = None


Fields = dict[str, Field]


class Part(NamedTuple):
    """One kind of thing a workshop has several of."""

    name: str
    of: Callable[[WorkshopText], Sequence[Any]]
    called: Callable[[Any], str]
    fields: Callable[[Any, WorkshopText, Names], Fields]
    added: Any
    removed: Any
    order: Any


def differences(before: WorkshopText, after: WorkshopText, names: Names = CODES) -> list[Difference]:
    """All that is different, in the order of the pages, in the language in force; speakers and tracks by these names."""
    found = _changed(_of_workshop(before, names), _of_workshop(after, names), (), "")
    for part in PARTS:
        found += _of_part(part, before, after, names)
    return found


def _changed(old: Fields, new: Fields, path: tuple[str, ...], name: str) -> list[Difference]:
    prefix = f"{name}: " if name else ""
    return [
        Difference(prefix + new[key].label, old[key].shown, new[key].shown, (*path, key))
        for key in new
        if old[key][1:] != new[key][1:]
    ]


def _of_part(part: Part, before: WorkshopText, after: WorkshopText, names: Names) -> list[Difference]:
    old, new = ({one.code: one for one in part.of(text)} for text in (before, after))
    found = []
    for code, one in new.items():
        path, name = (part.name, code), part.called(one)
        if code in old:
            was, now = part.fields(old[code], before, names), part.fields(one, after, names)
            found += _changed(was, now, path, name)
        else:
            told = _summary(part.fields(one, after, names))
            found.append(Difference(_(part.added, name=name), "", told, path))
    for code, one in old.items():
        if code not in new:
            name, told = part.called(one), _summary(part.fields(one, before, names))
            found.append(Difference(_(part.removed, name=name), told, "", (part.name, code)))
    if [code for code in old if code in new] != [code for code in new if code in old]:
        in_old = ", ".join(part.called(one) for code, one in old.items() if code in new)
        in_new = ", ".join(part.called(one) for code, one in new.items() if code in old)
        found.append(Difference(_(part.order), in_old, in_new, (part.name,)))
    return found


def _summary(fields: Fields) -> str:
    return " · ".join(field.shown for field in fields.values() if field.shown)


def _of_workshop(text: WorkshopText, names: Names) -> Fields:
    fields = _pair("title", LABELS["title"], text.title)
    for key in MEMO:
        fields |= _pair(key, LABELS[key], text.notes.get(key))
    shown = {
        DATES: text.notes.get(DATES) or "",
        "round_year": str(text.round_year),
        "tracks": names.tracks(text.round_year, text.tracks),
        "starts_on": _day(text.starts_on),
        "ends_on": _day(text.ends_on),
        "venue": text.venue,
        "capacity": _count(text.capacity),
        "per_agency": _count(text.per_agency),
        "guaranteed": str(text.guaranteed or ""),
        "guaranteed_until": _moment(text.guaranteed_until),
        "offer_hours": str(text.offer_hours),
        "registration_opens_at": _moment(text.registration_opens_at),
        "registration_closes_at": _moment(text.registration_closes_at),
        "status": str(STATUSES[text.status]),
        FACTS: ", ".join(text.facts),
    }
    return fields | {
        key: Field(str(LABELS[key]), value, getattr(text, key, None)) for key, value in shown.items()
    }


def _of_session(one: SessionText, _text: WorkshopText, _names: Names) -> Fields:
    lang = _lang()
    return _pair("title", _("ชื่อ"), one.title) | {
        "day": Field(_("วันที่"), _day(one.day)),
        "starts_at": Field(
            _("เวลาเริ่ม"), time_of(one.starts_at, lang=lang) if one.starts_at else "", one.starts_at
        ),
        "ends_at": Field(_("เวลาสิ้นสุด"), time_of(one.ends_at, lang=lang) if one.ends_at else "", one.ends_at),
        "room": Field(_("ห้อง"), one.room),
        "link": Field(_("ลิงก์เข้าอบรมออนไลน์"), one.link),
        "is_cancelled": Field(_("ยกเลิกช่วงนี้"), _("ยกเลิก") if one.is_cancelled else ""),
    }


def _of_talk(one: TalkText, text: WorkshopText, names: Names) -> Fields:
    sessions = {session.code: said(session.title) for session in text.sessions}
    points = "\n".join(" / ".join(filter(None, (point.get("th"), point.get("en")))) for point in one.points)
    return (
        _pair("title", _("ชื่อหัวข้อ"), one.title)
        | _pair("description", _("คำอธิบาย"), one.description)
        | {
            "points": Field(_("ประเด็น"), points, one.points),
            "speakers": Field(_("วิทยากร"), names.speakers(one.speakers), one.speakers),
            "session": Field(_("ช่วง"), sessions.get(one.session, one.session), one.session),
            FACTS: Field(str(LABELS[FACTS]), ", ".join(one.facts)),
        }
    )


def _of_question(one: Question, text: WorkshopText, _names: Names) -> Fields:
    choices = "\n".join(" / ".join(filter(None, choice.label.values())) for choice in one.choices)
    return _pair("label", _("ข้อความคำถาม"), one.label) | {
        "kind": Field(_("ชนิดคำตอบ"), str(KINDS[one.kind])),
        "required": Field(_("ต้องตอบ"), _("ต้องตอบ") if one.is_required else ""),
        "choices": Field(_("ตัวเลือก"), choices, one.choices),
        "when": Field(_("ถามเมื่อ"), _when(one, text), one.when),
    }


def _when(one: Question, text: WorkshopText) -> str:
    if one.when is None:
        return ""
    asked = next((other for other in text.questions if other.code == one.when.question), None)
    if asked is None:
        return f"{one.when.question} = {one.when.is_}"
    choice = next(
        (said(choice.label) for choice in asked.choices if choice.code == one.when.is_), one.when.is_
    )
    return _("“%(question)s” ตอบว่า “%(choice)s”", question=said(asked.label), choice=choice)


def name_of_talk(one: TalkText) -> str:
    """What a talk is called where there is little room: its title, else how its description begins."""
    name = said(one.title) or said(one.description) or one.code
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _named(one: Any) -> str:
    return said(one.title) or one.code


PARTS = (
    Part(
        "session",
        lambda text: text.sessions,
        _named,
        _of_session,
        _l("เพิ่มช่วง %(name)s"),
        _l("ลบช่วง %(name)s"),
        _l("ลำดับช่วง"),
    ),
    Part(
        "talk",
        lambda text: text.talks,
        name_of_talk,
        _of_talk,
        _l("เพิ่มหัวข้อ %(name)s"),
        _l("ลบหัวข้อ %(name)s"),
        _l("ลำดับหัวข้อ"),
    ),
    Part(
        "question",
        lambda text: text.questions,
        lambda one: said(one.label) or one.code,
        _of_question,
        _l("เพิ่มคำถาม %(name)s"),
        _l("ลบคำถาม %(name)s"),
        _l("ลำดับคำถาม"),
    ),
)


def _pair(key: str, label: Any, pair: Mapping[str, str] | None) -> Fields:
    pair = pair or {}
    english = _("%(label)s (อังกฤษ)", label=label)
    return {
        key: Field(str(label), pair.get("th", "")),
        f"{key}_en": Field(english, pair.get("en", "")),
    }


def _lang() -> Lang:
    return "en" if language() == "en" else "th"


def _day(day: date | None) -> str:
    return thai_date(day, lang=_lang()) if day else ""


def _moment(moment: datetime | None) -> str:
    return date_time(moment, lang=_lang()) if moment else ""


def _count(number: int | None) -> str:
    return _("ไม่จำกัด") if number is None else f"{number:,}"
