"""The organizer's pages of certificates: all of them, one of them, and those of a course or a workshop; what may be done is awarding's and issuing's rule."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select

from portal.accounts import audit
from portal.accounts.access import organizers_only, viewer
from portal.certificates import awarding, earning, issuing, letters, papers
from portal.certificates.certificate_forms import RevokeForm, RuleForm
from portal.certificates.models import Certificate
from portal.certificates.views import bp
from portal.core import paging
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.courses import catalog
from portal.courses.course import Course
from portal.participation import tickets
from portal.programme import workshops
from portal.programme.models import Workshop

STATES = {
    "standing": (Certificate.ended_at.is_(None),),
    "revoked": (Certificate.ended_at.is_not(None), Certificate.replaced_by_id.is_(None)),
    "replaced": (Certificate.replaced_by_id.is_not(None),),
}


@bp.get("/organize/certificates")
@organizers_only
def certificates() -> str:
    text, state = request.args.get("q", "")[:200].strip(), request.args.get("state", "")
    return render_template(
        "certificates/certificates.html",
        page=paging.page_of(_found(text, state), page=request.args.get("page")),
        text=text,
        state=state,
        courses=catalog.courses(),
        workshops=workshops.published(),
    )


def _found(text: str, state: str) -> Select[Certificate]:
    query = select(Certificate).where(*STATES.get(state, ())).order_by(Certificate.id.desc())
    if text:
        query = query.where(
            or_(
                Certificate.holder.contains(text, autoescape=True),
                Certificate.code == (tickets.letters_in(text) or "-"),
            )
        )
    return query


@bp.get("/organize/certificates/<code>")
@organizers_only
def issued(code: str) -> ResponseReturnValue:
    return _page_of(_certificate(code), RevokeForm(formdata=None))


@bp.post("/organize/certificates/<code>/revoke")
@organizers_only
def revoke(code: str) -> ResponseReturnValue:
    one, form = _certificate(code), RevokeForm()
    if form.validate():
        try:
            issuing.revoke(one, by=viewer(), why=form.why.data)
            audit.note("certificate.revoke", one, by=viewer(), why=form.why.data)
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            form.refuse(no)
        else:
            flash(_("เพิกถอนแล้ว หน้าตรวจสอบบอกเหตุผลนี้ทันที"), "ok")
            return redirect(url_for("certificates.issued", code=one.code), 303)
    return _page_of(_certificate(code), form)


@bp.post("/organize/certificates/<code>/replacement")
@organizers_only
def replace(code: str) -> ResponseReturnValue:
    """Another in its place, with the names of today; its holder is told."""
    one = _certificate(code)
    try:
        other = issuing.replace(one, by=viewer())
        letters.tell([other])
        audit.note("certificate.replace", one, by=viewer(), other=other.code)
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        flash(str(no), "bad")
        return redirect(url_for("certificates.issued", code=one.code), 303)
    flash(_("ออกใบใหม่ด้วยชื่อปัจจุบันแล้ว ใบเดิมชี้มาที่ใบนี้"), "ok")
    return redirect(url_for("certificates.issued", code=other.code), 303)


def _page_of(one: Certificate, form: RevokeForm) -> ResponseReturnValue:
    body = render_template(
        "certificates/issued.html",
        one=one,
        form=form,
        earned_with=papers.facts_of(one),
        events=audit.events_of(one),
        name_now=one.user.name,
    )
    return make_response(body, 422 if form.errors else 200)


def _certificate(code: str) -> Certificate:
    return issuing.by_code(code) or abort(404)


@bp.get("/organize/courses/<course>/certificates")
@organizers_only
def of_course(course: str) -> ResponseReturnValue:
    return _award_page(_course(course), None)


@bp.post("/organize/courses/<course>/certificates/all")
@organizers_only
def issue_of_course(course: str) -> ResponseReturnValue:
    return _issue(_course(course), url_for("certificates.of_course", course=course))


@bp.get("/organize/workshops/<code>/certificates")
@organizers_only
def of_workshop(code: str) -> ResponseReturnValue:
    workshop = _workshop(code)
    form = RuleForm(formdata=None, data={"sessions": earning.sessions_needed(workshop)})
    return _award_page(workshop, form)


@bp.post("/organize/workshops/<code>/certificates/all")
@organizers_only
def issue_of_workshop(code: str) -> ResponseReturnValue:
    return _issue(_workshop(code), url_for("certificates.of_workshop", code=code))


@bp.post("/organize/workshops/<code>/certificates/rule")
@organizers_only
def set_rule(code: str) -> ResponseReturnValue:
    """How many sessions are needed from now on; what is issued stands."""
    workshop, form = _workshop(code), RuleForm()
    if form.validate():
        try:
            earning.set_sessions_needed(workshop, form.sessions.data or 0, by=viewer())
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            form.refuse(no)
        else:
            flash(_("เปลี่ยนเกณฑ์แล้ว ใบที่ออกไปแล้วยังใช้ได้"), "ok")
            return redirect(url_for("certificates.of_workshop", code=code), 303)
    return _award_page(_workshop(code), form)


def _issue(subject: Course | Workshop, back: str) -> ResponseReturnValue:
    count = len(awarding.issue_to_all(subject, by=viewer()))
    db.session.commit()
    if count == awarding.MOST_ISSUED:
        flash(_("ออกใบประกาศ %(count)d ใบแล้ว ถ้ายังมีคนที่เหลือ กดออกอีกครั้ง", count=count), "ok")
    elif count:
        flash(_("ออกใบประกาศ %(count)d ใบ และส่งจดหมายถึงแต่ละคนแล้ว", count=count), "ok")
    else:
        flash(_("ทุกคนที่ได้ตามเกณฑ์มีใบประกาศแล้ว"))
    return redirect(back, 303)


def _award_page(subject: Course | Workshop, form: RuleForm | None) -> ResponseReturnValue:
    award = awarding.of(subject)
    body = render_template(
        "certificates/award.html",
        subject=subject,
        workshop=subject if isinstance(subject, Workshop) else None,
        form=form,
        award=award,
        page=paging.part_of(award.lines, page=request.args.get("page"), per_page=100),
    )
    return make_response(body, 422 if form is not None and form.errors else 200)


def _course(code: str) -> Course:
    return catalog.course(code) or abort(404)


def _workshop(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)
