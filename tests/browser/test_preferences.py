"""Language and brightness are chosen at the foot of a page and stay."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.walking import sign_in


@pytest.mark.parametrize("script", [True, False])
def test_the_language_chosen_stays_on_the_next_page(visitor: Open, script: bool) -> None:
    page = visitor(java_script_enabled=script).new_page()
    page.goto("/learn/pmqa40")
    page.click("button[name=lang][value=en]")
    expect(page).to_have_url(re.compile("/learn/pmqa40$"))
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    expect(page.locator("button[name=lang][value=en]")).to_have_attribute("aria-pressed", "true")
    page.goto("/award")
    expect(html).to_have_attribute("lang", "en")
    page.click("button[name=lang][value=th]")
    expect(html).to_have_attribute("lang", "th")
    expect(page).to_have_url(re.compile("/award$"))


def test_the_brightness_chosen_stays_and_goes_back_to_the_device(visitor: Open) -> None:
    page = visitor(color_scheme="light").new_page()
    ground = "() => getComputedStyle(document.body).backgroundColor"
    page.goto("/speakers")
    light = page.evaluate(ground)
    page.click("button[name=theme][value=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto("/workshops")
    assert page.evaluate(ground) == dark
    page.emulate_media(color_scheme="dark")
    page.click("button[name=theme][value=light]")
    assert page.evaluate(ground) == light
    page.click("button[name=theme][value=device]")
    assert page.evaluate(ground) == dark
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_what_was_chosen_before_signing_in_stays_afterwards(visitor: Open) -> None:
    page = visitor(color_scheme="light").new_page()
    page.goto("/")
    page.click("button[name=theme][value=dark]")
    page.click("button[name=lang][value=en]")
    sign_in(page, "sakda@demo.example")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "en")
