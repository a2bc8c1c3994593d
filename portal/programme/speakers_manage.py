"""The organizer's desk: pages of who speaks; what joining an account means is casting's matter."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only, viewer
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, said
from portal.programme import casting, speakers as people
from portal.programme.clashes import Clash, Row
from portal.programme.forms import Confirm
from portal.programme.manage import bp, page, refuse
from portal.programme.models import Speaker
from portal.programme.speakers_forms import AccountForm, NewSpeakerForm, SpeakerForm


@bp.get("/speakers")
@organizers_only
def speakers() -> str:
    return render_template("programme/desk_speakers.html", speakers=people.with_accounts())


@bp.route("/speakers/new", methods=["GET", "POST"])
@organizers_only
def new_speaker() -> ResponseReturnValue:
    form = NewSpeakerForm() if request.method == "POST" else NewSpeakerForm(data={"positions": [{}]})
    if form.validate_on_submit():
        try:
            speaker = casting.create(form.code.data, form.name.data, form.written(), by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("เพิ่มวิทยากรแล้ว"), "ok")
            return redirect(url_for("desk.edit_speaker", code=speaker.code), 303)
    return page("desk_speaker", form, speaker=None, account=None)


@bp.route("/speakers/<code>", methods=["GET", "POST"])
@organizers_only
def edit_speaker(code: str) -> ResponseReturnValue:
    speaker = _speaker(code)
    seen = casting.seen_as(speaker)
    form = SpeakerForm() if request.method == "POST" else SpeakerForm.of(speaker, seen)
    if form.validate_on_submit():
        try:
            casting.change(speaker, form.name.data, form.written(), by=viewer(), seen=form.seen.data)
            db.session.commit()
        except casting.SpeakerChanged:
            db.session.rollback()
            form.met(_clash(speaker, form), casting.seen_as(speaker))
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("บันทึกแล้ว"), "ok")
            return redirect(url_for("desk.edit_speaker", code=code), 303)
    return page("desk_speaker", form, speaker=speaker, account=AccountForm(formdata=None))


@bp.post("/speakers/<code>/account")
@organizers_only
def join_account(code: str) -> ResponseReturnValue:
    speaker = _speaker(code)
    account = AccountForm()
    if account.validate_on_submit():
        try:
            casting.join(speaker, account.email.data, by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(account, no)
        else:
            flash(_("เชื่อมบัญชีแล้ว"), "ok")
            return redirect(url_for("desk.edit_speaker", code=code), 303)
    form = SpeakerForm.of(speaker, casting.seen_as(speaker))
    return page("desk_speaker", form, speaker=speaker, account=account), 422


@bp.post("/speakers/<code>/account/removal")
@organizers_only
def part_account(code: str) -> ResponseReturnValue:
    speaker = _speaker(code)
    if not Confirm().validate_on_submit():
        abort(400)
    casting.part(speaker, by=viewer())
    db.session.commit()
    flash(_("เลิกเชื่อมบัญชีแล้ว"), "ok")
    return redirect(url_for("desk.edit_speaker", code=code), 303)


def _speaker(code: str) -> Speaker:
    return people.speaker_by_code(code) or abort(404)


def _clash(speaker: Speaker, form: SpeakerForm) -> Clash:
    """What stands now beside what was typed, where they differ."""
    rows = [
        Row(_("ชื่อ"), "", speaker.name, form.name.data),
        Row(_("ตำแหน่ง"), "", _lines(speaker.positions), _lines(form.written())),
    ]
    return Clash(None, [row for row in rows if row.theirs != row.yours])


def _lines(positions: list[dict[str, Any]]) -> str:
    return "\n".join(" · ".join(filter(None, (said(at), said(at.get("at"))))) for at in positions)
