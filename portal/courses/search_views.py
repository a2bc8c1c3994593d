"""The page that searches all lessons; its answer is drawn in search_answer."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup, escape

from portal.core import pagecache, paging
from portal.core.guard import public
from portal.courses import search as lessons, search_answer
from portal.courses.search_words import Fault

bp = Blueprint("courses", __name__)


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
    number, pages = paging.place(request.args.get("page", 1), found.count, search_answer.PER_PAGE)
    answer = Markup()
    if not found.fault:
        answer = search_answer.answer(found, number=number, pages=pages, root=request.script_root)
    return pagecache.framed(partial(render_template, "courses/search.html"), answer=answer, **texts)
