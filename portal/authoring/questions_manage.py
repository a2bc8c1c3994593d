"""Authors' pages of a quiz: its questions and settings as forms that write the same quiz.toml; what a change means is quiz_drafts' matter."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only, viewer
from portal.authoring import (
    changes,
    differences,
    drafts,
    foreign_text,
    outline,
    previews,
    question_text,
    quiz_drafts,
    quiz_text,
    settings_text,
)
from portal.authoring.changes import Work
from portal.authoring.forms import ActForm
from portal.authoring.manage import bp, found, page, refuse, summary
from portal.authoring.question_forms import KINDS, LEVELS, QuestionForm
from portal.authoring.settings_forms import SettingsForm
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.courses import figures, pack
from portal.courses.course import QuestionKind

Tables = list[dict[str, Any]]


@bp.get("/<course>/<module>/quiz")
@organizers_only
def quiz(course: str, module: str) -> Response:
    return _list(found(course), module, ActForm(formdata=None))


@bp.route("/<course>/<module>/quiz/settings", methods=["GET", "POST"])
@organizers_only
def quiz_settings(course: str, module: str) -> ResponseReturnValue:
    work = found(course)
    body = _body(work, module)
    if (now := _settings(body)) is None:
        return _to_text(course, module)
    is_sent = request.method == "POST"
    form = SettingsForm() if is_sent else SettingsForm.of(now, quiz_drafts.version_of_settings(now))
    if form.validate_on_submit():
        values, version = form.settings(now), form.version.data
        if _kept(
            form, lambda: quiz_drafts.change_settings(course, module, values, version=version, by=viewer())
        ):
            return redirect(url_for("authoring.quiz", course=course, module=module), 303)
    return page("quiz_settings", form, work=work, course=summary(work), module=module)


@bp.route("/<course>/<module>/quiz/questions/new/<kind>", methods=["GET", "POST"])
@organizers_only
def new_question(course: str, module: str, kind: str) -> ResponseReturnValue:
    work = found(course)
    if kind not in list(QuestionKind):
        abort(404)
    tables = _tables(_body(work, module))
    if tables is None:
        return _to_text(course, module)
    fresh = {"id": _free_id(work, module), "version": drafts.ABSENT}
    form = QuestionForm() if request.method == "POST" else QuestionForm(data=fresh)
    form.offer(QuestionKind(kind), _lessons(work, module))
    if form.validate_on_submit() and _kept(
        form, lambda: quiz_drafts.add(course, module, form.table(), by=viewer())
    ):
        return redirect(url_for("authoring.quiz", course=course, module=module), 303)
    return _question_page(work, module, form, None)


@bp.route("/<course>/<module>/quiz/questions/<question>", methods=["GET", "POST"])
@organizers_only
def edit_question(course: str, module: str, question: str) -> ResponseReturnValue:
    work = found(course)
    tables = _tables(_body(work, module))
    if tables is None:
        return _to_text(course, module)
    table = next((one for one in tables if one.get("id") == question), None) or abort(404)
    if table.get("kind") not in list(QuestionKind):
        return _to_text(course, module)
    is_sent = request.method == "POST"
    form = QuestionForm() if is_sent else QuestionForm.of(table, quiz_drafts.version_of(table))
    form.offer(QuestionKind(table["kind"]), _lessons(work, module))
    if form.validate_on_submit():
        new, version = form.table(table), form.version.data
        if _kept(form, lambda: quiz_drafts.save(course, module, new, version=version, by=viewer()), new):
            return redirect(url_for("authoring.quiz", course=course, module=module), 303)
    return _question_page(work, module, form, table)


@bp.post("/<course>/<module>/quiz/questions/<question>/place")
@organizers_only
def move_question(course: str, module: str, question: str) -> ResponseReturnValue:
    step = {"-1": -1, "1": 1}.get(request.form.get("by", "")) or abort(400)
    return _press(course, module, lambda _v: quiz_drafts.move(course, module, question, step, by=viewer()))


@bp.post("/<course>/<module>/quiz/questions/<question>/removal")
@organizers_only
def remove_question(course: str, module: str, question: str) -> ResponseReturnValue:
    return _press(
        course,
        module,
        lambda version: quiz_drafts.remove(course, module, question, version=version, by=viewer()),
    )


def _press(course: str, module: str, act: Any) -> ResponseReturnValue:
    """Do what a button of the list asks; else the list as it stands now, with what was in the way."""
    _body(found(course), module)
    form = ActForm()
    if form.validate_on_submit() and _kept(form, lambda: act(form.version.data)):
        return redirect(url_for("authoring.quiz", course=course, module=module), 303)
    return _list(found(course), module, form)


def _kept(form: Any, act: Any, mine: Mapping[str, Any] | None = None) -> bool:
    """Do it, commit and say so, with the comments that are lost; else put on the form what stood in the way."""
    try:
        lost = act()
        db.session.commit()
    except quiz_drafts.QuestionChanged as no:
        db.session.rollback()
        rows = differences.of_tables(no.theirs, mine) if no.theirs and mine else []
        form.met({"rows": rows, "is_gone": no.theirs is None}, no.version)
    except quiz_drafts.BadQuestion as no:
        db.session.rollback()
        for where, text in no.faults:
            form.refuse(Refused(text, field=_field_of(form, where)))
    except Refused as no:
        field = "id" if isinstance(no, question_text.IdTaken) else no.field
        refuse(form, Refused(str(no), field=field))
    else:
        flash(_("บันทึกลงร่างแล้ว"), "ok")
        if lost:
            flash(_("หมายเหตุในไฟล์ที่หายไปกับส่วนที่แก้: %(comments)s", comments=" · ".join(lost)), "now")
        return True
    return False


def _field_of(form: Any, where: tuple[str | int, ...]) -> str | None:
    """The field of the form that holds this key of the file."""
    if not where:
        return None
    name = str(where[0])
    if name in ("fact", "seed", "advice"):
        return "source"
    return name if name in form else None


def _list(work: Work, module: str, form: ActForm) -> Response:
    body = _body(work, module)
    path = f"{module}/{pack.QUIZ}"
    tables = _tables(body)
    seen = previews.preview(
        work.code, work.files, path, images=url_for("authoring.draft_image", course=work.code, path="")
    )
    versions = [quiz_drafts.version_of(table) for table in tables or ()]
    return page(
        "quiz",
        form,
        work=work,
        course=summary(work),
        module=module,
        path=path,
        questions=list(zip(tables or (), versions, strict=True)),
        is_readable=tables is not None,
        quiz=seen.quiz,
        findings=[one for one in changes.findings(work.code, work.files) if one.file == path],
        kinds=KINDS,
        levels=LEVELS,
        in_words=_in_words,
    )


def _in_words(table: Mapping[str, Any]) -> str:
    """What the question asks, without the marks of its Markdown."""
    return foreign_text.to_plain(figures.without_tags(str(table.get("text", ""))))


def _question_page(work: Work, module: str, form: QuestionForm, table: dict[str, Any] | None) -> Response:
    return page(
        "question",
        form,
        work=work,
        course=summary(work),
        module=module,
        question=table,
        kinds=KINDS,
        kind=form.kind,
    )


def _body(work: Work, module: str) -> bytes:
    body = work.files.get(f"{module}/{pack.QUIZ}")
    return body if body is not None else abort(404)


def _tables(body: bytes) -> Tables | None:
    try:
        return question_text.tables_of(body)
    except quiz_text.NotEditable:
        return None


def _settings(body: bytes) -> dict[str, Any] | None:
    try:
        return settings_text.settings_of(body)
    except quiz_text.NotEditable:
        return None


def _to_text(course: str, module: str) -> ResponseReturnValue:
    """The way to the text of a quiz that no form can show."""
    flash(str(quiz_text.NotEditable()), "now")
    return redirect(url_for("authoring.file", course=course, path=f"{module}/{pack.QUIZ}"), 303)


def _lessons(work: Work, module: str) -> list[tuple[str, str]]:
    """The lessons of the module by their slugs, with their titles."""
    titles = outline.titles(work.files)
    about = summary(work).module(module)
    paths = {slug: f"{module}/{slug}{pack.LESSON}" for slug in (about.lessons if about else ())}
    return [(slug, titles.get(path, slug)) for slug, path in paths.items()]


def _free_id(work: Work, module: str) -> str:
    """The first id of the form c1-07 that no question of the course has."""
    taken = {
        table.get("id")
        for path, body in work.files.items()
        if path.endswith(f"/{pack.QUIZ}")
        for table in _tables(body) or ()
    }
    return next(id_ for number in range(1, len(taken) + 2) if (id_ := f"{module}-{number:02d}") not in taken)
