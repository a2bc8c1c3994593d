"""Everything a learner needs works in a browser that runs no script."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.demonstration import Demonstration
from tests.browser.walking import register, sign_in, sign_out, take_quiz


def test_a_learner_needs_no_script(visitor: Open, demonstration: Demonstration) -> None:
    page = visitor(java_script_enabled=False).new_page()
    sign_in(page, demonstration.known["newcomer"])

    assert register(page) in ("ได้ที่นั่งแล้ว", "อยู่ในคิว")

    page.goto("/learn/pmqa40/op/ruler")
    page.click("form[action$='/finished'] button")
    expect(page.locator(".flash-ok")).to_be_visible()

    take_quiz(page, "pmqa40", "op", demonstration.known["answers"]["pmqa40"]["op"])
    expect(page.locator("h1")).to_have_text("ผ่านแล้ว")

    sign_out(page)
    page.goto("/me")
    expect(page).to_have_url(f"{demonstration.url}/sign-in?next=/me")


def test_the_phone_menu_opens_without_script(visitor: Open) -> None:
    page = visitor(java_script_enabled=False, is_mobile=True, screen={"width": 360, "height": 800}).new_page()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/")
    page.click(".nav-phone > summary")
    page.click(".nav-phone a[href='/workshops']")
    expect(page).to_have_url(re.compile("/workshops$"))
