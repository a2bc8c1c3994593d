"""Item analysis of a quiz: which attempts count, how their outcomes are counted and kept in a process; the figures themselves are item_statistics' matter.

A process keeps of every question how often each outcome occurred, and its figures until somebody answers it once more.
Attempts are only added, so those submitted since are counted on top; where the number of all says that something else
happened, or a key was corrected, all are counted anew.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from portal.core import thai
from portal.core.db import db, read_long
from portal.courses import catalog
from portal.courses.course import Choices, Course, Matching, Module, Ordering, Question
from portal.learning import marking
from portal.learning.item_statistics import Cell, Figures, Taken, figures, taken
from portal.learning.models import Attempt, KeyCorrection, Step, StepKind
from portal.learning.rekeying import is_same

AT_ONCE = 5_000  # rows held while counting
MOST_CELLS = 5_000  # different outcomes kept of a question: typed answers are of any number
MOST_KEPT = 64  # quizzes
LONGEST = 60  # letters kept of a typed answer
LONGEST_TIME = 3_600  # seconds; who takes longer went away
OTHER = "\0other"  # stands for typed answers too rare to be kept
LATE = timedelta(minutes=10)  # an attempt may be stored so long after the moment it tells


class Of(StrEnum):
    """Which attempts are looked at. Who repeats has seen the answers, so the first ones tell more of a question."""

    FIRST = "first"
    ALL = "all"


@dataclass(slots=True)
class _Tally:
    cells: dict[Cell, int] = field(default_factory=dict)
    seconds: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class _Known:
    """What was counted of a quiz: by edition, whether the attempt is the person's first, and question."""

    corrections: int
    count: int = 0
    firsts: int = 0
    last_at: datetime | None = None
    recent: dict[int, datetime] = field(default_factory=dict)
    tallies: dict[tuple[int, bool, str], _Tally] = field(default_factory=dict)
    # Of each question its figures, with the edition and the place that they are told for.
    items: dict[tuple[str, Of], tuple[int, int, "Item"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the current edition, or the last that had it, with what is known of it."""

    question: Question
    number: int  # its place in the quiz; 0 where the current edition does not ask it
    figures: Figures
    taken: tuple[Taken, ...] = ()
    blank: int = 0  # how often no answer was given
    older: int = 0  # answers to an edition in which the question read otherwise, left out

    @property
    def is_flagged(self) -> bool:
        return bool(self.figures.flags)


@dataclass(frozen=True, slots=True)
class Analysis:
    of: Of
    attempts: int  # that were looked at
    items: tuple[Item, ...]

    def item(self, question: str) -> Item | None:
        return next((one for one in self.items if one.question.id == question), None)


_kept: dict[tuple[str, str, str], _Known] = {}
_keeping = threading.Lock()  # also: a quiz is counted once, not by every thread that asks


def forget() -> None:
    """Drop what is kept in this process: for a database that was emptied or put back."""
    _kept.clear()


def analyse(course: Course, module: Module, *, of: Of = Of.FIRST) -> Analysis:
    """The figures of every question of this quiz, scored ones in its order, then those no longer asked.

    Two narrow queries while nobody submits; those submitted since are counted on top.
    """
    with _keeping:
        known = _known(course.code, module.code)
        by_question: dict[str, dict[int, list[_Tally]]] = {}
        for (edition_id, is_first, question), tally in known.tallies.items():
            if is_first or of is Of.ALL:
                by_question.setdefault(question, {}).setdefault(edition_id, []).append(tally)
        asked = module.quiz.scored if module.quiz else ()

        def item(question: Question, number: int, tallies: Mapping[int, list[_Tally]]) -> Item:
            kept = known.items.get((question.id, of))
            if kept is None or kept[:2] != (course.edition_id, number):
                kept = course.edition_id, number, _item(question, number, tallies, module)
                known.items[question.id, of] = kept
            return kept[2]

        items = [
            item(question, number, by_question.pop(question.id, {}))
            for number, question in enumerate(asked, 1)
        ]
        for name, tallies in sorted(by_question.items()):
            question_then = _question_at(max(tallies), module.code, name)
            if question_then is not None:
                items.append(item(question_then, 0, tallies))
        return Analysis(of, known.count if of is Of.ALL else known.firsts, tuple(items))


def _question_at(edition_id: int, module: str, name: str) -> Question | None:
    then = catalog.at_edition(edition_id).module(module)
    return then.quiz.question(name) if then and then.quiz else None


def _item(question: Question, number: int, tallies: Mapping[int, list[_Tally]], module: Module) -> Item:
    """The tallies of all editions in which the question read as it does now, together."""
    cells: Counter[Cell] = Counter()
    seconds: Counter[int] = Counter()
    older = 0
    for edition_id, ones in tallies.items():
        then = _question_at(edition_id, module.code, question.id)
        for one in ones:
            if then is not None and is_same(then, question):
                cells.update(one.cells)
                seconds.update(one.seconds)
            else:
                older += sum(one.cells.values())
    blank = sum(times for (_points, _score, _most, answer), times in cells.items() if not any(answer))
    return Item(
        question, number, figures(cells, seconds), tuple(taken(cells, _parts_of(question))), blank, older
    )


def _parts_of(question: Question) -> Any:
    """Of which answers a given one consists: each choice by itself, an order as a whole, what was typed as it is compared."""

    def parts(answer: tuple[str, ...]) -> Iterable[str]:
        if isinstance(question.shape, Choices | Matching):
            return (part for part in answer if part)
        if isinstance(question.shape, Ordering):
            return (" ".join(answer),) if answer else ()
        return (part if part == OTHER else thai.normalise_answer(part) for part in answer if part)

    return parts


def _known(course: str, module: str) -> _Known:
    """What is counted, up to now; `_keeping` is held."""
    key = (str(db.engine.url), course, module)
    of_quiz = (Attempt.course == course, Attempt.module == module, Attempt.submitted_at.is_not(None))
    corrections = db.session.scalar(
        select(func.count()).where(KeyCorrection.course == course, KeyCorrection.module == module)
    )
    count = db.session.scalar(select(func.count()).select_from(Attempt).where(*of_quiz)) or 0
    known = _kept.pop(key, None)
    rows = _rows(course, module)
    if known is not None and known.corrections == corrections and known.count < count and known.last_at:
        _count(known, rows.where(Attempt.submitted_at >= known.last_at - LATE), module)
    if known is None or (known.corrections, known.count) != (corrections, count):
        known = _Known(corrections or 0)
        _count(known, rows, module)
    _kept[key] = known
    while len(_kept) > MOST_KEPT:
        del _kept[next(iter(_kept))]
    return known


def _rows(course: str, module: str) -> Select[Any]:
    earlier = aliased(Attempt)
    is_first = ~exists().where(
        earlier.user_id == Attempt.user_id,
        earlier.course == Attempt.course,
        earlier.module == Attempt.module,
        earlier.submitted_at.is_not(None),
        earlier.id < Attempt.id,
    )
    return (
        select(
            Attempt.id,
            Attempt.edition_id,
            is_first,
            Attempt.submitted_at,
            Attempt.seed,
            Attempt.score,
            Attempt.max_score,
            Attempt.points,
            Attempt.seconds,
            Step.answers,
        )
        .join(
            Step,
            (Step.attempt_id == Attempt.id) & Step.kind.in_((StepKind.SUBMIT, StepKind.TIMEOUT)),
            isouter=True,
        )
        .where(Attempt.course == course, Attempt.module == module, Attempt.submitted_at.is_not(None))
    )


def _count(known: _Known, rows: Select[Any], module: str) -> None:
    """Add these attempts, a few thousand at a time in memory; those counted already are passed over."""
    tallies = known.tallies
    counted: set[str] = set()
    for row in read_long(rows, at_once=AT_ONCE):
        id_, edition_id, is_first, at, seed, score, most, points, seconds, answers = row
        if id_ in known.recent:
            continue
        known.count += 1
        known.firsts += bool(is_first)
        known.recent[id_] = at
        given = answers or {}
        points = points or _points(edition_id, module, seed, given)
        counted.update(points)
        for question, own in points.items():
            key = (edition_id, bool(is_first), question)
            tally = tallies.get(key) or tallies.setdefault(key, _Tally())
            cell = (own, score, most, tuple(given.get(question, ())))
            if cell in tally.cells:
                tally.cells[cell] += 1
            else:
                _add(tally, cell)
            spent = seconds.get(question)
            if spent:
                tally.seconds[min(int(spent), LONGEST_TIME)] += 1
    known.items = {key: kept for key, kept in known.items.items() if key[0] not in counted}
    known.last_at = max(known.recent.values(), default=None)
    if known.last_at is not None:
        since = known.last_at - LATE
        known.recent = {id_: at for id_, at in known.recent.items() if at >= since}


def _points(edition_id: int, module: str, seed: int, answers: marking.Answers) -> dict[str, float]:
    """The points of an attempt from before they were kept by question."""
    then = catalog.at_edition(edition_id).module(module)
    if then is None or then.quiz is None:
        return {}
    marked = marking.mark(marking.paper(then.quiz, seed), answers)
    return {one.asked.question.id: one.points for one in marked if one.most}


def _add(tally: _Tally, cell: Cell) -> None:
    """An outcome that did not occur before; where there are too many, the rare answers become one."""
    own, score, most, answer = cell
    if any(len(part) > LONGEST for part in answer):
        cell = (own, score, most, tuple(part[:LONGEST] for part in answer))
    tally.cells[cell] = tally.cells.get(cell, 0) + 1
    if len(tally.cells) > MOST_CELLS:
        by_frequency = sorted(tally.cells.items(), key=lambda item: -item[1])
        kept = dict(by_frequency[: MOST_CELLS // 5])
        for (own, score, most, _answer), times in by_frequency[MOST_CELLS // 5 :]:
            rare: Cell = (own, score, most, (OTHER,))
            kept[rare] = kept.get(rare, 0) + times
        tally.cells = kept
