"""Authors' pages of files: a text edited with its preview and findings, what differs, images, new lessons, modules and quizzes; what a change means is authoring's and drafts' matter."""

from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only, viewer
from portal.authoring import changes, course_text, differences, drafts, previews
from portal.authoring.changes import Work
from portal.authoring.forms import (
    ActForm,
    FileForm,
    ImageForm,
    LessonForm,
    ModuleForm,
    QuizForm,
    as_file,
    as_typed,
    is_text,
)
from portal.authoring.manage import bp, found, page, refuse, summary
from portal.core.db import db
from portal.core.errors import Refused, wants_data
from portal.core.i18n import _
from portal.core.toml import Finding
from portal.courses import editions, pack

Findings = tuple[Finding, ...]
MOST_OF_A_LINE = 120  # letters shown beside a finding


@bp.route("/<course>/files/<path:path>", methods=["GET", "POST"])
@organizers_only
def file(course: str, path: str) -> ResponseReturnValue:
    work = found(course)
    is_sent = request.method == "POST"
    if pack.fault_of_path(path) or (path not in work.files and not is_sent):
        abort(404)
    if not is_text(path):
        return abort(405) if is_sent else _image_page(work, path, ImageForm(formdata=None))
    form = FileForm() if is_sent else FileForm(data=_values(work.files[path]))  # one sent may be gone by now
    if form.validate_on_submit() and _saved(work, path, form):
        return redirect(url_for("authoring.file", course=course, path=path), 303)
    return _file_page(work, path, form)


@bp.post("/<course>/files/<path:path>/preview")
@organizers_only
def preview(course: str, path: str) -> ResponseReturnValue:
    """The text as readers would see it, not saved: a page, or for a script what stands in its preview."""
    work = found(course)
    form = FileForm()
    if pack.fault_of_path(path) or not is_text(path):
        abort(404)
    body = as_file(form.body.data or "", work.files.get(path))
    if fault := pack.fault_of_size(path, body):
        form.body.errors = [fault]
        return (jsonify(message=fault), 422) if wants_data() else _file_page(work, path, form)
    seen = _preview(work, path, body)
    if wants_data():
        drawn = _drawn(work, path, seen, body, seen.findings)
        return jsonify(preview=drawn, count=len(seen.findings))
    return _file_page(work, path, form, shown=body, findings=seen.findings)


@bp.get("/<course>/files/<path:path>/differences")
@organizers_only
def file_differences(course: str, path: str) -> Response:
    """How the file in the draft differs from that of the current edition."""
    work = found(course)
    current = editions.files_of(work.edition) if work.edition else {}
    before, after = current.get(path), work.files.get(path)
    if before is None and after is None:
        abort(404)
    rows, lines = differences.told(path, before, after)
    return page(
        "differences",
        ActForm(formdata=None, data={"version": drafts.version(after)}),
        work=work,
        course=summary(work),
        path=path,
        before=before,
        after=after,
        rows=rows,
        lines=lines,
    )


@bp.post("/<course>/files/<path:path>/removal")
@organizers_only
def remove_file(course: str, path: str) -> ResponseReturnValue:
    return _act(course, path, changes.take_out, _("นำไฟล์ออกจากร่างแล้ว"))


@bp.post("/<course>/files/<path:path>/restoration")
@organizers_only
def put_back(course: str, path: str) -> ResponseReturnValue:
    def back(code: str, path: str, *, version: int, by: Any) -> None:
        drafts.put_back(drafts.begin(code, by), path, version=version, by=by)

    return _act(course, path, back, _("ไฟล์นี้กลับเป็นตามรุ่นที่ร่างเริ่มจากแล้ว"))


@bp.get("/<course>/draft/<path:path>")
@organizers_only
def draft_image(course: str, path: str) -> Response:
    """An image as it stands in the draft."""
    body = found(course).files.get(path)
    if body is None or not pack.is_image(path):
        abort(404)
    response = Response(body, mimetype=pack.IMAGE_TYPES[pack.ending(path)])
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.route("/<course>/images", methods=["GET", "POST"])
@organizers_only
def images(course: str) -> ResponseReturnValue:
    work = found(course)
    form = ImageForm() if request.method == "POST" else ImageForm(formdata=None)
    if form.validate_on_submit():
        path = _sent(work, form)
        if path:
            flash(_("เก็บภาพไว้ในร่างแล้ว"), "ok")
            return redirect(url_for("authoring.file", course=course, path=path), 303)
    return page("images", form, work=work, course=summary(work), images=_images(work))


@bp.route("/<course>/modules/<module>/lessons/new", methods=["GET", "POST"])
@organizers_only
def new_lesson(course: str, module: str) -> ResponseReturnValue:
    work = found(course)
    about = summary(work).module(module) or abort(404)
    form = LessonForm()
    if form.validate_on_submit():
        body = course_text.new_lesson(form.title_th.data, form.title_en.data, form.minutes.data)
        try:
            path = changes.add_lesson(course, module, form.code.data, body, by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("เพิ่มบทเรียนในร่างแล้ว เขียนเนื้อหาต่อได้เลย"), "ok")
            return redirect(url_for("authoring.file", course=course, path=path), 303)
    return page("lesson_new", form, work=work, course=summary(work), module=about)


@bp.route("/<course>/modules/<module>/quiz/new", methods=["GET", "POST"])
@organizers_only
def new_quiz(course: str, module: str) -> ResponseReturnValue:
    work = found(course)
    about = summary(work).module(module) or abort(404)
    form = QuizForm()
    if form.validate_on_submit():
        body = course_text.new_quiz(form.title_th.data, form.title_en.data, form.pass_mark.data)
        try:
            changes.add_quiz(course, module, body, by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("สร้างแบบทดสอบในร่างแล้ว เพิ่มคำถามต่อได้เลย"), "ok")
            return redirect(url_for("authoring.quiz", course=course, module=module), 303)
    return page("quiz_new", form, work=work, course=summary(work), module=about)


@bp.route("/<course>/modules/new", methods=["GET", "POST"])
@organizers_only
def new_module(course: str) -> ResponseReturnValue:
    work = found(course)
    about = summary(work)
    form = ModuleForm()
    form.offer({module.part for module in about.modules})
    if form.validate_on_submit():
        try:
            changes.add_module(course, form.table(), by=viewer())
            db.session.commit()
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("เพิ่มบทในร่างแล้ว บทนี้ยังไม่เผยแพร่จนกว่าจะมีบทเรียน"), "ok")
            return redirect(url_for("authoring.course", course=course), 303)
    return page("module_new", form, work=work, course=about)


def _values(body: bytes) -> dict[str, Any]:
    return {"body": as_typed(body), "version": drafts.version(body)}


def _saved(work: Work, path: str, form: FileForm) -> bool:
    """Keep the text in the draft; else put on the form what stood in the way."""
    body = as_file(form.body.data or "", work.files.get(path))
    try:
        drafts.write(drafts.begin(work.code, viewer()), path, body, version=form.version.data, by=viewer())
        db.session.commit()
    except drafts.ChangedMeanwhile as no:
        by = no.by.name if no.by else ""
        db.session.rollback()
        form.met(
            {"by": by, "lines": differences.lines(no.body, body), "is_gone": no.body is None}, no.version
        )
    except Refused as no:
        refuse(form, no)
    else:
        flash(_("บันทึกลงร่างแล้ว"), "ok")
        return True
    return False


def _file_page(
    work: Work,
    path: str,
    form: FileForm,
    *,
    shown: bytes | None = None,
    findings: Findings | None = None,
) -> Response:
    """The editor. `shown` is previewed; without it what the form says."""
    body = shown if shown is not None else as_file(form.body.data or "", work.files.get(path))
    is_saved = body == work.files.get(path)
    if findings is None and is_saved:
        findings = tuple(one for one in changes.findings(work.code, work.files) if one.file == path)
    seen = _preview(work, path, body)
    return page(
        "file",
        form,
        work=work,
        course=summary(work),
        path=path,
        seen=seen,
        drawn=_drawn(work, path, seen, body, seen.findings if findings is None else findings),
        is_saved=is_saved,
        is_changed=path in work.changes,
        module=path.partition("/")[0],
    )


def _preview(work: Work, path: str, body: bytes) -> previews.Preview:
    return previews.preview(work.code, {**work.files, path: body}, path, images=_images_at(work))


def _drawn(work: Work, path: str, seen: previews.Preview, body: bytes, findings: Findings) -> str:
    lines = as_typed(body).split("\n")

    def text_of(line: int) -> str:
        return lines[line - 1].strip()[:MOST_OF_A_LINE] if 0 < line <= len(lines) else ""

    return render_template(
        "authoring/preview.html",
        path=path,
        seen=seen,
        findings=findings,
        text_of=text_of,
        images=(previews.address_of_images(work.code), _images_at(work)),
    )


def _images_at(work: Work) -> str:
    return url_for("authoring.draft_image", course=work.code, path="")


def _images(work: Work) -> list[tuple[str, int, list[str]]]:
    """Every image with its size and the texts that name it."""
    texts = {path: body.decode("utf-8", "replace") for path, body in work.files.items() if is_text(path)}
    return [
        (path, len(body), [text for text, words in texts.items() if path in words])
        for path, body in sorted(work.files.items())
        if pack.is_image(path)
    ]


def _image_page(work: Work, path: str, form: ImageForm) -> Response:
    version = drafts.version(work.files[path])
    used = next(used for image, _size, used in _images(work) if image == path)
    form.version.data = version
    return page(
        "image", form, work=work, course=summary(work), path=path, used=used, size=len(work.files[path])
    )


def _sent(work: Work, form: ImageForm) -> str | None:
    """Keep the image that was sent; None, with the reason on the form, where it is refused."""
    if not form.file.data:
        form.file.errors = [_("เลือกไฟล์ภาพ")]
        return None
    body = form.file.data.read(pack.MOST_BYTES_OF_AN_IMAGE + 1)
    name = form.wanted_name()
    try:
        path = changes.put_image(
            work.code, name, body, version=form.version.data or drafts.ABSENT, by=viewer()
        )
        db.session.commit()
    except drafts.ChangedMeanwhile:
        db.session.rollback()
        form.name.errors = [_("มีภาพชื่อ %(name)s อยู่แล้ว ตั้งชื่ออื่น หรือเปิดภาพนั้นแล้วเปลี่ยนไฟล์", name=name)]
    except Refused as no:
        refuse(form, no)
    else:
        return path
    return None


def _act(course: str, path: str, act: Any, done: str) -> ResponseReturnValue:
    """Do what a button on a file asks; else the page of the course, with what was in the way."""
    found(course)
    form = ActForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        act(course, path, version=form.version.data, by=viewer())
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        flash(str(no), "bad")
        return redirect(url_for("authoring.file_differences", course=course, path=path), 303)
    flash(done, "ok")
    return redirect(url_for("authoring.course", course=course), 303)
