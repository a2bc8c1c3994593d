"""The roster as a table for a file, a column for each session and each question; the page is manage's and the file format core.sheets' matter."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from portal.core import dates
from portal.core.i18n import _, _l, in_lang, language
from portal.participation import answers, attendance, roster
from portal.participation.calendars import STATE_WORDS
from portal.participation.models import RegistrationStatus
from portal.participation.seats import CONFIRMED
from portal.programme import questions
from portal.programme.models import Workshop
from portal.programme.questions import Kind, Question

STATUS_WORDS = {
    RegistrationStatus.CONFIRMED: _l("ได้ที่นั่ง"),
    RegistrationStatus.OFFERED: _l("รอยืนยัน"),
    RegistrationStatus.WAITLISTED: _l("รอในคิว"),
    RegistrationStatus.CANCELLED: _l("ยกเลิก"),
}


def columns(workshop: Workshop) -> list[str]:
    """The headings in the language in force."""
    lang: dates.Lang = "en" if language() == "en" else "th"
    days = [
        f"{in_lang(session, 'title')} ({dates.short_date(session.day, lang=lang)})"
        for session in workshop.sessions
    ]
    return [
        _("ลำดับที่ลงทะเบียน"),
        _("รหัส"),
        _("ชื่อ"),
        _("หน่วยงาน"),
        _("อีเมล"),
        _("สถานะ"),
        _("ตั้งแต่"),
        *days,
        *(answers.label_of(question) for question in questions.of(workshop)),
    ]


def rows(workshop: Workshop) -> Iterator[list[Any]]:
    """One row a registration, in the order of the roster; marks of those with a seat only. Two queries, three with questions."""
    states = attendance.states_of(workshop.sessions)
    asked, given = questions.of(workshop), answers.of_workshop(workshop)
    for line in roster.roster_of(workshop):
        marks = [
            str(STATE_WORDS[states.get((line.id, session.id))]) if line.status is CONFIRMED else ""
            for session in workshop.sessions
        ]
        yield [
            line.arrival,
            line.code,
            line.name,
            line.agency,
            line.email,
            str(STATUS_WORDS[line.status]),
            line.since,
            *marks,
            *(_answer(question, given[line.id]) for question in asked),
        ]


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
