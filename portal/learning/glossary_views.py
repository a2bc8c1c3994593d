"""The page of a course's words; what a term is stands in courses.glossary."""

from flask import abort, render_template

from portal.core import pagecache, thai
from portal.core.guard import public
from portal.courses import catalog
from portal.learning.views import bp


@bp.get("/learn/<course>/glossary")
@public
@pagecache.for_everyone
def glossary(course: str) -> str:
    found = catalog.course(course)
    if found is None or not found.glossary:
        abort(404)
    terms = sorted(found.glossary, key=lambda term: thai.sort_key(term.th))
    return render_template("learning/glossary.html", course=found, terms=terms)
