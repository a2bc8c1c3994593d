"""A person's own papers as files; those for the organizer stand in papers_manage."""

from flask import Blueprint, Response, abort

from portal.accounts.access import viewer
from portal.attendance import ticket_paper
from portal.core import downloads
from portal.core.errors import Refused, page
from portal.core.i18n import _
from portal.participation import registration
from portal.programme import workshops

bp = Blueprint("papers", __name__)


@bp.get("/workshops/<code>/ticket.pdf")
def ticket(code: str) -> Response:
    """The reader's own ticket; 404 for who has no seat."""
    workshop = workshops.with_sessions(code) or abort(404)
    mine = registration.registration_of(workshop, viewer()) or abort(404)
    try:
        body = ticket_paper.ticket(mine)
    except Refused as no:
        return page(404, title=_("ไม่มีตั๋ว"), text=no)
    return shown(body, _("ตั๋ว %(code)s", code=workshop.code))


def shown(body: bytes, name: str) -> Response:
    """A PDF that the browser opens by itself, and saves under this name; nobody keeps it for others."""
    answer = Response(body, content_type="application/pdf")
    answer.headers["Content-Disposition"] = downloads.disposition("inline", f"{name}.pdf")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
