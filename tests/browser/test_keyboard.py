"""The portal by keyboard alone: past the letterhead, through the menu, and always knowing where one is."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.walking import sign_in

FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const held = e.closest(".choice");  // a choice is drawn as focused where its radio is
  const ring = held ? getComputedStyle(held) : style;
  return { what: e === document.body ? "" : e.outerHTML.slice(0, 120), ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2,
    inside: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight && box.width > 0 };
}"""


def walk(page: Page, most: int = 120) -> list[str]:
    """Go through the page by Tab until the focus leaves it; gives what has the focus without showing it."""
    hidden: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if not at["what"]:
            return hidden
        if not (at["ring"] and at["inside"]):
            hidden.append(at["what"])
    raise AssertionError(f"after {most} stops the page has no end")


def test_the_first_stop_leads_past_the_letterhead(visitor: Open) -> None:
    page = visitor().new_page()
    page.goto("/workshops")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_every_stop_of_a_page_can_be_seen(visitor: Open) -> None:
    for scheme in ("light", "dark"):
        page = visitor(color_scheme=scheme).new_page()
        for address in ("/", "/sign-in", "/sign-up", "/workshops/pmqa40-2566", "/learn/pmqa40/op/ruler"):
            page.goto(address)
            assert walk(page) == [], f"{address} in {scheme}"


def test_every_stop_of_a_page_can_be_seen_when_signed_in(visitor: Open) -> None:
    page = visitor().new_page()
    sign_in(page, "orn@demo.example")
    for address in ("/me", "/account", "/organize", "/organize/coverage"):
        page.goto(address)
        assert walk(page) == [], address


def test_the_account_menu_opens_closes_and_signs_out_by_keyboard(visitor: Open) -> None:
    page = visitor().new_page()
    sign_in(page, "wit@demo.example")
    summary = page.locator("details.menu > summary")
    account = page.locator("details.menu a[href='/account']")
    summary.focus()
    page.keyboard.press("Enter")
    expect(account).to_be_visible()
    page.keyboard.press("Tab")
    expect(account).to_be_focused()
    page.keyboard.press("Escape")
    expect(account).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".nav a[href='/sign-in']")).to_be_visible()


def test_the_phone_menu_works_by_keyboard(visitor: Open) -> None:
    page = visitor().new_page()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/")
    page.locator(".nav-phone > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".nav-phone a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("งานอบรม")


def test_a_refused_form_puts_the_focus_on_what_is_wrong(visitor: Open) -> None:
    page = visitor().new_page()
    page.goto("/sign-up")
    page.fill("#email", "not an address")
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#email")).to_have_value("not an address")
