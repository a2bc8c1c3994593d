"""The page that searches all lessons; what is found stands in courses.search."""

from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, render_template, request
from markupsafe import Markup

from portal.core import paging
from portal.core.guard import public
from portal.core.i18n import language
from portal.courses import search as lessons
from portal.courses.search_words import Fault

bp = Blueprint("courses", __name__)

PER_PAGE = 10


@bp.get("/search")
@public
def search() -> Any:
    found = lessons.look_for(request.args.get("q", ""))
    number, pages = paging.place(request.args.get("page", 1), found.count, PER_PAGE)
    bad = found.fault is not None and found.fault is not Fault.EMPTY
    html = render_template(
        "courses/search.html",
        found=found,
        results=_results(found, number) if found.count else "",
        page=paging.Page([], number, pages, found.count),
        failed=bad,
    )
    return html, 422 if bad else 200


def _results(found: lessons.Found, number: int) -> Markup:
    """A page of what was found, the same for everybody: made once as long as the answer is kept."""
    lang = language()
    key = lang, number
    if key not in found.drawn:
        hits = found.hits((number - 1) * PER_PAGE, PER_PAGE)
        by_module = [
            (one[0].course, one[0].module, [_shown(hit, lang) for hit in one])
            for one in (list(of_module) for _code, of_module in groupby(hits, key=lambda hit: hit.place))
        ]
        # Without what Flask puts into every page's context: nothing of it stands here.
        template = current_app.jinja_env.get_template("courses/results.html")
        html = template.render(by_module=by_module, count=found.count)
        found.drawn[key] = Markup(html)  # noqa: S704 - a template made it
    return found.drawn[key]


def _shown(hit: lessons.Hit, lang: str) -> tuple[str, Markup, list[lessons.Excerpt]]:
    return hit.lesson.slug, hit.title(1 if lang == "en" else 0), hit.excerpts()
