"""Organizers' pages and files of calendars: a workshop's feed with everybody's attendance, and attendance of a workshop, an agency or a cohort as of a day; what stands in them is attendance_calendars' matter."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import agencies
from portal.accounts.access import organizers_only, viewer
from portal.accounts.models import Agency
from portal.attendance import attendance_calendars, calendar_files, feeds
from portal.attendance.calendar_files import Asked
from portal.attendance.calendar_views import address_of, end as end_feed, rotate as rotate_feed
from portal.attendance.manage import bp as of_the_roster
from portal.awards import rounds
from portal.awards.models import Round, Track
from portal.core.db import db
from portal.participation.models import Registration
from portal.programme import workshops
from portal.programme.models import Workshop

bp = Blueprint("calendars", __name__, url_prefix="/organize")


@bp.get("/workshops/<code>/calendar")
@organizers_only
def workshop(code: str) -> Response:
    return _workshop_page(_workshop(code))


@bp.post("/workshops/<code>/calendar/rotate")
@organizers_only
def rotate(code: str) -> ResponseReturnValue:
    rotate_feed(feeds.subject_of(_workshop(code)))
    return redirect(url_for("calendars.workshop", code=code), 303)


@bp.post("/workshops/<code>/calendar/end")
@organizers_only
def end(code: str) -> ResponseReturnValue:
    end_feed(feeds.subject_of(_workshop(code)))
    return redirect(url_for("calendars.workshop", code=code), 303)


@of_the_roster.get("/<code>/attendance.ics")
@organizers_only
def attendance_calendar(code: str) -> Response:
    workshop = _workshop(code)
    asked = calendar_files.asked_day(request.args)
    if asked.wrong:
        return _workshop_page(workshop, asked)
    body = attendance_calendars.of_workshop(workshop, as_of=asked.day)
    return calendar_files.of_attendance(body, code, asked)


@bp.get("/attendance")
@organizers_only
def attendance() -> Response:
    return _choice_page(Asked())


@bp.get("/attendance.ics")
@organizers_only
def attendance_file() -> Response:
    of = _whose(request.args.get("of", "")) or abort(404)
    asked = calendar_files.asked_day(request.args)
    if asked.wrong:
        return _choice_page(asked)
    return calendar_files.of_attendance(of.calendar(as_of=asked.day), of.code, asked)


class _Whose(NamedTuple):
    """What was chosen: the code its file is named after, and its calendar as of a day."""

    code: str
    calendar: Callable[..., bytes]


def _whose(chosen: str) -> _Whose | None:
    """Of workshop:<code>, agency:<code> or cohort:<year>:<track>."""
    kind, _colon, code = chosen.partition(":")
    found: Workshop | Agency | Track | None = None
    if kind == "workshop" and (found := workshops.with_sessions(code)):
        return _Whose(code, partial(attendance_calendars.of_workshop, found))
    if kind == "agency" and (found := agencies.by_code(code)):
        return _Whose(code, partial(attendance_calendars.of_agency, found))
    if kind == "cohort" and (found := _track(*code.partition(":")[::2])):
        return _Whose(code.replace(":", "-"), partial(attendance_calendars.of_cohort, found))
    return None


def _track(year: str, code: str) -> Track | None:
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None
    found = select(Track).join(Track.round).options(joinedload(Track.round))
    return db.session.scalar(found.where(Round.year_be == int(year), Track.code == code))


def _workshop(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)


def _workshop_page(workshop: Workshop, asked: Asked | None = None) -> Response:
    found = feeds.feed_of(viewer(), feeds.subject_of(workshop))
    page = render_template(
        "attendance/workshop_calendar.html",
        workshop=workshop,
        feed=found,
        address=address_of(found),
        asked=asked or Asked(),
    )
    return make_response(page, 422 if asked and asked.wrong else 200)


def _choice_page(asked: Asked) -> Response:
    took_part = select(Registration.agency_id)
    page = render_template(
        "attendance/attendance.html",
        workshops=workshops.all_workshops(),
        rounds=rounds.all_rounds(),
        agencies=db.session.scalars(
            select(Agency).where(Agency.id.in_(took_part)).order_by(Agency.sort_key)
        ).all(),
        chosen=request.args.get("of", ""),
        asked=asked,
    )
    return make_response(page, 422 if asked.wrong else 200)
