"""The ways a message leaves the house, as MAIL_URL says: an SMTP server or a folder of .eml files; when to try again is the outbox's rule."""

import os
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
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Deliver = Callable[[OutboxMessage], None]


class NotDelivered(Exception):
    """This try failed; another one later may succeed."""


class Rejected(NotDelivered):
    """The server will never take this message (5xx)."""


class Unreachable(NotDelivered):
    """The server itself cannot be used now, so other messages would fare no better."""


@contextmanager
def opened(url: str) -> Iterator[Deliver]:
    """What hands one message over; one connection serves all messages. Raises NotDelivered or its kinds."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        yield lambda message: _write(Path(url.removeprefix("file://")), message)
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

    def send(self, message: OutboxMessage) -> None:
        sender = mime.sender()[1]
        written = mime.build(message)
        if self.server is not None and self.server.sock is None:  # closed on a 421
            self.server = None
        try:
            self.server = self.server or _connect(self.parts)
        except (OSError, smtplib.SMTPException) as no:
            raise Unreachable(_said(no)) from no
        try:
            self.server.sendmail(sender, [mime.on_the_wire(message.to_email)], written)
        except smtplib.SMTPRecipientsRefused as no:
            raise _refusal(*next(iter(no.recipients.values()))) from no
        except smtplib.SMTPDataError as no:
            raise _refusal(no.smtp_code, no.smtp_error) from no
        except smtplib.SMTPSenderRefused as no:  # our own address: the installation is wrong, not the message
            raise Unreachable(_said(no)) from no
        except (OSError, smtplib.SMTPException) as no:
            self.hang_up()
            raise NotDelivered(_said(no)) from no

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
