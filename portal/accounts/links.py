"""Signed links that arrive by mail and stand for an account; what they allow is the matter of sign-up and recovery."""

import hashlib
from datetime import timedelta

from sqlalchemy import select

from portal.accounts.models import User
from portal.core import tokens
from portal.core.db import db
from portal.core.tokens import BadToken


def _mark(user: User) -> str:
    """Changes with the address and with the password: a used or overtaken link no longer fits."""
    return hashlib.sha256(f"{user.email}\n{user.password_hash}".encode()).hexdigest()[:24]


def make(purpose: str, user: User) -> str:
    """The token of a link for this account as it is now."""
    return tokens.sign(purpose, [user.code, _mark(user)])


def read(purpose: str, token: str, *, within: timedelta, lock: bool = False) -> User:
    """The account the link was made for. Refuses with BadToken a forged, old, used or overtaken one.

    With `lock` a link that is used twice at once is read a second time only after the first use is done.
    """
    code, mark = tokens.read(purpose, token, max_age=int(within.total_seconds()))
    query = select(User).where(User.code == code)
    if lock:
        query = query.with_for_update(of=User).execution_options(populate_existing=True)
    user = db.session.scalar(query)
    if user is None or not user.is_active or mark != _mark(user):
        raise BadToken
    return user
