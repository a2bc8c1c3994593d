"""The page that searches all lessons; what is found stands in courses.search."""

from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from jinja2 import Template
from markupsafe import Markup, escape

from portal.core import pagecache, paging
from portal.core.guard import public
from portal.core.i18n import language
from portal.courses import search as lessons
from portal.courses.search_words import Fault

bp = Blueprint("courses", __name__)

PER_PAGE = 10

Shown = tuple[str, Markup, list[lessons.Excerpt]]


@bp.get("/search")
@public
def search() -> Any:
    found = lessons.look_for(request.args.get("q", ""))
    texts = {
        "typed": escape(found.typed),
        "back": escape(request.full_path if request.query_string else request.path),
    }
    if found.fault is not None and found.fault is not Fault.EMPTY:
        return render_template("courses/search.html", fault=found.fault, failed=True, **texts), 422
    number, pages = paging.place(request.args.get("page", 1), found.count, PER_PAGE)
    answer = Markup() if found.fault else _answer(found, number, pages)
    return pagecache.framed(partial(render_template, "courses/search.html"), answer=answer, **texts)


def _answer(found: lessons.Found, number: int, pages: int) -> Markup:
    """A page of what was found, the same for everybody: made once as long as what was found is kept."""
    lang, root = language(), request.script_root
    if (lang, root, number) not in found.drawn:
        hits = groupby(found.hits((number - 1) * PER_PAGE, PER_PAGE), key=lambda hit: hit.place)
        by_module = [_of_module(place, list(of_module), lang, root) for place, of_module in hits]
        # Without what Flask puts into every page's context: nothing of it stands here.
        html = _template("answer").render(found=found, by_module=by_module, number=number, pages=pages)
        found.drawn[lang, root, number] = Markup(html)  # noqa: S704 - a template made it
    return found.drawn[lang, root, number]


def _of_module(
    place: tuple[str, str], hits: list[lessons.Hit], lang: str, root: str
) -> tuple[str, Markup, list[Shown]]:
    first, drawn = hits[0], hits[0].within.drawn
    if (lang, first.module.code) not in drawn:
        made: Any = _template("parts").module
        drawn[lang, first.module.code] = made.module_heading(first.course, first.module)
    shown = [(_address(hit, root), hit.title(1 if lang == "en" else 0), hit.excerpts()) for hit in hits]
    return "-".join(place), drawn[lang, first.module.code], shown


def _address(hit: lessons.Hit, root: str) -> str:
    drawn, lesson = hit.within.drawn, hit.lesson.slug
    address: str | None = drawn.get((root, hit.module.code, lesson))
    if address is None:
        course, module = hit.place
        address = url_for("learning.lesson", course=course, module=module, lesson=lesson)
        drawn[root, module, lesson] = address
    return address


def _template(name: str) -> Template:
    return current_app.jinja_env.get_template(f"courses/{name}.html")
