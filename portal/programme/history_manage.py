"""The organizer's desk: pages of a workshop's history, one version whole, and the way back to it; what is kept is history's matter."""

from dataclasses import replace
from itertools import pairwise

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only, viewer
from portal.core import paging
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.programme import desk, history as past
from portal.programme.clashes import clash_of
from portal.programme.forms import DeskForm
from portal.programme.manage import alone, bp, found, page, refuse
from portal.programme.models import Workshop, WorkshopVersion
from portal.programme.names import names_now

PER_PAGE = 20


@bp.get("/workshops/<code>/history")
@organizers_only
def history(code: str) -> str:
    workshop = alone(code)
    total = past.count(workshop)
    number, pages = paging.place(request.args.get("page", "1"), total, PER_PAGE)
    versions = past.versions_of(workshop, after=(number - 1) * PER_PAGE, most=PER_PAGE + 1)
    names = names_now()
    changes: list[list[past.Difference] | None] = [
        past.difference_of(before, after, names) for after, before in pairwise(versions)
    ]
    shown = versions[:PER_PAGE]
    return render_template(
        "programme/desk_history.html",
        workshop=workshop,
        page=paging.Page(shown, number, pages, total),
        changes=list(zip(shown, [*changes, None][: len(shown)], strict=True)),
    )


@bp.get("/workshops/<code>/history/<int:number>")
@organizers_only
def version(code: str, number: int) -> Response:
    workshop = found(code)
    return _version_page(workshop, _version(workshop, number), DeskForm())


@bp.post("/workshops/<code>/history/<int:number>/restoration")
@organizers_only
def restore(code: str, number: int) -> ResponseReturnValue:
    workshop = found(code)
    wanted = _version(workshop, number)
    form = DeskForm()
    if form.validate_on_submit():
        try:
            desk.restore(workshop, number, by=viewer(), **form.consents())
            db.session.commit()
        except desk.Stale as no:
            db.session.rollback()
            form.met(clash_of(no), no.version)
        except Refused as no:
            refuse(form, no)
        else:
            flash(_("เรียกคืนฉบับที่ %(number)s แล้ว", number=number), "ok")
            return redirect(url_for("desk.workshop", code=code), 303)
    return _version_page(workshop, wanted, form)


def _version(workshop: Workshop, number: int) -> WorkshopVersion:
    return past.version_of(workshop, number) or abort(404)


def _version_page(workshop: Workshop, wanted: WorkshopVersion, form: DeskForm) -> Response:
    form.saw(workshop.version)
    now = desk.text_of(workshop)
    then = replace(past.text_at(wanted), status=now.status)  # a restoration keeps it
    rows = past.differences(now, then, names_now())
    return page("desk_version", form, workshop=workshop, version=wanted, rows=rows)
