"""The camera of a door: a ticket held before it is taken, with network or without, once for as long as it stays."""

import base64
import io
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, expect

from portal.attendance import frames
from portal.core.assets import read_manifest
from tests.browser.conftest import FLAGS, PATIENCE, chromium
from tests.browser.demonstration import Demonstration
from tests.browser.doors import DOOR, PHONE, marks_of, part, wait_until_kept
from tests.browser.photos import any_look, jpeg, photo

CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--no-sandbox")
LOOK = """async ([module, pictures]) => {
  const { look } = await import(module);
  const found = [];
  for (const [picture, side] of pictures) {
    const image = new Image();
    image.src = picture;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, side, side);
    found.push(look(pen.getImageData(0, 0, side, side)).text);
  }
  return found;
}"""


@pytest.fixture
def address(day: Demonstration, tickets: Iterator[str]) -> tuple[str, str]:
    """A ticket, and what its QR holds."""
    ticket = next(tickets)
    return ticket, day.known["addresses"][ticket]


@pytest.fixture(scope="module")
def seeing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, Path]]:
    """A browser with a camera, and the film that this shows whenever it is opened."""
    film = tmp_path_factory.mktemp("camera") / "seen.mjpeg"
    film.write_bytes(jpeg(Image.new("L", (600, 600))))
    flags = [*FLAGS, *CAMERA, f"--use-file-for-fake-video-capture={film}"]
    own = browser.browser_type.launch(executable_path=chromium(), args=flags)
    yield own, film
    own.close()


@pytest.fixture
def before_the_camera(
    seeing: tuple[Browser, Path], day: Demonstration, signed_in: Any
) -> Callable[..., AbstractContextManager[Page]]:
    """Opens the door on a phone whose camera sees this picture and nothing else."""
    own, film = seeing

    @contextmanager
    def open_(picture: Image.Image, script: str = "") -> Iterator[Page]:
        film.write_bytes(jpeg(picture) * 3)
        context = own.new_context(base_url=day.url, storage_state=signed_in, permissions=["camera"], **PHONE)
        try:
            context.set_default_timeout(PATIENCE)
            context.add_init_script(script)
            page = context.new_page()
            page.goto(DOOR)
            wait_until_kept(page)
            yield page
        finally:
            context.close()

    return open_


def test_a_ticket_before_the_camera_is_taken_once_for_as_long_as_it_stays(
    day: Demonstration, before_the_camera: Callable[..., Any], address: tuple[str, str]
) -> None:
    ticket, text = address
    with before_the_camera(photo(text)) as page:
        expect(part(page, "finder")).to_be_hidden()
        part(page, "camera").click()
        expect(page.locator(".mark.is-noted")).to_be_visible()
        expect(page.locator("[data-door='lines'] li")).to_contain_text("คิวอาร์")
        page.wait_for_timeout(3_000)
        assert marks_of(day, ticket) == [ticket]
        part(page, "camera").click()
        expect(part(page, "finder")).to_be_hidden()


def test_the_camera_reads_without_network_too_and_is_on_again_after_a_reload(
    day: Demonstration, before_the_camera: Callable[..., Any], address: tuple[str, str]
) -> None:
    ticket, text = address
    with before_the_camera(photo(text)) as page:
        page.context.set_offline(True)
        part(page, "camera").click()
        expect(part(page, "badge-count")).to_have_text("1")
        page.reload()
        expect(part(page, "finder")).to_be_visible()
        expect(part(page, "badge-count")).to_have_text("2")
        assert marks_of(day, ticket) == []
        page.context.set_offline(False)
        expect(part(page, "queue")).to_be_hidden()
        assert marks_of(day, ticket) == [ticket, ticket]


def test_what_the_phone_sees_but_cannot_read_the_server_is_shown(
    day: Demonstration, before_the_camera: Callable[..., Any], address: tuple[str, str]
) -> None:
    ticket, text = address
    with before_the_camera(ImageOps.mirror(photo(text))) as page:
        with page.expect_response("**/frames") as shown:
            part(page, "camera").click()
        assert shown.value.json() == {"text": text}
        expect(page.locator(".mark.is-noted")).to_be_visible()
    assert marks_of(day, ticket) == [ticket]


READER = """self.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: "%s" }]; }
};"""


def test_the_browsers_own_reader_is_asked_first(
    day: Demonstration, before_the_camera: Callable[..., Any], address: tuple[str, str]
) -> None:
    ticket, text = address
    with before_the_camera(Image.new("L", (600, 600), 90), READER % text) as page:
        part(page, "camera").click()
        expect(page.locator(".mark.is-noted")).to_be_visible()
    assert marks_of(day, ticket) == [ticket]


def test_without_leave_to_see_the_door_says_so_and_takes_codes(
    browser: Browser, day: Demonstration, signed_in: Any
) -> None:
    context = browser.new_context(base_url=day.url, storage_state=signed_in, **PHONE)
    try:
        page = context.new_page()
        page.goto(DOOR)
        part(page, "camera").click()
        expect(part(page, "camera-says")).to_contain_text("พิมพ์รหัสแทนได้")
        expect(part(page, "finder")).to_be_hidden()
    finally:
        context.close()


def read_by_ours(page: Page, pictures: list[tuple[bytes, str, int]]) -> list[str | None]:
    """What our reader finds in each of these pictures (bytes, media type, side in pixels)."""
    urls = [(f"data:{kind};base64,{base64.b64encode(body).decode()}", side) for body, kind, side in pictures]
    return list(page.evaluate(LOOK, [f"/static/{read_manifest()['js/door-qr.js']}", urls]))


@pytest.fixture(scope="module")
def plain_page(browser: Browser, day: Demonstration) -> Iterator[Page]:
    context = browser.new_context(base_url=day.url)
    page = context.new_page()
    page.goto("/award")
    yield page
    context.close()


@pytest.mark.parametrize("level", "LMQH")
def test_our_reader_reads_every_size_of_code(plain_page: Page, level: str) -> None:
    texts, pictures = [], []
    for version in range(1, 21):
        text = {1: "4X7", 2: "2566"}.get(version, "https://x.th/ก" + "a" * (version * version // 3))
        code = segno.make(text, version=version, error=level, boost_error=False, micro=False)
        texts.append(text)
        drawn = io.BytesIO()
        code.save(drawn, kind="png", scale=4)
        pictures.append((drawn.getvalue(), "image/png", int(code.symbol_size(4)[0])))
    found = read_by_ours(plain_page, pictures)
    assert found == texts


def test_our_reader_reads_photographs_as_well_as_the_servers_does(plain_page: Page) -> None:
    chance = random.Random(2566)
    texts, pictures = [], []
    for number in range(30):
        text = f"https://portal.example.go.th/tickets/pmqa40-2566/K7M4{number + 22}.ABCDEFGHJK"
        look = any_look(chance)
        texts.append(text)
        pictures.append((jpeg(photo(text, look), look.quality), "image/jpeg", 600))
    ours = read_by_ours(plain_page, pictures)
    assert all(found in (None, text) for found, text in zip(ours, texts, strict=True))  # never a wrong text
    assert sum(map(bool, ours)) >= 27
    assert sum(map(bool, ours)) >= sum(map(read_by_servers, pictures)) - 1


def read_by_servers(picture: tuple[bytes, str, int]) -> bool:
    return frames.text_in(picture[0]) is not None


def test_our_reader_finds_nothing_where_nothing_is(plain_page: Page) -> None:
    bare = [
        Image.new("L", (600, 600), 127),
        Image.effect_noise((600, 600), 90),
        Image.radial_gradient("L").resize((600, 600)),
    ]
    assert read_by_ours(plain_page, [(jpeg(one), "image/jpeg", 600) for one in bare]) == [None] * 3
