"""A question that hangs on an earlier answer, as a person meets it with script and without."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.walking import sign_in

FORM = "/workshops/excellence-2566/registration"


def test_it_comes_and_goes_with_the_answer_it_hangs_on(visitor: Open) -> None:
    page = visitor().new_page()
    sign_in(page, "nid@demo.example")
    page.goto(FORM)
    diet = page.locator("#q-diet")
    expect(diet).to_be_hidden()
    page.get_by_label("อื่น ๆ").check()
    expect(diet).to_be_visible()
    diet.fill("เจ")
    page.get_by_label("ฮาลาล").check()
    expect(diet).to_be_hidden()
    page.get_by_label("อื่น ๆ").press("Space")
    expect(diet).to_have_value("เจ")


def test_after_a_refusal_what_was_typed_stands_and_what_is_asked_is_seen(visitor: Open) -> None:
    page = visitor().new_page()
    sign_in(page, "nid@demo.example")
    page.goto(FORM)
    page.get_by_label("อื่น ๆ").check()
    page.fill("#q-years", "สิบ")
    page.click("main form button")
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator("#q-diet")).to_be_visible()
    expect(page.locator("#q-diet-error")).to_be_visible()
    expect(page.locator("#q-years")).to_have_value("สิบ")


def test_without_script_everything_is_there_to_see(visitor: Open) -> None:
    page = visitor(java_script_enabled=False).new_page()
    sign_in(page, "nid@demo.example")
    page.goto(FORM)
    expect(page.locator("#q-diet")).to_be_visible()
    expect(page.locator("#q-diet-hint")).to_contain_text("ตอบเมื่อเลือก")
