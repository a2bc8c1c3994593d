"""Pages that show the organizer several rooms: overview, coverage, outbox, people waiting; pages of one subject stay with it."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for

from portal.accounts import approvals as approving
from portal.accounts.access import organizers_only, viewer
from portal.core import clock, sheets
from portal.core.db import db
from portal.core.i18n import _, _n
from portal.courses import catalog
from portal.courses.course import Course
from portal.learning import coverage as covering
from portal.mail import heartbeat, outbox as outgoing
from portal.mail.models import MessageStatus, OutboxMessage
from portal.organize import batches, coverage_table, letters, record_store
from portal.participation import seats
from portal.programme import workshops

bp = Blueprint("organize", __name__)
bp.add_app_template_global(heartbeat.silent_since, "worker_silent_since")


@bp.get("/organize")
@organizers_only
def dashboard() -> str:
    shown = workshops.all_workshops()
    return render_template(
        "organize/dashboard.html",
        workshops=shown,
        seats=seats.of_many(shown),
        courses=[(course, covering.totals(course)) for course in catalog.courses()],
        waiting=approving.count_waiting(viewer()),
        mail=letters.counts(),
        silent_since=letters.silent_since(),
        at=clock.now(),
    )


def course_or_404() -> Course:
    """The course asked for, else the first; 404 where there is none by that name."""
    courses = catalog.courses()
    code = request.args.get("course") or (courses[0].code if courses else "")
    return catalog.course(code) or abort(404)


@bp.get("/organize/coverage")
@organizers_only
def coverage() -> Any:
    if not catalog.courses():
        return render_template("organize/coverage.html", course=None)
    course = course_or_404()
    asked = coverage_table.wanted(request.args)
    page = render_template(
        "organize/coverage.html",
        course=course,
        courses=catalog.courses(),
        asked=asked,
        answer=coverage_table.answer(course, asked),
    )
    return page, 422 if asked.wrong_date else 200


@bp.get("/organize/coverage.<any(csv, xlsx):ending>")
@organizers_only
def coverage_export(ending: str) -> Any:
    course = course_or_404()
    asked = coverage_table.wanted(request.args)
    if asked.wrong_date:
        return coverage()
    lines = coverage_table.all_lines(course, asked)
    return sheets.streamed(
        f"coverage-{course.code}-{asked.day.isoformat()}.{ending}",
        coverage_table.columns(course),
        lambda: coverage_table.rows(course, lines, asked.day),
    )


@bp.get("/organize/outbox")
@organizers_only
def outbox() -> str:
    status, text = request.args.get("status", ""), request.args.get("q", "").strip()[:200]
    batch = request.args.get("batch", "")[:40]
    is_filtered = status or text or batch or "page" in request.args
    return render_template(
        "organize/outbox.html",
        page=letters.page(status=status, text=text, batch=batch, number=request.args.get("page", 1)),
        counts=letters.counts(batch),
        status=status,
        text=text,
        batch=batch,
        batches=[] if is_filtered else batches.recent(),
        store=None if is_filtered else record_store.store(),
        silent_since=letters.silent_since(),
    )


@bp.post("/organize/outbox/statements/again")
@organizers_only
def tell_again() -> Any:
    if not current_app.config.get("LRS_URL"):
        abort(404)
    if record_store.try_again():
        flash(_("ตัวส่งจะลองแจ้งคลังบันทึกการเรียนรู้อีกครั้งทันทีที่ทำงาน"), "ok")
    else:
        flash(_("ไม่มีรายการใดที่แจ้งไม่สำเร็จ"), "now")
    return redirect(url_for("organize.outbox"), 303)


def _letter_or_404(code: str) -> OutboxMessage:
    return letters.by_code(code) or abort(404)


@bp.post("/organize/outbox/batches/<batch>/failed")
@organizers_only
def send_failed_again(batch: str) -> Any:
    again = outgoing.send_failed_again(batch)
    db.session.commit()
    flash(
        _n("ใส่คิวส่งใหม่แล้ว %(num)d ฉบับ", "ใส่คิวส่งใหม่แล้ว %(num)d ฉบับ", again)
        if again
        else _("ไม่มีฉบับใดที่ส่งไม่สำเร็จ"),
        "ok" if again else "now",
    )
    return redirect(url_for("organize.outbox", batch=batch), 303)


@bp.get("/organize/outbox/<code>")
@organizers_only
def message(code: str) -> str:
    letter = _letter_or_404(code)
    return render_template("organize/message.html", message=letter, text=letters.text_of(letter))


@bp.post("/organize/outbox/<code>/again")
@organizers_only
def send_again(code: str) -> Any:
    letter = _letter_or_404(code)
    if letter.status is MessageStatus.FAILED:
        outgoing.send_again(letter)
        db.session.commit()
        flash(_("ใส่คิวส่งใหม่แล้ว"), "ok")
    else:
        flash(_("จดหมายฉบับนี้ส่งแล้วหรืออยู่ในคิวแล้ว จึงไม่ได้ส่งซ้ำ"), "now")
    return redirect(url_for("organize.message", code=code), 303)


@bp.get("/organize/approvals")
@organizers_only
def approvals() -> str:
    return render_template("organize/approvals.html", waiting=approving.waiting(viewer()))
