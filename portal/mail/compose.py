"""Turns a message template into subject, text and HTML in the reader's language; sending it is the outbox's matter."""

import re
from dataclasses import dataclass
from typing import Any

from flask import current_app

from portal.core.i18n import in_language, language as language_in_force

_many_blank_lines = re.compile(r"\n[ \t]*\n\s*\n")
_address = re.compile(r"(https?://\S+)")


@dataclass(frozen=True)
class Composed:
    """A message ready for `outbox.enqueue(**vars(composed), …)`."""

    subject: str
    text: str
    html: str


def link(endpoint: str, **values: Any) -> str:
    """The full address of a page, also outside a request: a mail is read far from the site."""
    adapter = current_app.url_map.bind("")
    return str(current_app.config["BASE_URL"]) + adapter.build(endpoint, values)


def compose(message: str, *, language: str, **context: Any) -> Composed:
    """The message `templates/mail/<message>.txt` in "th" or "en", signed; the HTML is made from the text.

    The first line of the template is `Subject: …`, then a blank line and paragraphs; templates may call `link`.
    """
    with in_language(language):
        written = _render(f"mail/{message}.txt", link=link, base_url=_base_url(), **context)
        head, _, body = written.lstrip().partition("\n")
        if not head.startswith("Subject:"):
            raise ValueError(f"mail/{message}.txt must begin with a line “Subject: …”")
        subject = " ".join(head.removeprefix("Subject:").split())
        body = _many_blank_lines.sub("\n\n", body).strip()
        return Composed(subject, f"{body}\n\n-- \n{_site()}\n{_base_url()}\n", _html(subject, body))


def _html(subject: str, body: str) -> str:
    paragraphs = [[_pieces(line) for line in paragraph.split("\n")] for paragraph in body.split("\n\n")]
    return _render(
        "mail/layout.html", subject=subject, paragraphs=paragraphs, site=_site(), base_url=_base_url()
    )


def _render(template: str, **context: Any) -> str:
    """Not Flask's render_template: what pages ask of the request around them is none of a mail's matter."""
    return current_app.jinja_env.get_template(template).render(context)


def _pieces(line: str) -> list[tuple[str, bool]]:
    """Words and addresses of a line, in their order."""
    return [(piece, bool(_address.fullmatch(piece))) for piece in _address.split(line) if piece]


def _base_url() -> str:
    return str(current_app.config["BASE_URL"])


def _site() -> str:
    name = "SITE_NAME_EN" if language_in_force() == "en" else "SITE_NAME"
    return str(current_app.config[name])
