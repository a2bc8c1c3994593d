"""What goes out compressed, what does not, and that it is the same after unpacking."""

import gzip

import pytest
from flask import Flask, Response, request

from portal.core import compress

TEXT = "ความครอบคลุม " * 100


@pytest.fixture
def small_app() -> Flask:
    app = Flask("small")
    compress.init_app(app)

    @app.get("/page")
    def page() -> Response:
        return Response(TEXT, mimetype=request.args.get("type", "text/html"))

    @app.get("/short")
    def short() -> str:
        return "สั้น"

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter([TEXT, TEXT]), mimetype="text/csv")

    @app.get("/missing")
    def missing() -> Response:
        return Response(TEXT, 404, mimetype="text/html")

    @app.get("/tagged")
    def tagged() -> Response:
        response = Response(TEXT, mimetype="text/calendar")
        response.add_etag()
        response.make_conditional(request)
        return response

    @app.get("/packed")
    def packed() -> Response:
        return Response(
            gzip.compress(TEXT.encode()), mimetype="text/html", headers={"Content-Encoding": "gzip"}
        )

    return app


def get(app: Flask, path: str, accepts: str = "gzip, deflate, br", **headers: str):
    return app.test_client().get(path, headers={"Accept-Encoding": accepts, **headers})


@pytest.mark.parametrize(
    "path", ["/page", "/missing", "/page?type=application/json", "/page?type=text/calendar"]
)
def test_text_goes_out_compressed_and_unpacks_to_the_same(small_app, path):
    answer = get(small_app, path)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(TEXT.encode()) / 4
    assert gzip.decompress(answer.data).decode() == TEXT


@pytest.mark.parametrize("accepts", ["", "br", "gzip;q=0", "identity, gzip;q=0"])
def test_who_does_not_take_gzip_gets_it_plain_and_caches_are_told(small_app, accepts):
    answer = get(small_app, "/page", accepts)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.text == TEXT


def test_gzip_with_a_weight_is_taken(small_app):
    assert get(small_app, "/page", "br;q=1.0, gzip;q=0.5").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/short", "/stream", "/page?type=image/png"])
def test_what_is_short_or_streamed_or_packed_in_itself_goes_as_it_is(small_app, path):
    assert "Content-Encoding" not in get(small_app, path).headers


def test_what_is_compressed_already_is_not_compressed_again(small_app):
    assert gzip.decompress(get(small_app, "/packed").data).decode() == TEXT


def test_a_reader_who_has_it_is_told_so_compressed_or_not(small_app):
    first = get(small_app, "/tagged")
    assert first.headers["ETag"].startswith('W/"')
    for accepts in ("gzip", ""):
        again = get(small_app, "/tagged", accepts, **{"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""


def test_the_same_page_gives_the_same_bytes(small_app):
    assert get(small_app, "/page").data == get(small_app, "/page").data
