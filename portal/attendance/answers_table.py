"""Answers to a workshop's own questions from a table, as it was exported and perhaps mended: a plan of what would change, and its undoing; what an answer may be is programme.questions' matter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.accounts import import_rows
from portal.accounts.import_runs import Change, Plan, Said, Stays, Undoing
from portal.accounts.models import ImportRun
from portal.attendance.attendance_lists import NotFound, People, Person, people_of
from portal.attendance.roster_table import IN_BE, QUESTION
from portal.core import dates
from portal.core.db import db
from portal.core.i18n import _
from portal.core.tables import CellError, Row, SheetError, Table, as_cell, folded, in_order
from portal.core.thai import search_key
from portal.participation import answers
from portal.participation.models import Registration
from portal.programme import questions
from portal.programme.models import Workshop
from portal.programme.questions import BadAnswers, Kind, Question

Given = dict[str, Any]


@dataclass
class _Reading:
    """What is being read, whose answers are known, and what was found wrong so far."""

    asked: Sequence[Question]
    people: People
    known: Mapping[int, Given]
    errors: list[CellError] = field(default_factory=list)


def plan(table: Table, workshop: Workshop, *, lock: bool = False) -> Plan:
    """What this table would change of the answers. A column that is not there says nothing, an empty cell says: no answer.

    Refuses with SheetError, which names every bad cell. With `lock` nobody answers until the transaction ends.
    """
    people = people_of(workshop, lock=lock)
    asked = [one for one in questions.of(workshop) if folded(QUESTION + one.code) in table.columns]
    reading = _Reading(asked, people, answers.of_workshop(workshop))
    if not asked:
        place = f"A{table.header_row}"
        reading.errors.append(CellError(place, _("ไม่พบคอลัมน์ของคำถามในงานนี้ ใช้ไฟล์คำตอบหรือรายชื่อที่ส่งออก")))
    plan = Plan(notes=list(table.notes))
    every = questions.of(workshop)
    for row, person in _people(table, reading):
        before = reading.known.get(person.id, {})
        after = _after(row, before, every, reading)
        if after is None or after == before:
            plan.kept += after is not None
            continue
        plan.changes.append(_change(row, person, before, after, every))
        plan.steps.append((person.id, before, after))
    if reading.errors:
        raise SheetError(errors=in_order(reading.errors))
    return plan


def carry_out(plan: Plan) -> dict[str, Any]:
    """Keep the answers of the plan; gives what an undo needs."""
    rows = _rows([id_ for id_, _before, _after in plan.steps])
    for id_, _before, after in plan.steps:
        rows[id_].answers = after
    db.session.flush()
    return {"answers": [[id_, before, after] for id_, before, after in plan.steps]}


def undoing(run: ImportRun, *, lock: bool = False) -> Undoing:
    """Whose answers still stand as the run left them, and whose were changed since."""
    done = Undoing()
    workshop = db.session.scalar(select(Workshop).where(Workshop.code == run.subject))
    if workshop is None:
        return done
    people, known = people_of(workshop, lock=lock).by_id, answers.of_workshop(workshop)
    for id_, before, after in run.before["answers"]:
        if id_ not in people:
            continue
        if known.get(id_, {}) != after:
            done.stays.append(Stays(people[id_].name, _("คำตอบเปลี่ยนหลังนำเข้า")))
        else:
            done.back.append(people[id_].name)
            done.steps.append((id_, before))
    return done


def take_back(done: Undoing) -> None:
    """Put the answers back that stood before the run."""
    rows = _rows([id_ for id_, _before in done.steps])
    for id_, before in done.steps:
        rows[id_].answers = before
    db.session.flush()


def _rows(ids: Sequence[int]) -> dict[int, Registration]:
    found = import_rows.by_keys(select(Registration), Registration.id, ids, lock=False)
    return {row.id: row for row in found}


def _people(table: Table, reading: _Reading) -> Iterator[tuple[Row, Person]]:
    """Each row with whom it means; one that means nobody, or the same person again, is told."""
    first: dict[int, Row] = {}
    for row in table.rows:
        try:
            person = reading.people.of(row)
        except NotFound as no:
            reading.errors.append(no.error)
            continue
        before = first.setdefault(person.id, row)
        if before is not row:
            text = _("%(name)s อยู่ในแถวที่ %(row)d ด้วย", name=person.name, row=before.number)
            reading.errors.append(CellError(str(row.number), text))
            continue
        yield row, person


def _after(row: Row, before: Given, every: Sequence[Question], reading: _Reading) -> Given | None:
    """The answers as the row would leave them; None where one of them is wrong, which is told at its cell.

    A cell that says what the export said leaves the answer as it is, also one of an older form of its question.
    """
    said = {
        one.code: _meant(one, row[QUESTION + one.code]) for one in reading.asked if _is_news(one, before, row)
    }
    found = len(reading.errors)
    for question in reading.asked:
        if question.kind is Kind.DATE and folded(IN_BE + question.code) in row.columns:
            _check_be(row, question, reading)
    if not said:
        return before if len(reading.errors) == found else None
    now = {one.code: _sent(one, before) for one in every}
    old = _faults(every, now)  # what was so before is not held against the row
    wrong = {
        code: text for code, text in _faults(every, now | said).items() if code in said or code not in old
    }
    for code, text in wrong.items():
        reading.errors.append(row.error(QUESTION + code, text))
    if len(reading.errors) > found:
        return None
    sound = [one for one in every if one.code not in old or one.code in said]
    kept = {code: value for code, value in before.items() if code not in {one.code for one in sound}}
    return {**kept, **questions.check_answers(sound, now | said)}


def _faults(every: Sequence[Question], sent: Mapping[str, str]) -> dict[str, str]:
    try:
        questions.check_answers(every, sent)
    except BadAnswers as no:
        return no.errors
    return {}


def _is_news(question: Question, before: Given, row: Row) -> bool:
    """Whether the cell says something else than the export would."""
    cell = row[QUESTION + question.code]
    answer = before.get(question.code)
    if question.kind is Kind.NUMBER and isinstance(answer, int | float):
        return cell != str(answer) and not _is_number(cell, answer)
    if question.kind is Kind.DATE and answer is not None:
        return cell != str(answer)
    shown = {" ".join(as_cell(questions.shown(question, before, lang)).split()) for lang in ("th", "en")}
    return " ".join(cell.split()) not in shown


def _is_number(cell: str, answer: float) -> bool:
    try:
        return float(cell) == answer
    except ValueError:
        return False


def _meant(question: Question, cell: str) -> str:
    """What the cell says as a form would send it: of a choice its code."""
    if question.kind is Kind.CHOICE:
        for choice in question.choices:
            if search_key(cell) in {search_key(word) for word in (choice.code, *choice.label.values())}:
                return choice.code
    return cell


def _sent(question: Question, before: Given) -> str:
    answer = before.get(question.code)
    return "" if answer is None else str(answer)


def _check_be(row: Row, question: Question, reading: _Reading) -> None:
    """A day that stands twice, in พ.ศ. as well, must be the same day."""
    cell, again = row[QUESTION + question.code], row[IN_BE + question.code]
    days = {_day(cell), _day(again)}
    if len(days) > 1 and (again or _day(cell)):
        text = _("ไม่ตรงกับคอลัมน์ที่เป็น ค.ศ. แก้ให้ตรงกัน หรือลบคอลัมน์นี้")
        reading.errors.append(row.error(IN_BE + question.code, text))


def _day(cell: str) -> date | None:
    try:
        return dates.parse_date(cell)
    except dates.BadDate:
        return None


def _change(row: Row, person: Person, before: Given, after: Given, every: Sequence[Question]) -> Change:
    said = tuple(
        Said(answers.label_of(one), questions.shown(one, before), questions.shown(one, after))
        for one in every
        if before.get(one.code) != after.get(one.code)
    )
    column = next(one for one in ("name", "email", "ticket", "code") if one in row.columns)
    return Change(row.address(column), f"{person.name} {person.agency}".strip(), said, is_new=not before)
