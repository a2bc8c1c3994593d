"""What a careful visitor would notice on a page: barriers, words cut off at the side, complaints of the browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import ConsoleMessage, Page, ViewportSize

WIDTHS = (1280, 768, 360, 320)
HEIGHT = (
    400  # a page is looked at whole; only what the window shows is painted, which is for nobody's eyes here
)
WIDE: ViewportSize = {"width": WIDTHS[0], "height": HEIGHT}
SCRIPT = AXE_SCRIPT + Path(__file__).with_suffix(".js").read_text("utf-8")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

# What reaches beyond the right edge, unless a box around it scrolls or cuts by intent; then once more with the text
# spread wide (WCAG 1.4.12). A sheet made in script is not style that the policy forbids.
TOO_WIDE = """(isSpread) => {
  const root = document.documentElement, edge = root.clientWidth;
  const held = (e) => { for (let p = e.parentElement; p && p !== root; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== "visible") return true; return false; };
  const tooWide = (when) => {
    if (document.scrollingElement.scrollWidth <= edge) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(
      (e) => e.getBoundingClientRect().right > edge + 0.5 && !held(e));
    return [...wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 160)), `${document.scrollingElement.scrollWidth} > ${edge}`]
      .map((one) => `at ${edge} px${when}: ${one}`);
  };
  const found = tooWide("");
  if (isSpread) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
      p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
    found.push(...tooWide(" with text spacing"));
    document.adoptedStyleSheets = [];
  }
  return found;
}"""

# A breach of the policy is told to the window before any of ours could listen, so this goes in first.
WATCH_POLICY = """addEventListener("securitypolicyviolation",
  (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));"""


@dataclass
class Complaints:
    """What the browser said against a page since it was last asked."""

    told: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.told.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.told.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, url: str, why: str | None) -> None:
        if why != "net::ERR_ABORTED":  # left for the next page, or a download
            self.told.append(f"not loaded: {url} {why}")

    def of(self, page: Page, *, status: int = 200) -> list[str]:
        """And forget them. That a page is an error page the browser tells too; that is no complaint."""
        told, self.told = self.told, []
        own = f"status of {status}"
        return [one for one in told if status < 400 or own not in one or page.url not in one]


@dataclass(frozen=True)
class News:
    """A page: whether its main or anything of it was never looked at, and which of its rows are drawn like others (looking.js)."""

    in_main: bool
    at_all: bool
    alike: list[int]
    has_heading: bool
    is_dark: bool


@dataclass
class Looked:
    """The parts of pages that were looked at: one that stands on many pages, for many roles, needs it once."""

    parts: set[int] = field(default_factory=set)
    shapes: set[int] = field(default_factory=set)
    colours: set[int] = field(default_factory=set)

    def at(self, page: Page) -> News:
        """What is new on the page. From now on nothing of it is."""
        seen = page.evaluate("() => look.at()")
        main, *_others = seen["parts"]
        in_main, at_all = main not in self.parts, not self.parts.issuperset(seen["parts"])
        self.parts.update(seen["parts"])
        shapes = seen["shapes"] if in_main else []
        alike = [
            place for place, shape in enumerate(shapes) if shape in self.shapes or shape in shapes[:place]
        ]
        self.shapes.update(shapes)
        return News(in_main, at_all, alike, seen["hasHeading"], seen["isDark"])

    def barriers(self, page: Page, news: News) -> list[str]:
        """Each barrier axe finds in what is new, whatever the colours are."""
        if not news.at_all:
            return []
        options = {"aroundMain": not news.in_main, "alike": news.alike, "noColours": True}
        return told(page.evaluate("([rules, options]) => look.barriers(rules, options)", [RULES, options]))

    def barriers_of_colour(self, page: Page) -> list[str]:
        """Each barrier in the colours as they are now, once for all texts of the same colours in boxes of the same colours."""
        new = [one for one in page.evaluate("() => look.colours()") if one not in self.colours]
        if not new:
            return []
        found, judged = page.evaluate(
            "([rules, numbers]) => look.barriersOfColour(rules, numbers)", [COLOUR_RULES, new]
        )
        self.colours.update(judged)
        return told(found)


def axe(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """Each barrier axe finds, with the elements concerned."""
    if not page.evaluate("() => 'look' in window"):
        page.evaluate(SCRIPT)
    return told(page.evaluate("(rules) => look.barriers(rules)", list(rules)))


def told(violations: list[Any]) -> list[str]:
    return [AxeResults({"violations": violations}).generate_report()] if violations else []


def sideways(page: Page, widths: Sequence[int] = WIDTHS, *, and_back: bool = True) -> list[str]:
    """What makes the page scroll sideways at one of these widths, and at 360 px with the text spread wide.

    The window becomes wide again afterwards; not `and_back`, it stays as it is and the next page is looked at the other way round.
    """
    found: list[str] = []
    now = page.viewport_size["width"] if page.viewport_size else 0
    for width in reversed(widths) if now == widths[-1] else widths:
        if width != now:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            now = width
        found += page.evaluate(TOO_WIDE, width == 360)
    if and_back:
        page.set_viewport_size(WIDE)
    return found
