"""The hall's screen goes on by itself: code and count are made anew while the page stays."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.demonstration import Demonstration

SCREEN = "/organize/workshops/pmqa40-2566/sessions/day1/screen"


@pytest.fixture
def screen(browser: Browser, day: Demonstration, signed_in: Any) -> Any:
    """screen(**settings) — the hall's screen on an organizer's notebook."""
    contexts = []

    def open_(**settings: Any) -> Page:
        context = browser.new_context(base_url=day.url, storage_state=signed_in, **settings)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.clock.install()
        page.goto(SCREEN)
        return page

    yield open_
    for context in contexts:
        context.close()


def later(page: Page) -> None:
    """Ten seconds on, by the clock of the page."""
    page.evaluate("document.querySelector('#hall').dataset.isOld = 'yes'")
    page.clock.fast_forward(11_000)


def test_it_is_made_anew_every_few_seconds_while_the_page_stays(screen: Any) -> None:
    page = screen()
    page.evaluate("window.stayed = true")
    for _ in range(2):
        later(page)
        expect(page.locator("#hall:not([data-is-old]) .hall-code")).to_be_visible()
    assert page.evaluate("window.stayed")
    assert page.locator("svg.qr").count() == 1


def test_without_network_the_last_code_stands_until_the_next_can_be_had(screen: Any) -> None:
    page = screen()
    page.context.set_offline(True)
    later(page)
    expect(page.locator("#hall[data-is-old] .hall-code")).to_be_visible()
    page.context.set_offline(False)
    later(page)
    expect(page.locator("#hall:not([data-is-old]) .hall-code")).to_be_visible()


def test_when_the_sign_in_ends_it_says_so(screen: Any) -> None:
    page = screen()
    page.context.clear_cookies()
    later(page)
    page.wait_for_url("**/sign-in?next=**")
