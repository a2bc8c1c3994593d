"""Pages that show several rooms to the visitor, the learner and the coordinator, and the two addresses for machines."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from sqlalchemy import func, select, text

from portal.accounts import approvals
from portal.accounts.access import coordinators_only, viewer
from portal.accounts.models import User
from portal.awards import rounds
from portal.core import clock, pagecache
from portal.core.db import db
from portal.core.guard import csrf, public, safe_next
from portal.core.i18n import COOKIE, LANGUAGES, _
from portal.courses import catalog
from portal.home import mine, team
from portal.learning.models import Attempt, ModulePass
from portal.learning.progress import strip_of_user
from portal.mail.models import MessageStatus, OutboxMessage
from portal.participation import seats
from portal.participation.models import Registration
from portal.programme import workshops

bp = Blueprint("home", __name__)

THEMES = ("light", "dark")
A_YEAR = 365 * 24 * 3600


@bp.app_context_processor
def _surroundings() -> dict[str, Any]:
    """What every page needs to know: the brightness chosen, and whether this is a demonstration."""
    banner = None
    if current_app.config["DEMO"] and clock.is_shifted():
        banner = _("สาธิต: นาฬิกาของระบบตั้งไว้ที่รอบปี 2566 คน หน่วยงานตัวอย่าง ที่นั่ง และวันเปิดรับลงทะเบียนเป็นข้อมูลตัวอย่าง")
    return {"theme": request.cookies.get("theme", ""), "demo_banner": banner}


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
        courses=catalog.courses(),
        today=clock.today(),
        at=clock.now(),
    )


@bp.get("/me")
def me() -> str:
    user = viewer()
    taken = mine.registrations_of(user)
    learned = mine.progress_of(user)
    return render_template(
        "home/me.html",
        user=user,
        registrations=taken,
        positions=seats.positions(taken),
        progress=learned,
        strips={one.course.code: strip_of_user(one) for one in learned},
        next=mine.next_step(user, taken, learned),
    )


@bp.get("/agency")
@coordinators_only
def agency() -> str:
    user = viewer()
    if user.agency is None:
        abort(404)
    return render_template(
        "home/agency.html",
        agency=user.agency,
        courses=team.courses_of(user.agency),
        seats=team.seats_of(user.agency),
        waiting=approvals.waiting(user),
        size=team.size_of(user.agency),
        at=clock.now(),
    )


@bp.post("/preferences")
@public
@csrf.exempt  # its form stands on pages kept for everyone; the Origin is checked at the door and only a cookie changes
def preferences() -> Any:
    response = redirect(safe_next(request.form.get("next")) or "/", 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    language, theme = request.form.get("lang"), request.form.get("theme")
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True)
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True)
    elif theme is not None:
        response.delete_cookie("theme")
    return response


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Alive, and the database answers."""
    db.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Counts for a monitoring system, in the Prometheus text format; no names, no addresses."""
    counts = {
        "portal_users": select(func.count()).select_from(User),
        "portal_registrations": select(func.count()).select_from(Registration),
        "portal_attempts": select(func.count()).select_from(Attempt),
        "portal_module_passes": select(func.count()).select_from(ModulePass),
        "portal_mail_queued": select(func.count()).where(OutboxMessage.status == MessageStatus.QUEUED),
        "portal_mail_failed": select(func.count()).where(OutboxMessage.status == MessageStatus.FAILED),
    }
    lines = [f"# TYPE {name} gauge\n{name} {db.session.scalar(query)}\n" for name, query in counts.items()]
    return Response("".join(lines), mimetype="text/plain; version=0.0.4")
