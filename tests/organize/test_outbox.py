"""What left and what waits: a list to look through, one letter as it was read, and another try for what failed."""

from datetime import timedelta
from typing import Any

import pytest

from portal.core import clock
from portal.core.db import db
from portal.mail import delivery, heartbeat, outbox
from portal.mail.models import MessageStatus, OutboxMessage
from portal.organize import letters


def letter(
    to: str = "lamai@demo.example", *, subject: str = "ได้ที่นั่งแล้ว", status: str = "queued", **given: Any
) -> OutboxMessage:
    words = {"to_name": "ละไม ตั้งใจ", "text": "สวัสดี"} | given
    row = outbox.enqueue(kind="test", to_email=to, subject=subject, **words)
    row.status = MessageStatus(status)
    if status == "sent":
        row.sent_at = clock.now()
    if status == "failed":
        row.attempts, row.last_error = 6, "550 ไม่มีกล่องจดหมายนี้"
    db.session.commit()
    return row


def subjects(client) -> list[str]:
    return [link.get_text(strip=True) for link in client.page.select("table.letters a:not(.meta)")]


def test_an_empty_outbox_says_what_will_be_here(orn):
    assert orn.get("/organize/outbox").status_code == 200
    assert "ไม่มีจดหมายตามที่กรอง" in orn.page.main


def test_letters_stand_newest_first_with_their_state(orn):
    letter(subject="หนึ่ง", status="sent")
    letter(subject="สอง", status="failed")
    letter(subject="สาม", calendar=b"BEGIN:VCALENDAR", calendar_method="REQUEST")
    orn.get("/organize/outbox")
    assert subjects(orn) == ["สาม", "สอง", "หนึ่ง"]
    assert [tag.get_text(strip=True) for tag in orn.page.select("table.letters .tag")] == [
        "รอส่ง",
        "ส่งไม่สำเร็จ",
        "ส่งแล้ว",
    ]
    assert "แนบนัดหมาย" in orn.page.select("tbody tr")[0].get_text()


def test_letters_are_narrowed_by_state_and_counted(orn):
    letter(subject="หนึ่ง", status="sent")
    letter(subject="สอง", status="failed")
    orn.get("/organize/outbox")
    options = [option.get_text(strip=True) for option in orn.page.select("#f-status option")]
    assert options == ["ทั้งหมด 2", "รอส่ง 0", "ส่งแล้ว 1", "ส่งไม่สำเร็จ 1"]
    orn.submit("/organize/outbox", status="failed")
    assert subjects(orn) == ["สอง"]
    orn.get("/organize/outbox?status=nonsense")
    assert len(subjects(orn)) == 2


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ที่นั่ง", ["ได้ที่นั่งแล้ว 100%"]),
        ("SAKDA", ["ยืนยันอีเมล"]),
        ("มะลิ", ["ได้ที่นั่งแล้ว 100%"]),
        ("100%", ["ได้ที่นั่งแล้ว 100%"]),
        ("%", ["ได้ที่นั่งแล้ว 100%"]),
        ("_", []),
        ("ไม่มี", []),
        ("  ", ["ยืนยันอีเมล", "ได้ที่นั่งแล้ว 100%"]),
    ],
)
def test_letters_are_found_by_subject_name_or_address(orn, text, found):
    letter("mali@demo.example", to_name="มะลิ ใจดี", subject="ได้ที่นั่งแล้ว 100%")
    letter("sakda@demo.example", to_name="ศักดา สมมติ", subject="ยืนยันอีเมล")
    orn.get("/organize/outbox", query_string={"q": text})
    assert subjects(orn) == found
    assert orn.page.one("#f-q")["value"] == text.strip()


def test_many_letters_come_a_page_at_a_time(orn):
    for number in range(120):
        outbox.enqueue(kind="t", to_email="a@demo.example", subject=f"ฉบับที่ {number}", text="t")
    for asked, count, first in (
        ("1", 50, 119),
        ("3", 20, 19),
        ("99", 20, 19),
        ("x", 50, 119),
        ("-3", 50, 119),
    ):
        orn.get(f"/organize/outbox?page={asked}&q=ฉบับ")
        assert (len(subjects(orn)), subjects(orn)[0]) == (count, f"ฉบับที่ {first}"), asked
    assert all("q=" in str(link["href"]) for link in orn.page.select(".pages a"))


def test_a_silent_sender_is_noticed_after_ten_minutes(orn, clock_at):
    letter()
    for address in ("/organize/outbox", "/organize"):
        orn.get(address)
        assert orn.page.flashes == []
    clock_at("2023-02-13T09:11:00+07:00")
    for address in ("/organize/outbox", "/organize"):
        orn.get(address)
        assert "มีจดหมายค้างส่งตั้งแต่ 13 ก.พ. 2566 09:00 น." in orn.page.flashes[0]


def test_a_letter_that_is_tried_again_later_is_not_silent(orn, clock_at):
    row = letter()
    row.due_at = clock.now() + timedelta(hours=8)
    clock_at("2023-02-13T12:00:00+07:00")
    assert letters.silent_since() is None


# --- a worker that is silent


@pytest.mark.parametrize(
    "address", ["/organize", "/organize/outbox", "/organize/coverage", "/organize/workshops"]
)
def test_every_page_of_an_organizer_warns_when_the_worker_was_silent_for_ten_minutes(
    app, orn, clock_at, address
):
    app.test_cli_runner().invoke(args=["worker", "--once"])
    clock_at("2023-02-13T09:10:00+07:00")
    orn.get(address)
    assert orn.page.flashes == []
    clock_at("2023-02-13T09:10:01+07:00")
    orn.get(address)
    [warning] = orn.page.flashes
    assert "ตัวส่งจดหมายเงียบตั้งแต่ 13 ก.พ. 2566 09:00 น." in warning
    app.test_cli_runner().invoke(args=["worker", "--once"])
    orn.get(address)
    assert orn.page.flashes == []


def test_a_silent_worker_is_told_of_once_and_to_organizers_only(client, cast, clock_at):
    heartbeat.beat()
    letter(subject="ค้าง")
    clock_at("2023-02-13T12:00:00+07:00")
    client.sign_in(cast.orn)
    client.get("/organize")
    assert len(client.page.flashes) == 1
    client.get("/workshops")
    assert client.page.flashes == []
    client.sign_in(cast.mali)
    client.get("/agency")
    assert client.page.flashes == []


def test_a_worker_that_was_heard_of_costs_a_page_no_query(app, orn, queries):
    app.test_cli_runner().invoke(args=["worker", "--once"])
    orn.get("/organize/approvals")
    with queries() as statements:
        orn.get("/organize/approvals")
    assert not any("heartbeat" in statement for statement in statements)


# --- many letters of one kind


def test_letters_that_went_to_many_are_seen_and_sent_again_together(orn):
    for number, status in enumerate(("sent", "failed", "failed", "queued")):
        letter(f"p{number}@demo.example", subject="เตือน", status=status, batch="round1")
    doubtful = letter("p5@demo.example", subject="เตือน", status="failed", batch="round1")
    doubtful.handed_over_at = clock.now()
    letter(subject="อื่น", status="failed")
    orn.get("/organize/outbox")
    assert len(subjects(orn)) == 6
    orn.get("/organize/outbox?batch=round1")
    assert [one.get_text() for one in orn.page.select("#h-batch")] == ["จดหมายที่ส่งเป็นกลุ่ม"]
    assert "ส่งแล้ว 1 จาก 5 ฉบับ" in orn.page.main
    assert set(subjects(orn)) == {"เตือน"}
    orn.follow(orn.submit("/organize/outbox/batches/round1/failed"))
    assert orn.page.flashes == ["ใส่คิวส่งใหม่แล้ว 2 ฉบับ"]
    assert "ส่งฉบับที่ไม่สำเร็จอีกครั้ง" not in orn.page.main
    assert doubtful.status == "failed"
    orn.submit("/organize/outbox", status="failed")
    assert len(subjects(orn)) == 1


@pytest.mark.both_databases
def test_what_went_to_many_of_late_stands_in_one_line_each(orn):
    for batch in range(7):
        for number in range(3):
            letter(
                f"p{number}@demo.example",
                subject=f"กลุ่ม {batch} ถึง {number}",
                status="sent",
                batch=f"b{batch}",
            )
    letter(status="failed", subject="กลุ่ม 5 ถึง 3", batch="b5")
    letter(subject="กลุ่ม 4 ถึง 3", batch="b4")
    orn.get("/organize/outbox")
    lines = [
        row.get_text(" ", strip=True)
        for row in orn.page.one("section[aria-labelledby=h-batches]").select("tbody tr")
    ]
    assert [line.partition("น. ")[2] for line in lines] == [
        "กลุ่ม 4 ถึง 0 4 คน รอส่ง 1 ฉบับ",
        "กลุ่ม 5 ถึง 0 4 คน ส่งไม่สำเร็จ 1 ฉบับ",
        "กลุ่ม 6 ถึง 0 3 คน ส่งครบแล้ว",
        "กลุ่ม 3 ถึง 0 3 คน ส่งครบแล้ว",
        "กลุ่ม 2 ถึง 0 3 คน ส่งครบแล้ว",
    ]
    orn.get("/organize/outbox?status=sent")
    assert orn.page.select("#h-batches") == []


def test_a_batch_that_is_not_there_is_an_empty_list(orn):
    orn.get("/organize/outbox?batch=nothing")
    assert "ไม่มีจดหมายตามที่กรอง" in orn.page.main
    assert orn.page.select("#h-batch") == []


def test_a_letter_in_doubt_says_so_and_is_sent_again_only_by_a_person(orn):
    row = letter(status="failed")
    row.handed_over_at, row.last_error = clock.now(), "the answer was never heard"
    db.session.commit()
    orn.get("/organize")
    assert "จดหมายที่ไม่แน่ใจว่าถึง" in orn.page.main
    orn.get("/organize/outbox?status=doubt")
    assert [tag.get_text(strip=True) for tag in orn.page.select("table.letters .tag")] == ["ไม่แน่ใจว่าถึง"]
    orn.get(f"/organize/outbox/{row.code}")
    assert "ระบบจึงไม่ส่งซ้ำเอง" in orn.page.main
    assert [button.get_text(strip=True) for button in orn.page.select("main button")] == [
        "ส่งอีกครั้ง แม้อาจได้รับสองฉบับ"
    ]
    orn.follow(orn.submit("/organize/outbox/" + row.code + "/again"))
    assert row.status.value == "queued"
    assert row.handed_over_at is None


def test_a_list_says_why_a_letter_failed_and_when_another_is_tried_again(orn):
    letter(status="failed")
    waits = letter(subject="รอ")
    waits.attempts, waits.last_error, waits.due_at = 1, "451 busy", clock.now() + timedelta(minutes=5)
    db.session.commit()
    orn.get("/organize/outbox")
    waiting, failed = (row.get_text(" ", strip=True) for row in orn.page.select("table.letters tbody tr"))
    assert "ลองอีกครั้ง" in waiting
    assert "09:05" in waiting
    assert "550 ไม่มีกล่องจดหมายนี้" in failed


# --- one letter


def test_a_letter_is_shown_as_its_reader_got_it(orn):
    row = letter(text="เรียน คุณละไม\n\nได้ที่นั่งแล้ว <b>จริง</b>", status="sent")
    assert orn.get(f"/organize/outbox/{row.code}").status_code == 200
    assert orn.page.h1 == "ได้ที่นั่งแล้ว"
    assert orn.page.one("pre").get_text() == "เรียน คุณละไม\n\nได้ที่นั่งแล้ว <b>จริง</b>"
    assert "ละไม ตั้งใจ <lamai@demo.example>" in orn.page.text
    assert orn.page.select("form[action*=again]") == []


def test_an_unknown_letter_is_not_there(orn):
    assert orn.get("/organize/outbox/NOBODY22").status_code == 404


SECRETS = [
    "http://localhost/reset-password/WyJLN00.ZABC.x-y_z",
    "http://localhost/confirm/WyJLN00.ZABC.x-y_z",
    "http://localhost/calendar/aBcD-eFgH_123.ics",
]


@pytest.mark.parametrize("link", SECRETS)
def test_the_key_of_somebody_s_account_is_not_shown_to_an_organizer(app, orn, monkeypatch, link):
    row = letter(text=f"เปิดลิงก์\n{link}\n\nจนถึงวันนี้")
    orn.get(f"/organize/outbox/{row.code}")
    shown = orn.page.one("pre").get_text()
    assert link not in shown
    assert link.rpartition("/")[2] not in str(orn.page.soup)
    assert shown == f"เปิดลิงก์\n{link.rpartition('/')[0]}/…\n\nจนถึงวันนี้"
    monkeypatch.setitem(app.config, "DEMO", True)  # where its mail goes nowhere else
    assert letters.text_of(row) == row.text


def test_every_address_that_holds_a_key_is_known_to_be_hidden(app):
    rules = [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/organize/")]
    with_key = [rule for rule in rules if {"token", "secret"} & rule.arguments]
    assert with_key
    for rule in with_key:
        assert letters._secret.search(rule.rule), rule.rule


def test_links_without_a_key_stay(orn):
    row = letter(text="http://localhost/workshops/pmqa40-2566 และ http://localhost/forgot-password")
    orn.get(f"/organize/outbox/{row.code}")
    assert orn.page.one("pre").get_text() == row.text


# --- another try


def test_a_failed_letter_is_sent_again_from_its_page(orn):
    row = letter(status="failed")
    orn.get(f"/organize/outbox/{row.code}")
    assert "550 ไม่มีกล่องจดหมายนี้" in orn.page.text
    orn.follow(orn.submit())
    assert orn.page.flashes == ["ใส่คิวส่งใหม่แล้ว"]
    assert (row.status, row.attempts, row.last_error, row.due_at) == ("queued", 0, "", clock.now())
    assert delivery.deliver_due().sent == 1


@pytest.mark.parametrize("status", ["sent", "queued"])
def test_a_letter_that_did_not_fail_is_never_sent_twice(orn, status):
    row = letter(status="failed")
    orn.get(f"/organize/outbox/{row.code}")
    page = orn.page
    row.status, row.sent_at = MessageStatus(status), clock.now() if status == "sent" else None
    db.session.commit()
    orn.page = page
    orn.follow(orn.submit())
    assert "จึงไม่ได้ส่งซ้ำ" in orn.page.flashes[0]
    assert row.status == status


def test_a_double_click_is_one_try(orn):
    row = letter(status="failed")
    orn.get(f"/organize/outbox/{row.code}")
    page = orn.page
    for _click in range(2):
        orn.page = page
        assert orn.submit().status_code == 303
    assert row.status == "queued"


# --- cost, and who may


def test_thirty_letters_cost_no_more_queries_than_one_and_nothing_is_written(orn, queries):
    heartbeat.beat()
    letter()
    orn.get("/organize/outbox")
    with queries() as few:
        orn.get("/organize/outbox")
    for _number in range(30):
        letter(text="x" * 5000)
    with queries() as many:
        orn.get("/organize/outbox")
    assert len(many) == len(few) <= 8
    assert all(statement.startswith("SELECT") for statement in many)
    assert not any("html" in statement for statement in many)


def test_it_is_for_organizers_only(client, cast):
    row = letter(status="failed")
    addresses = ("/organize/outbox", f"/organize/outbox/{row.code}")
    for address in addresses:
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
    client.sign_in(cast.mali)
    for address in addresses:
        assert client.get(address).status_code == 403
    client.get("/me")
    token = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"]
    assert client.post(f"/organize/outbox/{row.code}/again", data={"csrf_token": token}).status_code == 403
    assert row.status == "failed"
