"""A door on phones as they are: old, full, dying, with a wrong clock, with two tabs."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, Error, expect

from portal.core.assets import read_manifest
from tests.browser.conftest import FLAGS, chromium
from tests.browser.demonstration import Demonstration
from tests.browser.doors import (
    DOOR,
    MARKS,
    PHONE,
    OpenDoor,
    expect_all_sent,
    marks_of,
    part,
    plug_in,
    pull_the_plug,
    query,
    type_code,
    wait_until_kept,
)


def test_all_that_the_door_is_made_of_is_laid_by(open_door: OpenDoor) -> None:
    page = open_door()
    kept = page.evaluate(
        "async () => { const [name] = await caches.keys(); return (await (await caches.open(name)).keys()).map((one) => one.url); }"
    )
    ours = {
        file for name, file in read_manifest().items() if name.startswith("js/door") and "-sw" not in name
    }
    assert {url.partition("/static/")[2] for url in kept} >= ours


# The phone's clock is what `shift` adds to the true time; the true time itself is taken before the page's scripts.
SHIFTED = "{ const real = Date.now; self.shift = %d; Date.now = () => real() + self.shift; }"


@pytest.mark.parametrize("hours", [26, -26])
def test_a_clock_that_is_a_day_off_and_set_right_meanwhile_does_not_matter(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str], hours: int
) -> None:
    page = open_door(SHIFTED % (hours * 3_600_000))
    ticket = next(tickets)
    pull_the_plug(page)
    type_code(page, ticket)
    page.evaluate("self.shift = 0")  # as phones do when the network returns
    plug_in(page)
    expect_all_sent(page)
    [(at, noted)] = [row[2:] for row in query(day, MARKS) if row[1] == ticket]
    assert abs(datetime.fromisoformat(noted) - datetime.fromisoformat(at)) < timedelta(seconds=60)


def test_a_phone_that_dies_loses_nothing(
    browser: Browser, day: Demonstration, signed_in: Any, tickets: Iterator[str], tmp_path: Path
) -> None:
    ticket = next(tickets)
    phone = {"executable_path": chromium(), "args": [*FLAGS, "--no-sandbox"], "base_url": day.url} | PHONE
    alive = browser.browser_type.launch_persistent_context(tmp_path, **phone)
    alive.add_cookies(signed_in["cookies"])
    page = alive.new_page()
    page.goto(DOOR)
    wait_until_kept(page)
    pull_the_plug(page)
    type_code(page, ticket)
    kill_all_of(tmp_path)
    with suppress(Error):
        alive.close()
    again = browser.browser_type.launch_persistent_context(tmp_path, **phone)
    again.add_cookies(signed_in["cookies"])  # those of a session end with the browser
    again.set_offline(True)
    fresh = again.new_page()
    fresh.goto(DOOR)
    expect(part(fresh, "badge-count")).to_have_text("1")
    plug_in(fresh)
    expect_all_sent(fresh)
    again.close()
    assert marks_of(day, ticket) == [ticket]


def kill_all_of(folder: Path) -> None:
    """Every process of the browser that keeps its things in this folder, at once and without a word."""
    for process in psutil.process_iter(["cmdline"]):
        if f"--user-data-dir={folder}" in (process.info["cmdline"] or []):
            process.kill()


def test_two_tabs_of_one_phone_lose_nothing_and_send_nothing_twice(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    mine, yours, both = (next(tickets) for _ in range(3))
    other = page.context.new_page()
    other.goto(DOOR)
    pull_the_plug(page)
    for tab, ticket in ((page, mine), (other, yours), (page, both), (other, both)):
        type_code(tab, ticket)
    plug_in(page)
    expect_all_sent(page)
    expect_all_sent(other)
    assert marks_of(day, mine, yours, both) == sorted([mine, yours, both, both])
    keys = [key for key, *_ in query(day, MARKS) if key]
    assert len(keys) == len(set(keys))


OLD = """delete Crypto.prototype.randomUUID; delete Navigator.prototype.locks; delete Navigator.prototype.wakeLock;
delete StorageManager.prototype.persist;"""


NO_DATABASE = (
    "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } });"
)


NO_WORKER = "delete Navigator.prototype.serviceWorker;"


NO_STORAGE = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


NEVER_OPENS = "IDBFactory.prototype.open = () => ({});"


@pytest.mark.parametrize("script", [OLD, OLD + NO_DATABASE], ids=["an old phone", "no database"])
def test_old_browsers_keep_their_scans_too(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str], script: str
) -> None:
    page = open_door(script)
    ticket = next(tickets)
    pull_the_plug(page)
    page.fill("#code", ticket)
    page.press("#code", "Enter")
    expect(part(page, "badge-count")).to_have_text("1")
    page.reload()
    expect(part(page, "badge-count")).to_have_text("1")
    plug_in(page)
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


def test_a_browser_that_keeps_nothing_says_so(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door(NO_DATABASE + NO_STORAGE + NO_WORKER, is_kept=False)
    expect(part(page, "unkept")).to_be_visible()
    ticket = next(tickets)
    page.context.set_offline(True)
    page.fill("#code", ticket)
    page.press("#code", "Enter")
    expect(part(page, "queue-title")).to_have_text("เครื่องนี้เก็บรายการไม่ได้")
    plug_in(page)
    expect(part(page, "badge")).to_be_hidden()
    assert marks_of(day, ticket) == [ticket]


def test_a_database_that_never_opens_does_not_hold_up_the_door(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    """As Safari 14 now and then has it."""
    page = open_door(NEVER_OPENS)
    ticket = next(tickets)
    page.fill("#code", ticket)
    page.press("#code", "Enter")
    expect(page.locator(".mark.is-noted")).to_be_visible()
    assert marks_of(day, ticket) == [ticket]


def test_a_scan_outside_the_hours_is_told_so_at_once_without_network(
    open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door(SHIFTED % 0)
    pull_the_plug(page)
    page.evaluate("self.shift = 20 * 3600 * 1000")
    type_code(page, next(tickets))
    expect(page.locator(".mark.is-waiting")).to_contain_text("หมดเวลาลงชื่อของช่วงนี้แล้ว")
