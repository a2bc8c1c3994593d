"""Pages of learning: courses, lessons, quizzes and their results; how attempts are kept and marked stands in the rules beside."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.accounts.access import viewer
from portal.core import pagecache
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import public
from portal.core.i18n import _
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import attempts, marking, progress
from portal.learning.attempts import AlreadySubmitted, Stale
from portal.learning.models import Attempt
from portal.learning.progress import Progress

bp = Blueprint("learning", __name__)

LETTERS = {"th": "กขคงจฉชซ", "en": "ABCDEFGH"}


@bp.app_context_processor
def _letters() -> dict[str, Any]:
    return {"letters": LETTERS}


def _course_or_404(code: str) -> Course:
    return catalog.course(code) or abort(404)


def _module_or_404(course: Course, code: str) -> Module:
    module = course.module(code)
    if module is None or not module.is_published:
        abort(404)
    return module


def _progress(course: Course) -> Progress:
    """The visitor's progress; empty for somebody not signed in."""
    if not current_user.is_authenticated:
        return Progress(course, frozenset(), frozenset(), frozenset())
    return progress.of_user(viewer(), [course])[course.code]


@bp.get("/learn")
@public
@pagecache.for_everyone
def courses() -> str:
    shown = [(course, _progress(course)) for course in catalog.courses()]
    strips = {course.code: progress.strip_of_user(one) for course, one in shown}
    return render_template("learning/courses.html", courses=shown, strips=strips)


@bp.get("/learn/<course>")
@public
@pagecache.for_everyone
def course(course: str) -> str:
    found = _course_or_404(course)
    mine = _progress(found)
    return render_template(
        "learning/course.html", course=found, progress=mine, cells=progress.strip_of_user(mine)
    )


@bp.get("/learn/<course>/<module>/<lesson>")
@public
@pagecache.for_everyone
def lesson(course: str, module: str, lesson: str) -> str:
    found = _course_or_404(course)
    part = _module_or_404(found, module)
    slugs = [one.slug for one in part.lessons]
    if lesson not in slugs:
        abort(404)
    at = slugs.index(lesson)
    return render_template(
        "learning/lesson.html",
        course=found,
        module=part,
        lesson=part.lessons[at],
        number=at + 1,
        before=part.lessons[at - 1] if at else None,
        after=part.lessons[at + 1] if at + 1 < len(part.lessons) else None,
        progress=_progress(found),
    )


@bp.post("/learn/<course>/<module>/<lesson>/finished")
def finish(course: str, module: str, lesson: str) -> Any:
    found = _course_or_404(course)
    part = _module_or_404(found, module)
    read = part.lesson(lesson) or abort(404)
    progress.finish(viewer(), found, part, read)
    db.session.commit()
    slugs = [one.slug for one in part.lessons]
    at = slugs.index(lesson) + 1
    if at < len(slugs):
        flash(_("บันทึกแล้วว่าเรียนบทก่อนหน้าจบ"), "ok")
        return redirect(url_for("learning.lesson", course=course, module=module, lesson=slugs[at]), 303)
    flash(_("บันทึกแล้ว เรียนครบทุกบทของส่วนนี้"), "ok")
    return redirect(url_for("learning.quiz", course=course, module=module), 303)


@bp.get("/learn/<course>/files/<int:number>/<path:path>")
@public
def file(course: str, number: int, path: str) -> Response:
    """A picture of an edition: its address names the edition, so it never changes."""
    edition_id = catalog.edition_id_of(course, number)
    body = catalog.image(edition_id, path) if edition_id is not None else None
    if body is None:
        abort(404)
    response = Response(body, mimetype=catalog.image_type(path))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.get("/learn/<course>/<module>/quiz")
def quiz(course: str, module: str) -> str:
    found = _course_or_404(course)
    part = _module_or_404(found, module)
    if part.quiz is None:
        abort(404)
    user = viewer()
    return render_template(
        "learning/quiz.html",
        course=found,
        module=part,
        quiz=part.quiz,
        open=attempts.open_attempt(user, course, module),
        earlier=attempts.earlier(user, course, module),
        progress=_progress(found),
    )


@bp.post("/learn/<course>/<module>/quiz/attempts")
def start(course: str, module: str) -> Any:
    found = _course_or_404(course)
    part = _module_or_404(found, module)
    try:
        attempt = attempts.start(viewer(), found, part)
    except Refused as no:
        flash(str(no), "bad")
        return redirect(url_for("learning.quiz", course=course, module=module), 303)
    db.session.commit()
    return redirect(url_for("learning.attempt", code=attempt.code), 303)


def _attempt_or_404(code: str) -> Attempt:
    return attempts.of_user(viewer(), code) or abort(404)


def _seq() -> int:
    """The number of the step the form was made from; what is no number is a number nobody has."""
    return request.form.get("seq", default=-1, type=int)


def _question_page(attempt: Attempt, number: int, *, stale: dict[str, Any] | None = None) -> str:
    paper = attempts.paper_of(attempt)
    seq, answers = attempts.latest(attempt)
    found = catalog.at_edition(attempt.edition_id)
    return render_template(
        "learning/attempt.html",
        attempt=attempt,
        course=found,
        module=found.module(attempt.module),
        paper=paper,
        asked=paper[number - 1],
        answers=answers,
        chosen=answers.get(paper[number - 1].question.id, []),
        seq=seq,
        stale=stale,
    )


@bp.get("/attempts/<code>")
def attempt(code: str) -> Any:
    mine = _attempt_or_404(code)
    if mine.submitted_at is not None:
        return redirect(url_for("learning.result", code=code), 303)
    paper = attempts.paper_of(mine)
    answers = attempts.latest(mine)[1]
    first_open = next((one.number for one in paper if not answers.get(one.question.id)), 1)
    number = request.args.get("q", default=first_open, type=int)
    return _question_page(mine, min(max(number, 1), len(paper)))


@bp.post("/attempts/<code>")
def save(code: str) -> Any:
    mine = _attempt_or_404(code)
    paper = attempts.paper_of(mine)
    asked = next((one for one in paper if one.question.id == request.form.get("question")), None)
    if asked is None:
        abort(400)
    chosen = request.form.getlist("answer")
    try:
        attempts.save(mine, seq=_seq(), answers={asked.question.id: chosen})
    except AlreadySubmitted as no:
        flash(str(no), "now")
        return redirect(url_for("learning.result", code=code), 303)
    except Stale as no:
        stale = {
            "text": str(no),
            "mine": chosen,
            "theirs": no.answers.get(asked.question.id, []),
            "seq": no.seq,
        }
        return _question_page(mine, asked.number, stale=stale), 409
    db.session.commit()
    going = asked.number + (-1 if request.form.get("go") == "prev" else 1)
    if going > len(paper):
        return redirect(url_for("learning.review", code=code), 303)
    return redirect(url_for("learning.attempt", code=code, q=max(going, 1)), 303)


@bp.get("/attempts/<code>/review")
def review(code: str) -> Any:
    mine = _attempt_or_404(code)
    if mine.submitted_at is not None:
        return redirect(url_for("learning.result", code=code), 303)
    return _review_page(mine)


def _review_page(mine: Attempt, *, stale: str | None = None) -> str:
    seq, answers = attempts.latest(mine)
    found = catalog.at_edition(mine.edition_id)
    return render_template(
        "learning/review.html",
        attempt=mine,
        course=found,
        module=found.module(mine.module),
        paper=attempts.paper_of(mine),
        answers=answers,
        seq=seq,
        stale=stale,
    )


@bp.post("/attempts/<code>/submission")
def submit(code: str) -> Any:
    mine = _attempt_or_404(code)
    try:
        attempts.submit(mine, seq=_seq(), answers={})
    except Stale as no:
        return _review_page(mine, stale=str(no)), 409
    db.session.commit()
    return redirect(url_for("learning.result", code=code), 303)


@bp.get("/attempts/<code>/result")
def result(code: str) -> Any:
    mine = _attempt_or_404(code)
    if mine.submitted_at is None:
        return redirect(url_for("learning.attempt", code=code), 303)
    found = catalog.at_edition(mine.edition_id)
    learned = _progress(catalog.course(mine.course) or found)
    marked: tuple[marking.Marked, ...] = attempts.result_of(mine)
    return render_template(
        "learning/result.html",
        attempt=mine,
        course=found,
        module=found.module(mine.module),
        quiz=attempts.quiz_of(mine),
        missed=[one for one in marked if not one.is_right],
        right=[one for one in marked if one.is_right],
        number=len(attempts.earlier(viewer(), mine.course, mine.module)),
        progress=learned,
        cells=progress.strip_of_user(learned),
    )
