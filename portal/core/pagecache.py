"""Whole pages for readers who are not signed in, kept in the process for a few seconds; what stands on them is the view's matter.

Such a page says the same to everyone: it holds nothing personal and no csrf token. What it shows may be
as old as PAGE_CACHE_SECONDS; a decision (is a seat free?) is never taken from it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from markupsafe import Markup

from portal.core import holes

View = TypeVar("View", bound=Callable[..., Any])
K = TypeVar("K")
V = TypeVar("V")
Key = tuple[str, str, str, str]

MOST_PAGES = 256
_keeping = threading.Lock()  # threads of a worker share the pages
SIGNED_IN = "_user_id"  # flask-login's key in the session
FLASHES = "_flashes"  # Flask's
KEPT_HEADERS = ("Content-Type", "Content-Encoding", "Vary", "ETag")


@dataclass(frozen=True, slots=True)
class _Kept:
    since: float
    body: bytes
    headers: list[tuple[str, str]]


def for_everyone(view: View) -> View:
    """Mark a public view whose page is the same for all who are not signed in."""
    view.is_for_everyone = True  # type: ignore[attr-defined]
    return view


def _key() -> Key | None:
    """The key under which this request's page may be kept, or None when it is somebody's own."""
    if request.method not in ("GET", "HEAD") or request.query_string:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "is_for_everyone", False) or SIGNED_IN in session or FLASHES in session:
        return None
    accepts = request.headers.get("Accept-Encoding", "")
    return request.path, request.cookies.get("lang", ""), request.cookies.get("theme", ""), accepts


def _pages() -> OrderedDict[Key, _Kept]:
    pages: OrderedDict[Key, _Kept] = current_app.extensions["pagecache"]
    return pages


def _give() -> Response | None:
    """The kept page. Whose page this is gets decided here, before the view: one that shows a flash also takes it out of the session."""
    seconds = current_app.config["PAGE_CACHE_SECONDS"]
    g.page_key = key = _key() if seconds else None
    kept = _pages().get(key) if key else None
    if kept is None or time.monotonic() - kept.since > seconds:
        return None
    g.page_key = None
    return Response(kept.body, headers=[*kept.headers, ("X-Page", "kept")])


def _keep(response: Response) -> Response:
    """Keep what the view answered, unless it is no whole page, sets a cookie or left something in the session."""
    key: Key | None = g.get("page_key")
    if key is None or request.method != "GET" or response.status_code != 200 or response.direct_passthrough:
        return response
    if session.modified or "Set-Cookie" in response.headers:
        return response
    headers = [(name, response.headers[name]) for name in KEPT_HEADERS if name in response.headers]
    _put(_pages(), key, _Kept(time.monotonic(), response.get_data(), headers))
    return response


def _put(kept: OrderedDict[K, V], key: K, value: V) -> None:
    """Keep this as the newest; of too many the oldest go."""
    with _keeping:
        kept.pop(key, None)
        kept[key] = value
        while len(kept) > MOST_PAGES:
            kept.popitem(last=False)


def framed(draw: Callable[..., str], **texts: Markup) -> str:
    """What `draw` makes with these texts, which it puts into its page and does not look at.

    For who is not signed in, the page round them is kept like a page for everyone, and other texts are put into it.
    """
    seconds = current_app.config["PAGE_CACHE_SECONDS"]
    if not seconds or request.method != "GET" or SIGNED_IN in session or FLASHES in session:
        return draw(**texts)
    cookies, frames = request.cookies, current_app.extensions["pageframes"]
    key = request.endpoint, request.script_root, cookies.get("lang", ""), cookies.get("theme", "")
    since, pieces = frames.get(key, (0.0, []))
    if not pieces or time.monotonic() - since > seconds:
        pieces = holes.pieces_of(draw(**{name: holes.hole(name) for name in texts}))
        _put(frames, key, (time.monotonic(), pieces))
    return holes.filled(pieces, texts)


def init_app(app: Flask) -> None:
    """Plug in before compression: what is registered first runs last, so pages are kept compressed."""
    app.extensions["pagecache"] = OrderedDict()
    app.extensions["pageframes"] = OrderedDict()
    app.before_request(_give)
    app.after_request(_keep)
