"""Pages of courses and lessons, and their pictures; quizzes stand in attempt_views."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_login import current_user

from portal.accounts.access import viewer
from portal.core import pagecache
from portal.core.db import db
from portal.core.guard import public
from portal.core.i18n import _
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import notes, progress, reading
from portal.learning.progress import Progress

bp = Blueprint("learning", __name__)


def course_or_404(code: str) -> Course:
    return catalog.course(code) or abort(404)


def module_or_404(course: Course, code: str) -> Module:
    module = course.module(code)
    if module is None or not module.is_published:
        abort(404)
    return module


def progress_in(course: Course) -> Progress:
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
    found = course_or_404(course)
    mine = progress_in(found)
    return render_template(
        "learning/course.html", course=found, progress=mine, cells=progress.strip_of_user(mine)
    )


@bp.get("/learn/<course>/<module>")
@public
def module(course: str, module: str) -> Any:
    """A part has no page of its own: its lessons and quiz stand on the page of its course."""
    found = course_or_404(course)
    if found.module(module) is None:
        abort(404)
    return redirect(url_for("learning.course", course=course, _anchor=module), 303)


@bp.get("/learn/<course>/<module>/<lesson>")
@public
@pagecache.for_everyone
def lesson(course: str, module: str, lesson: str) -> str:
    found = course_or_404(course)
    part = module_or_404(found, module)
    read = part.lesson(lesson) or abort(404)
    at = part.lessons.index(read)
    mine = notes.of_lesson(viewer(), (found, part, read)) if current_user.is_authenticated else ()
    return render_template(
        "learning/lesson.html",
        course=found,
        module=part,
        lesson=read,
        number=at + 1,
        before=part.lessons[at - 1] if at else None,
        after=part.lessons[at + 1] if at + 1 < len(part.lessons) else None,
        progress=progress_in(found),
        notes=mine,
    )


@bp.post("/learn/<course>/<module>/<lesson>/finished")
def finish(course: str, module: str, lesson: str) -> Any:
    """The button stands at the end of the lesson, so who presses it has been there."""
    found = course_or_404(course)
    part = module_or_404(found, module)
    read = part.lesson(lesson) or abort(404)
    progress.finish(viewer(), found, part, read)
    reading.note_place(viewer(), (found, part, read), at_end=True)
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
