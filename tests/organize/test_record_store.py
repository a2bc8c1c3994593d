"""The record store in the outbox: nothing without one, how far told with one, what helps where it failed, and another try."""

import pytest

from portal.core.db import db
from portal.xapi import delivery
from tests.learning.taking import take
from tests.xapi.conftest import small

__all__ = ["small"]

OUTBOX = "/organize/outbox"
AGAIN = "/organize/outbox/statements/again"


@pytest.fixture
def done(cast, course) -> None:
    """A quiz that was passed: two statements."""
    take(cast.lamai, course, "op")
    db.session.commit()


def told(orn) -> dict[str, str]:
    """What the page says of the store, by label."""
    assert orn.get(OUTBOX).status_code == 200
    labels = orn.page.select("section[aria-labelledby=h-store] dt")
    return {one.get_text(): " ".join(one.find_next("dd").get_text().split()) for one in labels}


def press(client):
    """The button, also where no page shows it."""
    client.get("/account")
    token = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"]
    return client.post(AGAIN, data={"csrf_token": token})


def deliver() -> None:
    while delivery.deliver_due():
        pass
    db.session.rollback()


def test_without_a_store_the_page_says_nothing_of_one_and_asks_nothing(orn, done, queries):
    with queries() as asked:
        orn.get(OUTBOX)
    assert orn.page.select("#h-store") == []
    assert not any("xapi" in one for one in asked)
    assert press(orn).status_code == 404


def test_it_says_how_far_was_told_and_what_waits(orn, small, done, queries):
    assert told(orn)["รอแจ้ง"] == "0 รายการ และรายการใหม่ที่ยังไม่ได้รวบรวม"
    deliver()
    said = told(orn)
    assert list(said) == ["แจ้งแล้ว", "รอแจ้ง", "ปลายทาง"]
    assert said["แจ้งแล้ว"] == "2 รายการ ล่าสุด 13 ก.พ. 2566 09:00 น."
    assert said["รอแจ้ง"] == "0 รายการ"
    assert said["ปลายทาง"] == small.url.replace("key:secret@", "")
    assert orn.page.select(f"form[action='{AGAIN}']") == []
    with queries() as asked:
        orn.get(f"{OUTBOX}?status=sent")  # a list that was narrowed is about letters alone
    assert not any("xapi" in one for one in asked)


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "กุญแจ"), (404, "ที่อยู่ของคลังไม่ถูกต้อง"), (429, "ยังไม่พร้อมรับ"), (503, "ยังไม่พร้อมรับ")],
)
def test_a_failure_stands_with_its_time_the_next_try_and_what_helps(
    orn, small, done, clock_at, status, advice
):
    small.answers = lambda _said: (status, "<b>later</b>")
    deliver()
    clock_at("2023-02-13T09:00:30+07:00")
    said = told(orn)
    assert said["รอแจ้ง"] == "2 รายการ"
    assert said["ปัญหา"].startswith(f"แจ้งไม่สำเร็จ 1 ครั้งติดกัน ล่าสุด 13 ก.พ. 2566 09:00 น.{status} ")
    assert "<b>later</b>" in said["ปัญหา"]
    assert advice in said["สิ่งที่ทำได้"]
    assert said["ลองครั้งต่อไป"] == "13 ก.พ. 2566 09:01 น."


def test_a_store_that_nobody_answers_at_is_told_apart(app, orn, done, small):
    app.config["LRS_URL"] = "http://key:secret@127.0.0.1:1/xapi"
    deliver()
    said = told(orn)
    assert said["สิ่งที่ทำได้"].startswith("ติดต่อคลังไม่ได้")
    assert not any("secret" in one for one in said.values())


def test_another_try_ends_the_pause_and_takes_along_what_was_refused(orn, small, done):
    small.answers = lambda said: (400, "no such verb") if len(said) == 1 else (413, "")
    deliver()
    assert told(orn)["คลังไม่รับ"].startswith("2 รายการ รายการอื่นแจ้งต่อตามปกติ")
    [passed, started] = [row.get_text() for row in orn.page.select("section tbody tr")]
    assert "ผ่านแบบทดสอบ" in passed
    assert "เริ่มแบบทดสอบแล้ว" in started
    assert "400 Bad Request no such verb" in started
    small.answers = lambda _said: (503, "")
    orn.submit(AGAIN)
    orn.get(OUTBOX)
    assert "อีกครั้งทันทีที่ทำงาน" in orn.page.flashes[0]
    deliver()
    assert "คลังไม่รับ" not in told(orn)
    assert told(orn)["รอแจ้ง"] == "2 รายการ"
    small.answers = lambda _said: (200, "[]")
    deliver()
    assert told(orn)["รอแจ้ง"] == "2 รายการ"  # in the pause nobody knocks
    orn.submit(AGAIN)
    assert told(orn)["ลองครั้งต่อไป"] == "ทันทีที่ตัวส่งทำงาน"
    deliver()
    assert told(orn)["แจ้งแล้ว"].startswith("2 รายการ")


def test_where_nothing_failed_another_try_says_so(orn, small, done):
    deliver()
    press(orn)
    orn.get(OUTBOX)
    assert "ไม่มีรายการใดที่แจ้งไม่สำเร็จ" in orn.page.flashes[0]


def test_only_an_organizer_sees_and_presses_it(client, cast, small):
    assert client.get(OUTBOX).status_code == 303
    for person in (cast.lamai, cast.mali, cast.wit):
        client.sign_in(person)
        assert client.get(OUTBOX).status_code == 403
        assert press(client).status_code == 403
