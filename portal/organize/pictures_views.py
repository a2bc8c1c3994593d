"""The organizer's pictures of coverage, each with its table: by ministry, track and round, over days, and from registration to coverage."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import abort, current_app, render_template, request

from portal.accounts.access import organizers_only
from portal.awards import rounds
from portal.core import clock, sheets
from portal.core.i18n import in_language, language
from portal.courses import catalog, editions
from portal.learning import coverage as covering
from portal.organize import coverage_groups, coverage_pictures, coverage_table, people_rows, rule_change
from portal.organize.views import bp, course_or_404


@bp.get("/organize/coverage/pictures")
@organizers_only
def pictures() -> Any:
    course = course_or_404()
    agencies = coverage_table.directory(course).agencies
    covered = covering.whole(course).matrix
    current = rounds.current_round()
    span = rounds.span_of(current) if current else None
    complete = {agency for agency, one in covered.items() if one.is_complete}
    return render_template(
        "organize/pictures.html",
        course=course,
        courses=catalog.courses(),
        ministries=coverage_groups.by_ministry(agencies, covered),
        tracks=coverage_groups.by_track(agencies, covered),
        curve=coverage_pictures.curve(
            course,
            agencies=len(agencies),
            span=(span.first, span.last) if span else None,
            due=rounds.report_due(),
        ),
        stages=coverage_pictures.funnel(course, complete),
        at=clock.now(),
    )


@bp.get("/organize/coverage/people.<any(csv, xlsx):ending>")
@organizers_only
def people_export(ending: str) -> Any:
    """Everybody's passes, sent while they are read: never more of them in memory than a portion."""
    course = course_or_404()
    stream = sheets.stream_csv if ending == "csv" else sheets.stream_xlsx
    body = _in_own_context(lambda: stream(people_rows.columns(course), people_rows.rows(course)))
    filename = f"coverage-people-{course.code}-{clock.today().isoformat()}.{ending}"
    return sheets.download(body, filename)


@bp.get("/organize/courses/<course>/rule")
@organizers_only
def rule(course: str) -> Any:
    """What the draft's rule would change; without a draft, or for ?edition=, what that edition changed."""
    current = catalog.course(course) or abort(404)
    number = request.args.get("edition", "")
    try:
        asked = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 0
        change = None if asked else rule_change.of_draft(course)
        change = change or rule_change.of_edition(course, asked or current.number)
    except editions.UnknownEdition:
        abort(404)
    return render_template(
        "organize/rule.html", course=current, change=change, history=editions.history(course)
    )


def _in_own_context(body: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """The same, made while it is sent, when the request's own session is gone: in this language, with a session of its own."""
    app, lang = current_app._get_current_object(), language()  # type: ignore[attr-defined]

    def pieces() -> Iterator[bytes]:
        with app.app_context(), in_language(lang):
            yield from body()

    return pieces()
