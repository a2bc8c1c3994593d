"""Authors' pages of a course as a whole: its files as a tree, what differs from the current edition, publishing, history and the way back; files stand in files_manage, questions in questions_manage."""

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

from portal.accounts.access import organizers_only, viewer
from portal.authoring import changes, course_text, differences, drafts, outline
from portal.authoring.changes import Work
from portal.authoring.forms import ActForm, CourseForm, PublishForm
from portal.authoring.models import Draft
from portal.authoring.outline import Outline
from portal.core import paging
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.forms import Form
from portal.core.i18n import _
from portal.courses import catalog, editions
from portal.courses.models import Edition

bp = Blueprint("authoring", __name__, url_prefix="/organize/courses")

PER_PAGE = 20


@bp.get("")
@organizers_only
def courses() -> str:
    begun = {draft.course: draft for draft in drafts.all_drafts()}
    current = catalog.courses()
    new = [code for code in begun if code not in {course.code for course in current}]
    latest = {edition.course: edition for edition in editions.latest()}
    return render_template("authoring/courses.html", courses=current, drafts=begun, new=new, editions=latest)


@bp.route("/new", methods=["GET", "POST"])
@organizers_only
def new_course() -> ResponseReturnValue:
    form = CourseForm()
    if form.validate_on_submit():
        words = (form.title_th.data, form.title_en.data, form.tracks.data)
        body = course_text.new_course(*words, form.summary_th.data, form.summary_en.data)
        try:
            changes.begin_course(form.code.data, body, by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("สร้างร่างของหลักสูตรแล้ว เพิ่มบทและบทเรียนต่อได้เลย"), "ok")
            return redirect(url_for("authoring.course", course=form.code.data), 303)
    return page("course_new", form)


@bp.get("/<course>")
@organizers_only
def course(course: str) -> Response:
    return course_page(found(course), PublishForm())


@bp.post("/<course>/edition")
@organizers_only
def publish(course: str) -> ResponseReturnValue:
    work, form = found(course), PublishForm()
    draft = work.draft or abort(404)
    if form.validate_on_submit():
        try:
            edition = drafts.publish(draft, by=viewer(), note=form.note.data, version=form.version.data)
            db.session.commit()
        except drafts.ChangedMeanwhile as no:
            db.session.rollback()
            work = found(course)
            form.met(no, drafts.version_of_all(work.files))
        except editions.BrokenPack:
            db.session.rollback()
            form.form_errors.append(_("ยังเผยแพร่ไม่ได้ แก้สิ่งที่ตัวตรวจพบก่อน"))
            work = found(course)
        except Refused as no:
            refuse(form, no)
            work = found(course)
        else:
            flash(_("เผยแพร่รุ่นที่ %(number)s แล้ว", number=edition.number), "ok")
            return redirect(url_for("authoring.course", course=course), 303)
    return course_page(work, form)


@bp.post("/<course>/draft/removal")
@organizers_only
def throw_away(course: str) -> ResponseReturnValue:
    return _press(
        course, lambda draft: drafts.throw_away(draft, by=viewer()), _("ทิ้งร่างแล้ว หลักสูตรเป็นตามรุ่นปัจจุบัน")
    )


@bp.post("/<course>/draft/base")
@organizers_only
def catch_up(course: str) -> ResponseReturnValue:
    return _press(course, drafts.catch_up, _("นำรุ่นใหม่เข้ามาในร่างแล้ว ดูส่วนที่ต่างก่อนเผยแพร่"))


@bp.get("/<course>/history")
@organizers_only
def history(course: str) -> str:
    work = found(course)
    all_editions = editions.history(course)
    shown = paging.part_of(all_editions, page=request.args.get("page", "1"), per_page=PER_PAGE)
    names = changes.names_of([edition.published_by_id for edition in shown.items])
    return render_template("authoring/history.html", work=work, course=summary(work), page=shown, names=names)


@bp.get("/<course>/history/<int(max=999999):number>")
@organizers_only
def edition(course: str, number: int) -> Response:
    return _edition_page(found(course), _edition(course, number), ActForm())


@bp.post("/<course>/history/<int(max=999999):number>/restoration")
@organizers_only
def restore(course: str, number: int) -> ResponseReturnValue:
    work, wanted, form = found(course), _edition(course, number), ActForm()
    if form.validate_on_submit():
        try:
            if work.edition is None or work.edition.number != form.version.data:
                raise drafts.PublishedMeanwhile(_("มีรุ่นใหม่กว่านี้แล้ว ดูส่วนที่ต่างอีกครั้งก่อนกู้คืน"))
            new = editions.restore(course, number, by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            done = _("กู้คืนเป็นรุ่นที่ %(number)s แล้ว", number=new.number) if new else _("รุ่นนี้เหมือนรุ่นปัจจุบันอยู่แล้ว")
            flash(done, "ok")
            return redirect(url_for("authoring.course", course=course), 303)
    return _edition_page(found(course), wanted, form)


def found(code: str) -> Work:
    """The course as it stands; 404 when there is none."""
    return changes.work_of(code) or abort(404)


def summary(work: Work) -> Outline:
    """What the course is called and which modules it has, as the draft says."""
    return outline.of(work.files)


def page(name: str, form: Any, **names: Any) -> Response:
    """A page with a form: 409 where somebody else saved in between, 422 where something is wrong."""
    body = render_template(f"authoring/{name}.html", form=form, **names)
    return make_response(body, 409 if getattr(form, "clash", None) else 422 if form.errors else 200)


def refuse(form: Form, no: Refused) -> None:
    """Undo, and say at the form what stood in the way."""
    db.session.rollback()
    form.refuse(no)


def course_page(work: Work, form: PublishForm) -> Response:
    """The page of a course, also after something on it was refused."""
    if form.version.data is None or not form.is_submitted():
        form.saw(drafts.version_of_all(work.files))
    about = summary(work)
    current = editions.files_of(work.edition) if work.edition else {}
    is_behind = bool(work.draft and work.edition and work.draft.edition_id != work.edition.id)
    return page(
        "course",
        form,
        work=work,
        course=about,
        titles=outline.titles(work.files),
        tree=changes.tree(work.files, [module.code for module in about.modules]),
        findings=changes.findings(work.code, work.files),
        changes=differences.files(current, work.files) if work.draft else [],
        is_behind=is_behind,
    )


def _press(code: str, act: Any, done: str) -> ResponseReturnValue:
    """Do what a button on the draft asks; else the page as it stands now, with what was in the way."""
    work, form = found(code), ActForm()
    draft: Draft = work.draft or abort(404)
    if form.validate_on_submit():
        try:
            if form.version.data != drafts.version_of_all(work.files):
                raise drafts.ChangedMeanwhile(body=None, version=0, by=None)
            act(draft)
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(done, "ok")
            still = editions.current_of(code) or drafts.of(code)
            return redirect(
                url_for("authoring.course", course=code) if still else url_for("authoring.courses"), 303
            )
    publishing = PublishForm(formdata=None)
    publishing.form_errors.extend(form.form_errors or [_("โหลดหน้านี้ใหม่แล้วลองอีกครั้ง")])
    return course_page(found(code), publishing)


def _edition(code: str, number: int) -> Edition:
    try:
        return editions.by_number(code, number)
    except editions.UnknownEdition:
        abort(404)


def _edition_page(work: Work, wanted: Edition, form: ActForm) -> Response:
    """What an edition brought, and what restoring it would change."""
    now = work.edition
    form.saw(now.number if now else 1)
    files = editions.files_of(wanted)
    before = editions.by_number(work.code, wanted.number - 1) if wanted.number > 1 else None
    brought = (
        told(editions.files_of(before), files)
        if before
        else [(one, None, []) for one in differences.files({}, files)]
    )
    is_current = now is not None and now.id == wanted.id
    by = changes.names_of([wanted.published_by_id]).get(wanted.published_by_id)
    return page(
        "edition",
        form,
        work=work,
        course=summary(work),
        edition=wanted,
        by=by,
        before=before,
        brought=brought,
        is_current=is_current,
        restoring=[] if is_current or now is None else differences.files(editions.files_of(now), files),
    )


def told(before: dict[str, bytes], after: dict[str, bytes]) -> list[Any]:
    """Every file that differs, with its questions or lines that do."""
    return [
        (one, *differences.told(one.path, before.get(one.path), after.get(one.path)))
        for one in differences.files(before, after)
    ]
