"""What a reader does beside reading: the place is noted, notes and bookmarks are kept, a whole course is printed."""

from functools import partial

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import viewer
from portal.core import pagecache
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import public
from portal.core.i18n import _
from portal.courses import one_page
from portal.courses.course import Course, Lesson, Module
from portal.learning import notes, reading
from portal.learning.models import Note
from portal.learning.note_forms import NoteForm
from portal.learning.reading import Where
from portal.learning.views import bp, course_or_404, module_or_404


def _lesson_or_404(course: str, module: str, lesson: str) -> Where:
    found = course_or_404(course)
    part = module_or_404(found, module)
    return found, part, part.lesson(lesson) or abort(404)


@bp.post("/learn/<course>/<module>/<lesson>/place")
def place(course: str, module: str, lesson: str) -> ResponseReturnValue:
    """Sent by js/reading.js when a lesson is left."""
    where = _lesson_or_404(course, module, lesson)
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or not isinstance(said.get("heading", ""), str):
        abort(400)
    reading.note_place(viewer(), where, heading=said.get("heading", ""), at_end=said.get("at_end") is True)
    db.session.commit()
    return Response(status=204, mimetype="application/json")


@bp.post("/learn/<course>/<module>/<lesson>/notes")
def note(course: str, module: str, lesson: str) -> ResponseReturnValue:
    where = found, part, read = _lesson_or_404(course, module, lesson)
    form = NoteForm(read)
    if form.validate_on_submit():
        try:
            kept = notes.write(
                viewer(), where, words=(form.words.data or "").strip(), heading=form.heading.data
            )
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            form.refuse(no)
        else:
            flash(_("เก็บโน้ตแล้ว") if kept.words else _("คั่นบทนี้ไว้แล้ว"), "ok")
            return redirect(
                url_for("learning.lesson", course=course, module=module, lesson=lesson, _anchor="notes"), 303
            )
    return render_template(
        "learning/note.html", form=form, course=found, module=part, lesson=read, note=None
    ), 422


@bp.get("/learn/<course>/notes")
def course_notes(course: str) -> str:
    found = course_or_404(course)
    return render_template(
        "learning/course_notes.html", course=found, listed=notes.of_course(viewer(), found)
    )


@bp.route("/learn/<course>/notes/<code>", methods=["GET", "POST"])
def edit_note(course: str, code: str) -> ResponseReturnValue:
    found = course_or_404(course)
    kept = notes.by_code(viewer(), found, code) or abort(404)
    part, read = _where(found, kept)
    form = NoteForm(read, obj=kept)
    if form.validate_on_submit():
        notes.change(kept, words=(form.words.data or "").strip(), heading=form.heading.data)
        db.session.commit()
        flash(_("แก้โน้ตแล้ว"), "ok")
        return redirect(url_for("learning.course_notes", course=course), 303)
    html = render_template("learning/note.html", form=form, course=found, module=part, lesson=read, note=kept)
    return html, 422 if form.errors else 200


@bp.post("/learn/<course>/notes/<code>/removal")
def remove_note(course: str, code: str) -> ResponseReturnValue:
    found = course_or_404(course)
    kept = notes.by_code(viewer(), found, code) or abort(404)
    notes.remove(kept)
    db.session.commit()
    flash(_("ลบแล้ว"), "ok")
    return redirect(url_for("learning.course_notes", course=course), 303)


def _where(course: Course, note: Note) -> tuple[Module | None, Lesson | None]:
    module = course.module(note.module)
    return (module, module.lesson(note.lesson)) if module else (None, None)


@bp.get("/learn/<course>/print")
@public
@pagecache.for_everyone
def print_course(course: str) -> str:
    """All published lessons of a course on one page, for paper, or those of `?part=`: their ids begin with the lesson's."""
    found = course_or_404(course)
    part = request.args.get("part")
    modules = [module_or_404(found, part)] if part else [one for one in found.modules if one.is_published]
    return render_template(
        "learning/print_course.html",
        course=found,
        modules=modules,
        part=modules[0] if part else None,
        bound=partial(one_page.bound, found, modules),
    )
