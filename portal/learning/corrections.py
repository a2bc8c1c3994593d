"""Corrected keys: how attempts of which editions are marked instead; replaying the attempts is regrading's matter.

A correction touches attempts of the edition that was current when it was made and of those before it. The latest one
of a question decides. By the rule KEY they are marked by that edition's key, which also takes back an earlier FREE or VOID.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select

from portal.core.db import db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses import catalog
from portal.courses.course import Course, Module, Question
from portal.courses.models import Edition
from portal.learning.marking import Asked, Ruling
from portal.learning.models import Attempt, CorrectionRule, KeyCorrection
from portal.learning.rekeying import rekeyed, worth


class NoSuchQuestion(Refused):
    text = _l("ไม่มีคำถามนี้ ทั้งในฉบับปัจจุบันและในฉบับที่มีคนทำแล้ว")


class NoKeyNow(Refused):
    text = _l("ฉบับปัจจุบันไม่มีคำถามนี้แล้ว จึงไม่มีเฉลยใหม่ให้ตรวจ เลือกให้คะแนนทุกคนหรือไม่นับข้อนี้แทน")


class NotScored(Refused):
    text = _l("ข้อเขียนไม่มีคะแนน จึงไม่มีอะไรให้ตรวจใหม่")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to correct: nothing is written yet."""

    course: Course  # as it is now
    module: Module
    question: Question  # as it reads now, or read last
    rule: CorrectionRule

    @property
    def edition_id(self) -> int:
        return self.course.edition_id


def question_at(edition_id: int, module: str, name: str) -> Question | None:
    """The question as it read in this edition."""
    then = catalog.at_edition(edition_id).module(module)
    return then.quiz.question(name) if then is not None and then.quiz is not None else None


def editions_taken(course: str, module: str) -> list[int]:
    """The ids of the editions in which somebody submitted this quiz, the newest first."""
    found = db.session.scalars(
        select(Attempt.edition_id)
        .where(Attempt.course == course, Attempt.module == module, Attempt.submitted_at.is_not(None))
        .distinct()
    )
    return sorted(found, reverse=True)


def find(course: Course, name: str, module: str | None = None) -> tuple[Module, Question]:
    """The question with this name, as it reads now or read last in an edition that people took, and its module.

    Refuses with NoSuchQuestion.
    """
    modules = [one for one in course.modules if module in (None, one.code)]
    for one in modules:
        question = one.quiz.question(name) if one.quiz else None
        if question is not None:
            return one, question
    for one in modules:
        for edition_id in editions_taken(course.code, one.code):
            question = question_at(edition_id, one.code, name)
            if question is not None:
                return one, question
    raise NoSuchQuestion


def propose(course: Course, module: Module, question: Question, rule: CorrectionRule) -> Proposal:
    """The correction to look at or to apply. Refuses with NotScored, or NoKeyNow where KEY has no key to mark by."""
    if not question.is_scored:
        raise NotScored
    if rule is CorrectionRule.KEY and question_at(course.edition_id, module.code, question.id) is None:
        raise NoKeyNow
    return Proposal(course, module, question, rule)


# Made once: every submit asks them.
_HELD = select(Edition.id).where(Edition.id == bindparam("edition")).with_for_update(read=True)
_MADE = (
    select(KeyCorrection.question, KeyCorrection.rule, KeyCorrection.edition_id)
    .where(
        KeyCorrection.course == bindparam("course"),
        KeyCorrection.module == bindparam("module"),
        KeyCorrection.edition_id >= bindparam("edition"),
    )
    .order_by(KeyCorrection.id)
)


def rulings(
    course: str, module: str, edition_id: int, *, adding: Proposal | None = None, is_held: bool = False
) -> dict[str, Ruling]:
    """How questions of this edition's attempts are marked otherwise than by their own key, by question; also as if
    `adding` were made already. One query.

    `is_held`: a correction that is being made is waited for, and the next one waits for this transaction; SQLite has
    one writer anyhow.
    """
    if is_held and db.session.get_bind().dialect.name != "sqlite":
        read_rows(_HELD, edition=edition_id)
    made = read_rows(_MADE, course=course, module=module, edition=edition_id)
    rules = [(name, rule, of_edition) for name, rule, of_edition in made]
    if adding is not None and adding.edition_id >= edition_id:
        rules.append((adding.question.id, adding.rule, adding.edition_id))
    found: dict[str, Ruling] = {}
    for name, rule, of_edition in rules:
        ruling = _ruling(name, rule, of_edition, edition_id, module)
        if ruling is not None:
            found[name] = ruling
    return found


def _ruling(name: str, rule: CorrectionRule, of_edition: int, edition_id: int, module: str) -> Ruling | None:
    """None where the key of the later edition does not fit what was asked then."""
    if rule is not CorrectionRule.KEY:
        return Ruling(rule)
    then, now = question_at(edition_id, module, name), question_at(of_edition, module, name)
    key = rekeyed(then, now) if then is not None and now is not None else None
    return None if key is None else Ruling(rule, key)


def shown(paper: Iterable[Asked], keys: dict[str, Ruling]) -> tuple[Asked, ...]:
    """The paper with the corrected keys in it, for a result that explains what is right; texts and order stay."""
    return tuple(_shown(one, keys.get(one.question.id)) for one in paper)


def _shown(asked: Asked, ruling: Ruling | None) -> Asked:
    if ruling is None or ruling.question is None:
        return asked
    choices = {choice.key: choice for choice in ruling.question.choices}
    gaps = {gap.number: gap for gap in getattr(ruling.question.shape, "gaps", ())}
    order = tuple(
        choices.get(getattr(part, "key", ""), part) if choices else gaps.get(getattr(part, "number", 0), part)
        for part in asked.order
    )
    return replace(asked, question=ruling.question, order=order)


def in_attempt(attempt: Attempt) -> dict[str, KeyCorrection]:
    """By question, the correction that this attempt is marked by, whether or not its paper holds the question."""
    made = db.session.scalars(
        select(KeyCorrection)
        .where(
            KeyCorrection.course == attempt.course,
            KeyCorrection.module == attempt.module,
            KeyCorrection.edition_id >= attempt.edition_id,
        )
        .order_by(KeyCorrection.id)
    )
    return {
        one.question: one
        for one in made
        if _ruling(one.question, one.rule, one.edition_id, attempt.edition_id, attempt.module) is not None
    }


def behind(course: Course, module: Module, question: Question) -> list[int]:
    """The numbers of the editions that people took and that are still marked by another key than that of now, newest first."""
    found = []
    for edition_id in editions_taken(course.code, module.code):
        then = question_at(edition_id, module.code, question.id)
        key = rekeyed(then, question) if then is not None else None
        if edition_id == course.edition_id or then is None or key is None:
            continue
        ruling = rulings(course.code, module.code, edition_id).get(question.id)
        marked_by = then if ruling is None else ruling.question
        if marked_by is not None and worth(marked_by) != worth(key):
            found.append(catalog.at_edition(edition_id).number)
    return found


def of_question(course: str, module: str, name: str) -> list[KeyCorrection]:
    """The corrections of this question, the latest first."""
    return list(
        db.session.scalars(
            select(KeyCorrection)
            .where(
                KeyCorrection.course == course, KeyCorrection.module == module, KeyCorrection.question == name
            )
            .order_by(KeyCorrection.id.desc())
        )
    )
