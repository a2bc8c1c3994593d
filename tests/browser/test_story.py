"""The whole way through: from a stranger to a covered part of the report and an attendance calendar in the organizer's hands."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.demonstration import Demonstration
from tests.browser.looking import Complaints
from tests.browser.walking import WORKSHOP, link_in, register, sign_in, take_quiz
from tests.cast import PASSWORD

FIRST_NAME = "จันทร์เพ็ญ"
NAME = f"{FIRST_NAME} ก้าวหน้า"
EMAIL = "chanphen@mail.example"
AGENCY = "กรมตัวอย่าง"


def sign_up(page: Page) -> None:
    page.goto("/")
    page.click(".nav a[href='/sign-in']")
    page.click("main a[href='/sign-up']")
    page.fill("#name", NAME)
    page.fill("#position", "นักวิเคราะห์นโยบายและแผน")
    page.fill("#agency", AGENCY)
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main form[action='/sign-up'] button")
    expect(page).to_have_url(re.compile("/sign-up/sent$"))
    expect(page.locator("main")).to_contain_text(EMAIL)


def confirm(page: Page, demonstration: Demonstration) -> None:
    demonstration.flask("mail", "send")
    page.goto(link_in(demonstration.mail_to(EMAIL)[-1], "/confirm/"))
    expect(page.locator("main")).to_contain_text(NAME)
    page.click("main form button")
    expect(page.locator(".flash-ok")).to_be_visible()


def approve(page: Page) -> None:
    """The coordinator finds the person on her page and says that they belong there."""
    page.goto("/agency")
    row = page.locator("li", has_text=EMAIL)
    row.locator("form[action$='/approve'] button").click()
    expect(page.locator(".flash-ok")).to_contain_text(NAME)
    expect(page.locator("li", has_text=EMAIL)).to_have_count(0)


def covered(page: Page) -> int:
    """How many people of the agency passed the part OP, as the organizer reads it."""
    page.goto("/organize/coverage?course=pmqa40&q=" + AGENCY)
    row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=AGENCY, exact=True))
    words = row.locator("td").first.inner_text().strip()
    return int(words) if words.isdecimal() else 0


def make_room(page: Page) -> None:
    """Seats for everybody who waits."""
    page.goto(f"/organize/workshops/{WORKSHOP}/seats")
    page.fill("#capacity", "200")
    page.fill("#per_agency", "20")
    page.click("main form[method=post] button")
    expect(page.locator(".flash-ok")).to_be_visible()


def mark_attendance(page: Page) -> None:
    page.goto(f"/organize/workshops/{WORKSHOP}/roster?q={FIRST_NAME}")
    row = page.locator("tr", has_text=FIRST_NAME)
    row.locator("select").select_option("attended")
    page.click("main form[method=post] button.btn:not(.btn-2)")
    expect(page.locator(".flash-ok")).to_be_visible()
    expect(row.locator("select")).to_have_value("attended")


def attendance_calendar(page: Page) -> str:
    """The calendar file as the browser saves it, its long lines joined."""
    page.click(f"main .row a[href$='/{WORKSHOP}/calendar']")
    with page.expect_download() as download:
        page.click(f"form[action$='/{WORKSHOP}/attendance.ics'] button")
    assert download.value.suggested_filename.endswith(".ics")
    return Path(download.value.path()).read_bytes().decode("utf-8").replace("\r\n ", "")


def test_the_whole_way_through(visitor: Open, demonstration: Demonstration) -> None:
    complaints = Complaints()
    new, mali, orn = (visitor().new_page() for _ in range(3))
    for page in (new, mali, orn):
        complaints.listen(page)
    sign_in(mali, "mali@demo.example")
    sign_in(orn, "orn@demo.example")
    before = covered(orn)

    sign_up(new)
    confirm(new, demonstration)
    sign_in(new, EMAIL)
    new.goto(f"/workshops/{WORKSHOP}")
    expect(new.locator(f"form[action='/workshops/{WORKSHOP}/registration']")).to_have_count(0)
    approve(mali)

    if register(new) == "อยู่ในคิว":
        make_room(orn)
        new.reload()
    expect(new.locator("#h-seat")).to_have_text("ได้ที่นั่งแล้ว")

    new.goto("/learn/pmqa40/op/ruler")
    new.click("form[action$='/finished'] button")
    expect(new.locator(".flash-ok")).to_be_visible()
    take_quiz(new, "pmqa40", "op", demonstration.known["answers"]["pmqa40"]["op"])
    expect(new.locator("h1")).to_have_text("ผ่านแล้ว")
    new.reload()
    expect(new.locator("h1")).to_have_text("ผ่านแล้ว")
    assert covered(orn) == before + 1
    mali.goto("/agency")
    expect(mali.locator("tr", has_text=FIRST_NAME).first.locator("td").first).to_have_class(re.compile("c3"))

    mark_attendance(orn)
    calendar = attendance_calendar(orn)
    assert calendar.count("BEGIN:VEVENT") == 2
    assert NAME in calendar
    assert EMAIL in calendar

    demonstration.flask("mail", "send")
    last = demonstration.mail_to(EMAIL)
    assert any(part.get_content_type() == "text/calendar" for mail in last for part in mail.walk())
    orn.goto("/organize/outbox?q=" + EMAIL)
    assert orn.locator("main a[href^='/organize/outbox/']").count() >= 3
    assert complaints.of(new) == []


def test_a_stranger_gets_nothing_of_another_agency(visitor: Open, demonstration: Demonstration) -> None:
    page = visitor().new_page()
    sign_in(page, "sakda@demo.example")
    for address, status in (
        ("/agency", 403),
        ("/organize", 403),
        (f"/attempts/{demonstration.known['open']}", 404),
        (f"/organize/workshops/{WORKSHOP}/roster", 403),
    ):
        response = page.goto(address)
        assert response is not None
        assert response.status == status, address
        assert "กรมตัวอย่าง" not in page.locator("main").inner_text()


def test_an_attempt_survives_a_closed_browser(visitor: Open, demonstration: Demonstration) -> None:
    first = visitor().new_page()
    sign_in(first, "p005@demo.example")
    first.goto("/learn/pmqa2562/c1/quiz")
    first.locator("form[action$='/quiz/attempts'] button, a[href^='/attempts/']").first.click()
    address = first.url.partition("?")[0]
    number = next(
        number
        for number in range(1, 11)
        if first.goto(f"{address}?q={number}") and first.locator(".choice input").count()
    )
    first.locator("input[name=answer]").nth(1).check()
    with first.expect_navigation():
        first.click("button[name=go][value=next]")
    first.context.close()

    second = visitor().new_page()
    sign_in(second, "p005@demo.example")
    second.goto(f"{address}?q={number}")
    expect(second.locator("input[name=answer]").nth(1)).to_be_checked()
