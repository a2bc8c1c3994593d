"""Pages and files of calendars for everybody, for oneself and for an agency's coordinator: what is subscribed to by a secret address, and attendance as of a day; organizers' are calendar_manage's."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import coordinators_only, viewer
from portal.accounts.models import Agency
from portal.attendance import attendance_calendars, calendar_files, calendars, feeds
from portal.attendance.models import CalendarFeed
from portal.core import errors, sheets
from portal.core.db import db
from portal.core.guard import public
from portal.core.i18n import _
from portal.core.unchanged import for_machines
from portal.mail.compose import link
from portal.programme import workshops
from portal.programme.workshops import is_private

bp = Blueprint("feeds", __name__)


@bp.get("/workshops.ics")
@public
@for_machines
def all_workshops() -> Response:
    return _shown(calendars.all_workshops(), "workshops.ics")


@bp.get("/workshops/<code>.ics")
@public
@for_machines
def workshop_calendar(code: str) -> Response:
    workshop = workshops.with_sessions(code)
    if workshop is None or is_private(workshop):
        abort(404)
    return _shown(calendars.workshop_calendar(workshop), f"{code}.ics")


@bp.get("/calendar/<secret>.ics")
@public
@for_machines
def feed(secret: str) -> Response:
    found = feeds.by_secret(secret)
    if found is None:
        return errors.page(
            404,
            title=_("ไม่พบปฏิทินนี้"),
            text=_("ที่อยู่ปฏิทินนี้อาจถูกเปลี่ยนหรือเลิกใช้แล้ว เข้าสู่ระบบแล้วเปิดหน้าปฏิทินเพื่อดูที่อยู่ที่ใช้อยู่"),
        )
    try:
        body = feeds.calendar_of(found)
    except feeds.Ended as no:
        return errors.page(410, title=_("ปฏิทินนี้เลิกใช้แล้ว"), text=str(no))
    return _shown(body, "calendar.ics", kept_by="private")


@bp.get("/calendar")
def calendar() -> str:
    found = feeds.feed_of(viewer())
    return render_template("attendance/calendar.html", feed=found, address=address_of(found))


@bp.post("/calendar/rotate")
def rotate_feed() -> ResponseReturnValue:
    rotate(feeds.MINE)
    return redirect(url_for("feeds.calendar"), 303)


@bp.post("/calendar/end")
def end_feed() -> ResponseReturnValue:
    end(feeds.MINE)
    return redirect(url_for("feeds.calendar"), 303)


@bp.get("/agency/calendar")
@coordinators_only
def agency_calendar() -> str:
    return _agency_page(_agency())


@bp.post("/agency/calendar/rotate")
@coordinators_only
def rotate_agency_feed() -> ResponseReturnValue:
    rotate(feeds.subject_of(_agency()))
    return redirect(url_for("feeds.agency_calendar"), 303)


@bp.post("/agency/calendar/end")
@coordinators_only
def end_agency_feed() -> ResponseReturnValue:
    end(feeds.subject_of(_agency()))
    return redirect(url_for("feeds.agency_calendar"), 303)


@bp.get("/agency/attendance.ics")
@coordinators_only
def agency_attendance() -> ResponseReturnValue:
    agency = _agency()
    asked = calendar_files.asked_day(request.args)
    if asked.wrong:
        return _agency_page(agency, asked), 422
    body = attendance_calendars.of_agency(agency, as_of=asked.day)
    return calendar_files.of_attendance(body, agency.code, asked)


def rotate(subject: str) -> None:
    """Give the viewer's feed of this subject a new address, and say so."""
    is_first = feeds.feed_of(viewer(), subject) is None
    feeds.rotate(viewer(), subject)
    db.session.commit()
    flash(_("สร้างที่อยู่ปฏิทินแล้ว") if is_first else _("เปลี่ยนที่อยู่ปฏิทินแล้ว ที่อยู่เดิมใช้ไม่ได้อีก"), "ok")


def end(subject: str) -> None:
    """Take the viewer's feed of this subject away, and say so."""
    ended = feeds.end(viewer(), subject)
    db.session.commit()
    if ended:
        flash(_("เลิกใช้ที่อยู่ปฏิทินแล้ว ลบปฏิทินนี้ออกจากโปรแกรมปฏิทินของคุณด้วย"), "ok")


def address_of(feed: CalendarFeed | None) -> str | None:
    """Where a calendar program finds the feed."""
    return link("feeds.feed", secret=feed.secret) if feed else None


def _shown(body: bytes, filename: str, *, kept_by: str = "public") -> Response:
    """A calendar that a program reads by itself, asks for again each time, and is not sent while it says the same."""
    response = sheets.download(body, filename)
    response.headers["Cache-Control"] = f"{kept_by}, no-cache"
    response.headers.set("Content-Disposition", "inline", filename=filename)
    response.add_etag()
    response.make_conditional(request)
    return response


def _agency() -> Agency:
    return viewer().agency or abort(403)


def _agency_page(agency: Agency, asked: calendar_files.Asked | None = None) -> str:
    found = feeds.feed_of(viewer(), feeds.subject_of(agency))
    return render_template(
        "attendance/agency_calendar.html",
        agency=agency,
        feed=found,
        address=address_of(found),
        asked=asked or calendar_files.Asked(),
    )
