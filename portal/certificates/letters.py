"""Writes to those who were given a certificate, each once; the words stand in templates/mail."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.certificates import issuing
from portal.certificates.models import Certificate
from portal.core.db import read_rows
from portal.core.i18n import said
from portal.core.tokens import new_code
from portal.mail import outbox
from portal.mail.compose import compose

KIND = "certificates.issued"
AT_ONCE = 500


def tell(issued: Sequence[Certificate]) -> None:
    """One mail for each certificate, in its holder's language; to nobody whose account was closed, and never a second one."""
    for at in range(0, len(issued), AT_ONCE):
        part = issued[at : at + AT_ONCE]
        people = {row.id: row for row in _people([one.user_id for one in part])}
        mails = [_letter(people[one.user_id], one) for one in part if one.user_id in people]
        if mails:
            outbox.put_many(mails, kind=KIND, batch=f"certificates:{new_code()}")


def _people(ids: Sequence[int]) -> Any:
    columns = select(User.id, User.email, User.name, User.language)
    return read_rows(columns.where(User.id.in_(ids), User.disabled_at.is_(None)))


def _letter(reader: Any, one: Certificate) -> dict[str, str]:
    mail = compose(
        "certificate",
        language=reader.language,
        one=one,
        code=issuing.shown(one.code),
        title=said(one.title, reader.language),
    )
    return {"key": f"certificate:{one.code}", "to_email": reader.email, "to_name": reader.name, **vars(mail)}
