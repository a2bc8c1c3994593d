"""The text of one workshop: what each key of its file means and what must hold between them; the folder they lie in is content_files' matter, rows are rows'."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from portal.core.clock import BANGKOK
from portal.core.i18n import _
from portal.core.toml import MOST_LETTERS_OF_A_CODE, Table
from portal.programme import questions
from portal.programme.letters import is_web_address, line_pair, one_line, refuse_control_characters
from portal.programme.models import WorkshopStatus
from portal.programme.questions import Question

FACTS = "facts"  # names the lines of the source a text stands for; only tests read it
MEMO = ("topic", "organizer", "format", "purpose", "target", "about")  # in the order of the page
DATES = "dates_in_source"
MOST_SEATS = 100_000
MOST_OFFER_HOURS = 24 * 30
RESERVED = frozenset({"new"})  # stands in addresses where a code would
LONGEST = 10_000  # letters of a text without a shorter limit
Pair = dict[str, str]
Known = Mapping[int | None, Set[str]]  # the codes of the tracks of each round


@dataclass(frozen=True)
class SessionText:
    """One meeting; moments are aware, both or none: without hours it takes the whole day."""

    code: str
    title: Pair
    day: date | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    room: str = ""
    link: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class TalkText:
    code: str
    title: Pair = field(default_factory=dict)
    description: Pair = field(default_factory=dict)
    points: tuple[dict[str, Any], ...] = ()  # {"th": …, "en": …}, perhaps with "facts"
    speakers: tuple[str, ...] = ()
    session: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkshopText:
    """One workshop as its file tells it. It is whole only when reading it left no finding."""

    code: str
    round_year: int
    title: Pair
    starts_on: date | None
    ends_on: date | None
    notes: dict[str, Any] = field(default_factory=dict)
    tracks: tuple[str, ...] = ()
    venue: str = ""
    capacity: int | None = None
    per_agency: int | None = None
    guaranteed: int | None = None
    guaranteed_until: datetime | None = None
    offer_hours: int = 0
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    status: WorkshopStatus = WorkshopStatus.PUBLISHED
    facts: tuple[str, ...] = ()
    sessions: tuple[SessionText, ...] = ()
    talks: tuple[TalkText, ...] = ()
    questions: tuple[Question, ...] = ()
    file: str = field(default="", compare=False)
    says_status: bool = field(default=True, compare=False)


def workshop_of(table: Table, *, tracks: Known | None, speakers: Set[str] | None) -> WorkshopText:
    """The workshop that this file tells of; what is wrong becomes findings. None: any track, any speaker may be named."""
    refuse_control_characters(table)
    year = table.number("round")
    starts_on, ends_on = _span(table)
    sessions = _sessions(table, starts_on, ends_on)
    status = table.one_of("status", list(WorkshopStatus)) if "status" in table.values else ""
    text = WorkshopText(
        file=table.file.name,
        code=_code(table, set()),
        round_year=year or 0,
        title=line_pair(table, "title", most=300),
        notes=_notes(table),
        tracks=_tracks(table, year, tracks),
        starts_on=starts_on,
        ends_on=ends_on,
        venue=one_line(table, "venue", most=300),
        status=WorkshopStatus(status) if status else WorkshopStatus.PUBLISHED,
        says_status="status" in table.values,
        sessions=sessions,
        talks=_talks(table, {session.code for session in sessions}, speakers),
        questions=questions.read(table),
        facts=table.texts(FACTS, required=False),
        **_terms(table),
    )
    table.done()
    return text


def _notes(table: Table) -> dict[str, Any]:
    memo = {key: table.pair(key, required=False, most=LONGEST) for key in MEMO}
    return memo | {DATES: table.text(DATES, required=False, most=LONGEST)}


def _terms(table: Table) -> dict[str, Any]:
    """Seats and the time to register."""
    terms: dict[str, Any] = {
        "capacity": table.number("capacity", required=False, most=MOST_SEATS),
        "offer_hours": table.number("offer_hours", required=False, most=MOST_OFFER_HOURS) or 0,
    }
    for key in ("per_agency", "guaranteed"):
        terms[key] = table.number(key, required=False, least=1, most=MOST_SEATS)
    for key in ("guaranteed_until", "registration_opens_at", "registration_closes_at"):
        terms[key] = table.moment(key, required=False)
    _check_terms(table, terms)
    return terms


def _check_terms(table: Table, terms: Mapping[str, Any]) -> None:
    """As the page of the seats would refuse them."""
    opens, closes = terms["registration_opens_at"], terms["registration_closes_at"]
    if opens and closes and closes <= opens:
        table.complain("registration_closes_at", _("ต้องปิดรับหลังจากเปิดรับ"))
    if closes and not opens:
        table.complain("registration_closes_at", _("ระบุวันเปิดรับด้วย"))
    guaranteed, most = terms["guaranteed"], terms["per_agency"]
    if (guaranteed is None) != (terms["guaranteed_until"] is None):
        table.complain("guaranteed", _("ต้องมีทั้ง guaranteed และ guaranteed_until หรือไม่มีทั้งคู่"))
    if guaranteed and most and guaranteed > most:
        table.complain("guaranteed", _("รับรองได้ไม่เกินจำนวนสูงสุดต่อหน่วยงาน"))


def _span(table: Table) -> tuple[date | None, date | None]:
    starts_on, ends_on = table.day("starts_on"), table.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        table.complain("ends_on", _("ends_on ต้องไม่มาก่อน starts_on"))
    return starts_on, ends_on


def _tracks(table: Table, year: int | None, known: Known | None) -> tuple[str, ...]:
    """By their codes: the order in which a page shows them is the round's."""
    codes = tuple(sorted(table.texts("tracks")))
    if len(set(codes)) < len(codes):
        table.complain("tracks", _("มีประเภทรางวัลซ้ำ"))
    if known is None:
        return codes
    if year is not None and year not in known:
        table.complain("round", _("ไม่มีไฟล์ของรอบรางวัล %(year)d", year=year))
        return codes
    for code in codes:
        if year is not None and code not in known[year]:
            table.complain("tracks", _("ไม่รู้จักประเภทรางวัล %(code)s ในรอบ %(year)d", code=code, year=year))
    return codes


def _sessions(table: Table, first: date | None, last: date | None) -> tuple[SessionText, ...]:
    taken: set[str] = set()
    return tuple(_session(row, taken, first, last) for row in table.tables("session", required=False))


def _session(row: Table, taken: set[str], first: date | None, last: date | None) -> SessionText:
    day = row.day("on")
    is_cancelled = bool(row.flag("cancelled", required=False))
    if day and first and last and not is_cancelled and not first <= day <= last:
        row.complain("on", _("วันนี้อยู่นอกวันอบรม"))
    starts_at, ends_at = _hours(row, day)
    link = one_line(row, "link", most=500)
    if link and not is_web_address(link):
        row.complain("link", _("link ต้องเป็นที่อยู่เว็บที่ขึ้นต้นด้วย https:// หรือ http://"))
    session = SessionText(
        code=_code(row, taken, most=32),
        title=line_pair(row, "title", most=300),
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        room=one_line(row, "room", most=200),
        link=link,
        is_cancelled=is_cancelled,
    )
    row.done()
    return session


def _code(row: Table, taken: set[str], *, most: int = MOST_LETTERS_OF_A_CODE) -> str:
    code = row.code(taken=taken)
    if code in RESERVED:
        row.complain("code", _("ใช้ %(code)s เป็นรหัสไม่ได้", code=code))
    if len(code) > most:
        row.complain("code", _("%(key)s ยาวเกิน %(most)d ตัวอักษร", key="code", most=most))
    return code


def _hours(row: Table, day: date | None) -> tuple[datetime | None, datetime | None]:
    """Hours in Thailand, both or none: a session without hours takes the whole day."""
    starts, ends = row.hour("starts", required=False), row.hour("ends", required=False)
    if (starts is None) != (ends is None):
        row.complain("starts" if starts else "ends", _("ต้องมีทั้ง starts และ ends หรือไม่มีทั้งคู่"))
    elif starts and ends and ends <= starts:
        row.complain("ends", _("ends ต้องอยู่หลัง starts"))
    if day is None or starts is None or ends is None:
        return None, None
    return _moment(day, starts), _moment(day, ends)


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=BANGKOK)


def _talks(table: Table, sessions: Set[str], speakers: Set[str] | None) -> tuple[TalkText, ...]:
    taken: set[str] = set()
    return tuple(_talk(row, taken, sessions, speakers) for row in table.tables("talk", required=False))


def _talk(row: Table, taken: set[str], sessions: Set[str], speakers: Set[str] | None) -> TalkText:
    title = line_pair(row, "title", required=False, most=LONGEST)
    description = row.pair("description", required=False, most=LONGEST)
    if not title and not description:
        row.complain(None, _("ต้องมี title หรือ description อย่างน้อยหนึ่งอย่าง"))
    codes = row.texts("speakers", required=False)
    for code in codes:
        if speakers is not None and code not in speakers:
            row.complain("speakers", _("ไม่รู้จักวิทยากร %(code)s", code=code))
    if len(set(codes)) < len(codes):
        row.complain("speakers", _("มีวิทยากรซ้ำ"))
    session = row.text("session", required=False)
    if session and session not in sessions:
        row.complain("session", _("ไม่รู้จักช่วง %(code)s", code=session))
    points = tuple(_point(point) for point in row.tables("point", required=False))
    facts = row.texts(FACTS, required=False)
    text = TalkText(_code(row, taken), title, description, points, codes, session, facts)
    row.done()
    return text


def _point(row: Table) -> dict[str, Any]:
    point: dict[str, Any] = dict(row.pair("text", most=LONGEST))
    facts = row.texts(FACTS, required=False)
    row.done()
    return point | {FACTS: list(facts)} if facts else point
