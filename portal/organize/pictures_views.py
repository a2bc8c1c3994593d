"""The organizer's pictures of coverage, each with its table: by ministry, track and round, over days, and from registration to coverage."""

from typing import Any

from flask import abort, render_template, request

from portal.accounts.access import organizers_only
from portal.core import clock, sheets
from portal.courses import catalog, editions
from portal.learning import coverage as covering
from portal.organize import (
    coverage_files,
    coverage_groups,
    coverage_pictures,
    coverage_table,
    rule_change,
)
from portal.organize.views import bp, course_or_404


@bp.get("/organize/coverage/pictures")
@organizers_only
def pictures() -> Any:
    course = course_or_404()
    agencies = coverage_table.directory(course).agencies
    covered = covering.whole(course)
    return render_template(
        "organize/pictures.html",
        course=course,
        courses=catalog.courses(),
        ministries=coverage_groups.by_ministry(agencies, covered),
        tracks=coverage_groups.by_track(agencies, covered),
        curve=coverage_pictures.curve(course),
        stages=coverage_pictures.funnel(course),
        at=clock.now(),
    )


@bp.get(
    f"/organize/coverage/<any({', '.join(coverage_files.TABLES)}):picture>.<any(csv, xlsx):ending>",
)
@organizers_only
def picture_export(picture: str, ending: str) -> Any:
    """The figures of one picture; everybody's passes are sent while they are read, a portion in memory at a time."""
    course = course_or_404()
    table = coverage_files.TABLES[picture](course)
    filename = f"coverage-{picture}-{course.code}-{clock.today().isoformat()}.{ending}"
    return sheets.streamed(filename, table.columns, table.rows)


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
