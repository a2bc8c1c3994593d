"""The coordinator's pages of their team in a workshop: register, invite, hand a seat on, cancel; always of the own agency alone."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts import invitations
from portal.accounts.access import coordinators_only, only_my_agency, viewer
from portal.accounts.models import Agency, User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.participation import answers, eligibility, members, registration as registrations, seats, teams
from portal.participation.members import Member
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.seats import TAKES_A_SEAT, WAITLISTED
from portal.participation.team_forms import ALL_OR_NONE, CancelForm, InviteForm, SwapForm, TeamForm
from portal.programme import workshops
from portal.programme.models import Workshop

bp = Blueprint("teams", __name__, url_prefix="/agency/workshops/<code>")


@bp.get("")
@coordinators_only
def team(code: str) -> ResponseReturnValue:
    return _team_page(_workshop(code))


@bp.post("/registrations")
@coordinators_only
def register(code: str) -> ResponseReturnValue:
    workshop, form = _workshop(code), TeamForm()
    if not form.validate():
        return _team_page(workshop, form=form, status=422)
    people = _people(form.people.data)
    try:
        all_or_none = form.how.data == ALL_OR_NONE
        result = teams.register_team(workshop, people, by=viewer(), all_or_none=all_or_none)
    except Refused as no:
        db.session.rollback()
        _put(no, form)
        return _team_page(_workshop(code), form=form, status=409)
    flash(*_said(result))
    db.session.commit()
    return _to(code)


@bp.post("/invitations")
@coordinators_only
def invite(code: str) -> ResponseReturnValue:
    workshop, form = _workshop(code), InviteForm()
    if not form.validate():
        return _team_page(workshop, invitation=form, status=422)
    try:
        person = _invite(form.email.data, form.name.data)
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        form.refuse(no)
        return _team_page(_workshop(code), invitation=form, status=getattr(no, "status", 409))
    if invitations.is_invited(person):
        flash(_("ส่งคำเชิญให้ %(name)s แล้ว", name=person.name), "ok")
    else:
        flash(_("%(name)s มีบัญชีในหน่วยงานอยู่แล้ว", name=person.name), "ok")
    if form.at_once.data:
        _register_at_once(_workshop(code), person)
    return _to(code)


@bp.post("/invitations/<person>/withdrawal")
@coordinators_only
def withdraw(code: str, person: str) -> ResponseReturnValue:
    _workshop(code)
    [invited] = _people([person])
    name = invited.name
    try:
        teams.withdraw_invitation(invited, by=viewer())
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        flash(str(no), "now")
    else:
        flash(_("ถอนคำเชิญของ %(name)s แล้ว ลิงก์ในอีเมลใช้ไม่ได้อีก", name=name), "ok")
    return _to(code)


@bp.route("/registrations/<registration>/swap", methods=["GET", "POST"])
@coordinators_only
def swap(code: str, registration: str) -> ResponseReturnValue:
    workshop = _workshop(code)
    mine = _registration(workshop, registration)
    if mine.status is RegistrationStatus.CANCELLED:
        flash(str(teams.NothingToHandOn()), "now")
        return _to(code)
    form, status = SwapForm.among(_colleagues(workshop, mine)), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _swap(mine, form)
            except Refused as no:
                db.session.rollback()
                status = getattr(no, "status", 409)
                _put(no, form)
                workshop = _workshop(code)
                mine = _registration(workshop, registration)
    return _page("swap", workshop, form, status, mine=mine)


@bp.route("/registrations/<registration>/cancel", methods=["GET", "POST"])
@coordinators_only
def cancel(code: str, registration: str) -> ResponseReturnValue:
    workshop, form, status = _workshop(code), CancelForm(), 200
    mine = _registration(workshop, registration)
    if mine.status is RegistrationStatus.CANCELLED:
        flash(_("การลงทะเบียนนี้ยกเลิกไปแล้ว"), "now")
        return _to(code)
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                registrations.cancel(mine, by=viewer(), why=form.why.data or "")
                flash(_("ยกเลิกให้ %(name)s แล้ว และแจ้งทางอีเมลแล้ว", name=mine.user.name), "ok")
                db.session.commit()
                return _to(code)
            except Refused as no:
                db.session.rollback()
                status = 409
                form.refuse(no)
                workshop = _workshop(code)
                mine = _registration(workshop, registration)
    return _page("cancel", workshop, form, status, mine=mine)


def _workshop(code: str) -> Workshop:
    found = workshops.with_sessions(code)
    return abort(404) if found is None or workshops.is_private(found) else found


def _agency() -> Agency:
    return viewer().agency or abort(403)


def _registration(workshop: Workshop, code: str) -> Registration:
    """A registration in the name of the viewer's agency; any other is not there."""
    named = select(Registration).where(Registration.code == code, Registration.workshop_id == workshop.id)
    found: Registration | None = db.session.scalar(only_my_agency(named, Registration.agency_id, viewer()))
    return found or abort(404)


def _people(codes: Sequence[str]) -> list[User]:
    """The people of the viewer's agency with these codes, in this order; 404 when one of them is not."""
    named = only_my_agency(select(User).where(User.code.in_(codes)), User.agency_id, viewer())
    found = {person.code: person for person in db.session.scalars(named)}
    return [found.get(code) or abort(404) for code in codes]


def _invite(email: str, name: str) -> User:
    """The try counts also when the invitation is refused."""
    invitations.note_try(email, by=viewer())
    db.session.commit()
    return invitations.invite(email=email, name=name, agency=_agency(), by=viewer())


def _register_at_once(workshop: Workshop, person: User) -> None:
    try:
        result = teams.register_team(workshop, [person], by=viewer(), all_or_none=False)
        flash(*_said(result))
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        flash(str(no), "now")


def _swap(mine: Registration, form: SwapForm) -> ResponseReturnValue:
    code, before = mine.workshop.code, mine.user.name
    to = _invite(form.email.data, form.name.data) if form.is_new else _people([form.to.data])[0]
    teams.swap(mine, to=to, by=viewer(), why=form.why.data or "")
    words = _("%(name)s มาแทน %(before)s แล้ว และส่งอีเมลบอกทั้งสองคนแล้ว", name=to.name, before=before)
    db.session.commit()
    flash(words, "ok")
    return _to(code)


def _colleagues(workshop: Workshop, mine: Registration) -> list[tuple[str, str]]:
    """Who could take the place, by code and words."""
    people = members.people_for(workshop, _agency().id)
    return [(one.user.code, _named(one)) for one in people if one.may_take(mine)]


def _named(one: Member) -> str:
    if one.registration is not None:
        return str(_("%(name)s (รอในคิวลำดับที่ %(place)d)", name=one.user.name, place=one.position))
    if one.is_invited:
        return str(_("%(name)s (เชิญแล้ว ยังไม่ตั้งรหัสผ่าน)", name=one.user.name))
    return one.user.name


def _put(no: Refused, form: TeamForm | SwapForm) -> None:
    """The refusal into the form; of a team each person's own."""
    if isinstance(no, teams.TeamRefused):
        form.form_errors.extend(f"{person.name}: {why}" for person, why in no.refusals)
    else:
        form.refuse(no)


def _said(result: teams.TeamResult) -> tuple[str, str]:
    """What became of a team, and how glad it is of it."""
    parts = []
    if result.seated:
        parts.append(_("ได้ที่นั่ง %(count)d คน", count=len(result.seated)))
    if result.waiting:
        parts.append(_("รอในคิว %(count)d คน", count=len(result.waiting)))
    if result.kept:
        parts.append(_("ลงทะเบียนไว้ก่อนแล้ว %(count)d คน", count=len(result.kept)))
    return " · ".join(map(str, parts)), "now" if result.waiting else "ok"


def _team_page(
    workshop: Workshop,
    *,
    form: TeamForm | None = None,
    invitation: InviteForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    agency = _agency()
    people = members.people_for(workshop, agency.id)
    places = [one.registration.status for one in people if one.registration is not None]
    unanswered = [
        one.user.code for one in people if one.registration and answers.are_waiting(one.registration)
    ]
    page = render_template(
        "participation/team.html",
        workshop=workshop,
        agency=agency,
        people=people,
        counted=seats.seats(workshop),
        held=sum(place in TAKES_A_SEAT for place in places),
        waiting=places.count(WAITLISTED),
        unanswered=unanswered,
        has_guarantee=seats.has_guarantee(workshop),
        refusal=eligibility.not_open(workshop) or eligibility.not_eligible(workshop, viewer()),
        has_begun=registrations.has_begun(workshop),
        form=form or TeamForm(formdata=None),
        invitation=invitation or InviteForm(formdata=None),
        failed=bool((form and form.errors) or (invitation and invitation.errors)),
    )
    return page, status


def _page(
    name: str, workshop: Workshop, form: SwapForm | CancelForm, status: int, *, mine: Registration
) -> ResponseReturnValue:
    page = render_template(
        f"participation/team_{name}.html",
        workshop=workshop,
        form=form,
        mine=mine,
        place=seats.position(mine),
        has_begun=registrations.has_begun(workshop),
    )
    return page, status


def _to(code: str) -> ResponseReturnValue:
    return redirect(url_for("teams.team", code=code), 303)
