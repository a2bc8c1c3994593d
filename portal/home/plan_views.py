"""The plan of what is missing: a coordinator asks colleagues of the own agency for a module by a day, calls it off, reminds; an organizer reminds coordinators."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts import agencies
from portal.accounts.access import coordinators_only, organizers_only, viewer
from portal.accounts.models import Agency, User
from portal.awards import rounds
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _n, in_lang
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.home import coordinators, plan
from portal.home.plan_forms import AssignForm
from portal.home.views import bp
from portal.learning import assignments, coverage


def _module_or_404(course: str, module: str) -> tuple[Course, Module]:
    found = catalog.course(course) or abort(404)
    part = found.module(module)
    if part is None or not part.is_published or part.quiz is None:
        abort(404)
    return found, part


def _agency() -> Agency:
    return viewer().agency or abort(403)


def _colleagues(agency: Agency) -> Sequence[User]:
    works_here = (
        User.agency_id == agency.id,
        User.confirmed_at.is_not(None),
        User.approved_at.is_not(None),
        User.disabled_at.is_(None),
    )
    return db.session.scalars(select(User).where(*works_here).order_by(User.sort_key, User.id)).all()


@bp.route("/agency/plan/<course>/<module>", methods=["GET", "POST"])
@coordinators_only
def assign(course: str, module: str) -> ResponseReturnValue:
    found, part = _module_or_404(course, module)
    form = AssignForm()
    if form.validate_on_submit():
        try:
            asked = _assign(form, found, part)
        except Refused as no:
            db.session.rollback()
            form.refuse(no)
        else:
            flash(
                _n(
                    "มอบหมายให้ %(num)d คนแล้ว และแจ้งทางอีเมล",
                    "มอบหมายให้ %(num)d คนแล้ว และแจ้งทางอีเมล",
                    len(asked),
                ),
                "ok",
            )
            return redirect(url_for("home.agency", _anchor=f"plan-{found.code}"), 303)
    return _page(found, part, form), 422 if form.errors else 200


def _assign(form: AssignForm, course: Course, module: Module) -> list[User]:
    wanted = set(form.people.data)
    people = [person for person in _colleagues(_agency()) if person.code in wanted]
    if len(people) < len(wanted):
        raise assignments.NotAColleague
    asked = assignments.assign(people, course, module, agency=_agency(), due_on=form.due_on.day, by=viewer())
    db.session.commit()
    return asked


def _page(course: Course, module: Module, form: AssignForm) -> str:
    agency = _agency()
    passes = coverage.passes_in(agency.id, course)
    return render_template(
        "home/assign.html",
        form=form,
        agency=agency,
        course=course,
        module=module,
        numbers=plan.numbers(module),
        colleagues=_colleagues(agency),
        passed={user_id for user_id, parts in passes.items() if module.code in parts},
        standing=[
            one
            for one in assignments.of_agency(agency)
            if (one.course, one.module) == (course.code, module.code)
        ],
        due=rounds.report_due(),
    )


@bp.post("/agency/assignments/<code>/end")
@coordinators_only
def call_off(code: str) -> ResponseReturnValue:
    found = assignments.call_off(code, agency=_agency()) or abort(404)
    db.session.commit()
    flash(_("เลิกมอบหมายแล้ว"), "ok")
    return redirect(url_for("home.assign", course=found.course, module=found.module), 303)


@bp.post("/agency/plan/<course>/<module>/reminders")
@coordinators_only
def remind(course: str, module: str) -> ResponseReturnValue:
    found, part = _module_or_404(course, module)
    agency = _agency()
    people = [one for one in assignments.to_be_reminded(agency, found, part) if one.id != viewer().id]
    missing = [one for one in coverage.of_agency(agency.id, found).missing if one.quiz is not None] or [part]
    sent = assignments.remind(people, found, missing, due=rounds.report_due(), by=viewer())
    db.session.commit()
    flash(*_said(len(people), sent, in_lang(part, "title")))
    return redirect(url_for("home.agency", _anchor=f"plan-{found.code}"), 303)


def _said(people: int, sent: int, title: str) -> tuple[str, str]:
    if not people:
        return _("ไม่มีเพื่อนร่วมงานที่ต้องเตือนเรื่อง %(title)s เชิญเพื่อนร่วมงานเข้าระบบก่อน", title=title), "now"
    if not sent:
        return _("วันนี้เตือนทุกคนเรื่องหลักสูตรนี้แล้ว เตือนได้อีกพรุ่งนี้"), "now"
    return _n("ส่งจดหมายเตือนให้ %(num)d คนแล้ว", "ส่งจดหมายเตือนให้ %(num)d คนแล้ว", sent), "ok"


@bp.post("/organize/agencies/<code>/plan/<course>/reminders")
@organizers_only
def remind_coordinators(code: str, course: str) -> ResponseReturnValue:
    agency, found = agencies.by_code(code) or abort(404), catalog.course(course) or abort(404)
    try:
        sent = coordinators.remind(agency, found, due=rounds.report_due(), by=viewer())
    except Refused as no:
        db.session.rollback()
        flash(str(no), "now")
    else:
        db.session.commit()
        flash(_n("ส่งจดหมายเตือนผู้ประสานงาน %(num)d คนแล้ว", "ส่งจดหมายเตือนผู้ประสานงาน %(num)d คนแล้ว", sent), "ok")
    return redirect(url_for("home.agency_of", code=code, _anchor=f"plan-{course}"), 303)
