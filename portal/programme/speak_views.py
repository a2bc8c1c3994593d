"""Where speakers put the materials of their talks, and organizers those of any talk; who may is materials' rule, all others find nothing here."""

from typing import Literal

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import viewer
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import takes_files
from portal.core.i18n import _
from portal.programme import kinds, materials
from portal.programme.material_forms import ContentForm, DetailsForm, MaterialForm
from portal.programme.models import Material, Talk

bp = Blueprint("speak", __name__, url_prefix="/speak")

MOST_MB = "MATERIAL_MAX_MB"


@bp.get("")
def talks() -> str:
    user = viewer()
    given = materials.talks_given_by(user)
    if not given and not user.is_speaker and not user.may_organize:
        abort(403)
    found = materials.of_talks(given)
    return render_template("programme/speak_talks.html", talks=given, materials=found, at=clock.now())


@bp.route("/talks/<workshop>/<talk>", methods=["GET", "POST"])
@takes_files(MOST_MB)
def talk(workshop: str, talk: str) -> ResponseReturnValue:
    given = _talk(workshop, talk)
    form = MaterialForm()
    if form.is_submitted():
        try:
            if form.validate():
                materials.add(given, _taken(form), **form.described, by=viewer())
                db.session.commit()
                flash(_("เพิ่มเอกสารแล้ว"), "ok")
                return redirect(url_for("speak.talk", workshop=workshop, talk=talk), 303)
        except Refused as no:
            db.session.rollback()
            form.refuse(no)
        form.ask_again()
    return make_response(
        render_template(
            "programme/speak_talk.html",
            talk=given,
            materials=materials.of_talks([given])[given.id],
            form=form,
            at=clock.now(),
            **_limits(),
        ),
        422 if form.errors else 200,
    )


@bp.route("/materials/<code>", methods=["GET", "POST"])
def material(code: str) -> ResponseReturnValue:
    found = _material(code)
    form = DetailsForm.of(found)
    if form.validate_on_submit():
        materials.edit(found, **form.described, by=viewer())
        db.session.commit()
        flash(_("บันทึกแล้ว"), "ok")
        return _to(found)
    return _page(found, form, ContentForm(formdata=None))


@bp.post("/materials/<code>/versions")
@takes_files(MOST_MB)
def replace(code: str) -> ResponseReturnValue:
    found = _material(code)
    form = ContentForm()
    try:
        if form.validate():
            before = found.versions[-1].number
            version = materials.replace(found, _taken(form), by=viewer())
            db.session.commit()
            is_new = version.number > before
            flash(
                _("เปลี่ยนแล้ว ที่อยู่เดิมใช้ได้ต่อ") if is_new else _("เหมือนฉบับปัจจุบัน จึงไม่ได้เปลี่ยน"),
                "ok" if is_new else "now",
            )
            return _to(found)
    except Refused as no:
        db.session.rollback()
        form.refuse(no)
    form.ask_again()
    return _page(found, DetailsForm.of(found), form)


@bp.post("/materials/<code>/withdrawal")
def withdraw(code: str) -> ResponseReturnValue:
    found = _material(code)
    materials.withdraw(found, by=viewer())
    db.session.commit()
    flash(_("นำออกแล้ว ไม่มีใครเห็นจนกว่าจะนำกลับมา ไฟล์ทุกฉบับยังอยู่"), "ok")
    return _to(found)


@bp.post("/materials/<code>/return")
def restore(code: str) -> ResponseReturnValue:
    found = _material(code)
    materials.restore(found, by=viewer())
    db.session.commit()
    flash(_("นำกลับมาแล้ว"), "ok")
    return _to(found)


@bp.post("/materials/<code>/<any(up, down):to>")
def move(code: str, to: Literal["up", "down"]) -> ResponseReturnValue:
    found = _material(code)
    materials.move(found, to, by=viewer())
    db.session.commit()
    talk = found.talk
    return redirect(url_for("speak.talk", workshop=talk.workshop.code, talk=talk.code), 303)


def _talk(workshop: str, talk: str) -> Talk:
    """The talk, if the viewer may change what it hands out."""
    found = materials.talk_of(workshop, talk) or abort(404)
    return found if materials.may_edit(viewer(), found) else abort(404)


def _material(code: str) -> Material:
    found = materials.by_code(code) or abort(404)
    return found if materials.may_edit(viewer(), found.talk) else abort(404)


def _taken(form: ContentForm) -> materials.Content:
    """The file or the link that was sent. Files are kept outside the transaction, which would hold up all who write meanwhile."""
    file, address = form.file.data, form.url.data
    is_sent = file is not None and bool(file.filename)
    if is_sent and address:
        raise Refused(_("ส่งไฟล์หรือใส่ลิงก์อย่างใดอย่างหนึ่ง ถ้ามีทั้งสองอย่าง เพิ่มทีละรายการ"), field="url")
    if address:
        return materials.link(address)
    if not is_sent:
        raise Refused(_("เลือกไฟล์ หรือใส่ลิงก์ในช่องถัดไป"), field="file")
    db.session.rollback()
    return materials.take(file.stream, file.filename, most_mb=current_app.config[MOST_MB])


def _limits() -> dict[str, object]:
    return {"most_mb": current_app.config[MOST_MB], "endings": ",".join(kinds.ENDINGS), "taken": kinds.TAKEN}


def _page(found: Material, form: DetailsForm, content: ContentForm) -> ResponseReturnValue:
    body = render_template(
        "programme/speak_material.html",
        material=found,
        form=form,
        content=content,
        at=clock.now(),
        **_limits(),
    )
    return make_response(body, 422 if form.errors or content.errors else 200)


def _to(found: Material) -> ResponseReturnValue:
    return redirect(url_for("speak.material", code=found.code), 303)
