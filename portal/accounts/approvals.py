"""Whether a person belongs to the agency they named: known mail domains at once, else their coordinator or an organizer says so."""

from sqlalchemy import exists, func, select

from portal.accounts import audit, letters
from portal.accounts.access import only_my_agency
from portal.accounts.models import AgencyDomain, Role, User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l


class AlreadyDecided(Refused):
    """Somebody else was quicker, or the button was pressed twice."""

    text = _l("คำขอนี้มีผู้ตัดสินใจแล้ว")


class NotConfirmed(Refused):
    """The person has not yet shown that the address is theirs."""

    text = _l("คนนี้ยังไม่ได้ยืนยันอีเมล จึงยังอนุมัติไม่ได้")


_WAITING = (
    User.confirmed_at.is_not(None),
    User.approved_at.is_(None),
    User.declined_at.is_(None),
    User.disabled_at.is_(None),
)


def waiting(viewer: User) -> list[User]:
    """Who waits for the viewer's word, the longest first: an organizer sees all, a coordinator the own agency, others nobody."""
    query = only_my_agency(select(User).where(*_WAITING), User.agency_id, viewer)
    return list(db.session.scalars(query.order_by(User.confirmed_at, User.id)))


def count_waiting(viewer: User) -> int:
    """How many `waiting` would name."""
    query = only_my_agency(select(func.count(User.id)).where(*_WAITING), User.agency_id, viewer)
    return db.session.scalar(query) or 0


def settle(user: User) -> None:
    """Called once, when the address is confirmed: approves a known mail domain, else writes to those who can say.

    Who was vouched for before stays approved, and nobody is asked.
    """
    if user.approved_at is not None:
        return
    domain = user.email.rpartition("@")[2]
    is_known = exists().where(AgencyDomain.agency_id == user.agency_id, AgencyDomain.domain == domain)
    if db.session.scalar(select(is_known)):
        _approve(user, by=None, how="domain")
    else:
        _tell_who_can_say(user)


def _tell_who_can_say(user: User) -> None:
    """Write to the agency's coordinators, or to the organizers where there are none."""
    people = select(User).where(User.approved_at.is_not(None), User.disabled_at.is_(None))
    own = people.where(User.role == Role.COORDINATOR, User.agency_id == user.agency_id)
    readers = list(db.session.scalars(own)) or list(
        db.session.scalars(people.where(User.role.in_((Role.ORGANIZER, Role.ADMIN))))
    )
    for reader in readers:
        page = "/agency" if reader.is_coordinator else "/organize/approvals"
        letters.write("someone_waits", reader, key=f"waits:{user.code}:{reader.code}", person=user, page=page)


def approve(user: User, *, by: User) -> None:
    """The person belongs to the agency; they get a mail. Also after a refusal. Refuses with NotConfirmed, AlreadyDecided."""
    _lock(user)
    _refuse_unless_open(user)
    _approve(user, by=by, how="person")
    letters.write("approved", user)


def vouch(user: User, *, by: User) -> None:
    """Approve a person whom `by` invites before their address is confirmed; the mail is the invitation's."""
    _approve(user, by=by, how="invitation")


def decline(user: User, *, by: User) -> None:
    """The person does not belong to the agency; they get a mail and may go on reading. Refuses with NotConfirmed, AlreadyDecided."""
    _lock(user)
    _refuse_unless_open(user)
    if user.declined_at is not None:
        raise AlreadyDecided
    user.declined_at = clock.now()
    audit.note("declined", user, by=by)
    letters.write("declined", user)


def _approve(user: User, *, by: User | None, how: str) -> None:
    user.approved_at = clock.now()
    user.approved_by_id = by.id if by else None
    user.declined_at = None
    audit.note("approved", user, by=by, how=how)


def _refuse_unless_open(user: User) -> None:
    if user.confirmed_at is None:
        raise NotConfirmed
    if user.approved_at is not None:
        raise AlreadyDecided


def _lock(user: User) -> None:
    """Two people may decide at the same time; the second one sees what the first one said."""
    db.session.refresh(user, with_for_update={"of": User})
