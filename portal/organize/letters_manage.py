"""The organizer's pages of letters to a group of a workshop: write, look, send, and how far each copy is."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.accounts.access import organizers_only, viewer
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _n
from portal.mail import outbox
from portal.mail.models import MessageStatus
from portal.organize import group_letters, letters as copies, recipients, sent_letters
from portal.organize.group_letters import AlreadySent, NumberChanged, Preview
from portal.organize.letters_forms import LetterForm
from portal.organize.models import GroupLetter
from portal.organize.placeholders import MEANINGS, THAI
from portal.organize.recipients import Group
from portal.programme.models import Workshop
from portal.programme.workshops import with_sessions

bp = Blueprint("letters", __name__, url_prefix="/organize/workshops/<code>/letters")


@bp.get("")
@organizers_only
def letters(code: str) -> str:
    workshop = _workshop(code)
    page = sent_letters.sent_to(workshop, number=request.args.get("page", 1))
    return render_template(
        "organize/group_letters.html",
        workshop=workshop,
        page=page,
        states=sent_letters.states(page.items),
        whom=recipients.called([one.recipients for one in page.items], workshop),
    )


@bp.route("/new", methods=["GET", "POST"])
@organizers_only
def new(code: str) -> Any:
    workshop = _workshop(code)
    if request.method == "GET":
        like = sent_letters.by_code(workshop, request.args.get("like", ""))
        form = LetterForm.blank(group=Group.read(request.args.get("to", "")), like=like)
        return _page(workshop, form.offer(workshop))
    form = LetterForm().offer(workshop)
    if group_letters.is_sent(form.letter.data):
        form.renew()
    seen = None
    if form.validate():
        try:
            seen = group_letters.preview(workshop, form.draft(), number=form.number.data or 1)
        except Refused as no:
            form.refuse(no)
    return _page(workshop, form, seen)


@bp.post("")
@organizers_only
def send(code: str) -> Any:
    workshop = _workshop(code)
    form = LetterForm().offer(workshop)
    if not form.validate():
        return _page(workshop, form)
    try:
        letter = group_letters.send(
            workshop,
            form.draft(),
            by=viewer(),
            count=form.count.data or 0,
            is_meant=form.is_meant.data,
        )
        sent, count = letter.code, letter.count
        db.session.commit()
    except Refused as no:
        if isinstance(no, AlreadySent) and no.is_same:
            flash(str(no), "now")
            return redirect(url_for("letters.letter", code=code, letter=form.letter.data), 303)
        db.session.rollback()
        return _not_sent(_workshop(code), form, no)
    flash(_n("ส่งเข้าคิวจดหมายแล้ว %(num)d ฉบับ", "ส่งเข้าคิวจดหมายแล้ว %(num)d ฉบับ", count), "ok")
    return redirect(url_for("letters.letter", code=code, letter=sent), 303)


@bp.get("/<letter>")
@organizers_only
def letter(code: str, letter: str) -> str:
    workshop = _workshop(code)
    sent = _letter(workshop, letter)
    status, text = request.args.get("status", ""), request.args.get("q", "").strip()[:200]
    return render_template(
        "organize/group_letter.html",
        workshop=workshop,
        letter=sent,
        whom=recipients.called([sent.recipients], workshop)[sent.recipients],
        counts=copies.counts(sent.code),
        page=copies.page(batch=sent.code, status=status, text=text, number=request.args.get("page", 1)),
        status=status,
        text=text,
    )


@bp.post("/<letter>/failed")
@organizers_only
def send_failed_again(code: str, letter: str) -> Any:
    sent = _letter(_workshop(code), letter)
    again = outbox.send_failed_again(sent.code)
    db.session.commit()
    flash(
        _n("ใส่คิวส่งใหม่แล้ว %(num)d ฉบับ", "ใส่คิวส่งใหม่แล้ว %(num)d ฉบับ", again)
        if again
        else _("ไม่มีฉบับใดที่ส่งไม่สำเร็จ"),
        "ok" if again else "now",
    )
    return redirect(url_for("letters.letter", code=code, letter=letter), 303)


@bp.post("/<letter>/copies/<message>/again")
@organizers_only
def send_copy_again(code: str, letter: str, message: str) -> Any:
    one = sent_letters.copy_of(_letter(_workshop(code), letter), message) or abort(404)
    if one.status is MessageStatus.FAILED:
        outbox.send_again(one)
        db.session.commit()
        flash(_("ใส่คิวส่งใหม่แล้ว"), "ok")
    else:
        flash(_("จดหมายฉบับนี้ส่งแล้วหรืออยู่ในคิวแล้ว จึงไม่ได้ส่งซ้ำ"), "now")
    return redirect(url_for("letters.letter", code=code, letter=letter), 303)


def _workshop(code: str) -> Workshop:
    return with_sessions(code) or abort(404)


def _letter(workshop: Workshop, code: str) -> GroupLetter:
    return sent_letters.by_code(workshop, code) or abort(404)


def _not_sent(workshop: Workshop, form: LetterForm, no: Refused) -> Any:
    """Why it was not sent, with the letter as it would go out now."""
    form.offer(workshop).refuse(no)
    if isinstance(no, AlreadySent):
        form.renew()
    try:
        seen = group_letters.preview(workshop, form.draft(), number=form.number.data or 1)
    except Refused:
        seen = None
    return _page(workshop, form, seen, status=409 if isinstance(no, AlreadySent | NumberChanged) else 422)


def _page(workshop: Workshop, form: LetterForm, seen: Preview | None = None, *, status: int = 0) -> Any:
    if seen:
        for field, value in ((form.number, seen.number), (form.count, seen.count)):
            field.raw_data, field.data = None, value
    page = render_template(
        "organize/group_letter_new.html",
        workshop=workshop,
        form=form,
        seen=seen,
        whom=recipients.called([seen.group], workshop)[seen.group] if seen else "",
        placeholders=[(f"{{{THAI[name]}}}", meaning) for name, meaning in MEANINGS.items()],
    )
    return page, status or (422 if form.errors else 200)
