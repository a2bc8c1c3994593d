"""Pages that show several rooms to the visitor, the learner and the coordinator, and the two addresses for machines."""

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, render_template, request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from portal.accounts import agencies, approvals
from portal.accounts.access import coordinators_only, organizers_only, viewer
from portal.accounts.models import Agency, User
from portal.awards import rounds
from portal.certificates import issuing
from portal.core import clock, dates, pagecache
from portal.core.db import UTCDateTime, db
from portal.core.guard import csrf, public, safe_next
from portal.core.i18n import COOKIE, LANGUAGES, _, language
from portal.courses import catalog
from portal.home import coordinators, mine, plan, team, week
from portal.learning import assignments
from portal.learning.models import Attempt, ModulePass
from portal.learning.progress import strip_of_user
from portal.mail import outbox
from portal.mail.models import Heartbeat, MessageStatus, OutboxMessage
from portal.participation import seats
from portal.participation.models import Registration
from portal.programme import materials, workshops

bp = Blueprint("home", __name__)

log = logging.getLogger("portal.home")

THEMES = ("light", "dark")
A_YEAR = 365 * 24 * 3600


@bp.app_context_processor
def _surroundings() -> dict[str, Any]:
    """What every page needs to know: the brightness chosen, and what of it is no reality."""
    return {"theme": request.cookies.get("theme", ""), "demo_banner": _banner()}


def _banner() -> str | None:
    config = current_app.config
    lang: dates.Lang = "en" if language() == "en" else "th"
    today = dates.thai_date(clock.today(), lang=lang) if config["CLOCK"] else ""
    if config["DEMO"] and today:
        return _(
            "สาธิต: วันนี้ของระบบคือ %(day)s ชื่อบุคคล หน่วยงานตัวอย่าง ที่นั่ง และวันเปิดรับลงทะเบียนเป็นข้อมูลตัวอย่าง", day=today
        )
    if config["DEMO"]:
        return _("สาธิต: ชื่อบุคคล หน่วยงานตัวอย่าง ที่นั่ง และวันเปิดรับลงทะเบียนเป็นข้อมูลตัวอย่าง")
    return _("นาฬิกาของระบบตั้งไว้ต่างจากเวลาจริง วันนี้ของระบบคือ %(day)s", day=today) if today else None


@bp.get("/")
@public
@pagecache.for_everyone
def landing() -> str:
    published = workshops.published()
    current = rounds.current_round()
    return render_template(
        "home/landing.html",
        round=current,
        span=rounds.span_of(current) if current else None,
        workshops=published,
        seats=seats.of_many(published),
        materials={one.id for one in published if workshops.material_count(one)},
        courses=catalog.courses(),
        today=clock.today(),
        at=clock.now(),
    )


@bp.get("/me")
def me() -> str:
    user = viewer()
    taken = mine.registrations_of(user)
    offered = mine.offers_of(taken)
    tracks = mine.tracks_of(user)
    learned = mine.progress_of(user, tracks)
    assigned = mine.assigned_to(user, learned)
    return render_template(
        "home/me.html",
        user=user,
        registrations=taken,
        positions=mine.places_of(taken),
        materials=materials.counts_of([one.workshop for one in taken]) if taken else {},
        offered=offered,
        progress=learned,
        assigned=assigned,
        strips={one.course.code: strip_of_user(one) for one in learned},
        certificates=issuing.held_by(user),
        ticket=mine.ticket_of_today(taken),
        next=mine.next_step(user, taken, offered, learned, tracks, assigned=assigned),
    )


@bp.get("/agency")
@coordinators_only
def agency() -> str:
    return _agency_page(viewer().agency or abort(403))


@bp.get("/organize/agencies/<code>")
@organizers_only
def agency_of(code: str) -> str:
    return _agency_page(agencies.by_code(code) or abort(404))


def _agency_page(shown: Agency) -> str:
    """The page for its coordinator, who may act, and for organizers, who read; either prints it for a director."""
    user = viewer()
    is_own = user.is_coordinator and user.agency_id == shown.id
    people = team.people_of(shown)
    courses = team.courses_of(shown, people)
    seats_taken = team.seats_of(shown)
    standing = assignments.of_agency(shown)
    plans = plan.of_courses(courses, standing)
    waiting = approvals.waiting(user) if is_own else []
    return render_template(
        "home/agency.html",
        agency=shown,
        is_own=is_own,
        courses=courses,
        plans=plans,
        seats=seats_taken,
        attended=team.attended_of(shown),
        waiting=waiting,
        coordinators=[] if is_own else coordinators.of_agency(shown),
        reminded={} if is_own else coordinators.last_reminded(shown, catalog.courses()),
        tasks=week.tasks(waiting=len(waiting), seats=seats_taken, standing=standing, plans=plans)
        if is_own
        else [],
        size=sum(person.is_here for person in people),
        at=clock.now(),
    )


@bp.post("/preferences")
@public
# Its form stands on pages kept for everyone; the Origin is checked at the door and only a cookie changes.
@csrf.exempt  # type: ignore[untyped-decorator]
def preferences() -> Response:
    response = redirect(_page_left(), 303)
    language, theme = request.form.get("lang"), request.form.get("theme")
    if language in LANGUAGES:
        _remember(response, COOKIE, language)
    if theme in THEMES:
        _remember(response, "theme", theme)
    elif theme is not None:
        response.delete_cookie("theme")
    return response


def _page_left() -> str:
    """The page whose foot was used, if it is one of ours that opens again: what answered a POST may not."""
    target = safe_next(request.form.get("next")) or "/"
    return target if current_app.url_map.bind("").test(urlsplit(target).path, "GET") else "/"


def _remember(response: Response, name: str, value: str) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Alive, and the database answers; 503 where it does not."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Counts for a monitoring system, in the Prometheus text format; no names, no addresses.

    The last of them is the moment a worker was last heard of (seconds since 1970, 0 for never).
    """
    counted = {
        "portal_users": select(func.count(User.id)),
        "portal_registrations": select(func.count(Registration.id)),
        "portal_attempts": select(func.count(Attempt.id)),
        "portal_module_passes": select(func.count(ModulePass.id)).where(ModulePass.ended_at.is_(None)),
        "portal_mail_queued": select(func.count()).where(OutboxMessage.status == MessageStatus.QUEUED),
        "portal_mail_failed": select(func.count()).where(OutboxMessage.status == MessageStatus.FAILED),
        "portal_mail_in_doubt": select(func.count()).where(*outbox.IN_DOUBT),
    }
    heard = select(func.max(Heartbeat.at, type_=UTCDateTime()))
    asked = [one.scalar_subquery() for one in (*counted.values(), heard)]
    *counts, beat = db.session.execute(select(*asked)).one()
    found = dict(zip(counted, counts, strict=True)) | {
        "portal_worker_heard_timestamp_seconds": int(beat.timestamp()) if beat else 0
    }
    lines = [f"# TYPE {name} gauge\n{name} {count}\n" for name, count in found.items()]
    return Response("".join(lines), mimetype="text/plain; version=0.0.4")
