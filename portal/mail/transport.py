"""The ways a message leaves the house, as MAIL_URL says: an SMTP server or a folder of .eml files; when to try again is the outbox's rule."""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from portal.core import clock
from portal.mail import mime
from portal.mail.models import OutboxMessage

TIMEOUT_SECONDS = 30
ANSWER_SECONDS = 10 * 60  # RFC 5321 §4.5.3.2.6: who waits less sends twice
ACCEPTED, TAKEN, GO_ON, CLOSING = 250, (250, 251), 354, 421
_leading_dot = re.compile(rb"(?m)^\.")
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# Hands one message over. What it is given besides is called when the last line is about to go out; what that raises goes
# through, and the server gets nothing.
Deliver = Callable[[OutboxMessage, Callable[[], None]], None]


class NotDelivered(Exception):
    """This try failed; another one later may succeed."""


class Rejected(NotDelivered):
    """The server will never take this message (5xx)."""


class Unreachable(NotDelivered):
    """The server itself cannot be used now, so other messages would fare no better."""


class InDoubt(NotDelivered):
    """The line broke after the last byte and before the answer: the server may have taken it or not."""


@contextmanager
def opened(url: str) -> Iterator[Deliver]:
    """What hands one message over; one connection serves all messages. Raises NotDelivered or its kinds.

    A file that is written twice is one file, so a folder never asks what it is given besides the message.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        yield lambda message, _about_to: _write(Path(url.removeprefix("file://")), message)
        return
    line = _Line(parts)
    try:
        yield line.send
    finally:
        line.hang_up()


def _write(folder: Path, message: OutboxMessage) -> None:
    """One file a message, named so that a listing shows them in the order of writing; only the owner may read it."""
    name = f"{clock.local(message.created_at):%Y%m%d-%H%M%S}-{message.id:06d}-{message.code}.eml"
    unfinished = folder / f".{name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(mime.build(message))
        os.replace(unfinished, folder / name)
    except OSError as no:
        raise Unreachable(f"{type(no).__name__}: {no}") from no


class _Line:
    """An SMTP connection, made when the first message goes out and again after it broke."""

    def __init__(self, parts: SplitResult) -> None:
        self.parts = parts
        self.server: smtplib.SMTP | None = None

    def send(self, message: OutboxMessage, about_to: Callable[[], None]) -> None:
        written = mime.build(message)
        server = self._announced(mime.on_the_wire(message.to_email), len(written))
        try:
            about_to()
            code, words = self._hand_over(server, written)
        except BaseException:  # the server waits for lines: nothing else can be said on this connection
            self.cut()
            raise
        if code != ACCEPTED:
            self._after_refusal(server, code)
            raise _refusal(code, words)

    def _announced(self, recipient: str, size: int) -> smtplib.SMTP:
        """A server that waits for the message. One that has ended a connection used before is called once more."""
        was_open = self.server is not None
        try:
            server = self._connected()
            self._announce(server, recipient, size)
        except NotDelivered:
            if not was_open or self.server is not None:
                raise
        except (OSError, smtplib.SMTPException) as no:
            self.cut()
            if not was_open:
                raise NotDelivered(_said(no)) from no
        else:
            return server
        return self._announced(recipient, size)

    def _connected(self) -> smtplib.SMTP:
        if self.server is not None and self.server.sock is None:  # closed on a 421
            self.server = None
        try:
            self.server = self.server or _connect(self.parts)
        except (OSError, smtplib.SMTPException) as no:
            raise Unreachable(_said(no)) from no
        return self.server

    def _announce(self, server: smtplib.SMTP, recipient: str, size: int) -> None:
        """All of the talk before the message itself; whatever fails here, the server has nothing of it."""
        options = [f"size={size}"] if server.has_extn("size") else []
        code, words = server.mail(mime.sender()[1], options)
        if code != ACCEPTED:  # our own address: the installation is wrong, not the message
            self._after_refusal(server, code)
            raise Unreachable(str(_refusal(code, words)))
        code, words = server.rcpt(recipient)
        if code in TAKEN:
            code, words = server.docmd("DATA")
        if code != GO_ON:
            self._after_refusal(server, code)
            raise _refusal(code, words)

    def _hand_over(self, server: smtplib.SMTP, written: bytes) -> tuple[int, bytes]:
        """The message and its last line; returns the answer. A server that takes it may think about it for long."""
        if server.sock is None:
            raise InDoubt("the connection is gone")
        lines = _leading_dot.sub(b"..", written)
        try:
            server.sock.settimeout(ANSWER_SECONDS)
            server.send(lines + b".\r\n")
            answer: tuple[int, bytes] = server.getreply()
            server.sock.settimeout(TIMEOUT_SECONDS)
        except (OSError, smtplib.SMTPException) as no:
            raise InDoubt(_said(no)) from no
        return answer

    def _after_refusal(self, server: smtplib.SMTP, code: int) -> None:
        """Ready for the next message, on a new connection where the server ends this one."""
        try:
            if code == CLOSING:
                self.cut()
            else:
                server.rset()
        except (OSError, smtplib.SMTPException):
            self.cut()

    def cut(self) -> None:
        """End the connection without a word, so that the server throws away what it has no end of."""
        server, self.server = self.server, None
        if server is not None:
            server.close()

    def hang_up(self) -> None:
        server, self.server = self.server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _connect(parts: SplitResult) -> smtplib.SMTP:
    """Encrypted where the server can; a password is never sent over an open line, nor to a server without a valid certificate."""
    host = parts.hostname or "localhost"
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or (587 if parts.username else 25), timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=_starttls_context(has_password=bool(parts.username)))
            server.ehlo()
        elif parts.scheme == "smtp" and parts.username and host not in LOOPBACK:
            raise smtplib.SMTPException(
                "the server offers no STARTTLS; the password is not sent over an open line"
            )
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _starttls_context(*, has_password: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if (
        not has_password
    ):  # a relay inside the house often signs its own certificate: better than no encryption
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refusal(code: int, text: bytes | str) -> NotDelivered:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return (Rejected if 500 <= code < 600 else NotDelivered)(f"{code} {words}")


def _said(no: Exception) -> str:
    if isinstance(no, smtplib.SMTPResponseException):
        return str(_refusal(no.smtp_code, no.smtp_error))
    return f"{type(no).__name__}: {no}"
