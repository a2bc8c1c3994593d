"""What people do on the pages, step by step, with or without script; each step ends on the page it leads to."""

import re
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

WORKSHOP = "pmqa40-2566"


def sign_in(page: Page, email: str) -> None:
    """As a person does; everybody of the demonstration has the same password."""
    page.goto("/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main form[action='/sign-in'] button")
    expect(page).to_have_url(re.compile("/me$"))


def sign_out(page: Page) -> None:
    page.locator("details.menu > summary").click()
    page.click("details.menu form[action='/sign-out'] button")
    expect(page).to_have_url(re.compile("/$"))


def register(page: Page) -> str:
    """Ask for a seat at the workshop; gives the heading of the panel afterwards."""
    page.goto(f"/workshops/{WORKSHOP}")
    page.click(f"form[action='/workshops/{WORKSHOP}/registration'] button")
    expect(page).to_have_url(re.compile(f"/workshops/{WORKSHOP}$"))
    return page.locator("#h-seat").inner_text()


def take_quiz(page: Page, course: str, module: str, answers: Mapping[str, Sequence[str]]) -> None:
    """Begin the quiz, give these answers question by question, submit; ends on the result."""
    page.goto(f"/learn/{course}/{module}/quiz")
    page.click("form[action$='/quiz/attempts'] button")
    while not page.url.endswith("/review"):
        question = page.locator("input[name=question]").get_attribute("value")
        for place, one in enumerate(answers[str(question)], 1):
            answer(page, one, place)
        with page.expect_navigation():
            page.click("button[name=go][value=next]")
    page.click("form[action$='/submission'] button")
    expect(page).to_have_url(re.compile("/result$"))


def answer(page: Page, given: str, place: int) -> None:
    """Give one part of a stored answer by the field it stands for: a choice, a pair, a place, a gap or a text."""
    part, pair, value = given.partition("=")
    choice = page.locator(f".choice input[value={part!r}]")
    if pair and page.locator(f"[name=answer-{part}]").count():
        field = page.locator(f"[name=answer-{part}]")
        if field.evaluate("field => field.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)
    elif page.locator(".ordering").count():
        # With script the select stands hidden behind buttons.
        page.locator(f"select[name=answer-{given}]").evaluate(
            "(field, place) => { field.value = place }", str(place)
        )
    elif choice.count():
        choice.check()
    else:
        page.fill("[name=answer]", given)


def link_in(mail: EmailMessage, path: str) -> str:
    """The address with this path that the mail names in its plain text."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(rf"https?://\S*{re.escape(path)}\S*", text.get_content())
    assert found, text.get_content()
    return found[0]
