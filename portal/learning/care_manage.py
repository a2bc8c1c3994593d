"""The organizer's care for questions: what was answered, in figures and pictures, and correcting a key; the rules stand in item_analysis and regrading."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.accounts.access import organizers_only, viewer
from portal.core import sheets
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _n
from portal.courses import catalog
from portal.courses.course import Course, Module, Question
from portal.courses.shapes import plain
from portal.learning import corrections, item_analysis, item_answers, item_table, regrading
from portal.learning.care_forms import CorrectionForm
from portal.learning.corrections import NoSuchQuestion, Proposal
from portal.learning.item_analysis import Of
from portal.learning.models import CorrectionRule
from portal.learning.regrading import OtherEffect

MOST_NAMED = 200  # people and agencies on a page; a command tells all
PAGES = "/organize/courses/<course>/<module>/questions"

bp = Blueprint("care", __name__)
bp.add_app_template_global(corrections.in_attempt, "corrected_in")


def _quiz_or_404(course: str, module: str) -> tuple[Course, Module]:
    here = catalog.course(course) or abort(404)
    part = here.module(module)
    if part is None or part.quiz is None:
        abort(404)
    return here, part


def _question_or_404(course: str, module: str, name: str) -> tuple[Course, Module, Question]:
    here, _part = _quiz_or_404(course, module)
    try:
        return here, *corrections.find(here, name, module)
    except NoSuchQuestion:
        abort(404)


def _of() -> Of:
    return Of.ALL if request.args.get("of") == Of.ALL else Of.FIRST


@bp.get(PAGES)
@organizers_only
def questions(course: str, module: str) -> str:
    here, part = _quiz_or_404(course, module)
    analysis = item_analysis.analyse(here, part, of=_of())
    return render_template(
        "learning/questions.html",
        course=here,
        module=part,
        analysis=analysis,
        flagged=[item for item in analysis.items if item.is_flagged],
        only_flagged=request.args.get("show") == "flagged",
        flags=item_table.FLAGS,
        kinds=item_table.KINDS,
        worded=plain,
    )


@bp.get(f"{PAGES}.<any(csv, xlsx):ending>")
@organizers_only
def export(course: str, module: str, ending: str) -> Any:
    here, part = _quiz_or_404(course, module)
    analysis = item_analysis.analyse(here, part, of=_of())
    write = sheets.write_csv if ending == "csv" else sheets.write_xlsx
    body = write(item_table.columns(), item_table.rows(analysis))
    return sheets.download(body, f"questions-{here.code}-{part.code}.{ending}")


@bp.get(f"{PAGES}/<question>")
@organizers_only
def question(course: str, module: str, question: str) -> Any:
    here, part, asked = _question_or_404(course, module, question)
    if not asked.is_scored:
        return redirect(url_for("learning.writings", course=course, module=module, question=question))
    analysis = item_analysis.analyse(here, part, of=_of())
    item = analysis.item(asked.id)
    return render_template(
        "learning/question.html",
        course=here,
        module=part,
        question=asked,
        analysis=analysis,
        item=item,
        given=item_answers.given(item) if item else [],
        flags=item_table.FLAGS,
        kinds=item_table.KINDS,
        is_asked_now=corrections.question_at(here.edition_id, part.code, asked.id) is not None,
        behind=corrections.behind(here, part, asked),
        history=corrections.of_question(here.code, part.code, asked.id),
    )


@bp.route(f"{PAGES}/<question>/correction/<any(key, free, void):rule>", methods=["GET", "POST"])
@organizers_only
def correction(course: str, module: str, question: str, rule: str) -> Any:
    here, part, asked = _question_or_404(course, module, question)
    back = url_for("care.question", course=course, module=module, question=question)
    try:
        proposal = corrections.propose(here, part, asked, CorrectionRule(rule))
    except Refused as no:
        flash(str(no), "now")
        return redirect(back, 303)
    form = CorrectionForm()
    if form.validate_on_submit() and (done := _corrected(proposal, form)) is not None:
        flash(_said(done), "ok")
        return redirect(back, 303)
    return _effect_page(proposal, form)


def _corrected(proposal: Proposal, form: CorrectionForm) -> regrading.Done | None:
    try:
        done = regrading.correct(proposal, why=form.why.data, by=viewer(), seen=form.seen.data)
    except OtherEffect as no:
        db.session.rollback()
        form.refuse(no)
        return None
    db.session.commit()
    return done


def _said(done: regrading.Done) -> str:
    people = done.effect.people
    if not people:
        return _("แก้แล้ว ไม่มีคะแนนของใครเปลี่ยน")
    return _n("ตรวจใหม่แล้ว ส่งจดหมายถึง %(num)d คน", "ตรวจใหม่แล้ว ส่งจดหมายถึง %(num)d คน", people)


def _effect_page(proposal: Proposal, form: CorrectionForm) -> Any:
    effect = regrading.look(proposal)
    form.seen.raw_data, form.seen.data = None, effect.digest
    page = render_template(
        "learning/correction.html",
        course=proposal.course,
        module=proposal.module,
        question=proposal.question,
        rule=proposal.rule.value,
        effect=effect,
        most=MOST_NAMED,
        form=form,
    )
    return page, 422 if form.errors else 200
