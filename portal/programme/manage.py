"""The organizer's desk: pages of a workshop as a whole; its parts stand in sessions_manage, talks_manage and questions_manage, what a change means in desk."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.access import organizers_only, viewer
from portal.awards import rounds
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.forms import Form
from portal.core.i18n import _, _l
from portal.programme import desk, workshops as offered
from portal.programme.clashes import clash_of
from portal.programme.files import SessionText, TalkText, WorkshopText
from portal.programme.forms import BasicsForm, CopyForm, DeskForm, NewForm, StatusForm, WhyForm
from portal.programme.models import Workshop, WorkshopStatus
from portal.programme.questions import Question

bp = Blueprint("desk", __name__, url_prefix="/organize")

Change = Callable[[WorkshopText], WorkshopText]
P = TypeVar("P", SessionText, TalkText, Question)

# The nouns of the addresses: what is done, from which states it is offered.
ACTS: dict[str, Callable[..., Workshop]] = {
    "publication": desk.publish,
    "closing": desk.close,
    "reopening": desk.reopen,
    "cancellation": desk.cancel,
}
DONE = {
    "publication": _l("เผยแพร่แล้ว"),
    "closing": _l("ปิดรับแล้ว"),
    "reopening": _l("เปิดรับอีกครั้งแล้ว"),
    "cancellation": _l("ยกเลิกงานอบรมแล้ว ผู้ที่ลงทะเบียนจะได้จดหมายและปฏิทินที่ยกเลิก"),
}


@bp.get("/workshops")
@organizers_only
def workshops() -> str:
    return render_template("programme/desk_workshops.html", workshops=offered.all_workshops())


@bp.route("/workshops/new", methods=["GET", "POST"])
@organizers_only
def new() -> ResponseReturnValue:
    form = NewForm()
    everything = rounds.all_rounds()
    form.offer_rounds(everything)
    if form.validate_on_submit():
        try:
            desk.create(form.created(), by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("สร้างร่างแล้ว ยังไม่มีใครเห็นจนกว่าจะเผยแพร่"), "ok")
            return redirect(url_for("desk.workshop", code=form.code.data), 303)
    return page("desk_new", form, has_rounds=bool(everything))


@bp.get("/workshops/<code>")
@organizers_only
def workshop(code: str) -> str:
    return render_template("programme/desk_workshop.html", workshop=found(code))


@bp.route("/workshops/<code>/edit", methods=["GET", "POST"])
@organizers_only
def edit(code: str) -> ResponseReturnValue:
    is_sent = request.method == "POST"
    workshop = found(code) if is_sent else offered.with_tracks(code) or abort(404)
    form = BasicsForm() if is_sent else BasicsForm.of(workshop)
    form.offer(rounds.tracks_of(workshop.round_id))
    if form.validate_on_submit() and save(workshop, form, form.applied):
        return redirect(url_for("desk.workshop", code=code), 303)
    return page("desk_edit", form, workshop=workshop)


@bp.route(
    "/workshops/<code>/<any(publication, closing, reopening, cancellation):act>", methods=["GET", "POST"]
)
@organizers_only
def change_status(code: str, act: str) -> ResponseReturnValue:
    workshop = alone(code)
    form = WhyForm() if act == "cancellation" else StatusForm()
    if form.validate_on_submit():
        try:
            was_cancelled = act == "reopening" and workshop.status is WorkshopStatus.CANCELLED
            ACTS[act](workshop, by=viewer(), why=form.why.data or "")
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_done(act, was_cancelled, workshop), "ok")
            return redirect(url_for("desk.workshop", code=code), 303)
    was_draft = act == "reopening" and desk.is_cancelled_draft(workshop)
    return page("desk_status", form, workshop=workshop, act=act, was_draft=was_draft)


def _done(act: str, was_cancelled: bool, workshop: Workshop) -> str:
    if not was_cancelled:
        return str(DONE[act])
    is_draft = workshop.status is WorkshopStatus.DRAFT
    return _("งานอบรมกลับมาเป็นร่างแล้ว") if is_draft else _("งานอบรมกลับมาจัดแล้ว")


@bp.route("/workshops/<code>/copy", methods=["GET", "POST"])
@organizers_only
def copy(code: str) -> ResponseReturnValue:
    workshop = found(code)
    form = CopyForm()
    if form.validate_on_submit() and (first_day := form.first_day.day):
        try:
            desk.copy(workshop, code=form.code.data, first_day=first_day, by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("คัดลอกเป็นร่างแล้ว ตรวจวันและเวลาก่อนเผยแพร่"), "ok")
            return redirect(url_for("desk.workshop", code=form.code.data), 303)
    return page("desk_copy", form, workshop=workshop)


def found(code: str) -> Workshop:
    """The workshop of this code with its parts, drafts too; 404 when there is none."""
    return offered.workshop_by_code(code, drafts=True) or abort(404)


def alone(code: str) -> Workshop:
    """The same for pages that show nothing of its parts, or ask for them by themselves."""
    return offered.alone(code) or abort(404)


def page(name: str, form: Any, **names: Any) -> Response:
    """A page with a form: 409 where somebody else saved in between, 422 where something is wrong."""
    body = render_template(f"programme/{name}.html", form=form, **names)
    return make_response(body, 409 if getattr(form, "clash", None) else 422 if form.errors else 200)


def refuse(form: Form, no: Refused) -> None:
    """Undo, and say at the form what stood in the way: a fault at the field it names."""
    db.session.rollback()
    if not isinstance(no, desk.BadText):
        return form.refuse(no)
    for fault in no.findings:
        form.refuse(Refused(fault.text, field=_field_of(form, fault.path)))
    if isinstance(form, DeskForm):
        form.asks = "overlap_ok" if isinstance(no, desk.Overlapping) else form.asks
        form.asks = "past_ok" if isinstance(no, desk.InThePast) else form.asks
    return None


def _field_of(form: Form, path: tuple[str, ...]) -> str | None:
    """The field of this form that a fault's path names; None where it is of another part of the workshop."""
    if not path or (len(path) > 1 and path[1] != getattr(form, "about", None)):
        return None
    name = {"starts_at": "starts", "ends_at": "ends"}.get(path[-1], path[-1])
    return name if name in form else None


def save(workshop: Workshop, form: DeskForm, change: Change, *, done: str | None = None) -> bool:
    """Save the workshop's text with this change and say so; else put on the form what stood in the way."""
    try:
        text = change(desk.text_of(_locked(workshop)))
        desk.save(workshop, text, by=viewer(), note=form.note.data or "", **form.consents())
        db.session.commit()
    except desk.Stale as no:
        db.session.rollback()
        form.met(clash_of(no), no.version)
    except Refused as no:
        refuse(form, no)
    else:
        flash(done or _("บันทึกแล้ว"), "ok")
        return True
    return False


def _locked(workshop: Workshop) -> Workshop:
    """The workshop as it is now, held until the transaction ends: what is kept of its text must not be older than the lock."""
    fresh = select(Workshop).where(Workshop.id == workshop.id).with_for_update()
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def part(parts: Iterable[P], code: str) -> P:
    """The session, talk or question with this code. Refuses when somebody took it out meanwhile."""
    found = next((one for one in parts if one.code == code), None)
    if found is None:
        raise Refused(_("รายการนี้ถูกลบไปแล้ว กลับไปที่รายการเพื่อดูของล่าสุด"))
    return found


def in_place(parts: Iterable[P], new: P) -> tuple[P, ...]:
    """The same parts, the one with the new one's code replaced."""
    return tuple(new if one.code == new.code else one for one in parts)


def with_new(parts: Iterable[P], new: P) -> tuple[P, ...]:
    """The parts and a new one at the end. Refuses a code that is taken."""
    now = list(parts)
    if any(one.code == new.code for one in now):
        raise Refused(_("รหัส %(code)s ใช้แล้ว เลือกคำอื่น", code=new.code), field="code")
    now.append(new)
    return tuple(now)
