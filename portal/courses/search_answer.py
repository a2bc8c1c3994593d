"""An answer to a search drawn as HTML; what was found stands in courses.search, the page round it in search_views.

What answers are made of (templates/courses/parts.html) is drawn once with holes and filled for each hit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import quote_plus

from flask import current_app, url_for
from markupsafe import Markup, escape

from portal.core.holes import Pieces, filled, hole, pieces_of
from portal.core.i18n import language
from portal.courses.search import Found, Hit
from portal.courses.search_terms import Meaning

PER_PAGE = 10

_EXTENSION = "search answers"


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How answers look in a language, and what was drawn of it."""

    lang: str
    macros: Any
    meanings: Pieces
    meaning: Pieces
    hit: Pieces
    excerpt: Pieces
    excerpt_under: Pieces
    status: Pieces
    first_pagers: dict[int, Pieces] = field(default_factory=dict)  # by how many pages there are
    glossaries: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # addresses by root and course, escaped

    @property
    def title(self) -> int:
        """The line of a lesson's titles."""
        return 1 if self.lang == "en" else 0


def answer(found: Found, *, number: int, pages: int, root: str) -> Markup:
    """A page of what was found in the language in force: made once as long as what was found is kept."""
    key = language(), root, number
    if key not in found.drawn:
        html = _answer(found, number, pages, root)
        found.drawn[key] = Markup(html)  # noqa: S704 - templates made it
    return found.drawn[key]


def _answer(found: Found, number: int, pages: int, root: str) -> str:
    drawing = _drawing()
    if not found.count and not found.meanings:
        return str(drawing.macros.nothing(found))
    made = [_meanings(found.meanings, drawing, root)] if found.meanings else []
    status = filled(drawing.status, {"count": str(found.count)})
    for _place, hits in groupby(found.hits((number - 1) * PER_PAGE, PER_PAGE), key=lambda hit: hit.place):
        made.append(_part(list(hits), drawing, status, root))
        status = ""
    made.append(_pager(found, number, pages, drawing))
    return "".join(made)


def _meanings(meanings: Sequence[Meaning], drawing: _Drawing, root: str) -> str:
    words = ""
    for one in meanings:
        key = root, one.course.code
        if key not in drawing.glossaries:
            drawing.glossaries[key] = escape(url_for("learning.glossary", course=one.course.code))
        address = f"{drawing.glossaries[key]}#{one.term.code}"
        texts = {"address": address, "th": one.th, "en": one.en, "html": one.term.html}
        words += filled(drawing.meaning, texts)
    return filled(drawing.meanings, {"words": words})


def _part(hits: list[Hit], drawing: _Drawing, status: str, root: str) -> str:
    course, module, drawn = hits[0].course, hits[0].module, hits[0].within.drawn
    key = drawing.lang, module.code
    if key not in drawn:
        drawn[key] = pieces_of(drawing.macros.part(course, module, hole("status"), hole("hits")))
    shown = "".join([_hit(one, drawing, root) for one in hits])
    return filled(drawn[key], {"status": status, "hits": shown})


def _hit(hit: Hit, drawing: _Drawing, root: str) -> str:
    address = _address(hit, root)
    excerpts = ""
    for html, anchor, heading in hit.excerpts():
        texts = {"html": html, "address": address, "anchor": anchor, "heading": heading}
        excerpts += filled(drawing.excerpt_under if anchor else drawing.excerpt, texts)
    texts = {"address": address, "title": hit.title(drawing.title), "excerpts": excerpts}
    return filled(drawing.hit, texts)


def _address(hit: Hit, root: str) -> str:
    """The lesson's address below this root, escaped."""
    drawn, key = hit.within.drawn, (root, hit.number)
    if key not in drawn:
        course, module = hit.place
        drawn[key] = escape(url_for("learning.lesson", course=course, module=module, lesson=hit.lesson.slug))
    address: str = drawn[key]
    return address


def _pager(found: Found, number: int, pages: int, drawing: _Drawing) -> str:
    before = escape(f"q={quote_plus(found.typed)}&")
    if number > 1:
        return str(drawing.macros.pager(number, pages, before))
    if pages not in drawing.first_pagers:
        drawing.first_pagers[pages] = pieces_of(drawing.macros.pager(1, pages, hole("before")))
    return filled(drawing.first_pagers[pages], {"before": before})


def _drawing() -> _Drawing:
    drawings: dict[str, _Drawing] = current_app.extensions.setdefault(_EXTENSION, {})
    lang = language()
    if lang not in drawings:
        macros: Any = current_app.jinja_env.get_template("courses/parts.html").module
        hit = macros.hit(hole("address"), hole("title"), hole("excerpts"))
        under = macros.excerpt_under(hole("html"), hole("address"), hole("anchor"), hole("heading"))
        drawings[lang] = _Drawing(
            lang,
            macros,
            meanings=pieces_of(macros.meanings(hole("words"))),
            meaning=pieces_of(macros.meaning(hole("address"), hole("th"), hole("en"), hole("html"))),
            hit=pieces_of(hit),
            excerpt=pieces_of(macros.excerpt(hole("html"))),
            excerpt_under=pieces_of(under),
            status=pieces_of(macros.status(hole("count"))),
        )
    return drawings[lang]
