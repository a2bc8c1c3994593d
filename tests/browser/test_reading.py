"""Reading in a real browser: lessons opened before open without network and hold nothing of anybody; the place is found again."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.walking import sign_in

LESSON, OTHER = "/learn/pmqa40/op/ruler", "/learn/pmqa40/c1/asks"
KEPT = """async (path) => {
  const shelf = await caches.open("lessons"), answer = await shelf.match(path, { ignoreVary: true });
  return answer ? answer.text() : ""; }"""


def laid_by(page: Page, path: str) -> str:
    page.wait_for_function(f"async () => Boolean(await ({KEPT})('{path}'))")
    return str(page.evaluate(KEPT, path))


def test_a_lesson_opened_before_is_read_without_network_and_names_nobody(visitor: Open) -> None:
    context = visitor(service_workers="allow")
    page = context.new_page()
    sign_in(page, "lamai@demo.example")
    page.goto(LESSON)
    expect(page.locator(".letterhead")).to_contain_text("ละไม")
    text = laid_by(page, LESSON)
    assert "ละไม" not in text
    assert "csrf" not in text
    laid_by(page, "/learn/offline")
    page.wait_for_timeout(2000)  # Chromium keeps the worker itself a moment after it is active

    context.set_offline(True)
    page.goto(LESSON)
    expect(page.locator(".kept-note")).to_be_visible()
    expect(page.locator(".lesson-text h2").first).to_be_visible()
    assert page.evaluate("document.fonts.check('16px Sarabun')")
    assert page.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth)")
    assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    expect(page.locator("body")).not_to_contain_text("ละไม")

    page.goto(OTHER)
    expect(page.locator("h1")).to_have_text("ไม่มีสัญญาณ")
    expect(page.locator("[data-kept-lessons] a")).to_have_attribute("href", LESSON)

    context.set_offline(False)
    page.goto(LESSON)
    expect(page.locator(".kept-note")).to_be_hidden()
    expect(page.locator(".letterhead")).to_contain_text("ละไม")
    names = page.evaluate(
        "caches.keys().then((keys) => Promise.all(keys.map(async (one) => (await (await caches.open(one)).keys()).map((key) => new URL(key.url).pathname)))).then((all) => all.flat())"
    )
    assert all(re.match(rf"/static/|/learn/\w+/files/|/learn/offline$|{LESSON}$", one) for one in names)


def test_a_lesson_goes_on_where_it_was_left(visitor: Open) -> None:
    page = visitor().new_page()
    sign_in(page, "sakda@demo.example")
    page.goto("/learn/pmqa40/c1/asks")
    heading = page.locator(".lesson-text h2[id]").nth(2)
    heading.scroll_into_view_if_needed()
    with page.expect_response("**/place"):  # noted while one reads
        page.mouse.wheel(0, 300)
    left = re.compile(r"^/learn/pmqa40/c1/asks#\w")
    page.goto("/learn/pmqa40")
    link = page.locator(".panel a.btn")
    if not left.match(
        link.get_attribute("href") or ""
    ):  # sent while the page was left, so it may come after it
        page.wait_for_timeout(500)
        page.reload()
    expect(link).to_have_attribute("href", left)
