"""Writes an outbox row as the bytes of one message (RFC 5322, MIME, iMIP); how it travels is the transport's matter.

The older `email.mime` classes, because `EmailMessage` of Python 3.11 loses the blanks between the
encoded words of a folded Thai subject.
"""

from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from io import BytesIO
from urllib.parse import urlsplit

from flask import current_app

from portal.core import clock
from portal.mail.models import OutboxMessage


def on_the_wire(email: str) -> str:
    """The address in ASCII: a Thai domain in its xn-- form."""
    name, _, domain = email.rpartition("@")
    return f"{name}@{domain.encode('idna').decode('ascii')}"


def _address(name: str, email: str) -> str:
    if name.isascii():
        return formataddr((name, on_the_wire(email)))
    return f"{Header(name, 'utf-8').encode()} <{on_the_wire(email)}>"


def sender() -> tuple[str, str]:
    """Name and address that every message comes from."""
    return parseaddr(current_app.config["MAIL_FROM"])


def message_id(message: OutboxMessage) -> str:
    """The same at every try, so that a message that arrives twice is seen as one."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    return f"<{message.code}@{host}>"


def _text(body: str, subtype: str) -> MIMEText:
    """A part of text: readable as it stands where it is Latin (quoted-printable), base64 where Thai would treble in size."""
    charset = Charset("utf-8")
    if body.isascii():
        charset.body_encoding = QP
    lines = "\r\n".join(body.splitlines()) + "\r\n"
    return MIMEText(lines, subtype, charset)  # type: ignore[arg-type]  # a Charset is taken too


def _alternatives(message: OutboxMessage) -> MIMEBase:
    parts: list[MIMEBase] = [_text(message.text, "plain")]
    if message.html:
        parts.append(_text(message.html, "html"))
    if message.calendar is not None:
        invitation = MIMEText(message.calendar.decode("utf-8"), "calendar", "utf-8")
        invitation.set_param("method", message.calendar_method or "PUBLISH")
        parts.append(invitation)
    return parts[0] if len(parts) == 1 else MIMEMultipart("alternative", _subparts=parts)


def build(message: OutboxMessage) -> bytes:
    """The whole message with CRLF line ends. A calendar stands in it twice: as an alternative and as a file to keep."""
    body = _alternatives(message)
    if message.calendar is not None:
        file = MIMEApplication(message.calendar, "ics", name="invite.ics")
        file.add_header("Content-Disposition", "attachment", filename="invite.ics")
        body = MIMEMultipart("mixed", _subparts=[body, file])
    body["From"] = _address(*sender())
    body["To"] = _address(message.to_name, message.to_email)
    body["Subject"] = Header(message.subject, "utf-8").encode()
    body["Date"] = format_datetime(clock.local(message.created_at))
    body["Message-ID"] = message_id(message)
    body["Auto-Submitted"] = "auto-generated"
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False).flatten(body, linesep="\r\n")
    return written.getvalue()
