"""Pages and files of the materials: who looks for them finds them here; who may see which is handouts' rule.

A download is counted although it is a GET: the count is no fact that anybody decides on, it is written in a transaction of its own
after all has been read, and where it cannot be written the download goes on without it.
"""

import logging
from collections.abc import Collection

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.access import viewer
from portal.accounts.models import User
from portal.attendance import bundles, handouts
from portal.attendance.handouts import Hidden
from portal.core import clock, dates, downloads
from portal.core.db import db, writing
from portal.core.guard import public
from portal.core.i18n import _, _l, language
from portal.core.pagecache import for_everyone
from portal.programme import kinds, materials as handed
from portal.programme.models import Material, MaterialVersion, Workshop
from portal.programme.workshops import is_private

bp = Blueprint("handouts", __name__)

GONE = (Hidden.PRIVATE, Hidden.WITHDRAWN)  # for who may not change it there is nothing
REASONS = {
    Hidden.REGISTERED: _l("สำหรับผู้ที่ได้ที่นั่งในงานนี้"),
    Hidden.ATTENDED: _l("สำหรับผู้ที่มาอบรมงานนี้ เปิดหลังผู้จัดบันทึกการเข้าอบรม"),
}

log = logging.getLogger("portal.materials")


@bp.get("/workshops/<code>/materials")
@public
@for_everyone
def materials(code: str) -> str:
    workshop, shelves = _shelves(code)
    return render_template(
        "attendance/materials.html",
        workshop=workshop,
        shelves=shelves,
        at_hand=handouts.at_hand(shelves),
        is_known=current_user.is_authenticated,
        is_private=is_private(workshop),
        at=clock.now(),
    )


@bp.get("/workshops/<code>/materials.zip")
@public
def bundle(code: str) -> Response:
    _workshop, shelves = _shelves(code)
    chosen = handouts.at_hand(shelves)
    entries, links = bundles.entries_of(chosen), bundles.links_of(chosen)
    if not entries:
        abort(404)
    answer = Response(bundles.stream(entries, links), content_type="application/zip")
    answer.headers["Content-Disposition"] = downloads.disposition("attachment", f"materials-{code}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    if request.method == "GET":
        _count([one.latest for one in chosen if one.latest.digest])
    return answer


@bp.get("/materials/<code>")
@bp.get("/materials/<code>/<filename>")
@public
def material(code: str, filename: str = "") -> ResponseReturnValue:  # noqa: ARG001 - part of the address
    """The material as it is now. Its address is the code; the name behind it only tells people what it is."""
    found = _material(code)
    user = _user()
    why = handouts.hidden_from(found, user)
    if why is None:
        return _sent(found.versions[-1])
    if why in GONE:
        abort(404)
    if user is None:
        return redirect(url_for("accounts.sign_in", next=request.path), 303)
    flash(_("ยังเปิด %(title)s ไม่ได้ %(reason)s", title=found.title, reason=_reason(found, why)), "now")
    return redirect(url_for("handouts.materials", code=found.talk.workshop.code), 303)


@bp.get("/materials/<code>/versions/<int:number>")
def version(code: str, number: int) -> ResponseReturnValue:
    """An older version, for who may change the material."""
    found = _material(code)
    if not handed.may_edit(viewer(), found.talk):
        abort(404)
    return _sent(next((one for one in found.versions if one.number == number), None) or abort(404))


def _user() -> User | None:
    return viewer() if current_user.is_authenticated else None


def _reason(material: Material, why: Hidden) -> str:
    """Why somebody may not have it yet, in words: as its page has it."""
    if why is Hidden.NOT_YET and material.visible_from is not None:
        lang: dates.Lang = "en" if language() == "en" else "th"
        return _("เห็นได้ตั้งแต่ %(at)s", at=dates.date_time(material.visible_from, lang=lang))
    return str(REASONS[why])


def _material(code: str) -> Material:
    return handed.by_code(code) or abort(404)


def _shelves(code: str) -> tuple[Workshop, list[handouts.Shelf]]:
    """The workshop and what its talks hand out; a draft only to organizers and to who speaks in it."""
    workshop = db.session.scalar(select(Workshop).where(Workshop.code == code)) or abort(404)
    user = _user()
    shelves = handouts.shelves_of(workshop, user)
    speaks = user is not None and (user.may_organize or any(shelf.may_edit for shelf in shelves))
    if not speaks and is_private(workshop):
        abort(404)
    return workshop, shelves


def _sent(version: MaterialVersion) -> ResponseReturnValue:
    """The file or the way to the link, counted."""
    if version.url is not None:
        answer: ResponseReturnValue = redirect(version.url, 303)
        if request.method == "GET":
            _count([version])
        return answer
    kind = kinds.of_media_type(version.media_type)
    content = downloads.Content(
        digest=version.digest or "",
        size=version.size,
        filename=version.filename,
        media_type=version.media_type,
        at=version.at,
        is_shown=kind is not None and kind.is_shown,
    )
    try:
        file = downloads.send(content)
    except FileNotFoundError:
        log.error("the content of material version %s is gone: %s", version.id, version.digest)
        abort(404)
    if downloads.is_begun(file):
        _count([version])
    return file


def _count(versions: Collection[MaterialVersion]) -> None:
    ids = [version.id for version in versions]
    try:
        db.session.rollback()
        with writing():
            handouts.count(ids)
            db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.warning("a download could not be counted", exc_info=True)
