"""A test client that reads every page it gets as a careful visitor would, and fills in the page's own forms."""

import contextvars
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from lxml.etree import Element, XPath
from lxml.html import HtmlElement, document_fromstring
from sqlalchemy import event, insert
from werkzeug.test import TestResponse

from portal.accounts.models import SignIn, User
from portal.core import prepared
from portal.core.db import db
from portal.core.tokens import new_secret
from tests.rows import identity_of
from tests.soups import soup_of

SPACES = re.compile(r"\s+")
_SIGN_IN = insert(SignIn)
_TEXTS = XPath("descendant::text()[not(ancestor::script or ancestor::style or ancestor::template)]")


def squeezed(text: str) -> str:
    return SPACES.sub(" ", text).strip()


class Page:
    """A parsed HTML page: as lxml's tree, for every page, and as a soup where a test looks into it, which takes ten times as long."""

    def __init__(self, html: str) -> None:
        self._html = html

    @cached_property
    def tree(self) -> HtmlElement:
        return document_fromstring(self._html if self._html.strip() else "<html>")

    @cached_property
    def soup(self) -> BeautifulSoup:
        return soup_of(self.tree)

    @property
    def text(self) -> str:
        """All words of the page, as a person reads them: spans that only guide line breaks leave no trace."""
        return _words(self.tree)

    @property
    def main(self) -> str:
        return _words(self.tree.find(".//main"))

    @property
    def h1(self) -> str:
        return _words(self.tree.find(".//h1"))

    @property
    def flashes(self) -> list[str]:
        return [squeezed(flash.get_text()) for flash in self.select(".flash")]

    @property
    def errors(self) -> list[str]:
        return [squeezed(error.get_text()) for error in self.select(".error")]

    def select(self, css: str) -> list[Tag]:
        return list(self.soup.select(css))

    def one(self, css: str) -> Tag:
        found = self.select(css)
        assert len(found) == 1, f"{len(found)} of {css!r} on “{self.h1}”"
        return found[0]

    def links(self) -> list[str]:
        return [str(a["href"]) for a in self.select("a[href]")]

    def json(self, css: str) -> Any:
        """The data that a page carries for its script."""
        return json.loads(self.one(css).get_text())

    def form(self, action: str | None = None) -> Tag:
        """The form with this action (or containing this action as a part), else the only POST form of main."""
        if action is None:
            forms = self.select("main form[method=post], main form[method=POST]")
            assert len(forms) == 1, f"{len(forms)} forms on “{self.h1}”; name one by its action"
            return forms[0]
        forms = [form for form in self.select("form") if action in str(form.get("action", ""))]
        assert forms, f"no form to {action} on “{self.h1}”"
        return forms[0]


def _words(element: HtmlElement | None) -> str:
    return "" if element is None else squeezed("".join(_TEXTS(element)))


def _faults(page: Page) -> Iterator[str]:
    tree = page.tree
    if not tree.get("lang"):
        yield "html has no lang"
    h1s = _count(tree, "h1")
    title = _words(tree.find(".//title"))
    if h1s != 1:
        yield f"{h1s} h1"
    elif not title.removeprefix("ผิดพลาด: ").removeprefix("Error: ").startswith(page.h1):
        yield f"title {title!r} does not start with h1 {page.h1!r}"
    ids: set[str] = set()
    for tag in tree.iter(Element):
        for name, value in tag.items():
            if name == "style" or name.startswith("on"):
                yield f"<{tag.tag}> has {name}="
            if name == "id":
                if value in ids:
                    yield f"id {value!r} twice"
                ids.add(value)
    yield from _inline_faults(tree)
    yield from _form_faults(tree, ids)


def _inline_faults(tree: HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        if not script.get("src") and script.get("type") != "application/json":
            yield "inline script"
    if _count(tree, "style"):
        yield "inline style"
    for img in tree.iter("img"):
        if img.get("alt") is None:
            yield f"img {img.get('src')} without alt"


def _count(tree: HtmlElement, tag: str) -> int:
    return sum(1 for _one in tree.iter(tag))


def _form_faults(tree: HtmlElement, ids: set[str]) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iter("label")} - {None}
    for control in tree.iter("input", "select", "textarea"):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (
            named or control.get("id") in labelled or next(control.iterancestors("label"), None) is not None
        ):
            yield f"{control.tag} {control.get('name')!r} without a label"
        for described in control.get("aria-describedby", "").split():
            if described not in ids:
                yield f"aria-describedby names {described!r}, which is not there"
    for form in tree.iter("form"):
        if form.get("method", "get").lower() != "post" or "/preferences" in form.get("action", ""):
            continue
        if not any(field.get("name") == "csrf_token" for field in form.iter("input")):
            yield f"form to {form.get('action')!r} without csrf_token"


def _fields(form: Tag) -> dict[str, Any]:
    """What a browser would send of an untouched form."""
    sent: dict[str, list[str]] = {}
    for control in form.find_all(["input", "select", "textarea"]):
        name = control.get("name")
        if not name or control.has_attr("disabled"):
            continue
        if control.name == "select":
            options = control.find_all("option")
            values = [str(o.get("value", o.get_text())) for o in options if o.has_attr("selected")]
            if not values and options and not control.has_attr("multiple"):
                values = [str(options[0].get("value", options[0].get_text()))]
        elif control.name == "textarea":
            values = [control.get_text().removeprefix("\n")]
        elif control.get("type") in ("checkbox", "radio"):
            values = [str(control.get("value", "on"))] if control.has_attr("checked") else []
        elif control.get("type") in ("submit", "button", "file"):
            values = []
        else:
            values = [str(control.get("value", ""))]
        if values:
            sent.setdefault(str(name), []).extend(values)
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


class Client(FlaskClient):
    """Each request runs outside the test's own context; every HTML page that comes back is checked."""

    page: Page
    check_pages = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.commit()
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            self.page = Page(response.get_data(as_text=True))
            if self.check_pages:
                faults = list(_faults(self.page))
                assert not faults, f"{response.request.path}: " + "; ".join(faults)
        return response

    def sign_in(self, user: User) -> "Client":
        """Start a sign-in of this person without the sign-in page."""
        db.session.flush()
        key = new_secret()
        db.session.connection().execute(_SIGN_IN, {"key": key, "user_id": identity_of(user)})
        db.session.commit()
        sessions = self.application.session_interface
        signer = sessions.get_signing_serializer(self.application)  # type: ignore[attr-defined]
        cookie = signer.dumps({"_user_id": key, "_fresh": True})
        self.set_cookie(sessions.get_cookie_name(self.application), cookie)
        return self

    def sign_out(self) -> "Client":
        with self.session_transaction() as session:
            session.clear()
        return self

    def submit(
        self, action: str | None = None, *, button: tuple[str, str] | None = None, **fields: Any
    ) -> TestResponse:
        """Send the named form of the page last seen, as filled by the page, with these fields changed. None leaves a field out."""
        form = self.page.form(action)
        data = _fields(form) | fields | (dict([button]) if button else {})
        data = {name: value for name, value in data.items() if value is not None}
        target = str(form.get("action") or "") or self.last_path
        method = str(form.get("method", "get")).upper()
        if method == "GET":
            return self.get(target, query_string=data)
        return self.open(target, method=method, data=data)

    def get(self, *args: Any, **kwargs: Any) -> TestResponse:
        response: TestResponse = super().get(*args, **kwargs)
        self.last_path = response.request.path
        return response

    def follow(self, response: TestResponse) -> TestResponse:
        assert response.status_code in (302, 303), (
            response.status_code,
            self.page.main[:400] if hasattr(self, "page") else "",
        )
        return self.get(response.headers["Location"])


WRITES = re.compile(r"\b(INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")


def only_read(statements: list[str]) -> bool:
    """Whether all of them read: a SELECT, or a WITH in which nothing writes."""
    return all(one.startswith(("SELECT", "WITH")) and not WRITES.search(one) for one in statements)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The SQL statements sent while inside."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    prepared.heard_by.append(statements.append)
    try:
        yield statements
    finally:
        prepared.heard_by.remove(statements.append)
        event.remove(engine, "before_cursor_execute", note)
