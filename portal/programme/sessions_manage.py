"""The organizer's desk: pages of a workshop's sessions; what a change of one sets off is desk's matter."""

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only
from portal.core.i18n import _
from portal.programme import desk, workshops
from portal.programme.files import SessionText, WorkshopText
from portal.programme.forms import CancelSessionForm, free_code
from portal.programme.manage import bp, found, in_place, page, part, save, with_new
from portal.programme.models import Workshop, WorkshopStatus
from portal.programme.parts_forms import NewSessionForm, SessionForm


@bp.get("/workshops/<code>/sessions")
@organizers_only
def sessions(code: str) -> str:
    return render_template(
        "programme/desk_sessions.html", workshop=workshops.with_sessions(code) or abort(404)
    )


@bp.route("/workshops/<code>/sessions/new", methods=["GET", "POST"])
@organizers_only
def new_session(code: str) -> ResponseReturnValue:
    workshop = found(code)
    form = NewSessionForm()
    if request.method == "GET":
        form.saw(workshop.version)
        form.code.data = free_code("day", (one.code for one in workshop.sessions))

    form.about = form.code.data or ""

    def change(text: WorkshopText) -> WorkshopText:
        blank = SessionText(form.code.data, {}, None)
        return replace(text, sessions=with_new(text.sessions, form.applied(blank)))

    if form.validate_on_submit() and save(workshop, form, change):
        return redirect(url_for("desk.sessions", code=code), 303)
    return page("desk_session", form, workshop=workshop, session=None)


@bp.route("/workshops/<code>/sessions/<session>", methods=["GET", "POST"])
@organizers_only
def edit_session(code: str, session: str) -> ResponseReturnValue:
    workshop = found(code)
    one = _session(workshop, session)
    form = SessionForm() if request.method == "POST" else SessionForm.of(one, workshop.version)

    form.about = session

    def change(text: WorkshopText) -> WorkshopText:
        return replace(text, sessions=in_place(text.sessions, form.applied(part(text.sessions, session))))

    if form.validate_on_submit() and save(workshop, form, change):
        return redirect(url_for("desk.sessions", code=code), 303)
    return page("desk_session", form, workshop=workshop, session=one)


@bp.route("/workshops/<code>/sessions/<session>/cancellation", methods=["GET", "POST"])
@organizers_only
def cancel_session(code: str, session: str) -> ResponseReturnValue:
    workshop = found(code)
    one = _session(workshop, session)
    form = CancelSessionForm()
    if request.method == "GET":
        form.saw(workshop.version)
    done = _("ยกเลิกช่วงอบรมแล้ว")
    if form.validate_on_submit() and save(workshop, form, lambda text: _without(text, session), done=done):
        return redirect(url_for("desk.sessions", code=code), 303)
    return page("desk_session_cancel", form, workshop=workshop, session=one)


def _session(workshop: Workshop, code: str) -> SessionText:
    return next((one for one in desk.text_of(workshop).sessions if one.code == code), None) or abort(404)


def _without(text: WorkshopText, code: str) -> WorkshopText:
    """The session cancelled; of a draft, of which nobody knows, it is taken out."""
    gone = part(text.sessions, code)
    if text.status is not WorkshopStatus.DRAFT:
        return replace(text, sessions=in_place(text.sessions, replace(gone, is_cancelled=True)))
    talks = tuple(replace(one, session="") if one.session == code else one for one in text.talks)
    return replace(text, sessions=tuple(one for one in text.sessions if one.code != code), talks=talks)
