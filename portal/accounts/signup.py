"""Signing up and confirming the address; who then belongs to the agency is approvals' matter."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts import approvals, audit, invitations, letters, links, throttle
from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l

CONFIRM_WITHIN = timedelta(days=3)
DOUBLE_PRESS = timedelta(minutes=1)
WITHIN = timedelta(hours=1)
LETTERS_TO_AN_ADDRESS = 5
SIGN_UPS_OF_A_NETWORK = 100  # a workshop's room signs up behind one address


class AlreadyConfirmed(Refused):
    """The link did its work before."""

    text = _l("ยืนยันอีเมลไว้แล้ว เข้าสู่ระบบได้เลย")


def note_try(email: str, *, network: str) -> None:
    """Count a sign-up. Refuses with throttle.TooMany, whether or not anybody has the address."""
    throttle.take(f"letters:{email}", most=LETTERS_TO_AN_ADDRESS, within=WITHIN)
    throttle.take(f"sign-up-from:{network}", most=SIGN_UPS_OF_A_NETWORK, within=WITHIN)


def sign_up(  # noqa: PLR0913 - all by keyword
    *, name: str, email: str, agency: Agency, password_hash: str, position: str = "", language: str = "th"
) -> None:
    """Make an account that waits for its address to be confirmed, and write to that address.

    Nothing tells the caller whether the address was taken: then its owner gets a mail that says so. An account nobody
    confirmed is filled in anew, so that the last one who signs up with an address they can read gets it; one that a
    coordinator vouched for is not: its owner is told once more how to open it.
    """
    given = {"name": name, "agency_id": agency.id, "position": position, "language": language}
    user = _by_email(email)
    if user is None:
        user = User(email=email, password_hash=password_hash, **given)
        try:
            with db.session.begin_nested():
                db.session.add(user)
        except IntegrityError:  # the same press twice, on two workers
            return
        audit.note("signed_up", user, by=None)
        send_confirmation(user)
    elif not user.is_active:
        return
    elif user.confirmed_at is not None:
        letters.write("address_taken", user)
    elif invitations.is_invited(user):
        invitations.send(user)
    elif not _is_second_press(user, given):
        for field, value in given.items():
            setattr(user, field, value)
        user.password_hash = password_hash
        user.created_at = clock.now()
        db.session.flush()
        send_confirmation(user)


def _by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email))


def _is_second_press(user: User, given: dict[str, object]) -> bool:
    same = all(getattr(user, field) == value for field, value in given.items())
    return same and clock.now() - user.created_at < DOUBLE_PRESS


def send_confirmation(user: User) -> None:
    """Write a link to the address that shows it is theirs."""
    letters.write("confirm_email", user, token=links.make("confirm", user), days=CONFIRM_WITHIN.days)


def person_of(token: str, *, lock: bool = False) -> User:
    """The account a confirmation link is for. Refuses with BadToken, AlreadyConfirmed."""
    user = links.read("confirm", token, within=CONFIRM_WITHIN, lock=lock)
    if user.confirmed_at is not None:
        raise AlreadyConfirmed
    return user


def confirm(token: str) -> User:
    """Open the account of a confirmation link. Refuses with BadToken, AlreadyConfirmed."""
    user = person_of(token, lock=True)
    open_account(user)
    return user


def open_account(user: User) -> None:
    """The address is theirs: approval is settled or asked for. On an open account it does nothing."""
    if user.confirmed_at is not None:
        return
    user.confirmed_at = clock.now()
    audit.note("confirmed", user, by=user)
    approvals.settle(user)
