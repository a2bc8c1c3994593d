"""The ways out: a real SMTP server, with and without a password and encryption, and a folder."""

import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.core import clock
from portal.core.db import db
from portal.mail import transport
from portal.mail.delivery import Delivered, deliver_due
from tests.mail.conftest import CERTIFICATE, Postbox, free_port, letter, only_piti, serve


def server_side() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's certificate counts as signed by an authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture
def guarded(postbox: Postbox) -> Iterator[int]:
    """The port of a server that wants STARTTLS and the password of piti."""
    options = {"require_starttls": True, "auth_required": True, "authenticator": only_piti}
    for controller in serve(postbox, tls_context=server_side(), **options):
        yield controller.port


def nothing() -> None:
    """What is called when the last line is about to go out."""


def send(app: Flask, url: str) -> None:
    message = letter()
    with transport.opened(url) as deliver:
        deliver(message, nothing)


def test_a_password_travels_encrypted(app: Flask, postbox: Postbox, guarded: int, trusted: None) -> None:
    send(app, f"smtp://piti:p%40ss%20word@localhost:{guarded}")
    assert [envelope.rcpt_tos for envelope in postbox.envelopes] == [["lamai@demo.example"]]


def test_a_wrong_password_is_our_fault_so_the_message_is_tried_again(
    app: Flask, guarded: int, trusted: None
) -> None:
    with pytest.raises(transport.Unreachable, match="535"):
        send(app, f"smtp://piti:wrong@localhost:{guarded}")


def test_a_password_is_not_given_to_a_server_nobody_vouches_for(app: Flask, guarded: int) -> None:
    with pytest.raises(transport.Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        send(app, f"smtp://piti:p%40ss%20word@localhost:{guarded}")


def test_a_password_is_not_sent_over_an_open_line(
    app: Flask, smtp: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LOOPBACK", ())
    with pytest.raises(transport.Unreachable, match="STARTTLS"):
        send(app, app.config["MAIL_URL"].replace("//", "//piti:secret@"))


def test_a_relay_without_a_password_is_encrypted_if_it_can_be(app: Flask, postbox: Postbox) -> None:
    for controller in serve(postbox, tls_context=server_side(), require_starttls=True):
        send(app, f"smtp://127.0.0.1:{controller.port}")
    assert len(postbox.envelopes) == 1


def test_smtps_is_encrypted_from_the_first_byte(app: Flask, postbox: Postbox, trusted: None) -> None:
    for controller in serve(postbox, ssl_context=server_side()):
        send(app, f"smtps://localhost:{controller.port}")
    assert len(postbox.envelopes) == 1


def test_a_server_that_is_not_there_is_unreachable(app: Flask) -> None:
    with pytest.raises(transport.Unreachable, match="ConnectionRefusedError"):
        send(app, f"smtp://127.0.0.1:{free_port()}")


def test_a_line_that_breaks_is_made_anew_for_the_next_message(app: Flask, smtp: Postbox) -> None:
    first, second = letter("one@demo.example"), letter("two@demo.example")
    with transport.opened(app.config["MAIL_URL"]) as deliver:
        smtp.answers["sender"] = "421 closing"
        with pytest.raises(transport.NotDelivered, match="421"):
            deliver(first, nothing)
        smtp.answers["sender"] = "250 OK"
        deliver(second, nothing)
    assert smtp.greetings == 2


@pytest.mark.parametrize("says_so", [True, False])
def test_a_server_that_takes_two_messages_a_connection_gets_all_and_no_try_is_lost(
    app: Flask, smtp: Postbox, monkeypatch: pytest.MonkeyPatch, says_so: bool
) -> None:
    take = Postbox.handle_MAIL

    async def at_most_two(
        self: Postbox, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        session.number = getattr(session, "number", 0) + 1
        if session.number > 2 and not says_so:
            server.transport.close()
        if session.number > 2:
            return "421 enough for this connection"
        return await take(self, server, session, envelope, address, options)

    monkeypatch.setattr(Postbox, "handle_MAIL", at_most_two)
    messages = [letter(f"p{number}@demo.example") for number in range(5)]
    assert deliver_due() == Delivered(sent=5)
    assert smtp.greetings == 3
    db.session.expire_all()
    assert {message.attempts for message in messages} == {1}


def test_the_sender_of_the_envelope_is_the_bare_address(app: Flask, smtp: Postbox) -> None:
    letter()
    deliver_due()
    assert smtp.envelopes[0].mail_from == "no-reply@portal.example"


def test_a_thai_domain_goes_out_in_ascii(app: Flask, smtp: Postbox) -> None:
    letter("orn@ทดสอบ.ไทย")
    assert deliver_due() == Delivered(sent=1)
    assert smtp.envelopes[0].rcpt_tos == ["orn@xn--l3cfk7dp.xn--o3cw4h"]


def test_a_folder_takes_one_file_a_message_in_order(app: Flask) -> None:
    for to in ("one@demo.example", "two@demo.example", "three@demo.example"):
        letter(to)
    assert deliver_due() == Delivered(sent=3)
    files = sorted((app.config["INSTANCE"] / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml"] * 3
    assert files[0].name.startswith("20230213-090000-")
    assert [
        f"To: {to}@" in file.read_text() for file, to in zip(files, ("one", "two", "three"), strict=True)
    ] == [True] * 3
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_keeps_the_message(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path / 'file'}")
    message = letter()
    assert deliver_due() == Delivered(retried=1)
    assert message.due_at > clock.now()
