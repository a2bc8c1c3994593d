"""Attendance from a list: the roster that comes back, a list kept on paper, or what a video meeting tells; one plan of marks, and its undoing by further marks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from portal.accounts.import_runs import Change, Plan, Said, Stays, Undoing
from portal.accounts.models import ImportRun, User
from portal.core import clock
from portal.core.db import db, read_rows
from portal.core.i18n import LANGUAGES, _, _l, in_lang, in_language
from portal.core.tables import CellError, Row, SheetError, Table, folded, in_order
from portal.participation import attendance, minutes
from portal.participation.attendance_lists import NotFound, People, Person, people_of
from portal.participation.calendars import STATE_WORDS
from portal.participation.minutes import BadMinutes, Stay
from portal.participation.models import AttendanceMark, AttendanceState
from portal.participation.roster_table import SESSION
from portal.participation.seats import CONFIRMED
from portal.programme.models import Workshop, WorkshopSession

IMPORTED = "import"  # how
LONGEST_WHY = 200
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
class _Saying:
    """What one row says of one person at one session."""

    row: Row
    column: str
    person: Person
    session: WorkshopSession
    state: AttendanceState
    why: str = ""


@dataclass
class _Reading:
    """What is being read, and what was found wrong or worth a note so far."""

    asked: Asked
    people: People
    words: Mapping[str, AttendanceState | None]
    errors: list[CellError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def plan(table: Table, workshop: Workshop, asked: Asked, *, filename: str, lock: bool = False) -> Plan:
    """The marks that this table would append. Refuses with SheetError, which names every bad cell.

    With `lock` nobody marks these people until the transaction ends.
    """
    reading = _Reading(asked, people_of(workshop, lock=lock), _words())
    reading.notes.extend(table.notes)
    sayings = _once(list(_sayings(table, workshop, reading)), reading)
    reading.notes.extend(_odd_days({one.session for one in sayings}))
    if reading.skipped:
        names = ", ".join(reading.skipped[:20]) + (" …" if len(reading.skipped) > 20 else "")
        text = _("ข้าม %(count)d แถวที่ไม่ตรงกับใครในงานนี้: %(names)s", count=len(reading.skipped), names=names)
        reading.notes.append(text)
    if reading.errors:
        raise SheetError(errors=in_order(reading.errors))
    return _plan(sayings, workshop, reading.notes, _("นำเข้าจากไฟล์ %(file)s", file=filename))


def carry_out(plan: Plan, run: ImportRun, by: User) -> dict[str, Any]:
    """Append the marks of the plan; gives what an undo needs."""
    _append([(person, session, state, why) for person, session, state, _before, why in plan.steps], run, by)
    return {
        "marks": [
            [person.id, session, state.value, before.value if before else None]
            for person, session, state, before, _why in plan.steps
        ]
    }


def undoing(run: ImportRun, *, lock: bool = False) -> Undoing:
    """Whose mark of this run still decides, and so can be followed by what was before; and who was marked anew since."""
    done = Undoing()
    marks = run.before["marks"]
    named = _named(run, lock=lock)
    latest = _latest({session for _id, session, _state, _before in marks})
    for registration, session, _state, before in marks:
        person = named.get(registration)
        if person is None:
            continue
        if latest.get((registration, session)) != run.id:
            done.stays.append(Stays(person.name, _("มีการบันทึกใหม่หลังนำเข้า")))
        else:
            done.back.append(person.name)
            state = AttendanceState(before) if before else AttendanceState.WITHDRAWN
            done.steps.append((person, session, state))
    return done


def take_back(done: Undoing, run: ImportRun, by: User) -> None:
    """Append what was before the run, or that it was a mistake; nothing is removed."""
    why = _("เลิกทำการนำเข้าไฟล์ %(file)s", file=run.filename)
    _append([(person, session, state, why) for person, session, state in done.steps], run, by)


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


def _sayings(table: Table, workshop: Workshop, reading: _Reading) -> Iterator[_Saying]:
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
        if "state" not in table.columns:
            reading.notes.append(_("ไฟล์ไม่มีคอลัมน์การเข้าอบรม จึงนับว่าทุกคนในไฟล์มาแล้ว"))
        asked = reading.asked.session
        yield from _of_states(table.rows, "state", lambda _row: asked, reading)


def _of_states(rows: Iterable[Row], column: str, session_of: Any, reading: _Reading) -> Iterator[_Saying]:
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
            yield _Saying(row, column, person, session, state)


def _of_minutes(rows: Iterable[Row], session: WorkshopSession, reading: _Reading) -> Iterator[_Saying]:
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
            yield _Saying(row, "minutes", person, session, state, said)


def _session_in(row: Row, workshop: Workshop, reading: _Reading) -> WorkshopSession | None:
    code = row["session"].casefold()
    for session in workshop.sessions:
        if code in (session.code.casefold(), session.title_th.casefold(), session.title_en.casefold()):
            return session
    codes = ", ".join(session.code for session in workshop.sessions)
    text = _("ไม่มีวันอบรม “%(code)s” ใช้ได้: %(codes)s", code=row["session"][:40], codes=codes)
    reading.errors.append(row.error("session", text))
    return None


def _seated(row: Row, reading: _Reading) -> Person | None:
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


def _once(sayings: list[_Saying], reading: _Reading) -> list[_Saying]:
    """Each person once a session; who is said to be two things is told."""
    first: dict[tuple[int, int], _Saying] = {}
    for one in sayings:
        before = first.setdefault((one.person.id, one.session.id), one)
        if before is not one and before.state is not one.state:
            text = _(
                "%(name)s อยู่ในแถวที่ %(row)d ด้วย และสองแถวไม่ตรงกัน", name=one.person.name, row=before.row.number
            )
            reading.errors.append(one.row.error(one.column, text))
    return list(first.values())


def _plan(sayings: list[_Saying], workshop: Workshop, notes: list[str], why: str) -> Plan:
    plan = Plan(notes=notes)
    known = attendance.states_of(workshop.sessions)
    words = {state: str(word) for state, word in STATE_WORDS.items()} | {
        AttendanceState.WITHDRAWN: str(WITHDRAWN_WORD)
    }
    for one in sayings:
        before = known.get((one.person.id, one.session.id))
        if (before or AttendanceState.WITHDRAWN) is one.state:
            plan.kept += 1
            continue
        after = f"{words[one.state]} ({one.why})" if one.why else words[one.state]
        said = Said(f"{in_lang(one.session, 'title')}", words[before], after)
        name = f"{one.person.name} {one.person.agency}".strip()
        plan.changes.append(Change(one.row.address(one.column), name, (said,), is_new=before is None))
        reason = f"{one.why} {why}".strip()[:LONGEST_WHY]
        plan.steps.append((one.person, one.session.id, one.state, before, reason))
    return plan


def _append(marks: list[tuple[Person, int, AttendanceState, str]], run: ImportRun, by: User) -> None:
    now = clock.now()
    rows = [
        {
            "session_id": session,
            "registration_id": person.id,
            "agency_id": person.agency_id,
            "state": state,
            "how": IMPORTED,
            "why": why[:LONGEST_WHY],
            "by_id": by.id,
            "at": now,
            "noted_at": now,
            "run_id": run.id,
        }
        for person, session, state, why in marks
    ]
    if rows:
        db.session.execute(insert(AttendanceMark), rows)


def _latest(sessions: set[int]) -> dict[tuple[int, int], int | None]:
    """By registration and session, the run that brought the mark that decides; None where no run did. One query."""
    query = (
        select(AttendanceMark.registration_id, AttendanceMark.session_id, AttendanceMark.run_id)
        .where(AttendanceMark.session_id.in_(sessions))
        .order_by(AttendanceMark.at, AttendanceMark.id)
    )
    return {(registration, session): run for registration, session, run in read_rows(query)}


def _named(run: ImportRun, *, lock: bool) -> dict[int, Person]:
    """Everybody of the workshop of this run; none where it is gone."""
    workshop = db.session.scalar(select(Workshop).where(Workshop.code == run.subject))
    return people_of(workshop, lock=lock).by_id if workshop else {}
