"""Regrading by replay: what a correction makes of submitted attempts, looked at first and then done; how single questions are marked is corrections' matter.

Looking writes nothing and takes no lock. Doing looks again under the lock, so that what is done is what is true then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from portal.accounts import audit
from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db, read_long
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.courses import catalog
from portal.courses.course import Quiz
from portal.courses.models import Edition
from portal.learning import marking, passing, regrade_letters
from portal.learning.corrections import Proposal, of_question, question_at, rulings
from portal.learning.marking import Answers, Asked, Marked, Ruling
from portal.learning.models import Attempt, CorrectionRule, KeyCorrection, Regrade, Step, StepKind
from portal.learning.regrade_effects import Change, Effect, Mark, effect_of

AT_ONCE = 2_000  # rows held while looking


class OtherEffect(Refused):
    text = _l("มีคนส่งแบบทดสอบเพิ่มระหว่างนี้ ผลจึงไม่เหมือนที่เห็น ดูอีกครั้งแล้วยืนยัน")


@dataclass(slots=True)
class _Then:
    """An edition as attempts pinned to it are marked after the correction."""

    quiz: Quiz
    ruling: Ruling | None  # of the question in hand; None where the new key does not fit what was asked then
    keys: Mapping[str, Ruling]
    was_void: bool
    by_name: Mapping[str, Asked]
    known: dict[tuple[str, tuple[str, ...]], Marked] = field(default_factory=dict)

    def marked(self, name: str, answers: Answers) -> Marked:
        """The answer to this question as it is marked after the correction; the same answer is marked once."""
        key = name, tuple(answers.get(name, ()))
        if key not in self.known:
            (self.known[key],) = marking.mark([self.by_name[name]], answers, self.keys)
        return self.known[key]


def look(proposal: Proposal) -> Effect:
    """Whom the correction would touch: which scores change, who passes or fails otherwise, whose coverage changes. Reads only."""
    changes: list[Change] = []
    looked_at = 0
    left_out: dict[int, int] = {}
    editions: dict[int, _Then | None] = {}
    name = proposal.question.id
    for row in _submitted(proposal):
        if row.edition_id not in editions:
            editions[row.edition_id] = _then(proposal, row.edition_id)
        then = editions[row.edition_id]
        if then is None or not _was_asked(then, name, row):
            continue
        if then.ruling is None:
            left_out[row.edition_id] = left_out.get(row.edition_id, 0) + 1
            continue
        looked_at += 1
        change = _replayed(then, name, row)
        if change is not None:
            changes.append(change)
    return effect_of(proposal, changes, looked_at=looked_at, left_out=_numbered(left_out))


def _then(proposal: Proposal, edition_id: int) -> _Then | None:
    """None where the edition does not ask the question."""
    module, name = proposal.module.code, proposal.question.id
    if question_at(edition_id, module, name) is None:
        return None
    then = catalog.at_edition(edition_id).module(module)
    if then is None or then.quiz is None:
        return None
    before = rulings(proposal.course.code, module, edition_id)
    after = rulings(proposal.course.code, module, edition_id, adding=proposal)
    ruling = after.get(name)
    if ruling is not None and ruling.rule is not proposal.rule:
        ruling = None  # an earlier one goes on, for this one does not fit
    was_void = name in before and before[name].rule is CorrectionRule.VOID
    by_name = {one.id: Asked(number, one) for number, one in enumerate(then.quiz.scored, 1)}
    return _Then(then.quiz, ruling, after, was_void, by_name)


def _submitted(proposal: Proposal) -> Iterator[Any]:
    """The submitted attempts that the correction may touch, with the answers of their last step."""
    found: Iterator[Any] = read_long(
        select(
            Attempt.id,
            Attempt.code,
            Attempt.user_id,
            Attempt.agency_id,
            Attempt.edition_id,
            Attempt.submitted_at,
            Attempt.seed,
            Attempt.score,
            Attempt.max_score,
            Attempt.passed,
            Attempt.points,
            Step.answers,
        )
        .join(Step, Step.attempt_id == Attempt.id)
        .where(
            Attempt.course == proposal.course.code,
            Attempt.module == proposal.module.code,
            Attempt.submitted_at.is_not(None),
            Attempt.edition_id <= proposal.edition_id,
            Step.kind.in_((StepKind.SUBMIT, StepKind.TIMEOUT)),
        )
        .order_by(Attempt.id),
        at_once=AT_ONCE,
    )
    return found


def _was_asked(then: _Then, name: str, row: Any) -> bool:
    """Whether the paper of this attempt held the question; points tell, unless it was taken out or they are older than points."""
    if name in row.points:
        return True
    if row.points and not then.was_void:
        return False
    return any(one.question.id == name for one in marking.paper(then.quiz, row.seed))


def _replayed(then: _Then, name: str, row: Any) -> Change | None:
    """The attempt marked anew from its steps; None where its score stays."""
    if row.points:
        found = then.marked(name, row.answers)
        if (found.points if found.most else None) == row.points.get(name):
            return None
    marked = [then.marked(one, row.answers) for one in _asked(then, name, row)]
    score, most = marking.total(marked)
    before = Mark(row.score, row.max_score, row.passed)
    after = Mark(score, most, marking.is_pass(then.quiz, score, most))
    if after == before:
        return None
    return Change(
        attempt_id=row.id,
        code=row.code,
        user_id=row.user_id,
        agency_id=row.agency_id,
        submitted_at=row.submitted_at,
        before=before,
        after=after,
        points={one.asked.question.id: one.points for one in marked if one.most},
    )


def _asked(then: _Then, name: str, row: Any) -> list[str]:
    """The questions of this attempt's paper, by the points it has: to draw it anew takes longer than all the rest."""
    if not row.points:
        return [one.question.id for one in marking.paper(then.quiz, row.seed) if one.question.is_scored]
    return [one for one in {**row.points, name: 0} if one in then.by_name]


def _numbered(left_out: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """(number of the edition, attempts), the newest first."""
    numbers = {id_: catalog.at_edition(id_).number for id_ in left_out}
    return tuple(sorted(((numbers[id_], count) for id_, count in left_out.items()), reverse=True))


@dataclass(frozen=True, slots=True)
class Done:
    correction: KeyCorrection
    effect: Effect


def correct(proposal: Proposal, *, why: str, by: User | None, seen: str | None = None) -> Done:
    """Note the correction, mark the attempts anew, settle who passed, and write to those whose score or outcome changed.

    The same correction once more changes nothing and writes to nobody. Refuses with OtherEffect where `seen`, the digest
    of the effect that somebody looked at, is not that of the effect it would have by now. Flushes.
    """
    begin_write()
    _hold(proposal)
    effect = look(proposal)
    if seen is not None and seen != effect.digest:
        raise OtherEffect
    earlier = next(iter(of_question(proposal.course.code, proposal.module.code, proposal.question.id)), None)
    asked = (proposal.rule, proposal.edition_id)
    if earlier is not None and (earlier.rule, earlier.edition_id) == asked and not effect.changes:
        return Done(earlier, effect)
    at = clock.now()
    correction = KeyCorrection(
        course=proposal.course.code,
        module=proposal.module.code,
        question=proposal.question.id,
        rule=proposal.rule,
        edition_id=proposal.edition_id,
        why=why,
        by_id=by.id if by else None,
        at=at,
    )
    db.session.add(correction)
    db.session.flush()
    _store(correction.id, effect.changes)
    _settle(proposal, effect.changes, at)
    regrade_letters.tell(correction.code, proposal, effect, why=why)
    subject = f"question:{proposal.course.code}/{proposal.module.code}/{proposal.question.id}"
    detail = {"rule": proposal.rule.value, "correction": correction.code, "attempts": len(effect.changes)}
    audit.note("corrected", subject, by=by, **detail)
    return Done(correction, effect)


def _hold(proposal: Proposal) -> None:
    """PostgreSQL: who submits one of these editions waits here for the corrected key, and is waited for."""
    db.session.execute(
        select(Edition.id)
        .where(Edition.course == proposal.course.code, Edition.id <= proposal.edition_id)
        .order_by(Edition.id)
        .with_for_update(key_share=True)
    ).all()


_MARKED = (
    update(Attempt.__table__)  # type: ignore[arg-type]
    .where(Attempt.id == bindparam("attempt"))
    .values(
        score=bindparam("new_score"),
        max_score=bindparam("new_most"),
        passed=bindparam("new_passed"),
        points=bindparam("new_points", type_=Attempt.points.type),
    )
)


def _store(correction_id: int, changes: Sequence[Change]) -> None:
    if not changes:
        return
    connection = db.session.connection()
    connection.execute(
        _MARKED,
        [
            {
                "attempt": one.attempt_id,
                "new_score": one.after.score,
                "new_most": one.after.most,
                "new_passed": one.after.passed,
                "new_points": one.points,
            }
            for one in changes
        ],
    )
    connection.execute(
        insert(Regrade),
        [
            {
                "correction_id": correction_id,
                "attempt_id": one.attempt_id,
                "score_before": one.before.score,
                "score_after": one.after.score,
                "max_before": one.before.most,
                "max_after": one.after.most,
                "passed_before": one.before.passed,
                "passed_after": one.after.passed,
            }
            for one in changes
        ],
    )
    db.session.expire_all()  # attempts that are in hand read otherwise now


def _settle(proposal: Proposal, changes: Iterable[Change], at: datetime) -> None:
    """By person in the order of ids, so that two who regrade wait for one another and never cross."""
    course, module = proposal.course.code, proposal.module.code
    touched = {(one.user_id, one.agency_id) for one in changes if one.before.passed != one.after.passed}
    for user_id, agency_id in sorted(touched, key=lambda pair: (pair[0], pair[1] or 0)):
        passing.settle(user_id, agency_id, course, module, at=at)
