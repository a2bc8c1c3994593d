"""Pages of accounts: signing up, in and out, a forgotten password, and the account itself; who belongs to an agency is decided in approval_views."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from portal.accounts import agencies, passwords, people, recovery, sign_ins, signup, throttle
from portal.accounts.access import viewer
from portal.accounts.forms import ForgotForm, PasswordForm, ProfileForm, ResetForm, SignInForm, SignUpForm
from portal.accounts.models import User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.forms import Form
from portal.core.guard import public, safe_next
from portal.core.i18n import COOKIE, _, language
from portal.core.tokens import BadToken

bp = Blueprint("accounts", __name__)

Answer = Response | str | tuple[str, int]

A_YEAR = 365 * 24 * 3600


def _network() -> str:
    return throttle.network(request.remote_addr)


def _refused(form: Form, no: Refused) -> int:
    """Show a refusal in the form; gives back the status of the page."""
    db.session.rollback()
    form.refuse(no)
    return getattr(no, "status", 422)


def _speak(response: Response, chosen: str) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(COOKIE, chosen, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True)
    return response


def _onward() -> str:
    return safe_next(request.values.get("next")) or url_for("home.me")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    if current_user.is_authenticated:
        return redirect(_onward(), 303)
    form, status = SignInForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _sign_in(form)
            except Refused as no:
                status = _refused(form, no)
    samples = people.samples() if current_app.config["DEMO"] else ()
    onward = safe_next(request.values.get("next")) or ""
    return render_template("accounts/sign_in.html", form=form, samples=samples, onward=onward), status


def _sign_in(form: SignInForm) -> Response:
    claimed = sign_ins.claim(form.email.data, network=_network())
    db.session.commit()  # nothing is locked while the password is checked
    is_right = passwords.verify(claimed.password_hash, form.password.data)
    fresh = None
    if is_right and passwords.is_dated(claimed.password_hash or ""):
        fresh = passwords.hash_password(form.password.data)
    user = sign_ins.owner_of(claimed, is_right=is_right)
    if fresh:
        user.password_hash = fresh
    if user.confirmed_at is None:
        signup.send_confirmation(user)
        db.session.commit()
        session["sent_to"] = user.email
        return redirect(url_for("accounts.sign_up_sent"), 303)
    return _enter(user, remember=form.remember.data)


def _enter(user: User, *, remember: bool = False) -> Response:
    """Begin a session of this browser as this person, and go on to where they wanted."""
    onward = redirect(_onward(), 303)
    if COOKIE not in request.cookies and user.language != language():
        _speak(onward, user.language)
    _end_this_session()
    sign_ins.start(user, device=sign_ins.device_name(request.user_agent.string), remember=remember)
    login_user(user)
    session.permanent = remember
    db.session.commit()
    return onward


def _end_this_session() -> None:
    """Whatever this browser was signed in to; a session that begins has nothing of the one before."""
    if current_user.is_authenticated:
        user = viewer()
        here = sign_ins.of_this_device(user)
        if here is not None:
            sign_ins.end(here, by=user)
    session.clear()


def demo_sign_in(code: str) -> Response:
    person = people.sample(code)
    if person is None:
        abort(404)
    return _enter(person)


def _add_demonstration(state: BlueprintSetupState) -> None:
    """Outside a demonstration this address does not exist at all."""
    if state.app.config["DEMO"]:
        state.add_url_rule("/sign-in/as/<code>", "demo_sign_in", public(demo_sign_in), methods=["POST"])


bp.record(_add_demonstration)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    _end_this_session()
    db.session.commit()
    flash(_("ออกจากระบบแล้ว"), "ok")
    return redirect("/", 303)


@bp.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> Answer:
    form, status = SignUpForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _sign_up(form)
            except Refused as no:
                status = _refused(form, no)
    return render_template("accounts/sign_up.html", form=form, agencies=agencies.options()), status


def _sign_up(form: SignUpForm) -> Response:
    signup.note_try(form.email.data, network=_network())
    db.session.commit()  # nothing is locked while the password is hashed
    password_hash = passwords.hash_password(form.password.data)
    if form.chosen is None:
        abort(400)
    signup.sign_up(
        name=form.name.data,
        email=form.email.data,
        agency=form.chosen,
        password_hash=password_hash,
        position=form.position.data or "",
        language=language(),
    )
    db.session.commit()
    session["sent_to"] = form.email.data
    return redirect(url_for("accounts.sign_up_sent"), 303)


@bp.get("/sign-up/sent")
@public
def sign_up_sent() -> str:
    days = signup.CONFIRM_WITHIN.days
    return render_template("accounts/sign_up_sent.html", email=session.get("sent_to"), days=days)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> Answer:
    try:
        if request.method == "GET":
            return render_template("accounts/confirm.html", person=signup.person_of(token), token=token)
        user = signup.confirm(token)
    except BadToken as no:
        return _dead_link(no)
    except signup.AlreadyConfirmed as no:
        flash(str(no), "ok")
        return redirect(url_for("accounts.sign_in"), 303)
    db.session.commit()
    if user.is_approved:
        flash(_("ยืนยันอีเมลแล้ว เข้าสู่ระบบได้เลย"), "ok")
    else:
        flash(
            _("ยืนยันอีเมลแล้ว เข้าสู่ระบบและเปิดบทเรียนได้เลย ผู้ประสานงานของหน่วยงานจะยืนยันสังกัดให้ แล้วเราจะส่งอีเมลบอก"),
            "ok",
        )
    return redirect(url_for("accounts.sign_in"), 303)


def _dead_link(no: BadToken) -> tuple[str, int]:
    return render_template("accounts/dead_link.html", text=str(no)), 410


@bp.route("/forgot-password", methods=["GET", "POST"])
@public
def forgot() -> Answer:
    form, status = ForgotForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                recovery.ask(form.email.data, network=_network())
                db.session.commit()
                session["sent_to"] = form.email.data
                return redirect(url_for("accounts.forgot_sent"), 303)
            except Refused as no:
                status = _refused(form, no)
    return render_template("accounts/forgot.html", form=form), status


@bp.get("/forgot-password/sent")
@public
def forgot_sent() -> str:
    hours = recovery.RESET_WITHIN.seconds // 3600
    return render_template("accounts/forgot_sent.html", email=session.get("sent_to"), hours=hours)


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Answer:
    try:
        user = recovery.person_of(token)
        form, status = ResetForm(), 200
        form.email = user.email
        if form.is_submitted():
            status = 422
            if form.validate():
                db.session.rollback()  # nothing is locked while the password is hashed
                recovery.reset(token, passwords.hash_password(form.password.data))
                db.session.commit()
                flash(_("ตั้งรหัสผ่านใหม่แล้ว เข้าสู่ระบบได้เลย"), "ok")
                return redirect(url_for("accounts.sign_in"), 303)
    except BadToken as no:
        return _dead_link(no)
    return render_template("accounts/reset.html", form=form, person=user, token=token), status


@bp.route("/account", methods=["GET", "POST"])
def account() -> Answer:
    user = viewer()
    form = ProfileForm(obj=user)
    if not form.is_submitted():
        return _account_page(form, PasswordForm(formdata=None), 200)
    if not form.validate():
        return _account_page(form, PasswordForm(formdata=None), 422)
    user.name, user.position = form.name.data, form.position.data or ""
    user.language = form.language.data
    db.session.commit()
    flash(_("บันทึกข้อมูลบัญชีแล้ว"), "ok")
    return _speak(redirect(url_for("accounts.account"), 303), form.language.data)


def _account_page(profile: ProfileForm, password: PasswordForm, status: int) -> tuple[str, int]:
    user = viewer()
    page = render_template(
        "accounts/account.html",
        user=user,
        profile=profile,
        password=password,
        devices=sign_ins.running(user),
        failed=bool(profile.errors or password.errors),
    )
    return page, status


@bp.route("/account/password", methods=["GET", "POST"])
def change_password() -> Answer:
    if request.method == "GET":  # the address of the page that showed a bad form
        return redirect(url_for("accounts.account"), 303)
    form, status = PasswordForm(), 422
    form.email = viewer().email
    if form.validate():
        try:
            _change_password(form)
            flash(_("เปลี่ยนรหัสผ่านแล้ว เครื่องอื่นที่เข้าสู่ระบบไว้ถูกนำออกทั้งหมด"), "ok")
            return redirect(url_for("accounts.account"), 303)
        except Refused as no:
            status = _refused(form, no)
    return _account_page(ProfileForm(formdata=None, obj=viewer()), form, status)


def _change_password(form: PasswordForm) -> None:
    user = viewer()
    hit = recovery.note_change(user)
    password_hash = user.password_hash
    db.session.commit()  # nothing is locked while the passwords are checked and hashed
    if not passwords.verify(password_hash, form.current.data):
        raise recovery.WrongCurrentPassword
    fresh = passwords.hash_password(form.password.data)
    throttle.give_back(hit)
    recovery.set_password(user, fresh, keep=sign_ins.of_this_device(user))
    db.session.commit()


@bp.post("/account/sign-ins/<code>/end")
def end_sign_in(code: str) -> Response:
    user = viewer()
    row = sign_ins.of_person(user, code)
    if row is None:
        abort(404)
    if row.key == user.sign_in_key:
        return sign_out()
    sign_ins.end(row, by=user)
    db.session.commit()
    flash(_("นำเครื่องนั้นออกจากระบบแล้ว"), "ok")
    return redirect(url_for("accounts.account"), 303)


@bp.post("/account/sign-ins/end-others")
def end_other_sign_ins() -> Response:
    user = viewer()
    sign_ins.end_all(user, but=sign_ins.of_this_device(user))
    db.session.commit()
    flash(_("ออกจากระบบในเครื่องอื่นทั้งหมดแล้ว"), "ok")
    return redirect(url_for("accounts.account"), 303)
