"""The organizer's roster: who takes part and how they attended, on a page and as a file; what the marks mean is roll's matter."""

from collections.abc import Mapping
from functools import cache
from typing import Any

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
from portal.attendance import calendars, doors, roll, roster as lists, roster_table
from portal.core import clock, sheets, tables
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _n, language
from portal.participation.models import AttendanceState, Registration, RegistrationStatus
from portal.programme import workshops
from portal.programme.models import Workshop, WorkshopSession

bp = Blueprint("roster", __name__, url_prefix="/organize/workshops")

UNMARKED = "none"
KEPT = ("status", "state", "q", "page")  # of the filter, when a page of marks was saved


@bp.get("/<code>/roster")
@organizers_only
def roster(code: str) -> Response:
    head = _head(code)
    wanted = request.args.get("session")
    return _roster_page(head, _meeting(head, wanted) if wanted else _meeting_now(head))


@bp.post("/<code>/roster/<session>")
@organizers_only
def mark(code: str, session: str) -> ResponseReturnValue:
    workshop = _workshop(code)
    meeting = _session(workshop, session)
    sent, why = _sent_marks(), tables.as_cell(request.form.get("why", ""))
    try:
        noted = roll.correct_all(meeting, _registrations(workshop, sent), by=viewer(), why=why)
    except Refused as no:
        db.session.rollback()
        head = _head(code)
        return _roster_page(head, _meeting(head, session), no=no, sent=sent, why=why)
    db.session.commit()
    flash(
        _n("บันทึกการเข้าอบรมแล้ว %(num)d คน", "บันทึกการเข้าอบรมแล้ว %(num)d คน", noted)
        if noted
        else _("ไม่มีอะไรเปลี่ยน"),
        "ok",
    )
    kept: dict[str, Any] = {name: request.args[name] for name in KEPT if name in request.args}
    return redirect(url_for("roster.roster", code=code, session=session, **kept), 303)


@bp.get("/<code>/roster.<any(csv, xlsx):kind>")
@organizers_only
def export(code: str, kind: str) -> Response:
    workshop = _workshop(code)
    write = sheets.write_csv if kind == "csv" else sheets.write_xlsx
    body = write(roster_table.columns(workshop), roster_table.rows(workshop))
    return sheets.download(body, _("รายชื่อ %(code)s", code=code) + f".{kind}")


def _workshop(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)


def _session(workshop: Workshop, code: str) -> WorkshopSession:
    return next((session for session in workshop.sessions if session.code == code), None) or abort(404)


def _head(code: str) -> lists.Head:
    return lists.head_of(code) or abort(404)


def _meeting(head: lists.Head, code: str) -> lists.Meeting:
    return next((one for one in head.sessions if one.code == code), None) or abort(404)


def _meeting_now(head: lists.Head) -> lists.Meeting | None:
    """Today's first session, else the next one, else the last; None while there is none."""
    to_come = [one for one in head.sessions if one.day >= clock.today()]
    return next(iter(to_come or head.sessions[-1:]), None)


def _sent_marks() -> dict[str, AttendanceState]:
    """The selects that were changed: each is named <code of the registration>.<the state the page showed>."""
    sent = {}
    for name, value in request.form.items():
        code, dot, shown = name.partition(".")
        if dot and value not in (shown, "") and "\0" not in code:
            sent[code] = AttendanceState(value) if value in list(AttendanceState) else abort(400)
    return sent


def _registrations(
    workshop: Workshop, sent: Mapping[str, AttendanceState]
) -> dict[Registration, AttendanceState]:
    """The registrations of this workshop by the codes sent; 404 for any that is not of this workshop."""
    rows = db.session.scalars(
        select(Registration).where(Registration.workshop_id == workshop.id, Registration.code.in_(sent))
    ).all()
    if len(rows) != len(sent):
        abort(404)
    return {row: sent[row.code] for row in rows}


def _roster_page(
    workshop: lists.Head,
    session: lists.Meeting | None,
    *,
    no: Refused | None = None,
    sent: Mapping[str, AttendanceState] | None = None,
    why: str = "",
) -> Response:
    asked = _wanted(request.args)
    counted = lists.counts_now(workshop, session)
    shown = lists.page_of(workshop, session, asked, counted)
    page = render_template(
        "attendance/roster.html",
        workshop=workshop,
        session=session,
        asked=asked,
        page=shown,
        first=(shown.number - 1) * lists.PER_PAGE + 1,
        counts=_counts(counted),
        states=_state_words(language()),
        hows=_how_words(language()),
        refused=no,
        sent=sent or {},
        why=why,
    )
    return make_response(page, 422 if isinstance(no, roll.WhyNeeded) else 409 if no else 200)


@cache
def _state_words(_lang: str) -> dict[AttendanceState | None, str]:
    """The words for the marks in the language in force."""
    return {state: str(word) for state, word in calendars.STATE_WORDS.items()}


@cache
def _how_words(_lang: str) -> dict[str, str]:
    """The same for how a mark was made."""
    return {how: str(word) for how, word in doors.HOW_WORDS.items()}


def _wanted(args: Mapping[str, str]) -> lists.Wanted:
    """What the filter above the roster asks for; odd values fall back to everybody with a seat."""
    status, state = args.get("status", ""), args.get("state", "")
    if status in list(RegistrationStatus) and status != RegistrationStatus.CONFIRMED:
        return lists.Wanted(RegistrationStatus(status), None, _words(args), args.get("page", "1"))
    mark = AttendanceState(state) if state in list(AttendanceState) else None
    return lists.Wanted(
        RegistrationStatus.CONFIRMED, "" if state == UNMARKED else mark, _words(args), args.get("page", "1")
    )


def _words(args: Mapping[str, str]) -> str:
    return args.get("q", "").strip()[:100]


def _counts(counts: lists.Counts) -> dict[str, int]:
    return {
        "confirmed": counts[RegistrationStatus.CONFIRMED],
        "offered": counts[RegistrationStatus.OFFERED],
        "waiting": counts[RegistrationStatus.WAITLISTED],
        "cancelled": counts[RegistrationStatus.CANCELLED],
        "came": counts[AttendanceState.ATTENDED] + counts[AttendanceState.PARTIAL],
        "unmarked": counts[None],
    }
