"""What certificates keep of a person who asked to be erased: that one was issued and ended, no name; the pass that it proved stays learning's fact."""

from sqlalchemy import select, update

from portal.accounts import audit
from portal.accounts.models import AuditEvent, User
from portal.certificates.models import Certificate
from portal.core import clock
from portal.core.db import begin_write, db

WHY = "ลบข้อมูลตามคำขอ"


def forget(user: User, *, by: User | None) -> None:
    """Every certificate of this person is ended and carries the name they have now, their pseudonym; the signed claim, which
    tells the old one, goes, and what was noted about them. Again: nothing changes. Flushes.
    """
    begin_write()
    mine = select(Certificate).where(Certificate.user_id == user.id, Certificate.claim != "")
    for one in db.session.scalars(mine.with_for_update()).all():
        if one.is_standing:
            one.ended_at, one.ended_by_id = clock.now(), by.id if by else None
        if one.replaced_by_id is None:
            one.ended_why = WHY  # also of those revoked before: a reason may name them
        one.holder, one.claim = user.name, ""
        noted = AuditEvent.subject == audit.subject_of(one)
        db.session.execute(update(AuditEvent).where(noted).values(detail={}))
    db.session.flush()
