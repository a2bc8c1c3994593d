"""What goes over the wire until a page stands, as a browser loads it: the page, its styles, scripts, symbols and fonts, compressed."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

from bench import site
from bench.figures import Figure
from bench.server import serving
from bench.site import Site
from bench.traffic import Answer, Visitor

FIRST_KB, NEXT_KB = 120, 20
LANDING = "/"
# Where people go from the landing page, the heaviest pages of each room among them.
NEXT = (
    "/workshops",
    "/workshops/pmqa40-2566",
    "/workshops/excellence-2566",
    "/speakers",
    "/award",
    "/learn",
    "/learn/pmqa40",
    "/learn/pmqa40/op/context",
    "/learn/pmqa40/c1/asks",
    "/learn/pmqa2562/c1/adli",
    "/sign-in",
    "/sign-up",
)
_IN_CSS = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)|@import\s+['"]([^'"]+)['"]""")
_IN_JS = re.compile(r"""(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]""")


class _Assets(HTMLParser):
    """The addresses a page makes a browser load. Pictures that wait for scrolling count as well."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and set((given.get("rel") or "").split()) & {
            "stylesheet",
            "icon",
            "preload",
            "modulepreload",
        }:
            self.found.append(given.get("href") or "")
        elif tag in ("script", "img", "source"):
            self.found.append(given.get("src") or "")


def _text(answer: Answer) -> str:
    body = gzip.decompress(answer.body) if answer.header("Content-Encoding") == "gzip" else answer.body
    return body.decode()


def _named_in(answer: Answer, address: str) -> list[str]:
    kind = answer.header("Content-Type")
    if kind.startswith("text/html"):
        parser = _Assets()
        parser.feed(_text(answer))
        names = parser.found
    elif kind.startswith("text/css"):
        names = [one or other for one, other in _IN_CSS.findall(_text(answer))]
    elif "javascript" in kind:
        names = _IN_JS.findall(_text(answer))
    else:
        names = []
    return [urljoin(address, name) for name in names if name and not name.startswith("data:")]


def load(visitor: Visitor, path: str, kept: set[str]) -> int:
    """Bytes until this page stands, with everything in `kept` known already; what may be kept for ever is put there."""
    total, waiting, seen = 0, [path], set()
    while waiting:
        address = waiting.pop()
        if address in seen or address in kept:
            continue
        seen.add(address)
        answer = visitor.get(address)
        if answer.status != 200:
            raise RuntimeError(f"{path} names {address}, which answered {answer.status}")
        total += answer.wire_bytes
        if "immutable" in answer.header("Cache-Control"):
            kept.add(address)
        waiting += _named_in(answer, address)
    return total


def measured(here: Site, log: Path) -> list[Figure]:
    """The first view of the landing page, and the heaviest page after it."""
    with serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal:
        visitor = Visitor(portal.port)
        kept: set[str] = set()
        first = load(visitor, LANDING, kept)
        after = {path: load(visitor, path, set(kept)) for path in NEXT}
        visitor.close()
    heaviest = max(after, key=lambda path: after[path])
    return [
        Figure(
            "first view of the landing page",
            first / 1024,
            "KB",
            at_most=FIRST_KB,
            note="page, styles, script, fonts, symbols",
        ),
        Figure(
            "heaviest next page",
            after[heaviest] / 1024,
            "KB",
            at_most=NEXT_KB,
            note=f"{heaviest}, of {len(NEXT)} asked",
        ),
    ]
