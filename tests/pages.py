"""A test client that reads every page it gets as a careful visitor would, and fills in the page's own forms."""

import contextvars
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.accounts.models import SignIn, User
from portal.core.db import db
from portal.core.tokens import new_secret

SPACES = re.compile(r"\s+")


def squeezed(text: str) -> str:
    return SPACES.sub(" ", text).strip()


class Page:
    """A parsed HTML page."""

    def __init__(self, html: str) -> None:
        self.soup = BeautifulSoup(html, "html.parser")

    @property
    def text(self) -> str:
        """All words of the page, as a person reads them: spans that only guide line breaks leave no trace."""
        return squeezed(self.soup.get_text())

    @property
    def main(self) -> str:
        main = self.soup.find("main")
        return squeezed(main.get_text()) if main else ""

    @property
    def h1(self) -> str:
        found = self.soup.find("h1")
        return squeezed(found.get_text()) if found else ""

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


def _faults(page: Page) -> Iterator[str]:
    soup = page.soup
    html = soup.find("html")
    if not isinstance(html, Tag) or not html.get("lang"):
        yield "html has no lang"
    h1s = soup.find_all("h1")
    title = squeezed(soup.title.get_text()) if soup.title else ""
    if len(h1s) != 1:
        yield f"{len(h1s)} h1"
    elif not title.removeprefix("ผิดพลาด: ").removeprefix("Error: ").startswith(page.h1):
        yield f"title {title!r} does not start with h1 {page.h1!r}"
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    for doubled in {i for i in ids if ids.count(i) > 1}:
        yield f"id {doubled!r} twice"
    for tag in soup.find_all(True):
        for name in tag.attrs:
            if name == "style" or name.startswith("on"):
                yield f"<{tag.name}> has {name}="
    for script in soup.find_all("script"):
        if not script.get("src") and script.get("type") != "application/json":
            yield "inline script"
    if soup.find("style"):
        yield "inline style"
    for img in soup.find_all("img"):
        if img.get("alt") is None:
            yield f"img {img.get('src')} without alt"
    yield from _form_faults(soup, set(ids))


def _form_faults(soup: BeautifulSoup, ids: set[str]) -> Iterator[str]:
    labelled = {str(label["for"]) for label in soup.find_all("label") if label.get("for")}
    for control in soup.find_all(["input", "select", "textarea"]):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (named or control.get("id") in labelled or control.find_parent("label")):
            yield f"{control.name} {control.get('name')!r} without a label"
        for described in str(control.get("aria-describedby", "")).split():
            if described not in ids:
                yield f"aria-describedby names {described!r}, which is not there"
    for form in soup.find_all("form"):
        if str(form.get("method", "get")).lower() != "post" or "/preferences" in str(form.get("action", "")):
            continue
        if not form.find("input", attrs={"name": "csrf_token"}):
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
        row = SignIn(key=new_secret(), user_id=user.id)
        db.session.add(row)
        db.session.commit()
        with self.session_transaction() as session:
            session.clear()
            session["_user_id"] = row.key
            session["_fresh"] = True
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


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The SQL statements sent while inside."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
