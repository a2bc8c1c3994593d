"""Writes an account's mail into the outbox, in the language of its reader; the words stand in templates/mail."""

from typing import Any

from portal.accounts.models import User
from portal.mail import outbox
from portal.mail.compose import compose


def write(message: str, to: User, *, key: str | None = None, **context: Any) -> None:
    """Enqueue `templates/mail/<message>` for a person, in this transaction. The same key writes once."""
    letter = compose(message, language=to.language, reader=to, **context)
    outbox.enqueue(
        kind=f"accounts.{message}",
        to_email=to.email,
        to_name=to.name,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        key=key,
    )
