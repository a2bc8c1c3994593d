"""Pages of written answers: one answer with its rubric, for who wrote it and who reads it, and the lists for readers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from portal.accounts.access import viewer
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.core.paging import page_of
from portal.courses import catalog
from portal.learning import assessments
from portal.learning.assessments import Written
from portal.learning.models import Attempt
from portal.learning.views import bp

PER_PAGE = 30

P = ParamSpec("P")
R = TypeVar("R")


def reviewers_only(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for speakers and organizers; others get 403."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not assessments.may_review(viewer()):
            abort(403)
        return view(*args, **kwargs)

    guarded.roles = "speaker organizer"  # type: ignore[attr-defined]
    return guarded


def _attempt_or_404(code: str) -> Attempt:
    """The attempt, to who took it and to who may read what others wrote."""
    found = db.session.scalar(select(Attempt).where(Attempt.code == code))
    if found is None or not (found.user_id == viewer().id or assessments.may_review(viewer())):
        abort(404)
    return found


@bp.route("/attempts/<code>/writing/<question>", methods=["GET", "POST"])
def written(code: str, question: str) -> Any:
    attempt = _attempt_or_404(code)
    is_own = attempt.user_id == viewer().id
    if attempt.submitted_at is None:
        return redirect(url_for("learning.attempt", code=code), 303) if is_own else abort(404)
    one = assessments.written_as(attempt, question) or abort(404)
    if request.method == "GET":
        return _page(one, is_own=is_own)
    levels, comment = _sent(one)
    try:
        assessments.assess(one, levels=levels, comment=comment, by=viewer())
    except Refused as no:
        return _page(one, is_own=is_own, problem=no, levels=levels, comment=comment), 422
    db.session.commit()
    if is_own:
        flash(_("บันทึกการประเมินตนเองแล้ว"), "ok")
        return redirect(url_for("learning.result", code=code), 303)
    flash(_("บันทึกความเห็นแล้ว ผู้เขียนเห็นได้ในหน้าผลของตน"), "ok")
    return redirect(
        url_for("learning.writings", course=attempt.course, module=attempt.module, question=question), 303
    )


def _sent(one: Written) -> tuple[dict[str, int], str]:
    """The levels that were chosen, and the comment."""
    fields = {key: request.form.get(f"level-{key}", "") for key in (c.key for c in one.shape.criteria)}
    levels = {key: int(value) for key, value in fields.items() if value in ("0", "1", "2")}
    return levels, request.form.get("comment", "")


def _page(one: Written, *, is_own: bool, problem: Refused | None = None, **typed: Any) -> str:
    last = one.own if is_own else one.review
    course = catalog.at_edition(one.attempt.edition_id)
    return render_template(
        "learning/written.html",
        one=one,
        course=course,
        module=course.module(one.attempt.module),
        is_own=is_own,
        problem=problem,
        levels=typed.get("levels", last.levels if last else {}),
        comment=typed.get("comment", last.comment if last else ""),
        names=assessments.LEVELS,
    )


@bp.get("/writing")
@reviewers_only
def writing() -> str:
    return render_template("learning/writing.html", tasks=assessments.tasks())


@bp.get("/writing/<course>/<module>/<question>")
@reviewers_only
def writings(course: str, module: str, question: str) -> str:
    task = assessments.task(course, module, question) or abort(404)
    only_waiting = request.args.get("show") != "all"
    page = page_of(
        assessments.handed_in(task, only_waiting=only_waiting),
        page=request.args.get("page", 1),
        per_page=PER_PAGE,
    )
    return render_template(
        "learning/writings.html",
        task=task,
        page=page,
        only_waiting=only_waiting,
        reached=assessments.reached,
    )
