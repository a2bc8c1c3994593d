"""What goes over the wire: little, and under a policy that lets nothing foreign in."""

from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Open
from tests.browser.demonstration import Demonstration
from tests.browser.looking import Complaints

KB = 1024
FIRST_VIEW = 120 * KB
NEXT_PAGE = 20 * KB


class Meter:
    """Counts the octets that come in, headers included, compressed as they are sent."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.octets = 0
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, float]) -> None:
        self.octets += int(event["encodedDataLength"])

    def of(self, page: Page, address: str) -> int:
        self.octets = 0
        page.goto(address, wait_until="networkidle")
        return self.octets


def test_pages_are_small(visitor: Open) -> None:
    context = visitor(
        service_workers="block"
    )  # what it lays by for reading offline comes from the browser's own cache
    page = context.new_page()
    meter = Meter(context, page)
    first = meter.of(page, "/")
    assert 10 * KB < first <= FIRST_VIEW
    after = {
        address: meter.of(page, address)
        for address in (
            "/workshops",
            "/workshops/pmqa40-2566",
            "/speakers",
            "/award",
            "/learn",
            "/learn/pmqa40",
            "/learn/pmqa40/c1/vision",
            "/learn/pmqa40/c1/asks",
            "/learn/pmqa2562/op/description",
            "/sign-in",
            "/",
        )
    }
    assert {address: octets for address, octets in after.items() if octets > NEXT_PAGE} == {}
    assert min(after.values()) > 0


def test_pages_of_the_signed_in_are_small_too(visitor: Open, demonstration: Demonstration) -> None:
    context = visitor()
    page = context.new_page()
    page.goto("/sign-in", wait_until="networkidle")
    page.get_by_role("button", name="ละไม").click()
    page.wait_for_url("**/me")
    meter = Meter(context, page)
    quiz = f"/attempts/{demonstration.known['open']}"
    result = f"/attempts/{demonstration.known['failed']}/result"
    after = {address: meter.of(page, address) for address in ("/me", "/workshops/pmqa40-2566", quiz, result)}
    assert {address: octets for address, octets in after.items() if octets > NEXT_PAGE} == {}


def test_pages_ask_nobody_else_for_anything(visitor: Open, demonstration: Demonstration) -> None:
    page = visitor().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/", "/workshops/pmqa40-2566", "/learn/pmqa40/op/ruler", "/sign-in"):
        page.goto(address, wait_until="networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((demonstration.url, "data:"))] == []


def test_the_policy_allows_nothing_inline_and_is_kept(visitor: Open) -> None:
    page = visitor().new_page()
    complaints = Complaints()
    complaints.listen(page)
    response = page.goto("/")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert complaints.of(page) == []
    with page.expect_console_message(lambda said: "policy: style-src" in said.text):  # a breach is told
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">foreign</p>')")


def test_built_files_are_kept_for_ever(visitor: Open) -> None:
    page = visitor().new_page()
    answers = {}
    page.on("response", lambda response: answers.update({response.url: response.headers}))
    page.goto("/", wait_until="networkidle")
    built = {url: headers for url, headers in answers.items() if "/static/" in url}
    assert built
    assert [
        url for url, headers in built.items() if "immutable" not in headers.get("cache-control", "")
    ] == []
