"""What is no reality is said on every page: a clock that stands elsewhere, people and figures of a demonstration."""

from datetime import datetime

import pytest

NOON = datetime.fromisoformat("2023-02-13T12:00:00+07:00")


def banner(client) -> str:
    client.get("/award")
    return " ".join(found.get_text() for found in client.page.select(".demo"))


@pytest.mark.parametrize(
    ("is_demo", "moment", "words"),
    [
        (False, None, ""),
        (True, None, "สาธิต: ชื่อบุคคล หน่วยงานตัวอย่าง ที่นั่ง และวันเปิดรับลงทะเบียนเป็นข้อมูลตัวอย่าง"),
        (
            True,
            NOON,
            "สาธิต: วันนี้ของระบบคือ 13 กุมภาพันธ์ 2566 ชื่อบุคคล หน่วยงานตัวอย่าง ที่นั่ง และวันเปิดรับลงทะเบียนเป็นข้อมูลตัวอย่าง",
        ),
        (False, NOON, "นาฬิกาของระบบตั้งไว้ต่างจากเวลาจริง วันนี้ของระบบคือ 13 กุมภาพันธ์ 2566"),
    ],
    ids=["real", "sample people", "demonstration", "rehearsal"],
)
def test_the_banner_says_what_is_not_real(app, client, monkeypatch, is_demo, moment, words):
    monkeypatch.setitem(app.config, "DEMO", is_demo)
    monkeypatch.setitem(app.config, "CLOCK", moment)
    assert banner(client) == words


def test_the_day_in_the_banner_is_that_of_the_page_s_language(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "CLOCK", NOON)
    client.set_cookie("lang", "en")
    assert "13 February 2023" in banner(client)
