"""The two buttons that decide who belongs to an agency; the lists they stand on are organize's and home's pages."""

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts import approvals
from portal.accounts.access import approvers_only, only_my_agency, viewer
from portal.accounts.models import User
from portal.accounts.views import bp
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import safe_next
from portal.core.i18n import _


@bp.post("/people/<code>/approve")
@approvers_only
def approve(code: str) -> Response:
    person = _applicant(code)
    return _decided(person, approvals.approve, _("ยืนยันสังกัดของ %(name)s แล้ว", name=person.name))


@bp.post("/people/<code>/decline")
@approvers_only
def decline(code: str) -> Response:
    person = _applicant(code)
    return _decided(
        person, approvals.decline, _("ไม่รับ %(name)s เข้าหน่วยงาน และส่งอีเมลบอกแล้ว", name=person.name)
    )


def _applicant(code: str) -> User:
    """The person, if the viewer may decide about them."""
    query = only_my_agency(select(User).where(User.code == code), User.agency_id, viewer())
    found: User | None = db.session.scalar(query)
    return found or abort(404)


def _decided(person: User, decide: Callable[..., object], done: str) -> Response:
    """Decide, say so, and go back to where people wait."""
    try:
        decide(person, by=viewer())
        db.session.commit()
        flash(done, "ok")
    except Refused as no:
        db.session.rollback()
        flash(str(no), "now")
    page = url_for("organize.approvals") if viewer().may_organize else url_for("home.agency")
    return redirect(safe_next(request.form.get("next")) or page, 303)
