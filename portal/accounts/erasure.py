"""Turns a person into a pseudonym: what tells who it was goes, the row stays for the facts that count; what rooms above keep is erasing's matter."""

from sqlalchemy import delete, update

from portal.accounts import audit
from portal.accounts.models import AuditEvent, Role, SignIn, User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.tokens import new_code
from portal.mail.models import MessageStatus, OutboxMessage

NOWHERE = "erased.invalid"  # a domain that can never get mail (RFC 2606)
ERASED = User.email.endswith(f"@{NOWHERE}", autoescape=True)


def is_erased(user: User) -> bool:
    return user.email.endswith("@" + NOWHERE)


def erase(user: User, *, by: User | None) -> str:
    """No name, address, position, password or sign-in of this person is left, and the account opens no more; returns the
    pseudonym. A new code, so that an old table does not tell who it was. Mail to them keeps neither words nor address.
    Erasing twice changes nothing. Flushes.
    """
    begin_write()
    if is_erased(user):
        return user.name
    address, old = user.email, audit.subject_of(user)
    user.code = new_code()
    user.name = f"ผู้ใช้ที่ลบแล้ว {user.code}"
    user.email = f"{user.code.lower()}@{NOWHERE}"
    user.position, user.password_hash, user.role = "", None, Role.LEARNER
    user.disabled_at = clock.now()
    db.session.flush()
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    db.session.execute(
        update(AuditEvent).where(AuditEvent.subject == old).values(subject=audit.subject_of(user), detail={})
    )
    _forget_mail(address, user.email)
    audit.note("erased", user, by=by)
    return user.name


def _forget_mail(address: str, nowhere: str) -> None:
    """What was sent stays counted, without a word of it; what waits does not leave any more."""
    to_them = OutboxMessage.to_email == address
    blank = {"to_name": "", "subject": "", "text": "", "html": "", "calendar": None, "last_error": ""}
    waits = to_them & (OutboxMessage.status == MessageStatus.QUEUED)
    db.session.execute(update(OutboxMessage).where(waits).values(status=MessageStatus.FAILED))
    db.session.execute(update(OutboxMessage).where(to_them).values(**blank, key=None, to_email=nowhere))
