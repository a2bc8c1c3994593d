"""Pages where an organizer brings in spreadsheets: upload, what would change, confirm, undo, and the same tables out; what they do is imports' matter."""

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from portal.accounts import import_runs
from portal.accounts.access import organizers_only, viewer
from portal.accounts.import_runs import Changed, NothingToDo, Plan
from portal.accounts.models import ImportRun
from portal.attendance import minutes
from portal.core import paging, sheets, tables
from portal.core.clock import today
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import MB, takes_files
from portal.core.i18n import _
from portal.core.tables import SheetError
from portal.organize import imports as importing
from portal.organize.imports import KINDS, Draft, Kind
from portal.organize.imports_forms import AttendanceListForm
from portal.organize.views import bp
from portal.programme import workshops
from portal.programme.models import Workshop

MOST_MB = "SHEET_MAX_MB"
CHANGES_A_PAGE = 50
NAMES_SHOWN = 100

bp.record(lambda state: state.app.config.setdefault(MOST_MB, tables.MAX_BYTES // MB))


@bp.get("/organize/imports")
@organizers_only
def imports() -> ResponseReturnValue:
    return _page()


@bp.post("/organize/imports/<kind>")
@takes_files(MOST_MB)
@organizers_only
def bring_in(kind: str) -> ResponseReturnValue:
    _kind_or_404(kind)
    file = request.files.get("file")
    try:
        return _kept(kind, file)
    except Refused as no:
        db.session.rollback()
        return _page(error=no, failed_kind=kind)


@bp.get("/organize/imports/<kind>.csv")
@organizers_only
def template(kind: str) -> Response:
    return sheets.download(sheets.write_csv(_kind_or_404(kind).columns, []), f"{kind}.csv")


@bp.get("/organize/exports/<kind>.<any(csv, xlsx):ending>")
@organizers_only
def export(kind: str, ending: str) -> Response:
    chosen = _kind_or_404(kind)
    write = sheets.write_csv if ending == "csv" else sheets.write_xlsx
    return sheets.download(write(chosen.exported, chosen.rows()), f"{kind}-{today().isoformat()}.{ending}")


@bp.get("/organize/workshops/<code>/imports")
@organizers_only
def workshop_imports(code: str) -> ResponseReturnValue:
    return _workshop_page(_workshop_or_404(code))


@bp.post("/organize/workshops/<code>/imports/attendance")
@takes_files(MOST_MB)
@organizers_only
def bring_in_attendance(code: str) -> ResponseReturnValue:
    workshop = _workshop_or_404(code)
    form = AttendanceListForm.of(workshop)
    if not form.validate():
        return _workshop_page(workshop, form)
    try:
        return _kept("attendance", request.files.get("file"), subject=code, options=form.options())
    except Refused as no:
        db.session.rollback()
        return _workshop_page(_workshop_or_404(code), form, error=no, failed_kind="attendance")


@bp.post("/organize/workshops/<code>/imports/answers")
@takes_files(MOST_MB)
@organizers_only
def bring_in_answers(code: str) -> ResponseReturnValue:
    _workshop_or_404(code)
    try:
        return _kept("answers", request.files.get("file"), subject=code)
    except Refused as no:
        db.session.rollback()
        return _workshop_page(_workshop_or_404(code), error=no, failed_kind="answers")


@bp.get("/organize/imports/drafts/<token>")
@organizers_only
def draft(token: str) -> ResponseReturnValue:
    try:
        found = importing.read(token)
        plan = importing.plan(found, by=viewer())
    except importing.Gone as no:
        return _page(error=no, status=410)
    except Refused as no:
        return _draft_page(token, importing.read(token), error=no)
    return _draft_page(token, found, plan)


@bp.post("/organize/imports/drafts/<token>/confirmation")
@organizers_only
def confirm(token: str) -> ResponseReturnValue:
    try:
        found = importing.read(token)
        run = importing.confirm(found, mark=request.form.get("mark", ""), by=viewer())
    except importing.Gone as no:
        db.session.rollback()
        return _page(error=no, status=410)
    except NothingToDo:  # pressed twice: what the first press did is shown
        db.session.rollback()
        done = importing.carried_out(found, by=viewer())
        there = url_for("organize.run", code=done.code) if done else url_for("organize.draft", token=token)
        return redirect(there, 303)
    except Refused as no:
        db.session.rollback()
        return _refused(token, importing.read(token), no)
    db.session.commit()
    counts = {"added": run.added, "changed": run.changed, "kept": run.kept}
    flash(_("นำเข้าแล้ว เพิ่ม %(added)s แก้ %(changed)s เหมือนเดิม %(kept)s", **counts), "ok")
    return redirect(url_for("organize.run", code=run.code), 303)


@bp.get("/organize/imports/runs/<code>")
@organizers_only
def run(code: str) -> ResponseReturnValue:
    return _run_page(_run_or_404(code))


@bp.post("/organize/imports/runs/<code>/undoing")
@organizers_only
def undo(code: str) -> ResponseReturnValue:
    found = _run_or_404(code)
    try:
        done = importing.undo(found, by=viewer())
    except Refused as no:
        db.session.rollback()
        return _run_page(_run_or_404(code), no=no)
    db.session.commit()
    said = _("เลิกทำแล้ว %(count)s รายการ", count=len(done.back))
    if done.stays:
        names = import_runs.names_of(done.stays)
        said += " " + _(
            "คงไว้ %(count)s รายการที่เปลี่ยนไปหลังนำเข้า: %(names)s", count=len(done.stays), names=names
        )
    flash(said, "now" if done.stays else "ok")
    return redirect(url_for("organize.run", code=code), 303)


def _kind_or_404(kind: str) -> Kind:
    found = KINDS.get(kind)
    return found if found and not found.of_workshops else abort(404)


def _run_or_404(code: str) -> ImportRun:
    found = import_runs.by_code(code)
    return found if found and found.kind in KINDS else abort(404)


def _workshop_or_404(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)


def _workshop_page(
    workshop: Workshop,
    form: AttendanceListForm | None = None,
    *,
    error: Refused | None = None,
    failed_kind: str = "",
) -> Response:
    page = render_template(
        "organize/workshop_imports.html",
        workshop=workshop,
        form=form or AttendanceListForm.of(workshop),
        kinds={code: kind for code, kind in KINDS.items() if kind.of_workshops},
        error=error,
        failed_kind=failed_kind,
        runs=import_runs.latest(subject=workshop.code),
        name_of=importing.name_of,
        may_undo=import_runs.may_undo,
        all_day=minutes.ALL_DAY,
    )
    return make_response(page, 422 if error or (form and form.errors) else 200)


def _back(kind: str, subject: str) -> str:
    """Where another file of this kind is sent from."""
    if not KINDS[kind].of_workshops:
        return url_for("organize.imports")
    return url_for("organize.workshop_imports", code=subject)


def _kept(kind: str, file: FileStorage | None, **more: Any) -> ResponseReturnValue:
    """The file is kept, and what it would change is the next page. Files are kept outside the transaction."""
    if file is None or not file.filename:
        raise SheetError(_("เลือกไฟล์ XLSX หรือ CSV ก่อน"))
    db.session.rollback()
    token = importing.keep(kind, file.stream, file.filename, **more)
    return redirect(url_for("organize.draft", token=token), 303)


def _page(*, error: Refused | None = None, failed_kind: str | None = None, status: int = 422) -> Response:
    page = render_template(
        "organize/imports.html",
        kinds={code: kind for code, kind in KINDS.items() if not kind.of_workshops},
        error=error,
        failed_kind=failed_kind,
        runs=import_runs.latest(),
        name_of=importing.name_of,
        may_undo=import_runs.may_undo,
    )
    return make_response(page, status if error else 200)


def _refused(token: str, found: Draft, no: Refused) -> Response:
    """The page of the draft as it would be now: 409 when something changed since the difference was shown."""
    if not isinstance(no, Changed):
        return _draft_page(token, found, error=no)
    try:
        plan = importing.plan(found, by=viewer())
    except Refused as worse:
        return _draft_page(token, found, error=worse)
    return _draft_page(token, found, plan, error=no, status=409)


def _draft_page(
    token: str, found: Draft, plan: Plan | None = None, *, error: Refused | None = None, status: int = 422
) -> Response:
    changes = plan.changes if plan else []
    page = render_template(
        "organize/import_draft.html",
        draft=found,
        kind=KINDS[found.kind],
        token=token,
        plan=plan,
        page=paging.part_of(changes, page=request.args.get("page", "1"), per_page=CHANGES_A_PAGE),
        error=error,
        back=_back(found.kind, found.subject),
    )
    return make_response(page, status if error else 200)


def _run_page(found: ImportRun, *, no: Refused | None = None) -> Response:
    may_undo = import_runs.may_undo(found)
    page = render_template(
        "organize/import_run.html",
        run=found,
        name=importing.name_of(found),
        undoing=importing.undoing(found) if may_undo else None,
        until=found.at + import_runs.UNDO_WITHIN,
        most=NAMES_SHOWN,
        refused=no,
        back=_back(found.kind, found.subject),
    )
    return make_response(page, 409 if no else 200)
