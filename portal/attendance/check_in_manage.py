"""The organizer's pages at the door: the door itself with its JSON faces, the hall's screen, and the marks of one person; which scans are taken is check_in's matter."""

import re
from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Any

from flask import Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from portal.accounts.access import Asking, for_scripts_of_organizers, organizers_only, viewer
from portal.attendance import check_in as rules, doors, holders, meetings, self_check_in
from portal.attendance.check_in import Outcome, OutcomeState, Scan
from portal.attendance.check_in_views import bp
from portal.attendance.meetings import Meeting
from portal.core import assets, clock, tokens
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.mail.compose import link
from portal.participation import tickets
from portal.participation.models import Registration
from portal.programme import workshops

SESSION = "/organize/workshops/<code>/sessions/<session>"
MOST_SCANS = 200  # in one parcel
_key = re.compile(r"[\w:-]{1,64}", re.ASCII)


@bp.get(f"{SESSION}/check-in")
@organizers_only
def door(code: str, session: str) -> Response:
    return _door_page(_meeting(code, session))


@bp.post(f"{SESSION}/check-ins")
@organizers_only
def note(code: str, session: str) -> ResponseReturnValue:
    """The door without its script: one code typed or pasted; the form carries the key of what it sends."""
    meeting = _meeting(code, session)
    text, key = request.form.get("code", ""), request.form.get("key", "")
    if not _key.fullmatch(key):
        abort(400)
    [outcome] = rules.scan(meeting, [Scan(key, text)], by=viewer())
    if outcome.state is OutcomeState.REFUSED:
        db.session.rollback()
        return _door_page(_meeting(code, session), typed=text, refused=outcome.message)
    db.session.commit()
    flash(f"{outcome.name} {outcome.message}", "ok")
    return redirect(url_for("check_in.door", code=code, session=session), 303)


@bp.post(f"{SESSION}/scans")
@for_scripts_of_organizers
def scans(by: Asking, code: str, session: str) -> ResponseReturnValue:
    """JSON {scans: [{key, text, ago_ms}], door} → {outcomes, counts, now}; 409 where the page is of another session."""
    body = _json()
    if not isinstance(body, dict) or not isinstance(body.get("scans"), list):
        abort(400)
    sent = body["scans"]
    if len(sent) > MOST_SCANS:
        return jsonify(message=_("ส่งได้ครั้งละไม่เกิน %(most)d รายการ", most=MOST_SCANS)), 413
    try:
        doors.check(str(body.get("door", "")), code, session)
    except Refused as no:
        return jsonify(message=str(no)), 409
    done = rules.scan_at(code, session, [_scan(one) for one in sent], by=by) or abort(404)
    told = [_told(one) for one in done.outcomes]
    return jsonify(outcomes=told, counts=done.counts._asdict(), now=clock.now().isoformat())


@bp.get(f"{SESSION}/counts.json")
@for_scripts_of_organizers
def counts(_by: Asking, code: str, session: str) -> Response:
    """How many came by now, and a fresh token for a page that was open longer than its sign-in."""
    counted = holders.counts(_meeting(code, session))
    response = jsonify(counts=counted._asdict(), now=clock.now().isoformat(), csrf=generate_csrf())
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get(f"{SESSION}/screen")
@organizers_only
def screen(code: str, session: str) -> Response:
    meeting = _meeting(code, session)
    workshop = workshops.with_sessions(code)
    no, now = None, None
    try:
        now = self_check_in.code_of(meeting)
    except Refused as refused:
        no = refused
    page = render_template(
        "attendance/screen.html",
        workshop=workshop,
        meeting=meeting,
        counts=holders.counts(meeting),
        now=now,
        left=max(1, round((now.until - clock.now()).total_seconds())) if now else 60,
        qr=tickets.qr(self_check_in.address_of(now)) if now else None,
        address=link("check_in.oneself").partition("://")[2],
        refused=no,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/organize/workshops/<code>/roster/<registration>/marks")
@organizers_only
def marks(code: str, registration: str) -> str:
    workshop = workshops.with_sessions(code) or abort(404)
    found = select(Registration).where(
        Registration.workshop_id == workshop.id, Registration.code == registration
    )
    one = db.session.scalar(found) or abort(404)
    return render_template(
        "attendance/marks.html",
        workshop=workshop,
        one=one,
        shown=tickets.shown(one.ticket),
        marks=doors.marks_of(one),
        words=doors.STATE_WORDS,
        hows=doors.HOW_WORDS,
    )


def _meeting(code: str, session: str) -> Meeting:
    return meetings.meeting_of(code, session) or abort(404)


def _json() -> Any:
    """What was sent; None for what is no JSON, or is nested deeper than anything of ours."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _scan(one: Any) -> Scan:
    """One scan as sent; 400 for what no door sends. Nothing at all of an odd text is read, so that it is refused alone."""
    if not isinstance(one, dict) or not isinstance(one.get("key"), str) or not _key.fullmatch(one["key"]):
        abort(400)
    text, ago = one.get("text"), one.get("ago_ms", 0)
    is_number = isinstance(ago, int) or (isinstance(ago, float) and isfinite(ago))
    milliseconds = min(max(ago, 0), rules.LONGEST_AGO / timedelta(milliseconds=1)) if is_number else 0
    return Scan(one["key"], text if isinstance(text, str) else "", timedelta(milliseconds=milliseconds))


def _told(one: Outcome) -> dict[str, str]:
    return {**one._asdict(), "at": one.at.isoformat()}


def _door_page(meeting: Meeting, *, typed: str = "", refused: str = "") -> Response:
    guests, counted = doors.roster_of(meeting), holders.counts(meeting)
    page = render_template(
        "attendance/door.html",
        workshop=workshops.with_sessions(meeting.workshop),
        meeting=meeting,
        door=_door(meeting, guests, counted),
        counts=counted,
        latest=doors.latest(meeting),
        words=doors.HOW_WORDS,
        key=tokens.new_secret(),
        typed=typed,
        refused=refused,
        has_script="js/door.js" in assets.read_manifest(),
    )
    response = make_response(page, 409 if refused else 200)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _door(meeting: Meeting, guests: list[doors.Guest], counted: holders.Counts) -> Mapping[str, Any]:
    """What the script of the door goes on with when the network is gone."""
    here: dict[str, Any] = {"code": meeting.workshop, "session": meeting.code}
    return {
        "session": meeting.code,
        "workshop": meeting.workshop,
        "door": doors.token_of(meeting, guests),
        "roster": guests,
        "opens": meeting.opens.isoformat(),
        "closes": meeting.closes.isoformat(),
        "off": meeting.is_off,
        "now": clock.now().isoformat(),
        "counts": counted._asdict(),
        "csrf": generate_csrf(),
        "addresses": {
            "page": url_for("check_in.door", **here),
            "scans": url_for("check_in.scans", **here),
            "counts": url_for("check_in.counts", **here),
            "frames": url_for("door.frame", code=meeting.workshop, session=meeting.code),
        },
    }
