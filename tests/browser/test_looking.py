"""That what is left out because it was looked at before hides nothing: faults that are planted on pages already seen are found."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.looking import SCRIPT, WIDE, Looked, sideways

STYLE = """(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); document.adoptedStyleSheets = [sheet]; }"""


@pytest.fixture
def looked() -> Looked:
    return Looked()


@pytest.fixture
def page(visitor: Open, looked: Looked) -> Page:
    """The page of the workshops, of which everything was looked at, in light and in dark."""
    page = visitor().new_page()
    page.add_init_script(SCRIPT)
    page.goto("/workshops")
    seen(page, looked)
    assert seen(page, looked) == []
    return page


def seen(page: Page, looked: Looked) -> list[str]:
    found = looked.barriers(page, looked.at(page))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in looked.barriers_of_colour(page)]
    return found


@pytest.mark.parametrize("element", ["h1", "main .meta", "footer a"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_colour_too_pale_in_one_scheme_is_found(
    page: Page, looked: Looked, element: str, scheme: str
) -> None:
    pale = "#ddd; background: #eee" if scheme == "light" else "#333; background: #222"
    page.evaluate(STYLE, f"@media (prefers-color-scheme: {scheme}) {{ {element} {{ color: {pale} }} }}")
    found = seen(page, looked)
    assert [one[: len(scheme)] for one in found] == [scheme]
    assert "color-contrast" in found[0]


def test_a_link_known_by_its_colour_only_is_found(page: Page, looked: Looked) -> None:
    page.evaluate(
        "document.querySelector('main .lead').insertAdjacentHTML('beforeend', '<a href=\"/\">x</a>')"
    )
    page.evaluate(
        STYLE,
        "main p a { color: #333 !important; text-decoration: none !important; border: 0 !important }",
    )
    assert any("link-in-text-block" in one for one in seen(page, looked))


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("document.querySelector('main').append(document.createElement('input'))", "label"),
        ("document.querySelector('main h2').outerHTML = '<h5>too deep</h5>'", "heading-order"),
        ("document.querySelector('main .meta').innerHTML += '<a href=\"/x\"></a>'", "link-name"),
        ("document.querySelector('footer').append(document.createElement('button'))", "button-name"),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.body.insertAdjacentHTML('beforeend', '<p>lost</p>')", "region"),
    ],
)
def test_what_is_planted_into_a_page_seen_before_is_found(
    page: Page, looked: Looked, planted: str, rule: str
) -> None:
    page.evaluate(planted)
    assert any(rule in one for one in seen(page, looked))


def test_what_is_too_wide_is_found_at_each_width_it_is_too_wide_at(page: Page) -> None:
    page.evaluate("document.querySelector('main .lead').style.width = '400px'")
    found = sideways(page)
    assert {one.partition(":")[0] for one in found} == {
        "at 360 px",
        "at 360 px with text spacing",
        "at 320 px",
    }
    assert page.viewport_size == WIDE
