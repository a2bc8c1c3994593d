"""The award page, and the days left that stand on the reference line of every page; what counts as passed is rounds' matter."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, current_app, g, render_template
from werkzeug.local import LocalProxy

from portal.awards import rounds
from portal.core import clock, dates, pagecache
from portal.core.guard import public

bp = Blueprint("awards", __name__)


@dataclass(frozen=True)
class DueLine:
    """How far it is to the day the report is due; `days` is negative after it."""

    date: date
    days: int

    @property
    def state(self) -> str:
        if self.days == 0:
            return "today"
        return "ahead" if self.days > 0 else "after"


def _report_due() -> date | None:
    """The due day, kept in the process as long as a page is: it stands on every page and changes only when files are loaded."""
    until, due = current_app.extensions.get("awards_due", (0.0, None))
    if time.monotonic() < until:
        return due if due is None or isinstance(due, date) else None
    due = rounds.report_due()
    current_app.extensions["awards_due"] = (time.monotonic() + current_app.config["PAGE_CACHE_SECONDS"], due)
    return due


def due_line() -> DueLine | None:
    """The line for the round's report on this day, asked for once a request; None while no day is announced."""
    if "due_line" not in g:
        due = _report_due()
        g.due_line = DueLine(due, dates.days_left(due, clock.today())) if due else None
    line: DueLine | None = g.due_line
    return line


@bp.app_context_processor
def _lines() -> dict[str, Any]:
    # A proxy, so that a page without a reference line (or with a broken database) asks for nothing.
    return {"due_line": LocalProxy(due_line)}


@bp.get("/award")
@public
@pagecache.for_everyone
def timeline() -> str:
    round_ = rounds.current_round()
    today = clock.today()
    return render_template(
        "awards/timeline.html",
        round=round_,
        span=rounds.span_of(round_) if round_ else None,
        share=rounds.share_passed(round_) if round_ else None,
        stones=[(stone, rounds.last_day(stone), rounds.state_of(stone, today)) for stone in round_.milestones]
        if round_
        else [],
        today=today,
    )
