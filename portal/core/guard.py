"""The door of the app: who must be signed in, forged forms, and the headers that every answer carries; roles are accounts.access."""

import time
from collections.abc import Callable
from copy import copy
from functools import cached_property, lru_cache
from hmac import compare_digest
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadData, BadSignature, URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.core.db import db
from portal.core.errors import signed_out, wants_data

View = TypeVar("View", bound=Callable[..., Any])


@lru_cache(maxsize=4_096)
def _raw(secret: str, token: str) -> str | None:
    """What a token of ours was made from; None for what is no token of ours. It does not age, so it is read once."""
    try:
        return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").loads(token))
    except BadData:
        return None


class _Protect(CSRFProtect):  # type: ignore[misc]
    """The same check; the token that a script sends with each of its many requests is read once."""

    def protect(self, apply_exemptions: bool = False) -> None:
        token, mine = request.headers.get("X-CSRFToken"), session.get("csrf_token")
        if token and isinstance(mine, str) and request.is_json:
            raw = _raw(str(current_app.secret_key), token)
            if raw is not None and compare_digest(raw.encode(), mine.encode()):
                g.csrf_valid = True
                return
        super().protect(apply_exemptions)


csrf = _Protect()

MB = 1024 * 1024

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def public(view: View) -> View:
    """Mark a view as open to people who are not signed in; every other view is closed to them."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def takes_files(setting: str) -> Callable[[View], View]:
    """Mark a view whose form brings files of up to so many megabytes as this setting says; all others take 4 MB in all."""

    def mark(view: View) -> View:
        view.takes_files = setting  # type: ignore[attr-defined]
        return view

    return mark


def is_public(endpoint: str | None) -> bool:
    """Whether the endpoint is open to people who are not signed in."""
    view = current_app.view_functions.get(endpoint or "")
    return endpoint == "static" or bool(getattr(view, "is_public", False))


def _require_sign_in() -> Any:
    if request.endpoint is None or is_public(request.endpoint) or current_user.is_authenticated:
        return None
    if request.method in ("GET", "HEAD") and not wants_data():
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    return signed_out()


def _make_room() -> Any:
    """Where files are taken more may come, from people who are signed in; others are told before anything of it is read.

    The transaction in which the person was looked up is ended, or a long upload would hold the lock of all who write.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    setting = getattr(view, "takes_files", None)
    if setting is None or request.method != "POST":
        return None
    refused = _require_sign_in()
    db.session.rollback()
    request.max_content_length = current_app.config[setting] * MB + MB // 2
    return refused


def _require_readable_address() -> None:
    """No address of ours holds a NUL, and PostgreSQL cannot even look for one."""
    if "\0" in request.path or b"%00" in request.query_string:
        abort(404)


def _require_own_origin() -> None:
    """A form sent by another site is refused even where it carries no token; old browsers send no Origin and pass to the token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(400)


@lru_cache(maxsize=4_096)
def _signed(secret: str, raw: str) -> str:
    """A form's token as flask-wtf signs it, the same for the whole of a session: what a page draws with it can be kept."""
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw))


def _take_token() -> None:
    raw = session.get("csrf_token")
    if isinstance(raw, str):
        g.csrf_token = _signed(str(current_app.secret_key), raw)


@lru_cache(maxsize=4_096)
def _read_cookie(serializer: URLSafeTimedSerializer, cookie: str) -> tuple[dict[str, Any], float]:
    """What a rightly signed cookie holds and when it was signed (seconds since 1970). Raises BadSignature."""
    values, signed_at = serializer.loads(cookie, return_timestamp=True)
    return values, signed_at.timestamp()


class _Sessions(SecureCookieSessionInterface):
    """The same cookies; what signs them is made once, and a cookie that comes again is not reckoned through again."""

    @cached_property
    def _serializer(self) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(current_app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie or self._serializer is None:
            return self.session_class()
        try:
            values, signed_at = _read_cookie(self._serializer, cookie)
        except BadSignature:
            return self.session_class()
        if not 0 <= int(time.time()) - signed_at <= app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        # A view may add to a list that it finds in the session: such a one is not shared.
        return self.session_class({name: copy(value) for name, value in values.items()})


def safe_next(target: str | None) -> str | None:
    """The address to go on to, if it is a path of this site, else None."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(character) < 32 for character in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def _dress(response: Response) -> Response:
    present = {name.lower() for name, _value in response.headers}
    response.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in present)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def init_app(app: Flask) -> None:
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # the Origin check says the same and does not need a Referer
        MAX_CONTENT_LENGTH=4 * MB,
        MAX_FORM_MEMORY_SIZE=MB,
    )
    app.before_request(_make_room)  # first of all, for the token of a form is only found by reading it
    app.session_interface = _Sessions()
    app.before_request(_take_token)
    csrf.init_app(app)
    app.before_request(_require_readable_address)
    app.before_request(_require_own_origin)
    app.before_request(_require_sign_in)
    app.after_request(_dress)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
