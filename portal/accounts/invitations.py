"""An account made for a colleague by their coordinator, opened by the link in a mail; setting the password is recovery's matter."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts import approvals, audit, letters, links, throttle
from portal.accounts.models import Agency, User
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.tokens import BadToken

OPEN_WITHIN = timedelta(days=14)
WITHIN = timedelta(hours=1)
LETTERS_TO_AN_ADDRESS = 5
INVITATIONS_OF_A_PERSON = 60  # a whole team at one sitting


class CannotInvite(Refused):
    """The address is in use elsewhere or shut out; which of them is nobody's business."""

    text = _l("เชิญอีเมลนี้ไม่ได้ ตรวจว่าพิมพ์ถูก ถ้าถูกแล้ว แจ้งผู้จัด")

    def __init__(self) -> None:
        super().__init__(field="email")


class NotInvited(Refused):
    """The account was opened, or taken out of the agency, in the meantime."""

    text = _l("คนนี้ตั้งรหัสผ่านแล้วหรือคำเชิญถูกถอนไปแล้ว จึงถอนคำเชิญไม่ได้")


def note_try(email: str, *, by: User) -> None:
    """Count an invitation; the caller commits before it invites, so that refused ones count too. Refuses with throttle.TooMany."""
    throttle.take(f"invitations:{by.code}", most=INVITATIONS_OF_A_PERSON, within=WITHIN)
    throttle.take(f"letters:{email}", most=LETTERS_TO_AN_ADDRESS, within=WITHIN)


def invite(*, email: str, name: str, agency: Agency, by: User) -> User:
    """An account of this agency for this address (in its normal form), vouched for by `by`, and a mail to set a password.

    An account the agency has already is given back, approved if it waited; one that nobody confirmed is invited anew and
    loses the password somebody gave it; one whose invitation was withdrawn may be invited by any agency. Refuses with
    CannotInvite.
    """
    begin_write()
    user = _locked(email) or _made(email, name, agency) or _locked(email)
    if user is not None and user.agency_id is None and user.confirmed_at is None:
        user.agency, user.agency_id = agency, agency.id
    if user is None or not user.is_active or user.agency_id != agency.id:
        raise CannotInvite
    if user.confirmed_at is None:
        user.name, user.password_hash = name, None
        if user.approved_at is None:
            approvals.vouch(user, by=by)
        audit.note("invited", user, by=by, agency=agency.code)
        send(user)
    elif user.approved_at is None:
        approvals.approve(user, by=by)
    return user


def withdraw(user: User, *, by: User) -> None:
    """The person is none of the agency's any more, and the link in the mail opens nothing. Refuses with NotInvited."""
    begin_write()
    db.session.refresh(user, with_for_update={"of": User})
    if not is_invited(user):
        raise NotInvited
    audit.note("invitation_withdrawn", user, by=by, agency=user.agency.code if user.agency else "")
    user.agency = user.agency_id = None
    user.approved_at = user.approved_by_id = None
    db.session.flush()


def is_invited(user: User) -> bool:
    """Whether the account waits for its owner to open it: vouched for, the address not confirmed yet."""
    return user.confirmed_at is None and user.approved_at is not None


def send(user: User) -> None:
    """Write to the address of an invited account where its owner sets a password; who vouched is named."""
    by = db.session.get(User, user.approved_by_id) if user.approved_by_id is not None else None
    letters.write("invited", user, token=links.make("invitation", user), days=OPEN_WITHIN.days, by=by)


def read(token: str, *, lock: bool = False) -> User:
    """The account an invitation's link is for. Refuses with BadToken an old one, and one that was used or withdrawn."""
    user = links.read("invitation", token, within=OPEN_WITHIN, lock=lock)
    if not is_invited(user):
        raise BadToken
    return user


def _locked(email: str) -> User | None:
    query = select(User).where(User.email == email).with_for_update(of=User)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _made(email: str, name: str, agency: Agency) -> User | None:
    """A new account, or None when somebody else made it in this moment."""
    user = User(email=email, name=name, agency=agency)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        return None
    return user
