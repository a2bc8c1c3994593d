"""The organizer's desk: pages of a workshop's talks; their materials are uploaded elsewhere."""

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal.accounts.access import organizers_only
from portal.core.db import db
from portal.core.i18n import _
from portal.programme import desk, speakers as people, workshops
from portal.programme.files import TalkText, WorkshopText
from portal.programme.forms import DeskForm, free_code
from portal.programme.manage import alone, bp, found, in_place, page, part, save, with_new
from portal.programme.models import Material, Talk, Workshop
from portal.programme.parts_forms import NewTalkForm, TalkForm


@bp.get("/workshops/<code>/talks")
@organizers_only
def talks(code: str) -> str:
    workshop = alone(code)
    return render_template("programme/desk_talks.html", workshop=workshop, talks=workshops.talks_of(workshop))


@bp.route("/workshops/<code>/talks/new", methods=["GET", "POST"])
@organizers_only
def new_talk(code: str) -> ResponseReturnValue:
    workshop = found(code)
    form = NewTalkForm()
    form.offer(desk.text_of(workshop).sessions, people.all_speakers())
    if request.method == "GET":
        form.saw(workshop.version)
        form.code.data = free_code("talk", (one.code for one in workshop.talks))

    def change(text: WorkshopText) -> WorkshopText:
        return replace(text, talks=with_new(text.talks, form.applied(TalkText(form.code.data))))

    if form.validate_on_submit() and save(workshop, form, change):
        return redirect(url_for("desk.talks", code=code), 303)
    return page("desk_talk", form, workshop=workshop, talk=None)


@bp.route("/workshops/<code>/talks/<talk>", methods=["GET", "POST"])
@organizers_only
def edit_talk(code: str, talk: str) -> ResponseReturnValue:
    workshop = found(code)
    one = _talk(workshop, talk)
    form = TalkForm() if request.method == "POST" else TalkForm.of(one, workshop.version)
    form.offer(desk.text_of(workshop).sessions, people.all_speakers())

    form.about = talk

    def change(text: WorkshopText) -> WorkshopText:
        return replace(text, talks=in_place(text.talks, form.applied(part(text.talks, talk))))

    if form.validate_on_submit() and save(workshop, form, change):
        return redirect(url_for("desk.talks", code=code), 303)
    return page("desk_talk", form, workshop=workshop, talk=one)


@bp.route("/workshops/<code>/talks/<talk>/removal", methods=["GET", "POST"])
@organizers_only
def remove_talk(code: str, talk: str) -> ResponseReturnValue:
    workshop = found(code)
    one = _talk(workshop, talk)
    form = DeskForm()
    if request.method == "GET":
        form.saw(workshop.version)

    def change(text: WorkshopText) -> WorkshopText:
        gone = part(text.talks, talk)
        return replace(text, talks=tuple(other for other in text.talks if other != gone))

    if form.validate_on_submit() and save(workshop, form, change, done=_("ลบหัวข้อแล้ว")):
        return redirect(url_for("desk.talks", code=code), 303)
    return page("desk_talk_remove", form, workshop=workshop, talk=one, materials=_materials(workshop, talk))


def _talk(workshop: Workshop, code: str) -> TalkText:
    return next((one for one in desk.text_of(workshop).talks if one.code == code), None) or abort(404)


def _materials(workshop: Workshop, code: str) -> int:
    """How many materials hang on the talk, those taken back aside: as the rule of desk counts."""
    of_talk = (Talk.workshop_id == workshop.id, Talk.code == code, Material.withdrawn_at.is_(None))
    return (
        db.session.scalar(select(func.count()).select_from(Material).join(Material.talk).where(*of_talk)) or 0
    )
