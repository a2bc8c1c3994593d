"""The door of a session as the browser tests open it: where it is, what stands on it, and what its scans left in the database."""

import sqlite3
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.demonstration import Demonstration

DAY = "2023-02-20T08:30:00+07:00"
DOOR = "/organize/workshops/pmqa40-2566/sessions/day1/check-in"
OpenDoor = Callable[..., Page]  # the fixture open_door
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce"}
MARKS = "SELECT m.key, r.ticket, m.at, m.noted_at FROM attendance_mark m JOIN registration r ON r.id = m.registration_id"


def query(day: Demonstration, statement: str) -> list[Any]:
    database = sqlite3.connect(f"file:{day.folder / 'portal.sqlite'}?mode=ro", uri=True)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def marks_of(day: Demonstration, *tickets: str) -> list[str]:
    """The tickets among these of which a door's mark is noted, one for each mark."""
    return sorted(ticket for key, ticket, *_ in query(day, MARKS) if key and ticket in tickets)


def wait_until_kept(page: Page) -> None:
    wait_until(page, "() => caches.match(location.href)")
    wait_until(page, "() => navigator.serviceWorker.controller")


def part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-door='{name}']")


def wait_until(page: Page, asked: str, of: Any = None) -> None:
    """Until this function says yes, also one that takes its time (wait_for_function takes any promise for a yes)."""
    waiting = "while (!(await asked(of))) await new Promise((done) => setTimeout(done, 50));"
    page.evaluate(f"async (of) => {{ const asked = {asked}; {waiting} }}", of)


def type_code(page: Page, *codes: str) -> None:
    """As a person does; ends when the scan stands on top."""
    for code in codes:
        page.fill("#code", code)
        page.press("#code", "Enter")
        expect(page.locator("#code")).to_have_value("")
        wait_until(page, STORED, code)


STORED = """(text) => new Promise((done) => {
  const asked = indexedDB.open("door", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("scans").objectStore("scans").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.some((one) => one.text === text)); };
  };
})"""


def pull_the_plug(page: Page) -> None:
    page.context.set_offline(True)
    expect(part(page, "queue-title")).to_have_text("ไม่มีสัญญาณ")


def plug_in(page: Page) -> None:
    page.context.set_offline(False)


def expect_all_sent(page: Page) -> None:
    expect(page.locator("[data-door='lines'] li")).not_to_have_count(0)
    expect(page.locator("[data-door='lines'] .tag-now")).to_have_count(0)
    expect(part(page, "queue")).to_be_hidden()
