"""The roster of a workshop as tables for files, what it is headed with in both languages included; what a table that comes back means is attendance_table's and answers_table's matter."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.attendance import roll, roster
from portal.attendance.calendars import STATE_WORDS
from portal.attendance.doors import HOW_WORDS
from portal.core import dates
from portal.core.db import read_rows
from portal.core.i18n import LANGUAGES, _, _l, in_lang, in_language, language
from portal.core.names import HEADINGS
from portal.core.tables import folded
from portal.participation import answers
from portal.participation.models import AttendanceMark, RegistrationStatus
from portal.participation.seats import CONFIRMED
from portal.programme import questions
from portal.programme.models import Workshop, WorkshopSession
from portal.programme.questions import Kind, Question

SESSION, QUESTION, IN_BE = "session:", "question:", "be:"  # what the names of such columns begin with
STATUS_WORDS = {
    RegistrationStatus.CONFIRMED: _l("ได้ที่นั่ง"),
    RegistrationStatus.OFFERED: _l("รอยืนยัน"),
    RegistrationStatus.WAITLISTED: _l("รอในคิว"),
    RegistrationStatus.CANCELLED: _l("ยกเลิก"),
}
# The columns about a person, by the name that an import knows them by.
PERSON = {
    "arrival": _l("ลำดับที่ลงทะเบียน"),
    "code": _l("รหัส"),
    "ticket": _l("ตั๋ว"),
    "name": _l("ชื่อ"),
    "agency": _l("หน่วยงาน"),
    "email": _l("อีเมล"),
    "status": _l("สถานะ"),
}
SINCE = {"since": _l("ตั้งแต่"), "since_be": _l("ตั้งแต่ (พ.ศ.)")}
# The columns about one mark, where each has a row of its own.
MARK = {
    "session": _l("รหัสวันอบรม"),
    "session_title": _l("วันอบรม"),
    "day": _l("วันที่"),
    "day_be": _l("วันที่ (พ.ศ.)"),
    "state": _l("การเข้าอบรม"),
    "at": _l("เมื่อ"),
    "at_be": _l("เมื่อ (พ.ศ.)"),
    "how": _l("วิธีบันทึก"),
    "by": _l("ผู้บันทึก"),
    "why": _l("เหตุผล"),
}
# What lists of other makers head such columns with; those of video meetings among them.
ALIASES = {
    "ticket": ("รหัสตั๋ว", "ticket", "ticket code"),
    "email": ("อีเมล์", "e-mail", "email", "user email", "email address"),
    **HEADINGS,
    "name": (*HEADINGS["name"], "ชื่อผู้เข้าร่วม", "first name", "participant", "name (original name)"),
    "agency": ("ส่วนราชการ", "สังกัด", "agency"),
    "state": ("ผล", "การเข้าร่วม", "มา", "มา/ไม่มา", "เช็กชื่อ", "เช็คชื่อ", "attendance"),
    "minutes": (
        "นาที",
        "จำนวนนาที",
        "ระยะเวลา",
        "ระยะเวลา (นาที)",
        "minutes",
        "duration",
        "duration (minutes)",
        "total duration (minutes)",
        "in-meeting duration",
    ),
    "join": ("เวลาเข้า", "join time", "first join", "time joined"),
    "leave": ("เวลาออก", "leave time", "last leave", "time exited"),
}


def columns(workshop: Workshop) -> list[str]:
    """The headings of the roster in the language in force."""
    asked = _asked(workshop)
    return [*_words(PERSON), *_words(SINCE), *_sessions(workshop).values(), *asked.values()]


def rows(workshop: Workshop) -> Iterator[list[Any]]:
    """One row a registration, in the order of the roster; marks of those with a seat only. Two queries, three with questions."""
    states = roll.states_of(workshop.sessions)
    asked, given = questions.of(workshop), answers.of_workshop(workshop)
    words = {state: str(word) for state, word in STATE_WORDS.items()}
    for line, person in _people(workshop):
        marks = [
            words[states.get((line.id, session.id))] if line.status is CONFIRMED else ""
            for session in workshop.sessions
        ]
        yield [
            *person,
            line.since,
            dates.date_time(line.since),
            *marks,
            *_answers(asked, given.get(line.id, {})),
        ]


def answer_columns(workshop: Workshop) -> list[str]:
    """The headings of the table of answers."""
    return [*_words(PERSON), *_asked(workshop).values()]


def answer_rows(workshop: Workshop) -> Iterator[list[Any]]:
    """What each registration answered, in the order of the roster. Two queries, one without questions."""
    asked, given = questions.of(workshop), answers.of_workshop(workshop)
    for line, person in _people(workshop):
        yield [*person, *_answers(asked, given.get(line.id, {}))]


def mark_columns() -> list[str]:
    """The headings of the table of marks."""
    return [*_words(PERSON)[1:6], *_words(MARK)]


def mark_rows(workshop: Workshop) -> Iterator[list[Any]]:
    """The mark that decides of everybody with a seat at every session, one a row, in the order of the sessions and the roster."""
    words = {state: str(word) for state, word in STATE_WORDS.items()}
    seated = [(line, person[1:6]) for line, person in _people(workshop) if line.status is CONFIRMED]
    for session in workshop.sessions:
        marks = _marks(session)
        day = [
            session.code,
            in_lang(session, "title"),
            session.day,
            dates.short_date(session.day),
        ]
        for line, person in seated:
            mark = marks.get(line.id)
            state = words.get(mark.state) if mark else None
            yield [*person, *day, state or words[None], *_noted(mark if state else None)]


def names(workshop: Workshop) -> dict[str, list[str]]:
    """All columns of these tables with the headings they go by in either language, for reading one of them back."""
    found: dict[str, list[str]] = {}
    for code in LANGUAGES:
        with in_language(code):
            pairs = {name: str(word) for name, word in {**PERSON, **SINCE, **MARK}.items()}
            for name, heading in {**pairs, **_sessions(workshop), **_asked(workshop)}.items():
                found.setdefault(name, []).append(heading)
    for name, headings in ALIASES.items():
        found.setdefault(name, []).extend(headings)
    for (
        session
    ) in workshop.sessions:  # for a sheet made by hand, and one that went out before the session was moved
        if folded(session.code) not in _taken():
            found[SESSION + session.code].append(session.code)
    return found


def _people(workshop: Workshop) -> Iterator[tuple[roster.Registered, list[Any]]]:
    """Every line of the roster with its cells about the person."""
    words = {status: str(word) for status, word in STATUS_WORDS.items()}
    for line in roster.roster_of(workshop):
        yield (
            line,
            [
                line.arrival,
                line.code,
                line.ticket,
                line.name,
                line.agency,
                line.email,
                words[line.status],
            ],
        )


def _sessions(workshop: Workshop) -> dict[str, str]:
    found = {
        SESSION + session.code: f"{in_lang(session, 'title')} ({dates.short_date(session.day, lang=_lang())})"
        for session in workshop.sessions
    }
    return _apart(found)


def _asked(workshop: Workshop) -> dict[str, str]:
    """The questions; one for a day has a second column, in พ.ศ."""
    found = {}
    for question in questions.of(workshop):
        found[QUESTION + question.code] = " ".join(answers.label_of(question).split())
        if question.kind is Kind.DATE:
            found[IN_BE + question.code] = _("%(label)s (พ.ศ.)", label=found[QUESTION + question.code])
    return _apart(found)


def _apart(headings: Mapping[str, str]) -> dict[str, str]:
    """The same headings; one that several columns have, or that a column of another kind could have, says its code too."""
    counts = Counter(map(folded, headings.values()))
    taken = _taken()
    return {
        name: f"{heading} [{name.partition(':')[2]}]"
        if counts[folded(heading)] > 1 or folded(heading) in taken
        else heading
        for name, heading in headings.items()
    }


@cache
def _taken() -> frozenset[str]:
    """The headings of the columns that every workshop has, in either language."""
    words = {folded(heading) for headings in ALIASES.values() for heading in headings}
    for code in LANGUAGES:
        with in_language(code):
            words |= {folded(str(word)) for word in (*PERSON.values(), *SINCE.values(), *MARK.values())}
    return frozenset(words)


def _answers(asked: Sequence[Question], given: Mapping[str, Any]) -> Iterator[Any]:
    for question in asked:
        value = _answer(question, given)
        yield value
        if question.kind is Kind.DATE:
            yield questions.shown(question, given, "th") if isinstance(value, date) else ""


def _answer(question: Question, given: Mapping[str, Any]) -> Any:
    """Numbers and days as such, so that a sheet can reckon with them."""
    answer = given.get(question.code)
    if question.kind is Kind.NUMBER and isinstance(answer, int | float):
        return answer
    if question.kind is Kind.DATE and answer is not None:
        try:
            return date.fromisoformat(str(answer))
        except ValueError:  # of an older form of the question
            return str(answer)
    return questions.shown(question, given)


def _marks(session: WorkshopSession) -> dict[int, Any]:
    """Of each registration the mark that decides, withdrawn ones too. One query."""
    by = aliased(User)
    query = (
        select(
            AttendanceMark.registration_id,
            AttendanceMark.state,
            AttendanceMark.at,
            AttendanceMark.how,
            by.name,
            AttendanceMark.why,
        )
        .outerjoin(by, by.id == AttendanceMark.by_id)
        .where(AttendanceMark.session_id == session.id)
        .order_by(AttendanceMark.at, AttendanceMark.id)
    )
    return {mark.registration_id: mark for mark in read_rows(query)}


def _noted(mark: Any) -> list[Any]:
    """When, how, by whom and why a mark was noted."""
    if mark is None:
        return [None, "", "", "", ""]
    how = HOW_WORDS.get(mark.how)
    return [mark.at, dates.date_time(mark.at), str(how or mark.how), mark.name or "", mark.why]


def _words(words: Mapping[str, Any]) -> list[str]:
    return [str(word) for word in words.values()]


def _lang() -> dates.Lang:
    return "en" if language() == "en" else "th"
