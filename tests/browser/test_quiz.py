"""A quiz that cannot be lost, tried by doing it: killed servers, no network, two devices, reloads, the clock."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.looking import COLOUR_RULES, RULES, axe, sideways
from tests.browser.quizzing import Portal, later, quiz_portal
from tests.browser.walking import sign_in

Device = Callable[..., Page]


@pytest.fixture(scope="module")
def portal(built_assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with quiz_portal(tmp_path_factory.mktemp("quiz")) as portal:
        yield portal


@pytest.fixture
def device(browser: Browser, portal: Portal) -> Iterator[Device]:
    """Opens a phone of its own; given another page, one of the same person."""
    contexts: list[BrowserContext] = []

    def open_(same_as: Page | None = None) -> Page:
        cookies = same_as.context.storage_state() if same_as else None
        if cookies:
            cookies["origins"] = []
        context = browser.new_context(
            base_url=portal.url,
            storage_state=cookies,
            viewport={"width": 360, "height": 740},
            reduced_motion="reduce",
            locale="th-TH",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def code(device: Device, portal: Portal) -> Iterator[tuple[Page, str]]:
    """A page at the first question of an attempt that ละไม has just begun, and its code."""
    portal.start_if_dead()
    page = device()
    sign_in(page, "lamai@demo.example")
    page.goto("/learn/sample/op/quiz")
    page.click("form[action$='/quiz/attempts'] button")
    expect(page).to_have_url(re.compile("/attempts/"))
    code = page.url.rsplit("/", 1)[1].partition("?")[0]
    yield page, code
    portal.change(
        "UPDATE attempt SET submitted_at = started_at, score = 0, max_score = 5, passed = 0 WHERE submitted_at IS NULL"
    )


def to(page: Page, name: str) -> None:
    """Go to the question with this name, by the map, and wait for the page's script."""
    for number in range(5):
        if page.locator("#asked input[name=question]").get_attribute("value") == name:
            break
        page.locator(".qmap a").nth(number).click()
        expect(page.locator(".qmap a").nth(number)).to_have_attribute("aria-current", "step")
    assert page.locator("#asked input[name=question]").get_attribute("value") == name
    page.wait_for_load_state()


def asked(page: Page) -> str:
    """The address of the question that is shown; the attempt's own is that of the first without an answer."""
    return page.locator(".qmap a[aria-current]").get_attribute("href") or ""


def expect_state(page: Page, text: str) -> None:
    expect(page.locator("[data-quiz=state]")).to_contain_text(text)


def choose(page: Page, name: str, key: str) -> None:
    to(page, name)
    page.check(f"input[name=answer][value='{key}']")


def test_an_answer_is_saved_by_itself_and_another_device_goes_on(
    code, device: Device, portal: Portal
) -> None:
    page, attempt = code
    choose(page, "op-00", "b")
    expect_state(page, "ยังไม่ได้ส่ง")
    expect_state(page, "บันทึกแล้ว")
    assert portal.stored(attempt) == {"op-00": ["b"]}
    other = device(same_as=page)
    other.goto("/learn/sample/op/quiz")
    other.click(".panel a.btn")
    to(other, "op-00")
    expect(other.locator("input[value=b]")).to_be_checked()


def test_who_leaves_at_once_leaves_the_answer_behind(code, portal: Portal) -> None:
    page, attempt = code
    to(page, "op-short")
    page.fill("[name=answer]", "ผู้รับบริการ")
    page.goto("/learn")
    for _try in range(50):
        if portal.stored(attempt):
            break
        page.wait_for_timeout(100)
    assert portal.stored(attempt) == {"op-short": ["ผู้รับบริการ"]}


def test_ten_minutes_without_network_lose_nothing_and_double_nothing(code, portal: Portal) -> None:
    page, attempt = code
    page.wait_for_timeout(6_000)  # the other questions are fetched
    choose(page, "op-00", "a")
    expect_state(page, "บันทึกแล้ว")
    page.clock.install()
    page.context.set_offline(True)
    choose(page, "op-01", "a")
    page.check("input[value=b]")
    back = page.locator("button[value=prev]")
    (back if back.count() else page.locator("button[value=next]")).click()
    choose(page, "op-02", "a")
    to(page, "op-order")
    page.locator("[data-move='1']").first.click()
    order = [f.evaluate("one => one.name + '=' + one.value") for f in page.locator(".ordering select").all()]
    to(page, "op-short")
    page.fill("[name=answer]", "ผู้รับบริการ")
    expect_state(page, "เก็บไว้ในเครื่องนี้")
    page.clock.fast_forward(10 * 60 * 1000)
    assert portal.stored(attempt) == {"op-00": ["a"]}
    portal.kill()
    portal.start(at=later(minutes=10))
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")  # a busy machine may tell it late
    page.clock.run_for(60_000)
    expect_state(page, "บันทึกแล้ว")
    keys = [one.split("=")[0].removeprefix("answer-") for one in sorted(order, key=lambda one: one[-1])]
    expected = {
        "op-00": ["a"],
        "op-01": ["a", "b"],
        "op-02": ["a"],
        "op-short": ["ผู้รับบริการ"],
        "op-order": keys,
    }
    wait_until_stored(page, portal, attempt, expected)
    page.reload()
    page.goto(f"/attempts/{attempt}/review")
    page.click("form[action$='/submission'] button")
    expect(page).to_have_url(re.compile("/result$"))
    assert portal.ask("SELECT count(*) FROM step WHERE kind = 'submit'") == [(1,)]
    portal.kill()


def wait_until_stored(page: Page, portal: Portal, attempt: str, expected: dict[str, list[str]]) -> None:
    for _again in range(100):
        if portal.stored(attempt) == expected:
            return
        page.wait_for_timeout(100)
    assert portal.stored(attempt) == expected


def test_a_server_killed_in_mid_attempt_loses_nothing_it_acknowledged(code, portal: Portal) -> None:
    page, attempt = code
    choose(page, "op-00", "a")
    expect_state(page, "บันทึกแล้ว")
    portal.kill_worker()
    assert portal.stored(attempt) == {"op-00": ["a"]}
    to(page, "op-short")
    page.fill("[name=answer]", "ผู้รับ")
    portal.kill()
    page.locator("[name=answer]").press_sequentially("บริการ")
    expect_state(page, "เก็บไว้ในเครื่องนี้")
    portal.start()
    expect_state(page, "บันทึกแล้ว")
    wait_until_stored(page, portal, attempt, {"op-00": ["a"], "op-short": ["ผู้รับบริการ"]})


def test_what_was_not_sent_outlives_the_browser_page(code, portal: Portal) -> None:
    page, attempt = code
    to(page, "op-short")
    page.context.set_offline(True)
    page.fill("[name=answer]", "ผู้รับบริการ")
    address = asked(page)
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("[name=answer]")).to_have_value("ผู้รับบริการ")
    wait_until_stored(page, portal, attempt, {"op-short": ["ผู้รับบริการ"]})
    expect_state(page, "บันทึกแล้ว")


def test_an_answer_given_before_the_script_has_come_is_saved_too(code, portal: Portal) -> None:
    page, attempt = code
    to(page, "op-short")
    on_its_way: list[Route] = []

    def hold(route: Route) -> None:
        on_its_way.append(route)

    page.route(re.compile(r"/js/quiz\."), hold)
    page.goto(asked(page), wait_until="commit")
    page.fill("[name=answer]", "ผู้รับบริการ")
    assert on_its_way
    for route in on_its_way:
        route.continue_()
    wait_until_stored(page, portal, attempt, {"op-short": ["ผู้รับบริการ"]})


def test_two_devices_at_two_questions_are_no_clash(code, device: Device, portal: Portal) -> None:
    page, attempt = code
    to(page, "op-00")
    other = device(same_as=page)
    other.goto(f"/attempts/{attempt}?q=1")
    choose(other, "op-02", "b")
    expect_state(other, "บันทึกแล้ว")
    choose(page, "op-00", "a")
    expect_state(page, "บันทึกแล้ว")
    assert portal.stored(attempt) == {"op-00": ["a"], "op-02": ["b"]}


@pytest.mark.parametrize("taken", ["mine", "theirs"])
def test_two_devices_at_one_question_see_both_versions(
    code, device: Device, portal: Portal, taken: str
) -> None:
    page, attempt = code
    to(page, "op-00")
    other = device(same_as=page)
    other.goto(page.url)
    to(other, "op-00")
    choose(other, "op-00", "b")
    expect_state(other, "บันทึกแล้ว")
    choose(page, "op-00", "c")
    expect_state(page, "มีคำตอบใหม่กว่าจากอีกเครื่อง")
    assert portal.stored(attempt) == {"op-00": ["b"]}
    page.click("[data-quiz=compare]")
    theirs, mine = page.locator(".half > div").all()
    expect(theirs).to_contain_text("ที่ 2")
    expect(mine).to_contain_text("ที่ 3")
    if taken == "mine":
        assert sideways(page) == []
        assert axe(page, RULES) + axe(page, COLOUR_RULES) == []
    (mine.locator("button") if taken == "mine" else theirs.locator("a")).click()
    expect(page.locator(".half")).to_have_count(0)
    page.wait_for_timeout(2_500)
    assert portal.stored(attempt) == {"op-00": ["c" if taken == "mine" else "b"]}
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_back_and_reload_show_what_is_stored(code, portal: Portal) -> None:
    page, attempt = code
    choose(page, "op-00", "a")
    page.locator(".qmap a:not([aria-current])").first.click()
    expect(page.locator("#asked input[name=question]")).not_to_have_value("op-00")
    page.go_back()
    expect(page.locator("#asked input[name=question]")).to_have_value("op-00")
    expect(page.locator("input[value=a]")).to_be_checked()
    page.check("input[value=b]")
    page.reload()
    expect(page.locator("input[value=b]")).to_be_checked()
    wait_until_stored(page, portal, attempt, {"op-00": ["b"]})


def test_when_the_time_is_up_what_stands_there_is_submitted(code, portal: Portal) -> None:
    page, attempt = code
    due = datetime.now(UTC) + timedelta(seconds=8)
    portal.change(
        "UPDATE attempt SET due_at = ? WHERE code = ?", due.replace(tzinfo=None).isoformat(" "), attempt
    )
    page.reload()
    expect(page.locator("[data-quiz=left]")).to_contain_text("วินาที")
    choose(page, "op-00", "a")
    page.wait_for_url(re.compile("/result$"))
    assert portal.stored(attempt) == {"op-00": ["a"]}
    assert portal.ask("SELECT kind FROM step ORDER BY id DESC LIMIT 1") == [("submit",)]


def test_a_device_whose_clock_jumps_submits_nothing(code, portal: Portal) -> None:
    page, attempt = code
    due = datetime.now(UTC) + timedelta(minutes=30)
    portal.change(
        "UPDATE attempt SET due_at = ? WHERE code = ?", due.replace(tzinfo=None).isoformat(" "), attempt
    )
    page.clock.install()
    page.reload()
    expect(page.locator("[data-quiz=left]")).to_contain_text("29 นาที")
    page.clock.fast_forward(31 * 60 * 1000)
    page.clock.run_for(5_000)
    page.wait_for_timeout(500)
    expect(page.locator("#asked")).to_be_visible()
    expect(page.locator("[data-quiz=left]")).to_contain_text("29 นาที")
    assert portal.ask("SELECT submitted_at FROM attempt WHERE code = ?", attempt) == [(None,)]
