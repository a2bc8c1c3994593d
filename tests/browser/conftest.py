"""One Chromium, one demonstration and one window per visitor for each worker; a picture of every failure."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config import ROOT
from tests.browser.demonstration import Demonstration, served, shared_by_all
from tests.browser.doors import DAY, DOOR, PHONE, OpenDoor, query, wait_until_kept
from tests.browser.looking import SCRIPT, WATCH_POLICY, WIDE, Complaints
from tests.browser.places import NOBODY
from tests.browser.walking import sign_in

SCREENS = ROOT / "tests" / "screens"
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--in-process-gpu",
    "--js-flags=--no-opt,--no-maglev",  # no script lives long enough here to be worth compiling well
    "--no-first-run",
)

SCREEN = {"width": 1280, "height": 900}
PATIENCE = 20_000  # milliseconds: a loaded machine is slow, not wrong

Window = tuple[Page, Complaints]
Open = Callable[..., BrowserContext]
_in_use: list[Page] = []  # the pages of the running test, for pictures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and report.when == "call":
        SCREENS.mkdir(exist_ok=True)
        name = re.sub(r"[^\w.-]+", "-", item.name)[:120]
        for number, page in enumerate(page for page in _in_use if not page.is_closed()):
            page.screenshot(path=SCREENS / f"{name}.{number}.png", full_page=True)
    return report


def chromium() -> str:
    """The browser to drive: CHROMIUM, else the distribution's, rather the one without windows: it takes a third less time.

    Without one CI fails and other runs say what they leave out.
    """
    path = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not path or not Path(path).exists():
        if os.environ.get("CI"):
            pytest.fail(f"no Chromium at {path}: in CI nothing is skipped")
        pytest.skip(f"NO BROWSER: no Chromium at {path}; install it or set CHROMIUM to run the browser part")
    return path


@pytest.fixture(scope="session")
def demonstration(built_assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    base = tmp_path_factory.getbasetemp()
    with served(shared_by_all(base), base / "instance") as demonstration:
        yield demonstration


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def opened(browser: Browser, demonstration: Demonstration) -> Open:
    """Opens a new visitor: cookies, storage and cache of their own."""

    def open_(**settings: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=demonstration.url,
            locale="th-TH",
            timezone_id="Asia/Bangkok",
            reduced_motion="reduce",  # no colour is measured half-way
            **({"viewport": SCREEN} | settings),
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH_POLICY)
        return context

    return open_


@pytest.fixture
def visitor(opened: Open) -> Iterator[Open]:
    """Opens visitors that leave at the end of the test."""
    contexts = []

    def open_(**settings: Any) -> BrowserContext:
        contexts.append(opened(**settings))
        contexts[-1].on("page", watch)
        return contexts[-1]

    def watch(page: Page) -> None:
        _in_use.append(page)

    _in_use.clear()
    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def window_of(opened: Open, demonstration: Demonstration) -> Callable[..., Window]:
    """The one window of each visitor of the house and language, signed in, kept for the whole run."""
    windows: dict[tuple[str, str], Window] = {}

    def window(name: str, language: str = "th") -> Window:
        if (name, language) not in windows:
            windows[name, language] = thai(name) if language == "th" else other(name, language)
        _in_use[:] = [windows[name, language][0]]
        return windows[name, language]

    def thai(name: str) -> Window:
        page, complaints = _listened_to(opened(viewport=WIDE))
        page.add_init_script(SCRIPT)  # to send its half megabyte to every page anew took twice as long
        if name != NOBODY:
            sign_in(page, f"{name}@demo.example")
        return page, complaints

    def other(name: str, language: str) -> Window:
        context = opened(viewport=WIDE, storage_state=window(name)[0].context.storage_state())
        context.add_cookies([{"name": "lang", "value": language, "url": demonstration.url}])
        return _listened_to(context)

    return window


def _listened_to(context: BrowserContext) -> Window:
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    return page, complaints


@pytest.fixture(scope="session")
def day(built_assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration on the morning of the first day."""
    base = tmp_path_factory.getbasetemp()
    with served(shared_by_all(base), base / "day", scenes=("stage", "crowd"), clock=DAY) as demonstration:
        yield demonstration


@pytest.fixture(scope="session")
def signed_in(browser: Browser, day: Demonstration) -> Any:
    """The cookies of อร, who signed in once."""
    context = browser.new_context(base_url=day.url)
    sign_in(context.new_page(), "orn@demo.example")
    cookies = context.storage_state()
    context.close()
    return cookies


@pytest.fixture(scope="session")
def tickets(day: Demonstration) -> Iterator[str]:
    """Tickets of people with a seat who have not come yet, one after the other, so that each test has its own."""
    rows = query(
        day,
        "SELECT ticket FROM registration JOIN workshop w ON w.id = workshop_id"
        " WHERE w.code = 'pmqa40-2566' AND registration.status = 'confirmed'"
        " AND registration.id NOT IN (SELECT registration_id FROM attendance_mark) ORDER BY arrival",
    )
    return iter([ticket for (ticket,) in rows])


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
