"""The organizer's desk: pages of what a workshop asks of who registers, and of its history; how questions are asked is questions' matter."""

from collections.abc import Callable
from dataclasses import replace

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only
from portal.core.errors import Refused
from portal.core.i18n import _, said
from portal.programme.differences import KINDS
from portal.programme.files import WorkshopText
from portal.programme.forms import DeskForm, unused_code
from portal.programme.manage import alone, bp, found, in_place, page, part, save, with_new
from portal.programme.models import Workshop
from portal.programme.parts_forms import QuestionForm
from portal.programme.questions import Question, of


@bp.get("/workshops/<code>/questions")
@organizers_only
def questions(code: str) -> Response:
    return _list(alone(code), DeskForm())


@bp.route("/workshops/<code>/questions/new", methods=["GET", "POST"])
@organizers_only
def new_question(code: str) -> ResponseReturnValue:
    workshop = found(code) if request.method == "POST" else alone(code)
    asked = of(workshop)
    form = QuestionForm()
    form.offer(asked)
    if request.method == "GET":
        form.saw(workshop.version)

    def change(text: WorkshopText) -> WorkshopText:
        new = unused_code("q", (one.code for one in text.questions))
        return replace(text, questions=with_new(text.questions, form.applied(new)))

    if form.validate_on_submit() and save(workshop, form, change):
        return redirect(url_for("desk.questions", code=code), 303)
    return page("desk_question", form, workshop=workshop, question=None)


@bp.route("/workshops/<code>/questions/<question>", methods=["GET", "POST"])
@organizers_only
def edit_question(code: str, question: str) -> ResponseReturnValue:
    workshop = found(code) if request.method == "POST" else alone(code)
    one = _question(workshop, question)
    asked = of(workshop)
    form = QuestionForm() if request.method == "POST" else QuestionForm.of(one, workshop.version)
    form.offer(asked[: asked.index(one)])

    def change(text: WorkshopText) -> WorkshopText:
        part(text.questions, question)
        return replace(text, questions=in_place(text.questions, form.applied(question)))

    if form.validate_on_submit() and save(workshop, form, change):
        return redirect(url_for("desk.questions", code=code), 303)
    return page("desk_question", form, workshop=workshop, question=one)


@bp.post("/workshops/<code>/questions/<question>/place")
@organizers_only
def move_question(code: str, question: str) -> ResponseReturnValue:
    step = {"-1": -1, "1": 1}.get(request.form.get("by", "")) or abort(400)
    return _press(code, lambda text: _moved(text, question, step), _("ย้ายคำถามแล้ว"))


@bp.post("/workshops/<code>/questions/<question>/removal")
@organizers_only
def remove_question(code: str, question: str) -> ResponseReturnValue:
    return _press(code, lambda text: _without(text, question), _("ลบคำถามแล้ว"))


def _press(code: str, change: Callable[[WorkshopText], WorkshopText], done: str) -> ResponseReturnValue:
    """Do what a button of the list asks; else the list as it stands now, with what was in the way."""
    workshop = found(code)
    form = DeskForm()
    if form.validate_on_submit() and save(workshop, form, change, done=done):
        return redirect(url_for("desk.questions", code=code), 303)
    return _list(workshop, form)


def _list(workshop: Workshop, form: DeskForm) -> Response:
    form.saw(workshop.version)
    asked = of(workshop)
    names = {one.code: one for one in asked}
    hangs = {one.code: _hangs(one, names) for one in asked if one.when}
    return page("desk_questions", form, workshop=workshop, questions=asked, hangs=hangs, kinds=KINDS)


def _hangs(question: Question, asked: dict[str, Question]) -> str:
    """On which answer the question hangs, in words."""
    assert question.when is not None
    earlier = asked[question.when.question]
    choice = next(one for one in earlier.choices if one.code == question.when.is_)
    return _(
        "ถามเมื่อตอบ “%(question)s” ว่า “%(choice)s”", question=said(earlier.label), choice=said(choice.label)
    )


def _question(workshop: Workshop, code: str) -> Question:
    return next((one for one in of(workshop) if one.code == code), None) or abort(404)


def _moved(text: WorkshopText, code: str, step: int) -> WorkshopText:
    """The question one place up or down; one that hangs on another stays below it."""
    asked = list(text.questions)
    at = asked.index(part(text.questions, code))
    if not 0 <= at + step < len(asked):
        return text
    upper, lower = sorted((at, at + step))
    when = asked[lower].when
    if when and when.question == asked[upper].code:
        raise Refused(_("คำถามที่ผูกกับคำตอบต้องอยู่หลังคำถามนั้น"))
    asked[upper], asked[lower] = asked[lower], asked[upper]
    return replace(text, questions=tuple(asked))


def _without(text: WorkshopText, code: str) -> WorkshopText:
    """The questions without this one; refused while another hangs on it."""
    gone = part(text.questions, code)
    for one in text.questions:
        if one.when and one.when.question == code:
            raise Refused(_("คำถาม “%(question)s” ผูกกับข้อนี้อยู่ แก้ข้อนั้นก่อน", question=said(one.label)))
    return replace(text, questions=tuple(one for one in text.questions if one != gone))
