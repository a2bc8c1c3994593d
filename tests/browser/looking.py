"""What a careful visitor would notice on a page: barriers, words cut off at the side, complaints of the browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import ConsoleMessage, Page

WIDTHS = (1280, 768, 360, 320)
HEIGHT = 900
COLOUR_RULES = ("color-contrast", "link-in-text-block")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

# What reaches beyond the right edge, unless a box around it scrolls or cuts by intent.
TOO_WIDE = """() => {
  const root = document.documentElement, edge = root.clientWidth;
  if (document.scrollingElement.scrollWidth <= edge) return [];
  const held = (e) => { for (let p = e.parentElement; p && p !== root; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== "visible") return true; return false; };
  const wide = [...document.body.querySelectorAll("*")].filter(
    (e) => e.getBoundingClientRect().right > edge + 0.5 && !held(e));
  return wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 160)).concat(`${document.scrollingElement.scrollWidth} > ${edge}`);
}"""

# WCAG 1.4.12; a sheet made in script is not style that the policy forbids.
SPREAD = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
GATHER = "() => { document.adoptedStyleSheets = []; }"

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


# What decides how a page is drawn, in parts that stand below each other: main, the ways to the page, the frame around both.
PARTS = """() => {
  const drawn = [document.documentElement.lang, document.body.className, ...[...document.styleSheets].map((one) => one.href)].join();
  const page = document.body.cloneNode(true);
  page.querySelectorAll("input[type=hidden]").forEach((field) => field.removeAttribute("value"));
  const parts = [page.querySelector("main"), ...page.querySelectorAll(".crumbs, .subnav")];
  parts.forEach((part) => part.replaceWith(""));
  page.querySelectorAll("[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  return [...parts.map((part) => part.outerHTML), page.innerHTML].map((part) => `${drawn}\\n${part}`);
}"""


# Rows and paragraphs, each as one number: what decides its colours, its place and its roles, whatever its words are.
# One with a heading in it is left out: the order of headings is a matter of the whole page.
SHAPES = """() => {
  const told = new Set(["class", "type", "role", "scope", "lang", "colspan", "rowspan", "hidden", "disabled"]);
  const self = (e) => e.tagName + [...e.attributes].map((one) => one.name + (told.has(one.name) ? one.value : !!one.value)).sort();
  const shape = (e) => self(e) + "(" + [...e.childNodes].map((one) =>
    one.nodeType === 1 ? shape(one) : one.nodeType === 3 && one.data.trim() ? "t" : "").join("") + ")";
  const around = (e) => e.parentElement ? around(e.parentElement) + e.parentElement.tagName + e.parentElement.className : "";
  const number = (text) => { let sum = 7; for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 4503599627370449; return sum; };
  window.shaped = [...document.querySelectorAll("tr, li, p, dd")].filter((e) => !e.querySelector("h1, h2, h3, h4, h5, h6"));
  return window.shaped.map((e) => number(around(e) + shape(e)));
}"""


@dataclass
class Looked:
    """The parts of pages that were looked at: one that stands on many pages, for many roles, needs it once."""

    parts: set[str] = field(default_factory=set)
    shapes: set[int] = field(default_factory=set)

    def at(self, page: Page) -> tuple[bool, bool]:
        """Whether the page's main was never looked at, and whether any part was not. From now on all of them were."""
        main, *others = page.evaluate(PARTS)
        main_is_new, others_are_new = main not in self.parts, not self.parts.issuperset(others)
        self.parts.update((main, *others))
        return main_is_new, main_is_new or others_are_new

    def alike(self, page: Page) -> list[int]:
        """Which of the page's rows and paragraphs (`window.shaped`) are drawn like one that was looked at before."""
        known = []
        for number, shape in enumerate(page.evaluate(SHAPES)):
            if shape in self.shapes:
                known.append(number)
            self.shapes.add(shape)
        return known


AXE = """([around_main, alike, options]) => axe.run({
  include: [document.documentElement],
  exclude: [...(around_main ? [document.querySelector("main")] : []), ...alike.map((number) => window.shaped[number])],
}, options).then((result) => result.violations)"""


def axe(
    page: Page, rules: Sequence[str] = RULES, *, around_main: bool = False, alike: Sequence[int] = ()
) -> list[str]:
    """Each barrier axe finds, with the elements concerned; `around_main` leaves out what stands in main, and `alike` what `Looked` knows."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], "runOnly": list(rules)}
    found: list[Any] = page.evaluate(AXE, [around_main, list(alike), options])
    return [AxeResults({"violations": found}).generate_report()] if found else []


def sideways(page: Page, widths: Sequence[int] = WIDTHS, *, and_back: bool = True) -> list[str]:
    """What makes the page scroll sideways at one of these widths, and at 360 px with the text spread wide.

    The window becomes wide again afterwards; not `and_back`, it stays as it is and the next page is looked at the other way round.
    """
    found = []
    now = page.viewport_size["width"] if page.viewport_size else 0
    for width in reversed(widths) if now == widths[-1] else widths:
        if width != now:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            now = width
        found += [f"at {width} px: {one}" for one in page.evaluate(TOO_WIDE)]
        if width == 360:
            page.evaluate(SPREAD)
            found += [f"at 360 px with text spacing: {one}" for one in page.evaluate(TOO_WIDE)]
            page.evaluate(GATHER)
    if and_back:
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    return found
