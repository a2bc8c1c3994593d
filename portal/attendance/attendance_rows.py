"""What the rows of a list of attendance say of whom: marks of our own exports, signs on paper, minutes of a video meeting; the marks that come of it are attendance_table's matter."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.attendance import minutes, roster_table
from portal.attendance.attendance_lists import NotFound, People, Person
from portal.attendance.calendars import STATE_WORDS
from portal.attendance.minutes import BadMinutes, Stay
from portal.attendance.roster_table import SESSION
from portal.core import clock
from portal.core.i18n import LANGUAGES, _, _l, in_lang, in_language
from portal.core.tables import CellError, Row, Table, folded
from portal.core.workbooks import column_letters
from portal.participation.models import AttendanceState
from portal.participation.seats import CONFIRMED
from portal.programme.models import Workshop, WorkshopSession

WITHDRAWN_WORD = _l("ถอนการบันทึก")
# What people write on paper; what could be read both ways, as x, is asked about.
SIGNS = {
    AttendanceState.ATTENDED: (
        "มา",
        "มาแล้ว",
        "เข้า",
        "เข้าร่วม",
        "เข้าอบรม",
        "ครบ",
        "/",
        "✓",
        "✔",
        "√",
        "1",
        "p",
        "present",
        "yes",
        "y",
    ),
    AttendanceState.PARTIAL: ("บางส่วน", "มาบางส่วน", "ครึ่งวัน", "สาย", "มาสาย", "กลับก่อน", "½", "late"),
    AttendanceState.EXCUSED: ("ลา", "ลาป่วย", "ลากิจ", "ติดราชการ", "excused", "leave"),
    AttendanceState.NO_SHOW: ("ไม่มา", "ขาด", "ไม่เข้า", "ไม่เข้าร่วม", "0", "absent", "no", "n", "no show"),
}
NOTHING = ("", "-", "–", "ยังไม่บันทึก")

_part = re.compile(r"\d+\. \D")  # of the list of a video meeting, after its people


@dataclass(frozen=True)
class Asked:
    """What the page asks beside the file: the session (None: the table says which), how long it counts as and from which
    share of that on somebody attended, and whether rows that name nobody are left out."""

    session: WorkshopSession | None
    length: int = minutes.ALL_DAY
    share: int = minutes.SHARE
    skip_unknown: bool = False


@dataclass(frozen=True)
class Saying:
    """What one row says of one person at one session."""

    row: Row
    column: str
    person: Person
    session: WorkshopSession
    state: AttendanceState
    why: str = ""


@dataclass
class Reading:
    """What is being read, and what was found wrong or worth a note so far."""

    asked: Asked
    people: People
    words: Mapping[str, AttendanceState | None]
    errors: list[CellError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    sayings: list[Saying] = field(default_factory=list)


def read(table: Table, workshop: Workshop, asked: Asked, people: People) -> Reading:
    """What this table says, each person once a session, with all that is wrong and what is worth a second look."""
    reading = Reading(asked, people, _words(), notes=list(table.notes))
    reading.errors.extend(_strange_columns(table, workshop, reading))
    if not reading.errors:
        reading.sayings = _once(list(_sayings(table, workshop, reading)), reading)
    reading.notes.extend(_odd_days({one.session for one in reading.sayings}))
    if reading.skipped:
        names = ", ".join(reading.skipped[:20]) + (" …" if len(reading.skipped) > 20 else "")
        text = _("ข้าม %(count)d แถวที่ไม่ตรงกับใครในงานนี้: %(names)s", count=len(reading.skipped), names=names)
        reading.notes.append(text)
    return reading


def _words() -> dict[str, AttendanceState | None]:
    """What a cell may say, folded: our own words in either language, codes, and what people write on paper."""
    found: dict[str, AttendanceState | None] = dict.fromkeys(map(folded, NOTHING))
    found |= {folded(sign): state for state, signs in SIGNS.items() for sign in signs}
    found |= {state.value: state for state in AttendanceState}
    for code in LANGUAGES:
        with in_language(code):
            found |= {folded(str(word)): state for state, word in STATE_WORDS.items()}
            found[folded(str(WITHDRAWN_WORD))] = AttendanceState.WITHDRAWN
    return found


def _sayings(table: Table, workshop: Workshop, reading: Reading) -> Iterator[Saying]:
    """What the rows say, by the kind of list that this is."""
    wide = {
        one: SESSION + one.code for one in workshop.sessions if folded(SESSION + one.code) in table.columns
    }
    if not {"ticket", "code", "email", "name"} & table.columns.keys():
        end = f"A{table.header_row}"
        reading.errors.append(CellError(end, _("ไม่พบคอลัมน์ที่บอกว่าเป็นใคร ต้องมีตั๋ว อีเมล หรือชื่อ")))
    elif wide:
        for session, column in wide.items():
            yield from _of_states(table.rows, column, lambda _row, session=session: session, reading)
    elif "session" in table.columns:
        yield from _of_states(table.rows, "state", lambda row: _session_in(row, workshop, reading), reading)
    elif reading.asked.session is None:
        place = CellError(f"A{table.header_row}", _("เลือกวันอบรมก่อน เพราะในไฟล์ไม่มีคอลัมน์ที่บอกวัน"))
        reading.errors.append(place)
    elif {"minutes", "leave"} & table.columns.keys():
        yield from _of_minutes(table.rows, reading.asked.session, reading)
    else:
        column, asked = _state_column(table, reading), reading.asked.session
        if column not in table.columns:
            reading.notes.append(_("ไฟล์ไม่มีคอลัมน์การเข้าอบรม จึงนับว่าทุกคนในไฟล์มาแล้ว"))
        yield from _of_states(table.rows, column, lambda _row: asked, reading)


def _state_column(table: Table, reading: Reading) -> str:
    """Where a list made by hand says who came: many call that “สถานะ”, as our rosters call what became of a registration."""
    said = {folded(row["status"]) for row in table.rows}
    is_attendance = any(reading.words.get(word) for word in said)
    return "status" if "state" not in table.columns and is_attendance else "state"


def _strange_columns(table: Table, workshop: Workshop, reading: Reading) -> Iterator[CellError]:
    """Columns that hold attendance of a session this workshop does not have: left out, they would be lost in silence."""
    ours = {folded(str(word)) for word in STATE_WORDS.values()}
    known = {folded(name) for name in roster_table.names(workshop)}
    for heading, place in table.columns.items():
        cells = {folded(row.cells[place]) for row in table.rows if place < len(row.cells)} - {""}
        if heading not in known and cells & ours and cells <= reading.words.keys():
            codes = ", ".join(session.code for session in workshop.sessions)
            text = _("คอลัมน์นี้มีการเข้าอบรม แต่ไม่ตรงกับวันใดของงานนี้ แก้หัวตารางเป็นรหัสวัน: %(codes)s", codes=codes)
            yield CellError(f"{column_letters(place + 1)}{table.header_row}", text)


def _of_states(rows: Iterable[Row], column: str, session_of: Any, reading: Reading) -> Iterator[Saying]:
    for row in rows:
        state: AttendanceState | None = AttendanceState.ATTENDED
        if column in row.columns:
            word = folded(row[column])
            if word not in reading.words:
                text = _("ไม่เข้าใจ “%(text)s” ใช้ได้: มา บางส่วน ลา ไม่มา หรือเว้นว่าง", text=row[column][:40])
                reading.errors.append(row.error(column, text))
                continue
            state = reading.words[word]
        if state is None:
            continue
        person, session = _seated(row, reading), session_of(row)
        if person is not None and session is not None:
            yield Saying(row, column, person, session, state)


def _of_minutes(rows: Iterable[Row], session: WorkshopSession, reading: Reading) -> Iterator[Saying]:
    """Everybody once, by all their minutes together."""
    stays: dict[int, list[Stay]] = {}
    first: dict[int, tuple[Row, Person]] = {}
    for row in rows:
        if _part.match(row.cells[0]):  # what follows tells of other things
            break
        try:
            stay = minutes.stay(row["minutes"], row["join"], row["leave"])
        except BadMinutes as no:
            reading.errors.append(row.error("minutes", str(no)))
            continue
        person = _seated(row, reading)
        if person is not None:
            stays.setdefault(person.id, []).append(stay)
            first.setdefault(person.id, (row, person))
    asked = reading.asked
    for id_, (row, person) in first.items():
        state = minutes.state_of(minutes.together(stays[id_]), length=asked.length, share=asked.share)
        said = minutes.said(stays[id_], length=asked.length)
        if state is None:
            reading.notes.append(_("%(name)s อยู่ไม่ถึงหนึ่งนาที จึงไม่บันทึก", name=person.name))
        else:
            yield Saying(row, "minutes", person, session, state, said)


def _session_in(row: Row, workshop: Workshop, reading: Reading) -> WorkshopSession | None:
    code = row["session"].casefold()
    for session in workshop.sessions:
        if code in (session.code.casefold(), session.title_th.casefold(), session.title_en.casefold()):
            return session
    codes = ", ".join(session.code for session in workshop.sessions)
    text = _("ไม่มีวันอบรม “%(code)s” ใช้ได้: %(codes)s", code=row["session"][:40], codes=codes)
    reading.errors.append(row.error("session", text))
    return None


def _seated(row: Row, reading: Reading) -> Person | None:
    """Who is meant and has a seat; None, and told, where it is nobody of these."""
    try:
        person = reading.people.of(row)
    except NotFound as no:
        if no.is_unknown and reading.asked.skip_unknown:
            reading.skipped.append(row["name"] or row["email"] or row["ticket"] or row["code"])
        else:
            reading.errors.append(no.error)
        return None
    if person.status is not CONFIRMED:
        column = next(one for one in ("name", "email", "ticket", "code") if one in row.columns)
        text = _("%(name)s ไม่มีที่นั่งในงานนี้ จึงบันทึกการเข้าอบรมไม่ได้", name=person.name)
        reading.errors.append(row.error(column, text))
        return None
    return person


def _odd_days(sessions: Iterable[WorkshopSession]) -> Iterator[str]:
    """Marks at a session that is to come, or called off, are worth a second look."""
    for session in sorted(sessions, key=lambda one: (one.day, one.position)):
        if session.is_cancelled:
            yield _("%(session)s ยกเลิกแล้ว ตรวจว่าเลือกวันถูก", session=in_lang(session, "title"))
        elif session.day > clock.today():
            yield _("%(session)s ยังไม่ถึงวัน ตรวจว่าเลือกวันถูก", session=in_lang(session, "title"))


def _once(sayings: list[Saying], reading: Reading) -> list[Saying]:
    """Each person once a session; who is said to be two things is told."""
    first: dict[tuple[int, int], Saying] = {}
    for one in sayings:
        before = first.setdefault((one.person.id, one.session.id), one)
        if before is not one and before.state is not one.state:
            text = _(
                "%(name)s อยู่ในแถวที่ %(row)d ด้วย และสองแถวไม่ตรงกัน", name=one.person.name, row=before.row.number
            )
            reading.errors.append(one.row.error(one.column, text))
    return list(first.values())
