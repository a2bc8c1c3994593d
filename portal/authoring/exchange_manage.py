"""Authors' pages for questions of other systems: a file sent, what it would bring, into the draft; and the questions of a quiz as a file; how a format is read is exchange's matter."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only, viewer
from portal.authoring import changes, exchange, foreign_text, outline
from portal.authoring.brought import MOST_BYTES, Brought, Unreadable
from portal.authoring.changes import Work
from portal.authoring.exchange import Changed, Gone, Plan, Sent
from portal.authoring.exchange_forms import ImportForm
from portal.authoring.outline import ModuleOutline
from portal.authoring.question_forms import KINDS
from portal.core import paging, sheets
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import MB, takes_files
from portal.core.i18n import _

bp = Blueprint("exchange", __name__, url_prefix="/organize/courses")

PER_PAGE = 50
MOST_TOLD = 200
MOST_MB = "QUESTIONS_MAX_MB"

bp.record(lambda state: state.app.config.setdefault(MOST_MB, MOST_BYTES // MB))


@bp.get("/<course>/<module>/questions/import")
@organizers_only
def import_questions(course: str, module: str) -> Response:
    work, about = _found(course, module)
    return _page(work, about, _form(work, about))


@bp.post("/<course>/<module>/questions/import")
@takes_files(MOST_MB)
@organizers_only
def send_questions(course: str, module: str) -> ResponseReturnValue:
    work, about = _found(course, module)
    form = _form(work, about)
    if not form.validate_on_submit():
        return _page(work, about, form)
    file = form.file.data
    db.session.rollback()  # the file is kept outside of any transaction
    try:
        token = exchange.keep(
            course, module, file.stream, Sent(b"", file.filename, form.lesson.data, form.difficulty.data)
        )
    except Refused as no:
        return _again(*_found(course, module), no, 422)
    return redirect(url_for("exchange.draft", course=course, module=module, token=token), 303)


@bp.get("/<course>/<module>/questions/import/<token>")
@organizers_only
def draft(course: str, module: str, token: str) -> Response:
    work, about = _found(course, module)
    try:
        return _draft_page(work, about, token)
    except Gone as no:
        return _again(work, about, no, 410)


@bp.post("/<course>/<module>/questions/import/<token>/confirmation")
@organizers_only
def confirm(course: str, module: str, token: str) -> ResponseReturnValue:
    _found(course, module)
    try:
        done = exchange.bring_in(
            course,
            module,
            exchange.sent_of(course, module, token),
            mark=request.form.get("mark", ""),
            by=viewer(),
        )
    except Gone as no:
        db.session.rollback()
        return _again(*_found(course, module), no, 410)
    except Refused as no:
        db.session.rollback()
        return _draft_page(*_found(course, module), token, refused=no)
    db.session.commit()
    flash(_("นำเข้า %(count)s ข้อไว้ในร่างแล้ว", count=len(done.coming)), "ok")
    return redirect(url_for("authoring.quiz", course=course, module=module), 303)


@bp.get("/<course>/<module>/questions.<any(gift, xml):ending>")
@organizers_only
def export(course: str, module: str, ending: str) -> Response:
    work, about = _found(course, module)
    try:
        body = exchange.written(work.files, module, ending)
    except Refused as no:
        return _again(work, about, no, 422)
    return sheets.download(body, f"{course}-{module}.{ending}")


def _found(course: str, module: str) -> tuple[Work, ModuleOutline]:
    work = changes.work_of(course) or abort(404)
    return work, outline.of(work.files).module(module) or abort(404)


def _form(work: Work, about: ModuleOutline) -> ImportForm:
    titles = outline.titles(work.files)
    form = ImportForm()
    form.offer({slug: titles.get(f"{about.code}/{slug}.md", slug) for slug in about.lessons})
    return form


def _page(
    work: Work, about: ModuleOutline, form: ImportForm, status: int = 422, no: Refused | None = None
) -> Response:
    body = render_template(
        "authoring/import_questions.html",
        form=form,
        work=work,
        course=outline.of(work.files),
        module=about,
        has_quiz=f"{about.code}/quiz.toml" in work.files,
        refused=no,
    )
    return make_response(body, status if form.errors or no else 200)


def _again(work: Work, about: ModuleOutline, no: Refused, status: int) -> Response:
    """The page where a file is sent, with why that one could not be used."""
    return _page(work, about, _form(work, about), status, no)


def _draft_page(work: Work, about: ModuleOutline, token: str, refused: Refused | None = None) -> Response:
    """What the file would bring now: 409 when that changed since it was shown. Refuses with Gone."""
    sent = exchange.sent_of(work.code, about.code, token)
    plan: Plan | None = None
    found = Brought()
    try:
        plan = exchange.plan(work.code, about.code, work.files, sent)
        found = plan.brought
    except Refused as no:
        refused = no
    rows: list[Any] = plan.coming if plan else []
    body = render_template(
        "authoring/import_draft.html",
        work=work,
        course=outline.of(work.files),
        module=about,
        filename=sent.filename,
        token=token,
        plan=plan,
        page=paging.part_of(rows, page=request.args.get("page", "1"), per_page=PER_PAGE),
        found=found,
        most=MOST_TOLD,
        kinds=KINDS,
        words_of=foreign_text.to_plain,
        refused=refused,
        line=refused.line if isinstance(refused, Unreadable) else 0,
    )
    return make_response(body, 409 if isinstance(refused, Changed) else 422 if refused else 200)
