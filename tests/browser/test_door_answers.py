"""A door and a server that answers late, by half, wrongly, to somebody else or not at all: nothing is lost and nothing noted twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from playwright.sync_api import Error, Route, expect

from tests.browser.demonstration import Demonstration
from tests.browser.doors import (
    DOOR,
    OpenDoor,
    expect_all_sent,
    marks_of,
    part,
    plug_in,
    pull_the_plug,
    type_code,
)
from tests.browser.walking import sign_in


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
