"""Pages go out compressed to readers who take gzip; built files are compressed when they are built (core.assets).

ISA-L packs a page in a quarter of zlib's time, which had been a tenth of what a page costs (docs/decisions/0008).
"""

from flask import Flask, Response, request
from isal import igzip_lib

MEDIA_TYPES = frozenset(
    {"text/html", "text/css", "text/csv", "text/calendar", "application/json", "image/svg+xml"}
)
LEAST_BYTES = 500  # less fits into one packet anyhow
LEVEL = 1  # the fastest that finds words again; one step more gains a hundredth
# Room for a page. The usual half a megabyte is asked of the system and given back for each, which takes as long as packing.
ROOM = igzip_lib.MEM_LEVEL_SMALL


def _takes_gzip() -> bool:
    accepted = request.headers.get("Accept-Encoding", "")
    if "gzip" not in accepted:
        return False
    return ";" not in accepted or request.accept_encodings.quality("gzip") > 0


def _compress(response: Response) -> Response:
    if response.mimetype not in MEDIA_TYPES:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    is_whole = not (
        response.is_streamed or response.direct_passthrough or response.status_code in (204, 206, 304)
    )
    if not is_whole or "Content-Encoding" in response.headers or not _takes_gzip():
        return response
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return response
    response.set_data(igzip_lib.compress(body, LEVEL, igzip_lib.COMP_GZIP, mem_level=ROOM))
    response.headers["Content-Encoding"] = "gzip"
    etag, _is_weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # the same content, no longer the same bytes
    return response


def init_app(app: Flask) -> None:
    app.after_request(_compress)
