"""A learner's pages of the day: their ticket, the address in its QR, and signing oneself in with the code of the hall; the door stands in check_in_manage."""

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.access import viewer
from portal.accounts.throttle import TooMany
from portal.attendance import doors, meetings, self_check_in
from portal.attendance.meetings import Meeting
from portal.core import clock, tokens
from portal.core.db import db
from portal.core.errors import Refused
from portal.participation import registration, tickets
from portal.participation.models import AttendanceState, Registration
from portal.programme import workshops
from portal.programme.models import Workshop

bp = Blueprint("check_in", __name__)


@bp.get("/workshops/<code>/ticket")
def ticket(code: str) -> Response:
    """The reader's own ticket; 404 for who never registered."""
    workshop = workshops.with_sessions(code) or abort(404)
    mine = registration.registration_of(workshop, viewer()) or abort(404)
    return _ticket_page(workshop, mine)


@bp.get("/tickets/<workshop>/<ticket>")
def scanned(workshop: str, ticket: str) -> Response:
    """What a QR holds, opened with any phone's camera: to its owner the ticket, to an organizer a button that signs in."""
    letters, _dot, by = ticket.partition(".")
    if not tickets.is_signed(workshop, letters, by):
        abort(404)
    whole = workshops.with_sessions(workshop) or abort(404)
    found = _registration(whole, letters) or abort(404)
    if found.user_id == viewer().id:
        return _ticket_page(whole, found)
    if not viewer().may_organize:
        abort(404)
    page = render_template(
        "attendance/scanned.html",
        workshop=whole,
        one=found,
        ticket=tickets.of(found),
        meetings=meetings.open_now([whole.id]),
        marks=doors.marks_of(found),
        key=tokens.new_secret(),
    )
    return make_response(page)


@bp.route("/check-in", methods=["GET", "POST"])
def oneself() -> ResponseReturnValue:
    """The code on the hall's screen, typed or brought along by its QR; only a press of the button notes anything."""
    code = request.values.get("code", "")[:20]
    no: Refused | None = None
    if request.method == "POST":
        try:
            done = self_check_in.check_in_with(code, user=viewer())
        except TooMany as too_many:
            db.session.rollback()
            no = too_many
        except Refused as refused:
            db.session.commit()  # the try counts
            no = refused
        else:
            db.session.commit()
            return redirect(_address_of(done.meeting), 303)
    page = render_template("attendance/oneself.html", code=code, refused=no)
    return make_response(page, 200 if no is None else 429 if isinstance(no, TooMany) else 422)


@bp.get("/check-in/<code>/<session>")
def checked_in(code: str, session: str) -> str:
    """What is noted about the reader at this session: to show at the door, should anybody ask."""
    workshop = workshops.with_sessions(code) or abort(404)
    mine = registration.registration_of(workshop, viewer()) or abort(404)
    meeting = next((one for one in workshop.sessions if one.code == session), None) or abort(404)
    marks = [mark for mark in doors.marks_of(mine) if mark.session == session]
    return render_template(
        "attendance/checked_in.html", workshop=workshop, meeting=meeting, mark=marks[0] if marks else None
    )


def _address_of(meeting: Meeting) -> str:
    return url_for("check_in.checked_in", code=meeting.workshop, session=meeting.code)


def _ticket_page(workshop: Workshop, mine: Registration) -> Response:
    shown = tickets.of(mine)
    page = render_template(
        "attendance/ticket.html",
        workshop=workshop,
        mine=mine,
        ticket=shown,
        qr=tickets.qr(shown.address),
        today=clock.today(),
        marks={mark.session: mark for mark in reversed(doors.marks_of(mine))},
        words={
            state: word for state, word in doors.STATE_WORDS.items() if state != AttendanceState.WITHDRAWN
        },
    )
    return make_response(page)


def _registration(workshop: Workshop, ticket: str) -> Registration | None:
    return db.session.scalar(
        select(Registration).where(
            Registration.workshop_id == workshop.id, Registration.ticket == ticket.upper()
        )
    )
