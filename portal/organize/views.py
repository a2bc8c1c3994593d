"""Pages that show the organizer several rooms: overview, coverage, outbox, people waiting, imports; pages of one subject stay with it."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select

from portal.accounts import approvals as approving
from portal.accounts.access import organizers_only, viewer
from portal.core import clock, sheets
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.core.paging import page_of
from portal.core.sheets import SheetError
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning import coverage as covering
from portal.mail import outbox as outgoing
from portal.mail.models import MessageStatus, OutboxMessage
from portal.organize import coverage_table
from portal.organize.imports import KINDS
from portal.participation import seats
from portal.programme import workshops

bp = Blueprint("organize", __name__)

ENDINGS = ("csv", "xlsx")


def _mail_counts() -> dict[str, int]:
    rows = db.session.execute(select(OutboxMessage.status, func.count()).group_by(OutboxMessage.status))
    return {status.value: count for status, count in rows}


@bp.get("/organize")
@organizers_only
def dashboard() -> str:
    shown = workshops.all_workshops()
    courses = catalog.courses()
    return render_template(
        "organize/dashboard.html",
        workshops=shown,
        seats=seats.of_many(shown),
        courses=[(course, covering.totals(course)) for course in courses],
        waiting=approving.count_waiting(viewer()),
        mail=_mail_counts(),
        overdue_since=outgoing.overdue_since(),
        at=clock.now(),
    )


def _course() -> Course:
    """The course asked for, else the first; 404 where there is none by that name."""
    courses = catalog.courses()
    code = request.args.get("course")
    if code is None and courses:
        return courses[0]
    return next((course for course in courses if course.code == code), None) or abort(404)


@bp.get("/organize/coverage")
@organizers_only
def coverage() -> Any:
    if not catalog.courses():
        return render_template("organize/coverage.html", course=None)
    course = _course()
    asked, wrong = coverage_table.wanted(request.args)
    answer = coverage_table.answer(course, asked, bad_date=wrong)
    page = render_template(
        "organize/coverage.html",
        course=course,
        courses=catalog.courses(),
        asked=asked,
        answer=answer,
        typed_date=request.args.get("as_of", ""),
        day=asked.as_of or clock.today(),
    )
    return page, 422 if wrong else 200


@bp.get("/organize/coverage.<ending>")
@organizers_only
def coverage_export(ending: str) -> Any:
    if ending not in ENDINGS:
        abort(404)
    course = _course()
    asked, wrong = coverage_table.wanted(request.args)
    if wrong:
        flash(wrong, "bad")
        return redirect(url_for("organize.coverage", **request.args), 303)
    lines = coverage_table.answer(course, asked, whole=True).lines
    write = sheets.write_csv if ending == "csv" else sheets.write_xlsx
    body = write(coverage_table.columns(course), coverage_table.rows(course, lines, asked.as_of))
    day = asked.as_of or clock.today()
    return sheets.download(body, f"coverage-{course.code}-{day.isoformat()}.{ending}")


@bp.get("/organize/outbox")
@organizers_only
def outbox() -> str:
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc())
    status = request.args.get("status", "")
    if status in list(MessageStatus):
        query = query.where(OutboxMessage.status == status)
    text = request.args.get("q", "").strip()[:200]
    if text:
        found = f"%{text.replace('%', '')}%"
        query = query.where(OutboxMessage.subject.ilike(found) | OutboxMessage.to_email.ilike(found))
    page = page_of(query, page=request.args.get("page", 1), per_page=50)
    return render_template(
        "organize/outbox.html",
        page=page,
        counts=_mail_counts(),
        status=status,
        text=text,
        overdue_since=outgoing.overdue_since(),
    )


def _message_or_404(code: str) -> OutboxMessage:
    return db.session.scalar(select(OutboxMessage).where(OutboxMessage.code == code)) or abort(404)


@bp.get("/organize/outbox/<code>")
@organizers_only
def message(code: str) -> str:
    return render_template("organize/message.html", message=_message_or_404(code))


@bp.post("/organize/outbox/<code>/again")
@organizers_only
def send_again(code: str) -> Any:
    outgoing.send_again(_message_or_404(code))
    db.session.commit()
    flash(_("ใส่คิวส่งใหม่แล้ว"), "ok")
    return redirect(url_for("organize.message", code=code), 303)


@bp.get("/organize/approvals")
@organizers_only
def approvals() -> str:
    return render_template("organize/approvals.html", waiting=approving.waiting(viewer()))


@bp.get("/organize/imports")
@organizers_only
def imports() -> str:
    return render_template("organize/imports.html", kinds=KINDS, error=None, failed_kind=None)


@bp.post("/organize/imports/<kind>")
@organizers_only
def bring_in(kind: str) -> Any:
    chosen = KINDS.get(kind) or abort(404)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise SheetError(_("เลือกไฟล์ XLSX หรือ CSV ก่อน"))
        took = chosen.take(file.stream, file.filename)
    except Refused as no:
        db.session.rollback()
        page = render_template("organize/imports.html", kinds=KINDS, error=no, failed_kind=kind)
        return page, 422
    db.session.commit()
    flash(_("นำเข้าแล้ว เพิ่ม %(added)s แก้ %(changed)s เหมือนเดิม %(kept)s", **vars(took)), "ok")
    return redirect(url_for("organize.imports"), 303)


@bp.get("/organize/imports/<kind>.csv")
@organizers_only
def template(kind: str) -> Response:
    chosen = KINDS.get(kind) or abort(404)
    return sheets.download(sheets.write_csv(chosen.columns, []), f"{kind}.csv")
