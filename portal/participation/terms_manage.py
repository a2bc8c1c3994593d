"""The organizer's pages of the terms and the answers of a workshop: seats, and what people answered; what the terms mean is terms' matter."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only, viewer
from portal.core import paging
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _n
from portal.participation import answers, seats as counting, terms as rules
from portal.participation.forms import SeatsForm
from portal.participation.models import Registration, RegistrationStatus
from portal.programme import desk, questions, workshops
from portal.programme.clashes import clash_of
from portal.programme.models import Workshop

bp = Blueprint("terms", __name__, url_prefix="/organize/workshops")

FIRST_ANSWERS = 5  # of a question in words, beside the others


@bp.get("/<code>/answers")
@organizers_only
def results(code: str) -> str:
    workshop = _workshop(code)
    asked = questions.of(workshop)
    chosen = next((one for one in asked if one.code == request.args.get("question")), None)
    found = answers.results(workshop, [chosen] if chosen else asked)
    return render_template(
        "participation/results.html",
        workshop=workshop,
        results=found,
        chosen=chosen,
        page=paging.part_of(found[0].lines, page=request.args.get("page", "1")) if chosen else None,
        labels={one.code: answers.label_of(one) for one in asked},
        conditions={one.code: answers.condition_of(one, asked) for one in asked},
        most=FIRST_ANSWERS,
    )


@bp.route("/<code>/seats", methods=["GET", "POST"])
@organizers_only
def seats(code: str) -> ResponseReturnValue:
    workshop = _workshop_alone(code)
    form = SeatsForm() if request.method == "POST" else SeatsForm.of(workshop)
    if form.validate_on_submit():
        try:
            promoted = rules.change(workshop, form.terms(), by=viewer(), version=form.version.data)
            said = _saved(promoted)
            db.session.commit()
        except desk.Stale as no:
            db.session.rollback()
            workshop = _workshop_alone(code)
            form.met(clash_of(no), no.version)
        except Refused as no:
            db.session.rollback()
            workshop = _workshop_alone(code)
            form.refuse(no)
        else:
            flash(said, "ok")
            return redirect(url_for("terms.seats", code=code), 303)
    page = render_template(
        "participation/seats.html",
        workshop=workshop,
        form=form,
        counted=counting.seats(workshop),
        kept_seats=counting.kept_in(workshop),
    )
    return page, 409 if form.clash else 422 if form.errors else 200


def _saved(promoted: list[Registration]) -> str:
    offered = sum(one.status is RegistrationStatus.OFFERED for one in promoted)
    if offered:
        return str(_n("บันทึกแล้ว และเสนอที่นั่งให้ผู้รอ %(num)d คน", "บันทึกแล้ว และเสนอที่นั่งให้ผู้รอ %(num)d คน", offered))
    if promoted:
        return str(
            _n("บันทึกแล้ว และเลื่อนผู้รอได้ที่นั่ง %(num)d คน", "บันทึกแล้ว และเลื่อนผู้รอได้ที่นั่ง %(num)d คน", len(promoted))
        )
    return str(_("บันทึกแล้ว"))


def _workshop_alone(code: str) -> Workshop:
    return workshops.alone(code) or abort(404)


def _workshop(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)
