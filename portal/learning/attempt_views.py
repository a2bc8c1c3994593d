"""Pages of quizzes: before one, one question, the review, the result; how attempts are kept and marked stands in the rules beside."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from portal.accounts.access import for_scripts_of_people, known, knows_by_columns, viewer
from portal.core import clock
from portal.core.db import db, writing
from portal.core.errors import Refused
from portal.core.i18n import _, language
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning import assessments, attempts, coverage, extra_time, keeping, progress, showing, timing
from portal.learning.allowances import allowance
from portal.learning.attempts import Go
from portal.learning.keeping import AlreadySubmitted, Found, NotTheirs, Stale, TimeIsUp
from portal.learning.marking import Asked, ImpossibleAnswer, TooLong
from portal.learning.models import Attempt, StepKind
from portal.learning.views import bp, course_or_404, module_or_404, progress_in

Page = tuple[str, int, dict[str, str]]

LETTERS = {"th": "กขคงจฉชซ", "en": "ABCDEFGH"}  # of the choices, as many as a question may have
MOST_FIELDS = 100  # of a form with an answer, far more than any question has
NOT_KEPT = {"Cache-Control": "private, no-store"}  # going back shows what is stored now


@bp.get("/learn/<course>/<module>/quiz")
@knows_by_columns
def quiz(course: str, module: str) -> str:
    found = course_or_404(course)
    part = module_or_404(found, module)
    if part.quiz is None:
        abort(404)
    user = known()
    all_of_them = attempts.taken(user, course, module)
    taken = [one for one in all_of_them if one.submitted_at is not None]
    under_way = next((one for one in all_of_them if one.submitted_at is None), None)
    return render_template(
        "learning/quiz.html",
        course=found,
        module=part,
        quiz=part.quiz,
        open=under_way,
        is_over=under_way is not None and timing.is_over(under_way, attempts.quiz_of(under_way)),
        earlier=[(one, _seen(one, taken)) for one in taken],
        allowance=allowance(part.quiz, taken),
        waits=showing.waits(part.quiz.feedback),
        extra=extra_time.per_cent(user, course, module) if part.quiz.minutes else 0,
        may_start=user.is_approved,
        progress=progress.of_user(user, [found])[found.code],
    )


@bp.post("/learn/<course>/<module>/quiz/attempts")
def start(course: str, module: str) -> Any:
    found = course_or_404(course)
    part = module_or_404(found, module)
    try:
        attempt = attempts.start(viewer(), found, part)
    except attempts.QuizNotThere:
        abort(404)
    except Refused as no:
        db.session.commit()  # an attempt whose time was up is closed
        flash(str(no), "bad")
        return redirect(url_for("learning.quiz", course=course, module=module), 303)
    db.session.commit()
    return redirect(url_for("learning.attempt", code=attempt.code), 303)


# --- One attempt


def _attempt_or_404(code: str) -> Attempt:
    return attempts.of_user(viewer(), code) or abort(404)


def _seq() -> int:
    """The number of the step the form was made from; what is no number is a number nobody has."""
    return request.form.get("seq", default=-1, type=int)


def answer_in(fields: Iterable[tuple[str, str]]) -> list[str]:
    """The answer in a form: what stands in `answer`, and `<part>=<value>` for what stands in `answer-<part>`."""
    found = []
    for name, value in fields:
        kind, dash, part = name.partition("-")
        if kind == "answer":
            found.append(f"{part}={value}" if dash else value)
    return found[:MOST_FIELDS]


def _as_it_is(mine: Attempt) -> Found:
    """The same with its last step, as they are now."""
    return keeping.found(mine.user_id, mine.code) or abort(404)


def _attempt_page(
    template: str, mine: Found, status: int = 200, *, number: int | None = None, **more: Any
) -> Page:
    """A page of an open attempt, at this question or the first without an answer."""
    found = catalog.at_edition(mine.edition_id)
    paper = attempts.paper_of(mine)
    answers = mine.answers or {}
    unanswered = [one.number for one in paper if not answers.get(one.question.id)]
    if number is None:
        number = unanswered[0] if unanswered else 1
    body = render_template(
        template,
        attempt=mine,
        course=found,
        module=found.module(mine.module),
        quiz=attempts.quiz_of(mine),
        paper=paper,
        asked=paper[min(max(number, 1), len(paper)) - 1],
        letters=LETTERS[language()],
        seq=mine.seq or 0,
        answers=answers,
        unanswered=unanswered,
        seconds_left=timing.seconds_left(mine),
        **more,
    )
    return body, status, NOT_KEPT


def _is_over(mine: Attempt | Found) -> bool:
    return timing.is_over(mine, attempts.quiz_of(mine))


@bp.get("/attempts/<code>")
@knows_by_columns
def attempt(code: str) -> Any:
    mine = keeping.found(known().id, code) or abort(404)
    if mine.submitted_at is not None:
        return redirect(url_for("learning.result", code=code), 303)
    if _is_over(mine):
        return redirect(url_for("learning.review", code=code), 303)
    return _attempt_page("learning/attempt.html", mine, number=request.args.get("q", type=int))


def _to_result(mine: Attempt, no: Refused) -> Any:
    """Nothing more is taken: the clock closes what it has not closed yet, and the result follows."""
    attempts.close_if_over(mine)
    db.session.commit()
    flash(str(no), "now")
    return redirect(url_for("learning.result", code=mine.code), 303)


@bp.post("/attempts/<code>")
def save(code: str) -> Any:
    mine = _attempt_or_404(code)
    paper = attempts.paper_of(mine)
    asked = next((one for one in paper if one.question.id == request.form.get("question")), None)
    if asked is None:
        abort(400)
    sent = answer_in(request.form.items(multi=True))
    page = "learning/attempt.html"
    try:
        attempts.save(mine, seq=_seq(), answers={asked.question.id: sent})
    except (AlreadySubmitted, TimeIsUp) as no:
        return _to_result(mine, no)
    except (ImpossibleAnswer, TooLong) as no:
        return _attempt_page(page, _as_it_is(mine), 422, number=asked.number, problem=str(no), sent=sent)
    except Stale as no:
        return _attempt_page(page, _as_it_is(mine), 409, number=asked.number, stale=str(no), sent=sent)
    db.session.commit()
    return redirect(_onward(mine, asked, len(paper)), 303)


def _onward(mine: Attempt, asked: Asked, last: int) -> str:
    """Where the button leads that saved: one back, a question by its number, or one on."""
    going = request.form.get("go", "next")
    number = (
        int(going) if going.isdecimal() and len(going) < 4 else asked.number + (-1 if going == "prev" else 1)
    )
    if number > last:
        return url_for("learning.review", code=mine.code)
    return url_for("learning.attempt", code=mine.code, q=max(number, 1))


@bp.post("/attempts/<code>/autosave")
@for_scripts_of_people
def autosave(user_id: int, code: str) -> Any:
    """What a page keeps by itself. JSON: `seq`, and `answers` by question, or the `fields` of its form by question;
    `asked` where a button was pressed. Without answers it asks for the time.

    Answers with the next `seq`, what is stored now, the moment, and the seconds left; or with a `state`: "stale" (and
    what is stored), "closed" (and where to go on), "refused".
    """
    seq, answers, kind = _autosaved()
    try:
        seq, stored, due_at = keeping.keep(user_id, code, seq=seq, answers=answers, kind=kind)
    except NotTheirs:
        abort(404)
    except (AlreadySubmitted, TimeIsUp) as no:
        with writing():
            attempts.close_if_over(attempts.with_code(code))
            db.session.commit()
        return _told(no, "closed", 409, to=url_for("learning.result", code=code))
    except (ImpossibleAnswer, TooLong) as no:
        return _told(no, "refused", 422)
    except Stale as no:
        theirs = {name: no.answers.get(name, []) for name in answers}
        return _told(no, "stale", 409, seq=no.seq, stored=theirs)
    now = clock.now()
    left = None if due_at is None else max(0, int((due_at - now).total_seconds()))
    return {"seq": seq, "stored": stored, "at": f"{clock.local(now):%H:%M}", "left": left}


def _told(no: Refused, state: str, status: int, **more: Any) -> tuple[dict[str, Any], int]:
    return {"state": state, "message": str(no), **more}, status


def _autosaved() -> tuple[int, dict[str, list[str]], StepKind]:
    """What was sent, in its shape; a page that is left may only send a form, with the same in `autosave`."""
    said: Any = request.get_json(silent=True) if request.is_json else None
    if said is None:
        said = _read_json(request.form.get("autosave", ""))
    if not isinstance(said, dict) or type(said.get("seq")) is not int:
        abort(400)
    answers = said.get("answers", {})
    fields = said.get("fields", {})
    if not isinstance(answers, dict) or not isinstance(fields, dict):
        abort(400)
    found = {name: _texts(given) for name, given in answers.items()}
    found |= {name: answer_in([_pair(one) for one in _listed(given)]) for name, given in fields.items()}
    return said["seq"], found, StepKind.ANSWER if said.get("asked") is True else StepKind.AUTOSAVE


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        abort(400)


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) and len(given) <= MOST_FIELDS else abort(400)


def _texts(given: Any) -> list[str]:
    if not all(isinstance(one, str) for one in _listed(given)):
        abort(400)
    return list(given)


def _pair(one: Any) -> tuple[str, str]:
    name, value = _texts(one) if isinstance(one, list) and len(one) == 2 else abort(400)
    return name, value


@bp.get("/attempts/<code>/review")
def review(code: str) -> Any:
    mine = _attempt_or_404(code)
    if mine.submitted_at is not None:
        return redirect(url_for("learning.result", code=code), 303)
    return _attempt_page("learning/review.html", _as_it_is(mine), is_over=_is_over(mine))


@bp.post("/attempts/<code>/submission")
@knows_by_columns
def submit(code: str) -> Any:
    mine = attempts.held_of_user(known(), code) or abort(404)
    try:
        attempts.submit(mine, seq=_seq(), answers={}, is_held=True)
    except Stale:
        problem = _("มีคำตอบใหม่กว่าจากอีกหน้าต่างหรืออีกเครื่อง ตรวจอีกครั้งแล้วส่ง")
        return _attempt_page("learning/review.html", _as_it_is(mine), 409, problem=problem, is_over=False)
    db.session.commit()
    return redirect(url_for("learning.result", code=code), 303)


# --- What it came to


def _seen(mine: Attempt | Go, taken: Iterable[Go]) -> showing.Seen:
    """By the quiz as it is now: an author who opens or closes its results does so for all; else as it was."""
    taken = list(taken)
    now = catalog.course(mine.course)
    part = now.module(mine.module) if now else None
    quiz = (part.quiz if part else None) or attempts.quiz_of(mine)
    return showing.seen(
        quiz.feedback,
        has_passed=any(one.passed for one in taken),
        is_used_up=allowance(quiz, taken).is_used_up,
    )


def _passed_in_agency(mine: Attempt, course: Course) -> int:
    """How many people of the person's agency, to which this pass counts, have passed the same part; 0 for a fail."""
    if not mine.passed or mine.agency_id is None or mine.agency_id != viewer().agency_id:
        return 0
    cover = coverage.of_agency(mine.agency_id, course).covers.get(mine.module)
    return cover.people if cover else 0


@bp.get("/attempts/<code>/result")
def result(code: str) -> Any:
    mine = _attempt_or_404(code)
    if mine.submitted_at is None:
        return redirect(url_for("learning.attempt", code=code), 303)
    taken = catalog.at_edition(mine.edition_id)
    now = catalog.course(mine.course) or taken
    learned = progress_in(now)
    marked = attempts.result_of(mine)
    goes = attempts.earlier(viewer(), mine.course, mine.module)
    return render_template(
        "learning/result.html",
        attempt=mine,
        course=now,
        module=taken.module(mine.module),
        # Where links lead: the part as it is now, which may have lost lessons or have been taken back.
        now=now.module(mine.module),
        quiz=attempts.quiz_of(mine),
        marked=marked,
        missed=[one for one in marked if one.most and not one.is_right],
        right=[one for one in marked if one.is_right],
        written=assessments.written_in(mine),
        levels=assessments.LEVELS,
        seen=_seen(mine, goes),
        **_of_goes(mine, goes, now),
        colleagues=_passed_in_agency(mine, now),
        progress=learned,
        cells=progress.strip_of_user(learned),
    )


def _of_goes(mine: Attempt, goes: list[Go], now: Course) -> Mapping[str, Any]:
    """Which go it was, whether the clock ended it, and what is left."""
    part = now.module(mine.module)
    quiz = part.quiz if part else None
    return {
        "number": sum(one.id <= mine.id for one in goes),
        "allowance": allowance(quiz, goes) if quiz else None,
        "by_clock": mine.due_at is not None and attempts.is_closed_by_clock(mine),
    }
