"""A real SMTP server on this machine that can be told to refuse."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from flask import Flask

from portal.mail import outbox
from portal.mail.models import OutboxMessage

CERTIFICATE = Path(__file__).with_name("localhost.pem")


class Postbox:
    """What the server got, and what it answers to the next recipient, sender and message."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answers = {"sender": "250 OK", "recipient": "250 OK", "data": "250 OK"}
        self.greetings = 0

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, name: str, replies: list[str]
    ) -> list[str]:
        self.greetings += 1
        session.host_name = name
        return replies

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.answers["sender"].startswith("250"):
            envelope.mail_from = address
        return self.answers["sender"]

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = "550 gone" if address.startswith("gone") else self.answers["recipient"]
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self.answers["data"].startswith("250"):
            self.envelopes.append(envelope)
        return self.answers["data"]

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(envelope.content or b"") for envelope in self.envelopes]  # type: ignore[arg-type]


def serve(postbox: Postbox, **options: Any) -> Iterator[Controller]:
    """The server on a free port, ended with the test."""
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def only_piti(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"piti", b"p@ss word")
    return AuthResult(success=is_right, handled=False)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp(app: Flask, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """The portal sends to a real SMTP server."""
    for controller in serve(postbox):
        monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{controller.port}")
        yield postbox


def letter(to: str = "lamai@demo.example", **others: Any) -> OutboxMessage:
    """A message in the outbox."""
    given: dict[str, Any] = {"kind": "test", "subject": "ทดสอบ", "text": "สวัสดี\n", "to_email": to}
    return outbox.enqueue(**{**given, **others})
