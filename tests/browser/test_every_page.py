"""Every page, signed out and in each role, in light and in dark: no barrier, no complaint of the browser, nothing cut off at the side."""

import tomllib
from collections.abc import Callable

import pytest
from flask import Flask

from config import ROOT
from tests.browser.conftest import Open, Window
from tests.browser.demonstration import Demonstration
from tests.browser.looking import (
    COLOUR_RULES,
    HEIGHT,
    TOO_WIDE,
    WIDE,
    WIDTHS,
    Complaints,
    Looked,
    axe,
    sideways,
)
from tests.browser.places import FILES, NOBODY, PLACES, Place

VISITS = [(who, place) for place in PLACES for who in place.who]
# Lessons are in Thai in either language: one of them shows what stands around it.
IN_ENGLISH = [
    (place.who[0], place)
    for place in PLACES
    if place.endpoint != "learning.lesson" or "ruler" in place.address
]


def name(value: object) -> str:
    return value.address if isinstance(value, Place) else str(value)


def test_every_page_has_an_example(app: Flask) -> None:
    examples = {place.endpoint for place in PLACES if place.endpoint}
    shown = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert shown == examples | set(FILES)
    assert not examples & set(FILES)


def test_every_example_is_a_page_of_its_endpoint(app: Flask) -> None:
    addresses = app.url_map.bind("localhost")
    for place in PLACES:
        if place.endpoint:
            assert addresses.match(place.address.partition("?")[0])[0] == place.endpoint
    for endpoint, address in FILES.items():
        assert addresses.match(address.partition("?")[0])[0] == endpoint


@pytest.fixture(scope="module")
def looked() -> Looked:
    return Looked()


@pytest.mark.parametrize(("who", "place"), VISITS, ids=name)
def test_a_page_is_open_to_all_senses_and_screens(
    demonstration: Demonstration, window_of: Callable[..., Window], looked: Looked, who: str, place: Place
) -> None:
    """Every other page of a visitor is looked at the other way round: from small to wide, from dark to light.

    To make the window what it was before costs as much as to open the next page in it.
    """
    page, complaints = window_of(who)
    response = page.goto(place.address.format_map(demonstration.known))
    assert response is not None
    assert response.status == place.status
    news, is_small = looked.at(page), page.viewport_size != WIDE
    assert news.has_heading
    found = sideways(page, and_back=False) if is_small and news.at_all else []
    page.set_viewport_size(WIDE)
    found += looked.barriers(page, news)
    for scheme in ("dark", "light") if news.is_dark else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in looked.barriers_of_colour(page)]
    if not is_small and news.at_all:
        found += sideways(page, and_back=False)
    found += complaints.of(page, status=place.status)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("who", "place"), IN_ENGLISH, ids=name)
def test_a_page_fits_small_screens_in_english_too(
    demonstration: Demonstration, window_of: Callable[..., Window], who: str, place: Place
) -> None:
    page, complaints = window_of(who, "en")
    page.goto(place.address.format_map(demonstration.known))
    assert page.evaluate("document.documentElement.lang") == "en"
    found = sideways(page, WIDTHS[1:], and_back=False) + complaints.of(page, status=place.status)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("course", ["pmqa40", "pmqa2562"])
def test_every_lesson_fits_a_phone(visitor: Open, course: str) -> None:
    """Lessons are drawn alike; what differs is their tables and pictures."""
    listed = tomllib.loads((ROOT / "content" / "courses" / course / "course.toml").read_text("utf-8"))
    page = visitor().new_page()
    page.set_viewport_size({"width": 360, "height": HEIGHT})
    complaints = Complaints()
    complaints.listen(page)
    found = []
    for module in listed["module"]:
        for lesson in module["lessons"]:
            address = f"/learn/{course}/{module['code']}/{lesson}"
            page.goto(address)
            found += [f"{address}: {one}" for one in page.evaluate(TOO_WIDE) + complaints.of(page)]
    assert not found, "\n".join(found)


def test_dark_is_nothing_but_other_colours(visitor: Open) -> None:
    """So that in the dark only what is a matter of colour must be looked at."""
    others = """() => {
      const other = [], dark = /prefers-color-scheme|data-theme/;
      let seen = 0;
      const look = (rules, inDark) => { for (const rule of rules) {
        const here = inDark || dark.test(rule.conditionText || rule.selectorText || "");
        if (here) for (const name of rule.style || []) {
          const value = rule.style.getPropertyValue(name).trim();
          seen += 1;
          if (name !== "color-scheme" && !(name.startsWith("--") && CSS.supports("color", value))) other.push(`${name}: ${value}`);
        }
        look(rule.cssRules || [], here);
      } };
      for (const sheet of document.styleSheets) if (sheet.media.mediaText !== "print") look(sheet.cssRules, false);
      return [seen, other];
    }"""
    page = visitor().new_page()
    for address in ("/", "/learn/pmqa40/op/ruler", "/sign-in"):
        page.goto(address)
        seen, other = page.evaluate(others)
        assert seen > 50
        assert other == []


def test_the_dark_that_a_reader_chooses_is_the_dark_of_the_device(visitor: Open) -> None:
    colours = """() => { const of = getComputedStyle(document.documentElement), names = new Set();
      for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) {
        const inner = rule.cssRules ? [...rule.cssRules] : [];
        for (const one of [rule, ...inner]) for (const name of one.style || []) if (name.startsWith("--")) names.add(name);
      }
      return [...names].sort().map((name) => `${name}: ${of.getPropertyValue(name)}`); }"""
    device = visitor(color_scheme="dark").new_page()
    device.goto("/")
    chosen = visitor(color_scheme="light").new_page()
    chosen.goto("/")
    bright = chosen.evaluate(colours)
    chosen.click("button[name=theme][value=dark]")
    assert chosen.evaluate(colours) == device.evaluate(colours)
    assert chosen.evaluate(colours) != bright


REFUSED = [
    (NOBODY, "/sign-in", "/sign-in"),
    (NOBODY, "/sign-up", "/sign-up"),
    (NOBODY, "/forgot-password", "/forgot-password"),
    ("lamai", "/account", "/account/password"),
    ("orn", "/organize/imports", "/organize/imports/agencies"),
    ("orn", "/organize/workshops/new", "/organize/workshops/new"),
    (
        "orn",
        "/organize/workshops/pmqa40-2566/cancellation",
        "/organize/workshops/pmqa40-2566/cancellation",
    ),
]


@pytest.mark.parametrize(("who", "address", "action"), REFUSED)
def test_a_refused_form_is_open_to_all_senses_too(
    window_of: Callable[..., Window], who: str, address: str, action: str
) -> None:
    page, complaints = window_of(who)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    page.goto(address)
    form = page.locator(f"main form[action='{action}']")
    form.evaluate("form => form.noValidate = true")
    with page.expect_navigation() as answer:
        form.locator("button").first.click()
    assert answer.value.status == 422
    assert page.title().startswith("ผิดพลาด:")
    found = axe(page) + sideways(page)
    page.emulate_media(color_scheme="dark")
    found += axe(page, COLOUR_RULES) + complaints.of(page, status=422)
    assert not found, "\n".join(found)


def test_the_server_had_no_trouble(demonstration: Demonstration) -> None:
    assert "Traceback" not in demonstration.log.read_text("utf-8")
