"""Pages of who takes part: workshops with their seats, registering and answering, cancelling; calendars are calendar_views', the organizer's pages are manage's."""

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
from flask_login import current_user

from portal.accounts.access import viewer
from portal.accounts.models import User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import public
from portal.core.i18n import _
from portal.core.pagecache import for_everyone
from portal.participation import answer_forms, answers as taking, registration as registrations, seats
from portal.participation.answer_forms import AnswersForm
from portal.participation.eligibility import NotEligible
from portal.participation.forms import Confirm
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.standing import Place, Standing, standing_of, standing_of_user
from portal.programme import questions, workshops as offers
from portal.programme.models import Workshop, WorkshopStatus
from portal.programme.questions import BadAnswers

bp = Blueprint("participation", __name__)


@bp.get("/workshops")
@public
@for_everyone
def workshops() -> str:
    offered = offers.published()
    user = _user()
    return render_template(
        "participation/workshops.html",
        workshops=offered,
        seats=seats.of_many(offered),
        mine=standing_of_user(user) if user else {},
    )


@bp.get("/workshops/<code>")
@public
@for_everyone
def workshop(code: str) -> Response:
    return _page(_workshop(code))


@bp.route("/workshops/<code>/registration", methods=["GET", "POST"])
def register(code: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _form_to_register(code)
    workshop = _offered(registrations.held(code))
    form = answer_forms.form_of(questions.of(workshop))
    try:
        mine = taking.register(workshop, user=viewer(), sent=form.sent())
    except BadAnswers as no:
        db.session.rollback()
        form.refuse_answers(no)
        return _form_page(workshop, form, standing_of(workshop, viewer()), 422)
    except Refused as no:
        db.session.rollback()
        return _page(_workshop(code), no)
    # Before the commit: afterwards it would take the lock once more.
    place = mine.place or seats.position(mine)
    db.session.commit()
    if place:
        flash(_("ยังไม่ได้ที่นั่ง คุณอยู่ในคิวเป็นลำดับที่ %(place)d", place=place), "now")
    else:
        flash(_("จองที่นั่งแล้ว นัดหมายส่งไปที่อีเมลของคุณ"), "ok")
    return _to(code)


@bp.route("/workshops/<code>/answers", methods=["GET", "POST"])
def answers(code: str) -> ResponseReturnValue:
    mine = _mine(code)
    asked = questions.of(mine.workshop)
    if not asked or mine.status is RegistrationStatus.CANCELLED:
        return _to(code)
    if mine.workshop.status is WorkshopStatus.CANCELLED:
        flash(str(taking.CalledOff()), "now")
        return _to(code)
    form = answer_forms.form_of(asked, mine.answers)
    if not form.validate_on_submit():
        return _answers_page(mine, form, 200)
    try:
        taking.keep(mine, sent=form.sent())
    except BadAnswers as no:
        db.session.rollback()
        form.refuse_answers(no)
        return _answers_page(mine, form, 422)
    except Refused as no:
        db.session.rollback()
        return _page(_workshop(code), no)
    db.session.commit()
    flash(_("บันทึกคำตอบแล้ว"), "ok")
    return _to(code)


@bp.route("/workshops/<code>/registration/cancel", methods=["GET", "POST"])
def cancel(code: str) -> ResponseReturnValue:
    form = Confirm()
    mine = _mine(code)
    if mine.status is RegistrationStatus.CANCELLED:
        flash(_("การลงทะเบียนนี้ยกเลิกไปแล้ว"))
        return _to(code)
    if not form.validate_on_submit():
        has_begun = registrations.has_begun(mine.workshop)
        return make_response(
            render_template("participation/cancel.html", form=form, mine=mine, has_begun=has_begun)
        )
    had_seat = mine.status is RegistrationStatus.CONFIRMED
    try:
        registrations.cancel(mine, by=viewer())
    except Refused as no:
        db.session.rollback()
        return _page(_workshop(code), no)
    db.session.commit()
    flash(_("ยกเลิกที่นั่งแล้ว ที่นั่งนี้เปิดให้ผู้ที่รออยู่") if had_seat else _("ออกจากคิวแล้ว"), "ok")
    return _to(code)


def _user() -> User | None:
    return viewer() if current_user.is_authenticated else None


def _workshop(code: str) -> Workshop:
    """As its page shows it. What was called off before it was ever on offer, organizers find under its address, nobody else."""
    user = _user()
    return _offered(offers.workshop_by_code(code, drafts=user is not None and user.may_organize))


def _offered(found: Workshop | None) -> Workshop:
    return abort(404) if found is None or found.status is WorkshopStatus.DRAFT else found


def _mine(code: str) -> Registration:
    """The viewer's own registration; there is no way to name somebody else's."""
    return registrations.registration_of(_offered(offers.with_sessions(code)), viewer()) or abort(404)


def _form_to_register(code: str) -> ResponseReturnValue:
    """The questions before a seat is booked; who may not book, or has done so, is told by the workshop's page."""
    workshop = _workshop(code)
    standing = standing_of(workshop, viewer())
    if not workshop.questions or standing.place is not Place.OPEN:
        return _to(code)
    before = registrations.registration_of(workshop, viewer())
    form = answer_forms.form_of(questions.of(workshop), before.answers if before else None)
    return _form_page(workshop, form, standing, 200)


def _form_page(workshop: Workshop, form: AnswersForm, standing: Standing, status: int) -> Response:
    page = render_template("participation/register.html", workshop=workshop, form=form, standing=standing)
    return make_response(page, status)


def _answers_page(mine: Registration, form: AnswersForm, status: int) -> Response:
    asked = questions.of(mine.workshop)
    page = render_template(
        "participation/answers.html",
        mine=mine,
        form=form,
        has_begun=registrations.has_begun(mine.workshop),
        given=[(taking.label_of(one), questions.shown(one, mine.answers)) for one in asked],
    )
    return make_response(page, status)


def _page(shown: Workshop, no: Refused | None = None) -> Response:
    """The workshop's page; with a refusal above it: 403 when it concerns the person, 409 when it concerns the moment."""
    status = 200 if no is None else 403 if isinstance(no, NotEligible) else 409
    standing = standing_of(shown, _user())
    mine = standing.registration
    page = render_template(
        "participation/workshop.html",
        workshop=shown,
        standing=standing,
        refused=no,
        material_count=offers.material_count(shown),
        questions_wait=mine is not None and taking.are_waiting(mine),
    )
    return make_response(page, status)


def _to(code: str) -> ResponseReturnValue:
    return redirect(url_for("participation.workshop", code=code), 303)
