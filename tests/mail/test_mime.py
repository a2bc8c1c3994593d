"""What a message looks like to the program that reads it."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

from flask import Flask
from hypothesis import HealthCheck, example, given, settings, strategies as st

from portal.core import clock
from portal.mail import mime
from portal.mail.models import OutboxMessage
from tests.mail.conftest import letter

CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:งานอบรม\r\nEND:VCALENDAR\r\n".encode()
LONG = "ได้ที่นั่งแล้ว งานอบรม 20–21 ก.พ. 2566 การเขียนรายงาน PMQA 4.0 ระดับดีเด่น และ เกียรติยศ ครั้งที่ 1 (หมวด 1)"


def read(message: OutboxMessage) -> Message:
    return message_from_bytes(mime.build(message))


def words(header: str) -> str:
    return str(make_header(decode_header(header)))


def parts(mail: Message) -> list[Message]:
    return [part for part in mail.get_payload() if isinstance(part, Message)]


def body(part: Message) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(str(part.get_content_charset()))


def test_a_letter_is_readable_as_text_and_as_html(app: Flask) -> None:
    mail = read(letter(text="เรียน ละไม\n\nสวัสดี\n", html="<p>สวัสดี</p>"))
    assert mail.get_content_type() == "multipart/alternative"
    text, html = parts(mail)
    assert (text.get_content_type(), body(text)) == ("text/plain", "เรียน ละไม\r\n\r\nสวัสดี\r\n")
    assert (html.get_content_type(), body(html)) == ("text/html", "<p>สวัสดี</p>\r\n")


def test_a_letter_without_html_is_plain(app: Flask) -> None:
    assert read(letter()).get_content_type() == "text/plain"


def test_an_invitation_is_an_alternative_and_a_file_to_keep(app: Flask) -> None:
    mail = read(letter(html="<p>x</p>", calendar=CALENDAR, calendar_method="REQUEST"))
    alternatives, file = parts(mail)
    calendar = parts(alternatives)[2]
    assert mail.get_content_type() == "multipart/mixed"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_payload(decode=True) == CALENDAR
    assert file.get_filename() == "invite.ics"
    assert file.get_payload(decode=True) == CALENDAR


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(st.sampled_from("กขมนเแิีั้่ ABC12–()“”"), min_size=1, max_size=200))
@example(LONG)
def test_a_thai_subject_arrives_letter_by_letter(app: Flask, subject: str) -> None:
    message = OutboxMessage(
        code="K7M4QX2A",
        subject=subject,
        to_email="a@b.example",
        to_name="",
        text="x",
        html="",
        created_at=clock.now(),
    )
    assert words(read(message)["Subject"]) == subject


def test_a_thai_name_arrives_before_the_address(app: Flask) -> None:
    mail = read(letter(to_name="มะลิ ใจดี"))
    assert words(mail["To"]) == "มะลิ ใจดี <lamai@demo.example>"


def test_a_name_with_a_comma_is_still_one_name(app: Flask) -> None:
    assert read(letter(to_name="Jaidee, Mali"))["To"] == '"Jaidee, Mali" <lamai@demo.example>'


def test_from_is_the_name_and_address_of_the_installation(app: Flask) -> None:
    assert words(read(letter())["From"]) == "ห้องเรียนเขียนรายงาน <no-reply@portal.example>"


def test_the_message_id_is_the_same_at_every_try(app: Flask) -> None:
    message = letter()
    assert read(message)["Message-ID"] == read(message)["Message-ID"] == f"<{message.code}@localhost>"


def test_the_date_is_when_it_was_written_in_bangkok(app: Flask) -> None:
    date = read(letter())["Date"]
    assert parsedate_to_datetime(date) == clock.now()
    assert date.endswith("+0700")


def test_every_line_ends_as_mail_wants_it_and_is_short(app: Flask) -> None:
    written = mime.build(letter(subject=LONG, html="<p>" + "ก" * 3000 + "</p>", calendar=CALENDAR))
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert max(map(len, written.split(b"\r\n"))) <= 998


def test_programs_that_answer_by_themselves_are_told_not_to(app: Flask) -> None:
    assert read(letter())["Auto-Submitted"] == "auto-generated"
