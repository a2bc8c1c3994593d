"""The door of a session with the plug pulled: every scan that was taken arrives, once, with its own moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from portal.core.assets import read_manifest
from portal.core.errors import Refused
from portal.participation import tickets as tickets_of_the_server
from tests.browser.conftest import FLAGS, PATIENCE, chromium
from tests.browser.demonstration import Demonstration
from tests.browser.doors import DOOR, MARKS, PHONE, marks_of, part, query, wait_until, wait_until_kept
from tests.browser.looking import COLOUR_RULES, RULES, axe, sideways
from tests.browser.walking import sign_in

OTHER_DOOR = "/organize/workshops/excellence-2566/sessions/day1/check-in"
OpenDoor = Callable[..., Page]


@pytest.fixture
def open_door(browser: Browser, day: Demonstration, signed_in: Any) -> Iterator[OpenDoor]:
    """Opens the door page on a phone of its own, laid by for want of network; `script` runs before the page's own."""
    contexts: list[BrowserContext] = []

    def open_(script: str = "", *, is_kept: bool = True, **settings: Any) -> Page:
        context = browser.new_context(base_url=day.url, storage_state=signed_in, **(PHONE | settings))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(DOOR)
        if is_kept:
            wait_until_kept(page)
        return page

    yield open_
    for context in contexts:
        context.close()


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


def test_scans_without_network_wait_through_a_reload_and_arrive_once(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    online, first, second, third = (next(tickets) for _ in range(4))
    type_code(page, online)
    expect(page.locator(".mark.is-noted")).to_be_visible()
    pull_the_plug(page)
    type_code(page, first.lower(), f"{second[:3]}-{second[3:]}")
    expect(part(page, "badge-count")).to_have_text("2")
    page.reload()
    expect(part(page, "badge-count")).to_have_text("2")
    expect(part(page, "queue-text")).to_contain_text("เก็บไว้ในเครื่องนี้ 2 รายการ")
    type_code(page, third)
    expect(part(page, "badge-count")).to_have_text("3")
    assert marks_of(day, first, second, third) == []
    plug_in(page)
    expect_all_sent(page)
    assert marks_of(day, online, first, second, third) == sorted([online, first, second, third])


def test_the_door_says_who_it_is_also_without_network(open_door: OpenDoor, tickets: Iterator[str]) -> None:
    page = open_door()
    name, agency = page.evaluate(
        "(ticket) => JSON.parse(document.getElementById('door').textContent).roster.find((one) => one[0] === ticket).slice(1, 3)",
        ticket := next(tickets),
    )
    pull_the_plug(page)
    type_code(page, ticket)
    expect(page.locator(".mark.is-waiting")).to_contain_text(name)
    expect(page.locator(".mark.is-waiting")).to_contain_text(agency)
    type_code(page, "ZZZZZZ")  # nobody's, as far as this phone knows: the server decides
    expect(page.locator(".mark.is-waiting")).to_contain_text("ZZZ-ZZZ")


def test_a_mark_has_the_moment_of_its_scan_not_of_its_arrival(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    pull_the_plug(page)
    type_code(page, ticket)
    page.wait_for_timeout(1_500)
    plug_in(page)
    expect_all_sent(page)
    [(at, noted)] = [row[2:] for row in query(day, MARKS) if row[1] == ticket]
    assert datetime.fromisoformat(noted) - datetime.fromisoformat(at) >= timedelta(seconds=1.4)


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


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again_and_noted_once(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/scans", lose)
    type_code(page, ticket)
    expect(part(page, "badge-count")).to_have_text("1")
    expect_all_sent(page)
    assert lost == [200, 200]
    assert marks_of(day, ticket) == [ticket]


def test_of_a_batch_that_is_answered_by_half_the_other_half_goes_again(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    four = [next(tickets) for _ in range(4)]
    sizes: list[int] = []

    def halve(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        sizes.append(len(said["outcomes"]))
        said["outcomes"] = said["outcomes"][: (len(said["outcomes"]) + 1) // 2]
        route.fulfill(response=answer, json=said)

    pull_the_plug(page)
    type_code(page, *four)
    page.route("**/scans", halve)
    plug_in(page)
    expect_all_sent(page)
    assert sizes == [4, 2, 1]
    assert marks_of(day, *four) == sorted(four)


def test_a_server_that_breaks_down_is_tried_again_and_one_bad_scan_holds_up_nobody(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    poison, *others = [next(tickets) for _ in range(4)]

    def break_down(route: Route) -> None:
        if poison in str(route.request.post_data):
            route.fulfill(status=500, content_type="text/html", body="<h1>ระบบทำงานนี้ไม่สำเร็จ</h1>")
        else:
            route.continue_()

    pull_the_plug(page)
    type_code(page, poison, *others)
    page.route("**/scans", break_down)
    plug_in(page)
    expect(page.locator("[data-door='lines'] .tag-ok")).to_have_count(3)
    expect(part(page, "badge-count")).to_have_text("1")
    expect(part(page, "queue-title")).to_have_text("ระบบยังไม่ตอบ")
    assert marks_of(day, poison, *others) == sorted(others)
    page.unroute("**/scans")
    part(page, "send").click()
    expect_all_sent(page)
    assert marks_of(day, poison) == [poison]


def test_who_was_signed_out_is_told_and_what_waits_is_sent_after_signing_in_again(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    page.context.clear_cookies()
    type_code(page, ticket)
    expect(part(page, "queue-title")).to_have_text("การเข้าสู่ระบบสิ้นสุดแล้ว")
    assert marks_of(day, ticket) == []
    part(page, "sign-in").click()
    page.fill("#email", "orn@demo.example")
    page.fill("#password", "pmqa-demo-2566")
    page.click("main form[action='/sign-in'] button")
    page.wait_for_url(f"**{DOOR}")
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


def test_a_page_laid_by_before_another_sign_in_takes_its_tokens_anew(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    pull_the_plug(page)
    type_code(page, ticket)
    plug_in(page)
    page.context.clear_cookies()
    expect(part(page, "queue-title")).to_have_text("การเข้าสู่ระบบสิ้นสุดแล้ว")
    other = page.context.new_page()
    sign_in(other, "orn@demo.example")
    page.bring_to_front()
    part(page, "send").click()
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


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


def test_what_waits_for_one_door_is_sent_from_another(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    pull_the_plug(page)
    type_code(page, ticket)
    page.goto("about:blank")
    plug_in(page)
    page.goto(OTHER_DOOR)
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


def test_a_refusal_stays_until_it_is_put_away(open_door: OpenDoor) -> None:
    page = open_door()
    type_code(page, "ZZZZZZ")
    refused = page.locator("[data-door='lines'] li").filter(has_text="ZZZ-ZZZ")
    expect(refused).to_contain_text("ไม่มีตั๋วรหัสนี้ในงานนี้")
    page.reload()
    expect(refused).to_contain_text("ไม่มีตั๋วรหัสนี้ในงานนี้")
    refused.get_by_role("button", name="เก็บออก").click()
    expect(refused).to_have_count(0)
    page.reload()
    expect(part(page, "recent")).to_be_hidden()


def test_what_is_no_ticket_of_this_workshop_is_refused_at_once_without_network(open_door: OpenDoor) -> None:
    page = open_door()
    pull_the_plug(page)
    page.fill("#code", "https://portal.example/tickets/excellence-2566/K7M4QX.ABCDEFGHJK")
    page.press("#code", "Enter")
    expect(page.locator(".mark.is-refused")).to_contain_text("ตั๋วของงานอื่น")
    page.fill("#code", "WIFI:S:hall;P:secret;;")
    page.press("#code", "Enter")
    expect(page.locator(".mark.is-refused")).to_contain_text("นี่ไม่ใช่ตั๋ว")
    expect(page.locator("[data-door='lines'] li")).to_have_count(1)
    expect(part(page, "badge")).to_be_hidden()


def test_the_same_scan_fifty_times_is_one_person(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    before = int(part(page, "came").inner_text())
    pull_the_plug(page)
    for _ in range(50):
        type_code(page, ticket)
    expect(part(page, "badge-count")).to_have_text("50")
    expect(part(page, "more")).to_be_visible()
    plug_in(page)
    expect_all_sent(page)
    expect(part(page, "came")).to_have_text(str(before + 1))
    assert marks_of(day, ticket) == [ticket] * 50


OLD = """delete Crypto.prototype.randomUUID; delete Navigator.prototype.locks; delete Navigator.prototype.wakeLock;
delete StorageManager.prototype.persist;"""
NO_DATABASE = (
    "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } });"
)
NO_WORKER = "delete Navigator.prototype.serviceWorker;"
NO_STORAGE = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


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


def test_a_door_without_network_is_open_to_all_senses_and_screens(open_door: OpenDoor) -> None:
    page = open_door()
    type_code(page, "YYYYYY")
    expect(page.locator("[data-door='lines'] .tag-due")).to_be_visible()
    pull_the_plug(page)
    type_code(page, "XXXXXX")
    found = axe(page, RULES) + sideways(page)
    page.emulate_media(color_scheme="dark")
    found += axe(page, COLOUR_RULES)
    assert not found, "\n".join(found)


def test_other_pages_lead_back_to_a_door_with_something_in_it(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    page.route("**/scans", lambda route: route.abort())
    type_code(page, ticket)
    page.goto("/organize")
    page.unroute("**/scans")
    page.get_by_role("link", name="เปิดหน้าลงชื่อเพื่อส่ง").click()
    page.wait_for_url(f"**{DOOR}")
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]
    page.goto("/organize")
    expect(page.get_by_role("link", name="เปิดหน้าลงชื่อเพื่อส่ง")).to_have_count(0)


def test_signing_out_leaves_no_names_behind_and_loses_nothing(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    page.context.clear_cookies()  # the sign-in of all these tests must not end here
    sign_in(page, "orn@demo.example")
    page.goto(DOOR)
    page.route("**/scans", lambda route: route.abort())
    type_code(page, ticket)
    page.goto("/organize")
    page.locator("details.nav-phone > summary").click()
    page.click("details.nav-phone form[action='/sign-out'] button")
    page.wait_for_url("**/")
    assert page.evaluate("() => caches.keys()") == []
    page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_FAILED"):
        page.goto(DOOR)
    page.context.set_offline(False)
    page.unroute("**/scans")
    sign_in(page, "orn@demo.example")
    page.goto(DOOR)
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


def test_another_house_that_answers_for_ours_is_no_answer(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    page.route(
        "**/scans", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hotel</h1>")
    )
    type_code(page, ticket)
    expect(part(page, "queue-title")).to_have_text("ระบบยังไม่ตอบ")
    expect(part(page, "badge-count")).to_have_text("1")
    page.unroute("**/scans")
    part(page, "send").click()
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


def test_a_server_that_never_answers_is_taken_for_none(
    day: Demonstration, open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door()
    ticket = next(tickets)
    with stopped(day):
        page.reload()
        type_code(page, ticket)
        expect(part(page, "badge-count")).to_have_text("1")
    expect_all_sent(page)
    assert marks_of(day, ticket) == [ticket]


@contextmanager
def stopped(day: Demonstration) -> Iterator[None]:
    """The server takes connections and never says a word."""
    port = day.url.rpartition(":")[2]
    [server] = [one for one in psutil.Process().children() if port in one.cmdline()]
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


TEXTS = (
    "K7M4QX", "k7m 4qx", "K7M-4QX", " k7m–4qx ", "K7M4Q", "K7M4QX2", "K7M4Q0", "", "ก", "๒๓๔๕๖๗", "าๆทภๆป", "K7M4Qป",
    "https://x.th/tickets/pmqa40-2566/K7M4QX.ABCDEFGHJK", "HTTPS://X.TH/TICKETS/PMQA40-2566/K7M4QX.ABCDEFGHJK?a=1",
    "https://x.th/tickets/excellence-2566/K7M4QX.ABCDEFGHJK", "https://x.th/workshops/pmqa40-2566", "WIFI:S:hall;;",
)  # fmt: skip


def test_the_door_reads_what_is_typed_as_the_server_does(open_door: OpenDoor) -> None:
    page = open_door()
    module = f"/static/{read_manifest()['js/door-ticket.js']}"
    read = "async ([module, texts]) => { const { read } = await import(module); return texts.map((one) => read(one, 'pmqa40-2566')); }"
    found = page.evaluate(read, [module, TEXTS])
    assert [one["ticket"] if one and "elsewhere" not in one else None for one in found] == [
        by_the_server(text) for text in TEXTS
    ]


def by_the_server(text: str) -> str | None:
    """As tickets.read has it, but for the signature, which no phone can check."""
    found = tickets_of_the_server._address.search(text)
    if found:
        return found[2].upper() if found[1].lower() == "pmqa40-2566" else None
    try:
        return tickets_of_the_server._typed(text)
    except Refused:
        return None


NEVER_OPENS = "IDBFactory.prototype.open = () => ({});"


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


def test_whoever_works_by_keyboard_keeps_the_place(open_door: OpenDoor) -> None:
    page = open_door()
    type_code(page, "WWWWWW")
    again = page.get_by_role("button", name="ส่งอีกครั้ง WWW-WWW")
    again.focus()
    type_other = "document.querySelector('#code').value = 'VVVVVV'; document.querySelector('#code').form.requestSubmit();"
    page.evaluate(f"const was = document.activeElement; {type_other} was.focus();")
    expect(page.locator("[data-door='lines'] .tag-due")).to_have_count(2)
    expect(again).to_be_focused()


def test_a_scan_outside_the_hours_is_told_so_at_once_without_network(
    open_door: OpenDoor, tickets: Iterator[str]
) -> None:
    page = open_door(SHIFTED % 0)
    pull_the_plug(page)
    page.evaluate("self.shift = 20 * 3600 * 1000")
    type_code(page, next(tickets))
    expect(page.locator(".mark.is-waiting")).to_contain_text("หมดเวลาลงชื่อของช่วงนี้แล้ว")
