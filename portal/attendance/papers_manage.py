"""The organizer's papers of a workshop: where to get them, sign-in sheets and badges as files; what stands on them is theirs."""

from flask import Response, abort, render_template, request

from portal.accounts.access import organizers_only
from portal.attendance import badges as name_badges, papers as rules, sign_in_sheets
from portal.attendance.papers import Chosen
from portal.attendance.papers_views import bp, shown
from portal.core.errors import Refused, page
from portal.core.i18n import _
from portal.participation import seats as counting
from portal.programme import workshops
from portal.programme.models import Workshop

WORKSHOP = "/organize/workshops/<code>"


@bp.get(f"{WORKSHOP}/papers")
@organizers_only
def papers(code: str) -> str:
    workshop = _workshop(code)
    return render_template(
        "attendance/papers.html",
        workshop=workshop,
        agencies=rules.agencies_of(workshop),
        seats=counting.seats(workshop).confirmed,
    )


@bp.get(f"{WORKSHOP}/sessions/<session>/sign-in-sheet.pdf")
@organizers_only
def sign_in_sheet(code: str, session: str) -> Response:
    workshop = _workshop(code)
    meeting = next((one for one in workshop.sessions if one.code == session), None) or abort(404)
    try:
        body = sign_in_sheets.sign_in_sheet(workshop, meeting, _chosen())
    except Refused as no:
        return page(404, title=_("ไม่มีใบลงชื่อ"), text=no)
    return shown(body, _("ใบลงชื่อ %(code)s", code=f"{workshop.code} {meeting.code}"))


@bp.get(f"{WORKSHOP}/badges.pdf")
@organizers_only
def badges(code: str) -> Response:
    workshop = _workshop(code)
    try:
        body = name_badges.badges(workshop, _chosen())
    except Refused as no:
        return page(404, title=_("ไม่มีป้ายชื่อ"), text=no)
    return shown(body, _("ป้ายชื่อ %(code)s", code=workshop.code))


def _workshop(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)


def _chosen() -> Chosen:
    """Whom the address asks for: `agency`, `registration`, and `order=agency`."""
    asked = request.args
    return Chosen(
        asked.get("agency", "")[:32], asked.get("registration", "")[:32], asked.get("order") == "agency"
    )
