"""The built stylesheets, scripts and fonts as pages name them, and the symbols of a page; making them is build_assets' matter."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask import Flask, g
from markupsafe import Markup
from whitenoise import WhiteNoise

PORTAL = Path(__file__).resolve().parents[1]
STATIC = PORTAL / "static"
BUILT = PORTAL / "static" / "built"
SYMBOLS = PORTAL / "templates" / "layout" / "icons.svg.html"
PREFIX = "/static/"
HASHED = r"^.+\.[0-9a-f]{12}\.[a-z0-9]+$"


class NotBuilt(RuntimeError):
    """The assets were not built, or a page names one that does not exist."""


def read_manifest(built: Path = BUILT) -> dict[str, str]:
    """Name of each asset ("css/core.css") → its file below `built`, with the hash of its content in the name."""
    try:
        files: dict[str, str] = json.loads((built / "manifest.json").read_text("utf-8"))["files"]
    except FileNotFoundError as missing:
        raise NotBuilt("assets are not built: run `python -m portal.core.build_assets`") from missing
    return files


def text_of(name: str) -> str:
    """A built asset as text, for one that must answer at an address of its own."""
    return (BUILT / read_manifest()[name]).read_text("utf-8")


@cache
def symbols() -> dict[str, Markup]:
    """Every drawn symbol by its id ("mark", "i-check"), as SVG <symbol> elements."""
    drawn = re.finditer(r'<symbol id="([\w-]+)".*?</symbol>', SYMBOLS.read_text("utf-8"), re.S)
    return {symbol[1]: Markup(symbol[0]) for symbol in drawn}  # noqa: S704 - our own file


def use_symbol(name: str) -> str:
    """Note that this page draws the symbol, and give its address for <use>. An unknown name is a KeyError."""
    used: dict[str, None] = g.setdefault("used_symbols", {})
    if name not in symbols():
        raise KeyError(f"no symbol {name!r} in layout/icons.svg.html")
    used[name] = None
    return f"#{name}"


@contextmanager
def symbols_apart() -> Iterator[dict[str, None]]:
    """The symbols that are drawn inside, apart from those of the page: for a piece that is kept for many pages."""
    of_page = g.get("used_symbols", {})
    g.used_symbols = {}
    try:
        yield g.used_symbols
    finally:
        g.used_symbols = of_page


def used_symbols() -> Markup:
    """The <symbol> elements this page asked for; base.html puts them at the end of the body."""
    used: dict[str, None] = g.get("used_symbols", {})
    return Markup("").join(symbols()[name] for name in used)


def wrap_static(app: Flask, built: Path = BUILT) -> None:
    """Serve the built files in front of the app: hashed names may be kept for ever, and go out compressed."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(built),
        prefix=PREFIX,
        allow_all_origins=False,
        immutable_file_test=HASHED,
        add_headers_function=_dress,
    )


def _dress(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def init_app(app: Flask, built: Path = BUILT) -> None:
    """Serve the built files, and give templates `asset(name)`, the symbols, and `views` (all endpoints there are)."""
    files = read_manifest(built)

    def asset(name: str) -> str:
        if name not in files:
            raise NotBuilt(f"no asset {name!r}: it is not below portal/static, or not built yet")
        return PREFIX + files[name]

    app.jinja_env.globals.update(
        asset=asset, use_symbol=use_symbol, used_symbols=used_symbols, views=app.view_functions
    )
    wrap_static(app, built)
