"""A picture from a door's camera, read for a phone that cannot."""

import io

import pytest
import segno
from PIL import Image

from portal.attendance import frames
from portal.core.db import db

URL = "/organize/workshops/pmqa40-2566/sessions/day1/frames"
TICKET = "https://portal.example/tickets/pmqa40-2566/K7M4QX.ABCDEFGHJK"


@pytest.fixture(autouse=True)
def workshop(make_workshop):
    return make_workshop()


def jpeg(picture: Image.Image, quality: int = 70) -> bytes:
    out = io.BytesIO()
    picture.convert("L").save(out, "JPEG", quality=quality)
    return out.getvalue()


def photo(text: str = TICKET, *, side: int = 640, turned: float = 12, share: float = 0.6) -> Image.Image:
    """A ticket held before a camera: on a grey ground, a little turned."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=8, border=3)
    code = Image.open(drawn).convert("L").resize((round(side * share),) * 2)
    ground = Image.new("L", (side, side), 140)
    ground.paste(code, ((side - code.width) // 2,) * 2)
    return ground.rotate(turned, fillcolor=140, resample=Image.Resampling.BICUBIC)


def post(client, body: bytes):
    client.get("/award")
    token = client.page.soup.find("input", attrs={"name": "csrf_token"})
    headers = {"X-CSRFToken": token["value"]} if token else {}
    return client.post(URL, data=body, content_type="image/jpeg", headers=headers)


def test_the_text_of_a_ticket_in_the_picture_comes_back(client, cast):
    answer = post(client.sign_in(cast.orn), jpeg(photo()))
    assert (answer.status_code, answer.json) == (200, {"text": TICKET})


def test_a_picture_without_a_code_is_answered_with_nothing(client, cast):
    answer = post(client.sign_in(cast.orn), jpeg(Image.new("L", (640, 480), 90)))
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 no picture", b"{}"])
def test_what_is_no_jpeg_is_refused_in_words(client, cast, body):
    answer = post(client.sign_in(cast.orn), body)
    assert answer.status_code == 422
    assert "JPEG" in answer.json["message"]


def test_a_png_is_not_opened_at_all(client, cast):
    out = io.BytesIO()
    photo().save(out, "PNG")
    assert post(client.sign_in(cast.orn), out.getvalue()).status_code == 422


def test_a_small_file_that_claims_a_huge_picture_is_refused_before_it_is_unpacked(client, cast):
    flat = jpeg(Image.new("L", (9_000, 9_000), 255), quality=1)[: frames.MOST_BYTES]
    assert post(client.sign_in(cast.orn), flat).status_code == 422


def test_more_than_a_picture_needs_is_not_taken(client, cast):
    assert post(client.sign_in(cast.orn), b"\xff\xd8" + bytes(frames.MOST_BYTES)).status_code == 413


def test_a_truncated_picture_is_refused(client, cast):
    whole = jpeg(photo())
    assert post(client.sign_in(cast.orn), whole[: len(whole) // 3]).status_code == 422


def test_a_session_that_is_not_there_has_no_door(client, cast):
    client.sign_in(cast.orn).get("/award")
    token = client.page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post(
        URL.replace("day1", "day9"),
        data=jpeg(photo()),
        content_type="image/jpeg",
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code == 404


def test_only_organizers_have_pictures_read(client, cast):
    assert post(client, jpeg(photo())).status_code in (400, 401)
    assert post(client.sign_in(cast.mali), jpeg(photo())).status_code == 403


def test_reading_a_picture_holds_no_lock(client, cast, monkeypatch):
    held = []
    read = frames.text_in

    def noticed(body):
        held.append(db.session().in_transaction())
        return read(body)

    monkeypatch.setattr(frames, "text_in", noticed)
    assert post(client.sign_in(cast.orn), jpeg(photo())).status_code == 200
    assert held == [False]


def test_the_keeper_of_door_pages_is_served_at_the_root_and_asked_for_anew(client):
    answer = client.get("/door-sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "fetch" in answer.get_data(as_text=True)
    again = client.get("/door-sw.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
