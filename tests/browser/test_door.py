"""The door of a session with the plug pulled: every scan that was taken arrives, once, with its own moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from playwright.sync_api import expect

from portal.core.assets import read_manifest
from portal.core.errors import Refused
from portal.participation import tickets as tickets_of_the_server
from tests.browser.demonstration import Demonstration
from tests.browser.doors import (
    DOOR,
    MARKS,
    OpenDoor,
    expect_all_sent,
    marks_of,
    part,
    plug_in,
    pull_the_plug,
    query,
    type_code,
)
from tests.browser.looking import COLOUR_RULES, RULES, axe, sideways

OTHER_DOOR = "/organize/workshops/excellence-2566/sessions/day1/check-in"


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


def test_whoever_works_by_keyboard_keeps_the_place(open_door: OpenDoor) -> None:
    page = open_door()
    type_code(page, "WWWWWW")
    again = page.get_by_role("button", name="ส่งอีกครั้ง WWW-WWW")
    again.focus()
    type_other = "document.querySelector('#code').value = 'VVVVVV'; document.querySelector('#code').form.requestSubmit();"
    page.evaluate(f"const was = document.activeElement; {type_other} was.focus();")
    expect(page.locator("[data-door='lines'] .tag-due")).to_have_count(2)
    expect(again).to_be_focused()
