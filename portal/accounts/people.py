"""People and their roles as an administrator makes them, and the sample people of a demonstration; how people sign up themselves is signup's matter."""

from collections.abc import Sequence

from sqlalchemy import case, select

from portal.accounts import audit, passwords
from portal.accounts.models import Agency, Role, User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _l

# The demonstration people that HOUSE.md names, in the order of the sign-in page.
CAST = (
    "orn@demo.example",
    "mali@demo.example",
    "lamai@demo.example",
    "wit@demo.example",
    "sakda@demo.example",
)


class AddressTaken(Refused):
    """Somebody has this address already."""

    def __init__(self, email: str) -> None:
        super().__init__(_("มีผู้ใช้ %(email)s อยู่แล้ว", email=email), field="email")


class NeedsAgency(Refused):
    """A coordinator is one of an agency."""

    text = _l("ผู้ประสานงานต้องมีหน่วยงาน")


def by_email(email: str) -> User | None:
    """Who has this address, in its normal form."""
    return db.session.scalar(select(User).where(User.email == email))


def create_user(  # noqa: PLR0913 - all by keyword
    *,
    email: str,
    name: str,
    role: Role = Role.LEARNER,
    agency: Agency | None = None,
    password: str | None = None,
    position: str = "",
    is_sample: bool = False,
    by: User | None = None,
) -> User:
    """A confirmed and approved person. Without a password they set one by `recovery.reset_link`.

    Refuses with AddressTaken, NeedsAgency, passwords.WeakPassword. The address must be in its normal form.
    """
    if by_email(email) is not None:
        raise AddressTaken(email)
    if role is Role.COORDINATOR and agency is None:
        raise NeedsAgency
    if password is not None:
        passwords.check(password, email=email)
    now = clock.now()
    user = User(
        email=email,
        name=name,
        role=role,
        agency=agency,
        position=position,
        is_sample=is_sample,
        password_hash=passwords.hash_password(password) if password is not None else None,
        confirmed_at=now,
        approved_at=now,
        approved_by_id=by.id if by else None,
    )
    db.session.add(user)
    db.session.flush()
    audit.note("created", user, by=by, role=role.value)
    return user


def set_role(user: User, role: Role, *, by: User | None) -> None:
    """Give a person another role; a coordinator needs an agency (NeedsAgency). The same role again does nothing."""
    if role is user.role:
        return
    if role is Role.COORDINATOR and user.agency_id is None:
        raise NeedsAgency
    audit.note("role_changed", user, by=by, before=user.role.value, after=role.value)
    user.role = role
    db.session.flush()


def samples(*, limit: int = 40) -> Sequence[User]:
    """The people of the demonstration, the cast first, then those with more to do."""
    place = case({email: number for number, email in enumerate(CAST)}, value=User.email, else_=len(CAST))
    weight = case({role: number for number, role in enumerate(reversed(Role))}, value=User.role)
    query = select(User).where(User.is_sample, User.disabled_at.is_(None), User.password_hash.is_not(None))
    return db.session.scalars(query.order_by(place, weight, User.name, User.id).limit(limit)).all()


def sample(code: str) -> User | None:
    """The sample person with this code, and never anybody real."""
    return db.session.scalar(
        select(User).where(User.code == code, User.is_sample, User.disabled_at.is_(None))
    )
