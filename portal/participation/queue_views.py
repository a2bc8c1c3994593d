"""The organizer's page of a queue with its standing offers, and the ledger of seats for organizers and coordinators; what moves a queue is registration's and offers' matter."""

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

from portal.accounts.access import coordinators_only, organizers_only, viewer
from portal.accounts.models import Agency
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.participation import (
    ledger as ledgers,
    lines,
    queue as queues,
    registration as registrations,
    seats,
)
from portal.participation.forms import Removal
from portal.participation.models import Registration, RegistrationStatus
from portal.programme import workshops
from portal.programme.models import Workshop

bp = Blueprint("queue", __name__)


@bp.get("/organize/workshops/<code>/queue")
@organizers_only
def queue(code: str) -> str:
    workshop = _workshop(code)
    counted, rule, taken = seats.seats(workshop), seats.rule_of(workshop), seats.taken_in(workshop)
    asked = request.args.get("page", "1")
    return render_template(
        "participation/queue.html",
        workshop=workshop,
        counted=counted,
        kept_seats=queues.kept(rule, taken),
        page=lines.page_of(workshop, rule, taken, waiting=counted.waiting, page=asked),
        offers=lines.offers_of(workshop) if counted.offered else [],
    )


@bp.route("/organize/workshops/<code>/queue/<place>/removal", methods=["GET", "POST"])
@organizers_only
def removal(code: str, place: str) -> ResponseReturnValue:
    one = _registration(_workshop(code), place)
    form = Removal()
    if one.status is RegistrationStatus.CANCELLED:
        flash(_("การลงทะเบียนนี้ยกเลิกไปแล้ว"))
        return redirect(url_for("queue.queue", code=code), 303)
    if form.validate_on_submit():
        try:
            registrations.take_out(one, by=viewer(), why=form.why.data)
            said = _("นำ %(name)s ออกจากคิวแล้ว", name=one.user.name)
            db.session.commit()
        except Refused as no:
            db.session.rollback()
            flash(str(no), "bad")
        else:
            flash(said, "ok")
        return redirect(url_for("queue.queue", code=code), 303)
    page = render_template("participation/removal.html", form=form, one=one, workshop=one.workshop)
    return make_response(page, 422 if form.errors else 200)


@bp.get("/organize/workshops/<code>/ledger")
@organizers_only
def ledger(code: str) -> Response:
    workshop = _workshop(code)
    wanted, agency = request.args.get("agency", ""), None
    if wanted:
        agency = db.session.scalar(select(Agency).where(Agency.code == wanted)) or abort(404)
    return _ledger_page(workshop, agency, ledgers.agencies_in(workshop))


@bp.get("/agency/workshops/<code>/ledger")
@coordinators_only
def agency_ledger(code: str) -> Response:
    workshop = _workshop(code)
    if workshops.is_private(workshop):
        abort(404)
    return _ledger_page(workshop, viewer().agency or abort(403), None)


def _ledger_page(workshop: Workshop, agency: Agency | None, known: list[ledgers.Known] | None) -> Response:
    """`known`: the agencies to choose from, None for who sees but their own."""
    page = ledgers.page_for(workshop, agency.id if agency else None, page=request.args.get("page", 1))
    shown = render_template(
        "participation/ledger.html",
        workshop=workshop,
        agency=agency,
        known=known,
        page=page,
        words={move.value: str(word) for move, word in ledgers.MOVE_WORDS.items()},
    )
    return make_response(shown)


def _workshop(code: str) -> Workshop:
    return workshops.alone(code) or abort(404)


def _registration(workshop: Workshop, code: str) -> Registration:
    found = db.session.scalar(
        select(Registration).where(Registration.workshop_id == workshop.id, Registration.code == code)
    )
    return found or abort(404)
