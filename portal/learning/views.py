"""Pages of learning: courses, lessons, quizzes and their results; how attempts are kept and marked stands in the rules beside."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.accounts.access import viewer
from portal.core import pagecache
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import public
from portal.core.i18n import _, language
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import attempts, coverage, progress
from portal.learning.attempts import AlreadySubmitted, ImpossibleAnswer, Stale
from portal.learning.models import Attempt
from portal.learning.progress import Progress

Page = tuple[str, int, dict[str, str]]

bp = Blueprint("learning", __name__)

LETTERS = {"th": "กขคงจฉชซ", "en": "ABCDEFGH"}  # of the choices, as many as a question may have


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
        return Progress(course)
    return progress.of_user(viewer(), [course])[course.code]


@bp.get("/learn")
@public
@pagecache.for_everyone
def courses() -> str:
    found = catalog.courses()
    mine = progress.of_user(viewer(), found) if current_user.is_authenticated else {}
    shown = [mine.get(course.code) or Progress(course) for course in found]
    return render_template(
        "learning/courses.html", shown=[(one.course, one, progress.strip_of_user(one)) for one in shown]
    )


@bp.get("/learn/<course>")
@public
@pagecache.for_everyone
def course(course: str) -> str:
    found = _course_or_404(course)
    mine = _progress(found)
    return render_template(
        "learning/course.html", course=found, progress=mine, cells=progress.strip_of_user(mine)
    )


@bp.get("/learn/<course>/<module>")
@public
def module(course: str, module: str) -> Any:
    """A part has no page of its own: its lessons and quiz stand on the page of its course."""
    found = _course_or_404(course)
    if found.module(module) is None:
        abort(404)
    return redirect(url_for("learning.course", course=course, _anchor=module), 303)


@bp.get("/learn/<course>/<module>/<lesson>")
@public
@pagecache.for_everyone
def lesson(course: str, module: str, lesson: str) -> str:
    found = _course_or_404(course)
    part = _module_or_404(found, module)
    read = part.lesson(lesson) or abort(404)
    at = part.lessons.index(read)
    return render_template(
        "learning/lesson.html",
        course=found,
        module=part,
        lesson=read,
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
    following = part.lessons[part.lessons.index(read) + 1 :]
    if following:
        flash(_("บันทึกแล้วว่าเรียนบทก่อนหน้าจบ"), "ok")
        return redirect(
            url_for("learning.lesson", course=course, module=module, lesson=following[0].slug), 303
        )
    flash(_("บันทึกแล้ว เรียนถึงบทสุดท้ายของส่วนนี้"), "ok")
    if part.quiz is None:
        return redirect(url_for("learning.course", course=course), 303)
    return redirect(url_for("learning.quiz", course=course, module=module), 303)


@bp.get("/learn/<course>/files/<int(max=999999):number>/<path:path>")
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
        may_start=user.is_approved,
        progress=_progress(found),
    )


@bp.post("/learn/<course>/<module>/quiz/attempts")
def start(course: str, module: str) -> Any:
    found = _course_or_404(course)
    part = _module_or_404(found, module)
    try:
        attempt = attempts.start(viewer(), found, part)
    except attempts.QuizNotThere:
        abort(404)
    except Refused as no:
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


def _attempt_page(
    template: str, mine: Attempt, status: int = 200, *, number: int | None = None, **more: Any
) -> Page:
    """A page of an open attempt, at this question or the first without an answer.

    It is not kept by the browser: going back shows what is stored now.
    """
    found = catalog.at_edition(mine.edition_id)
    paper = attempts.paper_of(mine)
    seq, answers = attempts.latest(mine)
    unanswered = [one.number for one in paper if not answers.get(one.question.id)]
    if number is None:
        number = unanswered[0] if unanswered else 1
    body = render_template(
        template,
        attempt=mine,
        course=found,
        module=found.module(mine.module),
        paper=paper,
        asked=paper[min(max(number, 1), len(paper)) - 1],
        letters=LETTERS[language()],
        seq=seq,
        answers=answers,
        unanswered=unanswered,
        **more,
    )
    return body, status, {"Cache-Control": "private, no-store"}


@bp.get("/attempts/<code>")
def attempt(code: str) -> Any:
    mine = _attempt_or_404(code)
    if mine.submitted_at is not None:
        return redirect(url_for("learning.result", code=code), 303)
    return _attempt_page("learning/attempt.html", mine, number=request.args.get("q", type=int))


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
    except ImpossibleAnswer as no:
        return _attempt_page("learning/attempt.html", mine, 422, number=asked.number, problem=str(no))
    except Stale as no:
        return _attempt_page(
            "learning/attempt.html", mine, 409, number=asked.number, stale=str(no), sent=chosen
        )
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
    return _attempt_page("learning/review.html", mine)


@bp.post("/attempts/<code>/submission")
def submit(code: str) -> Any:
    mine = _attempt_or_404(code)
    try:
        attempts.submit(mine, seq=_seq(), answers={})
    except Stale:
        problem = _("มีคำตอบใหม่กว่าจากอีกหน้าต่างหรืออีกเครื่อง ตรวจอีกครั้งแล้วส่ง")
        return _attempt_page("learning/review.html", mine, 409, problem=problem)
    db.session.commit()
    return redirect(url_for("learning.result", code=code), 303)


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
    learned = _progress(now)
    marked = attempts.result_of(mine)
    return render_template(
        "learning/result.html",
        attempt=mine,
        course=now,
        module=taken.module(mine.module),
        # Where links lead: the part as it is now, which may have lost lessons or have been taken back.
        now=now.module(mine.module),
        quiz=attempts.quiz_of(mine),
        missed=[one for one in marked if not one.is_right],
        right=[one for one in marked if one.is_right],
        number=attempts.number_of(mine),
        colleagues=_passed_in_agency(mine, now),
        progress=learned,
        cells=progress.strip_of_user(learned),
    )
