"""A new password: by mail when the old one is forgotten, or from the account page; how good it must be is passwords' rule."""

from datetime import timedelta

from sqlalchemy import select

from portal.accounts import access, audit, invitations, letters, links, sign_ins, signup, throttle
from portal.accounts.models import SignIn, User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.tokens import BadToken
from portal.mail.compose import link

RESET_WITHIN = timedelta(hours=2)
WITHIN = timedelta(hours=1)
LETTERS_TO_AN_ADDRESS = 5
ASKED_BY_A_NETWORK = 50
CHANGES = 10


class WrongCurrentPassword(Refused):
    """Who changes the password must know the one in force."""

    text = _l("รหัสผ่านปัจจุบันไม่ถูกต้อง")

    def __init__(self) -> None:
        super().__init__(field="current")


def ask(email: str, *, network: str) -> None:
    """Send a reset link to the address if it has an account. Refuses with throttle.TooMany, whether or not it has."""
    throttle.take(f"letters:{email}", most=LETTERS_TO_AN_ADDRESS, within=WITHIN)
    throttle.take(f"reset-from:{network}", most=ASKED_BY_A_NETWORK, within=WITHIN)
    user = db.session.scalar(select(User).where(User.email == email))
    if user is not None and access.may_sign_in(user):
        hours = int(RESET_WITHIN.total_seconds()) // 3600
        letters.write("reset_password", user, token=links.make("reset", user), hours=hours)


def reset_link(user: User) -> str:
    """The full address where this person sets a password, for an administrator to hand over."""
    return link("accounts.reset", token=links.make("reset", user))


def person_of(token: str) -> User:
    """The account a reset link or an invitation is for. Refuses with BadToken an old one, and one that was used."""
    return _read(token)


def _read(token: str, *, lock: bool = False) -> User:
    """A link that was asked for is read as one; else it can only be that of an invitation, which lives longer."""
    try:
        return links.read("reset", token, within=RESET_WITHIN, lock=lock)
    except BadToken:
        return invitations.read(token, lock=lock)


def reset(token: str, password_hash: str) -> User:
    """Take the new hash from a link that came by mail; having read that mail also confirms the address. Refuses with BadToken."""
    user = _read(token, lock=True)
    set_password(user, password_hash)
    signup.open_account(user)
    return user


def note_change(user: User) -> int:
    """Count a try to change the password from the account page; the number is for throttle.give_back. Refuses with TooMany."""
    return throttle.take(f"password:{user.code}", most=CHANGES, within=WITHIN).id


def set_password(user: User, password_hash: str, *, keep: SignIn | None = None) -> None:
    """Take the new hash, end all sign-ins except the one to keep, and tell the person by mail."""
    user.password_hash = password_hash
    db.session.flush()
    sign_ins.end_all(user, but=keep)
    audit.note("password_changed", user, by=user)
    letters.write("password_changed", user)
