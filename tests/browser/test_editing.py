"""The editor of a course's file with script: the page beside the text follows it, and what was not saved outlives the window."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.walking import sign_in

FILE = "/organize/courses/pmqa40/files/op/ruler.md"


def test_the_preview_follows_and_unsaved_text_comes_back(visitor: Open) -> None:
    context = visitor()
    page = context.new_page()
    sign_in(page, "orn@demo.example")
    page.goto(FILE)
    text = page.locator("#edit-body")
    before = text.input_value()
    text.press("Control+End")
    text.press_sequentially("\n\n## หัวข้อที่เพิ่งพิมพ์\n\n[หาย](none.md)")
    expect(page.locator(".seen h2").last).to_have_text("หัวข้อที่เพิ่งพิมพ์")
    expect(page.locator("[data-state]")).to_contain_text("เก็บไว้ในเครื่องนี้")

    page.locator(".found a").last.click()
    expect(text).to_be_focused()
    chosen = page.evaluate(
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    assert chosen == "[หาย](none.md)"

    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(FILE)
    expect(page.locator("#edit-body")).to_have_value(before)
    page.click("[data-take]")
    expect(page.locator("#edit-body")).to_have_value(f"{before}\n\n## หัวข้อที่เพิ่งพิมพ์\n\n[หาย](none.md)")
    expect(page.locator(".seen h2").last).to_have_text("หัวข้อที่เพิ่งพิมพ์")


def test_a_question_half_filled_in_comes_back(visitor: Open) -> None:
    context = visitor()
    page = context.new_page()
    sign_in(page, "orn@demo.example")
    page.goto("/organize/courses/pmqa40/op/quiz/questions/new/single")
    page.fill("#edit-text", "คำถามที่ยังไม่เสร็จ")
    page.fill("#choice-1-text", "ตัวเลือกที่สอง")
    page.check("#choice-1-correct")
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto("/organize/courses/pmqa40/op/quiz/questions/new/single")
    expect(page.locator("#edit-text")).to_have_value("")
    page.click("[data-take]")
    expect(page.locator("#edit-text")).to_have_value("คำถามที่ยังไม่เสร็จ")
    expect(page.locator("#choice-1-text")).to_have_value("ตัวเลือกที่สอง")
    expect(page.locator("#choice-1-correct")).to_be_checked()
    page.reload()
    page.click("[data-drop]")
    page.reload()
    expect(page.locator("[data-kept]")).to_be_hidden()
