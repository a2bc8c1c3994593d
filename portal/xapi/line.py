"""One request to the record store, and what its answer means; which statements go and when is delivery's matter."""

import base64
import json
from collections.abc import Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

VERSION = "1.0.3"
TIMEOUT_SECONDS = 30
THERE_ALREADY = 409
# About what is in the request; anything else is about the line: wrong keys, a wrong address, a server in trouble.
ABOUT_THE_STATEMENTS = (400, 413, 422)
MOST_OF_ANSWER = 300  # letters kept of what a server says


class Refused(Exception):
    """The store will not take this request, whenever it comes."""


class Known(Exception):
    """The store has a statement with such an id already."""


class Unreachable(Exception):
    """The store cannot be used now; the statements are as they were."""


class _NoRedirects(HTTPRedirectHandler):
    """A statement that is sent on becomes a GET without a body and is lost, and the keys would go to a stranger."""

    def redirect_request(self, *_args: Any) -> None:
        return None


_OPENER = build_opener(_NoRedirects)


def without_keys(url: str) -> str:
    """The address as it may be shown."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def send(url: str, bodies: Sequence[dict[str, Any]]) -> None:
    """Hand these statements over, all or none. Raises Refused, Known or Unreachable, never with the keys in its text."""
    try:
        with _OPENER.open(_request(url, bodies), timeout=TIMEOUT_SECONDS) as answer:
            answer.read()
    except HTTPError as no:
        with no:
            said = f"{no.code} {no.reason} {no.read(MOST_OF_ANSWER).decode('utf-8', 'replace')}".strip()
        if no.code == THERE_ALREADY:
            raise Known(said) from None
        raise (Refused if no.code in ABOUT_THE_STATEMENTS else Unreachable)(said) from None
    except URLError as no:
        raise Unreachable(str(no.reason)) from None
    except Exception as no:  # a line that breaks anywhere; http.client has many names for it
        raise Unreachable(f"{type(no).__name__}: {no}") from None


def _request(url: str, bodies: Sequence[dict[str, Any]]) -> Request:
    """To <url>/statements; the keys of the address go into the header."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    headers = {"Content-Type": "application/json", "X-Experience-API-Version": VERSION}
    if parts.username is not None:
        keys = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(keys.encode()).decode()
    address = urlunsplit((parts.scheme, host, parts.path.rstrip("/") + "/statements", "", ""))
    body = json.dumps(list(bodies), ensure_ascii=False).encode()
    return Request(address, data=body, headers=headers, method="POST")  # noqa: S310 - http or https, as config takes
