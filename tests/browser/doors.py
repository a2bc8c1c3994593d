"""The door of a session as the browser tests open it: where it is, what stands on it, and what its scans left in the database."""

import sqlite3
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.demonstration import Demonstration

DAY = "2023-02-20T08:30:00+07:00"
DOOR = "/organize/workshops/pmqa40-2566/sessions/day1/check-in"
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
