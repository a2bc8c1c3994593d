"""Whole pages for readers who are not signed in, kept in the process for a few seconds; what stands on them is the view's matter.

Such a page says the same to everyone: it holds nothing personal and no csrf token. What it shows may be
as old as PAGE_CACHE_SECONDS; a decision (is a seat free?) is never taken from it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, session

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[str, str, str, str]

MOST_PAGES = 256
SIGNED_IN = "_user_id"  # flask-login's key in the session
KEPT_HEADERS = ("Content-Type", "Content-Encoding", "Vary", "ETag")


def for_everyone(view: View) -> View:
    """Mark a public view whose page is the same for all who are not signed in."""
    view.is_for_everyone = True  # type: ignore[attr-defined]
    return view


def _key() -> Key | None:
    """The key under which this request's page may be kept, or None when it is somebody's own."""
    if request.method not in ("GET", "HEAD") or request.query_string or not current_app.config["PAGE_CACHE_SECONDS"]:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "is_for_everyone", False) or SIGNED_IN in session or "_flashes" in session:
        return None
    accepts = request.headers.get("Accept-Encoding", "")
    return request.path, request.cookies.get("lang", ""), request.cookies.get("theme", ""), accepts


def _pages() -> OrderedDict[Key, tuple[float, bytes, list[tuple[str, str]]]]:
    pages: OrderedDict[Key, tuple[float, bytes, list[tuple[str, str]]]] = current_app.extensions["pagecache"]
    return pages


def _give() -> Response | None:
    key = _key()
    if key is None:
        return None
    kept = _pages().get(key)
    if kept is None or time.monotonic() - kept[0] > current_app.config["PAGE_CACHE_SECONDS"]:
        return None
    response = Response(kept[1], headers=kept[2])
    response.headers["X-Page"] = "kept"
    return response


def _keep(response: Response) -> Response:
    key = _key()
    if key is None or response.status_code != 200 or response.headers.get("X-Page") == "kept":
        return response
    if request.method != "GET" or response.direct_passthrough or "Set-Cookie" in response.headers:
        return response
    headers = [(name, response.headers[name]) for name in KEPT_HEADERS if name in response.headers]
    pages = _pages()
    pages[key] = (time.monotonic(), response.get_data(), headers)
    pages.move_to_end(key)
    while len(pages) > MOST_PAGES:
        pages.popitem(last=False)
    return response


def init_app(app: Flask) -> None:
    """Plug in before compression: what is registered first runs last, so pages are kept compressed."""
    app.extensions["pagecache"] = OrderedDict()
    app.before_request(_give)
    app.after_request(_keep)
