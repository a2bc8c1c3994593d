"""Answers with stored content: whole or in part, again or not at all, and always safe to open; who may have it is the view's rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import is_resource_modified

from portal.core import blobs

# What a browser opens of it can run nothing, load nothing and act for nobody; pictures and PDF are shown all the same.
SANDBOX = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True)
class Content:
    """A file to send: kept by its digest, under this name since then. `is_shown`: a browser may open it by itself."""

    digest: str
    size: int
    filename: str
    media_type: str
    at: datetime
    is_shown: bool = False


def send(content: Content) -> Response:
    """The answer to this request: 200, 206, 304 or 416, streamed in pieces. FileNotFoundError where the content is gone."""
    if not is_resource_modified(request.environ, etag=content.digest, last_modified=content.at):
        return _dressed(Response(status=304), content)
    wanted = _wanted(content)
    if wanted is None:
        answer = Response(status=416, content_type="text/plain")
        answer.headers["Content-Range"] = f"bytes */{content.size}"
        return _dressed(answer, content)
    start, end = wanted
    body: Iterator[bytes] = iter(())
    if request.method != "HEAD":
        body = blobs.open_range(content.digest, start, end)
    answer = Response(body, content_type=content.media_type)
    answer.content_length = end - start
    if (start, end) != (0, content.size):
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    return _dressed(
        answer, content, disposition("inline" if content.is_shown else "attachment", content.filename)
    )


def is_begun(answer: Response) -> bool:
    """Whether this answer hands the content out from its beginning: whole, or the first part of it."""
    if request.method == "HEAD":
        return False
    starts = answer.headers.get("Content-Range", "").startswith("bytes 0-")
    return answer.status_code == 200 or (answer.status_code == 206 and starts)


def disposition(how: str, filename: str) -> str:
    """The header that gives the file its name, Thai letters included (RFC 6266, RFC 8187)."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", filename).strip("-")
    plain = f"file{plain}" if not plain or plain.startswith(".") else plain
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _wanted(content: Content) -> tuple[int, int] | None:
    """The bytes asked for, as (start, end); all of them where it is not asked for one part of this very content; None beyond it."""
    whole = (0, content.size)
    asked = request.range
    if request.method != "GET" or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    if "If-Range" in request.headers and is_resource_modified(
        request.environ, etag=content.digest, last_modified=content.at, ignore_if_range=False
    ):
        return whole
    return asked.range_for_length(content.size)


def _dressed(answer: Response, content: Content, disposition: str | None = None) -> Response:
    answer.set_etag(content.digest)
    answer.last_modified = content.at
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Cache-Control"] = "private, no-cache"  # asked again each time: who may have it can change
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = SANDBOX
    if disposition:
        answer.headers["Content-Disposition"] = disposition
    return answer
