"""The organizer's page of extra time in quizzes; what is given to whom is extra_time's matter."""

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import agencies, people
from portal.accounts.access import organizers_only, viewer
from portal.accounts.models import Agency, User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.forms import normal_email
from portal.core.i18n import _
from portal.learning import extra_time
from portal.learning.extra_time_forms import ExtraTimeForm, places
from portal.learning.views import bp


@bp.route("/organize/extra-time", methods=["GET", "POST"])
@organizers_only
def extra_times() -> ResponseReturnValue:
    form = ExtraTimeForm()
    if form.validate_on_submit():
        try:
            user, agency = _meant(form)
            course, module = form.place
            extra_time.give(
                by=viewer(),
                user=user,
                agency=agency,
                course=course,
                module=module,
                per_cent=form.per_cent.data,
                why=form.why.data,
            )
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            form.refuse(no)
        else:
            flash(_("เพิ่มเวลาแล้ว มีผลทันที รวมถึงแบบทดสอบที่กำลังทำอยู่"), "ok")
            return redirect(url_for("learning.extra_times"), 303)
    body = render_template(
        "learning/extra_times.html",
        form=form,
        given=extra_time.in_force(),
        places=dict(places()),
        agencies=agencies.options(),
    )
    return make_response(body, 422 if form.errors else 200)


def _meant(form: ExtraTimeForm) -> tuple[User | None, Agency | None]:
    if form.agency.data:
        return None, agencies.match(form.agency.data)
    user = people.by_email(normal_email(form.email.data))
    if user is None:
        raise Refused(_("ยังไม่มีบัญชีที่ใช้อีเมลนี้"), field="email")
    return user, None


@bp.post("/organize/extra-time/<code>/end")
@organizers_only
def end_extra_time(code: str) -> ResponseReturnValue:
    given = extra_time.by_code(code) or abort(404)
    extra_time.end(given, by=viewer())
    db.session.commit()
    flash(_("เลิกเพิ่มเวลาแล้ว ครั้งที่กำลังทำอยู่ยังได้เวลาเดิม"), "ok")
    return redirect(url_for("learning.extra_times"), 303)
